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

