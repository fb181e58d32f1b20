CREATE OR REPLACE VIEW jobs.health WITH (security_invoker = true) AS
SELECT
	h.expiry_lag,
	h.overdue_jobs,
	h.oldest_unsent_email,
	h.last_sweep_at,
	h.outbox_depth,
	h.dead_letters,
	h.notification_queue_usage,
	h.slowest_consumer,
	h.slowest_consumer_owner,
	h.oldest_unacked_event
FROM jobs.health_report() h;

COMMENT ON VIEW jobs.health IS 'whether the marketplace keeps up: one row, cheap at any size';
COMMENT ON COLUMN jobs.health.expiry_lag IS 'for how long the longest overdue job waits to be marked expired; zero when none does';
COMMENT ON COLUMN jobs.health.overdue_jobs IS 'how many jobs wait to be marked expired, counted up to 10,000';
COMMENT ON COLUMN jobs.health.oldest_unsent_email IS 'age of the oldest e-mail that waits to be sent, among the 10,000 that are due first; NULL: there is none';
COMMENT ON COLUMN jobs.health.last_sweep_at IS 'when a sweep last expired a job; NULL before the first time';
COMMENT ON COLUMN jobs.health.outbox_depth IS 'how many e-mails wait to be sent, those that mailers hold included, counted up to 10,000';
COMMENT ON COLUMN jobs.health.dead_letters IS 'how many e-mails were given up and not purged, counted up to 10,000';
COMMENT ON COLUMN jobs.health.notification_queue_usage IS 'how full the server''s queue of notifications is, of all its databases: 0 to 1';
COMMENT ON COLUMN jobs.health.slowest_consumer IS 'name of the consumer of events that has slept longest; NULL: none has anything left to acknowledge';
COMMENT ON COLUMN jobs.health.slowest_consumer_owner IS 'whose it is: system, organization:7 or merchant:3; NULL as well';
COMMENT ON COLUMN jobs.health.oldest_unacked_event IS 'age of the first event that it has not acknowledged; among those that nobody has read, the 10,000 first are looked at; NULL as well';
