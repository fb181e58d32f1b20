-- The two sides sign up: two organizations of experts, and a merchant with a store.
--
-- All pieces are one session. Each step ends with its COMMIT, which wakes the mailer.
\set AUTOCOMMIT off

\echo
\echo :bold'1  Who is who':plain
\echo

SELECT jobs.create_organization('Northlight', 'hello@northlight.example', 'Stores that sell') AS northlight \gset
SELECT jobs.add_member(:northlight, 'Ada', 'ada@northlight.example') AS ada_id \gset
SELECT 'member:' || :ada_id AS ada \gset
SELECT jobs.add_member(:northlight, 'Ben', 'ben@northlight.example', actor => :'ada') AS ben_id \gset
SELECT 'member:' || :ben_id AS ben \gset

SELECT jobs.create_organization('Southpaw', 'office@southpaw.example', 'Shops and searches', 'de') AS southpaw \gset
SELECT jobs.add_member(:southpaw, 'Cleo', 'cleo@southpaw.example') AS cleo_id \gset
SELECT 'member:' || :cleo_id AS cleo \gset

SELECT jobs.create_merchant('Mia', 'mia@teahouse.example') AS mia_id \gset
SELECT 'merchant:' || :mia_id AS mia \gset
SELECT jobs.add_store(:mia_id, 'Teahouse', 'https://teahouse.example', actor => :'mia') AS teahouse \gset

SELECT id AS design FROM jobs.service WHERE name = 'Store design' \gset
SELECT id AS migration FROM jobs.service WHERE name = 'Migration' \gset
SELECT id AS ranking FROM jobs.service WHERE name = 'Search ranking' \gset
SELECT jobs.provide_service(:northlight, s.id, 200, 5000, actor => :'ada')
FROM jobs.service s \g /dev/null
SELECT jobs.provide_service(:southpaw, :ranking, 100, 800, actor => :'cleo') \g /dev/null

\echo '  Northlight, an organization: Ada is' :ada', Ben is' :ben
\echo '  Southpaw, another one, which reads German: Cleo is' :cleo
\echo '  Mia, a merchant with the store Teahouse:' :mia

-- What is looked at, is looked at through Ada's eyes; what is done names who does it.
SELECT jobs.act_as(:'ada', is_local => false) \g /dev/null
COMMIT;
