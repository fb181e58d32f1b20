-- The same behaviour in PL/pgSQL, on the tables of copy.sql: rules in triggers, so that
-- they hold for a plain INSERT and UPDATE, too, and a function that says who writes.

-- Who writes: 0 for nobody.
CREATE FUNCTION twin.actor_id(actor text, kind text)
RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN pg_catalog.split_part(actor, ':', 1) = kind
	THEN pg_catalog.split_part(actor, ':', 2)::bigint ELSE 0 END;

CREATE FUNCTION twin.reply_to_job(job_id bigint, body text, actor text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	message_id bigint;
BEGIN
	IF job_id IS NULL OR body IS NULL OR actor IS NULL THEN
		RAISE EXCEPTION 'an argument is NULL' USING ERRCODE = '22004';
	END IF;
	INSERT INTO twin.message (job_id, author, body)
	VALUES (reply_to_job.job_id, actor, reply_to_job.body)
	RETURNING id INTO message_id;
	RETURN message_id;
END
$$;

CREATE FUNCTION twin.message_fill()
RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
	writer bigint := twin.actor_id(NEW.author, 'member');
	organization bigint;
	j twin.job;
	at timestamptz;
	blocked boolean;
BEGIN
	IF length(NEW.body) NOT BETWEEN 1 AND 20000 THEN
		RAISE EXCEPTION 'body must have 1 to 20,000 characters' USING ERRCODE = '22023';
	END IF;
	IF writer <> 0 THEN
		SELECT organization_id INTO organization FROM twin.member WHERE id = writer AND is_active;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'there is no actor %', NEW.author USING ERRCODE = 'PT404';
		END IF;
	END IF;
	SELECT * INTO j FROM twin.job WHERE id = NEW.job_id FOR NO KEY UPDATE;
	IF NOT FOUND OR NOT (j.organization_id = organization OR j.merchant_id = twin.actor_id(NEW.author, 'merchant')) THEN
		RAISE EXCEPTION 'job % does not exist', NEW.job_id USING ERRCODE = 'PT404';
	END IF;
	at := clock_timestamp();
	IF j.status IN ('expired', 'declined') OR at >= j.due_at THEN
		RAISE EXCEPTION 'job % cannot get a message', j.id USING ERRCODE = 'PT409';
	END IF;
	SELECT is_blocked INTO blocked FROM twin.conversation WHERE id = j.conversation_id;
	IF blocked THEN
		RAISE EXCEPTION 'conversation % is blocked', j.conversation_id USING ERRCODE = 'PT409';
	END IF;
	NEW.organization_id := j.organization_id;
	NEW.merchant_id := j.merchant_id;
	NEW.conversation_id := j.conversation_id;
	NEW.sent_at := at;
	RETURN NEW;
END
$$;

CREATE FUNCTION twin.message_record()
RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
	writer bigint := twin.actor_id(NEW.author, 'member');
	before text;
	after text;
BEGIN
	SELECT status INTO before FROM twin.job WHERE id = NEW.job_id;
	IF writer <> 0 THEN
		after := CASE WHEN before IN ('new', 'opened', 'awaiting_response') THEN 'responded' ELSE before END;
		UPDATE twin.job
		SET status = after, due_at = NULL, opened_at = coalesce(opened_at, NEW.sent_at),
			first_response_at = coalesce(first_response_at, NEW.sent_at)
		WHERE id = NEW.job_id;
	ELSE
		after := CASE WHEN before IN ('responded', 'inactive') THEN 'awaiting_response' ELSE before END;
		UPDATE twin.job SET status = after WHERE id = NEW.job_id;
	END IF;
	INSERT INTO twin.event (organization_id, merchant_id, job_id, conversation_id, action, from_status, to_status,
		actor, occurred_at, details)
	VALUES (NEW.organization_id, NEW.merchant_id, NEW.job_id, NEW.conversation_id, 'message', before, after, NEW.author,
		NEW.sent_at, jsonb_build_object('message_id', NEW.id));
	INSERT INTO twin.email (organization_id, job_id, member_id, kind, recipient, language, payload, created_at,
		attempts, next_attempt_at)
	SELECT DISTINCT ON (lower(r.address)) NEW.organization_id, NEW.job_id, r.member_id, 'message', r.address,
		r.language, jsonb_build_object('job_id', NEW.job_id, 'message_id', NEW.id,
			'conversation_id', NEW.conversation_id), NEW.sent_at, 0, NEW.sent_at
	FROM (
		SELECT NULL::bigint, p.notification_email, o.language
		FROM twin.preferences p JOIN twin.organization o ON o.id = p.organization_id
		WHERE p.organization_id = NEW.organization_id AND writer = 0
		UNION ALL
		SELECT NULL, email, language
		FROM twin.merchant
		WHERE id = NEW.merchant_id AND writer <> 0
		UNION ALL
		SELECT b.id, b.email, b.language
		FROM twin.assignment a JOIN twin.member b ON b.id = a.member_id
		WHERE a.organization_id = NEW.organization_id AND a.job_id = NEW.job_id AND b.is_active
			AND b.id <> writer) r (member_id, address, language)
	ORDER BY lower(r.address), r.member_id NULLS FIRST;
	RETURN NULL;
END
$$;

-- A plain UPDATE reaches neither status that a message leads to.
CREATE FUNCTION twin.job_check()
RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
	allowed boolean;
BEGIN
	IF OLD.status IN ('expired', 'declined') OR clock_timestamp() >= OLD.due_at THEN
		RAISE EXCEPTION 'job % cannot be changed', OLD.id USING ERRCODE = 'PT409';
	END IF;
	IF NEW.organization_id <> OLD.organization_id OR NEW.merchant_id <> OLD.merchant_id
		OR NEW.conversation_id <> OLD.conversation_id THEN
		RAISE EXCEPTION 'it stays whose it is' USING ERRCODE = '42501';
	END IF;
	allowed := CASE NEW.status
		WHEN OLD.status THEN true
		WHEN 'opened' THEN OLD.status = 'new'
		WHEN 'inactive' THEN OLD.status IN ('responded', 'awaiting_response')
		WHEN 'completed' THEN OLD.status IN ('responded', 'awaiting_response', 'inactive')
		WHEN 'declined' THEN OLD.status <> 'completed'
		ELSE pg_trigger_depth() > 1
	END;
	IF NOT allowed THEN
		RAISE EXCEPTION 'job % cannot be set to %', OLD.id, NEW.status USING ERRCODE = 'PT409';
	END IF;
	RETURN NEW;
END
$$;

CREATE TRIGGER fill BEFORE INSERT ON twin.message
	FOR EACH ROW EXECUTE FUNCTION twin.message_fill();
CREATE TRIGGER record AFTER INSERT ON twin.message
	FOR EACH ROW EXECUTE FUNCTION twin.message_record();
CREATE TRIGGER "check" BEFORE UPDATE ON twin.job
	FOR EACH ROW EXECUTE FUNCTION twin.job_check();
