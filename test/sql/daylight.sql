-- The clocks of the session's time zone are put on, or back, tomorrow: deadlines, reminders
-- and delays are lengths of time, and don't change with them. A lease is what PostgreSQL makes of its
-- interval: a day of it may have 23 or 25 hours.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM regress.directory('daylight') \gset
-- a zone whose summer begins tomorrow at noon, or ends then
SELECT format('WIN0SUM,%s/12,%s/12', d % 365, (d + 100) % 365) AS forward, format('WIN0SUM,%s/12,%s/12', (d + 200) % 365, d % 365) AS back
FROM (SELECT extract(doy FROM now() AT TIME ZONE 'UTC')::integer AS d) x \gset
CREATE FUNCTION pg_temp.lengths(org bigint, service bigint, who text)
RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	job jobs.job;
	number bigint;
	span interval;
	claimed bigint;
BEGIN
	RETURN NEXT 'two days have ' || round(extract(epoch FROM (now() + interval '2 days') - now()) / 3600) || ' h';
	FOR i IN 1..3 LOOP
		number := job_id FROM jobs.request_job(service, 'Request', 'Please', org, actor => who);
	END LOOP;
	SELECT * INTO STRICT job FROM jobs.job WHERE id = number;
	RETURN NEXT 'deadline after ' || round(extract(epoch FROM job.respond_by - job.created_at) / 3600) || ' h';
	RETURN NEXT 'reminder before ' || round(extract(epoch FROM job.respond_by - job.remind_at) / 3600) || ' h';
	FOREACH span IN ARRAY ARRAY['48 hours', '2 days'] LOOP
		SELECT email_id INTO STRICT claimed FROM jobs.claim_emails(1, lease => span);
		RETURN NEXT 'lease of ' || span || ': ' || round(extract(epoch FROM next_attempt_at - clock_timestamp()) / 3600) || ' h' FROM jobs.email WHERE id = claimed;
	END LOOP;
	RETURN NEXT 'next attempt within the hour: ' || (jobs.fail_email(email_id, claim_token, 'busy') - clock_timestamp() < interval '1 hour')
	FROM jobs.claim_emails(1);
	PERFORM jobs.expire_jobs();
	RETURN NEXT 'still ' || status FROM jobs.job WHERE id = number;
END
$$;
BEGIN;
SET LOCAL TimeZone = 'UTC';
SELECT jobs.cancel_emails('infinity') >= 0;
SELECT pg_temp.lengths(:org, :service, :'max');
ROLLBACK;
BEGIN;
SET LOCAL TimeZone = :'forward';
SELECT jobs.cancel_emails('infinity') >= 0;
SELECT pg_temp.lengths(:org, :service, :'max');
ROLLBACK;
BEGIN;
SET LOCAL TimeZone = :'back';
SELECT jobs.cancel_emails('infinity') >= 0;
SELECT pg_temp.lengths(:org, :service, :'max');
ROLLBACK;
