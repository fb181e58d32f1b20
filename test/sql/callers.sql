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
		ELSE regexp_split_to_array(s.words, '(, | and | or )') END AS accesses,
	regexp_split_to_array(s.actors, '(, | and )') AS actors,
	d.description ~ 'For superusers( and the tables'' owner\.$|; later also for the owner of both tables and schema\.$)' AS is_owners
FROM pg_proc p
LEFT JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_proc'::regclass,
	LATERAL (SELECT m[1] AS actors, m[2] AS words
		FROM regexp_matches(d.description, ' For (?:([a-z, ]+) with )?([a-z, ]+) access(?:; nobody needs to act(?: while there is no member)?)?\.$') m
		UNION ALL SELECT NULL, NULL ORDER BY 2 NULLS LAST LIMIT 1) s
WHERE p.pronamespace = 'jobs'::regnamespace AND p.prorettype <> 'trigger'::regtype;
SELECT 'says nobody: ' || proname FROM said WHERE is_owners IS NOT TRUE AND accesses = '{}';
SELECT 'says both: ' || proname FROM said WHERE is_owners AND accesses <> '{}';
SELECT DISTINCT unnest(accesses) FROM said ORDER BY 1;

SELECT DISTINCT unnest(actors) FROM said ORDER BY 1;

-- What comes of a call, with NULL for what must be given: refused for want of a right, of ours or of the
-- server's, or not. What else is wrong with it is no matter here.
CREATE FUNCTION pg_temp.is_let_through(role text, s said)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	arguments text;
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
SELECT s.proname, a.access, a.access = ANY (s.accesses) OR a.access = 'owner' AND s.proname <> 'install' AS expected,
	pg_temp.is_let_through('regress_jobs_' || a.access, s) AS outcome
FROM said s, unnest('{app,bound,mailer,monitor,operator,viewer,stranger,owner}'::text[]) a (access);
SELECT count(*) > 500 AS calls, count(*) FILTER (WHERE outcome = 'let through') > 200 AS let_through FROM called;
SELECT proname, access, expected, outcome FROM called WHERE expected <> (outcome = 'let through') ORDER BY 1, 2;
-- who is refused is refused by the server, before a function of ours runs
SELECT DISTINCT regexp_replace(outcome, 'function \w+', 'function'), access = 'stranger' AS is_stranger FROM called WHERE outcome <> 'let through' ORDER BY 1, 2;

-- And who must act: each function that says so is called by each side, about something that both see. A
-- status may forbid it, or not; 42501 is for who may never do it.
SELECT regress.job('callers') AS job, regress.job('callers', 'confirmed') AS confirmed \gset
SELECT conversation_id AS conversation, request_id AS request FROM jobs.job WHERE id = :job \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS proposal \gset
SELECT jobs.review_job(:confirmed, 4, 4, actor => :'max') AS review \gset
CREATE TEMPORARY TABLE arguments (proname name, arguments text);
INSERT INTO arguments
SELECT unnest('{open_job,mark_inactive,reactivate_job,complete_job,confirm_completion,reject_completion,decline_job,assign_self,allowed_actions}'::name[]), :'job'
UNION ALL SELECT unnest('{assign_members,unassign_members}'::name[]), format('%s, ARRAY[%s]', :job, :bob_id)
UNION ALL SELECT unnest('{withdraw_proposal,decline_proposal,accept_proposal,proposal_actions,request_review}'::name[]), :'proposal'
UNION ALL SELECT unnest('{block_conversation,unblock_conversation,conversation_actions}'::name[]), :'conversation'
UNION ALL SELECT unnest('{update_organization,close_organization}'::name[]), :'org'
UNION ALL SELECT unnest('{update_member,deactivate_member,activate_member}'::name[]), :'bob_id'
UNION ALL SELECT unnest('{update_merchant,close_merchant}'::name[]), :'max_id'
UNION ALL SELECT unnest('{update_store,remove_store}'::name[]), :'store'
UNION ALL VALUES ('reply_to_job', format('%s, $$Text$$', :job)), ('send_message', format('%s, $$Text$$, 0', :conversation)),
	('send_proposal', format('%s, %s, $$Title$$, $$Work$$, 1', :conversation, :service)), ('review_job', format('%s, 4, 4', :confirmed)),
	('review_proposal', format('%s, 4, 4', :proposal)), ('reply_to_review', format('%s, $$Thanks$$', :review)),
	('start_conversation', format('%s, $$Text$$', :org)), ('request_job', format('%s, $$Title$$, $$Text$$, %s', :service, :org)),
	('rematch_request', :'request'), ('withdraw_request', :'request'), ('add_member', format('%s, $$Name$$, $$a@callers.example$$', :org)),
	('add_store', format('%s, $$Name$$', :max_id)), ('set_email_scope', format('%s, $$all$$', :ann_id)),
	('provide_service', format('%s, %s', :org, :service)), ('withdraw_service', format('%s, %s', :org, :service)), ('set_preferences', :'org');
SELECT 'is not tried: ' || proname FROM said WHERE actors IS NOT NULL AND proname NOT IN (SELECT proname FROM arguments);
CREATE FUNCTION pg_temp.is_done(statement text)
RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SET LOCAL ROLE regress_jobs_operator';
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION WHEN OTHERS THEN
	-- an organization is not there for a merchant who would write for it, nor a merchant for a member
	RETURN CASE WHEN SQLSTATE IN ('42501', 'PT404') THEN SQLSTATE ELSE 'not refused' END;
END
$$;
CREATE TEMPORARY TABLE done AS
SELECT s.proname, w.side, w.side = ANY (s.actors) AS expected, pg_temp.is_done(format('SELECT FROM jobs.%I(%s, actor => %L)', s.proname, a.arguments, w.actor)) AS outcome
FROM said s JOIN arguments a USING (proname),
	(VALUES ('members', :'ann'), ('merchants', :'max'), ('the system', 'system')) w (side, actor);
SELECT count(*), count(*) FILTER (WHERE outcome = 'not refused') AS not_refused FROM done;
SELECT * FROM done WHERE expected <> (outcome = 'not refused') ORDER BY proname, side;

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
-- a second access under a new name leaves what the first gave under the old one
CREATE ROLE regress_jobs_boss;
SELECT jobs.grant_access('regress_jobs_boss', 'operator');
ALTER ROLE regress_jobs_boss RENAME TO regress_jobs_chief;
SELECT jobs.grant_access('regress_jobs_chief', 'viewer');
SELECT grants -> 'regress_jobs_chief', grants ? 'regress_jobs_boss' FROM jobs.node;
SELECT DISTINCT cmd, count(*) > 1 FROM pg_policies WHERE roles = '{regress_jobs_chief}' GROUP BY cmd;
SELECT jobs.revoke_access('regress_jobs_chief', 'viewer');
SELECT DISTINCT cmd, count(*) > 1 FROM pg_policies WHERE roles = '{regress_jobs_chief}' GROUP BY cmd;
SELECT jobs.revoke_access('regress_jobs_chief', 'operator');
DROP ROLE regress_jobs_chief;
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
