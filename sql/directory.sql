-- access: delegates
CREATE FUNCTION jobs.create_organization(
	name text,
	notification_email text,
	description text DEFAULT NULL,
	language text DEFAULT 'en',
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_create_organization';
REVOKE EXECUTE ON FUNCTION jobs.create_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.create_organization IS
	'An expert''s business signs up; it gets preferences with everything allowed. '
	'name: up to 200 characters; notification_email: one address; description: up to 20,000 '
	'characters or NULL; language: two letters; client_key: makes a repeated call safe. '
	'Returns the organization''s id. '
	'Errors: 22004 NULL; 22023 a bad value; 42501 not permitted. '
	'For app and operator access; nobody needs to act.';

-- access: actors
CREATE FUNCTION jobs.add_member(
	organization_id bigint,
	name text,
	email text,
	language text DEFAULT 'en',
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_add_member';
REVOKE EXECUTE ON FUNCTION jobs.add_member FROM PUBLIC;
COMMENT ON FUNCTION jobs.add_member IS
	'Adds a person to an organization. client_key: makes a repeated call safe. Returns the member''s id, the '
	'number in the actor member:7. Errors: 22004 NULL; 22023 a bad value; PT404 the organization is missing '
	'or hidden; 42501 not permitted. For members and the system with app, bound or operator access; nobody '
	'needs to act while there is no member.';

-- access: actors
CREATE FUNCTION jobs.set_email_scope(
	member_id bigint,
	email_scope text,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_set_email_scope';
REVOKE EXECUTE ON FUNCTION jobs.set_email_scope FROM PUBLIC;
COMMENT ON FUNCTION jobs.set_email_scope IS
	'Which e-mail a member wants from now on. email_scope: all; messages, which leaves out all that is not '
	'written by somebody; or none. The organization''s own address is not affected. Errors: 22004 NULL; 22023 '
	'no such scope; PT404 the member is missing or hidden; 42501 another member. For members and the system '
	'with app, bound or operator access.';

-- access: operators
CREATE FUNCTION jobs.create_service(
	name text,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_create_service';
REVOKE EXECUTE ON FUNCTION jobs.create_service FROM PUBLIC;
COMMENT ON FUNCTION jobs.create_service IS
	'Adds a kind of work to the marketplace. name: up to 200 characters, unique; '
	'client_key: makes a repeated call safe. Returns its id. '
	'Errors: 22004 NULL; 22023 a bad value; 23505 the name is taken; 42501 not the system. '
	'For operator access.';

-- access: actors
CREATE FUNCTION jobs.provide_service(
	organization_id bigint,
	service_id bigint,
	min_price numeric DEFAULT NULL,
	max_price numeric DEFAULT NULL,
	currency text DEFAULT 'USD',
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_provide_service';
REVOKE EXECUTE ON FUNCTION jobs.provide_service FROM PUBLIC;
COMMENT ON FUNCTION jobs.provide_service IS
	'An organization provides a service; again, with other prices, changes them. Prices are in the currency '
	'(ISO 4217), NULL when not said: up to 15 digits before the point and 6 behind it. Errors: 22004 NULL; '
	'22023 a bad value; PT404 organization or service is missing or hidden; 42501 not permitted. For members '
	'and the system with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.withdraw_service(
	organization_id bigint,
	service_id bigint,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_withdraw_service';
REVOKE EXECUTE ON FUNCTION jobs.withdraw_service FROM PUBLIC;
COMMENT ON FUNCTION jobs.withdraw_service IS
	'An organization no longer provides a service; jobs that exist go on. When it does not anyhow, a NOTICE '
	'says so. Errors: 22004 NULL; PT404 organization or service is missing or hidden; 42501 not permitted. '
	'For members and the system with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.set_preferences(
	organization_id bigint,
	is_available boolean DEFAULT NULL,
	is_listed boolean DEFAULT NULL,
	accepts_dropshipping boolean DEFAULT NULL,
	notification_email text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_set_preferences';
REVOKE EXECUTE ON FUNCTION jobs.set_preferences FROM PUBLIC;
COMMENT ON FUNCTION jobs.set_preferences IS
	'What an organization wants of the marketplace; NULL leaves a preference as it is. Errors: 22004 '
	'organization_id is NULL; 22023 a bad address; PT404 the organization is missing or hidden; 42501 not '
	'permitted. For members and the system with app, bound or operator access.';

-- access: delegates
CREATE FUNCTION jobs.create_merchant(
	name text,
	email text,
	is_dropshipper boolean DEFAULT false,
	language text DEFAULT 'en',
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_create_merchant';
REVOKE EXECUTE ON FUNCTION jobs.create_merchant FROM PUBLIC;
COMMENT ON FUNCTION jobs.create_merchant IS
	'A merchant signs up. name: up to 200 characters; email: one address; language: two letters; '
	'client_key: makes a repeated call safe. '
	'Returns the merchant''s id, the number in the actor merchant:3. '
	'Errors: 22004 NULL; 22023 a bad value; 42501 not permitted. '
	'For app and operator access; nobody needs to act.';

-- access: actors
CREATE FUNCTION jobs.add_store(
	merchant_id bigint,
	name text,
	url text DEFAULT NULL,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_add_store';
REVOKE EXECUTE ON FUNCTION jobs.add_store FROM PUBLIC;
COMMENT ON FUNCTION jobs.add_store IS
	'Adds a store to a merchant. name: up to 200 characters; url: up to 2,000 or NULL; client_key: makes a '
	'repeated call safe. Returns the store''s id. Errors: 22004 NULL; 22023 a bad value; PT404 the merchant '
	'is missing or hidden; 42501 not permitted. For merchants and the system with app, bound or operator '
	'access.';

CREATE FUNCTION jobs.organization_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_organization_fill';
GRANT EXECUTE ON FUNCTION jobs.organization_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.organization_fill IS
	'Trigger before rows of jobs.organization: checks an organization and gives it its slot and id.';

CREATE FUNCTION jobs.preferences_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_preferences_fill';
GRANT EXECUTE ON FUNCTION jobs.preferences_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.preferences_fill IS
	'Trigger before rows of jobs.preferences: checks an organization''s preferences.';

CREATE FUNCTION jobs.member_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_member_fill';
GRANT EXECUTE ON FUNCTION jobs.member_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.member_fill IS
	'Trigger before rows of jobs.member: checks a member and gives it its id.';

CREATE FUNCTION jobs.service_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_service_fill';
GRANT EXECUTE ON FUNCTION jobs.service_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.service_fill IS
	'Trigger before rows of jobs.service: checks a service and gives it its id.';

CREATE FUNCTION jobs.provided_service_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_provided_service_fill';
GRANT EXECUTE ON FUNCTION jobs.provided_service_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.provided_service_fill IS
	'Trigger before rows of jobs.provided_service: checks what an organization provides.';

CREATE FUNCTION jobs.merchant_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_merchant_fill';
GRANT EXECUTE ON FUNCTION jobs.merchant_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.merchant_fill IS
	'Trigger before rows of jobs.merchant: checks a merchant and gives it its id.';

CREATE FUNCTION jobs.store_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_store_fill';
GRANT EXECUTE ON FUNCTION jobs.store_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.store_fill IS
	'Trigger before rows of jobs.store: checks a store and gives it its id.';

