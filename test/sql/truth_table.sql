-- The state machine as it is written down for people, against what really happens: every
-- situation of a job x action x one who acts x path (function; plain INSERT, UPDATE or
-- DELETE; the same in a WITH, as a MERGE, with ON CONFLICT; COPY). Prints counts, and what differs.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM regress.directory('truth') \gset

-- The rules, independently of the library: who does what from where to where; "same"
-- leaves the status. A condition names the situations in which the rule holds.
CREATE TEMPORARY TABLE rule (action text, kinds text[], from_statuses text[], to_status text, condition text);
INSERT INTO rule VALUES
	('create', '{merchant,system}', '{none}', 'new', NULL),
	('open', '{expert}', '{new}', 'opened', NULL),
	('open', '{expert}', '{opened,responded,awaiting_response,inactive,completed,declined}', 'same', 'silent'),
	('message', '{expert}', '{new,opened,awaiting_response}', 'responded', NULL),
	('message', '{expert}', '{responded,inactive,completed}', 'same', NULL),
	('message', '{merchant}', '{responded,inactive}', 'awaiting_response', NULL),
	('message', '{merchant}', '{new,opened,awaiting_response,completed}', 'same', NULL),
	('decline', '{expert,merchant}', '{new,opened,responded,awaiting_response,inactive}', 'declined', NULL),
	('expire', '{system}', '{new,opened}', 'expired', 'overdue'),
	('extend', '{system}', '{new,opened}', 'same', NULL),
	('mark_inactive', '{expert}', '{responded,awaiting_response}', 'inactive', NULL),
	('reactivate', '{expert}', '{inactive}', 'responded', 'expert wrote last'),
	('reactivate', '{expert}', '{inactive}', 'awaiting_response', 'merchant wrote last'),
	('complete', '{expert}', '{responded,awaiting_response,inactive}', 'completed', NULL),
	('complete', '{expert}', '{new,opened}', 'completed', 'from proposal'),
	('confirm', '{merchant}', '{completed}', 'same', 'not confirmed'),
	('reject', '{merchant}', '{completed}', 'awaiting_response', 'not confirmed'),
	('assign', '{expert}', '{new,opened,responded,awaiting_response,inactive,completed}', 'same', NULL),
	('unassign', '{expert}', '{new,opened,responded,awaiting_response,inactive,completed}', 'same', NULL);

CREATE TEMPORARY VIEW transition AS
SELECT action, kind, nullif(from_status, 'none') AS from_status,
	CASE to_status WHEN 'same' THEN from_status ELSE to_status END AS to_status, condition
FROM rule, unnest(kinds) kind, unnest(from_statuses) from_status;

-- jobs.transitions() lists just that, and says more of conditions: of conversations, too, which are
-- open here
CREATE TEMPORARY VIEW listed AS
SELECT action, kind, from_status, to_status,
	CASE WHEN action = 'message' THEN 'conversation not blocked'
		WHEN action = 'reject' THEN 'not confirmed, conversation not blocked'
		WHEN condition = 'expert wrote last' THEN 'the expert wrote last'
		WHEN condition = 'merchant wrote last' THEN 'the expert did not write last'
		WHEN condition = 'from proposal' THEN 'made from a proposal'
		ELSE condition END AS condition
FROM transition WHERE condition IS DISTINCT FROM 'silent';
SELECT 'listed, no rule', * FROM jobs.transitions()
EXCEPT SELECT 'listed, no rule', * FROM listed;
SELECT 'rule, not listed', * FROM listed
EXCEPT SELECT 'rule, not listed', * FROM jobs.transitions();
SELECT count(*) AS transitions FROM jobs.transitions();

-- status: in the row; situations of one status are told apart by what else is true
CREATE TEMPORARY TABLE situation (name text, status text, facts text[]);
INSERT INTO situation VALUES
	('new', 'new', '{}'),
	('opened', 'opened', '{}'),
	('overdue', 'new', '{overdue}'),
	('overdue_opened', 'opened', '{overdue}'),
	('responded', 'responded', '{}'),
	('awaiting_response', 'awaiting_response', '{}'),
	('inactive', 'inactive', '{expert wrote last}'),
	('inactive_awaiting', 'inactive', '{merchant wrote last}'),
	('completed', 'completed', '{not confirmed}'),
	('confirmed', 'completed', '{confirmed}'),
	('declined', 'declined', '{}'),
	('declined_by_merchant', 'declined', '{}'),
	('expired', 'expired', '{}');

-- "hidden" sees no row of the job; "gone" is an inactive member
CREATE TEMPORARY TABLE person (name text, actor text, role text, kind text);
INSERT INTO person VALUES
	('member', :'ann', 'regress_jobs_app', 'expert'),
	('merchant', :'max', 'regress_jobs_app', 'merchant'),
	('system', '', 'regress_jobs_operator', 'system'),
	('nobody', '', 'regress_jobs_app', 'nobody'),
	('other organization', :'otto', 'regress_jobs_app', 'hidden'),
	('other merchant', :'mia', 'regress_jobs_app', 'hidden'),
	('inactive member', :'gone', 'regress_jobs_app', 'gone'),
	-- rows of a table's owner are not filtered: the triggers alone hold
	('owner as member', :'ann', 'regress_jobs_owner', 'expert'),
	('owner as merchant', :'max', 'regress_jobs_owner', 'merchant'),
	('owner as system', '', 'regress_jobs_owner', 'system'),
	('owner as other organization', :'otto', 'regress_jobs_owner', 'hidden'),
	('owner as other merchant', :'mia', 'regress_jobs_owner', 'hidden');

-- What does an action, on job %1$s of conversation %2$s and request %3$s. set_... are what no UPDATE may
-- do: they stand for no action. Nor do reassign and withdraw, which do others.
CREATE TEMPORARY TABLE attempt (action text, path text, statement text, sent text);
INSERT INTO attempt VALUES
	('open', 'function', 'SELECT jobs.open_job(%1$s)'),
	('message', 'function', $$SELECT jobs.reply_to_job(%1$s, 'Text')$$),
	('message', 'function', $$SELECT jobs.send_message(%2$s, 'Text', %1$s)$$),
	('decline', 'function', 'SELECT jobs.decline_job(%1$s)'),
	('mark_inactive', 'function', 'SELECT jobs.mark_inactive(%1$s)'),
	('reactivate', 'function', 'SELECT jobs.reactivate_job(%1$s)'),
	('complete', 'function', 'SELECT jobs.complete_job(%1$s)'),
	('confirm', 'function', 'SELECT jobs.confirm_completion(%1$s)'),
	('reject', 'function', 'SELECT jobs.reject_completion(%1$s)'),
	('assign', 'function', format('SELECT jobs.assign_members(%%1$s, ARRAY[%s])', :bob_id)),
	('unassign', 'function', format('SELECT jobs.unassign_members(%%1$s, ARRAY[%s])', :ann_id)),
	('extend', 'function', $$SELECT jobs.extend_deadline(%1$s, now() + '1 year')$$),
	('reassign', 'function', format('SELECT jobs.reassign_jobs(%s, %s)', :ann_id, :bob_id)),
	('withdraw', 'function', 'SELECT jobs.withdraw_request(%3$s)'),
	('open', 'plain', $$UPDATE jobs.job SET status = 'opened' WHERE id = %1$s$$),
	('message', 'plain', $$INSERT INTO jobs.message (job_id, body) VALUES (%1$s, 'Text')$$),
	('decline', 'plain', $$UPDATE jobs.job SET status = 'declined' WHERE id = %1$s$$),
	('expire', 'plain', $$UPDATE jobs.job SET status = 'expired' WHERE id = %1$s$$),
	('mark_inactive', 'plain', $$UPDATE jobs.job SET status = 'inactive' WHERE id = %1$s$$),
	('complete', 'plain', $$UPDATE jobs.job SET status = 'completed' WHERE id = %1$s$$),
	('assign', 'plain', format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%%1$s, %s)', :bob_id)),
	('unassign', 'plain', format('DELETE FROM jobs.assignment WHERE job_id = %%1$s AND member_id = %s', :ann_id)),
	('set_new', 'plain', $$UPDATE jobs.job SET status = 'new' WHERE id = %1$s$$),
	('set_responded', 'plain', $$UPDATE jobs.job SET status = 'responded' WHERE id = %1$s$$),
	('set_awaiting_response', 'plain', $$UPDATE jobs.job SET status = 'awaiting_response' WHERE id = %1$s$$),
	('set_title', 'plain', $$UPDATE jobs.job SET title = 'Other' WHERE id = %1$s$$),
	('set_confirmed_at', 'plain', 'UPDATE jobs.job SET confirmed_at = now() WHERE id = %1$s'),
	('set_first_response_at', 'plain', 'UPDATE jobs.job SET first_response_at = now() WHERE id = %1$s'),
	('set_respond_by', 'plain', $$UPDATE jobs.job SET respond_by = now() + '1 year' WHERE id = %1$s$$),
	('nothing', 'plain', 'UPDATE jobs.job SET title = title WHERE id = %1$s');
UPDATE attempt SET sent = statement;
-- The same, sent in other ways. COPY is the owner's alone.
INSERT INTO attempt
SELECT action, 'with', statement, format('WITH w AS (%s RETURNING 1) SELECT count(*) FROM w', statement) FROM attempt WHERE path = 'plain'
UNION ALL
SELECT action, 'merge', statement, regexp_replace(statement, '^UPDATE jobs.job (SET .*) WHERE id = (.*)$',
	'MERGE INTO jobs.job j USING (VALUES (\2::bigint)) v (number) ON j.id = v.number WHEN MATCHED THEN UPDATE \1')
FROM attempt WHERE path = 'plain' AND statement LIKE 'UPDATE%'
UNION ALL
SELECT action, 'on conflict', statement, statement || ' ON CONFLICT DO NOTHING' FROM attempt WHERE path = 'plain' AND statement LIKE 'INSERT%'
UNION ALL
SELECT action, 'copy', statement, regexp_replace(statement, '^INSERT INTO (.*) VALUES \((\S+), \W*(\w+)\W*\)$',
	$$COPY \1 FROM PROGRAM 'echo \2,\3' CSV$$)
FROM attempt WHERE path = 'plain' AND statement LIKE 'INSERT%';
GRANT pg_execute_server_program TO regress_jobs_owner;
SELECT path, count(*), count(*) FILTER (WHERE path = 'plain' OR sent <> statement) FROM attempt WHERE path <> 'function' GROUP BY path ORDER BY path;

-- What the same actor did last, by the same call: done again, it is no error.
CREATE TEMPORARY TABLE repeated (situation text, action text, actor text);
INSERT INTO repeated
VALUES ('inactive', 'mark_inactive', :'ann'), ('inactive_awaiting', 'mark_inactive', :'ann'), ('completed', 'complete', :'ann'), ('confirmed', 'complete', :'ann'),
	('confirmed', 'confirm', :'max'), ('declined', 'decline', :'ann'), ('declined_by_merchant', 'decline', :'max');

CREATE FUNCTION pg_temp.lives(s situation)
RETURNS boolean
LANGUAGE sql RETURN s.status NOT IN ('completed', 'declined', 'expired') AND NOT 'overdue' = ANY (s.facts);

-- What must come of it: a status, "untouched" (nothing happens, no error) or an SQLSTATE.
-- The order of the checks is that of the branches.
CREATE FUNCTION pg_temp.expected(s situation, from_proposal boolean, p person, a attempt)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	facts text[] := s.facts || CASE WHEN from_proposal THEN '{from proposal}'::text[] ELSE '{}' END;
	target text := CASE
		WHEN a.path <> 'function' AND a.statement LIKE 'UPDATE%SET status%' THEN substring(a.statement FROM $r$= '(\w+)'$r$)
		WHEN a.action = 'nothing' THEN s.status
	END;
	t transition;
BEGIN
	IF p.kind = 'gone' THEN
		RETURN 'PT404';
	ELSIF a.action IN ('extend', 'reassign') AND p.role <> 'regress_jobs_operator' THEN
		RETURN '42501'; -- functions of operators
	ELSIF a.action = 'reassign' THEN
		RETURN s.status; -- of this job and others; the history tells
	ELSIF a.action = 'withdraw' THEN
		RETURN CASE WHEN p.kind = 'nobody' THEN '42501'
			WHEN p.kind = 'hidden' OR from_proposal THEN 'PT404'
			WHEN p.kind <> 'merchant' THEN '42501'
			WHEN pg_temp.lives(s) THEN 'declined'
			ELSE s.status END; -- and that it was withdrawn is noted
	ELSIF a.path <> 'function' AND a.statement !~ '^INSERT' AND p.role <> 'regress_jobs_owner' AND
		(p.kind IN ('nobody', 'hidden') OR a.action = 'unassign' AND p.kind = 'merchant')
	THEN
		RETURN 'untouched'; -- sees no row to change
	ELSIF p.kind = 'nobody' THEN
		RETURN '42501';
	ELSIF p.kind = 'hidden' THEN
		RETURN 'PT404';
	ELSIF s.status = 'expired' THEN
		RETURN 'PT410';
	ELSIF 'overdue' = ANY (facts) THEN
		RETURN CASE WHEN a.action = 'expire' AND p.kind = 'system' THEN 'expired' ELSE 'PT410' END;
	ELSIF target = s.status THEN
		RETURN 'untouched'; -- nothing to change
	ELSIF a.action IN ('set_new', 'set_responded', 'set_awaiting_response') THEN
		RETURN 'PT409';
	ELSIF a.action LIKE 'set_%' THEN
		RETURN '42501';
	ELSIF NOT EXISTS (SELECT FROM transition x WHERE x.action = a.action AND x.kind = p.kind) THEN
		RETURN '42501';
	END IF;
	SELECT * INTO t FROM transition x
	WHERE x.action = a.action AND x.kind = p.kind AND x.from_status = s.status
		AND (x.condition IS NULL OR x.condition = 'silent' OR x.condition = ANY (facts));
	IF NOT FOUND AND a.path = 'function' AND EXISTS (SELECT FROM repeated r WHERE r.situation = s.name AND r.action = a.action AND r.actor = p.actor) THEN
		RETURN 'untouched'; -- the answer of the first call
	ELSIF NOT FOUND OR a.path <> 'function' AND t.condition = 'silent' THEN
		RETURN 'PT409';
	END IF;
	RETURN CASE t.condition WHEN 'silent' THEN 'untouched' ELSE t.to_status END;
END
$$;

-- The history that it must leave.
CREATE FUNCTION pg_temp.expected_history(s situation, kind text, action text, outcome text)
RETURNS text
LANGUAGE sql AS $$
	SELECT CASE
		WHEN outcome ~ '^([0-9PT]{5}|untouched)$' THEN NULL
		WHEN action IN ('reassign', 'withdraw') AND NOT pg_temp.lives(s) THEN NULL
		WHEN action = 'reassign' THEN replace('unassign %->%, assign %->%', '%', outcome)
		WHEN action = 'withdraw' THEN 'decline ' || s.status || '->' || outcome
		WHEN s.status = 'new' AND kind = 'expert' AND action IN ('message', 'complete') THEN
			'open new->opened, ' || action || ' opened->' || outcome
		ELSE action || ' ' || s.status || '->' || outcome
	END
$$;

-- What there is of a job, and beside it.
CREATE FUNCTION pg_temp.look(number bigint)
RETURNS text
LANGUAGE sql AS $$
	SELECT j::text || (SELECT count(*) FROM jobs.message) || (SELECT count(*) FROM jobs.assignment) || (SELECT count(*) FROM jobs.email)
	FROM jobs.job j WHERE id = number
$$;

-- Tries, looks, and undoes it all.
CREATE FUNCTION pg_temp.attempt(number bigint, before text, p person, a attempt, OUT outcome text, OUT history text)
LANGUAGE plpgsql AS $$
DECLARE
	j jobs.job;
	last_event bigint := max(id) FROM jobs.event WHERE job_id = number;
BEGIN
	SELECT * INTO j FROM jobs.job WHERE id = number;
	BEGIN
		EXECUTE format('SET LOCAL ROLE %I', p.role);
		PERFORM jobs.act_as(p.actor);
		EXECUTE format(a.sent, number, j.conversation_id, coalesce(j.request_id, 1));
		RESET ROLE;
		PERFORM jobs.act_as('');
		SELECT * INTO j FROM jobs.job WHERE id = number;
		outcome := j.status;
		SELECT string_agg(action || ' ' || from_status || '->' || to_status, ', ' ORDER BY id) INTO history
		FROM jobs.event WHERE job_id = number AND id > last_event;
		IF before = pg_temp.look(number) THEN
			outcome := 'untouched';
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'XX999';
	EXCEPTION WHEN OTHERS THEN
		IF SQLSTATE <> 'XX999' THEN
			outcome := SQLSTATE;
		END IF;
	END;
END
$$;

-- What must come of allowed_actions().
CREATE FUNCTION pg_temp.expected_actions(s situation, from_proposal boolean, kind text)
RETURNS text
LANGUAGE sql AS $$
	SELECT coalesce(string_agg(DISTINCT action, ' ' ORDER BY action), '')
	FROM (TABLE transition UNION ALL VALUES ('review', 'merchant', 'completed', 'completed', 'confirmed')) t
	WHERE t.kind = expected_actions.kind AND t.from_status = s.status AND NOT 'overdue' = ANY (s.facts)
		AND (condition IS NULL OR condition = ANY (s.facts) OR condition = 'from proposal' AND from_proposal)
$$;

CREATE TEMPORARY TABLE result (situation text, from_proposal boolean, person text, action text, path text, statement text,
	expected text, outcome text, expected_history text, history text);
CREATE TEMPORARY TABLE allowed (situation text, from_proposal boolean, kind text, expected text, outcome text);

-- A job in each situation, with an assignment that can be taken back.
CREATE FUNCTION pg_temp.build(s situation, from_proposal boolean)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	runs_out boolean := s.status = 'expired' OR 'overdue' = ANY (s.facts);
	number bigint := regress.job('truth', CASE WHEN runs_out OR s.status = 'declined' THEN 'new' ELSE s.name END, from_proposal);
	ann text := d.ann FROM regress.directory d WHERE test = 'truth';
	max text := d.max FROM regress.directory d WHERE test = 'truth';
BEGIN
	PERFORM jobs.assign_self(number, actor => ann);
	IF s.status = 'declined' THEN
		PERFORM jobs.decline_job(number, actor => CASE s.name WHEN 'declined' THEN ann ELSE max END);
	END IF;
	IF s.name = 'overdue_opened' THEN
		PERFORM jobs.open_job(number, actor => ann);
	END IF;
	IF runs_out THEN
		PERFORM regress.run_out(number);
	END IF;
	IF s.name = 'expired' THEN
		PERFORM jobs.expire_jobs();
	END IF;
	RETURN number;
END
$$;

DO $$
DECLARE
	s situation;
	p person;
	x record;
	y record;
	job bigint;
	before text;
	e text;
	r record;
BEGIN
	FOR x IN SELECT t AS s, f AS from_proposal FROM situation t, unnest('{f,t}'::boolean[]) f LOOP
		s := x.s;
		job := pg_temp.build(s, x.from_proposal);
		before := pg_temp.look(job);
		FOR y IN SELECT u AS p, v AS a FROM person u, attempt v
			WHERE CASE WHEN u.name LIKE 'owner%' THEN v.path <> 'function' ELSE v.path <> 'copy' END LOOP
			p := y.p;
			e := pg_temp.expected(s, x.from_proposal, p, y.a);
			r := pg_temp.attempt(job, before, p, y.a);
			INSERT INTO result VALUES (s.name, x.from_proposal, p.name, (y.a).action, (y.a).path, (y.a).statement,
				e, r.outcome, pg_temp.expected_history(s, p.kind, (y.a).action, e), r.history);
		END LOOP;
		FOR y IN SELECT u AS p FROM person u WHERE u.kind IN ('expert', 'merchant', 'system') AND u.name NOT LIKE 'owner%' LOOP
			p := y.p;
			EXECUTE format('SET LOCAL ROLE %I', p.role);
			PERFORM jobs.act_as(p.actor);
			e := coalesce(string_agg(t, ' ' ORDER BY t), '') FROM jobs.allowed_actions(job) t;
			RESET ROLE;
			PERFORM jobs.act_as('');
			INSERT INTO allowed VALUES (s.name, x.from_proposal, p.kind,
				pg_temp.expected_actions(s, x.from_proposal, p.kind), e);
		END LOOP;
	END LOOP;
END
$$;

REVOKE pg_execute_server_program FROM regress_jobs_owner;
SELECT count(*) AS attempts, count(*) FILTER (WHERE outcome IS DISTINCT FROM expected OR history IS DISTINCT FROM expected_history) AS wrong
FROM result;
SELECT situation, CASE WHEN from_proposal THEN 'proposal' END, person, path, action, 'expected ' || expected, 'got ' || outcome,
	expected_history, history
FROM result
WHERE outcome IS DISTINCT FROM expected OR history IS DISTINCT FROM expected_history
ORDER BY 1, 2, 3, 4, 5
LIMIT 50;
-- so that nobody believes in counts alone
SELECT expected, count(*) FROM result GROUP BY 1 ORDER BY 1;
SELECT count(*) AS asked, count(*) FILTER (WHERE outcome <> expected) AS wrong FROM allowed;
SELECT * FROM allowed WHERE outcome <> expected ORDER BY 1, 2, 3;

-- Creating: who, by which path, and what preferences say.
CREATE TEMPORARY TABLE creation (person text, actor text, role text, path text, preference text, expected text);
INSERT INTO creation
SELECT p.name, p.actor, p.role, path, preference,
	CASE
		WHEN p.kind = 'gone' THEN 'PT404'
		-- not listed, it is hidden from members of others
		WHEN p.name = 'other organization' AND preference = 'is_listed' THEN 'PT404'
		WHEN p.kind = 'nobody' OR p.name IN ('member', 'other organization') THEN '42501'
		WHEN p.kind = 'system' AND path = 'function' THEN '42501' -- names no merchant
		WHEN preference IN ('is_available') OR preference = 'accepts_dropshipping' AND p.actor <> :'max' THEN 'PT409'
		ELSE 'new'
	END
FROM person p, unnest('{function,plain}'::text[]) path, unnest('{none,is_available,is_listed,accepts_dropshipping}'::text[]) preference
WHERE p.name NOT LIKE 'owner%';
UPDATE jobs.merchant SET is_dropshipper = true WHERE id = :mia_id;
-- the system asks for Mia
CREATE FUNCTION pg_temp.create(c creation)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory;
	outcome text;
BEGIN
	SELECT * INTO d FROM regress.directory WHERE test = 'truth';
	IF c.preference <> 'none' THEN
		EXECUTE format('SELECT jobs.set_preferences(%s, %I => false)', d.org, c.preference);
	END IF;
	EXECUTE format('SET LOCAL ROLE %I', c.role);
	PERFORM jobs.act_as(c.actor);
	IF c.path = 'function' THEN
		PERFORM jobs.request_job(d.service, 'Created', 'Please', d.org);
	ELSE
		INSERT INTO jobs.job (organization_id, merchant_id, service_id, title, description)
		VALUES (d.org, CASE c.role WHEN 'regress_jobs_operator' THEN d.mia_id END, d.service, 'Created', 'Please');
	END IF;
	RESET ROLE;
	PERFORM jobs.act_as('');
	SELECT status INTO outcome FROM jobs.job WHERE title = 'Created';
	RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE SQLSTATE WHEN 'XX999' THEN outcome ELSE SQLSTATE END;
END
$$;
SELECT count(*) AS creations, count(*) FILTER (WHERE outcome IS DISTINCT FROM expected) AS wrong
FROM (SELECT expected, pg_temp.create(c) AS outcome FROM creation c) x;
SELECT * FROM (SELECT person, path, preference, expected, pg_temp.create(c) AS outcome FROM creation c) x
WHERE outcome IS DISTINCT FROM expected;

-- The order of the checks, where the table above doesn't show it: each case breaks its own
-- rule and all those behind it. Job 1 never exists.
CREATE TEMPORARY TABLE call (statement text, good text, bad text);
INSERT INTO call VALUES
	('jobs.open_job(%s)', NULL, NULL),
	('jobs.mark_inactive(%s)', NULL, NULL),
	('jobs.reactivate_job(%s)', NULL, NULL),
	('jobs.confirm_completion(%s)', NULL, NULL),
	('jobs.allowed_actions(%s)', NULL, NULL),
	('jobs.assign_self(%s)', NULL, NULL),
	('jobs.complete_job(%s, %s)', 'NULL', quote_literal('')),
	('jobs.reject_completion(%s, %s)', 'NULL', quote_literal('')),
	('jobs.decline_job(%s, %s)', 'NULL', quote_literal('No!')),
	('jobs.reply_to_job(%s, %s)', quote_literal('Text'), quote_literal('')),
	('jobs.send_message(1, %2$s, %1$s)', quote_literal('Text'), quote_literal('')),
	('jobs.assign_members(%s, %s)', quote_literal('{1}'), quote_literal('{NULL}')),
	('jobs.unassign_members(%s, %s)', quote_literal('{1}'), quote_literal('{NULL}'));
CREATE TEMPORARY TABLE broken (rank integer, rule text, role text, job text, bad boolean, actor text);
INSERT INTO broken VALUES
	(1, 'job NULL, malformed actor', 'app', 'NULL', false, 'nonsense'),
	(2, 'bad argument, nobody', 'app', '1', true, ''),
	(3, 'malformed actor', 'app', '1', false, 'nonsense'),
	(4, 'nobody', 'app', '1', false, ''),
	(5, 'not the system', 'app', '1', false, 'system'),
	(6, 'may not name others, unknown', 'bound', '1', false, 'member:1'),
	(7, 'unknown actor', 'app', '1', false, 'member:1'),
	(8, 'unknown actor', 'app', '1', false, 'merchant:1'),
	(9, 'inactive actor', 'app', '1', false, :'gone'),
	(10, 'missing job', 'app', '1', false, :'ann'),
	(11, 'missing job', 'app', '1', false, :'max'),
	(12, 'missing job', 'operator', '1', false, 'system');
CREATE FUNCTION pg_temp.complaint(c call, b broken)
RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SET LOCAL ROLE regress_jobs_%s', b.role);
	EXECUTE 'SELECT ' || regexp_replace(format(c.statement, b.job, CASE WHEN b.bad THEN c.bad ELSE c.good END),
		'\)$', format(', actor => %L)', b.actor));
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || regexp_replace(SQLERRM, '^(there is no actor|job \d|conversation \d|nobody acts|permission denied to act|\S+).*', '\1');
END
$$;
SELECT rank, rule, complaint, count(*)
FROM (SELECT rank, rule, pg_temp.complaint(c, b) AS complaint FROM broken b, call c
	WHERE NOT b.bad OR c.bad IS NOT NULL AND (b.job <> 'NULL' OR c.statement NOT LIKE '%send_message%')) x
GROUP BY rank, rule, complaint
ORDER BY rank, complaint;
