-- The state machine as it is shown: transitions(), its drawings, labels.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM jobs.transitions();
SELECT jobs.transition_diagram();
SELECT jobs.transition_diagram() = jobs.transition_diagram('mermaid') AS is_default;
SELECT jobs.transition_diagram('dot');
SELECT regress.try('SELECT jobs.transition_diagram(NULL)');
SELECT regress.try($$SELECT jobs.transition_diagram('png')$$);

SELECT s, jobs.status_label(s), jobs.status_label(s, 'de')
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,declined,expired}'::text[]) s;
SELECT regress.try('SELECT jobs.status_label(NULL)');
SELECT regress.try($$SELECT jobs.status_label('new', NULL)$$);
SELECT regress.try($$SELECT jobs.status_label('finished')$$);
SELECT regress.try($$SELECT jobs.status_label('New')$$);
SELECT regress.try($$SELECT jobs.status_label('')$$);
SELECT s, jobs.status_label(s, 'fr') = jobs.status_label(s, 'en') AS is_english
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,declined,expired}'::text[]) s;
SELECT l, regress.try(format('SELECT jobs.status_label($$new$$, %L)', l)) FROM unnest('{"",e,EN,De,eng,e1,zz}'::text[]) l;

-- the column knows the same eight
SELECT DISTINCT to_status FROM jobs.transitions() ORDER BY 1;
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'jobs.job'::regclass AND conname = 'job_status';
