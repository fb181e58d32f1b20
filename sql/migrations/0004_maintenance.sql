-- When jobs.maintain() last came to its end, and where.
ALTER TABLE jobs.node
	ADD COLUMN last_maintained_at timestamptz,
	ADD COLUMN last_maintained_database oid;
