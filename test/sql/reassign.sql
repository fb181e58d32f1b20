-- Giving a member's live jobs to a colleague.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT * FROM regress.directory('reassign') \gset
SELECT j AS job, s AS situation, n INTO TEMPORARY job_of
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,confirmed}'::text[]) WITH ORDINALITY s (s, n),
	LATERAL regress.job('reassign', s) j ORDER BY n;
SELECT regress.job('reassign') AS declined, regress.job('reassign') AS overdue, regress.job('reassign') AS both, regress.job('reassign') AS other \gset
SELECT count(jobs.assign_members(job, ARRAY[:bob_id], actor => :'ann')) FROM (SELECT job FROM job_of UNION ALL VALUES (:declined), (:overdue)) j;
SELECT jobs.assign_members(:both, ARRAY[:ann_id, :bob_id], actor => :'ann'), jobs.assign_members(:other, ARRAY[:ann_id], actor => :'ann');
SELECT jobs.decline_job(:declined, actor => :'max'), regress.run_out(:overdue);
INSERT INTO job_of VALUES (:declined, 'declined', 8), (:overdue, 'overdue', 9), (:both, 'both', 10), (:other, 'other', 11);
SELECT count(*) > 0 FROM regress.mail('reassign');

-- who may, and for whom: nothing comes of it
SELECT regress.state() AS before \gset
SELECT role, regress.try(format('SELECT jobs.reassign_jobs(%s, %s)', :bob_id, :ann_id)) FROM unnest('{app,bound,mailer,monitor,viewer,stranger}'::text[]) role,
	LATERAL set_config('role', 'regress_jobs_' || role, true);
RESET ROLE;
SELECT regress.try(format('SELECT jobs.reassign_jobs(%s, %s)', a, b))
FROM (VALUES (1, 'NULL', :'ann_id'), (2, :'bob_id', 'NULL'), (3, '1', :'ann_id'), (4, :'bob_id', '1'), (5, :'bob_id', :'bob_id'), (6, :'bob_id', :'gone_id'),
	(7, :'bob_id', :'otto_id'), (8, :'otto_id', :'ann_id')) v (n, a, b) ORDER BY n;
SELECT jobs.reassign_jobs(:gone_id, :ann_id);
SELECT regress.state() = :'before' AS unchanged;

-- Bob is about to leave: Ann goes on with what lives
SET LOCAL ROLE regress_jobs_operator;
SELECT jobs.act_as(:'max');
SELECT jobs.reassign_jobs(:bob_id, :ann_id);
SELECT jobs.act_as('');
RESET ROLE;
SELECT situation, (SELECT string_agg(regress.who('member:' || member_id), ', ' ORDER BY member_id) FROM jobs.assignment a WHERE a.job_id = o.job) AS assignees,
	(SELECT string_agg(h, ', ') FROM regress.history(o.job) h WHERE h LIKE 'system%') AS history
FROM job_of o ORDER BY n;
-- the history names who it was, to operators alone; the new ones are e-mailed
SELECT DISTINCT what, details ->> 'member_id' = CASE what WHEN 'assign' THEN :'ann_id' ELSE :'bob_id' END AS of_member, called_by
FROM jobs.job_timeline WHERE actor = 'system' AND job_id IN (SELECT job FROM job_of) AND what LIKE '%assign' ORDER BY what;
SELECT DISTINCT assigned_by FROM jobs.assignment WHERE member_id = :ann_id AND job_id IN (SELECT job FROM job_of WHERE situation = 'new');
SELECT kind, split_part(recipient, '@', 1), count(*) FROM jobs.email
WHERE next_attempt_at IS NOT NULL AND recipient LIKE '%@reassign.example' GROUP BY 1, 2;
SELECT count(*) FROM regress.mail('reassign');
-- who was assigned goes on getting e-mail
SELECT jobs.reply_to_job((SELECT job FROM job_of WHERE situation = 'responded'), 'Hello?', actor => :'max') IS NOT NULL;
SELECT regress.mail('reassign');

-- once more: nothing
SELECT regress.state() AS before \gset
SELECT jobs.reassign_jobs(:bob_id, :ann_id);
SELECT regress.state() = :'before' AS unchanged;
-- back again
SELECT jobs.reassign_jobs(:ann_id, :bob_id);
SELECT jobs.reassign_jobs(:ann_id, :bob_id);

-- users' triggers: one that suppresses a part of it is an error, and nothing changes
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;
SELECT regress.state() AS before \gset
CREATE TRIGGER own BEFORE INSERT ON jobs.assignment FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT regress.try(format('SELECT jobs.reassign_jobs(%s, %s)', :bob_id, :ann_id));
DROP TRIGGER own ON jobs.assignment;
CREATE TRIGGER own BEFORE DELETE ON jobs.assignment FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT regress.try(format('SELECT jobs.reassign_jobs(%s, %s)', :bob_id, :ann_id));
DROP TRIGGER own ON jobs.assignment;
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
BEGIN READ ONLY;
SELECT regress.try('SELECT jobs.reassign_jobs(1, 2)');
ROLLBACK;
