-- Trying dead letters again, many at once. All of it is rolled back.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
-- e-mails that were given up, 1 first; 7 was cancelled, 8 was sent, 9 waits
CREATE FUNCTION pg_temp.fill()
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	DELETE FROM jobs.email;
	INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, dead_at, cancelled_at, sent_at, next_attempt_at, last_error)
	SELECT n, 1024, CASE WHEN n % 2 = 0 THEN 'message' ELSE 'declined' END, 'r' || n || '@retry.example', 'en', '{}', now() - make_interval(hours => n), 10,
		CASE WHEN n < 7 THEN now() - make_interval(hours => 10 - n) END, CASE n WHEN 7 THEN now() END, CASE n WHEN 8 THEN now() END,
		CASE n WHEN 9 THEN now() + interval '1 hour' END, 'no route'
	FROM generate_series(1, 9) n;
	SET LOCAL session_replication_role = origin;
END
$$;
CREATE VIEW pg_temp.due AS
SELECT string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE next_attempt_at <= clock_timestamp()) AS due,
	string_agg(id::text, ' ' ORDER BY id) FILTER (WHERE dead_at IS NOT NULL) AS dead,
	string_agg(DISTINCT attempts::text, ' ') FILTER (WHERE next_attempt_at <= clock_timestamp()) AS attempts
FROM jobs.email;

SELECT pg_temp.fill();
SELECT * FROM pg_temp.due;
-- bounded, those that were given up first
SET LOCAL ROLE regress_jobs_operator;
SELECT jobs.retry_emails(max_rows => 2);
RESET ROLE;
SELECT * FROM pg_temp.due;
SELECT jobs.retry_emails(max_rows => 3), jobs.retry_emails(), jobs.retry_emails();
SELECT * FROM pg_temp.due;
-- as often as a new one, and the last error stays
SELECT count(*), min(last_error) FROM jobs.email WHERE next_attempt_at <= clock_timestamp() AND attempts = 0 AND last_error IS NOT NULL;
SELECT count(*) FROM jobs.claim_emails();

-- of one kind; since some time; both; and where there are more of others than may be tried again
SELECT pg_temp.fill();
SELECT jobs.retry_emails('message');
SELECT * FROM pg_temp.due;
SELECT pg_temp.fill();
SELECT jobs.retry_emails(since => now() - interval '5 hours');
SELECT * FROM pg_temp.due;
SELECT pg_temp.fill();
SELECT jobs.retry_emails('declined', now() - interval '7 hours', 1);
SELECT * FROM pg_temp.due;
SELECT jobs.retry_emails('assigned'), jobs.retry_emails(since => 'infinity'), jobs.retry_emails(since => now());
SELECT jobs.retry_emails(since => '-infinity');
SELECT * FROM pg_temp.due;

-- more than a batch, and each once
SELECT pg_temp.fill();
SET LOCAL session_replication_role = replica;
INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, dead_at)
SELECT n, 1024, 'message', 'r@retry.example', 'en', '{}', now(), 10, now() FROM generate_series(10, 400) n;
SET LOCAL session_replication_role = origin;
SELECT jobs.retry_emails(max_rows => 150), jobs.retry_emails(max_rows => 150), jobs.retry_emails(max_rows => 150), jobs.retry_emails();

-- one that a trigger keeps dead isn't counted
SELECT pg_temp.fill();
CREATE FUNCTION regress.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.id = 2 THEN RETURN NULL; END IF; RETURN NEW; END';
GRANT EXECUTE ON FUNCTION regress.keep TO regress_jobs_owner;
CREATE TRIGGER own BEFORE UPDATE ON jobs.email FOR EACH ROW EXECUTE FUNCTION regress.keep();
SELECT jobs.retry_emails(), jobs.retry_emails();
SELECT * FROM pg_temp.due;
DROP TRIGGER own ON jobs.email;

-- who may, and bad input
SELECT pg_temp.fill();
SELECT regress.state() AS before \gset
SELECT role, regress.try('SELECT jobs.retry_emails()') FROM unnest('{app,bound,mailer,monitor,viewer,stranger}'::text[]) role,
	LATERAL set_config('role', 'regress_jobs_' || role, true);
RESET ROLE;
SELECT regress.try(format('SELECT jobs.retry_emails(%s)', arguments))
FROM unnest(ARRAY['$$letter$$', '$$$$', 'max_rows => 0', 'max_rows => NULL', '$$message$$, now(), -1']) arguments;
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
BEGIN READ ONLY;
SELECT regress.try('SELECT jobs.retry_emails()');
ROLLBACK;
