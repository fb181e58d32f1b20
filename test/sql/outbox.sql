-- Claims of mailers. All of it is rolled back, so that e-mails which other tests wrote
-- are there again for them.
\set ON_ERROR_ROLLBACK on
BEGIN;
DELETE FROM jobs.email;

-- an e-mail as it comes into being
SELECT jobs.create_service('outbox service') AS service \gset
SELECT jobs.create_organization('outbox organization', 'Desk@outbox.example', language => 'de') AS organization \gset
SELECT jobs.create_merchant('outbox merchant', 'shop@outbox.example') AS merchant \gset
SELECT jobs.provide_service(:organization, :service);
SELECT job_id AS job FROM jobs.request_job(:service, 'Fix it', 'Please.', :organization,
	actor => 'merchant:' || :merchant) \gset
SELECT c.email_id AS email, c.claim_token AS token, c.attempt, c.kind, c.recipient, c.language, c.subject, c.body,
	c.job_id = :job AS is_about_job, c.message_key = n.marketplace_id || '-' || c.email_id AS key_is_stable,
	c.payload = (SELECT e.payload FROM jobs.email e WHERE e.id = c.email_id) AS has_payload
FROM jobs.claim_emails() c, jobs.node n \gset claim_
\echo :claim_kind, :claim_attempt, :claim_recipient, :claim_language, :claim_subject
\echo :claim_is_about_job :claim_key_is_stable :claim_has_payload
SELECT :'claim_body' LIKE E'Guten Tag outbox organization,\n\nSie haben einen neuen Auftrag%' AS has_body;
SELECT jobs.ack_emails(ARRAY[:claim_email]::bigint[], ARRAY[:'claim_token']::uuid[]);
DELETE FROM jobs.email;

-- from here on e-mails of known numbers, which are due since a while, 1 for longest
CREATE FUNCTION pg_temp.fill(howmany integer)
RETURNS void
BEGIN ATOMIC
	DELETE FROM jobs.email;
	INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at)
	SELECT n, 1024, 'message', 'r' || n || '@outbox.example', 'en', '{}', pg_catalog.now(), 0,
		pg_catalog.clock_timestamp() - pg_catalog.make_interval(mins => 100 - n)
	FROM pg_catalog.generate_series(1, howmany) n;
END;
CREATE VIEW pg_temp.outbox AS
SELECT id, attempts, claimed_by, claim_token IS NOT NULL AS claimed, next_attempt_at <= clock_timestamp() AS due,
	sent_at IS NOT NULL AS sent, dead_at IS NOT NULL AS dead, last_error
FROM jobs.email
ORDER BY id;
-- the end of the lease, or of the wait after a failure
CREATE FUNCTION pg_temp.let_time_pass(email_id bigint)
RETURNS void
BEGIN ATOMIC
	UPDATE jobs.email SET next_attempt_at = pg_catalog.clock_timestamp() WHERE id = email_id;
END;
CREATE FUNCTION pg_temp.complaint(call text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE 'SELECT ' || call;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, detail, hint);
END
$$;
SET LOCAL session_replication_role = replica;
SELECT pg_temp.fill(5);

-- a claim takes what is due for longest, and no second one gets it; a kind has its texts
SELECT email_id, attempt, kind, recipient, subject FROM jobs.claim_emails(2, worker => 'w1');
SELECT count(DISTINCT claim_token) FROM jobs.email;
SELECT email_id FROM jobs.claim_emails(2, '1 hour', 'w2');
SELECT email_id FROM jobs.claim_emails(2);
SELECT email_id FROM jobs.claim_emails(2);
SELECT * FROM pg_temp.outbox;
SELECT id, next_attempt_at - clock_timestamp() BETWEEN '59 minutes' AND '1 hour' AS an_hour,
	next_attempt_at - clock_timestamp() BETWEEN '4 minutes' AND '5 minutes' AS five_minutes
FROM jobs.email ORDER BY id;

-- what is not due yet is not claimed; the next claim after the lease has another token
SELECT claim_token AS first FROM jobs.email WHERE id = 1 \gset
SELECT pg_temp.let_time_pass(1);
SELECT email_id, attempt, claim_token <> :'first' AS other_token FROM jobs.claim_emails(10);

-- acknowledging: each with its own token, and once
SELECT claim_token AS one FROM jobs.email WHERE id = 1 \gset
SELECT claim_token AS two FROM jobs.email WHERE id = 2 \gset
SELECT claim_token AS three FROM jobs.email WHERE id = 3 \gset
SELECT jobs.ack_emails('{1}', ARRAY[:'first']::uuid[]);
SELECT jobs.ack_emails('{2,3}', ARRAY[:'three', :'two']::uuid[]);
SELECT jobs.ack_emails('{1,2,999}', ARRAY[:'one', :'two', :'three']::uuid[]);
SELECT jobs.ack_emails('{1,2}', ARRAY[:'one', :'two']::uuid[]);
SELECT jobs.ack_emails('{}', '{}');
-- late, yet nobody else has claimed it
SELECT pg_temp.let_time_pass(3);
SELECT jobs.ack_emails('{3}', ARRAY[:'three']::uuid[]);
SELECT * FROM pg_temp.outbox;
SELECT email_id FROM jobs.claim_emails(10);

-- failing: with the token of the latest claim, once
SELECT claim_token AS four FROM jobs.email WHERE id = 4 \gset
SELECT jobs.fail_email(4, :'one', 'no route');
SELECT jobs.fail_email(4, :'four', 'no route') > clock_timestamp() AS later;
-- told again, as the answer may have been lost; not with other words
SELECT jobs.fail_email(4, :'four', 'no route') = next_attempt_at AS same FROM jobs.email WHERE id = 4;
SELECT jobs.fail_email(4, :'four', 'no way');
SELECT jobs.fail_email(4, :'four', 'no route', is_permanent => true);
SELECT jobs.fail_email(4, '00000000-0000-0000-0000-000000000000', 'no route');
SELECT jobs.ack_emails('{4}', ARRAY[:'four']::uuid[]);
SELECT jobs.fail_email(1, :'one', 'was sent');
SELECT email_id FROM jobs.claim_emails(10);
SELECT claim_token AS five FROM jobs.email WHERE id = 5 \gset
SELECT jobs.fail_email(5, :'five', 'no such mailbox', is_permanent => true) IS NULL AS dead;
SELECT jobs.fail_email(5, :'five', 'once more');
SELECT jobs.fail_email(5, :'five', 'no such mailbox', is_permanent => true) IS NULL AS dead;
SELECT * FROM pg_temp.outbox WHERE id > 3;

-- trying again
SELECT jobs.retry_email(4);
SELECT jobs.retry_email(5);
SELECT pg_temp.complaint('jobs.retry_email(1)');
SELECT * FROM pg_temp.outbox WHERE id > 3;
SELECT email_id, attempt FROM jobs.claim_emails(10) ORDER BY email_id;
-- what failed before has been claimed again
SELECT jobs.fail_email(4, :'four', 'no route');
SELECT jobs.fail_email(5, :'five', 'no such mailbox', is_permanent => true);
-- one that is held: its mailer may still say that it was sent
SELECT claim_token AS four FROM jobs.email WHERE id = 4 \gset
SELECT jobs.retry_email(4);
SELECT jobs.ack_emails('{4}', ARRAY[:'four']::uuid[]);
SELECT email_id FROM jobs.claim_emails(10);
-- nor is it told again once it was sent, or called off
UPDATE jobs.email SET failed_token = :'four', last_error = 'no route' WHERE id = 4;
SELECT jobs.fail_email(4, :'four', 'no route');
UPDATE jobs.email SET claim_token = NULL, failed_token = :'five' WHERE id = 5;
-- nor when nobody knows any more what was told
UPDATE jobs.email SET last_error = NULL WHERE id = 5;
SELECT jobs.fail_email(5, :'five', 'no such mailbox');
UPDATE jobs.email SET last_error = 'no such mailbox' WHERE id = 5;
SELECT jobs.cancel_emails('infinity');
SELECT jobs.fail_email(5, :'five', 'no such mailbox');

-- the wait after the nth failure: half of 30 s * 2^(n-1), and a random share of the other half
CREATE FUNCTION pg_temp.wait_after(attempt integer)
RETURNS interval
LANGUAGE plpgsql AS $$
DECLARE
	token uuid;
	start timestamptz;
BEGIN
	UPDATE jobs.email SET attempts = attempt - 1, next_attempt_at = clock_timestamp() WHERE id = 1;
	SELECT claim_token INTO STRICT token FROM jobs.claim_emails(1);
	start := clock_timestamp();
	RETURN jobs.fail_email(1, token, 'busy') - start;
END
$$;
SELECT pg_temp.fill(1);
SET LOCAL jobs.email_max_attempts = 1000;
SELECT w.attempt, w.longest, min(w.wait) >= w.longest / 2 AS not_sooner, max(w.wait) < w.longest + interval '1 s' AS not_later,
	max(w.wait) - min(w.wait) > w.longest / 20 AS spread
FROM (
	SELECT a AS attempt, make_interval(secs => least(30 * 2.0 ^ (a - 1), 21600)) AS longest, pg_temp.wait_after(a) AS wait
	FROM unnest('{1,2,3,9,10,11,40,999}'::integer[]) a, generate_series(1, 30)
) w
GROUP BY w.attempt, w.longest
ORDER BY w.attempt;

-- dead letters: after the last attempt, failed or unanswered
SET LOCAL jobs.email_max_attempts = 2;
SELECT pg_temp.fill(3);
UPDATE jobs.email SET attempts = 1 WHERE id = 1;
SELECT claim_token AS one FROM jobs.claim_emails(1) \gset
SELECT jobs.fail_email(1, :'one', repeat('x', 3000)) IS NULL AS dead;
SELECT length(last_error) FROM jobs.email WHERE id = 1;
SELECT claim_token AS two FROM jobs.claim_emails(1) \gset
SELECT jobs.fail_email(2, :'two', 'busy') IS NULL AS dead;
UPDATE jobs.email SET attempts = 2 WHERE id = 2;	-- the setting was higher then
SELECT count(*) FROM jobs.claim_emails(1, worker => 'slow');
SELECT pg_temp.let_time_pass(3);
SELECT email_id, attempt FROM jobs.claim_emails(1, worker => 'dies');
SELECT pg_temp.let_time_pass(2);
SELECT pg_temp.let_time_pass(3);
-- those two don't take the place of one that can be sent
INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at)
VALUES (4, 1024, 'unheard_of', 'r4@outbox.example', 'en', '{}', now(), 0, clock_timestamp());
SELECT email_id, kind, subject FROM jobs.claim_emails(1);
SELECT * FROM pg_temp.outbox WHERE id <> 1;
SELECT jobs.retry_email(3);
SELECT email_id, attempt FROM jobs.claim_emails(10);

-- bad input
SELECT call, pg_temp.complaint(call)
FROM unnest(ARRAY[
	$$jobs.claim_emails(0)$$,
	$$jobs.claim_emails(NULL)$$,
	$$jobs.claim_emails(1, NULL)$$,
	$$jobs.claim_emails(1, '0')$$,
	$$jobs.claim_emails(1, '-1 minute')$$,
	$$jobs.claim_emails(1, '367 days')$$,
	$$jobs.claim_emails(1, '-170000000 years')$$,
	$$jobs.claim_emails(1, worker => ' ')$$,
	$$jobs.ack_emails(NULL, '{}')$$,
	$$jobs.ack_emails('{}', NULL)$$,
	$$jobs.ack_emails('{NULL}', array_fill(gen_random_uuid(), '{1}'))$$,
	$$jobs.ack_emails('{1}', '{NULL}')$$,
	$$jobs.ack_emails('{1,2}', array_fill(gen_random_uuid(), '{1}'))$$,
	$$jobs.fail_email(NULL, gen_random_uuid(), 'no')$$,
	$$jobs.fail_email(1, NULL, 'no')$$,
	$$jobs.fail_email(1, gen_random_uuid(), NULL)$$,
	$$jobs.fail_email(1, gen_random_uuid(), 'no', NULL)$$,
	$$jobs.fail_email(999, gen_random_uuid(), 'no')$$,
	$$jobs.fail_email(1, gen_random_uuid(), 'no')$$,
	$$jobs.retry_email(NULL)$$,
	$$jobs.retry_email(999)$$
]) call;
SET LOCAL jobs.email_max_attempts = 0;
ROLLBACK;

-- a trigger that keeps dead letters due, or suppresses all, doesn't keep a claim busy for ever; rules don't apply
BEGIN;
CREATE FUNCTION regress.keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.dead_at IS NOT NULL THEN
		NEW.dead_at := NULL;
		NEW.next_attempt_at := OLD.next_attempt_at;
	END IF;
	RETURN NEW;
END
$$;
GRANT EXECUTE ON FUNCTION regress.keep TO regress_jobs_owner;
UPDATE jobs.email SET attempts = 1000, next_attempt_at = now() - interval '1 day' WHERE id = (SELECT min(id) FROM jobs.email);
CREATE TRIGGER own BEFORE UPDATE ON jobs.email FOR EACH ROW EXECUTE FUNCTION regress.keep();
SELECT count(*) FROM jobs.claim_emails(1);
DROP TRIGGER own ON jobs.email;
CREATE FUNCTION regress.suppress_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
GRANT EXECUTE ON FUNCTION regress.suppress_update TO regress_jobs_owner;
UPDATE jobs.email SET claim_token = gen_random_uuid() WHERE id = (SELECT max(id) FROM jobs.email) RETURNING id AS held, claim_token AS token \gset
CREATE TABLE regress.before AS SELECT * FROM jobs.email;
CREATE TRIGGER own BEFORE UPDATE ON jobs.email FOR EACH ROW EXECUTE FUNCTION regress.suppress_update();
SELECT count(*) FROM jobs.claim_emails(1);
SELECT jobs.ack_emails(ARRAY[:held], ARRAY[:'token'::uuid]), jobs.cancel_emails('infinity');
SELECT count(*) FROM (SELECT * FROM jobs.email EXCEPT SELECT * FROM regress.before) changed;
DROP TRIGGER own ON jobs.email;
CREATE RULE own AS ON UPDATE TO jobs.email DO INSTEAD NOTHING;
SELECT count(*) FROM jobs.claim_emails(1);
ROLLBACK;

-- a trigger that changes other e-mails of the same batch: one that it cancels is not handed out, and one that it touches is still acknowledged
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM jobs.email;
INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at)
SELECT n, 1024, 'message', 'r' || n || '@outbox.example', 'en', '{}', now(), 0, now() - make_interval(mins => 10 - n)
FROM generate_series(1, 4) n;
SET LOCAL session_replication_role = origin;
CREATE FUNCTION regress.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id = 1 AND NEW.claim_token IS NOT NULL THEN
		UPDATE jobs.email SET cancelled_at = now(), next_attempt_at = NULL WHERE id = 2;
	ELSIF NEW.id = 1 THEN
		UPDATE jobs.email SET last_error = 'meddled' WHERE id = 3;
	END IF;
	RETURN NEW;
END
$$;
GRANT EXECUTE ON FUNCTION regress.meddle TO regress_jobs_owner;
CREATE TRIGGER own BEFORE UPDATE ON jobs.email FOR EACH ROW EXECUTE FUNCTION regress.meddle();
SELECT email_id FROM jobs.claim_emails();
SELECT jobs.ack_emails(array_agg(id ORDER BY id), array_agg(claim_token ORDER BY id)) FROM jobs.email WHERE claim_token IS NOT NULL;
SELECT id, attempts, sent_at IS NOT NULL AS sent, cancelled_at IS NOT NULL AS cancelled, last_error FROM jobs.email ORDER BY id;
ROLLBACK;

-- e-mails beyond one batch, in one claim and one acknowledgement: each once, and none beyond what is wanted
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM jobs.email;
INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at)
SELECT n, 1024, 'message', 'r' || n || '@outbox.example', 'en', '{}', now(), CASE WHEN n % 10 = 0 THEN 1000 ELSE 0 END, now() - make_interval(mins => 1000 - n)
FROM generate_series(1, 300) n;
SET LOCAL session_replication_role = origin;
CREATE TEMPORARY TABLE claimed AS SELECT * FROM jobs.claim_emails(130);
SELECT count(*), count(DISTINCT email_id), min(email_id), max(email_id), count(DISTINCT claim_token) FROM claimed;
SELECT count(*) FILTER (WHERE claim_token IS NOT NULL) AS claimed, count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead,
	max(id) FILTER (WHERE dead_at IS NOT NULL) AS last_dead FROM jobs.email;
SELECT jobs.ack_emails(array_agg(email_id ORDER BY attempt, claim_token), array_agg(claim_token ORDER BY attempt, claim_token)) FROM claimed;
SELECT jobs.ack_emails(array_agg(email_id), array_agg(claim_token)) FROM claimed;
SELECT count(*) FILTER (WHERE sent_at IS NOT NULL) AS sent, count(*) FILTER (WHERE next_attempt_at IS NOT NULL) AS pending FROM jobs.email;
SELECT count(*) FROM jobs.claim_emails(1000);
ROLLBACK;

-- row-level security that is forced on the owner doesn't keep e-mails from mailers
BEGIN;
UPDATE jobs.email SET next_attempt_at = now() - interval '1 day', attempts = 0 WHERE id = (SELECT min(id) FROM jobs.email);
ALTER TABLE jobs.email FORCE ROW LEVEL SECURITY;
SET LOCAL ROLE regress_jobs_mailer;
SELECT count(*) FROM jobs.claim_emails(1);
ROLLBACK;
SELECT regress.try('SELECT jobs.ack_emails(''{1,2}'', ''{{00000000-0000-0000-0000-000000000001},{00000000-0000-0000-0000-000000000001}}'')');
