-- A member leaves, and comes back.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('member_leave') \gset
SELECT regress.job('member_leave', 'new') AS new, regress.job('member_leave', 'responded') AS responded, regress.job('member_leave', 'completed') AS completed,
	regress.job('member_leave', 'overdue_opened') AS overdue \gset
SELECT sum(jobs.assign_members(j, ARRAY[:ann_id, :bob_id], actor => :'ann')) FROM unnest(ARRAY[:new, :responded, :completed]) j;
SELECT jobs.reply_to_job(:responded, 'Text', actor => :'max') IS NOT NULL;
CREATE TEMPORARY VIEW assigned AS SELECT regress.who('member:' || member_id), string_agg(CASE job_id WHEN :new THEN 'new' WHEN :responded THEN 'responded' ELSE 'completed' END, ' ' ORDER BY job_id) AS jobs
FROM jobs.assignment WHERE job_id IN (:new, :responded, :completed) GROUP BY member_id;

-- who may, and what changes nothing
SELECT regress.state() AS before \gset
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT call, who, regress.try(format('SELECT jobs.%s(%s, actor => %L)', call, :bob_id, actor))
FROM unnest('{deactivate_member,activate_member}'::text[]) call, (VALUES ('max', :'max'), ('otto', :'otto'), ('gone', :'gone'), ('nobody', '')) a (who, actor) ORDER BY call, who;
SELECT regress.try(format('SELECT jobs.%s(NULL, actor => %L)', call, :'ann')), regress.try(format('SELECT jobs.%s(1, actor => %L)', call, :'ann')) FROM unnest('{deactivate_member,activate_member}'::text[]) call;
-- who is so already
SELECT jobs.activate_member(:bob_id, actor => :'ann'), jobs.deactivate_member(:gone_id, actor => :'ann');
RESET SESSION AUTHORIZATION;
SELECT regress.state() = :'before' AS unchanged;

-- Bob leaves: his work on live jobs ends, and history says so; mail to him isn't sent
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.deactivate_member(:bob_id, actor => :'bob');
RESET SESSION AUTHORIZATION;
SELECT is_active FROM jobs.member WHERE id = :bob_id;
SELECT * FROM assigned ORDER BY 1;
SELECT h FROM regress.history(:responded) h;
SELECT action, regress.who(actor), details = jsonb_build_object('member_id', :bob_id), merchant_id, conversation_id FROM jobs.event WHERE organization_id = :org AND conversation_id IS NULL ORDER BY id DESC LIMIT 1;
SELECT count(*) FROM jobs.claim_emails(100000) WHERE recipient = 'bob@member_leave.example';
SELECT count(*) FILTER (WHERE cancelled_at IS NOT NULL) > 0, count(*) FILTER (WHERE next_attempt_at IS NOT NULL) FROM jobs.email WHERE recipient = 'bob@member_leave.example';
-- he is not there any more
SELECT regress.try(format('SELECT jobs.%s, actor => %L)', call, :'bob'))
FROM unnest(ARRAY[format('deactivate_member(%s', :bob_id), format('reply_to_job(%s, $$x$$', :responded), format('update_member(%s, $$x$$', :bob_id)]) call;
SELECT regress.try(format('SELECT jobs.act_as(%L)', :'bob'));
SELECT regress.try(format('SELECT jobs.assign_members(%s, ARRAY[%s], actor => %L)', :new, :bob_id, :'ann'));
-- Ann stays: she is the last one
SELECT regress.try(format('SELECT jobs.deactivate_member(%s, actor => %L)', :ann_id, :'ann'));
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.try(format('UPDATE jobs.member SET is_active = false WHERE id = %s', :ann_id));
COMMIT;
SELECT * FROM assigned ORDER BY 1;
-- but for the operator
BEGIN;
SELECT jobs.deactivate_member(:ann_id);
SELECT * FROM assigned ORDER BY 1;
SELECT DISTINCT regress.who(actor), action FROM jobs.event WHERE job_id = :new AND action = 'unassign' AND actor = 'system';
SELECT jobs.activate_member(:ann_id);
ROLLBACK;

-- a job that lives again is not the work of those who have left
BEGIN;
SELECT jobs.reject_completion(:completed, 'Not yet', actor => :'max');
SELECT * FROM assigned ORDER BY 1;
SELECT h FROM regress.history(:completed) h;
SELECT jobs.reject_completion(:completed, 'Not yet', actor => :'max');
ROLLBACK;

-- he comes back, without his work
SELECT jobs.activate_member(:bob_id, actor => :'ann');
SELECT is_active FROM jobs.member WHERE id = :bob_id;
SELECT * FROM assigned ORDER BY 1;
SELECT action FROM jobs.event WHERE organization_id = :org AND conversation_id IS NULL ORDER BY id DESC LIMIT 1;
SELECT jobs.assign_members(:new, ARRAY[:bob_id], actor => :'ann');

-- the same by plain SQL, as an ORM saves a row: by a colleague, by oneself, by the operator
CREATE FUNCTION pg_temp.save(actor text, id bigint)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM jobs.act_as(actor);
	UPDATE jobs.member m SET name = name, email = email, is_active = false WHERE m.id = save.id;
	PERFORM jobs.act_as('');
	SELECT concat_ws(' ', (SELECT is_active FROM jobs.member m WHERE m.id = save.id),
		(SELECT string_agg(a.jobs, ' ') FROM pg_temp.assigned a WHERE a.who = 'Bob'),
		(SELECT regress.who(e.actor) || ' ' || e.action FROM jobs.event e WHERE e.organization_id = m.organization_id AND e.conversation_id IS NULL ORDER BY e.id DESC LIMIT 1),
		(SELECT string_agg(regress.who(e.actor) || ' ' || e.action, ' ') FROM jobs.event e WHERE e.id > (SELECT max(d.id) FROM jobs.event d WHERE d.action = 'member_deactivate') AND e.action = 'unassign'))
	INTO result FROM jobs.member m WHERE m.id = save.id;
	RETURN result;
END
$$;
BEGIN;
SELECT pg_temp.save(:'ann', :bob_id);
ROLLBACK;
BEGIN;
SELECT pg_temp.save(:'bob', :bob_id);
ROLLBACK;
BEGIN;
SELECT pg_temp.save('system', :bob_id);
ROLLBACK;
