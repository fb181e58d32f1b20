\echo Use "CREATE EXTENSION jobs" to load this file. \quit

-- A schema that somebody else owns, or that holds functions already, could hold an
-- overload that is a better match for a call than ours. Tables that stand there are
-- welcome. Names and operators are qualified because the schema is in the search_path.
DO LANGUAGE plpgsql $$
DECLARE
	schema_owner oid;
	planted text;
BEGIN
	SELECT n.nspowner INTO STRICT schema_owner
	FROM pg_catalog.pg_namespace n
	WHERE n.nspname OPERATOR(pg_catalog.=) 'jobs';
	IF NOT EXISTS (
		SELECT FROM pg_catalog.pg_roles r
		WHERE r.oid OPERATOR(pg_catalog.=) schema_owner
			AND (r.rolsuper OR r.rolname OPERATOR(pg_catalog.=) CURRENT_USER))
	THEN
		RAISE EXCEPTION 'schema jobs belongs to role "%"', pg_catalog.pg_get_userbyid(schema_owner)
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'Its owner could put functions beside those of the extension.',
				HINT = 'Run ALTER SCHEMA jobs OWNER TO CURRENT_USER; first.';
	END IF;

	SELECT pg_catalog.format('%I.%I', 'jobs', p.proname) INTO planted
	FROM pg_catalog.pg_proc p
	JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
	WHERE n.nspname OPERATOR(pg_catalog.=) 'jobs'
	LIMIT 1;
	IF planted IS NOT NULL THEN
		RAISE EXCEPTION 'schema jobs holds functions already, such as %', planted
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'They could be called in place of those of the extension.',
				HINT = 'Drop them, or move them to another schema.';
	END IF;
END
$$;

