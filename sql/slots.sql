-- access: operators
CREATE FUNCTION jobs.set_slots(first integer, last integer)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_set_slots';
REVOKE EXECUTE ON FUNCTION jobs.set_slots FROM PUBLIC;
COMMENT ON FUNCTION jobs.set_slots IS
	'The range of slots, within 0 to 1023, that this database gives to new organizations; '
	'what is there keeps its own. Databases that will be merged need ranges apart. '
	'Errors: 22004 an argument is NULL; 22023 not a range. For operator access.';
