-- A decline by each side. The expert's counts in matching for this service, the merchant's
-- does not.
\echo
\echo :bold'4  Declines':plain
\echo

\echo '  Mia asks Northlight for "Found by tea lovers".'
SELECT job_id AS lovers
FROM jobs.request_job(:ranking, 'Found by tea lovers', 'First page, please.', :northlight, :teahouse, actor => :'mia')
\gset
COMMIT;
\! demo/show mail

\echo -n '  Ben declines: too_busy.                               '
SELECT jobs.decline_job(:lovers, 'too_busy', 'Not before spring.', actor => :'ben') \g /dev/null
:status :lovers;
COMMIT;
\! demo/show mail

\echo '  Mia asks for "A shop window".'
SELECT job_id AS shop_window
FROM jobs.request_job(:design, 'A shop window', 'Seasonal front page.', :northlight, :teahouse, actor => :'mia')
\gset
COMMIT;
\! demo/show mail

\echo -n '  Mia thinks again and declines: changed_plans.         '
SELECT jobs.decline_job(:shop_window, 'changed_plans', actor => :'mia') \g /dev/null
:status :shop_window;
COMMIT;
\! demo/show mail

\echo
\pset format aligned
\pset tuples_only off
SELECT job_id, declined_by, reason, comment, from_status
FROM jobs.decline
ORDER BY declined_at;
COMMIT;
\pset tuples_only on
\pset format unaligned
