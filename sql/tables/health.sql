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
	h.oldest_unacked_event,
	h.last_run_at,
	h.reminder_lag,
	h.schedule_ok,
	h.schedule_problem,
	h.access_problem,
	EXTRACT(epoch FROM h.expiry_lag)::double precision AS expiry_lag_seconds,
	EXTRACT(epoch FROM h.reminder_lag)::double precision AS reminder_lag_seconds,
	EXTRACT(epoch FROM h.oldest_unsent_email)::double precision AS oldest_unsent_email_seconds,
	EXTRACT(epoch FROM h.oldest_unacked_event)::double precision AS oldest_unacked_event_seconds,
	EXTRACT(epoch FROM statement_timestamp() - h.last_run_at)::double precision AS last_run_age_seconds,
	h.rematch_lag,
	EXTRACT(epoch FROM h.rematch_lag)::double precision AS rematch_lag_seconds,
	h.notifier_running,
	h.notifier_lag,
	EXTRACT(epoch FROM h.notifier_lag)::double precision AS notifier_lag_seconds,
	jobs.last_maintained_at() AS last_maintained_at,
	EXTRACT(epoch FROM statement_timestamp() - jobs.last_maintained_at())::double precision AS last_maintained_age_seconds,
	p.emails_paused_at,
	p.emails_paused_because
FROM jobs.health_report() h
CROSS JOIN jobs.email_pause() p;

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
COMMENT ON COLUMN jobs.health.last_run_at IS 'when jobs.expire_due_jobs() last ran in this database, whether it found something or not, to the minute; NULL before the first time';
COMMENT ON COLUMN jobs.health.reminder_lag IS 'for how long the reminder that is longest due waits, among the 10,000 that are due first; zero when none does';
COMMENT ON COLUMN jobs.health.schedule_ok IS 'true: pg_cron has a schedule that can run and whose last run did not fail, or, where it has none that can be seen, something called the sweep within 10 minutes; always true on a standby, where nothing runs. A schedule of jobs.maintain() that is there has to be right as well';
COMMENT ON COLUMN jobs.health.schedule_problem IS 'what is wrong with the schedule, and what to do; NULL: nothing';
COMMENT ON COLUMN jobs.health.access_problem IS 'roles that access or bindings are kept for and that are gone, or have lost their rights, and what to do; NULL: none';
COMMENT ON COLUMN jobs.health.expiry_lag_seconds IS 'expiry_lag as a number of seconds';
COMMENT ON COLUMN jobs.health.reminder_lag_seconds IS 'reminder_lag as a number of seconds';
COMMENT ON COLUMN jobs.health.oldest_unsent_email_seconds IS 'oldest_unsent_email as a number of seconds; NULL: there is none';
COMMENT ON COLUMN jobs.health.oldest_unacked_event_seconds IS 'oldest_unacked_event as a number of seconds; NULL as well';
COMMENT ON COLUMN jobs.health.last_run_age_seconds IS 'how many seconds ago last_run_at was; NULL as well';
COMMENT ON COLUMN jobs.health.rematch_lag IS 'for how long the job that was lost first waits for the next organization to be asked, which was put off; zero when none does';
COMMENT ON COLUMN jobs.health.rematch_lag_seconds IS 'rematch_lag as a number of seconds';
COMMENT ON COLUMN jobs.health.notifier_running IS 'whether the notifier runs, the background worker that wakes listeners; false where the library is not preloaded, and on a standby';
COMMENT ON COLUMN jobs.health.notifier_lag IS 'for how long the first wake-up of this database waits for the notifier; zero when none does; NULL: transactions notify by themselves here';
COMMENT ON COLUMN jobs.health.notifier_lag_seconds IS 'notifier_lag as a number of seconds; NULL as well';
COMMENT ON COLUMN jobs.health.last_maintained_at IS 'when jobs.maintain() last came to its end in this database, with nothing left to do; NULL before the first time';
COMMENT ON COLUMN jobs.health.last_maintained_age_seconds IS 'how many seconds ago last_maintained_at was; NULL as well';
COMMENT ON COLUMN jobs.health.emails_paused_at IS 'since when an operator has all e-mail wait; NULL: it is sent';
COMMENT ON COLUMN jobs.health.emails_paused_because IS 'why; NULL as well';
