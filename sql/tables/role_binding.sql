CREATE TABLE IF NOT EXISTS jobs.role_binding (
	role_name text PRIMARY KEY,
	role_oid oid NOT NULL,
	actor text NOT NULL,
	bound_at timestamptz NOT NULL
);

ALTER TABLE jobs.role_binding ENABLE ROW LEVEL SECURITY;

CREATE TRIGGER "00_jobs_guard" BEFORE INSERT OR UPDATE OR DELETE ON jobs.role_binding
	FOR EACH ROW EXECUTE FUNCTION jobs.record_guard();

COMMENT ON TABLE jobs.role_binding IS 'database roles that are one member or merchant; written by jobs.bind_role() and jobs.unbind_role() alone';
COMMENT ON COLUMN jobs.role_binding.role_name IS 'name of the role';
COMMENT ON COLUMN jobs.role_binding.role_oid IS 'its oid: a role of the same name that was created since is not bound; after a restore into another server, bind anew';
COMMENT ON COLUMN jobs.role_binding.actor IS 'whom the role acts for: member:7 or merchant:3';
COMMENT ON COLUMN jobs.role_binding.bound_at IS 'when it was bound';
