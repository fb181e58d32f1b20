-- What each side's pages would show.
\connect - app
SELECT jobs.act_as(:'ada', is_local => false) \g /dev/null
COMMIT;
\echo :bold'9  The Jobs page, as Ada sees it':plain
\echo
SELECT
	j.id,
	j.title,
	j.store_name AS store,
	jobs.status_label(j.status) AS status,
	j.assignees,
	j.last_message_at::timestamptz(0) AS last_message
FROM jobs.job_list j
ORDER BY j.id DESC;
COMMIT;

\echo :bold'10  The e-mails, as the operator sees them':plain
\echo
\connect - postgres
SELECT id, kind, recipient, job_id, sent_at::timestamptz(0) AS sent
FROM jobs.email
ORDER BY created_at, id;
COMMIT;

\echo :bold'11  Mia''s mailbox, and the last mail in it':plain
\echo
\! demo/show mailbox mia@teahouse.example
