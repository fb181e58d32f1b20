CREATE TABLE IF NOT EXISTS jobs.decline (
	organization_id bigint NOT NULL,
	job_id bigint NOT NULL REFERENCES jobs.job,
	merchant_id bigint NOT NULL,
	service_id bigint NOT NULL,
	declined_by text NOT NULL CHECK (declined_by = ANY ('{expert,merchant}')),
	actor text NOT NULL,
	reason text CHECK (reason ~ '^[a-z_]{1,40}$'),
	comment text,
	from_status text NOT NULL,
	declined_at timestamptz NOT NULL,
	PRIMARY KEY (organization_id, job_id)
);

ALTER TABLE jobs.decline ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON jobs.decline
	USING (organization_id = (SELECT jobs.current_organization_id()));
CREATE POLICY own_merchant ON jobs.decline
	USING (merchant_id = (SELECT jobs.current_merchant_id()));

CREATE TRIGGER "00_jobs_guard" BEFORE INSERT OR UPDATE ON jobs.decline
	FOR EACH ROW EXECUTE FUNCTION jobs.record_guard();

COMMENT ON TABLE jobs.decline IS 'who declined a job, when and why; written by declining alone';
COMMENT ON COLUMN jobs.decline.organization_id IS 'the job''s organization';
COMMENT ON COLUMN jobs.decline.job_id IS 'the job';
COMMENT ON COLUMN jobs.decline.merchant_id IS 'the job''s merchant';
COMMENT ON COLUMN jobs.decline.service_id IS 'the job''s kind of work: an expert''s declines count for this kind alone';
COMMENT ON COLUMN jobs.decline.declined_by IS 'the side: expert or merchant';
COMMENT ON COLUMN jobs.decline.actor IS 'the member or merchant who declined';
COMMENT ON COLUMN jobs.decline.reason IS 'a short word of lower-case letters and underscores, up to 40; NULL when none was given';
COMMENT ON COLUMN jobs.decline.comment IS 'up to 20,000 characters; NULL when none was given';
COMMENT ON COLUMN jobs.decline.from_status IS 'the job''s status before';
COMMENT ON COLUMN jobs.decline.declined_at IS 'when';
