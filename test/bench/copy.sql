-- The tables once more, in the schema :copy, with their rows, identity columns, checks,
-- indexes and foreign keys, but without triggers and row-level security.

CREATE SCHEMA :copy;
SELECT pg_catalog.set_config('bench.copy', :'copy', false) AS copy;

DO $$
DECLARE
	copy text := pg_catalog.current_setting('bench.copy');
	t record;
	k record;
BEGIN
	FOR t IN
		SELECT c.oid, c.relname, pg_catalog.array_to_string(c.reloptions, ', ') AS options
		FROM pg_catalog.pg_class c
		WHERE c.relnamespace = 'jobs'::regnamespace AND c.relkind = 'r'
	LOOP
		EXECUTE pg_catalog.format('CREATE TABLE %1$I.%2$I (LIKE jobs.%2$I INCLUDING ALL)', copy, t.relname);
		IF t.options <> '' THEN
			EXECUTE pg_catalog.format('ALTER TABLE %1$I.%2$I SET (%3$s)', copy, t.relname, t.options);
		END IF;
		EXECUTE pg_catalog.format('INSERT INTO %1$I.%2$I OVERRIDING SYSTEM VALUE SELECT * FROM jobs.%2$I',
			copy, t.relname);
	END LOOP;
	FOR t IN
		SELECT c.relname, pg_catalog.pg_sequence_last_value(pg_catalog.pg_get_serial_sequence(
			'jobs.' || c.relname, a.attname)::regclass) AS last_value
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'jobs'::regnamespace AND c.relkind = 'r' AND a.attidentity <> ''
	LOOP
		IF t.last_value IS NOT NULL THEN
			PERFORM pg_catalog.setval(pg_catalog.pg_get_serial_sequence(copy || '.' || t.relname, 'id'), t.last_value);
		END IF;
	END LOOP;
	FOR k IN
		SELECT c.relname, o.conname, pg_catalog.pg_get_constraintdef(o.oid) AS definition
		FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
		WHERE c.relnamespace = 'jobs'::regnamespace AND o.contype = 'f'
	LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', copy, k.relname, k.conname,
			pg_catalog.replace(k.definition, ' jobs.', ' ' || pg_catalog.quote_ident(copy) || '.'));
	END LOOP;
END
$$;

GRANT USAGE ON SCHEMA :copy TO bench_app;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA :copy TO bench_app;
