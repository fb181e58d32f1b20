-- Every action leaves its line of history: by the functions and by plain SQL the same.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('history') \gset
SELECT regress.job('history', 'new', true) AS by_function \gset
SELECT regress.job('history', 'new', true) AS by_sql \gset
SET SESSION AUTHORIZATION regress_jobs_app;

SELECT jobs.open_job(:by_function, actor => :'ann');
SELECT jobs.assign_members(:by_function, ARRAY[:bob_id], actor => :'ann');
SELECT jobs.reply_to_job(:by_function, 'Text', actor => :'ann') IS NOT NULL;
SELECT jobs.reply_to_job(:by_function, 'Text', actor => :'max') IS NOT NULL;
SELECT jobs.mark_inactive(:by_function, actor => :'bob');
SELECT jobs.reply_to_job(:by_function, 'Text', actor => :'max') IS NOT NULL;
SELECT jobs.unassign_members(:by_function, ARRAY[:bob_id], actor => :'ann');
SELECT jobs.complete_job(:by_function, actor => :'ann');
SELECT jobs.reply_to_job(:by_function, 'Text', actor => :'max') IS NOT NULL;

BEGIN;
SELECT jobs.act_as(:'ann');
UPDATE jobs.job SET status = 'opened' WHERE id = :by_sql;
INSERT INTO jobs.assignment (job_id, member_id) VALUES (:by_sql, :bob_id);
INSERT INTO jobs.message (job_id, body) VALUES (:by_sql, 'Text');
SELECT jobs.act_as(:'max');
INSERT INTO jobs.message (job_id, body) VALUES (:by_sql, 'Text');
SELECT jobs.act_as(:'bob');
UPDATE jobs.job SET status = 'inactive' WHERE id = :by_sql;
SELECT jobs.act_as(:'max');
INSERT INTO jobs.message (job_id, body) VALUES (:by_sql, 'Text');
SELECT jobs.act_as(:'ann');
DELETE FROM jobs.assignment WHERE job_id = :by_sql;
UPDATE jobs.job SET status = 'completed' WHERE id = :by_sql;
SELECT jobs.act_as(:'max');
INSERT INTO jobs.message (job_id, body) VALUES (:by_sql, 'Text');
COMMIT;
SELECT regress.history(:by_function);
SELECT count(*) AS of_sql, bool_and(a = b) AS same
FROM (SELECT regress.history(:by_function) a, regress.history(:by_sql) b) x;
-- and the rows of the job are the same but for ids and times
RESET SESSION AUTHORIZATION;
SELECT count(DISTINCT (status, title, description, budget, currency, opened_at IS NULL, first_response_at IS NULL, completed_at IS NULL,
	confirmed_at IS NULL, due_at IS NULL, respond_by IS NULL)) FROM jobs.job WHERE id IN (:by_function, :by_sql);
SELECT kind, split_part(recipient, '@', 1), count(*) FROM jobs.email WHERE job_id = :by_function GROUP BY 1, 2
EXCEPT SELECT kind, split_part(recipient, '@', 1), count(*) FROM jobs.email WHERE job_id = :by_sql GROUP BY 1, 2;

-- the others
SELECT regress.job('history', 'confirmed') AS confirmed \gset
SELECT regress.history(:confirmed);
SELECT regress.job('history', 'expired') AS expired \gset
SELECT regress.history(:expired);
SELECT regress.job('history', 'declined_by_merchant') AS declined \gset
SELECT regress.history(:declined);

-- details hold ids and reasons, never what people wrote
SELECT regress.job('history') AS job \gset
SELECT jobs.reply_to_job(:job, 'A secret', actor => :'ann') AS message \gset
SELECT jobs.assign_self(:job, actor => :'bob');
SELECT jobs.decline_job(:job, 'too_far', 'A secret', actor => :'ann');
SELECT action, (details ->> 'message_id')::bigint = :message, (details ->> 'member_id')::bigint = :bob_id, details ->> 'reason',
	(SELECT string_agg(key, ' ') FROM jsonb_object_keys(details) key)
FROM jobs.event WHERE job_id = :job ORDER BY id;
SELECT (e.details ->> 'proposal_id')::bigint = j.proposal_id, e.proposal_id = j.proposal_id, e.conversation_id = j.conversation_id
FROM jobs.event e JOIN jobs.job j ON j.id = e.job_id
WHERE e.job_id = :by_sql AND action = 'create';
SELECT bool_and(organization_id = :org AND merchant_id = :max_id AND id % 1024 = :org % 1024 AND occurred_at <= clock_timestamp())
FROM jobs.event WHERE job_id = :job;
SELECT bool_and(before <= occurred_at) FROM (SELECT occurred_at, lag(occurred_at)
	OVER (PARTITION BY job_id, conversation_id, CASE WHEN job_id IS NULL THEN proposal_id END ORDER BY id) AS before FROM jobs.event) x;

-- who really did it, where an operator acts for others: seen by operators and viewers
CREATE FUNCTION pg_temp.done(job bigint) RETURNS text
LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', what, regress.who(actor), 'by ' || called_by), ', ' ORDER BY event_id) FROM jobs.job_timeline WHERE job_id = $1 $$;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT job_id AS job FROM jobs.request_job(:service, 'Called', 'Text', :org, actor => :'max') \gset
SET SESSION AUTHORIZATION regress_jobs_operator;
BEGIN;
SELECT jobs.act_as(:'ann');
UPDATE jobs.job SET status = 'opened' WHERE id = :job;
SELECT jobs.assign_self(:job);
COMMIT;
SELECT jobs.reply_to_job(:job, 'Yes', actor => :'ann') > 0, jobs.mark_inactive(:job, actor => :'ann');
SELECT pg_temp.done(:job);
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_jobs_person LOGIN;
GRANT regress_jobs_operator TO regress_jobs_person;
SET SESSION AUTHORIZATION regress_jobs_person;
SET ROLE regress_jobs_operator;
SELECT jobs.reactivate_job(:job, actor => :'ann');
RESET SESSION AUTHORIZATION;
-- an operator that takes on an application's role is still who did it; so is an operator's role that a gateway takes on
GRANT regress_jobs_app TO regress_jobs_person;
SET SESSION AUTHORIZATION regress_jobs_person;
SET ROLE regress_jobs_app;
SELECT jobs.reply_to_job(:job, 'On behalf', actor => :'ann') > 0;
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_jobs_gateway LOGIN NOINHERIT;
GRANT regress_jobs_operator TO regress_jobs_gateway;
SET SESSION AUTHORIZATION regress_jobs_gateway;
SET ROLE regress_jobs_operator;
SELECT jobs.reply_to_job(:job, 'By the gateway', actor => :'ann') > 0;
RESET SESSION AUTHORIZATION;
DROP ROLE regress_jobs_gateway;
SET SESSION AUTHORIZATION regress_jobs_viewer;
SELECT pg_temp.done(:job);
SET SESSION AUTHORIZATION regress_jobs_app;
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT pg_temp.done(:job);
SELECT count(*) FROM jobs.event_caller;
SELECT jobs.act_as(:'max');
SELECT pg_temp.done(:job);
SELECT count(*) FROM jobs.event_caller;
ROLLBACK;
RESET SESSION AUTHORIZATION;
DROP ROLE regress_jobs_person;
-- not what the marketplace does by itself, whoever sets it off
SELECT regress.job('history', 'overdue') AS overdue \gset
SELECT jobs.expire_jobs() > 0;
SELECT pg_temp.done(:overdue);
SELECT regress.try('INSERT INTO jobs.event_caller SELECT organization_id, id, $$x$$ FROM jobs.event LIMIT 1');
SELECT regress.try('UPDATE jobs.event_caller SET called_by = $$x$$');

-- an action that is undone leaves nothing
BEGIN;
SELECT jobs.open_job(regress.job('history'), actor => :'ann');
SAVEPOINT here;
SELECT regress.state() AS before \gset
SELECT jobs.reply_to_job(regress.job('history'), 'Text', actor => :'ann') IS NOT NULL;
ROLLBACK TO here;
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;

-- nobody writes history, nor rewrites it
SELECT regress.try(format('INSERT INTO jobs.event SELECT * FROM jobs.event WHERE job_id = %s', :job));
SELECT regress.try(format($$UPDATE jobs.event SET actor = 'system' WHERE job_id = %s$$, :job));
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try('INSERT INTO jobs.event DEFAULT VALUES');
SELECT regress.try('UPDATE jobs.event SET actor = NULL');
SELECT regress.try('DELETE FROM jobs.event');
