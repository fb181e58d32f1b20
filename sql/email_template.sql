CREATE FUNCTION jobs.email_template_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_email_template_fill';
GRANT EXECUTE ON FUNCTION jobs.email_template_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.email_template_fill IS
	'Trigger before rows of jobs.email_template: checks a text and its placeholders, and notes that the operator wrote it.';

