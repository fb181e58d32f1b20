-- What waits for somebody today: another merchant comes, and both ask for more.
\connect - app
SELECT jobs.act_as(:'ada', is_local => false) \g /dev/null
COMMIT;
\echo
\echo :bold'7  A day with more work':plain
\echo

SELECT jobs.create_merchant('Otto', 'otto@wheelhouse.example', language => 'de', actor => '') AS otto_id \gset
SELECT 'merchant:' || :otto_id AS otto \gset
SELECT jobs.add_store(:otto_id, 'Wheelhouse', 'https://wheelhouse.example', actor => :'otto') AS wheelhouse \gset
COMMIT;
\echo '  Otto, who reads German, asks Northlight for "Moving the workshop".'
SELECT job_id AS workshop
FROM jobs.request_job(:migration, 'Moving the workshop', 'With all orders.', :northlight, :wheelhouse, 2400, 'EUR',
	actor => :'otto')
\gset
COMMIT;
\! demo/show mail

\echo -n '  Ben opens it, and takes it on.                        '
SELECT jobs.open_job(:workshop, actor => :'ben') \g /dev/null
SELECT jobs.assign_self(:workshop, actor => :'ben') \g /dev/null
:status :workshop;
COMMIT;
\! demo/show mail

\echo '  Mia asks for "A tea calendar".'
SELECT job_id AS calendar
FROM jobs.request_job(:design, 'A tea calendar', 'A page for each day.', :northlight, :teahouse, 480, 'EUR', actor => :'mia')
\gset
COMMIT;
\! demo/show mail

\echo -n '  Ada and Ben take it on, and Ada answers.              '
SELECT jobs.assign_members(:calendar, ARRAY[:ada_id, :ben_id], actor => :'ada') \g /dev/null
SELECT jobs.reply_to_job(:calendar, 'With pleasure. Which tea comes first?', actor => :'ada') \g /dev/null
:status :calendar;
COMMIT;
\! demo/show mail

\echo -n '  Mia writes: "Sencha again."                           '
SELECT jobs.reply_to_job(:calendar, 'Sencha again.', actor => :'mia') \g /dev/null
:status :calendar;
COMMIT;
\! demo/show mail

\echo -n '  Mia asks for "Gift cards", and Ben for patience.      '
SELECT job_id AS cards
FROM jobs.request_job(:design, 'Gift cards', 'Three designs.', :northlight, :teahouse, 300, 'EUR', actor => :'mia')
\gset
SELECT jobs.reply_to_job(:cards, 'May that wait until the calendar hangs?', actor => :'ben') \g /dev/null
SELECT jobs.mark_inactive(:cards, actor => :'ben') \g /dev/null
:status :cards;
COMMIT;
\! demo/show mail

\echo -n '  Otto asks for "Wheels for winter".                    '
SELECT job_id AS wheels
FROM jobs.request_job(:design, 'Wheels for winter', 'A landing page.', :northlight, :wheelhouse, 640, 'EUR', actor => :'otto')
\gset
:status :wheels;
COMMIT;
\! demo/show mail
\echo
