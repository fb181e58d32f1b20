-- Assigning and unassigning.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM regress.directory('assignment') \gset
SELECT regress.job('assignment') AS job \gset
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.mail('assignment');

SELECT jobs.assign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT regress.mail('assignment');
SELECT jobs.assign_self(:job, actor => :'ann');
SELECT regress.mail('assignment');
-- again: nothing
SELECT regress.state() AS before \gset
SELECT jobs.assign_members(:job, ARRAY[:bob_id, :ann_id, :bob_id], actor => :'ann'), jobs.assign_self(:job, actor => :'ann'),
	jobs.assign_members(:job, '{}', actor => :'ann');
SELECT regress.state() = :'before' AS unchanged;
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.who('member:' || member_id), regress.who(assigned_by), organization_id = :org, assigned_at IS NOT NULL
FROM jobs.assignment WHERE job_id = :job ORDER BY member_id;
COMMIT;
-- twice in one call is once
SELECT jobs.unassign_members(:job, ARRAY[:bob_id], actor => :'bob'), jobs.unassign_members(:job, ARRAY[:bob_id], actor => :'bob');
SELECT jobs.assign_members(:job, ARRAY[:bob_id, :bob_id], actor => :'ann');
SELECT jobs.unassign_members(:job, ARRAY[:ann_id, :bob_id, :ann_id, 1], actor => :'ann');
SELECT regress.history(:job);

-- all or nothing
SELECT regress.state() AS before \gset
SELECT regress.try(format('SELECT jobs.assign_members(%s, ARRAY[%s, %s], actor => %L)', :job, :bob_id, :gone_id, :'ann'));
SELECT regress.try(format('SELECT jobs.assign_members(%s, ARRAY[%s, %s], actor => %L)', :job, :bob_id, :otto_id, :'ann'));
SELECT regress.try(format('SELECT jobs.assign_members(%s, ARRAY[%s, 1], actor => %L)', :job, :bob_id, :'ann'));
SELECT regress.try(format('SELECT jobs.assign_members(%s, ARRAY[%s, NULL], actor => %L)', :job, :bob_id, :'ann'));
SELECT regress.try(format('SELECT jobs.assign_members(%s, NULL, actor => %L)', :job, :'ann'));
SELECT regress.try(format('SELECT jobs.unassign_members(%s, NULL, actor => %L)', :job, :'ann'));
SELECT regress.try(format('SELECT jobs.assign_members(%s, ARRAY[%s], actor => %L)', :job, :bob_id, :'max'));
SELECT regress.try(format('SELECT jobs.assign_self(%s, actor => %L)', :job, :'max'));
SELECT regress.try(format('SELECT jobs.assign_members(%s, ARRAY[%s], actor => %L)', :job, :otto_id, :'otto'));
SELECT regress.try(format('SELECT jobs.assign_self(%s, actor => %L)', :job, :'otto'));
SELECT regress.try(format('SELECT jobs.assign_self(1, actor => %L)', :'otto'));
SELECT regress.state() = :'before' AS unchanged;

-- by status
SELECT s, regress.try(format('SELECT jobs.assign_self(%s, actor => %L)', j, :'ann'))
FROM unnest('{opened,responded,awaiting_response,inactive,completed,declined,overdue,expired}'::text[]) s, LATERAL regress.job('assignment', s) j;

-- Plain INSERT and DELETE
SELECT count(*) FROM regress.mail('assignment');
BEGIN;
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.assignment (job_id, member_id) VALUES (:job, :bob_id), (:job, :ann_id)
RETURNING organization_id = :org, regress.who(assigned_by), assigned_at IS NOT NULL;
SELECT regress.mail('assignment');
SELECT regress.try(format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, %s)', :job, :bob_id));
INSERT INTO jobs.assignment (job_id, member_id) VALUES (:job, :bob_id) ON CONFLICT DO NOTHING;
SELECT regress.mail('assignment');
SELECT regress.try(format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, %s)', :job, :gone_id));
SELECT regress.try(format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, %s)', :job, :otto_id));
SELECT regress.try(format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, 1)', :job));
SELECT regress.try(format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (1, %s)', :bob_id));
SELECT regress.try(format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, NULL)', :job));
SELECT regress.try(format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (NULL, %s)', :bob_id));
SELECT regress.try(format('INSERT INTO jobs.assignment (job_id, member_id, organization_id) VALUES (%s, %s, %s)', :job, :bob_id, :other_org));
SELECT regress.try(format('INSERT INTO jobs.assignment (job_id, member_id, assigned_by) VALUES (%s, %s, %L)', :job, :bob_id, :'bob'));
SELECT regress.try('UPDATE jobs.assignment SET assigned_at = now()');
DELETE FROM jobs.assignment WHERE member_id = :bob_id;
SELECT regress.who('member:' || member_id) FROM jobs.assignment WHERE job_id = :job;
SELECT regress.history(:job) OFFSET 7;
-- the merchant sees none, and takes nobody off
SELECT jobs.act_as(:'max');
SELECT count(*) FROM jobs.assignment;
SELECT regress.try(format('DELETE FROM jobs.assignment WHERE job_id = %s', :job));
SELECT jobs.act_as(:'otto');
SELECT regress.try(format('DELETE FROM jobs.assignment WHERE job_id = %s', :job));
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT regress.try('UPDATE jobs.assignment SET assigned_at = now()');

-- the same member twice is one
SELECT regress.job('assignment') AS twice \gset
SELECT jobs.assign_members(:twice, ARRAY[:ann_id, :ann_id], actor => :'ann'), jobs.unassign_members(:twice, ARRAY[:ann_id, :ann_id], actor => :'ann');
SELECT regress.history(:twice);
