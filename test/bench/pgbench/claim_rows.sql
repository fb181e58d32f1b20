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
	RETURNING e.*)
SELECT coalesce(array_agg(id), '{}') AS ids, coalesce(array_agg(claim_token), '{}') AS tokens, sum(length(kind) + length(recipient)) AS length
FROM claimed \gset
WITH sent AS (
	UPDATE queue.email e
	SET sent_at = now(), next_attempt_at = NULL, claim_token = NULL
	FROM unnest((:ids)::bigint[], (:tokens)::uuid[]) a (id, token)
	WHERE e.id = a.id AND e.claim_token = a.token
	RETURNING e.id)
SELECT count(*) FROM sent;
