-- Procedures that commit in a loop, the sweep among them: however many jobs they go through, the
-- memory of the session stays what it was.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM regress.directory('commits') \gset

-- How much more is in use after so many rounds than after a tenth of them, in kB.
CREATE FUNCTION pg_temp.in_use() RETURNS bigint
LANGUAGE sql RETURN (SELECT sum(used_bytes) FROM pg_backend_memory_contexts);
CREATE PROCEDURE pg_temp.grows(rounds integer, statements text[], INOUT kilobytes bigint DEFAULT NULL)
LANGUAGE plpgsql AS $$
DECLARE
	statement text;
	number bigint;
BEGIN
	FOR i IN 1 .. rounds LOOP
		FOREACH statement IN ARRAY statements LOOP
			EXECUTE statement INTO number USING number;
			COMMIT;
		END LOOP;
		IF i = rounds / 10 THEN
			kilobytes := pg_temp.in_use();
		END IF;
	END LOOP;
	kilobytes := (pg_temp.in_use() - kilobytes) / 1024;
END
$$;
CREATE TEMPORARY TABLE loops (name text, statements text[]);
INSERT INTO loops VALUES
	('a job', ARRAY[
		format('SELECT job_id FROM jobs.request_job(%s, $$T$$, $$T$$, %s, actor => %L)', :service, :org, :'max'),
		format('SELECT job_id FROM jobs.job_list l, jobs.reply_to_job(l.job_id, $$Yes$$, actor => %L) WHERE l.job_id = $1', :'ann'),
		format('SELECT $1 FROM jobs.assign_self($1, actor => %L)', :'ann'),
		format('SELECT $1 FROM jobs.complete_job($1, actor => %L)', :'ann'),
		format('SELECT $1 FROM jobs.confirm_completion($1, actor => %L)', :'max'),
		format('SELECT $1 FROM jobs.review_job($1, 4, 4, actor => %L)', :'max')]),
	('a declined job', ARRAY[
		format('SELECT job_id FROM jobs.request_job(%s, $$T$$, $$T$$, %s, actor => %L)', :service, :org, :'max'),
		'SELECT $1 + 0 * count(jobs.ack_emails(ARRAY[email_id], ARRAY[claim_token])) FROM jobs.claim_emails(1)',
		format('SELECT $1 FROM jobs.act_as(%L), LATERAL (SELECT jobs.current_actor() OFFSET 0) a', :'ann'),
		'SELECT $1 FROM jobs.search_organizations(max_rows => 1)',
		format('SELECT $1 FROM jobs.match_organizations(%s, max_rows => 1)', :service),
		format('SELECT $1 FROM jobs.decline_job($1, actor => %L)', :'ann')]),
	('nothing of jobs', array_fill('SELECT $1 + 1'::text, '{6}'));
CREATE TEMPORARY TABLE growth (name text, kilobytes bigint);
DO $$
DECLARE
	l loops;
	kilobytes bigint;
BEGIN
	FOR l IN SELECT * FROM loops LOOP
		-- what is kept for the session is there before
		CALL pg_temp.grows(10, l.statements, kilobytes);
		CALL pg_temp.grows(400, l.statements, kilobytes);
		INSERT INTO growth VALUES (l.name, kilobytes);
	END LOOP;
END
$$;
-- what the server itself keeps until a procedure ends is no fault of ours; 40 bytes a commit would be
SELECT g.name, CASE WHEN g.kilobytes - p.kilobytes < 80 THEN 'stays flat' ELSE format('%s kB', g.kilobytes - p.kilobytes) END
FROM growth g, growth p WHERE p.name = 'nothing of jobs' AND g.name <> p.name ORDER BY 1;
