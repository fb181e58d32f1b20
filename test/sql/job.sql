-- A job's life by the functions: asking for one, opening, inactive, completing.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('job') \gset
SET SESSION AUTHORIZATION regress_jobs_app;

-- asking for a job opens the conversation, and writes no message in it
SELECT * FROM jobs.request_job(:service, 'Logo', 'Draw a logo', :org, :store, 100.50, 'EUR', actor => :'max') \gset
SELECT :asked_organization_id = :org AS is_asked;
SELECT regress.mail('job');
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT title, description, status, budget, currency, organization_id = :org, merchant_id = :max_id, store_id = :store,
	request_id = :request_id, request_id % 1024, id % 1024 = :org % 1024, proposal_id, respond_by - created_at,
	due_at = respond_by, opened_at, first_response_at, completed_at, confirmed_at
FROM jobs.job;
SELECT (SELECT count(*) FROM jobs.conversation) AS conversations, (SELECT count(*) FROM jobs.message) AS messages;
COMMIT;
SELECT regress.history(:job_id);

-- opening: once, and no error afterwards
SELECT jobs.open_job(:job_id, actor => :'ann'), jobs.open_job(:job_id, actor => :'bob');
SELECT regress.mail('job');
SELECT jobs.reply_to_job(:job_id, 'How big?', actor => :'ann') IS NOT NULL AS sent;
SELECT jobs.open_job(:job_id, actor => :'ann');
SELECT jobs.reply_to_job(:job_id, 'Quite big', actor => :'max') IS NOT NULL AS sent;
SELECT jobs.mark_inactive(:job_id, actor => :'ann');
SELECT jobs.reply_to_job(:job_id, 'Later', actor => :'ann') IS NOT NULL AS sent;
SELECT count(*) FROM regress.mail('job');
-- inactive stays so by the expert's message, who wrote last now
SELECT jobs.reactivate_job(:job_id, actor => :'bob');
SELECT jobs.mark_inactive(:job_id, actor => :'ann');
SELECT regress.mail('job');
SELECT jobs.reply_to_job(:job_id, 'Now?', actor => :'max') IS NOT NULL AS sent;
SELECT jobs.mark_inactive(:job_id, actor => :'ann');
SELECT jobs.reactivate_job(:job_id, actor => :'ann');
SELECT jobs.complete_job(:job_id, 'Here it is', actor => :'ann');
SELECT jobs.reject_completion(:job_id, 'Too small', actor => :'max');
SELECT jobs.mark_inactive(:job_id, actor => :'ann');
SELECT jobs.reactivate_job(:job_id, actor => :'ann');
SELECT jobs.complete_job(:job_id, actor => :'bob');
SELECT jobs.confirm_completion(:job_id, actor => :'max');
SELECT regress.history(:job_id);
BEGIN;
SELECT jobs.act_as(:'max');
SELECT status, opened_at <= first_response_at, first_response_at < completed_at, completed_at <= confirmed_at, due_at, respond_by IS NOT NULL FROM jobs.job;
SELECT regress.who(author), body, job_id = :job_id FROM jobs.message ORDER BY id;
COMMIT;
-- once
SELECT regress.try(format('SELECT jobs.confirm_completion(%s, actor => %L)', :job_id, :'max'));
SELECT regress.try(format('SELECT jobs.reject_completion(%s, actor => %L)', :job_id, :'max'));
SELECT regress.try(format('SELECT jobs.complete_job(%s, actor => %L)', :job_id, :'ann'));

-- a rejection clears the completion
SELECT regress.job('job', 'completed') AS completed \gset
SELECT jobs.reject_completion(:completed, actor => :'max');
BEGIN;
SELECT jobs.act_as(:'max');
SELECT status, completed_at, confirmed_at FROM jobs.job WHERE id = :completed;
COMMIT;
-- the expert answers from new: opened on the way
SELECT regress.job('job') AS fresh \gset
SELECT jobs.reply_to_job(:fresh, 'Yes', actor => :'bob') IS NOT NULL AS sent;
SELECT regress.history(:fresh);
BEGIN;
SELECT jobs.act_as(:'max');
SELECT opened_at = first_response_at AS opened_by_answer, due_at, respond_by - created_at AS respond_by_stays FROM jobs.job WHERE id = :fresh;
COMMIT;
-- the merchant's messages don't restart the clock
SELECT regress.job('job') AS waiting \gset
SELECT jobs.reply_to_job(:waiting, 'Hello?', actor => :'max') IS NOT NULL AS sent;
SELECT regress.history(:waiting);
BEGIN;
SELECT jobs.act_as(:'max');
SELECT status, respond_by - created_at, due_at = respond_by, first_response_at FROM jobs.job WHERE id = :waiting;
COMMIT;
-- of a proposal: completed right away
SELECT regress.job('job', 'new', true) AS offered \gset
SELECT jobs.complete_job(:offered, 'Done already', actor => :'ann');
SELECT regress.history(:offered);
BEGIN;
SELECT jobs.act_as(:'max');
SELECT status, opened_at IS NOT NULL, first_response_at = completed_at FROM jobs.job WHERE id = :offered;
COMMIT;

-- what one may do now
SELECT s, (SELECT string_agg(a, ' ') FROM jobs.allowed_actions(j, actor => :'ann') a) AS expert,
	(SELECT string_agg(a, ' ') FROM jobs.allowed_actions(j, actor => :'max') a) AS merchant
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,confirmed,declined,overdue,expired}'::text[]) s,
	LATERAL regress.job('job', s) j;
SELECT regress.try(format('SELECT jobs.allowed_actions(%s)', :fresh));
SELECT regress.try(format('SELECT jobs.allowed_actions(%s, actor => %L)', :fresh, :'otto'));
SELECT regress.try(format('SELECT jobs.allowed_actions(1, actor => %L)', :'otto'));
SELECT regress.try(format('SELECT jobs.allowed_actions(NULL, actor => %L)', :'otto'));

-- an error names the job, its status and what is allowed
SELECT regress.try(format('SELECT jobs.mark_inactive(%s, actor => %L)', :waiting, :'ann'));
SELECT regress.try(format('SELECT jobs.confirm_completion(%s, actor => %L)', :waiting, :'max'));
SELECT regress.try(format('SELECT jobs.complete_job(%s, actor => %L)', :waiting, :'ann'));

-- asking: what is refused
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', actor => %L)$$, :unprovided, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, actor => %L)$$, :unprovided, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(1, 'Title', 'Text', %s, actor => %L)$$, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', 1, actor => %L)$$, :service, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, %s, actor => %L)$$, :service, :org, :mia_store, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, 1, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, actor => %L)$$, :service, :org, :'ann'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s)$$, :service, :org));
SELECT regress.try(format($$SELECT jobs.request_job(NULL, 'Title', 'Text', %s, actor => %L)$$, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, NULL, 'Text', %s, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', NULL, %s, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, ' ', 'Text', %s, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, repeat('x', 201), 'Text', %s, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', repeat('x', 20001), %s, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, budget => -0.01, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, budget => 'Infinity', actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, currency => NULL, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, currency => 'usd', actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, max_matches => 0, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', %s, auto_rematch => NULL, actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Title', 'Text', 0, actor => %L)$$, :service, :'max'));

-- A repeated call
SELECT job_id AS once, request_id AS once_request FROM jobs.request_job(:service, 'Once', 'Text', :org, :store, 10, client_key => '00000000-0000-0000-0000-000000000001', actor => :'max') \gset
SELECT jobs.decline_job(:once, actor => :'ann');
SELECT jobs.set_preferences(:org, is_available => false, actor => :'ann');
SELECT regress.state() AS before \gset
SELECT job_id = :once AND request_id = :once_request AND asked_organization_id = :org AS is_first
FROM jobs.request_job(:service, 'Once', 'Text', :org, :store, 10.0, client_key => '00000000-0000-0000-0000-000000000001', actor => :'max');
SELECT regress.state() = :'before' AS unchanged;
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Other', 'Text', %s, %s, 10, client_key => '00000000-0000-0000-0000-000000000001', actor => %L)$$, :service, :org, :store, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Once', 'Text', %s, %s, client_key => '00000000-0000-0000-0000-000000000001', actor => %L)$$, :service, :org, :store, :'max'));
SELECT jobs.set_preferences(:org, is_available => true, actor => :'ann');
SELECT job_id <> :once AS is_another FROM jobs.request_job(:service, 'Once', 'Text', :org, client_key => '00000000-0000-0000-0000-000000000001', actor => :'mia');
