\echo Use "ALTER EXTENSION jobs UPDATE" to load this file. \quit

-- A server that preloads the library has the old one until it is restarted.
DO LANGUAGE plpgsql $$
BEGIN
	IF pg_catalog.string_to_array(jobs.version(), '.')::pg_catalog.int4[] OPERATOR(pg_catalog.<) ARRAY[0, 2, 0] THEN
		RAISE EXCEPTION 'the library of jobs is older than its functions are to be'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = pg_catalog.format('The library is of jobs %s, and these functions need 0.2.0.', jobs.version()),
				HINT = 'Connect anew, so that the new library is loaded. If jobs is in shared_preload_libraries, restart the server.';
	END IF;
END
$$;
