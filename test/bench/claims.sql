-- E-mails as 8,000 replies leave them, and a queue such as somebody would write in SQL: the same
-- rows in a table of the same columns and indexes, claimed with SKIP LOCKED for a lease, with a
-- token, and told by statements that join what an e-mail is about.

DO $$
BEGIN
	PERFORM jobs.reply_to_job((i + 1) * 1024 + i % 1000 + 1, pg_catalog.repeat('We can do that by the end of the week. ', 5),
			actor => 'member:' || (2 * (i % 1000) + 1) * 1024 + i % 1000 + 1),
		jobs.reply_to_job((i + 1) * 1024 + i % 1000 + 1, pg_catalog.repeat('When can you do that, and how much is it? ', 5),
			actor => 'merchant:' || ((i + 7 * (i / 1000)) % 1000 + 1) * 1024)
	FROM pg_catalog.generate_series(0, 7999) i;
END
$$;

CREATE SCHEMA queue;
CREATE TABLE queue.stock AS SELECT * FROM jobs.email ORDER BY id;

CREATE TABLE queue.email (LIKE jobs.email INCLUDING INDEXES);

-- texts for format(), of all that there is to say
CREATE TABLE queue.template (
	kind text,
	language text,
	subject text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (kind, language)
);
INSERT INTO queue.template VALUES ('message', 'en', 'New message from %s', E'Hello %s,\n\n%s wrote:\n\n%s\n\n'
	'Job: %s\nStore: %s\nOrganization: %s\nMerchant: %s\n');

-- Everything is due again, as it was in the beginning, and so many others wait for another attempt.
CREATE PROCEDURE queue.refill(target regclass, waiting integer)
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE format('TRUNCATE %s', target);
	EXECUTE format('INSERT INTO %s SELECT * FROM queue.stock ORDER BY id', target);
	EXECUTE format('INSERT INTO %s (id, organization_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at)
		SELECT -n, 1024, ''message'', ''r'' || n || ''@example.com'', ''en'', ''{}'', now(), 3, now() + n * interval ''1 s'' + interval ''1 hour''
		FROM generate_series(1, $1) n', target) USING waiting;
	EXECUTE format('ANALYZE %s', target);
END
$$;

GRANT USAGE ON SCHEMA queue TO bench_plain;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA queue TO bench_plain;
GRANT USAGE ON SCHEMA jobs TO bench_plain;
GRANT SELECT ON ALL TABLES IN SCHEMA jobs TO bench_plain;
