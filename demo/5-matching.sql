-- Mia lets the marketplace choose. Whoever is chosen may decline; the next best is asked then.
\echo
\echo :bold'5  A request that finds its organization':plain
\echo

\echo '  The best for "Search ranking", and why: Northlight has declined such a job.'
\echo
\pset format aligned
\pset tuples_only off
SELECT
	o.name,
	round(m.score::numeric, 3) AS score,
	round(m.decline_share::numeric, 3) AS decline_share,
	round(m.decline_part::numeric, 3) AS decline_part,
	round(m.expiry_part::numeric, 3) AS expiry_part,
	round(m.answer_part::numeric, 3) AS answer_part,
	round(m.completion_part::numeric, 3) AS completion_part,
	round(m.rating_part::numeric, 3) AS rating_part,
	round(m.price_part::numeric, 3) AS price_part
FROM jobs.match_organizations(:ranking, budget => 1000) m
JOIN jobs.organization o ON o.id = m.organization_id
ORDER BY m.score DESC;
COMMIT;
\pset tuples_only on
\pset format unaligned

\echo '  Mia asks for "Found by coffee lovers", with a budget of 1000, and names nobody.'
SELECT request_id AS request, job_id AS coffee
FROM jobs.request_job(:ranking, 'Found by coffee lovers', 'They drink tea, too.', store_id => :teahouse,
	budget => 1000, max_matches => 1, auto_rematch => true, actor => :'mia')
\gset
COMMIT;
\! demo/show mail

\echo -n '  Cleo declines: vacation.                              '
SELECT '-> ' || jobs.decline_job(:coffee, 'vacation', actor => :'cleo');
COMMIT;
\! demo/show mail

SELECT id AS next FROM jobs.job_list WHERE request_id = :request \gset
\echo -n '  Northlight was asked by itself, and Ada answers.      '
SELECT jobs.reply_to_job(:next, 'We have time again.', actor => :'ada') \g /dev/null
:status :next;
COMMIT;
\! demo/show mail
\echo
