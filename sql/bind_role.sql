-- access: owner
CREATE FUNCTION jobs.bind_role(role_name name, actor text)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_bind_role';
REVOKE EXECUTE ON FUNCTION jobs.bind_role FROM PUBLIC;
COMMENT ON FUNCTION jobs.bind_role IS
	'Makes a database role one member or merchant: it acts for member:7, say, without jobs.act_as(), and for '
	'nobody else. Gives the role bound access; a role that was bound before is bound anew. Errors: 22004 '
	'NULL; 22023 malformed, the system or nobody, or the role is the tables'' owner or a superuser; 42704 no '
	'such role; PT404 no such actor; 42501 not permitted. For superusers and the tables'' owner.';

-- access: owner
CREATE FUNCTION jobs.unbind_role(role_name name)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_unbind_role';
REVOKE EXECUTE ON FUNCTION jobs.unbind_role FROM PUBLIC;
COMMENT ON FUNCTION jobs.unbind_role IS
	'Ends what jobs.bind_role() did, and takes bound access back. Works for a role that was dropped, too. '
	'When the role is not bound, a NOTICE says so. Errors: 22004 NULL; 22023 the role is the tables'' owner; '
	'42501 not permitted. For superusers and the tables'' owner.';

