-- access: operators
CREATE FUNCTION jobs.purge_jobs(older_than interval, max_rows integer DEFAULT 1000)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_purge_jobs';
REVOKE EXECUTE ON FUNCTION jobs.purge_jobs FROM PUBLIC;
COMMENT ON FUNCTION jobs.purge_jobs IS
	'Deletes jobs that were declined, expired or completed (confirmed or not) longer ago than older_than (0 to 100 '
	'years), the oldest first, up to max_rows, with all that hangs on them: messages, e-mails, events, the review, the '
	'record of a decline, assignments. Conversations and proposals stay, and what matching knows of organizations, also '
	'for jobs.rebuild_ranking(). A job stays while somebody holds it, an e-mail of it waits to be sent, a consumer has '
	'not acknowledged an event of it, somebody wrote or reviewed lately, or another job of its request goes on. '
	'What a trigger or a foreign key of a user is against stays as well, and a warning tells of it. '
	'Returns how many jobs were deleted: less than max_rows means that there are no others. '
	'Errors: 22004 NULL; 22023 a bad value. For operator access.';
