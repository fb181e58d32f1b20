CREATE FUNCTION jobs.record_guard()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_record_guard';
GRANT EXECUTE ON FUNCTION jobs.record_guard TO PUBLIC;
COMMENT ON FUNCTION jobs.record_guard IS
	'Trigger before rows that only their causes write (history, declines, e-mail): refuses all others.';

