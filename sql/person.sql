-- access: operators
CREATE FUNCTION jobs.erase_person(actor_text text, texts boolean DEFAULT false)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_erase_person';
REVOKE EXECUTE ON FUNCTION jobs.erase_person FROM PUBLIC;
COMMENT ON FUNCTION jobs.erase_person IS
	'Erases a person: name, addresses and client keys leave all tables, and neutral words stand for the name. '
	'actor_text: member:7 or merchant:3, who is deactivated or closed by that; texts: true for what the person wrote, '
	'too. History, statuses, evidence and counts stay. Returns how many rows changed; again, it changes '
	'nothing. Errors: 22004 NULL; 22023 malformed, or no person; PT404 there is no such person; PT409 it has live jobs. '
	'For operator access.';

-- access: operators
CREATE FUNCTION jobs.export_person(actor_text text)
RETURNS jsonb
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_export_person';
REVOKE EXECUTE ON FUNCTION jobs.export_person FROM PUBLIC;
COMMENT ON FUNCTION jobs.export_person IS
	'All that is kept of a person, by table: its own row, its stores, conversations, jobs and assignments, what it '
	'wrote and decided, what it did in jobs, and e-mail to it. Each is an array of rows as they stand; tables without any '
	'are left out. actor_text: member:7 or merchant:3. Errors: 22004 NULL; 22023 malformed, or no person; PT404 there '
	'is no such person. For operator access.';
