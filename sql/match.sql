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

