-- CREATE EXTENSION, install(), uninstall(). Runs first: roles and helpers of the other
-- tests are made here, and the tables that it leaves are theirs.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_jobs_owner, regress_jobs_app, regress_jobs_operator, regress_jobs_mailer,
	regress_jobs_monitor, regress_jobs_viewer, regress_jobs_bound, regress_jobs_stranger;
RESET client_min_messages;
CREATE ROLE regress_jobs_owner;
CREATE ROLE regress_jobs_app;
CREATE ROLE regress_jobs_operator;
CREATE ROLE regress_jobs_mailer;
CREATE ROLE regress_jobs_monitor;
CREATE ROLE regress_jobs_viewer;
CREATE ROLE regress_jobs_bound;
CREATE ROLE regress_jobs_stranger;

CREATE SCHEMA regress;
GRANT USAGE ON SCHEMA regress TO PUBLIC;

-- what differs from run to run in a message: ids, times, the version
CREATE FUNCTION regress.mask(message text)
RETURNS text
LANGUAGE sql IMMUTABLE
RETURN regexp_replace(regexp_replace(regexp_replace(regexp_replace(message,
	'Failing row contains.*', 'Failing row contains ...'),
	'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.0-9]*( [A-Z]+|[-+][0-9:]+)', 'TIME', 'g'),
	'jobs \d+\.\d+\.\d+', 'jobs VERSION', 'g'),
	'(?<!ISO )\m\d{4,}\M(?! characters| are allowed)', '#', 'g');

-- Runs a statement: its value, or its error with the rule behind its code, DETAIL and HINT. What jobs
-- says has both.
CREATE FUNCTION regress.try(statement text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	value text;
	count bigint;
	detail text;
	hint text;
	rule text;
BEGIN
	IF statement ~* '^\s*(SELECT|TABLE)\s' OR statement ~* '\sRETURNING\s' THEN
		EXECUTE statement INTO value;
		RETURN 'ok: ' || regress.mask(coalesce(nullif(value, ''), 'nothing'));
	END IF;
	EXECUTE statement;
	GET DIAGNOSTICS count = ROW_COUNT;
	RETURN 'ok, rows: ' || count;
EXCEPTION WHEN OTHERS OR ASSERT_FAILURE THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, rule = CONSTRAINT_NAME;
	RETURN SQLSTATE || CASE WHEN SQLSTATE LIKE '23%' THEN '' ELSE coalesce('/' || nullif(rule, ''), '') END || ' ' || regress.mask(concat_ws(' | ', SQLERRM, nullif(detail, ''), nullif(hint, '')));
END
$$;

-- the schema: somebody else's, or with functions in it
CREATE SCHEMA jobs AUTHORIZATION regress_jobs_stranger;
SELECT regress.try('CREATE EXTENSION jobs');
ALTER SCHEMA jobs OWNER TO CURRENT_USER;
CREATE FUNCTION jobs.decline(integer) RETURNS integer LANGUAGE sql RETURN 1;
SELECT regress.try('CREATE EXTENSION jobs');
DROP FUNCTION jobs.decline(integer);
DROP SCHEMA jobs;
CREATE EXTENSION jobs;
SELECT jobs.version() = default_version AS is_version_of_control FROM pg_available_extensions WHERE name = 'jobs';

-- Nothing works before there are tables, and everything says what to do.
SELECT regress.try($$SELECT jobs.create_merchant('Max', 'max@x.example')$$);
SELECT regress.try('SELECT jobs.expire_jobs()');
SELECT regress.try('SELECT jobs.uninstall()');
SELECT regress.try($$SELECT jobs.grant_access('regress_jobs_app', 'app')$$);
SELECT jobs.status_label('new');

-- refusals
SELECT regress.try($$SELECT jobs.install('regress_jobs_nobody')$$);
SET ROLE regress_jobs_stranger;
SELECT regress.try('SELECT jobs.install()');
RESET ROLE;
CREATE TABLE jobs.planted ();
ALTER TABLE jobs.planted OWNER TO regress_jobs_stranger;
SELECT regress.try($$SELECT jobs.install('regress_jobs_owner')$$);
DROP TABLE jobs.planted;
CREATE TABLE jobs.message ();
ALTER TABLE jobs.message OWNER TO regress_jobs_stranger;
SELECT regress.try($$SELECT jobs.install('regress_jobs_owner')$$);
DROP TABLE jobs.message;

-- a superuser's tables: a warning
BEGIN;
SELECT regress.mask(jobs.install());
ROLLBACK;

-- a plain owner's tables
CREATE FUNCTION regress.install(owner name DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql SET client_min_messages = error AS $$ -- whether there is a schedule differs from server to server
BEGIN
	RETURN regress.mask(jobs.install(owner));
END
$$;
SELECT regress.install('regress_jobs_owner');
SELECT regress.install('regress_jobs_owner');
SELECT regress.install();
SELECT regress.try($$SELECT jobs.install('regress_jobs_stranger')$$);
SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'jobs'::regnamespace;
SELECT has_schema_privilege('regress_jobs_owner', 'jobs', 'USAGE') AS usage,
	has_schema_privilege('regress_jobs_owner', 'jobs', 'CREATE') AS may_create;

-- the owner installs only where the schema is the owner's, too
SET ROLE regress_jobs_owner;
SELECT regress.try('SELECT jobs.install()');
RESET ROLE;
BEGIN;
ALTER SCHEMA jobs OWNER TO regress_jobs_owner;
SET LOCAL ROLE regress_jobs_owner;
SELECT regress.try('SELECT regress.install()');
ROLLBACK;

-- Whatever is missing: the tables say so, and install() makes it anew.
SELECT jobs.create_merchant('Max', 'max@x.example') AS merchant \gset
ALTER TABLE jobs.merchant DISABLE TRIGGER "00_jobs_fill";
SELECT regress.try($$SELECT jobs.create_merchant('Max', 'max@x.example')$$);
SELECT regress.install();
DROP TRIGGER "00_jobs_fill" ON jobs.merchant;
SELECT regress.try($$SELECT jobs.create_merchant('Max', 'max@x.example')$$);
SELECT regress.install();
DROP VIEW jobs.job_list;
DROP POLICY own_merchant ON jobs.store;
DROP INDEX jobs.store_merchant;
ALTER TABLE jobs.store DISABLE ROW LEVEL SECURITY;
COMMENT ON COLUMN jobs.store.url IS NULL;
SELECT regress.install();
SELECT relrowsecurity, to_regclass('jobs.job_list') IS NOT NULL, to_regclass('jobs.store_merchant') IS NOT NULL,
	(SELECT count(*) FROM pg_policy WHERE polrelid = c.oid), col_description(c.oid, 4)
FROM pg_class c WHERE oid = 'jobs.store'::regclass;
DROP TABLE jobs.decline;
SELECT regress.install();
SELECT regress.try('SELECT count(*) FROM jobs.decline');
BEGIN;
UPDATE jobs.node SET schema_version = 1000000;
SELECT regress.try($$SELECT jobs.create_merchant('Max', 'max@x.example')$$);
SELECT regress.try('SELECT jobs.install()');
ROLLBACK;
BEGIN;
DELETE FROM jobs.node;
SELECT regress.try($$SELECT jobs.create_merchant('Max', 'max@x.example')$$);
SELECT regress.try('SELECT regress.install()');
ROLLBACK;

-- sequences behind their tables, as where rows were copied without them
ALTER SEQUENCE jobs.merchant_id_seq RESTART;
SELECT regress.install();
SELECT jobs.create_merchant('Mia', 'mia@x.example') > :merchant AS next_id_is_free;

-- uninstall(): what guards and shows goes, the data stays
SELECT regress.try('SELECT jobs.uninstall(NULL)');
SET ROLE regress_jobs_stranger;
SELECT regress.try('SELECT jobs.uninstall()');
RESET ROLE;
SELECT jobs.uninstall();
SELECT (SELECT count(*) FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'jobs.%' AND NOT tgisinternal) AS triggers,
	(SELECT count(*) FROM pg_policy) AS policies,
	(SELECT count(*) FROM pg_views WHERE schemaname = 'jobs') AS views,
	(SELECT count(*) FROM jobs.merchant) AS merchants,
	(SELECT bool_and(relrowsecurity) FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r') AS secured;
SELECT regress.try($$SELECT jobs.create_merchant('Max', 'max@x.example')$$);
SELECT regress.install();
SELECT jobs.create_merchant('Moe', 'moe@x.example') IS NOT NULL AS works;

-- The tables need the extension, and outlive it.
SELECT regexp_replace(regress.try('DROP EXTENSION jobs'), '\|.*', '');
SET client_min_messages = warning;
DROP EXTENSION jobs CASCADE;
RESET client_min_messages;
SELECT name FROM jobs.merchant ORDER BY id;
CREATE EXTENSION jobs;
SELECT regress.try($$SELECT jobs.create_merchant('Max', 'max@x.example')$$);
SELECT regress.install();
SELECT jobs.create_merchant('May', 'may@x.example') IS NOT NULL AS works;

-- uninstall with the data, which a user's own view holds back
CREATE VIEW regress.names AS SELECT name FROM jobs.merchant;
SELECT regexp_replace(regress.try('SELECT jobs.uninstall(drop_data => true)'), '\|.*', '');
DROP VIEW regress.names;
SELECT jobs.uninstall(drop_data => true);
SELECT relname FROM pg_class WHERE relnamespace = 'jobs'::regnamespace;
SELECT regress.install('regress_jobs_owner');

-- slots: part of the ids of an organization and all of its rows
SELECT regress.try('SELECT jobs.set_slots(NULL, 5)');
SELECT regress.try('SELECT jobs.set_slots(6, 5)');
SELECT regress.try('SELECT jobs.set_slots(-1, 5)');
SELECT regress.try('SELECT jobs.set_slots(0, 1024)');
SELECT jobs.set_slots(7, 8);
SELECT jobs.create_organization('Slot ' || n, 'slot@x.example') % 1024 AS slot FROM generate_series(1, 4) n;
SELECT jobs.create_merchant('Slot', 'slot@x.example') % 1024 AS slot_of_catalogue;
SELECT id % 1024 = slot AS id_has_slot FROM jobs.organization ORDER BY id;
SELECT jobs.add_member(max(id), 'Sam', 'sam@x.example') % 1024 = max(id) % 1024 AS member_has_slot FROM jobs.organization;
SELECT jobs.set_slots(0, 1023);

-- Access, for the tests that follow.
SELECT jobs.grant_access('regress_jobs_app', 'app');
SELECT jobs.grant_access('regress_jobs_operator', 'operator');
SELECT jobs.grant_access('regress_jobs_mailer', 'mailer');
SELECT jobs.grant_access('regress_jobs_monitor', 'monitor');
SELECT jobs.grant_access('regress_jobs_viewer', 'viewer');
SELECT jobs.grant_access('regress_jobs_bound', 'bound');

-- A small marketplace for one test. Everybody's address is NAME@TEST.example.
CREATE TABLE regress.directory (
	test text PRIMARY KEY,
	org bigint,
	ann text,
	bob text,
	gone text,
	ann_id bigint,
	bob_id bigint,
	gone_id bigint,
	max text,
	max_id bigint,
	store bigint,
	mia text,
	mia_id bigint,
	mia_store bigint,
	service bigint,
	unprovided bigint,
	other_org bigint,
	otto text,
	otto_id bigint
);
GRANT SELECT ON regress.directory TO PUBLIC;

CREATE FUNCTION regress.directory(test text)
RETURNS SETOF regress.directory
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory;
	host text := '@' || test || '.example';
BEGIN
	d.test := test;
	d.service := jobs.create_service(test || ' service');
	d.unprovided := jobs.create_service(test || ' other service');
	d.org := jobs.create_organization('Ann & Bob', 'desk' || host);
	d.ann_id := jobs.add_member(d.org, 'Ann', 'ann' || host);
	d.bob_id := jobs.add_member(d.org, 'Bob', 'bob' || host);
	d.gone_id := jobs.add_member(d.org, 'Gone', 'gone' || host);
	UPDATE jobs.member SET is_active = false WHERE id = d.gone_id;
	d.other_org := jobs.create_organization('Otto', 'office' || host);
	d.otto_id := jobs.add_member(d.other_org, 'Otto', 'otto' || host);
	PERFORM jobs.provide_service(d.org, d.service), jobs.provide_service(d.other_org, d.service);
	d.max_id := jobs.create_merchant('Max', 'max' || host);
	d.store := jobs.add_store(d.max_id, 'Max store');
	d.mia_id := jobs.create_merchant('Mia', 'mia' || host);
	d.mia_store := jobs.add_store(d.mia_id, 'Mia store');
	d.ann := 'member:' || d.ann_id;
	d.bob := 'member:' || d.bob_id;
	d.gone := 'member:' || d.gone_id;
	d.otto := 'member:' || d.otto_id;
	d.max := 'merchant:' || d.max_id;
	d.mia := 'merchant:' || d.mia_id;
	INSERT INTO regress.directory SELECT d.*;
	RETURN NEXT d;
END
$$;

-- A deadline that is over now, without waiting for it.
CREATE FUNCTION regress.run_out(number bigint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	UPDATE jobs.job SET respond_by = clock_timestamp(), due_at = CASE WHEN due_at IS NOT NULL THEN clock_timestamp() END WHERE id = number;
	SET LOCAL session_replication_role = origin;
END
$$;

-- What users' triggers do: a new row with some columns changed, the trigger's argument; a statement; or nothing is written.
CREATE FUNCTION regress.set_column() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW := jsonb_populate_record(NEW, TG_ARGV[0]::jsonb);
	RETURN NEW;
END
$$;
CREATE FUNCTION regress.run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE TG_ARGV[0] USING NEW;
	RETURN NEW;
END
$$;
CREATE FUNCTION regress.suppress() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
GRANT USAGE ON SCHEMA regress TO regress_jobs_owner;

-- A job of Ann & Bob for Max in a status or in one of these situations: overdue (new in
-- its row), overdue_opened, inactive_awaiting (Max wrote last), confirmed, declined_by_merchant.
CREATE FUNCTION regress.job(test_name text, situation text DEFAULT 'new', from_proposal boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	d regress.directory;
	number bigint;
	setting text := CASE WHEN from_proposal THEN 'jobs.proposal_response_window' ELSE 'jobs.response_window' END;
	is_short boolean := situation IN ('overdue', 'expired');
BEGIN
	SELECT * INTO STRICT d FROM regress.directory WHERE test = test_name;
	PERFORM set_config(setting, CASE WHEN is_short THEN '20ms' ELSE '72h' END, false);
	IF from_proposal THEN
		number := jobs.accept_proposal(jobs.send_proposal(
			jobs.start_conversation(d.org, 'Hello', actor => d.max),
			d.service, 'Offer', 'Work', 10, actor => d.ann), d.store, actor => d.max);
	ELSE
		number := job_id FROM jobs.request_job(d.service, 'Request', 'Please', d.org, d.store, actor => d.max);
	END IF;
	PERFORM set_config(setting, '72h', false);
	IF is_short THEN
		PERFORM pg_sleep(0.025);
	END IF;
	IF situation IN ('opened', 'overdue_opened') THEN
		PERFORM jobs.open_job(number, actor => d.ann);
	END IF;
	-- not by waiting: a slow machine would open it too late
	IF situation = 'overdue_opened' THEN
		PERFORM regress.run_out(number);
	END IF;
	IF situation IN ('responded', 'awaiting_response', 'inactive', 'inactive_awaiting', 'completed', 'confirmed') THEN
		PERFORM jobs.reply_to_job(number, 'An answer', actor => d.ann);
	END IF;
	IF situation IN ('awaiting_response', 'inactive_awaiting') THEN
		PERFORM jobs.reply_to_job(number, 'A question', actor => d.max);
	END IF;
	IF situation IN ('inactive', 'inactive_awaiting') THEN
		PERFORM jobs.mark_inactive(number, actor => d.ann);
	END IF;
	IF situation IN ('completed', 'confirmed') THEN
		PERFORM jobs.complete_job(number, actor => d.ann);
	END IF;
	IF situation = 'confirmed' THEN
		PERFORM jobs.confirm_completion(number, actor => d.max);
	END IF;
	IF situation IN ('declined', 'declined_by_merchant') THEN
		PERFORM jobs.decline_job(number, actor => CASE situation WHEN 'declined' THEN d.ann ELSE d.max END);
	END IF;
	IF situation = 'expired' THEN
		PERFORM jobs.expire_jobs();
	END IF;
	RETURN number;
END
$$;

-- the name that an actor of a test goes by
CREATE FUNCTION regress.who(actor text)
RETURNS text
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
	SELECT coalesce(
		(SELECT name FROM jobs.member WHERE 'member:' || id = actor),
		(SELECT name FROM jobs.merchant WHERE 'merchant:' || id = actor),
		actor);
END;

-- a job's history, as text
CREATE FUNCTION regress.history(job bigint)
RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
	SELECT concat_ws(' ', regress.who(actor), action, from_status, '->', to_status,
		(SELECT string_agg(key, ',' ORDER BY key) FROM jsonb_object_keys(details) key))
	FROM jobs.event
	WHERE job_id = job
	ORDER BY id;
END;

-- whom e-mail of a test went to since the last time that this was asked
CREATE FUNCTION regress.mail(test text)
RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	RETURN QUERY
	SELECT kind || ': ' || string_agg(split_part(recipient, '@', 1), ', ' ORDER BY recipient)
	FROM jobs.email
	WHERE next_attempt_at IS NOT NULL AND recipient ILIKE '%@' || test || '.example'
	GROUP BY kind
	ORDER BY kind;
	UPDATE jobs.email SET next_attempt_at = NULL
	WHERE next_attempt_at IS NOT NULL AND recipient ILIKE '%@' || test || '.example';
END
$$;

-- everything that jobs has written, as one value: has something changed?
CREATE FUNCTION regress.state()
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	state text := '';
	digest text;
	name text;
BEGIN
	FOR name IN SELECT oid::regclass::text FROM pg_class
		WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' ORDER BY 1
	LOOP
		EXECUTE format('SELECT md5(coalesce(string_agg(t::text, %L ORDER BY t::text), %L)) FROM %s t', '', '', name) INTO digest;
		state := md5(state || digest);
	END LOOP;
	RETURN state;
END
$$;
