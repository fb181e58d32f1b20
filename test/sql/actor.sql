-- Who acts: jobs.actor, act_as(), the actor argument, nobody, the system.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('actor') \gset
SELECT regress.job('actor') AS job \gset

-- an operator who named nobody is the system
SELECT jobs.current_actor(), jobs.current_organization_id(), jobs.current_member_id(), jobs.current_merchant_id();
SET ROLE regress_jobs_operator;
SELECT jobs.current_actor();
SET ROLE regress_jobs_owner;
SELECT jobs.current_actor();
-- everybody else is nobody
SET ROLE regress_jobs_app;
SELECT jobs.current_actor() = '', jobs.current_organization_id(), jobs.current_member_id(), jobs.current_merchant_id();
SET ROLE regress_jobs_monitor;
SELECT jobs.current_actor() = '';
SET ROLE regress_jobs_stranger;
SELECT regress.try('SELECT jobs.current_actor()');
RESET ROLE;

SET SESSION AUTHORIZATION regress_jobs_app;
-- for the transaction
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.who(jobs.current_actor()), jobs.current_organization_id() = :org, jobs.current_member_id() = :ann_id, jobs.current_merchant_id();
SELECT jobs.act_as(:'max');
SELECT regress.who(jobs.current_actor()), jobs.current_organization_id(), jobs.current_member_id(), jobs.current_merchant_id() = :max_id;
SAVEPOINT here;
SELECT jobs.act_as(:'bob');
ROLLBACK TO here;
SELECT regress.who(jobs.current_actor());
SELECT jobs.act_as('');
SELECT jobs.current_actor() = '' AS nobody;
SELECT jobs.act_as(:'ann');
COMMIT;
SELECT jobs.current_actor() = '' AS nobody;
-- outside of a transaction block that is no use
SELECT jobs.act_as(:'ann');
SELECT jobs.current_actor() = '' AS nobody;
-- for the session
SELECT jobs.act_as(:'ann', is_local => false);
SELECT regress.who(jobs.current_actor());
BEGIN;
SELECT jobs.act_as(:'max');
SELECT regress.who(jobs.current_actor());
COMMIT;
SELECT regress.who(jobs.current_actor());
RESET ALL;
SELECT jobs.current_actor() = '' AS nobody;
SELECT jobs.act_as(:'ann', is_local => false);
DISCARD ALL;
SHOW jobs.actor;
-- which also went back to the role of the connection
SELECT jobs.current_actor();
SET SESSION AUTHORIZATION regress_jobs_app;

-- nobody sets it by hand
SELECT regress.try(format('SET jobs.actor = %L', :'ann'));
SELECT regress.try(format($$SELECT set_config('jobs.actor', %L, false)$$, :'ann'));
RESET SESSION AUTHORIZATION;
SELECT regress.try(format('ALTER ROLE regress_jobs_app SET jobs.actor = %L', :'ann'));
ALTER SYSTEM SET jobs.actor = 'member:1';
-- a superuser may, and what makes no sense is nobody
BEGIN;
SELECT set_config('jobs.actor', 'nonsense', true);
SELECT jobs.current_actor() = '' AS nobody;
SELECT regress.try(format('SELECT jobs.open_job(%s)', :job));
COMMIT;

SET SESSION AUTHORIZATION regress_jobs_app;
-- unknown, inactive, malformed, NULL, not permitted
SELECT regress.try($$SELECT jobs.act_as('member:1')$$);
SELECT regress.try($$SELECT jobs.act_as('merchant:1')$$);
SELECT regress.try(format('SELECT jobs.act_as(%L)', :'gone'));
SELECT regress.try(format('SELECT jobs.act_as(%L)', 'merchant:' || :ann_id || '0'));
SELECT s, regress.try(format('SELECT jobs.act_as(%L)', s))
FROM unnest(ARRAY['ann', 'member', 'member:', 'member:x', 'member:-1', 'member:+1', 'member:01', 'member:0', ' member:1',
	'member:1 ', 'Member:1', 'member:99999999999999999999', 'expert:1', 'SYSTEM', 'system:1', ' ']) s;
SELECT regress.try('SELECT jobs.act_as(NULL)');
SELECT regress.try(format('SELECT jobs.act_as(%L, NULL)', :'ann'));
SELECT regress.try($$SELECT jobs.act_as('system')$$);
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT regress.try($$SELECT jobs.act_as('system')$$);
SET SESSION AUTHORIZATION regress_jobs_monitor;
SELECT regress.try(format('SELECT jobs.act_as(%L)', :'ann'));
SET SESSION AUTHORIZATION regress_jobs_app;

-- The argument: one statement is one complete action.
SELECT jobs.open_job(:job, actor => :'ann');
SELECT jobs.current_actor() = '' AS nobody;
SELECT regress.try(format('SELECT jobs.open_job(%s)', :job));
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => NULL)', :job));
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, ''));
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, 'nonsense'));
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, 'system'));
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'gone'));
BEGIN;
SELECT jobs.act_as(:'max');
SELECT jobs.reply_to_job(:job, 'By Ann', actor => :'ann') IS NOT NULL;
SELECT jobs.reply_to_job(:job, 'By Max') IS NOT NULL;
SELECT regress.who(jobs.current_actor());
COMMIT;
SELECT regress.history(:job);

-- naming another takes the right to execute act_as(); naming oneself takes none
SET SESSION AUTHORIZATION regress_jobs_bound;
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'ann'));
RESET SESSION AUTHORIZATION;
BEGIN;
SELECT jobs.act_as(:'ann');
SET LOCAL ROLE regress_jobs_bound;
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'ann'));
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'bob'));
SELECT regress.try(format('SELECT jobs.open_job(%s)', :job));
COMMIT;

-- An operator is the system only when the outer user is one, too.
CREATE FUNCTION regress.who_acts() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT jobs.current_actor()';
SELECT regress.who_acts();
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.who_acts() = '' AS nobody;
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT regress.who_acts();
RESET SESSION AUTHORIZATION;
-- in a security-restricted operation nobody acts, and nothing can be done
CREATE FUNCTION regress.peek() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN jobs.current_actor() || '/' || regress.try('SELECT jobs.expire_jobs()') || '/' ||
		regress.try($x$SELECT jobs.create_merchant('X', 'x@x.example', actor => 'system')$x$) || '/' ||
		regress.try(format('SELECT jobs.open_job(%s, actor => %L)', 1, (SELECT ann FROM regress.directory WHERE test = 'actor')));
END $$;
CREATE MATERIALIZED VIEW regress.peek AS SELECT regress.peek();
TABLE regress.peek;
DROP MATERIALIZED VIEW regress.peek;
DROP FUNCTION regress.peek, regress.who_acts;

-- An actor who is deactivated meanwhile neither acts nor sees.
BEGIN;
SELECT jobs.act_as(:'bob');
SET LOCAL ROLE regress_jobs_app;
SELECT count(*) > 0 AS sees, jobs.current_organization_id() = :org AS is_bob FROM jobs.job;
RESET ROLE;
SELECT set_config('session_replication_role', 'replica', true);
UPDATE jobs.member SET is_active = false WHERE id = :bob_id;
SELECT set_config('session_replication_role', 'origin', true);
SET LOCAL ROLE regress_jobs_app;
SELECT count(*) > 0 AS sees, jobs.current_organization_id() FROM jobs.job;
SELECT regress.try(format('SELECT jobs.open_job(%s)', :job));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body) VALUES (%s, 'Text')$$, :job));
ROLLBACK;

-- names cross over to who deals with their bearer
SET SESSION AUTHORIZATION regress_jobs_app;
BEGIN;
SELECT jobs.act_as(:'max');
SELECT jobs.display_name(:'ann'), jobs.display_name(:'max'), jobs.display_name(:'mia'), jobs.display_name(:'otto'), jobs.display_name('system'), jobs.display_name(''), jobs.display_name(NULL);
SELECT jobs.act_as(:'bob');
SELECT jobs.display_name(:'ann'), jobs.display_name(:'max'), jobs.display_name(:'mia'), jobs.display_name(:'otto');
SELECT regress.try($$SELECT jobs.display_name('Max')$$);
COMMIT;
SELECT jobs.display_name(:'ann'), jobs.display_name(:'max');
RESET SESSION AUTHORIZATION;

-- outside of a transaction block, a local act_as() warns where nothing comes after it
SELECT jobs.act_as(:'max');
PREPARE act AS SELECT jobs.act_as($1);
EXECUTE act(:'max');
DEALLOCATE act;
SELECT jobs.act_as(:'max', false), jobs.act_as('', false);
DO $$
BEGIN
	PERFORM jobs.act_as((SELECT ann FROM regress.directory WHERE test = 'actor'));
	RAISE NOTICE 'in a block: %', jobs.current_actor() LIKE 'member:%';
	EXECUTE 'SELECT jobs.act_as($1)' USING (SELECT max FROM regress.directory WHERE test = 'actor');
	RAISE NOTICE 'and again: %', jobs.current_actor() LIKE 'merchant:%';
END
$$;
CREATE FUNCTION pg_temp.acting(actor text)
RETURNS text
LANGUAGE sql
AS $$ SELECT jobs.act_as(actor); SELECT regress.who(jobs.current_actor()) $$;
SELECT pg_temp.acting(:'ann');
CREATE PROCEDURE pg_temp.act(actor text)
LANGUAGE plpgsql
AS $$ BEGIN PERFORM jobs.act_as(actor); RAISE NOTICE '%', jobs.current_actor() = actor; END $$;
CALL pg_temp.act(:'ann');
SELECT jobs.current_actor() = 'system' AS is_over;
BEGIN;
SELECT jobs.act_as(:'ann');
COMMIT;

-- act_as() doesn't change who acts while an action runs
CREATE FUNCTION regress.usurp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE 'acting: %', regress.who(jobs.current_actor());
	RAISE NOTICE '%', regress.try('SELECT jobs.act_as('''')');
	RETURN NEW;
END $$;
ALTER FUNCTION regress.usurp OWNER TO regress_jobs_owner;
CREATE TRIGGER usurp BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.usurp();
SELECT jobs.reply_to_job(:job, 'Hello', actor => :'bob') IS NOT NULL;
DROP TRIGGER usurp ON jobs.message;
DROP FUNCTION regress.usurp;

-- Code with other rights that an operator calls is not the system; nor is a session that
-- was, once it has taken on another role.
CREATE FUNCTION regress.whom() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT jobs.current_actor()';
ALTER FUNCTION regress.whom OWNER TO regress_jobs_app;
SET ROLE regress_jobs_operator;
SELECT regress.whom() = '' AS nobody, jobs.current_actor();
SELECT jobs.act_as('system', false);
SET ROLE regress_jobs_app;
SELECT jobs.current_actor() = '' AS nobody;
RESET ROLE;
SELECT jobs.act_as('', false);
DROP FUNCTION regress.whom;

-- Read-only transactions, and parallel plans.
BEGIN READ ONLY;
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'ann'));
SELECT regress.try(format('SELECT jobs.create_merchant($$X$$, $$x@x.example$$)'));
SELECT count(*) > 0 FROM jobs.job_list;
ROLLBACK;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT jobs.act_as(:'ann');
SET LOCAL ROLE regress_jobs_app;
SELECT count(*) > 0 AS sees, bool_and(organization_id = :org) AS own FROM jobs.job;
SELECT count(*) > 0 AS sees FROM jobs.organization;
ROLLBACK;
