-- Mia starts a conversation. One proposal is accepted for a store that exists, which
-- makes a job; one for a store that is yet to come, which makes none.
\echo
\echo :bold'2  A conversation and its proposals':plain
\echo

\echo '  Mia writes to Northlight: "Do you know tea shops?"'
SELECT jobs.start_conversation(:northlight, 'Do you know tea shops?', actor => :'mia') AS conversation \gset
COMMIT;
\! demo/show mail

\echo '  Ada answers: "We drink nothing else."'
SELECT jobs.send_message(:conversation, 'We drink nothing else.', actor => :'ada') AS message \gset
COMMIT;
\! demo/show mail

\echo '  Ada proposes "A calmer storefront".'
SELECT jobs.send_proposal(:conversation, :design, 'A calmer storefront', 'A new theme, three pages.', 900, 'EUR',
	actor => :'ada') AS storefront \gset
COMMIT;
\! demo/show mail

\echo '  Ada proposes "A second store, in German".'
SELECT jobs.send_proposal(:conversation, :migration, 'A second store, in German', 'Set-up and texts.', 1400, 'EUR',
	actor => :'ada') AS second_store \gset
COMMIT;
\! demo/show mail

\echo -n '  Mia accepts the first for her store Teahouse.         '
SELECT jobs.accept_proposal(:storefront, :teahouse, actor => :'mia') AS job \gset
\echo '-> job' :job
COMMIT;
\! demo/show mail

\echo -n '  Mia accepts the second for a new store.               '
SELECT COALESCE('-> job ' || jobs.accept_proposal(:second_store, actor => :'mia'), '-> no job');
COMMIT;
\! demo/show mail

\echo
\echo '  The conversation''s proposals and jobs:'
\echo
\pset format aligned
\pset tuples_only off
SELECT kind, id, title, status, message_id, job_id
FROM jobs.proposals_and_jobs
WHERE conversation_id = :conversation
ORDER BY created_at;
COMMIT;
\pset tuples_only on
\pset format unaligned
