\echo Use "CREATE EXTENSION jobs" to load this file. \quit

-- A schema that somebody else owns, or that holds functions already, could hold an
-- overload that is a better match for a call than ours. Tables that stand there are
-- welcome. Names and operators are qualified because the schema is in the search_path.
DO LANGUAGE plpgsql $$
DECLARE
	schema_owner oid;
	planted text;
BEGIN
	SELECT n.nspowner INTO STRICT schema_owner
	FROM pg_catalog.pg_namespace n
	WHERE n.nspname OPERATOR(pg_catalog.=) 'jobs';
	IF NOT EXISTS (
		SELECT FROM pg_catalog.pg_roles r
		WHERE r.oid OPERATOR(pg_catalog.=) schema_owner
			AND (r.rolsuper OR r.rolname OPERATOR(pg_catalog.=) CURRENT_USER))
	THEN
		RAISE EXCEPTION 'schema jobs belongs to role "%"', pg_catalog.pg_get_userbyid(schema_owner)
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'Its owner could put functions beside those of the extension.',
				HINT = 'Run ALTER SCHEMA jobs OWNER TO CURRENT_USER; first.';
	END IF;

	SELECT pg_catalog.format('%I.%I', 'jobs', p.proname) INTO planted
	FROM pg_catalog.pg_proc p
	JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
	WHERE n.nspname OPERATOR(pg_catalog.=) 'jobs'
	LIMIT 1;
	IF planted IS NOT NULL THEN
		RAISE EXCEPTION 'schema jobs holds functions already, such as %', planted
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'They could be called in place of those of the extension.',
				HINT = 'Drop them, or move them to another schema.';
	END IF;
END
$$;

-- access: everybody
CREATE FUNCTION jobs.transitions()
RETURNS TABLE (action text, actor_kind text, from_status text, to_status text, condition text)
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 40
AS 'MODULE_PATHNAME', 'jobs_transitions';
REVOKE EXECUTE ON FUNCTION jobs.transitions FROM PUBLIC;
COMMENT ON FUNCTION jobs.transitions IS
	'The state machine of a job: a row for each action, kind of actor (expert, merchant, system) '
	'and status that it starts from, with the status that it leads to. '
	'from_status is NULL for create; condition: what must hold of the job beside its status, NULL: nothing. For every kind of access.';

-- access: everybody
CREATE FUNCTION jobs.transition_diagram(format text DEFAULT 'mermaid')
RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'jobs_transition_diagram';
REVOKE EXECUTE ON FUNCTION jobs.transition_diagram FROM PUBLIC;
COMMENT ON FUNCTION jobs.transition_diagram IS
	'The state machine as a drawing. format: mermaid or dot (Graphviz). '
	'Errors: 22004 format is NULL; 22023 another format. For every kind of access.';

-- access: everybody
CREATE FUNCTION jobs.status_label(status text, language text DEFAULT 'en')
RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'jobs_status_label';
REVOKE EXECUTE ON FUNCTION jobs.status_label FROM PUBLIC;
COMMENT ON FUNCTION jobs.status_label IS
	'A status as people read it. language: two letters; there are words in de, and in English for all '
	'others. Errors: 22004 an argument is NULL; 22023 unknown status, or not a language code. For every kind of access.';

-- access: everybody
CREATE FUNCTION jobs.refusals()
RETURNS TABLE (rule text, sqlstate text, meaning text)
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 30
AS 'MODULE_PATHNAME', 'jobs_refusals';
REVOKE EXECUTE ON FUNCTION jobs.refusals FROM PUBLIC;
COMMENT ON FUNCTION jobs.refusals IS
	'The rules by which something is refused. rule: the name that is in the error''s constraint field; '
	'sqlstate: the error''s code; meaning: what the rule says. For every kind of access.';

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

-- access: readers
CREATE FUNCTION jobs.display_name(actor text)
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_display_name';
REVOKE EXECUTE ON FUNCTION jobs.display_name FROM PUBLIC;
COMMENT ON FUNCTION jobs.display_name IS
	'The name of a member or merchant; NULL for somebody whom the one who acts does not deal with, '
	'and for nobody. Errors: 22023 malformed. For app, bound, operator and viewer access.';

-- access: readers
CREATE FUNCTION jobs.sees_organization(organization_id bigint)
RETURNS boolean
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_sees_organization';
REVOKE EXECUTE ON FUNCTION jobs.sees_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.sees_organization IS
	'Internal, for row-level security: is the organization listed, the own one of whoever acts, '
	'or one that they deal with? For app, bound, operator and viewer access.';

-- access: readers
CREATE FUNCTION jobs.store_name(job_id bigint)
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_store_name';
REVOKE EXECUTE ON FUNCTION jobs.store_name FROM PUBLIC;
COMMENT ON FUNCTION jobs.store_name IS
	'Internal, for views: the name of the store that a job is for; NULL when it is for none, '
	'or when whoever acts does not see the job. For app, bound, operator and viewer access.';

-- access: actors
CREATE FUNCTION jobs.start_conversation(
	organization_id bigint,
	body text,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_start_conversation';
REVOKE EXECUTE ON FUNCTION jobs.start_conversation FROM PUBLIC;
COMMENT ON FUNCTION jobs.start_conversation IS
	'A merchant writes to an organization: opens their conversation, or adds to it a message about no job. '
	'body: up to 20,000 characters; client_key: makes a repeated call safe. Returns the conversation''s id; '
	'NULL, and nothing is left, when a trigger suppressed the message. Errors: 22004 NULL; 22023 a bad value; '
	'PT404 the organization is missing; PT409 its preferences forbid it, or the conversation is blocked; '
	'42501 not a merchant. For merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.block_conversation(conversation_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_block_conversation';
REVOKE EXECUTE ON FUNCTION jobs.block_conversation FROM PUBLIC;
COMMENT ON FUNCTION jobs.block_conversation IS
	'The merchant blocks a conversation: nobody writes, offers or asks in it any more, and its live jobs are '
	'declined by the merchant, with the reason "blocked". Blocking it again does nothing. An operator sets '
	'is_blocked in jobs.conversation, which declines nothing. Errors: 22004 NULL; PT404 it is missing or '
	'hidden; 42501 not a merchant. For merchants with app, bound or operator access.';

-- access: operators
CREATE FUNCTION jobs.unblock_conversation(conversation_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_unblock_conversation';
REVOKE EXECUTE ON FUNCTION jobs.unblock_conversation FROM PUBLIC;
COMMENT ON FUNCTION jobs.unblock_conversation IS
	'The system opens a blocked conversation again; declined jobs stay declined. Unblocking an open one does '
	'nothing. For operators. Errors: 22004 NULL; PT404 it is missing or hidden; 42501 not the system. For '
	'operator access.';

-- access: actors
CREATE FUNCTION jobs.conversation_actions(conversation_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS SETOF text
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 3
AS 'MODULE_PATHNAME', 'jobs_conversation_actions';
REVOKE EXECUTE ON FUNCTION jobs.conversation_actions FROM PUBLIC;
COMMENT ON FUNCTION jobs.conversation_actions IS
	'What whoever acts can do in a conversation now: message, propose, block, unblock. Errors: 22004 '
	'conversation_id is NULL; PT404 it is missing or hidden; 42501 nobody acts. For members, merchants and '
	'the system with app, bound or operator access.';

CREATE FUNCTION jobs.conversation_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_conversation_fill';
GRANT EXECUTE ON FUNCTION jobs.conversation_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.conversation_fill IS
	'Trigger before rows of jobs.conversation: checks that the merchant may start it, and gives it its id.';

CREATE FUNCTION jobs.conversation_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_conversation_record';
GRANT EXECUTE ON FUNCTION jobs.conversation_record TO PUBLIC;
COMMENT ON FUNCTION jobs.conversation_record IS
	'Trigger after rows of jobs.conversation: writes that it was started, blocked or opened again.';
-- access: actors
CREATE FUNCTION jobs.send_proposal(
	conversation_id bigint,
	service_id bigint,
	title text,
	work text,
	price numeric,
	currency text DEFAULT 'USD',
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_send_proposal';
REVOKE EXECUTE ON FUNCTION jobs.send_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.send_proposal IS
	'An expert offers work in a conversation, by a message that carries the proposal. title: up to 200 '
	'characters; work: what would be done, up to 20,000; price: in the currency (ISO 4217), up to 15 digits '
	'before the point and 6 behind it; client_key: makes a repeated call safe. Returns the proposal''s id. '
	'Errors: 22004 NULL; 22023 a bad value, or a service that the organization does not provide; PT404 '
	'conversation or service is missing or hidden; PT409 the conversation is blocked; 42501 not a member. For '
	'members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.withdraw_proposal(proposal_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_withdraw_proposal';
REVOKE EXECUTE ON FUNCTION jobs.withdraw_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.withdraw_proposal IS
	'An expert takes back a proposal that is not decided yet. Repeated by the same actor, it has the first '
	'answer. Errors: 22004 NULL; PT404 it is missing or hidden; PT409 it is decided; 42501 not a member. For '
	'members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.decline_proposal(proposal_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_decline_proposal';
REVOKE EXECUTE ON FUNCTION jobs.decline_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.decline_proposal IS
	'The merchant refuses a proposal. Repeated by the same actor, it has the first answer. Errors: 22004 '
	'NULL; PT404 it is missing or hidden; PT409 it is decided; 42501 not a merchant. For merchants with app, '
	'bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.accept_proposal(
	proposal_id bigint,
	store_id bigint DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_accept_proposal';
REVOKE EXECUTE ON FUNCTION jobs.accept_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.accept_proposal IS
	'The merchant accepts a proposal. store_id: one of its stores, for which a job is created, or NULL for '
	'"New store": no job comes of it. Returns the job''s id, or NULL. Repeated by the same actor, it has the '
	'first answer. Errors: 22004 proposal_id is NULL; 22023 store_id is 0; PT404 proposal or store is missing '
	'or hidden; PT409 it is decided, or the conversation is blocked; 42501 not a merchant. For merchants with '
	'app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.proposal_actions(proposal_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS SETOF text
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 2
AS 'MODULE_PATHNAME', 'jobs_proposal_actions';
REVOKE EXECUTE ON FUNCTION jobs.proposal_actions FROM PUBLIC;
COMMENT ON FUNCTION jobs.proposal_actions IS
	'What whoever acts can do with a proposal now: accept, decline, withdraw, request_review, review. Errors: '
	'22004 proposal_id is NULL; PT404 it is missing or hidden; 42501 nobody acts. For members, merchants and '
	'the system with app, bound or operator access.';

CREATE FUNCTION jobs.proposal_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_proposal_fill';
GRANT EXECUTE ON FUNCTION jobs.proposal_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.proposal_fill IS
	'Trigger before rows of jobs.proposal: checks and completes a proposal or its decision.';

CREATE FUNCTION jobs.proposal_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_proposal_record';
GRANT EXECUTE ON FUNCTION jobs.proposal_record TO PUBLIC;
COMMENT ON FUNCTION jobs.proposal_record IS
	'Trigger after rows of jobs.proposal: writes its message, creates the job and queues e-mail.';

-- access: actors
CREATE FUNCTION jobs.request_job(
	service_id bigint,
	title text,
	description text,
	organization_id bigint DEFAULT NULL,
	store_id bigint DEFAULT NULL,
	budget numeric DEFAULT NULL,
	currency text DEFAULT 'USD',
	max_matches integer DEFAULT 3,
	auto_rematch boolean DEFAULT false,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS TABLE (request_id bigint, job_id bigint, asked_organization_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 3
AS 'MODULE_PATHNAME', 'jobs_request_job';
REVOKE EXECUTE ON FUNCTION jobs.request_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.request_job IS
	'A merchant asks for a job. title: up to 200 characters; description: up to 20,000; organization_id: whom '
	'to ask, NULL: the best max_matches (1 to 100) that jobs.match_organizations() finds, each of which gets '
	'a job of its own under one request; store_id: one of the merchant''s stores or NULL; budget: in the '
	'currency (ISO 4217), up to 15 digits before the point and 6 behind it, or NULL; auto_rematch: when one '
	'of them declines or lets its job expire, the next best is asked, unless another one responded; '
	'client_key: makes a repeated call safe (max_matches is not compared). Returns the jobs, the best match '
	'first. Errors: 22004 NULL; 22023 a bad value, or a service that the organization does not provide; PT404 '
	'something named is missing or hidden; PT409 preferences forbid it, no organization matches, or the '
	'conversation is blocked; 42501 not a merchant. For merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.rematch_request(
	request_id bigint,
	max_matches integer DEFAULT 1,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS TABLE (job_id bigint, asked_organization_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'jobs_rematch_request';
REVOKE EXECUTE ON FUNCTION jobs.rematch_request FROM PUBLIC;
COMMENT ON FUNCTION jobs.rematch_request IS
	'Asks the best organizations that were not asked yet under a request, up to max_matches (1 to 100), for '
	'the same job. client_key: makes a repeated call safe that asked somebody (max_matches is not compared). '
	'Returns the new jobs; none: nobody is left to ask. Errors: 22004 NULL; 22023 a bad value; PT404 the '
	'request is missing or hidden; 42501 not the merchant or the system. For merchants and the system with '
	'app, bound or operator access.';

-- access: readers
CREATE FUNCTION jobs.match_organizations(
	service_id bigint,
	merchant_id bigint DEFAULT NULL,
	budget numeric DEFAULT NULL,
	currency text DEFAULT 'USD',
	max_rows integer DEFAULT 10)
RETURNS TABLE (
	organization_id bigint,
	score float8,
	decline_share float8,
	expiry_share float8,
	answered_within_24h float8,
	rating float8,
	completed bigint,
	completion_share float8,
	received float8,
	decline_part float8,
	expiry_part float8,
	answer_part float8,
	completion_part float8,
	rating_part float8,
	price_part float8)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10
AS 'MODULE_PATHNAME', 'jobs_match_organizations';
REVOKE EXECUTE ON FUNCTION jobs.match_organizations FROM PUBLIC;
COMMENT ON FUNCTION jobs.match_organizations IS
	'The organizations to ask for a kind of work, the best first: available, listed, providing the service, '
	'taking this kind of merchant, within the budget. merchant_id: for whom; NULL: who acts, or nobody in '
	'particular; budget: in the currency (ISO 4217), NULL: not said; max_rows: at least 1. score is the sum '
	'of the parts. Shares (0 to 1, of the jobs that were answered, declined or expired) are shrunken towards '
	'the marketplace''s mean, as rating (1 to 5) is; NULL: nothing is known, and the mean counts. '
	'decline_part = -1 x decline_share; expiry_part = -2 x expiry_share; answer_part = 0.5 x '
	'answered_within_24h; completion_part = 0.5 x completion_share; rating_part = (rating - 1) / 4; '
	'price_part = 0.25 x the share of the price range that the budget covers. completed: confirmed jobs, '
	'whatever their age; received: jobs lately. Of equals, the one with less received comes first, then the '
	'one with the lower id. Errors: 22004 NULL; 22023 a bad value; PT404 the service or merchant is missing '
	'or hidden. For app, bound, operator and viewer access.';

-- access: operators
CREATE FUNCTION jobs.rebuild_ranking()
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_rebuild_ranking';
REVOKE EXECUTE ON FUNCTION jobs.rebuild_ranking FROM PUBLIC;
COMMENT ON FUNCTION jobs.rebuild_ranking IS
	'Counts what matching knows of organizations anew, from jobs, declines and reviews: after rows '
	'were loaded or changed by hand or a clock was wrong, and when jobs.ranking_half_life was changed and should hold for what '
	'happened before. Commits that bring evidence wait meanwhile. Returns how many pairs of '
	'organization and service there are. Errors: 0A000 the transaction is not READ COMMITTED; 55P03 the table is held for too long. '
	'For operator access.';

-- access: actors
CREATE FUNCTION jobs.open_job(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_open_job';
REVOKE EXECUTE ON FUNCTION jobs.open_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.open_job IS
	'A member opens a job; one that was opened before stays as it is. Returns the status. Errors: 22004 '
	'job_id is NULL; PT404 it is missing or hidden; PT410 it is expired; 42501 not a member. For members with '
	'app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.mark_inactive(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_mark_inactive';
REVOKE EXECUTE ON FUNCTION jobs.mark_inactive FROM PUBLIC;
COMMENT ON FUNCTION jobs.mark_inactive IS
	'A member marks a job inactive that waits for either side. Returns the status. Repeated by the same '
	'actor, it has the first answer. Errors: 22004 job_id is NULL; PT404 it is missing or hidden; PT409 its '
	'status forbids it; PT410 it is expired; 42501 not a member. For members with app, bound or operator '
	'access.';

-- access: actors
CREATE FUNCTION jobs.reactivate_job(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reactivate_job';
REVOKE EXECUTE ON FUNCTION jobs.reactivate_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.reactivate_job IS
	'A member takes an inactive job up again: it is responded or awaiting_response, by who wrote last. '
	'Returns the status. Repeated by the same actor, it has the first answer. Errors: 22004 job_id is NULL; '
	'PT404 it is missing or hidden; PT409 it is not inactive; PT410 it is expired; 42501 not a member. For '
	'members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.complete_job(
	job_id bigint,
	message text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_complete_job';
REVOKE EXECUTE ON FUNCTION jobs.complete_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.complete_job IS
	'A member marks a job as completed, with a message to the merchant of up to 20,000 characters, or NULL. '
	'Returns the status. Repeated by the same actor, it has the first answer. Errors: 22004 job_id is NULL; '
	'22023 a bad message; PT404 the job is missing or hidden; PT409 its status forbids it; PT410 it is '
	'expired; 42501 not a member. For members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.confirm_completion(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_confirm_completion';
REVOKE EXECUTE ON FUNCTION jobs.confirm_completion FROM PUBLIC;
COMMENT ON FUNCTION jobs.confirm_completion IS
	'The merchant confirms, once, that a job is completed. Returns the status. Repeated by the same actor, it '
	'has the first answer. Errors: 22004 job_id is NULL; PT404 it is missing or hidden; PT409 it is not '
	'completed, or confirmed already; PT410 it is expired; 42501 not a merchant. For merchants with app, '
	'bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.reject_completion(
	job_id bigint,
	comment text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reject_completion';
REVOKE EXECUTE ON FUNCTION jobs.reject_completion FROM PUBLIC;
COMMENT ON FUNCTION jobs.reject_completion IS
	'The merchant says that a job is not completed, why in up to 20,000 characters, or NULL: it is '
	'awaiting_response again. Returns the status. Repeated by the same actor, it has the first answer. '
	'Errors: 22004 job_id is NULL; 22023 a bad comment; PT404 the job is missing or hidden; PT409 it is not '
	'completed, or confirmed already; PT410 it is expired; 42501 not a merchant. For merchants with app, '
	'bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.allowed_actions(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS SETOF text
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 5
AS 'MODULE_PATHNAME', 'jobs_allowed_actions';
REVOKE EXECUTE ON FUNCTION jobs.allowed_actions FROM PUBLIC;
COMMENT ON FUNCTION jobs.allowed_actions IS
	'The actions that whoever acts can do on a job now, by their names in jobs.transitions(); and review, for '
	'jobs.review_job(). Errors: 22004 job_id is NULL; PT404 it is missing or hidden; 42501 nobody acts. For '
	'members, merchants and the system with app, bound or operator access.';

CREATE FUNCTION jobs.job_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_job_fill';
GRANT EXECUTE ON FUNCTION jobs.job_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.job_fill IS
	'Trigger before rows of jobs.job: checks a new job or the change of one by the state machine.';

CREATE FUNCTION jobs.job_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_job_record';
GRANT EXECUTE ON FUNCTION jobs.job_record TO PUBLIC;
COMMENT ON FUNCTION jobs.job_record IS
	'Trigger after rows of jobs.job: records what happened and queues e-mail.';

-- access: actors
CREATE FUNCTION jobs.send_message(
	conversation_id bigint,
	body text,
	job_id bigint DEFAULT NULL,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_send_message';
REVOKE EXECUTE ON FUNCTION jobs.send_message FROM PUBLIC;
COMMENT ON FUNCTION jobs.send_message IS
	'Writes in a conversation. body: up to 20,000 characters; job_id: the job that it is about, NULL for the '
	'only live one, 0 for none; client_key: makes a repeated call safe. Returns the message''s id. Errors: '
	'22004 NULL; 22023 a bad value, or several live jobs and none named; PT404 conversation or job is missing '
	'or hidden; PT409 the job''s status forbids it, or the conversation is blocked; PT410 the job is expired; '
	'42501 nobody acts, or the system. For members and merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.reply_to_job(
	job_id bigint,
	body text,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reply_to_job';
REVOKE EXECUTE ON FUNCTION jobs.reply_to_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.reply_to_job IS
	'Writes in a job. body: up to 20,000 characters; client_key: makes a repeated call safe. Returns the '
	'message''s id. Errors: 22004 NULL; 22023 a bad value; PT404 the job is missing or hidden; PT409 its '
	'status forbids it, or the conversation is blocked; PT410 it is expired; 42501 nobody acts. For members '
	'and merchants with app, bound or operator access.';

CREATE FUNCTION jobs.message_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_message_fill';
GRANT EXECUTE ON FUNCTION jobs.message_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.message_fill IS
	'Trigger before rows of jobs.message: locks the job, checks and completes the message.';

CREATE FUNCTION jobs.message_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_message_record';
GRANT EXECUTE ON FUNCTION jobs.message_record TO PUBLIC;
COMMENT ON FUNCTION jobs.message_record IS
	'Trigger after rows of jobs.message: moves the job on, records it and queues e-mail.';

-- access: actors
CREATE FUNCTION jobs.assign_members(
	job_id bigint,
	member_ids bigint[],
	actor text DEFAULT jobs.current_actor())
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_assign_members';
REVOKE EXECUTE ON FUNCTION jobs.assign_members FROM PUBLIC;
COMMENT ON FUNCTION jobs.assign_members IS
	'Assigns members of the job''s organization to it; each new one is e-mailed, from now on for every '
	'communication. Returns how many are new. Errors: 22004 NULL; PT404 the job or a member is missing, '
	'hidden or inactive; PT409 its status forbids it; PT410 it is expired; 42501 not a member. For members '
	'with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.assign_self(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_assign_self';
REVOKE EXECUTE ON FUNCTION jobs.assign_self FROM PUBLIC;
COMMENT ON FUNCTION jobs.assign_self IS
	'The member who acts takes on a job. Returns true, or false when assigned before. Errors: as of '
	'jobs.assign_members(). For members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.unassign_members(
	job_id bigint,
	member_ids bigint[],
	actor text DEFAULT jobs.current_actor())
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_unassign_members';
REVOKE EXECUTE ON FUNCTION jobs.unassign_members FROM PUBLIC;
COMMENT ON FUNCTION jobs.unassign_members IS
	'Takes members off a job: they get no further e-mail about it. Returns how many were assigned. Errors: '
	'22004 NULL; PT404 the job is missing or hidden; PT409 its status forbids it; 42501 not a member. For '
	'members with app, bound or operator access.';

CREATE FUNCTION jobs.assignment_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_assignment_fill';
GRANT EXECUTE ON FUNCTION jobs.assignment_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.assignment_fill IS
	'Trigger before rows of jobs.assignment: locks the job, checks and completes the assignment.';

CREATE FUNCTION jobs.assignment_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_assignment_record';
GRANT EXECUTE ON FUNCTION jobs.assignment_record TO PUBLIC;
COMMENT ON FUNCTION jobs.assignment_record IS
	'Trigger after rows of jobs.assignment: records it and queues e-mail.';

-- access: actors
CREATE FUNCTION jobs.decline_job(
	job_id bigint,
	reason text DEFAULT NULL,
	comment text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_decline_job';
REVOKE EXECUTE ON FUNCTION jobs.decline_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.decline_job IS
	'Either side declines a live job. reason: up to 40 lower-case letters and underscores, or NULL; comment: '
	'up to 20,000 characters, or NULL. Recorded with side, service and the status before. Returns the status. '
	'Repeated by the same actor, it has the first answer. Errors: 22004 job_id is NULL; 22023 a bad reason or '
	'comment; PT404 the job is missing or hidden; PT409 it does not live any more; PT410 it is expired; 42501 '
	'neither member nor merchant. For members and merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.review_job(
	job_id bigint,
	communication integer,
	quality integer,
	comment text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_review_job';
REVOKE EXECUTE ON FUNCTION jobs.review_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.review_job IS
	'The merchant reviews a job, once, after having confirmed its completion. communication, quality: 1 '
	'(worst) to 5; comment: up to 20,000 characters, or NULL. The organization and the assignees are told by '
	'e-mail. Returns the review''s id. Repeated by the same actor, it has the first answer. Errors: 22004 '
	'NULL; 22023 a bad value; PT404 the job is missing or hidden; PT409 its completion is not confirmed, or '
	'it was reviewed before; 42501 not a merchant. For merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.request_review(proposal_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_request_review';
REVOKE EXECUTE ON FUNCTION jobs.request_review FROM PUBLIC;
COMMENT ON FUNCTION jobs.request_review IS
	'A member asks the merchant, by e-mail, to review work that was accepted for a new store, of which there '
	'is no job. Asking again does nothing. Errors: 22004 NULL; PT404 the proposal is missing or hidden; PT409 '
	'it was not accepted for a new store, or the conversation is blocked; 42501 not a member. For members '
	'with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.review_proposal(
	proposal_id bigint,
	communication integer,
	quality integer,
	comment text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_review_proposal';
REVOKE EXECUTE ON FUNCTION jobs.review_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.review_proposal IS
	'The merchant reviews the work of a proposal that was accepted for a new store, once, after the '
	'organization asked for it. communication, quality: 1 (worst) to 5; comment: up to 20,000 characters, or '
	'NULL. The organization is told by e-mail. Returns the review''s id. Repeated by the same actor, it has '
	'the first answer. Errors: 22004 NULL; 22023 a bad value; PT404 the proposal is missing or hidden; PT409 '
	'it was not accepted for a new store, no review was asked for, or it was reviewed before; 42501 not a '
	'merchant. For merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.reply_to_review(review_id bigint, body text, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reply_to_review';
REVOKE EXECUTE ON FUNCTION jobs.reply_to_review FROM PUBLIC;
COMMENT ON FUNCTION jobs.reply_to_review IS
	'A member of the organization replies to a review, once. body: up to 20,000 characters. Nobody is told by '
	'e-mail. Repeated by the same actor, it has the first answer. Errors: 22004 NULL; 22023 a bad body; PT404 '
	'the review is missing or hidden; PT409 it has a reply; 42501 not a member. For members with app, bound '
	'or operator access.';

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
	'Trigger after rows of the directory, conversations and templates: refuses those in which a trigger changed what the rules decided.';
-- access: operators
CREATE FUNCTION jobs.expire_jobs(max_rows integer DEFAULT 1000)
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_expire_jobs';
REVOKE EXECUTE ON FUNCTION jobs.expire_jobs FROM PUBLIC;
COMMENT ON FUNCTION jobs.expire_jobs IS
	'Expires one batch of overdue jobs, the longest overdue first; passes over those that are locked. '
	'Then asks other organizations where that was put off because somebody held what it takes. '
	'Returns how many expired. Errors: 22004 NULL; 22023 less than one. For operator access.';

-- access: operators
CREATE PROCEDURE jobs.expire_due_jobs(batch_size integer DEFAULT 1000)
LANGUAGE C
AS 'MODULE_PATHNAME', 'jobs_expire_due_jobs';
REVOKE EXECUTE ON PROCEDURE jobs.expire_due_jobs FROM PUBLIC;
COMMENT ON PROCEDURE jobs.expire_due_jobs IS
	'Expires overdue jobs, asks other organizations where that was put off, then reminds organizations '
	'of those whose deadline is near '
	'(jobs.reminder_lead), once for each; in batches, and commits after each; stops after about 50 seconds. '
	'Inside a transaction block it does one batch of each. Notes that it ran, at most once a minute. Errors: 22004 NULL; 22023 less than one. '
	'For operator access.';

-- access: operators
CREATE FUNCTION jobs.schedule_expiry(schedule text DEFAULT '* * * * *')
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_schedule_expiry';
REVOKE EXECUTE ON FUNCTION jobs.schedule_expiry FROM PUBLIC;
COMMENT ON FUNCTION jobs.schedule_expiry IS
	'Has pg_cron call jobs.expire_due_jobs(); again, changes the schedule. schedule: in the words of '
	'pg_cron. Warns of what keeps pg_cron from running it. Returns the number of pg_cron''s job. Errors: 22004 NULL; 22023 a bad schedule; 0A000 '
	'pg_cron is missing or in another database (the hint has the statement to run there); '
	'42501 not permitted by pg_cron; 55000 the tables'' owner may not log in or connect, or the job in '
	'pg_cron is not as it should be. For operator access.';

-- access: operators
CREATE FUNCTION jobs.unschedule_expiry()
RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_unschedule_expiry';
REVOKE EXECUTE ON FUNCTION jobs.unschedule_expiry FROM PUBLIC;
COMMENT ON FUNCTION jobs.unschedule_expiry IS
	'Ends what jobs.schedule_expiry() began. Returns false when there was nothing to end. '
	'Errors: 0A000 pg_cron is missing or in another database; 42501 not permitted by pg_cron; '
	'55000 the job in pg_cron is not as it should be. For operator access.';

-- access: mailers
CREATE FUNCTION jobs.claim_emails(
	max_rows integer DEFAULT 100,
	lease interval DEFAULT '5 minutes',
	worker text DEFAULT NULL)
RETURNS TABLE (
	email_id bigint,
	attempt integer,
	claim_token uuid,
	kind text,
	recipient text,
	language text,
	subject text,
	body text,
	job_id bigint,
	message_key text,
	payload jsonb)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100
AS 'MODULE_PATHNAME', 'jobs_claim_emails';
REVOKE EXECUTE ON FUNCTION jobs.claim_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.claim_emails IS
	'Hands out e-mails that are due. Nobody else gets them before the lease is over; commit before '
	'sending. worker: a name for people who look, or NULL. subject is one line, body plain text with '
	'line feeds; both come from jobs.email_template in the recipient''s language. message_key stays the same in all attempts: '
	'use it as the Message-ID. job_id is NULL for e-mail about no job. '
	'What is for a member who was unassigned from its job since then is cancelled instead. '
	'Errors: 22004 NULL; 22023 a bad value. For mailer and operator access.';

-- access: mailers
CREATE FUNCTION jobs.ack_emails(email_ids bigint[], claim_tokens uuid[])
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_ack_emails';
REVOKE EXECUTE ON FUNCTION jobs.ack_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.ack_emails IS
	'E-mails were sent: each with the token of its claim, a stale one acknowledges nothing. '
	'Returns how many were acknowledged; a crash takes none of it back. '
	'Errors: 22004 NULL; 22023 arrays of different length. '
	'For mailer and operator access.';

-- access: mailers
CREATE FUNCTION jobs.fail_email(
	email_id bigint,
	claim_token uuid,
	error text,
	is_permanent boolean DEFAULT false)
RETURNS timestamptz
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_fail_email';
REVOKE EXECUTE ON FUNCTION jobs.fail_email FROM PUBLIC;
COMMENT ON FUNCTION jobs.fail_email IS
	'An e-mail could not be sent. error: what went wrong; is_permanent: true when trying again is of no use. '
	'Returns when it may be claimed again, or NULL: it is given up, a dead letter. The same call once more '
	'answers the same, until the e-mail is claimed again. Errors: 22004 NULL; 22023 a bad value; PT404 no '
	'such e-mail; PT412 the token is stale. For mailer and operator access.';

-- access: operators
CREATE FUNCTION jobs.retry_email(email_id bigint)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_retry_email';
REVOKE EXECUTE ON FUNCTION jobs.retry_email FROM PUBLIC;
COMMENT ON FUNCTION jobs.retry_email IS
	'Sends an e-mail again that was given up or cancelled, or waits for its next attempt: it is due at once. '
	'To a member who was unassigned it is not sent all the same. Errors: 22004 NULL; PT404 no such e-mail; '
	'PT409 it was sent. For operator access.';

-- access: operators
CREATE FUNCTION jobs.cancel_emails(before timestamptz)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_cancel_emails';
REVOKE EXECUTE ON FUNCTION jobs.cancel_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.cancel_emails IS
	'Calls off all e-mail that was written before that time and is not sent yet, also what a mailer '
	'holds: its acknowledgement counts for nothing then. For a copy of the database that must not '
	'mail people. Returns how many were cancelled. Errors: 22004 NULL. For operator access.';

-- access: operators
CREATE FUNCTION jobs.purge_emails(older_than interval, max_rows integer DEFAULT 10000)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_purge_emails';
REVOKE EXECUTE ON FUNCTION jobs.purge_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.purge_emails IS
	'Deletes e-mails that were sent, given up or cancelled longer ago than older_than (0 to 100 years), '
	'the oldest first, up to max_rows; what waits to be sent stays, and what somebody holds. '
	'Returns how many were deleted: less than max_rows means that there are no others. '
	'Errors: 22004 NULL; 22023 a bad value. For operator access.';
-- access: actors
CREATE FUNCTION jobs.create_consumer(
	consumer text,
	from_start boolean DEFAULT true,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_create_consumer';
REVOKE EXECUTE ON FUNCTION jobs.create_consumer FROM PUBLIC;
COMMENT ON FUNCTION jobs.create_consumer IS
	'A new reader of the event feed: of the organization''s events for a member, of a merchant''s own, less '
	'those of assigning and unassigning, or of all events for the system. consumer: its name, up to 200 characters. from_start: true, it reads '
	'every event that is still there; false, those that are not committed yet. That numbers what nobody '
	'has read so far, which takes a while where it is much. '
	'Repeated by the same actor before anything was acknowledged, it does nothing. '
	'Errors: 22004 NULL; 22023 a bad name; 23505 there is one of that name; 42501 nobody acts. '
	'For app, bound and operator access.';

-- access: actors
CREATE FUNCTION jobs.drop_consumer(consumer text, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_drop_consumer';
REVOKE EXECUTE ON FUNCTION jobs.drop_consumer FROM PUBLIC;
COMMENT ON FUNCTION jobs.drop_consumer IS
	'Ends a consumer, which then keeps no event from jobs.purge_events() any more. When whoever acts '
	'has none of that name, a NOTICE says so. Errors: 22004 NULL; 22023 a bad name; 42501 nobody acts. '
	'For app, bound and operator access.';

-- access: actors
CREATE FUNCTION jobs.read_events(consumer text, max_rows integer DEFAULT 1000)
RETURNS TABLE (
	event_position bigint,
	event_id bigint,
	organization_id bigint,
	job_id bigint,
	conversation_id bigint,
	proposal_id bigint,
	review_id bigint,
	action text,
	from_status text,
	to_status text,
	actor text,
	occurred_at timestamptz,
	details jsonb)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000
AS 'MODULE_PATHNAME', 'jobs_read_events';
REVOKE EXECUTE ON FUNCTION jobs.read_events FROM PUBLIC;
COMMENT ON FUNCTION jobs.read_events IS
	'The next events behind those that a consumer of whoever acts has acknowledged, in the order of their '
	'positions, up to max_rows; the same ones again until jobs.ack_events(). Events of one job or proposal '
	'come in their order, and none is passed over, however late its transaction commits. Fewer than max_rows can '
	'come though there are others: only when none comes, none is left. Commit before acting on them. '
	'job_id, proposal_id and review_id are NULL where the event is about none, from_status and to_status '
	'without a job, from_status for create, and details, ids and reasons, when there is nothing to add. '
	'Errors: 22004 NULL; 22023 a bad value; PT404 no such consumer of whoever acts; 42501 nobody acts; '
	'40001 run the transaction again; 25006 on a standby. For app, bound and operator access.';

-- access: actors
CREATE FUNCTION jobs.ack_events(consumer text, up_to bigint)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_ack_events';
REVOKE EXECUTE ON FUNCTION jobs.ack_events FROM PUBLIC;
COMMENT ON FUNCTION jobs.ack_events IS
	'A consumer of whoever acts is done with all of its events up to this position, and never reads them '
	'again. Returns how many these are; 0 when it had acknowledged them before. up_to: an event_position that '
	'jobs.read_events() returned. Errors: 22004 NULL; 22023 a bad name, or no event has that position yet; '
	'PT404 no such consumer of whoever acts; 42501 nobody acts. For app, bound and operator access.';

-- access: operators
CREATE FUNCTION jobs.purge_events(max_rows integer DEFAULT 10000)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_purge_events';
REVOKE EXECUTE ON FUNCTION jobs.purge_events FROM PUBLIC;
COMMENT ON FUNCTION jobs.purge_events IS
	'Deletes events that were acknowledged by every consumer that may see them, the oldest first, up to '
	'max_rows. An event that no consumer may see stays. What is deleted is gone from jobs.event and '
	'jobs.job_timeline, too. Returns how many were deleted: less '
	'than max_rows means that there are no others. '
	'Errors: 22004 NULL; 22023 less than one; 40001 run the transaction again. For operator access.';

CREATE FUNCTION jobs.email_template_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_email_template_fill';
GRANT EXECUTE ON FUNCTION jobs.email_template_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.email_template_fill IS
	'Trigger before rows of jobs.email_template: checks a text and its placeholders, and notes that the operator wrote it.';

-- access: readers
CREATE FUNCTION jobs.search_organizations(
	query text DEFAULT NULL,
	service_id bigint DEFAULT NULL,
	max_rows integer DEFAULT 20)
RETURNS TABLE (
	organization_id bigint,
	name text,
	description text,
	rank float8)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20
AS 'MODULE_PATHNAME', 'jobs_search_organizations';
REVOKE EXECUTE ON FUNCTION jobs.search_organizations FROM PUBLIC;
COMMENT ON FUNCTION jobs.search_organizations IS
	'Finds listed organizations, available or not, by words in their name, in the names of their services and '
	'in their description. query: up to 500 characters, as people type it: words that must all occur, "a '
	'phrase", this or that, -without; never malformed. A word is found in all forms that the organization''s '
	'language has for it, where PostgreSQL knows them. Without a word (NULL, blank): all. service_id: only '
	'who provides it; NULL: anybody. max_rows: at least 1. rank: ts_rank of the words as written and of their '
	'forms, weighing 1 in the name, 0.4 in a service, 0.2 in the description; 0 without words. Ordered by '
	'rank, highest first, name and id. Errors: 22004 max_rows is NULL; 22023 a bad value; PT404 no such '
	'service; 55000 the tables are not ready. For app, bound, operator and viewer access; nobody needs to '
	'act.';

CREATE FUNCTION jobs.service_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_service_record';
GRANT EXECUTE ON FUNCTION jobs.service_record TO PUBLIC;
COMMENT ON FUNCTION jobs.service_record IS
	'Trigger after rows of jobs.service: a new name is found in searches for who provides it.';

CREATE FUNCTION jobs.provided_service_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_provided_service_record';
GRANT EXECUTE ON FUNCTION jobs.provided_service_record TO PUBLIC;
COMMENT ON FUNCTION jobs.provided_service_record IS
	'Trigger after rows of jobs.provided_service: searches find an organization by what it provides.';
-- access: watchers
CREATE FUNCTION jobs.health_report(
	OUT expiry_lag interval,
	OUT overdue_jobs bigint,
	OUT oldest_unsent_email interval,
	OUT last_sweep_at timestamptz,
	OUT outbox_depth bigint,
	OUT dead_letters bigint,
	OUT notification_queue_usage double precision,
	OUT slowest_consumer text,
	OUT slowest_consumer_owner text,
	OUT oldest_unacked_event interval,
	OUT last_run_at timestamptz,
	OUT reminder_lag interval,
	OUT rematch_lag interval,
	OUT schedule_ok boolean,
	OUT schedule_problem text,
	OUT access_problem text,
	OUT notifier_running boolean,
	OUT notifier_lag interval)
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_health_report';
REVOKE EXECUTE ON FUNCTION jobs.health_report FROM PUBLIC;
COMMENT ON FUNCTION jobs.health_report IS
	'Internal: the one row of jobs.health. Errors: 55000 the tables are not ready. '
	'For monitor, operator and viewer access.';
