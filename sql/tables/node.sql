CREATE TABLE IF NOT EXISTS jobs.node (
	id boolean PRIMARY KEY DEFAULT true CHECK (id),
	schema_version integer NOT NULL,
	first_slot integer NOT NULL DEFAULT 0,
	last_slot integer NOT NULL DEFAULT 1023,
	marketplace_id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
	grants jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(grants) = 'object'),
	last_sweep_at timestamptz,
	purged_position bigint NOT NULL DEFAULT 0,
	last_run_at timestamptz,
	last_run_database oid,
	last_maintained_at timestamptz,
	last_maintained_database oid,
	emails_paused_at timestamptz,
	emails_paused_because text,
	emails_paused_by text,
	CHECK (first_slot >= 0 AND last_slot <= 1023 AND first_slot <= last_slot)
);

CREATE SEQUENCE IF NOT EXISTS jobs.request_id_seq
	INCREMENT 1024 START 1024 MINVALUE 1024 MAXVALUE 9007199254739968;

ALTER TABLE jobs.node ENABLE ROW LEVEL SECURITY;

COMMENT ON SEQUENCE jobs.request_id_seq IS 'numbers of requests; a request spans organizations, so it has a number but no row';
COMMENT ON TABLE jobs.node IS E'@name database\nwhat this database knows of itself; one row';
COMMENT ON COLUMN jobs.node.id IS 'always true: there is one row';
COMMENT ON COLUMN jobs.node.schema_version IS 'version of tables, triggers, policies and views; raised by jobs.install()';
COMMENT ON COLUMN jobs.node.first_slot IS 'first of the slots that this database gives to new organizations; catalogue ids carry it too';
COMMENT ON COLUMN jobs.node.last_slot IS 'last of the slots that this database gives to new organizations, at most 1023';
COMMENT ON COLUMN jobs.node.marketplace_id IS 'tells this marketplace from any other in the keys of its e-mails; survives dump and restore';
COMMENT ON COLUMN jobs.node.grants IS 'what jobs.grant_access() gave: an object of role names, each with the list of its accesses; jobs.install() gives it again';
COMMENT ON COLUMN jobs.node.last_sweep_at IS 'when a sweep last expired a job; NULL before the first time';
COMMENT ON COLUMN jobs.node.purged_position IS 'the highest position of an event that was purged, above which positions go on; 0: none was';
COMMENT ON COLUMN jobs.node.last_run_at IS 'when jobs.expire_due_jobs() last ended, written at most once a minute; NULL before the first time';
COMMENT ON COLUMN jobs.node.last_run_database IS 'the oid of the database where that was: a copy has another';
COMMENT ON COLUMN jobs.node.last_maintained_at IS 'when jobs.maintain() last came to its end, with nothing left to do; NULL before the first time';
COMMENT ON COLUMN jobs.node.last_maintained_database IS 'the oid of the database where that was: a copy has another';
COMMENT ON COLUMN jobs.node.emails_paused_at IS 'since when claims return nothing, by jobs.pause_emails(); NULL: e-mail is sent';
COMMENT ON COLUMN jobs.node.emails_paused_because IS 'why, for people; NULL as well';
COMMENT ON COLUMN jobs.node.emails_paused_by IS 'the database user who paused it, or gave the reason last, by the name at that time; NULL as well';
