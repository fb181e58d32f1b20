CREATE FUNCTION jobs.record_guard()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_record_guard';
GRANT EXECUTE ON FUNCTION jobs.record_guard TO PUBLIC;
COMMENT ON FUNCTION jobs.record_guard IS
	'Trigger before rows that only their causes write (events, declines, e-mail): refuses all others.';

CREATE FUNCTION jobs.row_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_row_record';
GRANT EXECUTE ON FUNCTION jobs.row_record TO PUBLIC;
COMMENT ON FUNCTION jobs.row_record IS
	'Trigger after rows of the directory and of templates: refuses those in which a trigger changed what the rules '
	'decided. Of accounts and stores it writes what was changed, and has unsent e-mail follow.';
