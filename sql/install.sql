-- access: owner
CREATE FUNCTION jobs.install(owner name DEFAULT NULL)
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_install';
REVOKE EXECUTE ON FUNCTION jobs.install FROM PUBLIC;
COMMENT ON FUNCTION jobs.install IS
	'Creates the tables, and brings older ones up to date; can be repeated at any time. '
	'owner: the role that they are to belong to; NULL for the present owner, else the caller. '
	'Returns what it did; warns of roles that are gone, and when nothing is known to call the sweep. '
	'Errors: 42704 no such role; 42501 not permitted; 55000 another owner, '
	'tables newer than the library or altered so that it can''t make them good, the schema renamed, '
	'somebody else''s objects in it, or inside the script of an extension; 55P03 tables that others hold for '
	'too long. For superusers; later also for the owner of both tables and schema.';

-- access: owner
CREATE FUNCTION jobs.uninstall(drop_data boolean DEFAULT false)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_uninstall';
REVOKE EXECUTE ON FUNCTION jobs.uninstall FROM PUBLIC;
COMMENT ON FUNCTION jobs.uninstall IS
	'Drops triggers, policies and views; jobs.install() makes them anew. '
	'drop_data: true drops the tables and all that is in them, too, and takes all access back. '
	'Errors: 22004 drop_data is NULL; 42501 not permitted; 55000 there are no tables; '
	'2BP01 something else depends on what would be dropped; 55P03 tables that others hold for too long. For superusers and the tables'' owner.';

-- access: everybody
CREATE FUNCTION jobs.version()
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'jobs_version';
REVOKE EXECUTE ON FUNCTION jobs.version FROM PUBLIC;
COMMENT ON FUNCTION jobs.version IS
	'The version of the library that the server has loaded. For every kind of access.';
