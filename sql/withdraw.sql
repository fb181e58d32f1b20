-- access: actors
CREATE FUNCTION jobs.withdraw_request(request_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_withdraw_request';
REVOKE EXECUTE ON FUNCTION jobs.withdraw_request FROM PUBLIC;
COMMENT ON FUNCTION jobs.withdraw_request IS
	'The merchant withdraws a request: all its live jobs are declined by the merchant, with the reason '
	'"request_withdrawn", and nobody else is asked under it. Returns how many were declined; repeated, 0. Errors: '
	'22004 NULL; PT404 the request is missing or hidden; 42501 not the merchant. For merchants with app, bound or '
	'operator access.';

