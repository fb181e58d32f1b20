-- E-mails that are done with and old are deleted, and no others. All of it is rolled back.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
DELETE FROM jobs.email;

-- An e-mail for each day from 2010 on, number 1 on 1 January, which was done with two days later.
CREATE FUNCTION pg_temp.fill(howmany integer)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	DELETE FROM jobs.email;
	INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, sent_at)
	SELECT n, 1024, 'message', 'r@purge.example', 'en', '{}', timestamptz '2009-12-31' + make_interval(days => n), 1,
		timestamptz '2009-12-31' + make_interval(days => n + 2)
	FROM generate_series(1, howmany) n;
	SET LOCAL session_replication_role = origin;
END
$$;
-- what is done with before that day is old
CREATE FUNCTION pg_temp.purge(day timestamptz, max_rows integer DEFAULT 10000)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	deleted bigint := jobs.purge_emails(clock_timestamp() - day, max_rows);
BEGIN
	RETURN deleted || ' deleted, ' || coalesce((SELECT count(*) || ' left: ' || min(id) || ' to ' || max(id) FROM jobs.email HAVING count(*) > 0), 'none left');
END
$$;

-- from the oldest on, up to so many
SELECT pg_temp.fill(10);
SELECT pg_temp.purge('2010-01-01');
SELECT pg_temp.purge('2010-01-02 12:00');
SELECT pg_temp.purge('2010-01-03 12:00');
SELECT pg_temp.purge('2010-01-06 12:00', 2);
SELECT pg_temp.purge('2010-01-06 12:00');
SELECT pg_temp.purge('2010-02-01', 1);
SELECT pg_temp.purge('2010-02-01');
SELECT pg_temp.purge('2010-02-01');
-- sent, given up or cancelled; what waits is passed over, and what was done with lately
SELECT pg_temp.fill(8);
UPDATE jobs.email SET sent_at = NULL, dead_at = sent_at WHERE id = 2;
UPDATE jobs.email SET sent_at = NULL, cancelled_at = sent_at WHERE id = 3;
UPDATE jobs.email SET sent_at = NULL, dead_at = sent_at, next_attempt_at = created_at WHERE id = 4;
UPDATE jobs.email SET sent_at = NULL, dead_at = now() WHERE id = 5;
UPDATE jobs.email SET sent_at = now() WHERE id = 6;
UPDATE jobs.email SET sent_at = NULL, cancelled_at = now() WHERE id = 7;
SELECT pg_temp.purge('2010-02-01', 3);
SELECT pg_temp.purge('2010-02-01', 3);
SELECT id FROM jobs.email ORDER BY id;
SELECT jobs.purge_emails('0');
SELECT id FROM jobs.email ORDER BY id;
-- a dead letter that is due again is not done with
SELECT pg_temp.fill(1);
UPDATE jobs.email SET sent_at = NULL, dead_at = sent_at;
SELECT jobs.retry_email(1);
SELECT pg_temp.purge('2010-02-01');
-- it looks no further than to the first one that is too young
SELECT pg_temp.fill(5);
UPDATE jobs.email SET created_at = now() WHERE id = 3;
SELECT pg_temp.purge('2010-02-01');
-- in several rounds, with gaps at their ends
SELECT pg_temp.fill(3500);
UPDATE jobs.email SET sent_at = now() WHERE id % 1000 IN (0, 1);
SELECT pg_temp.purge('2020-01-01', 1500);
SELECT pg_temp.purge('2020-01-01');
SELECT count(*), string_agg(id::text, ' ' ORDER BY id) FROM jobs.email;

-- triggers of users: one that keeps rows, one that refers to them
SELECT pg_temp.fill(5);
CREATE FUNCTION regress.keep_odd() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE WHEN OLD.id % 2 = 0 THEN OLD END;
END
$$;
GRANT EXECUTE ON FUNCTION regress.keep_odd TO regress_jobs_owner;
CREATE TRIGGER own BEFORE DELETE ON jobs.email FOR EACH ROW EXECUTE FUNCTION regress.keep_odd();
SELECT pg_temp.purge('2010-02-01');
DROP TRIGGER own ON jobs.email;
CREATE TABLE regress.bounce (email_id bigint REFERENCES jobs.email ON DELETE CASCADE);
ALTER TABLE regress.bounce OWNER TO regress_jobs_owner;
INSERT INTO regress.bounce VALUES (1), (3);
SELECT pg_temp.purge('2010-02-01', 1);
SELECT * FROM regress.bounce;

-- bad values, and who may
SELECT call, regress.try('SELECT jobs.' || call)
FROM unnest(ARRAY[
	'purge_emails(NULL)',
	'purge_emails($$1 day$$, NULL)',
	'purge_emails($$1 day$$, 0)',
	'purge_emails($$-1 second$$)',
	'purge_emails($$-1 month 27 days$$)',
	'purge_emails($$101 years$$)',
	'purge_emails($$170000000 years$$)',
	'purge_emails($$-170000000 years$$)',
	'purge_emails($$100 years$$)'
]) call;
SET LOCAL ROLE regress_jobs_mailer;
SELECT regress.try('SELECT jobs.purge_emails($$1 day$$)');
SET LOCAL ROLE regress_jobs_operator;
SELECT regress.try('SELECT jobs.purge_emails($$1 day$$)');
ROLLBACK;
