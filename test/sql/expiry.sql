-- The deadline: what is overdue is as good as expired, before and after the sweep.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('expiry') \gset
SELECT jobs.expire_jobs(1000000) IS NOT NULL AS nothing_due;
SELECT count(*) FROM regress.mail('expiry');

-- Real waiting.
SET jobs.response_window = '50ms';
SELECT job_id AS short FROM jobs.request_job(:service, 'Short', 'Text', :org, actor => :'max') \gset
SELECT pg_sleep(0.06);
SELECT status, time_left FROM jobs.job_list WHERE id = :short;
SELECT jobs.expire_jobs();
SELECT count(*) FROM regress.mail('expiry');
-- The others only look as if somebody had waited.
SET jobs.response_window = '1h';
SELECT job_id AS job FROM jobs.request_job(:service, 'Short', 'Text', :org, actor => :'max') \gset
SELECT jobs.reply_to_job(:job, 'Quick!', actor => :'max') IS NOT NULL AS in_time;
SELECT status, respond_by - created_at FROM jobs.job WHERE id = :job;
SELECT status, time_left > '0' FROM jobs.job_list WHERE id = :job;
SELECT regress.run_out(:job);
-- every path is refused, and nothing changes
SELECT regress.state() AS before \gset
SELECT call, regress.try(format('SELECT jobs.%s, actor => %L)', format(call, :job), actor))
FROM (VALUES (1, 'open_job(%s', :'ann'), (2, 'reply_to_job(%s, $$Text$$', :'ann'), (3, 'reply_to_job(%s, $$Text$$', :'max'),
	(4, 'decline_job(%s', :'ann'), (5, 'decline_job(%s', :'max'), (6, 'mark_inactive(%s', :'ann'), (7, 'reactivate_job(%s', :'ann'),
	(8, 'complete_job(%s', :'ann'), (9, 'confirm_completion(%s', :'max'), (10, 'reject_completion(%s', :'max'),
	(11, 'assign_self(%s', :'ann'), (12, 'unassign_members(%s, $${1}$$', :'ann')) c (n, call, actor)
ORDER BY n;
SELECT jobs.act_as(:'ann', false);
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body) VALUES (%s, 'Text')$$, :job));
SELECT regress.try(format($$INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, %s)$$, :job, :ann_id));
SELECT regress.try(format($$UPDATE jobs.job SET status = 'opened' WHERE id = %s$$, :job));
SELECT regress.try(format($$UPDATE jobs.job SET status = 'expired' WHERE id = %s$$, :job));
SELECT regress.try(format($$UPDATE jobs.job SET title = 'Other' WHERE id = %s$$, :job));
SELECT regress.try(format($$UPDATE jobs.job SET due_at = NULL WHERE id = %s$$, :job));
SELECT count(*) FROM jobs.allowed_actions(:job);
-- every view shows it
SELECT status, time_left FROM jobs.job_list WHERE id = :job;
SELECT status FROM jobs.proposals_and_jobs WHERE id = :job;
SELECT jobs.act_as(:'max', false);
SELECT status, time_left FROM jobs.job_list WHERE id = :job;
SELECT jobs.act_as('', false);
SELECT status, time_left FROM jobs.job_list WHERE id = :job;
SELECT regress.state() = :'before' AS unchanged;
SELECT status FROM jobs.job WHERE id = :job;
SELECT overdue_jobs, expiry_lag > '0' FROM jobs.health;

-- the sweep
SELECT jobs.expire_jobs();
SELECT jobs.expire_jobs();
SELECT status, due_at, respond_by IS NOT NULL FROM jobs.job WHERE id = :job;
SELECT regress.history(:job);
SELECT regress.mail('expiry');
SELECT overdue_jobs, expiry_lag, last_sweep_at > now() - interval '1 minute' FROM jobs.health;
SELECT regress.try(format($$UPDATE jobs.job SET status = 'new' WHERE id = %s$$, :job));
SELECT regress.try(format($$UPDATE jobs.job SET title = 'Other' WHERE id = %s$$, :job));
SELECT regress.try(format($$SELECT jobs.open_job(%s, actor => %L)$$, :job, :'ann'));

-- an expert's response in time: never again, however long it takes
SELECT job_id AS answered FROM jobs.request_job(:service, 'Answered', 'Text', :org, actor => :'max') \gset
SELECT jobs.reply_to_job(:answered, 'Yes', actor => :'ann') IS NOT NULL, jobs.reply_to_job(:answered, 'Fine', actor => :'max') IS NOT NULL;
SELECT regress.run_out(:answered);
SELECT status FROM jobs.job_list WHERE id = :answered;
SELECT jobs.expire_jobs();
SELECT jobs.reply_to_job(:answered, 'Well', actor => :'ann') IS NOT NULL;
SELECT jobs.mark_inactive(:answered, actor => :'ann'), jobs.expire_jobs();
SELECT jobs.decline_job(:answered, actor => :'max'), jobs.expire_jobs();

-- the system expires by a plain UPDATE, what is due and no more
SELECT regress.job('expiry', 'overdue') AS due \gset
SELECT regress.job('expiry') AS not_due \gset
UPDATE jobs.job SET status = 'expired' WHERE id = :due;
SELECT regress.try(format($$UPDATE jobs.job SET status = 'expired' WHERE id = %s$$, :not_due));
SELECT regress.history(:due);

-- windows: of requests, of proposals, for ever
RESET jobs.response_window;
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SET jobs.proposal_response_window = '1h';
SELECT jobs.accept_proposal(jobs.send_proposal(:conversation, :service, 'Hour', 'Work', 1, actor => :'ann'), :store, actor => :'max') AS hour \gset
SET jobs.proposal_response_window = -1;
SELECT jobs.accept_proposal(jobs.send_proposal(:conversation, :service, 'Ever', 'Work', 1, actor => :'ann'), :store, actor => :'max') AS ever \gset
SELECT title, respond_by - created_at, due_at - created_at FROM jobs.job WHERE id IN (:hour, :ever) ORDER BY id;
SELECT time_left FROM jobs.job_list WHERE id = :ever;
-- years, and parts of a second; a plain number counts milliseconds
BEGIN;
SELECT set_config('jobs.response_window', '730d', false), set_config('jobs.proposal_response_window', '36525d', false),
	set_config('jobs.reminder_lead', '365d', false), set_config('jobs.ranking_half_life', '3650d', false);
SELECT job_id AS years FROM jobs.request_job(:service, 'Years', 'Text', :org, actor => :'max') \gset
SELECT jobs.accept_proposal(jobs.send_proposal(:conversation, :service, 'Hundred years', 'Work', 1, actor => :'ann'), :store, actor => :'max') AS hundred_years \gset
SET jobs.response_window = 2500;
SELECT job_id AS seconds FROM jobs.request_job(:service, 'Seconds', 'Text', :org, actor => :'max') \gset
SET jobs.response_window = '1.5ms';
SELECT job_id AS brief FROM jobs.request_job(:service, 'Brief', 'Text', :org, actor => :'max') \gset
SELECT title, respond_by - created_at, due_at = respond_by, respond_by - remind_at FROM jobs.job WHERE id IN (:years, :hundred_years, :seconds, :brief) ORDER BY id;
SELECT left(regress.try(format('SET jobs.%s = %L', name, '36526d')), 5) FROM unnest('{response_window,proposal_response_window,reminder_lead}'::text[]) name;
ROLLBACK;
-- in the server's words, which vary
SELECT left(regress.try(format('SET jobs.%s = %s', name, value)), 5)
FROM (VALUES ('response_window', 0), ('response_window', -1), ('proposal_response_window', -2)) s (name, value);
RESET jobs.proposal_response_window;
SHOW jobs.response_window;
SHOW jobs.proposal_response_window;
-- a response, or a merchant's message, leaves the deadline as it is
SELECT jobs.reply_to_job(:hour, 'Hm', actor => :'max') IS NOT NULL;
SELECT respond_by - created_at, due_at = respond_by FROM jobs.job WHERE id = :hour;

-- Batches: the longest overdue first.
SELECT regress.job('expiry', 'overdue') AS first \gset
SELECT regress.job('expiry', 'overdue_opened') AS second \gset
SELECT regress.job('expiry', 'overdue', true) AS third \gset
SELECT jobs.expire_jobs(1);
SELECT id = :first FROM jobs.job WHERE id IN (:first, :second, :third) AND status = 'expired';
SELECT jobs.expire_jobs(2);
SELECT jobs.expire_jobs(2);
SELECT regress.history(:second);
SELECT regress.try('SELECT jobs.expire_jobs(NULL)');
SELECT regress.try('SELECT jobs.expire_jobs(0)');

-- the procedure: batch after batch, or one inside a transaction block
SELECT count(regress.job('expiry', 'overdue')) FROM generate_series(1, 5);
BEGIN;
CALL jobs.expire_due_jobs(2);
SELECT overdue_jobs FROM jobs.health;
COMMIT;
CALL jobs.expire_due_jobs(2);
SELECT overdue_jobs FROM jobs.health;
SELECT count(regress.job('expiry', 'overdue')) FROM generate_series(1, 3);
DO $$ BEGIN CALL jobs.expire_due_jobs(1); END $$;
SELECT overdue_jobs FROM jobs.health;
CALL jobs.expire_due_jobs();
SELECT regress.try('CALL jobs.expire_due_jobs(NULL)');
SELECT regress.try('CALL jobs.expire_due_jobs(0)');
-- it goes back to the caller's rights
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT count(regress.job('expiry', 'overdue')) FROM generate_series(1, 3);
CALL jobs.expire_due_jobs(1);
SELECT CURRENT_USER, current_setting('search_path'), overdue_jobs FROM jobs.health;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try('SELECT jobs.expire_jobs()');
SELECT regress.try('CALL jobs.expire_due_jobs()');
RESET SESSION AUTHORIZATION;
-- Nothing due writes nothing, but that a sweep ran, at most once a minute.
SELECT last_run_at <= clock_timestamp() AS has_run, last_run_age_seconds >= 0 AND last_run_age_seconds < 600 FROM jobs.health;
UPDATE jobs.node SET last_run_at = now() - interval '2 minutes';
CALL jobs.expire_due_jobs();
SELECT last_run_at > now() - interval '1 minute' AS is_noted, last_run_at AS noted FROM jobs.health \gset
SELECT :'is_noted';
CALL jobs.expire_due_jobs();
SELECT last_run_at = :'noted' AS not_again FROM jobs.health;
-- a clock that was set back, and a copy of another database
UPDATE jobs.node SET last_run_at = now() + interval '1 day';
CALL jobs.expire_due_jobs();
SELECT last_run_at < now() + interval '1 minute' AS is_noted FROM jobs.health;
UPDATE jobs.node SET last_run_database = 1;
SELECT last_run_at, last_run_age_seconds FROM jobs.health;
BEGIN;
CALL jobs.expire_due_jobs();
SELECT last_run_at IS NOT NULL AS is_noted FROM jobs.health;
COMMIT;
SELECT regress.state() AS before \gset
CALL jobs.expire_due_jobs();
SELECT jobs.expire_jobs();
SELECT regress.state() = :'before' AS unchanged;
