-- What whoever acts sees, with their own rights. OR REPLACE, because an older view can
-- stand there. All arms of a UNION name their columns, as a dump does: else a restored view
-- wouldn't look the same to jobs.install().

-- An arm for each side; the one of whoever acts is run. The conditions stand outside of
-- the arms, because only then does the planner see that each arm's index gives its jobs
-- in the order of their ids, and a page of the newest ones costs no more than that page.
CREATE OR REPLACE VIEW jobs.job_list WITH (security_invoker = true) AS
SELECT
	j.id,
	j.id AS job_id,
	j.organization_id,
	j.merchant_id,
	j.store_id,
	j.conversation_id,
	j.proposal_id,
	j.request_id,
	j.service_id,
	(SELECT s.name FROM jobs.service s WHERE s.id = j.service_id) AS service_name,
	(SELECT o.name FROM jobs.organization o WHERE o.id = j.organization_id) AS organization_name,
	jobs.display_name('merchant:' || j.merchant_id) AS merchant_name,
	CASE WHEN j.store_id IS NOT NULL THEN jobs.store_name(j.id) END AS store_name,
	j.title,
	CASE WHEN j.due_at <= statement_timestamp() THEN 'expired' ELSE j.status END AS status,
	j.budget,
	j.currency,
	j.created_at,
	j.respond_by,
	CASE WHEN j.due_at > statement_timestamp() THEN j.due_at - statement_timestamp() END AS time_left,
	j.opened_at,
	j.first_response_at,
	j.completed_at,
	j.confirmed_at,
	(SELECT m.sent_at FROM jobs.message m WHERE m.job_id = j.id ORDER BY m.id DESC LIMIT 1) AS last_message_at,
	ARRAY(
		SELECT a.member_id
		FROM jobs.assignment a
		WHERE a.organization_id = j.organization_id AND a.job_id = j.id
		ORDER BY a.member_id) AS assignees
FROM (
	SELECT
		'member'::text AS side,
		organization_id AS own_id,
		id,
		organization_id,
		merchant_id,
		store_id,
		conversation_id,
		proposal_id,
		request_id,
		service_id,
		title,
		status,
		budget,
		currency,
		created_at,
		respond_by,
		due_at,
		opened_at,
		first_response_at,
		completed_at,
		confirmed_at
	FROM jobs.job
	UNION ALL
	SELECT
		'merchant'::text,
		merchant_id,
		id,
		organization_id,
		merchant_id,
		store_id,
		conversation_id,
		proposal_id,
		request_id,
		service_id,
		title,
		status,
		budget,
		currency,
		created_at,
		respond_by,
		due_at,
		opened_at,
		first_response_at,
		completed_at,
		confirmed_at
	FROM jobs.job
	UNION ALL
	SELECT
		'system'::text,
		0::bigint,
		id,
		organization_id,
		merchant_id,
		store_id,
		conversation_id,
		proposal_id,
		request_id,
		service_id,
		title,
		status,
		budget,
		currency,
		created_at,
		respond_by,
		due_at,
		opened_at,
		first_response_at,
		completed_at,
		confirmed_at
	FROM jobs.job
) j
WHERE j.side = (SELECT split_part(jobs.current_actor(), ':', 1))
	AND j.own_id = (SELECT COALESCE(jobs.current_organization_id(), jobs.current_merchant_id(), 0));

CREATE OR REPLACE VIEW jobs.proposals_and_jobs WITH (security_invoker = true) AS
SELECT
	p.conversation_id,
	p.organization_id,
	p.merchant_id,
	'proposal'::text AS kind,
	p.id,
	p.title,
	p.status,
	p.service_id,
	p.store_id,
	p.id AS proposal_id,
	(SELECT m.id FROM jobs.message m WHERE m.conversation_id = p.conversation_id AND m.proposal_id = p.id
		ORDER BY m.id LIMIT 1) AS message_id,
	(SELECT j.id FROM jobs.job j WHERE j.conversation_id = p.conversation_id AND j.proposal_id = p.id
		ORDER BY j.id LIMIT 1) AS job_id,
	p.sent_at AS created_at
FROM jobs.proposal p
UNION ALL
SELECT
	j.conversation_id,
	j.organization_id,
	j.merchant_id,
	'job'::text AS kind,
	j.id,
	j.title,
	CASE WHEN j.due_at <= statement_timestamp() THEN 'expired' ELSE j.status END AS status,
	j.service_id,
	j.store_id,
	j.proposal_id,
	(SELECT m.id FROM jobs.message m WHERE m.conversation_id = j.conversation_id AND m.proposal_id = j.proposal_id
		ORDER BY m.id LIMIT 1) AS message_id,
	j.id AS job_id,
	j.created_at
FROM jobs.job j;

-- The number of the message is computed in a SELECT of its own: beside a policy, the
-- planner gives an index none but leakproof expressions.
CREATE OR REPLACE VIEW jobs.job_timeline WITH (security_invoker = true) AS
SELECT
	e.job_id,
	e.id AS event_id,
	e.occurred_at,
	e.action AS what,
	e.from_status,
	e.to_status,
	e.actor,
	jobs.display_name(e.actor) AS actor_name,
	(SELECT m.body FROM jobs.message m WHERE m.id = (SELECT (e.details ->> 'message_id')::bigint)) AS body,
	e.details
FROM jobs.job_event e;

CREATE OR REPLACE VIEW jobs.health WITH (security_invoker = true) AS
SELECT
	h.expiry_lag,
	h.overdue_jobs,
	h.oldest_unsent_email,
	h.last_sweep_at,
	h.outbox_depth,
	h.dead_letters,
	h.notification_queue_usage,
	h.slowest_consumer,
	h.slowest_consumer_owner,
	h.oldest_unacked_event,
	h.last_run_at,
	h.reminder_lag,
	h.schedule_ok,
	h.schedule_problem,
	h.access_problem,
	EXTRACT(epoch FROM h.expiry_lag)::double precision AS expiry_lag_seconds,
	EXTRACT(epoch FROM h.reminder_lag)::double precision AS reminder_lag_seconds,
	EXTRACT(epoch FROM h.oldest_unsent_email)::double precision AS oldest_unsent_email_seconds,
	EXTRACT(epoch FROM h.oldest_unacked_event)::double precision AS oldest_unacked_event_seconds,
	EXTRACT(epoch FROM statement_timestamp() - h.last_run_at)::double precision AS last_run_age_seconds
FROM jobs.health_report() h;

COMMENT ON VIEW jobs.job_list IS 'the jobs of whoever acts: a member''s organization''s, a merchant''s own, or all of them for the system';
COMMENT ON COLUMN jobs.job_list.id IS 'number of the job';
COMMENT ON COLUMN jobs.job_list.job_id IS 'the same';
COMMENT ON COLUMN jobs.job_list.organization_id IS 'who does the work';
COMMENT ON COLUMN jobs.job_list.merchant_id IS 'for whom';
COMMENT ON COLUMN jobs.job_list.store_id IS 'the store that it is for; NULL: none was named';
COMMENT ON COLUMN jobs.job_list.conversation_id IS 'where the two sides talk';
COMMENT ON COLUMN jobs.job_list.proposal_id IS 'the accepted proposal that it came from; NULL for a request';
COMMENT ON COLUMN jobs.job_list.request_id IS 'the request that it came from; NULL for a proposal';
COMMENT ON COLUMN jobs.job_list.service_id IS 'the kind of work';
COMMENT ON COLUMN jobs.job_list.service_name IS 'name of the kind of work';
COMMENT ON COLUMN jobs.job_list.organization_name IS 'name of the organization';
COMMENT ON COLUMN jobs.job_list.merchant_name IS 'name of the merchant';
COMMENT ON COLUMN jobs.job_list.store_name IS 'name of the store; NULL: none was named';
COMMENT ON COLUMN jobs.job_list.title IS 'what it is called';
COMMENT ON COLUMN jobs.job_list.status IS 'as it is in effect: expired as soon as the deadline has passed';
COMMENT ON COLUMN jobs.job_list.budget IS 'what the merchant would pay, or the accepted price; NULL when not said';
COMMENT ON COLUMN jobs.job_list.currency IS 'ISO 4217 code';
COMMENT ON COLUMN jobs.job_list.created_at IS 'when it was created';
COMMENT ON COLUMN jobs.job_list.respond_by IS 'the deadline for the expert''s first response; NULL: none';
COMMENT ON COLUMN jobs.job_list.time_left IS 'time until that deadline, while it runs; else NULL';
COMMENT ON COLUMN jobs.job_list.opened_at IS 'when a member first opened it; NULL before';
COMMENT ON COLUMN jobs.job_list.first_response_at IS 'when the expert first wrote in it; NULL before';
COMMENT ON COLUMN jobs.job_list.completed_at IS 'when the expert marked it as completed; NULL before, and after a rejection';
COMMENT ON COLUMN jobs.job_list.confirmed_at IS 'when the merchant confirmed the completion; NULL before';
COMMENT ON COLUMN jobs.job_list.last_message_at IS 'when somebody last wrote in it; NULL: nobody did';
COMMENT ON COLUMN jobs.job_list.assignees IS 'ids of the members who work on it, in order, as far as whoever acts sees them; empty: none';

COMMENT ON VIEW jobs.proposals_and_jobs IS 'what was offered and what is done in a conversation; ask with conversation_id';
COMMENT ON COLUMN jobs.proposals_and_jobs.conversation_id IS 'the conversation';
COMMENT ON COLUMN jobs.proposals_and_jobs.organization_id IS 'the expert''s side';
COMMENT ON COLUMN jobs.proposals_and_jobs.merchant_id IS 'the merchant''s side';
COMMENT ON COLUMN jobs.proposals_and_jobs.kind IS 'proposal or job';
COMMENT ON COLUMN jobs.proposals_and_jobs.id IS 'number of the proposal or job';
COMMENT ON COLUMN jobs.proposals_and_jobs.title IS 'what it is called';
COMMENT ON COLUMN jobs.proposals_and_jobs.status IS 'of the proposal, or of the job as it is in effect';
COMMENT ON COLUMN jobs.proposals_and_jobs.service_id IS 'the kind of work';
COMMENT ON COLUMN jobs.proposals_and_jobs.store_id IS 'the store that it is for; NULL for a proposal that is not accepted, or accepted for a new store';
COMMENT ON COLUMN jobs.proposals_and_jobs.proposal_id IS 'the proposal itself, or the one that the job came from; NULL for a job that was requested';
COMMENT ON COLUMN jobs.proposals_and_jobs.message_id IS 'the message that carries that proposal; NULL where there is none';
COMMENT ON COLUMN jobs.proposals_and_jobs.job_id IS 'the job itself, or the one that came of the proposal; NULL: none did';
COMMENT ON COLUMN jobs.proposals_and_jobs.created_at IS 'when the proposal was sent or the job created';

COMMENT ON VIEW jobs.job_timeline IS 'what happened to a job; ask with job_id, order by event_id';
COMMENT ON COLUMN jobs.job_timeline.job_id IS 'the job';
COMMENT ON COLUMN jobs.job_timeline.event_id IS 'gives the order within a job';
COMMENT ON COLUMN jobs.job_timeline.occurred_at IS 'when';
COMMENT ON COLUMN jobs.job_timeline.what IS 'the action, by its name in jobs.transitions()';
COMMENT ON COLUMN jobs.job_timeline.from_status IS 'the status before; NULL for create';
COMMENT ON COLUMN jobs.job_timeline.to_status IS 'the status after';
COMMENT ON COLUMN jobs.job_timeline.actor IS 'who did it';
COMMENT ON COLUMN jobs.job_timeline.actor_name IS 'their name, or system';
COMMENT ON COLUMN jobs.job_timeline.body IS 'what was written; NULL when nothing was';
COMMENT ON COLUMN jobs.job_timeline.details IS 'ids and reasons; NULL when there is nothing to add';

COMMENT ON VIEW jobs.health IS 'whether the marketplace keeps up: one row, cheap at any size';
COMMENT ON COLUMN jobs.health.expiry_lag IS 'for how long the longest overdue job waits to be marked expired; zero when none does';
COMMENT ON COLUMN jobs.health.overdue_jobs IS 'how many jobs wait to be marked expired, counted up to 10,000';
COMMENT ON COLUMN jobs.health.oldest_unsent_email IS 'age of the oldest e-mail that waits to be sent, among the 10,000 that are due first; NULL: there is none';
COMMENT ON COLUMN jobs.health.last_sweep_at IS 'when a sweep last expired a job; NULL before the first time';
COMMENT ON COLUMN jobs.health.outbox_depth IS 'how many e-mails wait to be sent, those that mailers hold included, counted up to 10,000';
COMMENT ON COLUMN jobs.health.dead_letters IS 'how many e-mails were given up and not purged, counted up to 10,000';
COMMENT ON COLUMN jobs.health.notification_queue_usage IS 'how full the server''s queue of notifications is, of all its databases: 0 to 1';
COMMENT ON COLUMN jobs.health.slowest_consumer IS 'name of the consumer of events that has slept longest; NULL: none has anything left to acknowledge';
COMMENT ON COLUMN jobs.health.slowest_consumer_owner IS 'whose it is: system, organization:7 or merchant:3; NULL as well';
COMMENT ON COLUMN jobs.health.oldest_unacked_event IS 'age of the first event that it has not acknowledged; among those that nobody has read, the 10,000 first are looked at; NULL as well';
COMMENT ON COLUMN jobs.health.last_run_at IS 'when jobs.expire_due_jobs() last ran in this database, whether it found something or not, to the minute; NULL before the first time';
COMMENT ON COLUMN jobs.health.reminder_lag IS 'for how long the reminder that is longest due waits, among the 10,000 that are due first; zero when none does';
COMMENT ON COLUMN jobs.health.schedule_ok IS 'true: pg_cron has a schedule that can run and whose last run did not fail, or, where its schedules can''t be seen, the sweep ran within 10 minutes';
COMMENT ON COLUMN jobs.health.schedule_problem IS 'what is wrong with the schedule, and what to do; NULL: nothing';
COMMENT ON COLUMN jobs.health.access_problem IS 'roles that access or bindings are kept for and that are gone, or have lost their rights, and what to do; NULL: none';
COMMENT ON COLUMN jobs.health.expiry_lag_seconds IS 'expiry_lag as a number of seconds';
COMMENT ON COLUMN jobs.health.reminder_lag_seconds IS 'reminder_lag as a number of seconds';
COMMENT ON COLUMN jobs.health.oldest_unsent_email_seconds IS 'oldest_unsent_email as a number of seconds; NULL: there is none';
COMMENT ON COLUMN jobs.health.oldest_unacked_event_seconds IS 'oldest_unacked_event as a number of seconds; NULL as well';
COMMENT ON COLUMN jobs.health.last_run_age_seconds IS 'how many seconds ago last_run_at was; NULL as well';
