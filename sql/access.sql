-- access: owner
CREATE FUNCTION jobs.grant_access(role_name name, access text)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_grant_access';
REVOKE EXECUTE ON FUNCTION jobs.grant_access FROM PUBLIC;
COMMENT ON FUNCTION jobs.grant_access IS
	'Gives a role all that an access stands for, and remembers it for jobs.install(). '
	'access: app (acts for members and merchants), bound (acts for nobody else), mailer, '
	'operator, monitor, viewer (reads everything, writes nothing). Errors: 22004 an argument is NULL; 22023 unknown access, or the role is '
	'the tables'' owner; 42704 no such role; 42501 not permitted; 55P03 tables that others hold for too long. '
	'For superusers and the tables'' owner.';

-- access: owner
CREATE FUNCTION jobs.revoke_access(role_name name, access text)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_revoke_access';
REVOKE EXECUTE ON FUNCTION jobs.revoke_access FROM PUBLIC;
COMMENT ON FUNCTION jobs.revoke_access IS
	'Takes back what an access stands for, except what another access of the role gives. '
	'A role can be dropped once it has no access. Of one that was renamed the old name will do, if it can be '
	'told who that is. Errors: as of jobs.grant_access(). '
	'For superusers and the tables'' owner.';

