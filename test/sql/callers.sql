-- Who may call what, as the COMMENT of each function says it: each is called as each role.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('callers') \gset

-- What the last sentence of the COMMENT says: the kinds of access.
CREATE TEMPORARY TABLE said AS
SELECT p.oid, p.proname, p.prokind,
	CASE WHEN s.words = 'every kind of' THEN '{app,bound,mailer,monitor,operator,viewer}'
		WHEN s.words IS NULL THEN '{}'
		ELSE regexp_split_to_array(s.words, '(, | and )') END AS accesses,
	d.description ~ 'For superusers( and the tables'' owner\.$|; later also for the owner of both tables and schema\.$)' AS is_owners
FROM pg_proc p
LEFT JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_proc'::regclass,
	LATERAL (SELECT substring(d.description FROM 'For ([a-z, ]+) access(?:; nobody needs to act)?\.$') AS words) s
WHERE p.pronamespace = 'jobs'::regnamespace AND p.prorettype <> 'trigger'::regtype;
SELECT 'says nobody: ' || proname FROM said WHERE is_owners IS NOT TRUE AND accesses = '{}';
SELECT 'says both: ' || proname FROM said WHERE is_owners AND accesses <> '{}';
SELECT DISTINCT unnest(accesses) FROM said ORDER BY 1;

-- What comes of a call, with NULL for what must be given: refused for want of a right, of ours or of the
-- server's, or not. What else is wrong with it is no matter here.
CREATE FUNCTION pg_temp.is_let_through(role text, s said)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	argument text;
	arguments text := '';
	message text;
BEGIN
	SELECT coalesce(string_agg('NULL', ', '), '') INTO arguments FROM generate_series(1, (SELECT pronargs - pronargdefaults FROM pg_proc WHERE oid = s.oid));
	EXECUTE format('SET LOCAL ROLE %I', role);
	IF s.prokind = 'p' THEN
		EXECUTE format('CALL jobs.%I(%s)', s.proname, arguments);
	ELSE
		EXECUTE format('SELECT FROM jobs.%I(%s)', s.proname, arguments);
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
	RETURN CASE WHEN SQLSTATE <> '42501' OR message = 'nobody acts here' THEN 'let through' ELSE message END;
END
$$;
CREATE TEMPORARY TABLE called AS
SELECT s.proname, a.access, a.access = ANY (s.accesses) OR a.access = 'owner' AS expected,
	pg_temp.is_let_through('regress_jobs_' || a.access, s) AS outcome
FROM said s, unnest('{app,bound,mailer,monitor,operator,viewer,stranger,owner}'::text[]) a (access);
SELECT count(*) > 500 AS calls, count(*) FILTER (WHERE outcome = 'let through') > 200 AS let_through FROM called;
SELECT proname, access, expected, outcome FROM called WHERE expected <> (outcome = 'let through') ORDER BY 1, 2;
-- who is refused is refused by the server, before a function of ours runs
SELECT DISTINCT regexp_replace(outcome, 'function \w+', 'function'), access = 'stranger' AS is_stranger FROM called WHERE outcome <> 'let through' ORDER BY 1, 2;

-- A viewer reads everything, and nothing that it does is written.
SELECT regress.job('callers') AS job \gset
SELECT count(*) AS jobs FROM jobs.job \gset
SET SESSION AUTHORIZATION regress_jobs_viewer;
SELECT jobs.current_actor(), jobs.looking_actor(), jobs.sees_everything();
SELECT count(*) = :jobs FROM jobs.job;
SELECT count(*) = :jobs FROM jobs.job_list;
SELECT organization_name, regress.who('merchant:' || merchant_id), merchant_name IS NOT NULL FROM jobs.job_list WHERE job_id = :job;
SELECT what, regress.who(actor), actor_name IS NOT NULL FROM jobs.job_timeline WHERE job_id = :job;
SELECT count(*) > 0 FROM jobs.proposals_and_jobs WHERE job_id = :job;
SELECT count(*) FROM jobs.health;
SELECT count(*) > 0 FROM jobs.email;
SELECT count(*) > 0 FROM jobs.match_organizations(:service, :max_id);
SELECT regress.try('UPDATE jobs.job SET status = $$opened$$');
SELECT regress.try('INSERT INTO jobs.message (body) VALUES ($$x$$)');
SELECT regress.try(format('SELECT jobs.open_job(%s)', :job));
SELECT regress.try('SELECT jobs.act_as($$system$$)');
RESET SESSION AUTHORIZATION;

-- What other access of the role writes is as it was: what it sees as a viewer it does not write.
CREATE ROLE regress_jobs_both;
SELECT jobs.grant_access('regress_jobs_both', 'app'), jobs.grant_access('regress_jobs_both', 'viewer');
SET SESSION AUTHORIZATION regress_jobs_both;
SELECT jobs.current_actor(), jobs.looking_actor(), jobs.sees_everything();
SELECT count(*) = :jobs FROM jobs.job_list;
SELECT regress.try(format('SELECT jobs.open_job(%s)', :job));
SELECT regress.try(format('SELECT jobs.open_job(%s, %L)', :job, 'system'));
SELECT regress.try(format('UPDATE jobs.job SET status = $$opened$$ WHERE id = %s', :job));
BEGIN;
SELECT jobs.act_as(:'mia');
SELECT jobs.looking_actor() = :'mia', jobs.sees_everything();
SELECT count(*) FROM jobs.job_list WHERE job_id = :job;
SELECT count(*) FROM jobs.job WHERE id = :job;
WITH u AS (UPDATE jobs.job SET status = 'opened' WHERE id = :job RETURNING 1) SELECT count(*) FROM u;
ROLLBACK;
RESET SESSION AUTHORIZATION;
-- an operator's policy serves the viewer; when it goes, the viewer's is left
SELECT jobs.grant_access('regress_jobs_both', 'operator');
SELECT DISTINCT cmd, count(*) > 1 FROM pg_policies WHERE roles = '{regress_jobs_both}' GROUP BY cmd;
SELECT jobs.revoke_access('regress_jobs_both', 'operator');
SELECT DISTINCT cmd, count(*) > 1 FROM pg_policies WHERE roles = '{regress_jobs_both}' GROUP BY cmd;
SELECT jobs.revoke_access('regress_jobs_both', 'viewer');
SELECT count(*) FROM pg_policies WHERE roles = '{regress_jobs_both}';
SELECT jobs.revoke_access('regress_jobs_both', 'app');
DROP ROLE regress_jobs_both;
-- and a function with the rights of a viewer makes nobody one
CREATE FUNCTION regress.as_viewer()
RETURNS text
LANGUAGE sql SECURITY DEFINER
AS 'SELECT jobs.looking_actor()';
ALTER FUNCTION regress.as_viewer OWNER TO regress_jobs_viewer;
SET SESSION AUTHORIZATION regress_jobs_bound;
SELECT regress.as_viewer();
RESET SESSION AUTHORIZATION;
DROP FUNCTION regress.as_viewer;
