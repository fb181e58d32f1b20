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

-- What they cost lets the planner ask for the names behind the sort: of a page's rows, not of all.
ALTER FUNCTION jobs.display_name COST 100;
ALTER FUNCTION jobs.store_name COST 100;

COMMENT ON FUNCTION jobs.block_conversation IS
	'The merchant blocks a conversation: nobody writes, offers or asks in it any more, and its live jobs are '
	'declined by the merchant, with the reason "blocked". Blocking it again does nothing. An operator sets '
	'is_blocked in jobs.conversation, which declines nothing; blocked_by there tells who did. Errors: '
	'22004 NULL; PT404 it is missing or hidden; 42501 not a merchant. For merchants with app, bound or operator access.';
