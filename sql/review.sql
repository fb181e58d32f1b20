-- access: actors
CREATE FUNCTION jobs.review_job(
	job_id bigint,
	communication integer,
	quality integer,
	comment text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_review_job';
REVOKE EXECUTE ON FUNCTION jobs.review_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.review_job IS
	'The merchant reviews a job, once, after having confirmed its completion. communication, quality: 1 '
	'(worst) to 5; comment: up to 20,000 characters, or NULL. The organization and the assignees are told by '
	'e-mail. Returns the review''s id. Repeated by the same actor, it has the first answer. Errors: 22004 '
	'NULL; 22023 a bad value; PT404 the job is missing or hidden; PT409 its completion is not confirmed, or '
	'it was reviewed before; 42501 not a merchant. For merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.request_review(proposal_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_request_review';
REVOKE EXECUTE ON FUNCTION jobs.request_review FROM PUBLIC;
COMMENT ON FUNCTION jobs.request_review IS
	'A member asks the merchant, by e-mail, to review work that was accepted for a new store, of which there '
	'is no job. Asking again does nothing. Errors: 22004 NULL; PT404 the proposal is missing or hidden; PT409 '
	'it was not accepted for a new store, or the conversation is blocked; 42501 not a member. For members '
	'with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.review_proposal(
	proposal_id bigint,
	communication integer,
	quality integer,
	comment text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_review_proposal';
REVOKE EXECUTE ON FUNCTION jobs.review_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.review_proposal IS
	'The merchant reviews the work of a proposal that was accepted for a new store, once, after the '
	'organization asked for it. communication, quality: 1 (worst) to 5; comment: up to 20,000 characters, or '
	'NULL. The organization is told by e-mail. Returns the review''s id. Repeated by the same actor, it has '
	'the first answer. Errors: 22004 NULL; 22023 a bad value; PT404 the proposal is missing or hidden; PT409 '
	'it was not accepted for a new store, no review was asked for, or it was reviewed before; 42501 not a '
	'merchant. For merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.reply_to_review(review_id bigint, body text, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reply_to_review';
REVOKE EXECUTE ON FUNCTION jobs.reply_to_review FROM PUBLIC;
COMMENT ON FUNCTION jobs.reply_to_review IS
	'A member of the organization replies to a review, once. body: up to 20,000 characters. Nobody is told by '
	'e-mail. Repeated by the same actor, it has the first answer. Errors: 22004 NULL; 22023 a bad body; PT404 '
	'the review is missing or hidden; PT409 it has a reply; 42501 not a member. For members with app, bound '
	'or operator access.';

