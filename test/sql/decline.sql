-- Declining: the record of it.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('decline') \gset
SET SESSION AUTHORIZATION regress_jobs_app;

-- every status that lives, both sides
SELECT s, side, jobs.decline_job(j, 'too_busy', 'By the ' || side || ' from ' || s, actor => CASE side WHEN 'expert' THEN :'ann' ELSE :'max' END)
FROM unnest('{new,opened,responded,awaiting_response,inactive}'::text[]) s, unnest('{expert,merchant}'::text[]) side,
	LATERAL regress.job('decline', concat(s, left(side, 0))) j;
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT d.declined_by, regress.who(d.actor), d.reason, d.comment, d.from_status, d.service_id = :service, d.organization_id = :org,
	d.merchant_id = :max_id, d.declined_at IS NOT NULL, j.status
FROM jobs.decline d JOIN jobs.job j ON j.id = d.job_id ORDER BY d.job_id;
-- the other side sees the same
SELECT count(*) FROM jobs.decline;
SELECT jobs.act_as(:'max');
SELECT count(*) FROM jobs.decline;
SELECT jobs.act_as(:'otto');
SELECT count(*) FROM jobs.decline;
COMMIT;

-- reason and comment are optional
SELECT regress.job('decline') AS job \gset
SELECT jobs.decline_job(:job, actor => :'bob');
SELECT regress.history(:job);
SELECT regress.job('decline') AS job2 \gset
SELECT jobs.decline_job(:job2, 'out_of_scope', actor => :'max');
SELECT regress.history(:job2);
-- by a plain UPDATE, too, with nothing to say
SELECT regress.job('decline') AS job3 \gset
BEGIN;
SELECT jobs.act_as(:'max');
UPDATE jobs.job SET status = 'declined' WHERE id = :job3;
SELECT reason, comment, declined_by, regress.who(actor), from_status FROM jobs.decline WHERE job_id IN (:job, :job2, :job3) ORDER BY job_id;
SELECT details FROM jobs.event WHERE job_id IN (:job, :job2, :job3) AND action = 'decline' ORDER BY job_id;
COMMIT;

-- once, and nothing afterwards
SELECT regress.try(format('SELECT jobs.decline_job(%s, actor => %L)', :job, :'ann'));
SELECT regress.try(format('SELECT jobs.decline_job(%s, actor => %L)', :job, :'max'));
SELECT s, regress.try(format('SELECT jobs.decline_job(%s, actor => %L)', j, :'ann'))
FROM unnest('{completed,confirmed,overdue,expired}'::text[]) s, LATERAL regress.job('decline', s) j;

SELECT regress.job('decline') AS job4 \gset
SELECT regress.try(format('SELECT jobs.decline_job(%s, %L, actor => %L)', :job4, r, :'ann'))
FROM unnest(ARRAY['', 'Too busy', 'zu_beschäftigt', 'busy!', repeat('x', 41)]) r;
SELECT regress.try(format('SELECT jobs.decline_job(%s, NULL, %L, actor => %L)', :job4, ' ', :'ann'));
SELECT regress.try(format('SELECT jobs.decline_job(%s, NULL, repeat($$x$$, 20001), actor => %L)', :job4, :'ann'));
SELECT regress.try(format('SELECT jobs.decline_job(%s, actor => %L)', :job4, :'mia'));
SELECT regress.try(format('SELECT jobs.decline_job(%s, actor => %L)', :job4, :'otto'));
SELECT regress.try(format('SELECT jobs.decline_job(1, actor => %L)', :'otto'));
SELECT regress.try(format('SELECT jobs.decline_job(NULL, actor => %L)', :'otto'));
SELECT regress.try(format('SELECT jobs.decline_job(%s)', :job4));
SELECT jobs.decline_job(:job4, repeat('x', 40), repeat('ß', 20000), actor => :'ann');

-- Nobody writes records, and nobody rewrites them.
RESET SESSION AUTHORIZATION;
SELECT regress.try(format($$SELECT jobs.decline_job(%s)$$, regress.job('decline')));
SELECT regress.try(format($$INSERT INTO jobs.decline SELECT * FROM jobs.decline WHERE job_id = %s$$, :job));
SELECT regress.try(format($$UPDATE jobs.decline SET declined_by = 'merchant' WHERE job_id = %s$$, :job));
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try('INSERT INTO jobs.decline DEFAULT VALUES');
SELECT regress.try('UPDATE jobs.decline SET comment = NULL');
SELECT regress.try('DELETE FROM jobs.decline');
