WITH due AS (
	SELECT id
	FROM queue.email
	WHERE next_attempt_at <= now()
	ORDER BY next_attempt_at
	LIMIT 100
	FOR NO KEY UPDATE SKIP LOCKED),
claimed AS (
	UPDATE queue.email e
	SET attempts = attempts + 1, next_attempt_at = now() + interval '5 minutes', claim_token = gen_random_uuid()
	FROM due
	WHERE e.id = due.id
	RETURNING e.*),
texts AS (
	SELECT c.id, c.attempts, c.claim_token, c.kind, c.recipient, c.language, format(t.subject, w.author_name) AS subject,
		format(t.body, coalesce(m.name, w.other_name), w.author_name, x.body, j.title, st.name, o.name, me.name) AS body, c.payload
	FROM claimed c
	JOIN queue.template t ON t.kind = c.kind AND t.language = c.language
	JOIN jobs.message x ON x.id = (c.payload ->> 'message_id')::bigint
	JOIN jobs.job j ON j.id = c.job_id
	JOIN jobs.store st ON st.id = j.store_id
	JOIN jobs.organization o ON o.id = j.organization_id
	JOIN jobs.merchant me ON me.id = j.merchant_id
	LEFT JOIN jobs.member m ON m.id = c.member_id
	LEFT JOIN jobs.member am ON am.id = CASE WHEN x.author LIKE 'member:%' THEN substr(x.author, 8)::bigint END
	CROSS JOIN LATERAL (SELECT coalesce(am.name, me.name) AS author_name,
		CASE WHEN am.id IS NULL THEN o.name ELSE me.name END AS other_name) w)
SELECT coalesce(array_agg(id), '{}') AS ids, coalesce(array_agg(claim_token), '{}') AS tokens, sum(length(subject) + length(body)) AS length
FROM texts \gset
WITH sent AS (
	UPDATE queue.email e
	SET sent_at = now(), next_attempt_at = NULL, claim_token = NULL
	FROM unnest((:ids)::bigint[], (:tokens)::uuid[]) a (id, token)
	WHERE e.id = a.id AND e.claim_token = a.token
	RETURNING e.id)
SELECT count(*) FROM sent;
