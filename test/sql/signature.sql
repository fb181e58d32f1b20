-- Functions as another version of the extension declared them, in front of this library: other arguments,
-- or other columns of the result. Each is refused before an argument is read.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
CREATE SCHEMA regress_declared;

-- Declares a function of ours with these arguments and columns, calls it with NULLs, and tells what was said.
CREATE FUNCTION regress_declared.try(p pg_proc, types oid[], names text[], column_types oid[])
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	kind text := CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END;
	arguments text := array_to_string(ARRAY(SELECT format_type(t, NULL) FROM unnest(types) t), ', ');
	columns text := array_to_string(ARRAY(SELECT format('OUT %I %s', n, format_type(t, NULL)) FROM unnest(names, column_types) c (n, t)), ', ');
	nulls text := array_to_string(ARRAY(SELECT format('NULL::%s', format_type(t, NULL)) FROM unnest(types) t), ', ');
BEGIN
	EXECUTE format('CREATE %s regress_declared.%I(%s) %s LANGUAGE C AS %L, %L', kind, p.proname,
		concat_ws(', ', nullif(arguments, ''), nullif(columns, '')),
		CASE WHEN p.prokind = 'p' THEN ''
			WHEN cardinality(names) > 1 THEN format('RETURNS %s record', CASE WHEN p.proretset THEN 'SETOF' END)
			ELSE format('RETURNS %s %s', CASE WHEN p.proretset THEN 'SETOF' END, format_type(coalesce(column_types[1], p.prorettype), NULL)) END,
		p.probin, p.prosrc);
	EXECUTE format(CASE p.prokind WHEN 'p' THEN 'CALL regress_declared.%I(%s)' ELSE 'SELECT * FROM regress_declared.%I(%s)' END, p.proname, nulls);
	RAISE EXCEPTION 'not refused';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TABLE regress_declared.known AS
SELECT p AS proc, p.oid, p.proname, ARRAY(SELECT unnest(p.proargtypes)) AS types,
	ARRAY(SELECT n FROM unnest(p.proargnames, p.proargmodes) a (n, m) WHERE m IN ('t', 'o')) AS names,
	ARRAY(SELECT t FROM unnest(p.proallargtypes, p.proargmodes) a (t, m) WHERE m IN ('t', 'o')) AS column_types
FROM pg_proc p WHERE p.pronamespace = 'jobs'::regnamespace AND p.prorettype <> 'trigger'::regtype;
SELECT count(*) > 70 FROM regress_declared.known;

-- one argument more, and one less; triggers have none
SELECT outcome, count(*) > 140 FROM (
	SELECT regress_declared.try(proc, types || 'bigint'::regtype::oid, names, column_types) FROM regress_declared.known
	UNION ALL
	SELECT regress_declared.try(proc, trim_array(types, 1), names, column_types) FROM regress_declared.known WHERE types <> '{}') o (outcome)
GROUP BY outcome ORDER BY outcome;

-- other columns: one less, one more, two that changed places, one of another name
SELECT outcome, count(*) > 30 FROM (
	SELECT regress_declared.try(proc, types, trim_array(names, 1), trim_array(column_types, 1)) FROM regress_declared.known WHERE names <> '{}'
	UNION ALL
	SELECT regress_declared.try(proc, types, names || 'another'::text, column_types || 'bigint'::regtype::oid) FROM regress_declared.known WHERE names <> '{}'
	UNION ALL
	SELECT regress_declared.try(proc, types, names[2:2] || names[1:1] || names[3:], column_types[2:2] || column_types[1:1] || column_types[3:]) FROM regress_declared.known WHERE names <> '{}'
	UNION ALL
	SELECT regress_declared.try(proc, types, trim_array(names, 1) || 'another'::text, column_types) FROM regress_declared.known WHERE names <> '{}') o (outcome)
GROUP BY outcome ORDER BY outcome;

-- the one that is as it should be
SELECT regress_declared.try(proc, types, names, column_types) FROM regress_declared.known WHERE proname IN ('version', 'transitions', 'open_job') ORDER BY proname;

-- which of the two is older says what to do
CREATE FUNCTION regress_declared.open_job(job_id bigint) RETURNS text LANGUAGE C AS '$libdir/jobs', 'jobs_open_job';
CREATE FUNCTION regress_declared.rematch_request(request_id bigint, max_matches integer, client_key uuid, actor text, OUT job_id bigint)
RETURNS SETOF bigint LANGUAGE C AS '$libdir/jobs', 'jobs_rematch_request';
SELECT extversion AS version FROM pg_extension WHERE extname = 'jobs' \gset
BEGIN;
UPDATE pg_extension SET extversion = '0.0.10' WHERE extname = 'jobs';
SELECT replace(regress.try('SELECT regress_declared.open_job(1)'), jobs.version(), 'VERSION');
SELECT replace(regress.try($$SELECT regress_declared.rematch_request(1, 1, gen_random_uuid(), 'merchant:1')$$), jobs.version(), 'VERSION');
SELECT replace(regress.try('SELECT jobs.install()'), jobs.version(), 'VERSION');
UPDATE pg_extension SET extversion = '99.0.0' WHERE extname = 'jobs';
SELECT replace(regress.try('SELECT regress_declared.open_job(1)'), jobs.version(), 'VERSION');
SELECT replace(regress.try('SELECT jobs.install()'), jobs.version(), 'VERSION');
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA regress_declared CASCADE;
