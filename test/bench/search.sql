-- 100,000 organizations, 90 % English and 10 % German, of texts in which words are as frequent as
-- they are in a language: the nth most frequent word stands in a share of about 1/n of them. Beside
-- them a table with the same texts for search alone.

SET session_replication_role = replica;

INSERT INTO jobs.service (id, name)
VALUES (1024, 'search engine optimization');

-- ogive of the frequencies; a word is letters alone
CREATE FUNCTION bench_word(n integer)
RETURNS text
LANGUAGE sql
RETURN translate('w' || n, '0123456789', 'bcdfghklmn') || 'o';

CREATE TEMPORARY TABLE organization_words AS
SELECT o, string_agg(bench_word(least(floor(exp(random() * ln(20000.0)))::integer, 20000)), ' ') AS words
FROM generate_series(0, 99999) o, generate_series(1, 30) w
GROUP BY o;

INSERT INTO jobs.organization (id, name, description, language, slot)
SELECT (o + 1) * 1024::bigint + o % 1000 + 1, 'Organization ' || o,
	concat_ws(' ', words, CASE WHEN o % 2 = 0 THEN 'halfword' END, CASE WHEN o % 100 = 7 THEN 'hundredth' END,
		CASE WHEN o % 10000 = 7 THEN 'rareword' END, CASE WHEN o % 3 = 0 THEN 'thirdword' END),
	CASE WHEN o % 10 = 3 THEN 'de' ELSE 'en' END, o % 1000 + 1
FROM organization_words
ORDER BY o;

INSERT INTO jobs.preferences (organization_id, notification_email, is_listed)
SELECT id, 'office@expert' || id || '.example.com', id / 1024 % 50 <> 0
FROM jobs.organization;

RESET session_replication_role;
SELECT jobs.install();

CREATE SCHEMA plain;
CREATE TABLE plain.organization (
	id bigint PRIMARY KEY,
	name text NOT NULL,
	description text,
	is_listed boolean NOT NULL,
	search tsvector NOT NULL
);
INSERT INTO plain.organization
SELECT o.id, o.name, o.description, p.is_listed,
	setweight(to_tsvector('english', o.name), 'A') || setweight(to_tsvector('english', o.description), 'C')
FROM jobs.organization o
JOIN jobs.preferences p ON p.organization_id = o.id
ORDER BY o.id;
CREATE INDEX ON plain.organization USING gin (search);
GRANT USAGE ON SCHEMA plain TO bench_app;
GRANT SELECT ON plain.organization TO bench_app;
