-- What an operator does once: the extension, the tables with an owner of their own, roles for
-- the application, for the mailer and for the operator's daily work, the sweep, the kinds of work.
\echo
CREATE ROLE jobs_owner LOGIN;
CREATE ROLE app LOGIN;
CREATE ROLE mailer LOGIN;
CREATE ROLE ops LOGIN;

SET client_min_messages = warning;
CREATE EXTENSION pg_cron;
CREATE EXTENSION jobs;

\echo -n '  SELECT jobs.install(owner => ''jobs_owner'');      '
SELECT jobs.install(owner => 'jobs_owner');
\echo '  SELECT jobs.grant_access(''app'', ''app'');'
SELECT jobs.grant_access('app', 'app') \g /dev/null
\echo '  SELECT jobs.grant_access(''mailer'', ''mailer'');'
SELECT jobs.grant_access('mailer', 'mailer') \g /dev/null
\echo '  SELECT jobs.grant_access(''ops'', ''operator'');'
SELECT jobs.grant_access('ops', 'operator') \g /dev/null
\echo -n '  SELECT jobs.schedule_expiry();                   '
SELECT 'pg_cron''s job ' || jobs.schedule_expiry();

SELECT jobs.create_service(name)
FROM unnest(ARRAY['Store design', 'Migration', 'Search ranking']) AS name \g /dev/null
