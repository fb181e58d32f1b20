-- A job that has ended is read no more: neither by a message that looks for the live ones, nor
-- by a block. job.ended_at says since when.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('ended') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset

-- set by what ends a job, whatever the path; kept by what leaves it as it is; cleared by a rejection
CREATE FUNCTION pg_temp.ended(number bigint) RETURNS text
LANGUAGE sql RETURN (SELECT status || CASE WHEN ended_at IS NULL THEN ' lives' WHEN clock_timestamp() - ended_at BETWEEN '0' AND '1 minute' THEN ' ended' END FROM jobs.job WHERE id = number);
SELECT situation, pg_temp.ended(regress.job('ended', situation)) FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,confirmed,declined}'::text[]) situation;
SELECT regress.job('ended') AS job \gset
BEGIN;
SELECT regress.run_out(:job);
SELECT jobs.expire_jobs() > 0, pg_temp.ended(:job);
ROLLBACK;
BEGIN;
SELECT jobs.act_as(:'max');
UPDATE jobs.job SET status = 'declined' WHERE id = :job RETURNING ended_at IS NOT NULL;
ROLLBACK;
SELECT regress.job('ended', 'completed') AS done \gset
SELECT ended_at AS since FROM jobs.job WHERE id = :done \gset
SELECT jobs.reply_to_job(:done, 'Thanks', actor => :'max') > 0, jobs.reply_to_job(:done, 'You are welcome', actor => :'ann') > 0, ended_at = :'since' FROM jobs.job WHERE id = :done;
BEGIN;
SELECT jobs.confirm_completion(:done, actor => :'max');
SELECT ended_at = :'since', pg_temp.ended(:done) FROM jobs.job WHERE id = :done;
ROLLBACK;
SELECT jobs.reject_completion(:done, actor => :'max'), pg_temp.ended(:done);
SELECT jobs.complete_job(:done, actor => :'ann'), pg_temp.ended(:done);
SELECT ended_at > :'since' FROM jobs.job WHERE id = :done;
-- in every job of every test that ran so far: the machine's word
SELECT status, count(ended_at) = 0 AS lives, count(ended_at) = count(*) AS ended FROM jobs.job WHERE id IN (SELECT job_id FROM jobs.event) GROUP BY status HAVING (count(ended_at) = 0) = (status IN ('completed', 'declined', 'expired'))
	OR (count(ended_at) = count(*)) <> (status IN ('completed', 'declined', 'expired'));

-- a conversation with 3,000 ended jobs and a live one
SELECT jobs.decline_job(id, actor => :'max') FROM jobs.job WHERE conversation_id = :conversation AND ended_at IS NULL AND status <> 'declined';
SET session_replication_role = replica;
INSERT INTO jobs.job (id, organization_id, merchant_id, conversation_id, service_id, title, description, status, ended_at)
SELECT 1024 * (1000000 + n) + :org % 1024, :org, :max_id, :conversation, :service, 'Old', 'Text', (ARRAY['completed', 'declined', 'expired'])[n % 3 + 1], now()
FROM generate_series(1, 3000) n;
RESET session_replication_role;
VACUUM jobs.job;
-- rows of jobs.job that the session has read so far
CREATE FUNCTION pg_temp.jobs_read() RETURNS bigint
LANGUAGE sql RETURN (SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'jobs.job'::regclass);
BEGIN;
SELECT pg_temp.jobs_read() AS before \gset
SELECT jobs.send_message(:conversation, 'No job', actor => :'max') > 0;
SELECT pg_temp.jobs_read() - :before;
ROLLBACK;
SELECT regress.job('ended', 'responded') AS live \gset
BEGIN;
SELECT pg_temp.jobs_read() AS before \gset
SELECT jobs.send_message(:conversation, 'The only one', actor => :'ann') > 0;
SELECT pg_temp.jobs_read() - :before < 10;
SELECT count(*) FROM jobs.message WHERE job_id = :live AND body = 'The only one';
ROLLBACK;
BEGIN;
SELECT pg_temp.jobs_read() AS before \gset
SELECT jobs.act_as(:'max');
INSERT INTO jobs.message (conversation_id, body) VALUES (:conversation, 'The only one') RETURNING job_id = :live;
SELECT pg_temp.jobs_read() - :before < 20;
ROLLBACK;
BEGIN;
SELECT pg_temp.jobs_read() AS before \gset
SELECT jobs.block_conversation(:conversation, actor => :'max');
SELECT pg_temp.jobs_read() - :before < 20, pg_temp.ended(:live);
ROLLBACK;

-- A message changes no column of an index: its job's update stays within the page.
BEGIN;
SELECT n_tup_upd AS updates, n_tup_hot_upd AS hot FROM pg_stat_xact_user_tables WHERE relid = 'jobs.job'::regclass \gset
SELECT jobs.reply_to_job(:live, 'Merchant', actor => :'max') > 0, jobs.reply_to_job(:live, 'Expert', actor => :'ann') > 0;
SELECT n_tup_upd - :updates, n_tup_hot_upd - :hot FROM pg_stat_xact_user_tables WHERE relid = 'jobs.job'::regclass;
ROLLBACK;
SET session_replication_role = replica;
DELETE FROM jobs.job WHERE title = 'Old' AND conversation_id = :conversation;
RESET session_replication_role;
