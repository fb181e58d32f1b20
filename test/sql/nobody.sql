-- What a role with access can do before it says who acts: docs/security.md tells it.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('nobody') \gset
SELECT jobs.provide_service(:org, :service, 10, 20), jobs.set_preferences(:other_org, is_listed => false);
SELECT regress.job('nobody', 'completed') AS job \gset

-- which relations show rows, and which organizations
CREATE VIEW pg_temp.shown AS
SELECT relname, regress.try(format('SELECT count(*) > 0 FROM jobs.%I', relname)) AS has_rows
FROM pg_class
WHERE relnamespace = 'jobs'::regnamespace AND relkind IN ('r', 'v') AND has_table_privilege(oid, 'SELECT');
GRANT SELECT ON pg_temp.shown TO PUBLIC;
CREATE FUNCTION pg_temp.nobody(org bigint, other bigint, service bigint, merchant bigint, job bigint, bob text)
RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	call text;
BEGIN
	RETURN QUERY SELECT 'rows of: ' || string_agg(relname, ' ' ORDER BY relname COLLATE "C") FROM pg_temp.shown WHERE has_rows = 'ok: true';
	RETURN QUERY SELECT 'none of: ' || string_agg(relname, ' ' ORDER BY relname COLLATE "C") FROM pg_temp.shown WHERE has_rows = 'ok: false';
	RETURN QUERY SELECT 'refused: ' || relname || ' ' || has_rows FROM pg_temp.shown WHERE has_rows NOT LIKE 'ok: %' ORDER BY relname;
	FOREACH call IN ARRAY ARRAY[
		format('SELECT count(*) FROM jobs.organization WHERE id IN (%s, %s)', org, other),
		format('SELECT count(*) FROM jobs.provided_service WHERE organization_id IN (%s, %s)', org, other),
		format('SELECT string_agg(name, '', '') FROM jobs.search_organizations(service_id => %s)', service),
		format('SELECT count(*) FROM jobs.match_organizations(%s)', service),
		format('SELECT count(*) FROM jobs.match_organizations(%s, %s)', service, merchant),
		format('SELECT jobs.display_name(%L)', bob),
		format('SELECT jobs.allowed_actions(%s)', job),
		format('SELECT jobs.open_job(%s)', job),
		'SELECT count(*) FROM jobs.read_events(''x'')',
		'SELECT jobs.status_label(''new'')',
		'SELECT count(*) > 0 FROM jobs.transitions()',
		'SELECT jobs.create_organization(''Signed up'', ''x@x.example'') > 0',
		'SELECT jobs.create_merchant(''Signed up'', ''x@x.example'') > 0',
		'SELECT jobs.create_service(''Signed up'')',
		'SELECT count(*) FROM jobs.claim_emails(0)',
		'SELECT count(*) FROM jobs.health_report()']
	LOOP
		RETURN NEXT regress.mask(call) || ': ' || regress.try(call);
	END LOOP;
END
$$;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT pg_temp.nobody(:org, :other_org, :service, :max_id, :job, :'bob');
SET SESSION AUTHORIZATION regress_jobs_bound;
SELECT pg_temp.nobody(:org, :other_org, :service, :max_id, :job, :'bob');
SET SESSION AUTHORIZATION regress_jobs_mailer;
SELECT pg_temp.nobody(:org, :other_org, :service, :max_id, :job, :'bob');
SET SESSION AUTHORIZATION regress_jobs_monitor;
SELECT pg_temp.nobody(:org, :other_org, :service, :max_id, :job, :'bob');
RESET SESSION AUTHORIZATION;
DROP FUNCTION pg_temp.nobody;
DROP VIEW pg_temp.shown;
