WITH j AS (
	UPDATE bare.job
	SET status = 'responded', first_response_at = coalesce(first_response_at, now())
	WHERE id = :job
	RETURNING id, organization_id, merchant_id, conversation_id),
m AS (
	INSERT INTO bare.message (organization_id, merchant_id, conversation_id, job_id, author, body, sent_at)
	SELECT organization_id, merchant_id, conversation_id, id, 'member:' || :member, :body, now()
	FROM j
	RETURNING id, jsonb_build_object('job_id', job_id, 'message_id', id,
		'conversation_id', conversation_id) AS payload),
e AS (
	INSERT INTO bare.event (organization_id, merchant_id, job_id, conversation_id, action, from_status, to_status,
		actor, occurred_at, details)
	SELECT j.organization_id, j.merchant_id, j.id, j.conversation_id, 'message', 'awaiting_response', 'responded', 'member:' || :member,
		now(), jsonb_build_object('message_id', m.id)
	FROM j, m)
INSERT INTO bare.email (organization_id, job_id, member_id, kind, recipient, language, payload, created_at,
	attempts, next_attempt_at)
SELECT j.organization_id, j.id, r.member_id, 'message', r.address, r.language, m.payload, now(), 0, now()
FROM j, m, LATERAL (
	SELECT NULL::bigint AS member_id, email, language
	FROM bare.merchant
	WHERE id = j.merchant_id
	UNION ALL
	SELECT b.id, b.email, b.language
	FROM bare.assignment a JOIN bare.member b ON b.id = a.member_id
	WHERE a.organization_id = j.organization_id AND a.job_id = j.id AND b.is_active AND b.id <> :member) r (member_id, address, language);
WITH j AS (
	UPDATE bare.job
	SET status = 'awaiting_response'
	WHERE id = :job
	RETURNING id, organization_id, merchant_id, conversation_id),
m AS (
	INSERT INTO bare.message (organization_id, merchant_id, conversation_id, job_id, author, body, sent_at)
	SELECT organization_id, merchant_id, conversation_id, id, 'merchant:' || :merchant, :body, now()
	FROM j
	RETURNING id, jsonb_build_object('job_id', job_id, 'message_id', id,
		'conversation_id', conversation_id) AS payload),
e AS (
	INSERT INTO bare.event (organization_id, merchant_id, job_id, conversation_id, action, from_status, to_status,
		actor, occurred_at, details)
	SELECT j.organization_id, j.merchant_id, j.id, j.conversation_id, 'message', 'responded', 'awaiting_response', 'merchant:' || :merchant,
		now(), jsonb_build_object('message_id', m.id)
	FROM j, m)
INSERT INTO bare.email (organization_id, job_id, member_id, kind, recipient, language, payload, created_at,
	attempts, next_attempt_at)
SELECT j.organization_id, j.id, r.member_id, 'message', r.address, r.language, m.payload, now(), 0, now()
FROM j, m, LATERAL (
	SELECT NULL::bigint AS member_id, p.notification_email, o.language
	FROM bare.preferences p JOIN bare.organization o ON o.id = p.organization_id
	WHERE p.organization_id = j.organization_id
	UNION ALL
	SELECT b.id, b.email, b.language
	FROM bare.assignment a JOIN bare.member b ON b.id = a.member_id
	WHERE a.organization_id = j.organization_id AND a.job_id = j.id AND b.is_active) r (member_id, address, language);
