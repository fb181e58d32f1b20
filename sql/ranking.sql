-- access: operators
CREATE FUNCTION jobs.rebuild_ranking()
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_rebuild_ranking';
REVOKE EXECUTE ON FUNCTION jobs.rebuild_ranking FROM PUBLIC;
COMMENT ON FUNCTION jobs.rebuild_ranking IS
	'Counts what matching knows of organizations anew, from jobs, declines and reviews, and what '
	'purged ones told (jobs.ranking_purged): after rows '
	'were loaded or changed by hand or a clock was wrong, and when jobs.ranking_half_life was changed and should hold for what '
	'happened before. Commits that bring evidence wait meanwhile. Returns how many pairs of '
	'organization and service there are. Errors: 0A000 the transaction is not READ COMMITTED; 55P03 the table is held for too long. '
	'For operator access.';

