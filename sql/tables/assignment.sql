CREATE TABLE IF NOT EXISTS jobs.assignment (
	organization_id bigint NOT NULL DEFAULT 0,
	job_id bigint NOT NULL REFERENCES jobs.job,
	member_id bigint NOT NULL REFERENCES jobs.member,
	assigned_by text NOT NULL DEFAULT '',
	assigned_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (organization_id, job_id, member_id)
);

ALTER TABLE jobs.assignment ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON jobs.assignment
	USING (organization_id = (SELECT jobs.current_organization_id()));

CREATE TRIGGER "00_jobs_fill" BEFORE INSERT OR UPDATE OR DELETE ON jobs.assignment
	FOR EACH ROW EXECUTE FUNCTION jobs.assignment_fill();
CREATE TRIGGER "00_jobs_record" AFTER INSERT OR UPDATE OR DELETE ON jobs.assignment
	FOR EACH ROW EXECUTE FUNCTION jobs.assignment_record();

COMMENT ON TABLE jobs.assignment IS 'which members work on a job; a row deleted is a member unassigned';
COMMENT ON COLUMN jobs.assignment.organization_id IS 'filled from the job';
COMMENT ON COLUMN jobs.assignment.job_id IS 'the job';
COMMENT ON COLUMN jobs.assignment.member_id IS 'an active member of the job''s organization';
COMMENT ON COLUMN jobs.assignment.assigned_by IS 'the actor who assigned the member';
COMMENT ON COLUMN jobs.assignment.assigned_at IS 'when; e-mail goes to the member from then on';
