-- Somebody leaves, and is forgotten.
\connect - app
SELECT jobs.act_as(:'ada', is_local => false) \g /dev/null
COMMIT;
\echo :bold'8  Somebody leaves':plain
\echo

\echo '  Cleo comes to Northlight, and Ada assigns her to "A tea calendar".'
SELECT jobs.add_member(:northlight, 'Cleo', 'cleo@northlight.example', actor => :'ada') AS cleo_id \gset
SELECT 'member:' || :cleo_id AS cleo \gset
SELECT jobs.assign_members(:calendar, ARRAY[:cleo_id], actor => :'ada') \g /dev/null
COMMIT;
\! demo/show mail

\echo -n '  Cleo leaves. Her work on jobs ends:                   '
SELECT jobs.deactivate_member(:cleo_id, actor => :'cleo') \g /dev/null
SELECT what || ' by ' || actor_name FROM jobs.job_timeline WHERE job_id = :calendar ORDER BY event_id DESC LIMIT 1;
COMMIT;

\connect - postgres
\echo -n '  She asks to be forgotten, and the operator does that: '
SELECT jobs.erase_person(:'cleo', texts => true) > 0 AS erased \gset
SELECT name || ', ' || email FROM jobs.member WHERE id = :cleo_id;
COMMIT;
\echo
