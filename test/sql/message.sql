-- Messages: which job they belong to, and what a repeated call does.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('message') \gset
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset

-- no live job: to none
SELECT jobs.send_message(:conversation, 'no job yet', actor => :'ann') IS NOT NULL AS sent;
-- one: to it
SELECT job_id AS job1 FROM jobs.request_job(:service, 'First', 'Please', :org, actor => :'max') \gset
SELECT jobs.send_message(:conversation, 'to the first', actor => :'ann') IS NOT NULL AS sent;
SELECT jobs.send_message(:conversation, 'to none, by 0', 0, actor => :'ann') IS NOT NULL AS sent;
-- several: refused
SELECT job_id AS job2 FROM jobs.request_job(:service, 'Second', 'Please', :org, actor => :'max') \gset
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'to which?', actor => %L)$$, :conversation, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'to which?', NULL, actor => %L)$$, :conversation, :'max'));
DO $$
DECLARE
	detail text;
BEGIN
	PERFORM jobs.send_message(c.id, 'to which?', actor => d.ann)
	FROM regress.directory d, LATERAL jobs.start_conversation(d.org, 'Hello', actor => d.max) c (id) WHERE test = 'message';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	PERFORM set_config('regress.detail', detail, false);
END
$$;
SELECT current_setting('regress.detail') = format('The message could belong to any of %s, %s.', :job1, :job2) AS names_both;
SELECT jobs.send_message(:conversation, 'to the second', :job2, actor => :'max') IS NOT NULL AS sent;
SELECT jobs.send_message(:conversation, 'to none, of two', 0, actor => :'max') IS NOT NULL AS sent;
SELECT jobs.reply_to_job(:job2, 'to the second, as a reply', actor => :'ann') IS NOT NULL AS sent;
-- a job that is over doesn't count, nor one that is overdue
SELECT jobs.decline_job(:job1, actor => :'ann');
SELECT jobs.send_message(:conversation, 'to the second, which is left', actor => :'ann') IS NOT NULL AS sent;
SELECT regress.job('message', 'overdue') AS overdue \gset
SELECT jobs.send_message(:conversation, 'still to the second', actor => :'ann') IS NOT NULL AS sent;
SELECT regress.job('message', 'completed') AS completed \gset
SELECT jobs.send_message(:conversation, 'and still', actor => :'ann') IS NOT NULL AS sent;
SELECT jobs.send_message(:conversation, 'to the completed', :completed, actor => :'ann') IS NOT NULL AS sent;
SELECT jobs.complete_job(:job2, actor => :'ann');
SELECT jobs.send_message(:conversation, 'to none, none lives', actor => :'max') IS NOT NULL AS sent;
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT m.body, regress.who(m.author), j.title
FROM jobs.message m LEFT JOIN jobs.job j ON j.id = m.job_id
WHERE m.conversation_id = :conversation AND m.body <> 'An answer' ORDER BY m.id;
COMMIT;

-- wrong places
SELECT jobs.start_conversation(:other_org, 'Hello', actor => :'max') AS conversation2 \gset
SELECT job_id AS job3 FROM jobs.request_job(:service, 'Third', 'Please', :other_org, actor => :'max') \gset
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'Text', %s, actor => %L)$$, :conversation, :job3, :'max'));
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'Text', %s, actor => %L)$$, :conversation, :job3, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'Text', actor => %L)$$, :conversation2, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'Text', 0, actor => %L)$$, :conversation2, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_message(1, 'Text', actor => %L)$$, :'ann'));
-- number 0 is no conversation, whatever job is named
SELECT regress.try(format($$SELECT jobs.send_message(0, 'Text', %L, actor => %L)$$, job, :'ann')) FROM unnest(ARRAY[:job2, 0, NULL]::bigint[]) job;
SELECT regress.try(format($$SELECT jobs.reply_to_job(0, 'Text', actor => %L)$$, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'Text', %s, actor => %L)$$, :conversation, :job1, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'Text', %s, actor => %L)$$, :conversation, :overdue, :'max'));

-- A repeated call: the first one's answer, whatever has become of the job.
SELECT regress.job('message') AS job4 \gset
SELECT jobs.reply_to_job(:job4, 'Once', '00000000-0000-0000-0000-000000000001', actor => :'ann') AS first \gset
SELECT jobs.send_message(:conversation, 'Found', client_key => '00000000-0000-0000-0000-000000000002', actor => :'ann') AS found \gset
SELECT jobs.send_message(:conversation, 'None', 0, '00000000-0000-0000-0000-000000000003', actor => :'ann') AS none \gset
SELECT regress.state() AS before \gset
SELECT jobs.reply_to_job(:job4, 'Once', '00000000-0000-0000-0000-000000000001', actor => :'ann') = :first AS is_first;
SELECT jobs.reply_to_job(:job4, 'Once', '00000000-0000-0000-0000-000000000001', actor => :'bob') = :first AS is_of_the_organization;
SELECT jobs.send_message(:conversation, 'Once', :job4, '00000000-0000-0000-0000-000000000001', actor => :'ann') = :first AS is_first;
SELECT jobs.send_message(:conversation, 'Found', client_key => '00000000-0000-0000-0000-000000000002', actor => :'ann') = :found AS is_found;
SELECT jobs.send_message(:conversation, 'None', 0, '00000000-0000-0000-0000-000000000003', actor => :'ann') = :none AS is_none;
SELECT regress.state() = :'before' AS unchanged;
SELECT regress.try(format($$SELECT jobs.reply_to_job(%s, 'Other', '00000000-0000-0000-0000-000000000001', actor => %L)$$, :job4, :'ann'));
SELECT regress.try(format($$SELECT jobs.reply_to_job(%s, 'Once', '00000000-0000-0000-0000-000000000001', actor => %L)$$, :completed, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'Once', 0, '00000000-0000-0000-0000-000000000001', actor => %L)$$, :conversation, :'ann'));
-- the other side's key is another one
SELECT jobs.reply_to_job(:job4, 'Once', '00000000-0000-0000-0000-000000000001', actor => :'max') <> :first AS is_another;
-- a second live job comes up: a message that named none has its answer all the same
SELECT regress.job('message') AS job5 \gset
SELECT jobs.send_message(:conversation, 'Found', client_key => '00000000-0000-0000-0000-000000000002', actor => :'ann') = :found AS is_found;
SELECT jobs.decline_job(:job4, actor => :'ann'), jobs.decline_job(:job5, actor => :'ann');
SELECT regress.state() AS before \gset
SELECT jobs.reply_to_job(:job4, 'Once', '00000000-0000-0000-0000-000000000001', actor => :'ann') = :first AS is_first;
SELECT jobs.send_message(:conversation, 'Found', client_key => '00000000-0000-0000-0000-000000000002', actor => :'ann') = :found AS is_found;
SELECT regress.state() = :'before' AS unchanged;
-- hidden comes before repeated
SELECT regress.try(format($$SELECT jobs.reply_to_job(%s, 'Once', '00000000-0000-0000-0000-000000000001', actor => %L)$$, :job4, :'otto'));

-- Plain INSERT reads the job in the same way, and fills the rest.
SELECT regress.job('message') AS job6 \gset
BEGIN;
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.message (conversation_id, body) VALUES (:conversation, 'plain, the only live one')
RETURNING job_id = :job6, organization_id = :org, merchant_id = :max_id, regress.who(author), proposal_id, sent_at IS NOT NULL, id % 1024 = :org % 1024;
INSERT INTO jobs.message (job_id, body) VALUES (:job6, 'plain, by the job') RETURNING conversation_id = :conversation;
INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (:conversation, 0, 'plain, none') RETURNING job_id;
SELECT regress.job('message') AS job7 \gset
SELECT regress.try(format($$INSERT INTO jobs.message (conversation_id, body) VALUES (%s, 'to which?')$$, :conversation));
SELECT regress.try($$INSERT INTO jobs.message (body) VALUES ('where?')$$);
SELECT regress.try($$INSERT INTO jobs.message (job_id, body) VALUES (0, 'where?')$$);
SELECT regress.try(format('INSERT INTO jobs.message (job_id, body) VALUES (%s, NULL)', :job6));
SELECT regress.try(format('INSERT INTO jobs.message (job_id, body) VALUES (%s, repeat($$x$$, 20001))', :job6));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body, author) VALUES (%s, 'Text', %L)$$, :job6, :'max'));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body, author) VALUES (%s, 'Text', %L)$$, :job6, :'ann'));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body, sent_at) VALUES (%s, 'Text', now())$$, :job6));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body, organization_id) VALUES (%s, 'Text', %s)$$, :job6, :other_org));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body, proposal_id) VALUES (%s, 'Text', 1)$$, :job6));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body, id) VALUES (%s, 'Text', %s)$$, :job6, :first));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body, id) VALUES (%s, 'Text', 5)$$, :job6));
SELECT regress.try('UPDATE jobs.message SET body = $$Other$$');
SELECT regress.try('DELETE FROM jobs.message');
ROLLBACK;
RESET SESSION AUTHORIZATION;
-- nor does anybody else rewrite one
SELECT regress.try(format($$UPDATE jobs.message SET body = 'Other' WHERE id = %s$$, :first));
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body) VALUES (%s, 'By the system')$$, :job6));
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'By the system', 0)$$, :conversation));
