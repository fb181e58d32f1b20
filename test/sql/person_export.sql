-- Handing out what is kept of a person.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('person_export') \gset
SELECT regress.job('person_export', 'confirmed') AS confirmed, regress.job('person_export', 'declined') AS declined, regress.job('person_export', 'responded', true) AS proposed \gset
SELECT conversation_id AS conversation FROM jobs.job WHERE id = :confirmed \gset
SELECT jobs.review_job(:confirmed, 5, 4, 'Good', actor => :'max') AS review, jobs.start_conversation(:other_org, 'Hello Otto', actor => :'max') AS other \gset
SELECT jobs.reply_to_review(:review, 'Thanks', actor => :'ann'), jobs.assign_members(:proposed, ARRAY[:ann_id, :bob_id], actor => :'bob');
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'bob') AS offer \gset
SELECT jobs.withdraw_proposal(:offer, actor => :'ann'), jobs.create_consumer('mine', actor => :'max'), jobs.create_consumer('ours', actor => :'ann');
SELECT jobs.block_conversation(:other, actor => :'otto');
CREATE FUNCTION pg_temp.kept(person text) RETURNS TABLE (name text, count bigint, columns boolean) LANGUAGE sql AS $$
SELECT t.key, count(*), bool_and((SELECT count(*) FROM jsonb_object_keys(r)) = (SELECT count(*) FROM pg_attribute WHERE attrelid = ('jobs.' || t.key)::regclass AND attnum > 0 AND NOT attisdropped))
FROM jsonb_each(jobs.export_person(person)) t, jsonb_array_elements(t.value) r GROUP BY t.key ORDER BY t.key COLLATE "C"
$$;

-- each table's rows, with all columns; it is the rows that a search through all tables finds
SELECT * FROM pg_temp.kept(:'max');
SELECT * FROM pg_temp.kept(:'ann');
SELECT * FROM pg_temp.kept(:'otto');
SELECT * FROM pg_temp.kept(:'mia');
SELECT name, jsonb_path_query_array(jobs.export_person(person) -> name, '$[*].id') @> ids AND ids @> jsonb_path_query_array(jobs.export_person(person) -> name, '$[*].id') AS same
FROM (VALUES
	('message', :'max', (SELECT jsonb_agg(id) FROM jobs.message WHERE author = :'max')), ('message', :'ann', (SELECT jsonb_agg(id) FROM jobs.message WHERE author = :'ann')),
	('proposal', :'ann', (SELECT jsonb_agg(id) FROM jobs.proposal WHERE :'ann' IN (sent_by, decided_by))), ('proposal', :'max', (SELECT jsonb_agg(id) FROM jobs.proposal WHERE decided_by = :'max')),
	('email', :'max', (SELECT jsonb_agg(id) FROM jobs.email WHERE recipient = 'max@person_export.example')), ('email', :'ann', (SELECT jsonb_agg(id) FROM jobs.email WHERE member_id = :ann_id)),
	('event', :'max', (SELECT jsonb_agg(id) FROM jobs.event WHERE actor = :'max' AND job_id IS NOT NULL)), ('event', :'ann', (SELECT jsonb_agg(id) FROM jobs.event WHERE actor = :'ann' AND job_id IS NOT NULL)),
	('store', :'max', (SELECT jsonb_agg(id) FROM jobs.store WHERE merchant_id = :max_id)), ('job', :'max', (SELECT jsonb_agg(id) FROM jobs.job WHERE merchant_id = :max_id)),
	('review', :'max', (SELECT jsonb_agg(id) FROM jobs.review WHERE merchant_id = :max_id)), ('review', :'ann', (SELECT jsonb_agg(id) FROM jobs.review WHERE replied_by = :'ann'))) f (name, person, ids);

-- columns of users' own are handed out; operators hand out, and with read-only transactions, too
ALTER TABLE jobs.store ADD COLUMN t text DEFAULT 'shelf';
BEGIN READ ONLY;
SET LOCAL SESSION AUTHORIZATION regress_jobs_operator;
SELECT jobs.export_person(:'max') #> '{store,0}' ->> 't', jobs.export_person(:'max') #>> '{merchant,0,email}';
ROLLBACK;
ALTER TABLE jobs.store DROP COLUMN t;
-- of who was erased, what is left
SELECT jobs.deactivate_member(:ann_id), jobs.decline_job(:proposed, actor => :'max');
SELECT jobs.erase_person(:'ann', texts => true) > 0;
SELECT * FROM pg_temp.kept(:'ann');
SELECT DISTINCT m ->> 'body' FROM jsonb_array_elements(jobs.export_person(:'ann') -> 'message') m;
SELECT jobs.drop_consumer('mine', actor => :'max'), jobs.drop_consumer('ours', actor => :'bob');
