-- jobs.search_organizations(), and what keeps the words that it looks for.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM regress.directory('search') \gset

-- The names of those that are found, in order.
CREATE FUNCTION regress.found(query text, service_id bigint DEFAULT NULL, max_rows integer DEFAULT 20)
RETURNS text
LANGUAGE sql
RETURN (SELECT coalesce(string_agg(f.name, ', ' ORDER BY f.ordinality), 'nobody')
	FROM jobs.search_organizations(query, service_id, max_rows) WITH ORDINALITY f);

-- Does each document hold what it would if it were made now?
CREATE FUNCTION regress.stale_documents()
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	stale bigint;
BEGIN
	CREATE TEMPORARY TABLE kept AS SELECT id, search FROM jobs.organization;
	UPDATE jobs.organization SET name = name;
	SELECT count(*) INTO stale FROM kept k JOIN jobs.organization o USING (id) WHERE k.search IS DISTINCT FROM o.search;
	DROP TABLE kept;
	RETURN stale;
END
$$;

SELECT jobs.create_service('Xylophone tuning') AS tuning \gset
SELECT jobs.create_service('Möbelbau') AS building \gset
SELECT jobs.create_organization('Quagga Studio', 'a@search.example', 'We redesigned many webshops, quickly & well. The shopkeepers were running to us.') AS quagga \gset
SELECT jobs.create_organization('Okapi Atelier', 'b@search.example', 'Wir gestalten Häuser und verschicken Kataloge; quagga', 'de') AS okapi \gset
SELECT jobs.create_organization('Zorilla', 'c@search.example', NULL, 'pl') AS zorilla \gset
SELECT jobs.create_organization('The Who', 'd@search.example', 'quagga') AS who \gset
SELECT jobs.provide_service(:quagga, :tuning), jobs.provide_service(:okapi, :tuning), jobs.provide_service(:okapi, :building);
SELECT search FROM jobs.organization WHERE id = :quagga;
SELECT search FROM jobs.organization WHERE id = :zorilla;

-- Whoever has app, bound or operator access searches; nobody needs to act.
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.found('okapi');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_jobs_bound;
SELECT regress.found('okapi');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT regress.found('okapi');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_jobs_stranger;
SELECT regress.try($$SELECT jobs.search_organizations('okapi')$$);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_jobs_mailer;
SELECT regress.try($$SELECT jobs.search_organizations('okapi')$$);
RESET SESSION AUTHORIZATION;

-- words of the name, of a service, of the description
SELECT regress.found('QUAGGA studio');
SELECT regress.found('xylophone');
SELECT regress.found('webshops');
SELECT organization_id = :okapi AS is_okapi, name, description FROM jobs.search_organizations('okapi');
-- several words: all of them, wherever they stand
SELECT regress.found('studio tuning webshops');
SELECT regress.found('studio tuning kataloge');
SELECT regress.found('nosuchword');

-- Word forms are those of the organization's language; as it stands, a word is found in any.
SELECT w AS word, regress.found(w) FROM unnest('{webshop,redesigning,redesigns,runs,shopkeeper,xylophones,tuned}'::text[]) w;
SELECT w AS word, regress.found(w) FROM unnest('{Haus,haus,Häusern,katalog,Katalogen,möbelbau}'::text[]) w;
SELECT regress.found('zorilla'), regress.found('zorillas');
-- of stop words alone, the words themselves
SELECT regress.found('the who'), regress.found('who'), regress.found('"the who"'), regress.found('und', :building);
SELECT regress.found('the quagga studio was');

-- phrases, which don't go from one text into the next; minus; or
SELECT regress.found('"quagga studio"'), regress.found('"studio quagga"');
SELECT regress.found('"tuning xylophone"'), regress.found('"studio xylophone"'), regress.found('"tuning möbelbau"');
SELECT regress.found('"redesign many webshop"'), regress.found('"many redesigned"');
SELECT regress.found('quagga -studio');
SELECT regress.found('quagga -webshop'), regress.found('quagga -redesigning -kataloge');
SELECT regress.found('quagga -"xylophone tuning"');
SELECT regress.found('zorilla or okapi'), regress.found('okapi OR nosuchword');
SELECT regress.found('-nosuchword -okapi', :tuning), regress.found('-webshops', :tuning);

-- the best first: by name, then by service, then by description
SELECT name, round(rank::numeric, 3) FROM jobs.search_organizations('quagga');
SELECT jobs.create_service('Quagga care') AS care \gset
SELECT jobs.provide_service(:zorilla, :care);
SELECT name, round(rank::numeric, 3) FROM jobs.search_organizations('quagga');
SELECT regress.found('quagga', max_rows => 2), regress.found('quagga', max_rows => 1);
-- a word as it is written before a form of it
SELECT jobs.create_organization('Aardwolves', 'e@search.example') AS aardwolves, jobs.create_organization('Aardwolf', 'f@search.example') AS aardwolf,
	jobs.create_organization('Pangolin', 'g@search.example') AS pangolin, jobs.create_organization('Pangolins', 'h@search.example') AS pangolins \gset
SELECT regress.found('pangolin'), regress.found('pangolins');
-- of the same rank and name: by id; a word a hundred times is no better than a name
SELECT jobs.create_organization('Twin numbat', 'i@search.example') AS twin1, jobs.create_organization('Twin numbat', 'j@search.example') AS twin2,
	jobs.create_organization('Stuffed', 'k@search.example', repeat('numbat ', 100)) AS stuffed \gset
SELECT CASE organization_id WHEN :twin1 THEN 'first' WHEN :twin2 THEN 'second' ELSE name END FROM jobs.search_organizations('numbat');

-- without a word: all that are listed, by name
SELECT count(*) = (SELECT count(*) FROM jobs.preferences WHERE is_listed) AS all, sum(rank),
	bool_and(name >= previous) AS in_order
FROM (SELECT *, lag(name, 1, '') OVER (ROWS UNBOUNDED PRECEDING) AS previous FROM jobs.search_organizations(max_rows => 1000000)) f;
SELECT count(*) FROM jobs.search_organizations();
SELECT DISTINCT q.found FROM (SELECT regress.found(q, :tuning) AS found FROM unnest(ARRAY[NULL, '', E' \t\n', '???', '"', '-', E'\u00a0']) q) q;
SELECT regress.found(NULL, :tuning, 1);

-- by service, with words and without
SELECT regress.found('quagga', :tuning), regress.found('quagga', :building), regress.found('quagga', :unprovided);
SELECT regress.found('', :building), regress.found('', :unprovided);

-- Preferences: who isn't listed isn't found; who isn't available is.
SELECT jobs.set_preferences(:okapi, is_available => false);
SELECT regress.found('okapi'), regress.found('', :building);
SELECT jobs.set_preferences(:okapi, is_listed => false);
SELECT regress.found('okapi'), regress.found('', :building), regress.found('', :tuning);
SELECT count(*) FROM jobs.search_organizations(max_rows => 1000000) WHERE name = 'Okapi Atelier';
SELECT jobs.set_preferences(:okapi, true, true);
SELECT regress.found('okapi');

-- What is provided, and no longer; what changes nothing writes nothing.
SELECT xmin::text AS before FROM jobs.organization WHERE id = :zorilla \gset
SELECT jobs.provide_service(:zorilla, :tuning), regress.found('zorilla tuning');
SELECT xmin::text <> :'before' AS is_written, xmin::text AS before FROM jobs.organization WHERE id = :zorilla \gset
SELECT :'is_written';
SELECT jobs.provide_service(:zorilla, :tuning, 10, 20), regress.found('zorilla tuning');
SELECT xmin::text = :'before' AS is_untouched FROM jobs.organization WHERE id = :zorilla;
SELECT jobs.withdraw_service(:zorilla, :tuning), regress.found('zorilla tuning');
SELECT jobs.withdraw_service(:zorilla, :care), regress.found('zorilla care'), regress.found('zorilla');
SELECT regress.try(format('SELECT jobs.provide_service(%s, 1)', :zorilla));
SELECT regress.try(format('SELECT jobs.provide_service(1, %s)', :tuning));
SELECT regress.try(format('SELECT jobs.provide_service(%s, 1, actor => %L)', :zorilla, :'ann'));

-- Plain SQL of operators: services get other names, organizations other words.
SET SESSION AUTHORIZATION regress_jobs_operator;
UPDATE jobs.service SET name = 'Marimba tuning' WHERE id = :tuning;
SELECT regress.found('xylophone'), regress.found('marimba');
UPDATE jobs.organization SET description = 'Thylacine' WHERE id = :quagga;
SELECT regress.found('webshops'), regress.found('thylacine');
UPDATE jobs.organization SET name = 'Bilby' WHERE id = :quagga;
SELECT regress.found('quagga'), regress.found('bilby tuning'), regress.found('bilby thylacines');
UPDATE jobs.organization SET language = 'pl' WHERE id = :quagga;
SELECT regress.found('bilby thylacine'), regress.found('bilby thylacines');
UPDATE jobs.organization SET description = NULL, language = 'en' WHERE id = :quagga;
SELECT regress.found('thylacine'), regress.found('bilbies');
INSERT INTO jobs.provided_service (organization_id, service_id) VALUES (:zorilla, :building), (:who, :building), (:zorilla, :tuning);
SELECT regress.found('zorilla möbelbau marimba'), regress.found('möbelbau');
UPDATE jobs.provided_service SET min_price = 1 WHERE organization_id = :zorilla;
SELECT regress.found('zorilla möbelbau marimba');
INSERT INTO jobs.organization (name, description) VALUES ('Plain echidna', 'Numbers') RETURNING id AS echidna \gset
INSERT INTO jobs.preferences (organization_id, notification_email) VALUES (:echidna, 'l@search.example');
SELECT regress.found('echidna number');
-- the words are not the writer's, but may be sent as they are
SELECT regress.try(format($$UPDATE jobs.organization SET search = 'gold' WHERE id = %s$$, :echidna));
SELECT regress.try(format('UPDATE jobs.organization SET search = NULL WHERE id = %s', :echidna));
SELECT regress.try(format('UPDATE jobs.organization SET search = search::text::tsvector WHERE id = %s', :echidna));
SELECT regress.try(format($$UPDATE jobs.organization SET search = search, name = 'Plain platypus' WHERE id = %s$$, :echidna));
SELECT regress.found('echidna'), regress.found('platypus');
SELECT regress.try($$INSERT INTO jobs.organization (name, search) VALUES ('Gold', 'gold:1A')$$);
SELECT regress.try($$INSERT INTO jobs.organization (name, search) VALUES ('Gold', 'gold:2A')$$);
SELECT regress.try($$INSERT INTO jobs.organization (name, search) VALUES ('Silver', NULL)$$);
-- many names in one statement
UPDATE jobs.service SET name = name || ' numismatics' WHERE id IN (:tuning, :building);
SELECT regress.found('numismatics'), regress.found('"tuning numismatics" "möbelbau numismatics"');
RESET SESSION AUTHORIZATION;
DELETE FROM jobs.provided_service WHERE organization_id = :who AND service_id = :building;
SELECT regress.found('möbelbau');
-- in one statement with the organization itself
WITH renamed AS (UPDATE jobs.organization SET name = 'The Whom' WHERE id = :who)
INSERT INTO jobs.provided_service (organization_id, service_id) VALUES (:who, :care), (:who, :building);
SELECT regress.found('whom care möbelbau');
WITH gone AS (DELETE FROM jobs.provided_service WHERE organization_id = :who), private AS (DELETE FROM jobs.preferences WHERE organization_id = :who)
DELETE FROM jobs.organization WHERE id = :who;
SELECT regress.found('whom');
SELECT regress.stale_documents();

-- More organizations than are refreshed together.
SELECT count(jobs.provide_service(jobs.create_organization('Herd ' || n, 'herd@search.example'), :care)) FROM generate_series(1, 250) n;
UPDATE jobs.service SET name = 'Wildebeest care' WHERE id = :care;
SELECT count(*) FROM jobs.search_organizations('herd wildebeest', max_rows => 1000);
SELECT regress.stale_documents();

-- A trigger of a user keeps an organization's row as it is: so be it.
CREATE TRIGGER keep BEFORE UPDATE ON jobs.organization FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT jobs.provide_service(:pangolin, :care);
DROP TRIGGER keep ON jobs.organization;
SELECT regress.found('pangolin'), regress.found('pangolin care');
UPDATE jobs.organization SET name = name WHERE id = :pangolin;
SELECT regress.found('pangolin care');

-- bad arguments
SELECT regress.try('SELECT jobs.search_organizations(service_id => 1)');
SELECT regress.try('SELECT jobs.search_organizations(service_id => 0)');
SELECT regress.try('SELECT jobs.search_organizations(max_rows => NULL)');
SELECT regress.try('SELECT jobs.search_organizations(max_rows => 0)');
SELECT regress.try($$SELECT jobs.search_organizations(repeat('a', 501))$$);
SELECT regress.found(repeat('ß', 500)), regress.found(repeat(U&'\+01F600', 500), :building), regress.found(repeat(U&'\+010330', 500));

-- What people type never fails, and is no SQL.
SELECT q AS query, regress.found('okapi ' || q) AS with_okapi, regress.found(q, max_rows => 3) IS NOT NULL AS answers
FROM unnest(ARRAY['''', '''''', '"', '""', '"""', '\', '\''', '\\', '&', '|', '!', '(', '))((', ':*', ':a', '<->', '<2>', '- -', '--', '-"', 'or', 'or or', '-or',
	'&|!', '%', '*', 'okapi:*', E'\b\f\n\r\t', E'\x01', U&'\FEFF', U&'\200B', '/*', ';', '$1', '$$', '{}', '[]', 'http://a/b?c=d&e', 'a@b.c', '<b>', '-5e10', '../..',
	'''; DROP TABLE jobs.organization; --']) q
ORDER BY q COLLATE "C";
-- random characters
SELECT setseed(0.5) IS NOT NULL;
SELECT count(regress.found(q, max_rows => 1))
FROM (SELECT string_agg(substr($$"'\-|&!():*<> orabc$$, 1 + (random() * 19)::integer, 1), '') AS q
	FROM generate_series(1, 500) n, generate_series(1, 1 + n % 60) GROUP BY n) x;
SELECT regress.found(repeat('-', 500), :building), regress.found(repeat('- ! ', 125), :building), regress.found(repeat('-"', 250), :building),
	regress.found(repeat(U&'-\3000', 250), :building), regress.found(repeat(U&'-\3000\00a0', 166), :building), regress.found(repeat('"', 499), :building);
SELECT regress.found(repeat('-', 495) || 'okapi'), regress.found(repeat('-', 491) || 'okapi', :building), regress.found('okapi' || repeat('-', 491)), regress.found(repeat('-ä', 30) || ' okapi'),
	regress.found(repeat(' -ä', 30) || ' okapi'), regress.found(repeat(' -ä', 30) || ' -quagga', :building);
SELECT regress.found(repeat('a b ', 125)), regress.found(repeat('-a or ', 83), :building), regress.found(repeat('okapi or ', 55));
-- and so it is with what stands in the directory
SELECT jobs.create_organization(q, 'm@search.example', q || ' hostile') IS NOT NULL AS created
FROM unnest(ARRAY['''', '\', ':A', '"', U&'\+01F600', repeat('a-', 100)]) q;
SELECT count(*) FROM jobs.search_organizations('hostile');
-- one word that is too long, more words than there are positions, much text: nothing is said, and the rest is found
SELECT jobs.create_organization('Long word', 'n@search.example', repeat('a', 19000) || ' caracal') IS NOT NULL,
	jobs.create_organization('Many words', 'n@search.example', 'caracal ' || repeat('b ', 9990)) IS NOT NULL,
	jobs.create_organization('Different words', 'n@search.example', (SELECT string_agg(chr(19968 + n) || chr(20968 + n * 7 % 5000), '-') FROM generate_series(1, 6650) n) || ' caracal') IS NOT NULL;
SELECT regress.found('caracal');
-- more services than a document has room for: what is left out is not found, and nothing fails
BEGIN;
SET LOCAL session_replication_role = replica;
WITH many AS (INSERT INTO jobs.service (id, name)
	SELECT 1024000000 + 1024 * n, n || ' ' || (SELECT string_agg(chr(19968 + n * 13 + m), ' ') FROM generate_series(1, 97) m) FROM generate_series(1, 300) n
	RETURNING id)
INSERT INTO jobs.provided_service (organization_id, service_id) SELECT :zorilla, id FROM many;
SET LOCAL session_replication_role = origin;
SELECT regress.try(format('SELECT jobs.provide_service(%s, %s)', :zorilla, :care));
SELECT regress.found('zorilla 1'), regress.found('zorilla 300');
ROLLBACK;

-- The same as plain SQL that judges each organization by itself: of several languages, some not listed, many alike.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT count(jobs.create_organization((ARRAY['Serval', 'Servals', 'Civet'])[1 + n % 3] || ' ' || n % 7, 'o@search.example',
	(ARRAY['redesigned gardens', 'Gärten, Häuser, gardens', 'servals gardening', 'the gardens were redesigning', 'Haus und garden', NULL])[1 + n % 6],
	(ARRAY['en', 'de', 'pl', 'fr', 'en'])[1 + n % 5]))
FROM generate_series(1, 420) n;
SELECT count(jobs.set_preferences(id, is_listed => false)) FROM jobs.organization WHERE name LIKE 'Serval% 3';
CREATE FUNCTION regress.judged(query text, max_rows integer)
RETURNS text
LANGUAGE sql
RETURN (SELECT string_agg(concat_ws(' ', f.id, f.name, f.description, f.rank), E'\n')
	FROM (SELECT o.id, o.name, o.description, ts_rank(o.search, r.reading || r.written)::float8 AS rank
		FROM jobs.organization o
		JOIN jobs.preferences p ON p.organization_id = o.id
		CROSS JOIN LATERAL (SELECT websearch_to_tsquery('simple', query) AS written,
			CASE WHEN numnode(w.words) > 0 THEN w.words ELSE websearch_to_tsquery('simple', query) END AS reading
			FROM websearch_to_tsquery(CASE o.language WHEN 'en' THEN 'english' WHEN 'de' THEN 'german' WHEN 'fr' THEN 'french' ELSE 'simple' END::regconfig, query) w (words)) r
		WHERE p.is_listed AND o.search @@ r.reading
		ORDER BY rank DESC, o.name, o.id
		LIMIT max_rows) f);
SELECT q.query, count(*) AS pages, count(*) FILTER (WHERE p.judged IS NULL) AS empty, count(*) FILTER (WHERE p.judged IS DISTINCT FROM p.found) AS different
FROM unnest('{serval,servals,garden,gardens,redesign,"haus -gardens","serval or civet","the","serval garden",civets,"redesigning -servals"}'::text[]) q (query),
	unnest('{1,2,3,20,61,1000}'::integer[]) m (max_rows),
	LATERAL (SELECT regress.judged(q.query, m.max_rows),
		(SELECT string_agg(concat_ws(' ', f.organization_id, f.name, f.description, f.rank), E'\n') FROM jobs.search_organizations(q.query, max_rows => m.max_rows) f) AS found) p
GROUP BY q.query
ORDER BY q.query COLLATE "C";
ROLLBACK;

-- The index is used, whatever the statistics of such small tables are, also when plans are kept.
SELECT pg_stat_force_next_flush();
SELECT idx_scan AS before FROM pg_stat_user_indexes WHERE indexrelname = 'organization_search' \gset
SELECT seq_scan AS seq_before FROM pg_stat_user_tables WHERE relid = 'jobs.organization'::regclass \gset
SELECT count(regress.found('okapi')) FROM generate_series(1, 10);
SELECT count(regress.found('okapi', :building)) FROM generate_series(1, 10);
SELECT count(regress.found('', :building)) FROM generate_series(1, 10);
SELECT pg_stat_force_next_flush();
SELECT idx_scan - :before >= 10 AS is_scanned FROM pg_stat_user_indexes WHERE indexrelname = 'organization_search';
SELECT seq_scan - :seq_before AS sequential_scans FROM pg_stat_user_tables WHERE relid = 'jobs.organization'::regclass;

-- install() fills what was never filled, and only that.
SELECT regress.install();
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE jobs.organization SET search = NULL WHERE id IN (:okapi, :quagga);
UPDATE jobs.organization SET search = 'untouched' WHERE id = :zorilla;
RESET session_replication_role;
SELECT regress.found('okapi'), regress.found('', :building);
SELECT regress.install();
SELECT regress.found('okapi'), regress.found('bilby'), regress.found('untouched');
SELECT regress.install();
ROLLBACK;

-- What the tables need is asked for.
BEGIN;
ALTER TABLE jobs.service DISABLE TRIGGER "00_jobs_record";
SELECT regress.try(format('SELECT jobs.search_organizations(service_id => %s)', :tuning));
ALTER TABLE jobs.provided_service DISABLE TRIGGER "00_jobs_record";
SELECT regress.try($$SELECT jobs.search_organizations('okapi')$$);
ROLLBACK;
CREATE TRIGGER planted AFTER INSERT ON jobs.store FOR EACH ROW EXECUTE FUNCTION jobs.service_record();
SELECT regress.try(format('INSERT INTO jobs.store (merchant_id, name) VALUES (%s, $$X$$)', :max_id));
DROP TRIGGER planted ON jobs.store;
