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
CREATE FUNCTION jobs.purge_events(older_than interval DEFAULT NULL, max_rows integer DEFAULT 10000)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_purge_events';
REVOKE EXECUTE ON FUNCTION jobs.purge_events FROM PUBLIC;
COMMENT ON FUNCTION jobs.purge_events IS
	'Deletes events, the oldest first, up to max_rows. older_than: NULL, those that were acknowledged by every '
	'consumer that may see them, of whatever age, and no event that no consumer may see; an age (0 to 100 years), '
	'those that are older, unless a consumer that may see them has not acknowledged them: without a consumer, all. '
	'What is deleted is gone from jobs.event and jobs.job_timeline, too, also of jobs that live. '
	'Returns how many were deleted: less than max_rows means that there are no others. '
	'Errors: 22004 max_rows is NULL; 22023 a bad value; 40001 run the transaction again. For operator access.';
