\echo Use "ALTER EXTENSION jobs UPDATE" to load this file. \quit

-- A server that preloads the library has the old one until it is restarted.
DO LANGUAGE plpgsql $$
BEGIN
	IF pg_catalog.string_to_array(jobs.version(), '.')::pg_catalog.int4[] OPERATOR(pg_catalog.<) ARRAY[0, 2, 0] THEN
		RAISE EXCEPTION 'the library of jobs is older than its functions are to be'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = pg_catalog.format('The library is of jobs %s, and these functions need 0.2.0.', jobs.version()),
				HINT = 'Connect anew, so that the new library is loaded. If jobs is in shared_preload_libraries, restart the server.';
	END IF;
END
$$;

-- What they cost lets the planner ask for the names behind the sort: of a page's rows, not of all.
ALTER FUNCTION jobs.display_name COST 100;
ALTER FUNCTION jobs.store_name COST 100;

COMMENT ON FUNCTION jobs.block_conversation IS
	'Either side blocks a conversation: nobody writes, offers or asks in it any more. Whoever blocks it declines '
	'its live jobs, with the reason "blocked", and declines or withdraws its open proposals. Blocking it again '
	'does nothing. A plain UPDATE of is_blocked does the same; by an operator it ends nothing. blocked_by tells '
	'who did. Errors: 22004 NULL; PT404 it is missing or hidden; PT409 whoever acts is suspended, or its account '
	'closed; 42501 neither side. For members and merchants with app, bound or operator access.';

COMMENT ON FUNCTION jobs.unblock_conversation IS
	'Opens a blocked conversation again, for the side that blocked it and the system; what ended stays ended. '
	'Unblocking an open one does nothing. A plain UPDATE of is_blocked does the same. Errors: 22004 NULL; PT404 '
	'it is missing or hidden; PT409 whoever acts is suspended, or its account closed; 42501 the other side '
	'blocked it. For members, merchants and the system with app, bound or operator access.';

CREATE FUNCTION jobs.update_organization(
	organization_id bigint,
	name text DEFAULT NULL,
	description text DEFAULT NULL,
	language text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_update_organization';
REVOKE EXECUTE ON FUNCTION jobs.update_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.update_organization IS
	'Changes what others see of an organization. NULL leaves a value as it is. name: up to 200 characters; '
	'description: up to 20,000 characters, '''' for none; language: two letters. A plain UPDATE does the same. '
	'Errors: 22004 organization_id is NULL; 22023 a bad value; PT404 the organization is missing or hidden; PT409 '
	'whoever acts is suspended, or its account closed. For members and the system with app, bound or operator '
	'access.';

CREATE FUNCTION jobs.update_member(
	member_id bigint,
	name text DEFAULT NULL,
	email text DEFAULT NULL,
	language text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_update_member';
REVOKE EXECUTE ON FUNCTION jobs.update_member FROM PUBLIC;
COMMENT ON FUNCTION jobs.update_member IS
	'Changes a member''s own data. NULL leaves a value as it is. name: up to 200 characters; email: one address, '
	'to which unsent e-mail goes from now on; language: two letters. A plain UPDATE does the same. Errors: 22004 '
	'member_id is NULL; 22023 a bad value; PT404 the member is missing or hidden; PT409 whoever acts is '
	'suspended, or its account closed. For members and the system with app, bound or operator access.';

CREATE FUNCTION jobs.update_merchant(
	merchant_id bigint,
	name text DEFAULT NULL,
	email text DEFAULT NULL,
	language text DEFAULT NULL,
	is_dropshipper boolean DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_update_merchant';
REVOKE EXECUTE ON FUNCTION jobs.update_merchant FROM PUBLIC;
COMMENT ON FUNCTION jobs.update_merchant IS
	'Changes a merchant''s own data. NULL leaves a value as it is. name: up to 200 characters; email: one '
	'address, to which unsent e-mail goes from now on; language: two letters; is_dropshipper: jobs that exist go '
	'on. A plain UPDATE does the same. Errors: 22004 merchant_id is NULL; 22023 a bad value; PT404 the merchant '
	'is missing or hidden; PT409 whoever acts is suspended, or its account closed. For merchants and the system '
	'with app, bound or operator access.';

CREATE FUNCTION jobs.update_store(
	store_id bigint,
	name text DEFAULT NULL,
	url text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_update_store';
REVOKE EXECUTE ON FUNCTION jobs.update_store FROM PUBLIC;
COMMENT ON FUNCTION jobs.update_store IS
	'Changes a store. NULL leaves a value as it is. name: up to 200 characters; url: up to 2,000, '''' for none. '
	'A plain UPDATE does the same. Errors: 22004 store_id is NULL; 22023 a bad value; PT404 the store is missing '
	'or hidden; PT409 whoever acts is suspended, or its account closed. For merchants and the system with app, '
	'bound or operator access.';

CREATE FUNCTION jobs.remove_store(store_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_remove_store';
REVOKE EXECUTE ON FUNCTION jobs.remove_store FROM PUBLIC;
COMMENT ON FUNCTION jobs.remove_store IS
	'A store is not there any more: no new job is for it. Jobs that it has go on, and keep its name. Again, it '
	'does nothing. Errors: 22004 NULL; PT404 the store is missing or hidden; PT409 whoever acts is suspended, or '
	'its account closed. For merchants and the system with app, bound or operator access.';

CREATE FUNCTION jobs.deactivate_member(member_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_deactivate_member';
REVOKE EXECUTE ON FUNCTION jobs.deactivate_member FROM PUBLIC;
COMMENT ON FUNCTION jobs.deactivate_member IS
	'A member leaves, by itself or by a colleague: it acts no more, its assignments to live jobs end, and unsent '
	'e-mail to it is called off. What it wrote stays. Again, it does nothing. The last active one stays, except '
	'for the system. A plain UPDATE of is_active does the same. Errors: 22004 NULL; PT404 the member is missing '
	'or hidden, or acts and has left; PT409 it is the last one, or whoever acts is suspended, or its account '
	'closed. For members and the system with app, bound or operator access.';

CREATE FUNCTION jobs.activate_member(member_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_activate_member';
REVOKE EXECUTE ON FUNCTION jobs.activate_member FROM PUBLIC;
COMMENT ON FUNCTION jobs.activate_member IS
	'A member who had left comes back, by a colleague. Its assignments don''t. Again, it does nothing. A plain '
	'UPDATE of is_active does the same. Errors: 22004 NULL; PT404 the member is missing or hidden; PT409 whoever '
	'acts is suspended, or its account closed. For members and the system with app, bound or operator access.';

CREATE FUNCTION jobs.close_organization(organization_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_close_organization';
REVOKE EXECUTE ON FUNCTION jobs.close_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.close_organization IS
	'Closes an organization''s account: its live jobs are declined in its name, with the reason "account_closed", '
	'its open proposals are withdrawn, and nobody writes, offers or asks any more. It is not found, matched or '
	'contacted, and reads what it has; completed work can still be confirmed and reviewed. Again, it does '
	'nothing. Errors: 22004 NULL; PT404 the organization is missing or hidden; PT409 whoever acts is suspended. '
	'For members and the system with app, bound or operator access.';

CREATE FUNCTION jobs.reopen_organization(organization_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reopen_organization';
REVOKE EXECUTE ON FUNCTION jobs.reopen_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.reopen_organization IS
	'Opens an organization''s account again; what ended stays ended. Again, it does nothing. Errors: 22004 NULL; '
	'PT404 the organization is missing; 42501 not the system. For operator access.';

CREATE FUNCTION jobs.close_merchant(merchant_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_close_merchant';
REVOKE EXECUTE ON FUNCTION jobs.close_merchant FROM PUBLIC;
COMMENT ON FUNCTION jobs.close_merchant IS
	'Closes a merchant''s account: its live jobs are declined in its name, with the reason "account_closed", open '
	'proposals to it are declined, and nobody writes, offers or asks any more. It reads what it has. Again, it '
	'does nothing. Errors: 22004 NULL; PT404 the merchant is missing or hidden; PT409 whoever acts is suspended. '
	'For merchants and the system with app, bound or operator access.';

CREATE FUNCTION jobs.reopen_merchant(merchant_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reopen_merchant';
REVOKE EXECUTE ON FUNCTION jobs.reopen_merchant FROM PUBLIC;
COMMENT ON FUNCTION jobs.reopen_merchant IS
	'Opens a merchant''s account again; what ended stays ended. Again, it does nothing. Errors: 22004 NULL; PT404 '
	'the merchant is missing; 42501 not the system. For operator access.';

CREATE FUNCTION jobs.suspend(
	actor_or_organization text,
	reason text,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_suspend';
REVOKE EXECUTE ON FUNCTION jobs.suspend FROM PUBLIC;
COMMENT ON FUNCTION jobs.suspend IS
	'Suspends an account: it acts no more, is not found, matched or contacted, and still reads what it has. Live '
	'jobs run out as usual, and the other side may decline them. actor_or_organization: member:7, merchant:3 or '
	'organization:5; reason: up to 20,000 characters, which its own side reads. Again, it changes the reason. '
	'Errors: 22004 NULL; 22023 a bad value; PT404 there is no such account; 42501 not the system. For operator '
	'access.';

CREATE FUNCTION jobs.reinstate(actor_or_organization text, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reinstate';
REVOKE EXECUTE ON FUNCTION jobs.reinstate FROM PUBLIC;
COMMENT ON FUNCTION jobs.reinstate IS
	'Takes a suspension back. actor_or_organization: member:7, merchant:3 or organization:5. Again, it does '
	'nothing. Errors: 22004 NULL; 22023 a bad value; PT404 there is no such account; 42501 not the system. For '
	'operator access.';

COMMENT ON FUNCTION jobs.row_record IS
	'Trigger after rows of the directory and of templates: refuses those in which a trigger changed what the rules '
	'decided. Of accounts and stores it writes what was changed, and has unsent e-mail follow.';
