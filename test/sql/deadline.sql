-- Giving an organization more time to respond.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT * FROM regress.directory('deadline') \gset
SELECT regress.job('deadline') AS job \gset
CREATE VIEW pg_temp.deadline AS
SELECT id, respond_by - created_at AS span, due_at = respond_by AS is_due, respond_by - remind_at AS lead, status FROM jobs.job;
GRANT SELECT ON pg_temp.deadline TO PUBLIC;

-- by an operator, as the system whoever acts in the session
SELECT * FROM pg_temp.deadline WHERE id = :job \gset was_
SELECT :'was_span', :'was_is_due', :'was_lead';
SELECT created_at + interval '96 hours' AS until FROM jobs.job WHERE id = :job \gset
SET LOCAL ROLE regress_jobs_operator;
SELECT jobs.act_as(:'ann');
SELECT jobs.extend_deadline(:job, :'until');
SELECT jobs.act_as('');
RESET ROLE;
SELECT span, is_due, lead, status FROM pg_temp.deadline WHERE id = :job;
SELECT regress.history(:job);
SELECT (details ->> 'respond_by')::timestamptz = :'until', details ->> 'respond_by' LIKE '%+00:00' AS is_utc, actor FROM jobs.event WHERE job_id = :job AND action = 'extend';
SELECT called_by FROM jobs.job_timeline WHERE job_id = :job AND what = 'extend';
SELECT regress.mail('deadline');
-- both sides see it
SET LOCAL ROLE regress_jobs_app;
SELECT jobs.act_as(:'ann');
SELECT what, details ? 'respond_by', called_by FROM jobs.job_timeline WHERE job_id = :job ORDER BY event_id;
SELECT time_left > '95 hours' FROM jobs.job_list WHERE id = :job;
SELECT jobs.act_as(:'max');
SELECT what, details ? 'respond_by', called_by FROM jobs.job_timeline WHERE job_id = :job ORDER BY event_id;
SELECT time_left > '95 hours' FROM jobs.job_list WHERE id = :job;
SELECT jobs.act_as('');
RESET ROLE;
-- the sweep leaves it alone until then
SELECT regress.run_out(:job);
SELECT status FROM jobs.job_list WHERE id = :job;
SELECT regress.try(format('SELECT jobs.extend_deadline(%s, now() + $$1 day$$)', :job));
SELECT jobs.expire_jobs(1000000) > 0;
SELECT regress.try(format('SELECT jobs.extend_deadline(%s, now() + $$1 day$$)', :job));

-- once more: it says that nothing is left to do; never earlier, and not for ever
SELECT regress.job('deadline') AS job \gset
SELECT jobs.extend_deadline(:job, :'until');
SELECT regress.state() AS before \gset
SELECT jobs.extend_deadline(:job, :'until');
SELECT regress.try(format('SELECT jobs.extend_deadline(%s, %s)', :job, until))
FROM unnest(ARRAY[quote_literal(:'until') || '::timestamptz - interval ''1 microsecond''', 'now()', 'now() - interval ''1 year''', quote_literal('infinity'),
	quote_literal('-infinity'), 'now() + interval ''101 years''', 'NULL']) until;
SELECT regress.try('SELECT jobs.extend_deadline(NULL, now())');
SELECT regress.try('SELECT jobs.extend_deadline(1, now() + $$1 day$$)');
SELECT regress.state() = :'before' AS unchanged;
SELECT jobs.extend_deadline(:job, now() + interval '99 years');

-- the reminder: none where the deadline is nearer than the lead, and once more where it was sent
SET LOCAL jobs.response_window = '10h';
SELECT job_id AS near FROM jobs.request_job(:service, 'Near', 'Text', :org, actor => :'max') \gset
SELECT span, lead FROM pg_temp.deadline WHERE id = :near;
SELECT jobs.extend_deadline(:near, now() + interval '20 hours');
SELECT lead FROM pg_temp.deadline WHERE id = :near;
SELECT jobs.extend_deadline(:near, now() + interval '30 hours');
SELECT lead FROM pg_temp.deadline WHERE id = :near;
SET LOCAL jobs.reminder_lead = 0;
SELECT jobs.extend_deadline(:near, now() + interval '40 hours');
SELECT lead > interval '24 hours' AS as_it_was FROM pg_temp.deadline WHERE id = :near;
RESET jobs.reminder_lead;
RESET jobs.response_window;

-- by status; a job from a proposal that has no deadline
SELECT s, p, regress.try(format('SELECT jobs.extend_deadline(%s, now() + $$10 days$$)', j))
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,confirmed,declined,expired,overdue,overdue_opened}'::text[]) WITH ORDINALITY s (s, n),
	unnest('{f,t}'::boolean[]) p, LATERAL regress.job('deadline', s, p) j ORDER BY n, p;
SET LOCAL jobs.proposal_response_window = -1;
SELECT jobs.accept_proposal(jobs.send_proposal(conversation_id, :service, 'Offer', 'Work', 10, actor => :'ann'), :store, actor => :'max') AS endless
FROM jobs.job WHERE id = :job \gset
SELECT regress.try(format('SELECT jobs.extend_deadline(%s, now() + $$10 days$$)', :endless));
RESET jobs.proposal_response_window;

-- who may: the functions are the operators', and plain SQL goes on to be nobody's
SELECT regress.state() AS before \gset
SELECT role, regress.try(format('SELECT jobs.extend_deadline(%s, now() + $$10 days$$)', :near)) FROM unnest('{app,bound,mailer,monitor,viewer,stranger}'::text[]) role,
	LATERAL set_config('role', 'regress_jobs_' || role, true);
SET LOCAL ROLE regress_jobs_operator;
SELECT regress.try(format('UPDATE jobs.job SET respond_by = now() + $$10 days$$ WHERE id = %s', :near));
SELECT string_agg(a, ' ') FROM jobs.allowed_actions(:near) a;
SELECT string_agg(a, ' ') FROM jobs.allowed_actions(:near, actor => :'ann') a;
RESET ROLE;
-- what a trigger of a user suppresses or changes was not done
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;
CREATE TRIGGER own BEFORE UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT regress.try(format('SELECT jobs.extend_deadline(%s, now() + $$10 days$$)', :near));
DROP TRIGGER own ON jobs.job;
CREATE TRIGGER own BEFORE UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"respond_by": "2020-01-01"}');
SELECT regress.try(format('SELECT jobs.extend_deadline(%s, now() + $$10 days$$)', :near));
DROP TRIGGER own ON jobs.job;
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
BEGIN READ ONLY;
SELECT regress.try('SELECT jobs.extend_deadline(1, now() + $$10 days$$)');
ROLLBACK;
