-- Roles that are one member or merchant: jobs.bind_role(), jobs.unbind_role().
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('binding') \gset
SELECT regress.job('binding') AS job \gset
SELECT job_id AS ottos_job FROM jobs.request_job(:service, 'Other', 'Text', :other_org, actor => :'mia') \gset
CREATE ROLE regress_jobs_ann;
CREATE ROLE regress_jobs_max;
CREATE ROLE regress_jobs_super SUPERUSER;
SELECT jobs.bind_role('regress_jobs_ann', :'ann');
SELECT jobs.bind_role('regress_jobs_max', :'max');
SELECT role_name, role_oid = role_name::regrole AS is_its_oid, regress.who(actor), bound_at BETWEEN now() - '1 minute'::interval AND clock_timestamp() AS is_now
FROM jobs.role_binding ORDER BY role_name;
SELECT grants -> 'regress_jobs_ann' FROM jobs.node;
-- what a role sees, and as whom
CREATE FUNCTION regress.sight()
RETURNS text
LANGUAGE sql AS $$
	SELECT coalesce(nullif(regress.who(jobs.current_actor()), ''), 'nobody') || ': ' || (SELECT count(*) FROM jobs.job_list) || ' of ' || (SELECT count(*) FROM jobs.job) ||
		' jobs, ' || (SELECT count(*) FROM jobs.member) || ' members, ' || (SELECT count(*) FROM jobs.merchant) || ' merchants'
$$;

-- It acts and sees as its member, and needs to say nothing.
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.who(jobs.current_actor()), jobs.current_organization_id() = :org, jobs.current_member_id() = :ann_id, jobs.current_merchant_id();
SELECT regress.sight();
SELECT count(*) FROM jobs.job WHERE id = :ottos_job;
SELECT jobs.open_job(:job), jobs.assign_self(:job);
INSERT INTO jobs.message (job_id, body) VALUES (:job, 'Bound') RETURNING regress.who(author);
SELECT regress.try(format('SELECT jobs.open_job(%s)', :ottos_job));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body) VALUES (%s, 'Text')$$, :ottos_job));
-- naming itself is fine; nobody else can be named, neither by hand nor by act_as()
SELECT jobs.open_job(:job, actor => :'ann');
SELECT regress.who(who), regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, who))
FROM unnest(ARRAY[:'bob', :'gone', :'otto', :'max', 'member:1', 'system', '']) who;
SELECT regress.try($$SELECT jobs.create_merchant('X', 'x@x.example', actor => '')$$);
SELECT regress.try(format('SELECT jobs.act_as(%L)', :'ann'));
SELECT regress.try(format('SET jobs.actor = %L', :'bob'));
SELECT regress.try(format($$SELECT jobs.create_organization('X', 'x@x.example')$$));
SELECT regress.try('SELECT count(*) FROM jobs.role_binding');
SELECT regress.try(format($$SELECT jobs.bind_role('regress_jobs_ann', %L)$$, :'bob'));
SELECT regress.try($$SELECT jobs.unbind_role('regress_jobs_ann')$$);
SET SESSION AUTHORIZATION regress_jobs_max;
SELECT regress.sight();
SELECT jobs.reply_to_job(:job, 'By Max') IS NOT NULL;
SELECT regress.try(format('SELECT jobs.open_job(%s)', :job));
RESET SESSION AUTHORIZATION;
SELECT regress.history(:job);

-- A role that may act for others as well: not once it is bound.
GRANT EXECUTE ON FUNCTION jobs.act_as TO regress_jobs_ann;
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.try(format('SELECT jobs.act_as(%L)', :'bob'));
SELECT regress.try($$SELECT jobs.act_as('')$$);
SELECT regress.try($$SELECT jobs.act_as('system')$$);
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.sight();
COMMIT;
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'bob'));
RESET SESSION AUTHORIZATION;
REVOKE EXECUTE ON FUNCTION jobs.act_as FROM regress_jobs_ann;
-- and what was said before in the session counts no more than what is planted in a setting
BEGIN;
SELECT jobs.act_as(:'max');
SET LOCAL ROLE regress_jobs_ann;
SELECT regress.sight();
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$Text$$, actor => %L)', :job, :'max'));
COMMIT;

-- SET ROLE counts; the right to take on a role is the right to be its member.
GRANT regress_jobs_ann, regress_jobs_max TO regress_jobs_stranger;
SET SESSION AUTHORIZATION regress_jobs_stranger;
SELECT regress.try('SELECT jobs.current_actor()') = 'ok: nothing' AS nobody;
SET ROLE regress_jobs_ann;
SELECT regress.sight();
SET ROLE regress_jobs_max;
SELECT regress.sight();
RESET ROLE;
SELECT regress.try('SELECT jobs.current_actor()') = 'ok: nothing' AS nobody;
RESET SESSION AUTHORIZATION;
REVOKE regress_jobs_ann, regress_jobs_max FROM regress_jobs_stranger;
-- one prepared statement, whose plan is kept
BEGIN;
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE page AS SELECT regress.who(jobs.current_actor()), count(*), bool_and(organization_id = :org), bool_and(merchant_id = :max_id) FROM jobs.job;
SET LOCAL ROLE regress_jobs_ann;
EXECUTE page;
SET LOCAL ROLE regress_jobs_max;
EXECUTE page;
SET LOCAL ROLE regress_jobs_bound;
EXECUTE page;
SET LOCAL ROLE regress_jobs_ann;
EXECUTE page;
ROLLBACK;
DEALLOCATE page;

-- Code of a role that may act for others decides for itself: what a bound role calls can
-- act for somebody else, if it says so; else it is the caller's.
CREATE FUNCTION regress.reply(number bigint, actor text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	RETURN CASE WHEN actor IS NULL THEN jobs.reply_to_job(number, 'Delegated') ELSE jobs.reply_to_job(number, 'Delegated', actor => actor) END IS NOT NULL;
END
$$;
ALTER FUNCTION regress.reply OWNER TO regress_jobs_app;
CREATE FUNCTION regress.whom() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT regress.who(jobs.current_actor())';
ALTER FUNCTION regress.whom OWNER TO regress_jobs_operator;
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.whom();
SELECT regress.reply(:job, :'max');
SELECT regress.reply(:job, NULL);
SELECT regress.who(jobs.current_actor());
RESET SESSION AUTHORIZATION;
-- that of a bound role doesn't: not for other callers, either
ALTER FUNCTION regress.reply OWNER TO regress_jobs_ann;
ALTER FUNCTION regress.whom OWNER TO regress_jobs_ann;
SET SESSION AUTHORIZATION regress_jobs_max;
SELECT regress.whom();
SELECT regress.try(format('SELECT regress.reply(%s, %L)', :job, :'ann'));
SELECT regress.reply(:job, NULL);
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.whom() = '' AS nobody;
SELECT regress.try(format('SELECT regress.reply(%s, %L)', :job, :'ann'));
RESET SESSION AUTHORIZATION;
-- even where the role may act for others: it would be its own way round, as another role
GRANT EXECUTE ON FUNCTION jobs.act_as TO regress_jobs_ann;
CREATE FUNCTION regress.sign_up(actor text) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$SELECT jobs.create_merchant('X', 'x@x.example', actor => actor)$$;
CREATE FUNCTION regress.act_as(actor text) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT jobs.act_as(actor)';
GRANT EXECUTE ON FUNCTION jobs.create_merchant TO regress_jobs_ann;
ALTER FUNCTION regress.sign_up OWNER TO regress_jobs_ann;
ALTER FUNCTION regress.act_as OWNER TO regress_jobs_ann;
GRANT regress_jobs_stranger TO regress_jobs_ann;
SET SESSION AUTHORIZATION regress_jobs_ann;
SET ROLE regress_jobs_stranger;
SELECT regress.whom() = '' AS nobody;
SELECT regress.try(format('SELECT regress.reply(%s, %L)', :job, :'max'));
SELECT regress.try(format('SELECT regress.act_as(%L)', :'max'));
SELECT regress.try('SELECT regress.sign_up($$$$)');
RESET SESSION AUTHORIZATION;
REVOKE regress_jobs_stranger FROM regress_jobs_ann;
REVOKE EXECUTE ON FUNCTION jobs.act_as, jobs.create_merchant FROM regress_jobs_ann;
DROP FUNCTION regress.sign_up, regress.act_as;
SELECT regress.history(:job) OFFSET 5;
DROP FUNCTION regress.reply, regress.whom;

-- Binding anew, unbinding: at once.
SELECT jobs.bind_role('regress_jobs_ann', :'bob');
SELECT count(*), regress.who(min(actor)) FROM jobs.role_binding WHERE role_name = 'regress_jobs_ann';
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.sight();
RESET SESSION AUTHORIZATION;
BEGIN;
SELECT jobs.unbind_role('regress_jobs_ann');
SET LOCAL ROLE regress_jobs_ann;
SELECT regress.try('SELECT jobs.current_actor()');
ROLLBACK;
BEGIN;
SELECT jobs.bind_role('regress_jobs_ann', :'max');
SET LOCAL ROLE regress_jobs_ann;
SELECT regress.sight();
RESET ROLE;
SAVEPOINT here;
SELECT jobs.bind_role('regress_jobs_ann', :'otto');
SET LOCAL ROLE regress_jobs_ann;
SELECT regress.sight();
ROLLBACK TO here;
SET LOCAL ROLE regress_jobs_ann;
SELECT regress.sight();
ROLLBACK;
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.sight();
RESET SESSION AUTHORIZATION;
SELECT jobs.unbind_role('regress_jobs_ann');
SELECT grants ? 'regress_jobs_ann' AS remembered, has_schema_privilege('regress_jobs_ann', 'jobs', 'USAGE') AS usage FROM jobs.node;
SELECT regress.try($$SELECT jobs.unbind_role('regress_jobs_ann')$$);
-- unbound, but with access that it was given apart from that: nobody
SELECT jobs.grant_access('regress_jobs_ann', 'bound');
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.sight();
RESET SESSION AUTHORIZATION;
SELECT jobs.bind_role('regress_jobs_ann', :'ann');

-- A name is not enough, and neither is an oid: renamed, dropped and created anew.
ALTER ROLE regress_jobs_ann RENAME TO regress_jobs_eve;
SET SESSION AUTHORIZATION regress_jobs_eve;
SELECT regress.sight();
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_jobs_ann;
SELECT jobs.grant_access('regress_jobs_ann', 'bound');
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.sight();
RESET SESSION AUTHORIZATION;
SELECT jobs.bind_role('regress_jobs_ann', :'bob');
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.sight();
SET SESSION AUTHORIZATION regress_jobs_eve;
SELECT regress.sight();
RESET SESSION AUTHORIZATION;
SELECT jobs.revoke_access('regress_jobs_ann', 'bound'), jobs.grant_access('regress_jobs_eve', 'bound'), jobs.revoke_access('regress_jobs_eve', 'bound');
DROP ROLE regress_jobs_ann, regress_jobs_eve;
SELECT role_name FROM jobs.role_binding ORDER BY 1;
CREATE ROLE regress_jobs_ann;
SELECT jobs.grant_access('regress_jobs_ann', 'bound');
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.sight();
RESET SESSION AUTHORIZATION;
-- what is left of a role that is gone can be taken away
SELECT jobs.revoke_access('regress_jobs_ann', 'bound');
DROP ROLE regress_jobs_ann;
SELECT jobs.unbind_role('regress_jobs_ann');
SELECT role_name FROM jobs.role_binding ORDER BY 1;
CREATE ROLE regress_jobs_ann;

-- An inactive member neither acts nor sees; an unknown one can't be bound.
SELECT jobs.bind_role('regress_jobs_ann', :'bob');
UPDATE jobs.member SET is_active = false WHERE id = :bob_id;
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT (SELECT count(*) FROM jobs.job), jobs.current_organization_id(), jobs.current_member_id();
SELECT regress.try(format('SELECT jobs.open_job(%s)', :job));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body) VALUES (%s, 'Text')$$, :job));
RESET SESSION AUTHORIZATION;
UPDATE jobs.member SET is_active = true WHERE id = :bob_id;
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.sight();
RESET SESSION AUTHORIZATION;

-- Errors.
SELECT regress.try(format('SELECT jobs.bind_role(NULL, %L)', :'ann'));
SELECT regress.try('SELECT jobs.bind_role($$regress_jobs_ann$$, NULL)');
SELECT regress.try('SELECT jobs.unbind_role(NULL)');
SELECT regress.who(who), regress.try(format('SELECT jobs.bind_role(%L, %L)', 'regress_jobs_ann', who))
FROM unnest(ARRAY['member:1', 'merchant:1', :'gone', 'system', '', 'ann']) who;
SELECT role, regress.try(format('SELECT jobs.bind_role(%L, %L)', role, :'ann'))
FROM unnest('{regress_jobs_nobody,regress_jobs_owner,regress_jobs_super,public}'::text[]) role;
SELECT regress.try('SELECT jobs.unbind_role($$regress_jobs_nobody$$)');
SELECT regress.try('SELECT jobs.unbind_role($$regress_jobs_owner$$)');
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try(format('SELECT jobs.bind_role(%L, %L)', 'regress_jobs_app', :'ann'));
SELECT regress.try(format('SELECT jobs.unbind_role(%L)', 'regress_jobs_ann'));
SELECT regress.try('SELECT count(*) FROM jobs.role_binding');
RESET SESSION AUTHORIZATION;
GRANT EXECUTE ON FUNCTION jobs.bind_role, jobs.unbind_role TO regress_jobs_app;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try(format('SELECT jobs.bind_role(%L, %L)', 'regress_jobs_app', :'ann'));
SELECT regress.try(format('SELECT jobs.unbind_role(%L)', 'regress_jobs_ann'));
RESET SESSION AUTHORIZATION;
REVOKE EXECUTE ON FUNCTION jobs.bind_role, jobs.unbind_role FROM regress_jobs_app;
-- operators see it, and bind nobody; the owner may
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT role_name, regress.who(actor) FROM jobs.role_binding ORDER BY 1;
SELECT regress.try(format('SELECT jobs.bind_role(%L, %L)', 'regress_jobs_ann', :'ann'));
SET SESSION AUTHORIZATION regress_jobs_owner;
SELECT jobs.bind_role('regress_jobs_ann', :'ann');
SELECT jobs.unbind_role('regress_jobs_ann');
SELECT jobs.bind_role('regress_jobs_ann', :'ann');
-- nobody writes the table by hand, the owner included
SELECT regress.try(format('INSERT INTO jobs.role_binding VALUES (%L, %s, %L, now())', 'regress_jobs_app', 'regress_jobs_app'::regrole::oid, :'otto'));
SELECT regress.try(format('UPDATE jobs.role_binding SET actor = %L', :'otto'));
SELECT regress.try('DELETE FROM jobs.role_binding');
RESET SESSION AUTHORIZATION;
SELECT regress.try('DELETE FROM jobs.role_binding');

-- An operator who is bound is one person, and not the system.
SELECT jobs.grant_access('regress_jobs_ann', 'operator');
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.who(jobs.current_actor());
SELECT regress.try($$SELECT jobs.create_service('Bound')$$);
SELECT regress.try($$SELECT jobs.create_service('Bound', actor => 'system')$$);
RESET SESSION AUTHORIZATION;
SELECT jobs.revoke_access('regress_jobs_ann', 'operator');

-- A security-restricted operation is nobody's here, too.
CREATE FUNCTION regress.peek() RETURNS text LANGUAGE sql AS 'SELECT CASE jobs.current_actor() WHEN '''' THEN ''nobody'' ELSE ''somebody'' END';
CREATE MATERIALIZED VIEW regress.peek AS SELECT regress.peek();
ALTER MATERIALIZED VIEW regress.peek OWNER TO regress_jobs_ann;
SET SESSION AUTHORIZATION regress_jobs_ann;
SELECT regress.peek();
REFRESH MATERIALIZED VIEW regress.peek;
TABLE regress.peek;
RESET SESSION AUTHORIZATION;
DROP MATERIALIZED VIEW regress.peek;
DROP FUNCTION regress.peek, regress.sight;

-- install() leaves bindings as they are; names that need quotes
SELECT regress.install();
SELECT role_name, regress.who(actor) FROM jobs.role_binding ORDER BY 1;
CREATE ROLE "regress_jobs_""O'dd; --";
SELECT jobs.bind_role('regress_jobs_"O''dd; --', :'ann');
SET SESSION AUTHORIZATION "regress_jobs_""O'dd; --";
SELECT regress.who(jobs.current_actor());
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'bob'));
RESET SESSION AUTHORIZATION;
SELECT jobs.unbind_role(role_name::name) FROM jobs.role_binding ORDER BY role_name;
DROP ROLE regress_jobs_ann, regress_jobs_max, regress_jobs_super, "regress_jobs_""O'dd; --";
