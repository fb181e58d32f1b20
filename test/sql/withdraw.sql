-- Withdrawing a request: its live jobs end, and nobody else is asked.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT * FROM regress.directory('withdraw') \gset
-- eight organizations provide a service of their own
SELECT jobs.create_service('withdraw wanted') AS wanted \gset
CREATE TEMPORARY TABLE expert AS
SELECT n, jobs.create_organization('Expert ' || n, 'e' || n || '@withdraw.example') AS id FROM generate_series(1, 8) n;
ALTER TABLE expert ADD member text;
UPDATE expert SET member = 'member:' || jobs.add_member(id, 'Member', 'm' || n || '@withdraw.example');
SELECT count(jobs.provide_service(id, :wanted)) FROM expert;
CREATE TEMPORARY TABLE asked AS
SELECT r.*, e.n, e.member FROM jobs.request_job(:wanted, 'Wanted', 'Text', max_matches => 7, auto_rematch => true, actor => :'max') r JOIN expert e ON e.id = asked_organization_id;
SELECT DISTINCT request_id AS request FROM asked \gset
CREATE TEMPORARY VIEW status AS
SELECT string_agg(format('%s %s', e.n, j.status), ', ' ORDER BY j.id) FROM jobs.job j JOIN expert e ON e.id = j.organization_id
WHERE j.request_id = (SELECT min(request_id) FROM asked);
-- another request of the same merchant, and one of another
SELECT request_id AS other FROM jobs.request_job(:wanted, 'Other', 'Text', (SELECT id FROM expert WHERE n = 1), actor => :'max') \gset
SELECT request_id AS mias FROM jobs.request_job(:wanted, 'Mine', 'Text', (SELECT id FROM expert WHERE n = 2), actor => :'mia') \gset
-- in all statuses: new, opened, responded, inactive, completed, overdue
SELECT jobs.open_job(job_id, actor => member) FROM asked WHERE n = 2;
SELECT count(jobs.reply_to_job(job_id, 'Yes', actor => member)) FROM asked WHERE n IN (3, 4, 5);
SELECT jobs.mark_inactive(job_id, actor => member) FROM asked WHERE n = 4;
SELECT jobs.complete_job(job_id, actor => member) FROM asked WHERE n = 5;
SELECT regress.run_out(job_id) FROM asked WHERE n = 6;
SELECT count(*) > 0 FROM regress.mail('withdraw');
SELECT * FROM pg_temp.status;

-- who may
SELECT regress.state() AS before \gset
SELECT who, regress.try(format('SELECT jobs.withdraw_request(%s, actor => %L)', :request, actor))
FROM (VALUES ('an expert', (SELECT member FROM asked WHERE n = 1)), ('another', :'ann'), ('mia', :'mia'), ('system', 'system'), ('gone', :'gone'), ('nobody', '')) w (who, actor);
SELECT regress.try(format('SELECT jobs.withdraw_request(%s, actor => %L)', id, :'max')) FROM unnest(ARRAY['NULL', '1', '-1']) id;
SET LOCAL ROLE regress_jobs_app;
SELECT regress.try(format('SELECT jobs.withdraw_request(%s)', :request));
RESET ROLE;
SELECT regress.state() = :'before' AS unchanged;

-- Max withdraws it
SET LOCAL ROLE regress_jobs_app;
SELECT jobs.withdraw_request(:request, actor => :'max');
RESET ROLE;
SELECT * FROM pg_temp.status;
SELECT d.declined_by, regress.who(d.actor), d.reason, d.comment, string_agg(d.from_status, ' ' ORDER BY d.job_id) FROM jobs.decline d JOIN asked a USING (job_id) GROUP BY 1, 2, 3, 4;
SELECT string_agg(a.n::text, ' ' ORDER BY e.id) AS in_order FROM jobs.event e JOIN asked a USING (job_id) WHERE action = 'decline';
SELECT regress.mail('withdraw');
SELECT h FROM regress.history((SELECT job_id FROM asked WHERE n = 1)) h;
SELECT string_agg(j.status, ' ' ORDER BY j.id) FROM jobs.job j WHERE request_id IN (:other, :mias);
-- it stands in one of the jobs
SELECT count(*) FILTER (WHERE withdrawn_at IS NOT NULL), min(id) FILTER (WHERE withdrawn_at IS NOT NULL) = min(id) AS in_the_first FROM jobs.job WHERE request_id = :request;

-- once more: nothing
SELECT regress.state() AS before \gset
SELECT jobs.withdraw_request(:request, actor => :'max');
SELECT regress.state() = :'before' AS unchanged;

-- nobody else is asked: neither by a call, nor by a sweep of what is overdue
SELECT regress.try(format('SELECT count(*) FROM jobs.rematch_request(%s, actor => %L)', :request, actor)) FROM unnest(ARRAY[:'max', 'system']) actor;
SELECT jobs.expire_jobs(1000000) > 0;
SELECT * FROM pg_temp.status;
-- what lives again after that ends as well
SELECT jobs.reject_completion(job_id, actor => :'max') FROM asked WHERE n = 5;
SELECT jobs.withdraw_request(:request, actor => :'max');
SELECT * FROM pg_temp.status;

-- a decline that has put off to ask the next one: after the request was withdrawn, there is none
CREATE TEMPORARY TABLE second AS
SELECT r.*, e.n, e.member FROM jobs.request_job(:wanted, 'Second', 'Text', max_matches => 1, auto_rematch => true, actor => :'max') r JOIN expert e ON e.id = asked_organization_id;
SELECT job_id AS lost, request_id AS second FROM second \gset
SET LOCAL session_replication_role = replica;
UPDATE jobs.job SET status = 'expired', due_at = NULL, remind_at = NULL, ended_at = now(), rematch_at = now() - interval '1 minute' WHERE id = :lost;
SET LOCAL session_replication_role = origin;
SAVEPOINT put_off;
SELECT jobs.expire_jobs() IS NOT NULL;
SELECT count(*) FROM jobs.job WHERE request_id = :second;
ROLLBACK TO put_off;
SELECT jobs.withdraw_request(:second, actor => :'max');
SELECT jobs.expire_jobs() IS NOT NULL;
SELECT count(*), count(rematch_at) AS put_off FROM jobs.job WHERE request_id = :second;
-- the same where it is declined right then
SELECT job_id AS third, request_id AS third_request, (SELECT member FROM expert WHERE id = asked_organization_id) AS expert
FROM jobs.request_job(:wanted, 'Third', 'Text', max_matches => 1, auto_rematch => true, actor => :'max') \gset
SELECT jobs.reply_to_job(:third, 'Yes', actor => :'expert') IS NOT NULL, jobs.complete_job(:third, actor => :'expert');
SELECT jobs.withdraw_request(:third_request, actor => :'max'), jobs.reject_completion(:third, actor => :'max'), jobs.decline_job(:third, actor => :'expert');
SELECT count(*) FROM jobs.job WHERE request_id = :third_request;

-- a key of an earlier rematch has its first answer still
SELECT request_id AS keyed FROM jobs.request_job(:wanted, 'Keyed', 'Text', max_matches => 1, actor => :'max') \gset
SELECT count(*) FROM jobs.rematch_request(:keyed, 2, '00000000-0000-0000-0000-0000000000aa', actor => :'max');
SELECT jobs.withdraw_request(:keyed, actor => :'max');
SELECT count(*) FROM jobs.rematch_request(:keyed, 2, '00000000-0000-0000-0000-0000000000aa', actor => :'max');
SELECT regress.try(format('SELECT count(*) FROM jobs.rematch_request(%s, 2, $$00000000-0000-0000-0000-0000000000ab$$, actor => %L)', :keyed, :'max'));

-- a direct request, in a blocked conversation; by an operator who names the merchant
SELECT request_id AS direct FROM jobs.request_job(:service, 'Direct', 'Text', :org, actor => :'max') \gset
UPDATE jobs.conversation SET is_blocked = true WHERE organization_id = :org;
SET LOCAL ROLE regress_jobs_operator;
SELECT jobs.withdraw_request(:direct, actor => :'max');
RESET ROLE;
SELECT called_by FROM jobs.job_timeline WHERE what = 'decline' AND job_id IN (SELECT id FROM jobs.job WHERE request_id = :direct);
-- nobody writes the column by hand
SELECT jobs.act_as(:'max');
SELECT regress.try(format('UPDATE jobs.job SET withdrawn_at = now() WHERE request_id = %s', :other));
SELECT jobs.act_as('');

-- users' triggers: a job that one keeps alive makes it an error, and nothing changes
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;
SELECT regress.state() AS before \gset
CREATE TRIGGER own BEFORE UPDATE ON jobs.job FOR EACH ROW WHEN (NEW.status = 'declined') EXECUTE FUNCTION regress.suppress();
SELECT regress.try(format('SELECT jobs.withdraw_request(%s, actor => %L)', :other, :'max'));
DROP TRIGGER own ON jobs.job;
CREATE TRIGGER own BEFORE UPDATE ON jobs.job FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION regress.suppress();
SELECT regress.try(format('SELECT jobs.withdraw_request(%s, actor => %L)', :other, :'max'));
DROP TRIGGER own ON jobs.job;
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
BEGIN READ ONLY;
SELECT regress.try('SELECT jobs.withdraw_request(1, actor => $$merchant:1$$)');
ROLLBACK;

-- tables of the version before can't note it: it is refused, and nothing is declined
BEGIN;
SELECT * FROM regress.directory('withdrawn') \gset
SELECT request_id AS request, job_id AS job FROM jobs.request_job(:service, 'Wanted', 'Text', :org, actor => :'max') \gset
ALTER TABLE jobs.job DROP COLUMN withdrawn_at;
UPDATE jobs.node SET schema_version = schema_version - 1;
SELECT regress.try(format('SELECT jobs.withdraw_request(%s, actor => %L)', :request, :'max'));
SELECT status FROM jobs.job WHERE id = :job;
SELECT count(*) FROM jobs.rematch_request(:request, actor => :'max');
ROLLBACK;
