-- access: delegates
CREATE FUNCTION jobs.act_as(actor text, is_local boolean DEFAULT true)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_act_as';
REVOKE EXECUTE ON FUNCTION jobs.act_as FROM PUBLIC;
COMMENT ON FUNCTION jobs.act_as IS
	'Says for whom the session acts: member:7, merchant:3, system, or empty for nobody. is_local: until the '
	'transaction ends (true) or the session does (false). Errors: 22004 an argument is NULL; 22023 malformed; '
	'PT404 unknown or inactive; 42501 system, for other than operators; PT409 inside a function of this '
	'schema. For app and operator access.';

-- access: everybody
CREATE FUNCTION jobs.current_actor()
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_current_actor';
REVOKE EXECUTE ON FUNCTION jobs.current_actor FROM PUBLIC;
COMMENT ON FUNCTION jobs.current_actor IS
	'Who acts: member:7, merchant:3, system, or empty for nobody; never NULL. '
	'An operator who named nobody is the system. For every kind of access.';

-- access: readers
CREATE FUNCTION jobs.looking_actor()
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_looking_actor';
REVOKE EXECUTE ON FUNCTION jobs.looking_actor FROM PUBLIC;
COMMENT ON FUNCTION jobs.looking_actor IS
	'Internal, for views: who looks. As jobs.current_actor(), but system where nobody acts and the role sees '
	'everything. For app, bound, operator and viewer access.';

-- access: viewers
CREATE FUNCTION jobs.sees_everything()
RETURNS boolean
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_sees_everything';
REVOKE EXECUTE ON FUNCTION jobs.sees_everything FROM PUBLIC;
COMMENT ON FUNCTION jobs.sees_everything IS
	'Does jobs.job_list show everything now, and jobs.display_name() everybody? False while somebody acts. '
	'The right to call it makes a viewer. '
	'For operator and viewer access.';

-- access: everybody
CREATE FUNCTION jobs.current_organization_id()
RETURNS bigint
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_current_organization_id';
REVOKE EXECUTE ON FUNCTION jobs.current_organization_id FROM PUBLIC;
COMMENT ON FUNCTION jobs.current_organization_id IS
	'The organization of the member who acts; NULL when no active member does. For every kind of access.';

-- access: everybody
CREATE FUNCTION jobs.current_member_id()
RETURNS bigint
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_current_member_id';
REVOKE EXECUTE ON FUNCTION jobs.current_member_id FROM PUBLIC;
COMMENT ON FUNCTION jobs.current_member_id IS
	'The member who acts; NULL when no active member does. For every kind of access.';

-- access: everybody
CREATE FUNCTION jobs.current_merchant_id()
RETURNS bigint
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_current_merchant_id';
REVOKE EXECUTE ON FUNCTION jobs.current_merchant_id FROM PUBLIC;
COMMENT ON FUNCTION jobs.current_merchant_id IS
	'The merchant who acts; NULL when no merchant does. For every kind of access.';

