-- Pausing all e-mail: mailers get nothing, what they hold they answer, and jobs.health shows it. All of it is
-- rolled back, so that other tests find their e-mails.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT * FROM regress.directory('pause') \gset
DELETE FROM jobs.email;
CREATE FUNCTION pg_temp.claimed(max_rows integer DEFAULT 100)
RETURNS text
LANGUAGE sql
RETURN (SELECT count(*) || ' claimed' FROM jobs.claim_emails(max_rows));
CREATE VIEW pg_temp.pause AS
SELECT emails_paused_at BETWEEN now() AND clock_timestamp() AS at, emails_paused_because AS because, outbox_depth FROM jobs.health;

-- nothing is paused as long as nobody says so
SELECT regress.job('pause') AS job \gset
SELECT jobs.assign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann');
SELECT email_id AS held, claim_token AS token FROM jobs.claim_emails(1) \gset
SELECT email_id AS other_held, claim_token AS other_token FROM jobs.claim_emails(1) \gset
SELECT * FROM pg_temp.pause;
SELECT jobs.resume_emails();

-- paused, by an operator, as the system whoever acts in the session
SET LOCAL ROLE regress_jobs_operator;
SELECT jobs.act_as(:'ann');
SELECT jobs.pause_emails('The mail server is on a blocklist');
SELECT jobs.act_as('');
RESET ROLE;
SELECT * FROM pg_temp.pause;
SELECT emails_paused_by FROM jobs.node;
SELECT pg_temp.claimed(), jobs.reply_to_job(:job, 'Still written', actor => :'max') IS NOT NULL;
SET LOCAL ROLE regress_jobs_mailer;
SELECT pg_temp.claimed();
-- bad arguments are bad, paused or not
SELECT regress.try('SELECT count(*) FROM jobs.claim_emails(0)');
-- what a mailer holds it answers
SELECT jobs.ack_emails(ARRAY[:held], ARRAY[:'token'::uuid]);
SELECT jobs.fail_email(:other_held, :'other_token', 'no route') > now() AS later;
RESET ROLE;
-- operators go on: another attempt, once more, cancelled
SELECT jobs.retry_email(:other_held);
SELECT jobs.resend_email(:held) > :held AS resent;
SELECT pg_temp.claimed();
-- who watches sees it
SET LOCAL ROLE regress_jobs_monitor;
SELECT emails_paused_because FROM jobs.health;
SET LOCAL ROLE regress_jobs_viewer;
SELECT emails_paused_because, emails_paused_by FROM jobs.email_pause();
RESET ROLE;

-- once more: since the same time, with the new reason, and by somebody else
SELECT emails_paused_at AS began FROM jobs.node \gset
SELECT jobs.pause_emails('The new key is not signed yet') = outbox_depth AS waiting FROM jobs.health;
SELECT emails_paused_at = :'began' AS same_time, emails_paused_because, emails_paused_by = current_user AS by_us FROM jobs.node;

-- resumed: all that waits goes out
SET LOCAL ROLE regress_jobs_operator;
SELECT jobs.resume_emails() = (SELECT count(*) FROM jobs.email WHERE next_attempt_at IS NOT NULL) AS waiting;
RESET ROLE;
SELECT * FROM pg_temp.pause;
SELECT emails_paused_by FROM jobs.node;
SELECT pg_temp.claimed();
SELECT regress.state() AS before \gset
SELECT jobs.resume_emails() > 0 AS waiting;
SELECT regress.state() = :'before' AS unchanged;

-- what waits is counted up to 10,000
SET LOCAL session_replication_role = replica;
INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at)
SELECT n, 1024, 'message', 'r@pause.example', 'en', '{}', now(), 0, now() FROM generate_series(1, 10001) n;
SET LOCAL session_replication_role = origin;
SELECT jobs.pause_emails('Many'), jobs.resume_emails();

-- who may, and bad reasons
SELECT regress.state() AS before \gset
SELECT role, regress.try('SELECT jobs.pause_emails($$x$$)') FROM unnest('{app,bound,mailer,monitor,viewer,stranger}'::text[]) role,
	LATERAL set_config('role', 'regress_jobs_' || role, true);
RESET ROLE;
SELECT role, regress.try('SELECT jobs.resume_emails()') FROM unnest('{app,bound,mailer,monitor,viewer,stranger}'::text[]) role,
	LATERAL set_config('role', 'regress_jobs_' || role, true);
RESET ROLE;
SELECT regress.try(format('SELECT jobs.pause_emails(%s)', reason)) FROM unnest(ARRAY['NULL', '$$ $$', 'E''a\nb''', 'repeat($$x$$, 201)']) reason;
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
BEGIN READ ONLY;
SELECT regress.try(format('SELECT jobs.%s', call)) FROM unnest('{pause_emails($$x$$),resume_emails()}'::text[]) call;
ROLLBACK;

-- a pause that a trigger of a user suppresses is none, and says so
BEGIN;
GRANT EXECUTE ON FUNCTION regress.suppress TO regress_jobs_owner;
CREATE TRIGGER own BEFORE UPDATE ON jobs.node FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT regress.try('SELECT jobs.pause_emails($$x$$)');
SELECT emails_paused_at FROM jobs.health;
ROLLBACK;

-- tables of the version before have no place for it: the pause is refused, and e-mail goes on
BEGIN;
SELECT * FROM regress.directory('pause') \gset
SELECT regress.job('pause') IS NOT NULL AS written;
DROP VIEW jobs.health;
ALTER TABLE jobs.node DROP COLUMN emails_paused_at, DROP COLUMN emails_paused_because, DROP COLUMN emails_paused_by;
UPDATE jobs.node SET schema_version = schema_version - 1;
SELECT regress.try('SELECT jobs.pause_emails($$x$$)');
SELECT regress.try('SELECT jobs.resume_emails()');
SELECT emails_paused_at, emails_paused_because, emails_paused_by FROM jobs.email_pause();
SELECT count(*) FROM jobs.claim_emails(1);
ROLLBACK;
