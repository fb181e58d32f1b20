-- What a sweep writes of the jobs that are due, by one statement in the tables of the schema bare. None
-- of them has been opened. What is known of organizations counts one for each job, whatever its age;
-- there is a row for each pair of organization and service that has had a job.

WITH expired AS (
	UPDATE bare.job
	SET status = 'expired', ended_at = clock_timestamp(), due_at = NULL, remind_at = NULL
	WHERE due_at <= now()
	RETURNING id, organization_id, merchant_id, conversation_id, service_id, ended_at),
event AS (
	INSERT INTO bare.event (organization_id, merchant_id, job_id, conversation_id, action, from_status, to_status, actor,
		occurred_at)
	SELECT organization_id, merchant_id, id, conversation_id, 'expire', 'new', 'expired', 'system', ended_at
	FROM expired),
email AS (
	INSERT INTO bare.email (organization_id, job_id, member_id, kind, recipient, language, payload, created_at,
		attempts, next_attempt_at)
	SELECT e.organization_id, e.id, r.member_id, 'expired', r.address, r.language,
		jsonb_build_object('conversation_id', e.conversation_id, 'job_id', e.id), e.ended_at, 0, e.ended_at
	FROM expired e, LATERAL (
		SELECT NULL::bigint AS member_id, p.notification_email AS address, o.language
		FROM bare.preferences p JOIN bare.organization o ON o.id = p.organization_id
		WHERE p.organization_id = e.organization_id
		UNION ALL
		SELECT b.id, b.email, b.language
		FROM bare.assignment a JOIN bare.member b ON b.id = a.member_id
		WHERE a.organization_id = e.organization_id AND a.job_id = e.id AND b.is_active AND b.email_scope = 'all'
		UNION ALL
		SELECT NULL, m.email, m.language
		FROM bare.merchant m
		WHERE m.id = e.merchant_id) r),
stat AS (
	UPDATE bare.ranking_stat s
	SET decided = s.decided + e.jobs, expired = s.expired + e.jobs
	FROM (SELECT organization_id, service_id, count(*) AS jobs FROM expired GROUP BY organization_id, service_id) e
	WHERE s.organization_id = e.organization_id AND s.service_id = e.service_id)
UPDATE bare.ranking_total t
SET decided = t.decided + e.jobs, expired = t.expired + e.jobs
FROM (SELECT service_id, count(*) AS jobs FROM expired GROUP BY service_id) e
WHERE t.service_id = e.service_id AND t.part = 0;
