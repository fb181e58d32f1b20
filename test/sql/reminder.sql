-- Reminders: once, a while before the deadline, of jobs that nobody has answered.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('reminder') \gset
CALL jobs.expire_due_jobs();
SELECT count(*) FROM regress.mail('reminder');

-- The deadline is as near as the lead: this looks as if somebody had waited.
CREATE FUNCTION pg_temp.wait(number bigint)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	UPDATE jobs.job SET remind_at = clock_timestamp() - interval '1 second', respond_by = clock_timestamp() + interval '23 hours',
		due_at = clock_timestamp() + interval '23 hours' WHERE id = number;
	SET LOCAL session_replication_role = origin;
END
$$;
CREATE FUNCTION pg_temp.waiting(situation text DEFAULT 'new')
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	number bigint := regress.job('reminder', situation);
BEGIN
	PERFORM pg_temp.wait(number), regress.mail('reminder');
	RETURN number;
END
$$;
-- set at creation, by the settings of that moment
SELECT regress.job('reminder') AS job \gset
SELECT respond_by - created_at, respond_by - remind_at FROM jobs.job WHERE id = :job;
SET jobs.reminder_lead = '3h';
SELECT regress.job('reminder') AS job \gset
SELECT respond_by - remind_at FROM jobs.job WHERE id = :job;
SELECT regress.job('reminder', 'new', true) AS job \gset
SELECT respond_by - remind_at FROM jobs.job WHERE id = :job;
SET jobs.reminder_lead = 0;
SELECT regress.job('reminder') AS job \gset
SELECT remind_at FROM jobs.job WHERE id = :job;
-- a deadline that is nearer than that brings none, nor does one that never comes
RESET jobs.reminder_lead;
SET jobs.response_window = '24h';
SELECT job_id AS job FROM jobs.request_job(:service, 'Short', 'Text', :org, actor => :'max') \gset
SELECT remind_at FROM jobs.job WHERE id = :job;
RESET jobs.response_window;
SET jobs.proposal_response_window = -1;
SELECT jobs.accept_proposal(jobs.send_proposal(jobs.start_conversation(:org, 'Hello', actor => :'max'),
	:service, 'Offer', 'Work', 10, actor => :'ann'), :store, actor => :'max') AS job \gset
SELECT remind_at, respond_by FROM jobs.job WHERE id = :job;
RESET jobs.proposal_response_window;
CALL jobs.expire_due_jobs();
SELECT count(*) FROM regress.mail('reminder') m WHERE m LIKE 'expiring%';

-- once, to the organization; the job's history doesn't know
SELECT pg_temp.waiting() AS job \gset
SELECT reminder_lag BETWEEN '1 second' AND '10 minutes' AS lags, reminder_lag_seconds >= 1 AS in_seconds, expiry_lag FROM jobs.health;
CALL jobs.expire_due_jobs();
SELECT reminder_lag, reminder_lag_seconds FROM jobs.health;
SELECT regress.mail('reminder');
SELECT remind_at, status, due_at IS NOT NULL FROM jobs.job WHERE id = :job;
SELECT regress.history(:job);
CALL jobs.expire_due_jobs();
SELECT count(*) FROM regress.mail('reminder');
-- to the assignees, where there are any that want it; an opened job is not answered yet
SELECT pg_temp.waiting('opened') AS job \gset
SELECT jobs.assign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann');
SELECT count(*) FROM regress.mail('reminder');
CALL jobs.expire_due_jobs();
SELECT regress.mail('reminder');
SELECT pg_temp.waiting() AS job \gset
SELECT jobs.assign_self(:job, actor => :'bob');
SELECT count(*) FROM regress.mail('reminder');
SELECT jobs.set_email_scope(:bob_id, 'messages', actor => :'bob');
CALL jobs.expire_due_jobs();
SELECT regress.mail('reminder');
SELECT jobs.set_email_scope(:bob_id, 'all', actor => :'bob');

-- never for one that was answered, declined or completed, nor for one that is overdue
SELECT pg_temp.waiting() AS answered, pg_temp.waiting() AS declined, pg_temp.waiting() AS overdue, pg_temp.waiting() AS merchants \gset
SELECT jobs.reply_to_job(:answered, 'Yes', actor => :'ann') IS NOT NULL AS answered, jobs.decline_job(:declined, actor => :'ann'),
	jobs.reply_to_job(:merchants, 'Hello?', actor => :'max') IS NOT NULL AS asked;
SELECT regress.run_out(:overdue);
SELECT remind_at IS NULL AS is_over FROM jobs.job WHERE id IN (:answered, :declined, :overdue, :merchants) ORDER BY id;
SELECT count(*) > 0 FROM regress.mail('reminder');
CALL jobs.expire_due_jobs();
SELECT regress.mail('reminder');
SELECT remind_at IS NULL AS is_over FROM jobs.job WHERE id IN (:answered, :declined, :overdue, :merchants) ORDER BY id;
-- jobs.expire_jobs() expires alone
SELECT pg_temp.waiting() AS job \gset
SELECT jobs.expire_jobs();
SELECT count(*) FROM regress.mail('reminder');
-- batch after batch, and in a transaction block one
SELECT pg_temp.waiting(), pg_temp.waiting() \g /dev/null
DO $$ BEGIN CALL jobs.expire_due_jobs(2); END $$;
BEGIN;
CALL jobs.expire_due_jobs(1);
ROLLBACK;
SELECT count(*) FROM jobs.job WHERE remind_at < now();
CALL jobs.expire_due_jobs(1);
SELECT count(*) FROM jobs.job WHERE remind_at < now();
SELECT regress.mail('reminder');
-- what goes wrong with a reminder keeps nothing from expiring
SELECT pg_temp.waiting() AS job, pg_temp.waiting() AS overdue \gset
SELECT regress.run_out(:overdue);
CREATE TRIGGER zz_user BEFORE INSERT ON jobs.email FOR EACH ROW WHEN (NEW.kind = 'expiring_soon') EXECUTE FUNCTION regress.run('SELECT 1 / 0');
CALL jobs.expire_due_jobs();
SELECT status FROM jobs.job WHERE id = :overdue;
DROP TRIGGER zz_user ON jobs.email;
CALL jobs.expire_due_jobs();
SELECT regress.mail('reminder');
-- a trigger of a user keeps one: nothing is sent
SELECT pg_temp.waiting() AS job \gset
CREATE TRIGGER zz_user BEFORE UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.suppress();
CALL jobs.expire_due_jobs();
SELECT count(*) FROM regress.mail('reminder');
DROP TRIGGER zz_user ON jobs.job;
CALL jobs.expire_due_jobs();
SELECT regress.mail('reminder');
