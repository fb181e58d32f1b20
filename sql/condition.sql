-- access: operators
CREATE FUNCTION jobs.why_not_matched(
	organization_id bigint,
	service_id bigint,
	merchant_id bigint DEFAULT NULL,
	budget numeric DEFAULT NULL,
	currency text DEFAULT 'USD')
RETURNS TABLE (condition text, holds boolean, detail text)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 6
AS 'MODULE_PATHNAME', 'jobs_why_not_matched';
REVOKE EXECUTE ON FUNCTION jobs.why_not_matched FROM PUBLIC;
COMMENT ON FUNCTION jobs.why_not_matched IS
	'Each condition that an organization must meet to be matched, whether it holds, and why: provides_service, '
	'fits_budget, is_available, is_listed, accepts_dropshipping, conversation_open. merchant_id: for whom, NULL: '
	'nobody in particular; budget: in the currency (ISO 4217), NULL: not said. If all hold, '
	'jobs.match_organizations() finds it, and others may be better. Errors: 22004 NULL; 22023 a bad value; PT404 '
	'the organization, the service or the merchant is missing. For operator access.';

