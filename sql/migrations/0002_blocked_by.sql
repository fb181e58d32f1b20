-- Who blocked a conversation: as the history has it, where that wasn't purged; else its merchant, as only
-- merchants have a function for it.
ALTER TABLE jobs.conversation ADD COLUMN blocked_by text;

UPDATE jobs.conversation c
SET blocked_by = coalesce(e.actor, 'merchant:' || c.merchant_id)
FROM jobs.conversation blocked
LEFT JOIN (
	SELECT DISTINCT ON (conversation_id) conversation_id, actor
	FROM jobs.event
	WHERE action = 'conversation_block'
	ORDER BY conversation_id, id DESC) e ON e.conversation_id = blocked.id
WHERE blocked.id = c.id AND blocked.is_blocked;
