SELECT coalesce(array_agg(email_id), '{}') AS ids, coalesce(array_agg(claim_token), '{}') AS tokens, sum(length(subject) + length(body)) AS length
FROM jobs.claim_emails(100) \gset
SELECT jobs.ack_emails(:ids, :tokens);
