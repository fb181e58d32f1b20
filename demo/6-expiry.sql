-- An organization has 72 hours to respond; here five seconds. Then no action is possible
-- any more, whether or not the sweep, which pg_cron runs, has come by.
\echo :bold'6  A job that nobody answers':plain
\echo

\echo '  The operator shortens the time to respond to 5 seconds.'
\connect - postgres
ALTER DATABASE :DBNAME SET jobs.response_window = '5s';
COMMIT;
\connect - app
SELECT jobs.act_as(:'ada', is_local => false) \g /dev/null
COMMIT;

\echo '  Mia asks for "A quick fix".'
SELECT job_id AS quick
FROM jobs.request_job(:design, 'A quick fix', 'The logo is upside down.', :northlight, :teahouse, actor => :'mia')
\gset
COMMIT;
\! demo/show mail

\echo -n '  Ada opens it, and forgets it.                         '
SELECT jobs.open_job(:quick, actor => :'ada') \g /dev/null
:status :quick;
COMMIT;
SELECT pg_sleep(GREATEST(EXTRACT(epoch FROM respond_by - clock_timestamp()), 0))
FROM jobs.job
WHERE id = :quick \g /dev/null

\echo -n '  5 seconds later.                                      '
:status :quick;
\echo '  Ada writes after all:'
\set ON_ERROR_STOP off
SELECT jobs.reply_to_job(:quick, 'Sorry, so sorry!', actor => :'ada');
\set ON_ERROR_STOP on
ROLLBACK;
\! demo/show error

\setenv JOB :quick
\! demo/show expiry "$JOB"

\connect - postgres
ALTER DATABASE :DBNAME RESET jobs.response_window;
COMMIT;
\echo
\pset format aligned
\pset tuples_only off
SELECT jobid AS pg_cron_job, username, command, status, start_time::timestamptz(0) AS started
FROM cron.job_run_details
ORDER BY runid DESC
LIMIT 1;
COMMIT;
