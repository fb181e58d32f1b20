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
