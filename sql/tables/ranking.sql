CREATE TABLE IF NOT EXISTS jobs.ranking_stat (
	organization_id bigint NOT NULL REFERENCES jobs.organization,
	service_id bigint NOT NULL REFERENCES jobs.service,
	part integer NOT NULL,
	landmark timestamptz NOT NULL,
	half_life integer NOT NULL CHECK (half_life > 0),
	received float8 NOT NULL,
	decided float8 NOT NULL,
	answered float8 NOT NULL,
	declined float8 NOT NULL,
	expired float8 NOT NULL,
	completed float8 NOT NULL,
	reviews float8 NOT NULL,
	stars float8 NOT NULL,
	confirmed_jobs bigint NOT NULL,
	standing bigint NOT NULL CHECK (standing >= 0),
	PRIMARY KEY (organization_id, service_id, part)
) WITH (fillfactor = 70);

CREATE TABLE IF NOT EXISTS jobs.ranking_total (
	service_id bigint NOT NULL REFERENCES jobs.service,
	part integer NOT NULL CHECK (part >= 0),
	landmark timestamptz NOT NULL,
	half_life integer NOT NULL CHECK (half_life > 0),
	decided float8 NOT NULL,
	answered float8 NOT NULL,
	declined float8 NOT NULL,
	expired float8 NOT NULL,
	completed float8 NOT NULL,
	reviews float8 NOT NULL,
	stars float8 NOT NULL,
	row_count bigint NOT NULL,
	PRIMARY KEY (service_id, part)
) WITH (fillfactor = 10);

CREATE TABLE IF NOT EXISTS jobs.ranking_purged (
	organization_id bigint NOT NULL REFERENCES jobs.organization,
	service_id bigint NOT NULL REFERENCES jobs.service,
	landmark timestamptz NOT NULL,
	half_life integer NOT NULL CHECK (half_life > 0),
	received float8 NOT NULL,
	decided float8 NOT NULL,
	answered float8 NOT NULL,
	declined float8 NOT NULL,
	expired float8 NOT NULL,
	completed float8 NOT NULL,
	reviews float8 NOT NULL,
	stars float8 NOT NULL,
	confirmed_jobs bigint NOT NULL,
	PRIMARY KEY (organization_id, service_id)
) WITH (fillfactor = 70);

CREATE INDEX IF NOT EXISTS ranking_stat_service ON jobs.ranking_stat (service_id, organization_id);
CREATE INDEX IF NOT EXISTS ranking_stat_standing ON jobs.ranking_stat (service_id, half_life, standing);

ALTER TABLE jobs.ranking_stat ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs.ranking_total ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs.ranking_purged ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON jobs.ranking_stat
	USING (organization_id = (SELECT jobs.current_organization_id()));

CREATE TRIGGER "00_jobs_guard" BEFORE INSERT OR UPDATE ON jobs.ranking_stat
	FOR EACH ROW EXECUTE FUNCTION jobs.record_guard();
CREATE TRIGGER "00_jobs_guard" BEFORE INSERT OR UPDATE ON jobs.ranking_total
	FOR EACH ROW EXECUTE FUNCTION jobs.record_guard();
CREATE TRIGGER "00_jobs_guard" BEFORE INSERT OR UPDATE ON jobs.ranking_purged
	FOR EACH ROW EXECUTE FUNCTION jobs.record_guard();

COMMENT ON TABLE jobs.ranking_stat IS 'what is known of an organization''s work of one kind: sums in which a job, or a review, weighs 2^((its time - landmark) / half_life). Written at the commit of what happens; jobs.rebuild_ranking() makes it anew';
COMMENT ON COLUMN jobs.ranking_stat.organization_id IS 'whose work';
COMMENT ON COLUMN jobs.ranking_stat.service_id IS 'the kind of work';
COMMENT ON COLUMN jobs.ranking_stat.part IS 'tells several rows of the same two apart: who finds all of them held adds another one instead of waiting, and the sums are the sums over all';
COMMENT ON COLUMN jobs.ranking_stat.landmark IS 'when the row was last written, and a job or review weighs 1 that happened then; what counts now is a sum times 2^((landmark - now) / half_life), or, while the landmark lies in the future because a clock was set back, the sum';
COMMENT ON COLUMN jobs.ranking_stat.half_life IS 'seconds after which what happened counts half; jobs.ranking_half_life when the row was last written';
COMMENT ON COLUMN jobs.ranking_stat.received IS 'jobs asked for';
COMMENT ON COLUMN jobs.ranking_stat.decided IS 'of these, jobs that the organization answered, declined or let expire';
COMMENT ON COLUMN jobs.ranking_stat.answered IS 'of these, jobs with a first response within 24 hours';
COMMENT ON COLUMN jobs.ranking_stat.declined IS 'jobs that the organization declined; what merchants decline is not counted';
COMMENT ON COLUMN jobs.ranking_stat.expired IS 'jobs that expired without a response';
COMMENT ON COLUMN jobs.ranking_stat.completed IS 'jobs whose completion the merchant confirmed';
COMMENT ON COLUMN jobs.ranking_stat.reviews IS 'reviews, of jobs and of proposals';
COMMENT ON COLUMN jobs.ranking_stat.stars IS 'the sum of their ratings, each the mean of communication and quality';
COMMENT ON COLUMN jobs.ranking_stat.confirmed_jobs IS 'how many completions merchants confirmed, whatever their age';
COMMENT ON COLUMN jobs.ranking_stat.standing IS 'internal: what bounds the row''s score from above, until it is written again, so that the best are found without reading all; the best possible have the lowest; 0: not told';
COMMENT ON TABLE jobs.ranking_total IS 'the sums of jobs.ranking_stat over all organizations, of which the marketplace''s means are made. Written along with them';
COMMENT ON COLUMN jobs.ranking_total.service_id IS 'the kind of work';
COMMENT ON COLUMN jobs.ranking_total.part IS 'tells several rows of the same service apart: who commits writes one that nobody else holds, and the sums are the sums over all';
COMMENT ON COLUMN jobs.ranking_total.landmark IS 'when the row was last written, as in jobs.ranking_stat';
COMMENT ON COLUMN jobs.ranking_total.half_life IS 'seconds after which what happened counts half; jobs.ranking_half_life when the row was last written';
COMMENT ON COLUMN jobs.ranking_total.decided IS 'jobs that organizations were asked for and that were answered, declined or left to expire';
COMMENT ON COLUMN jobs.ranking_total.answered IS 'of these, jobs with a first response within 24 hours';
COMMENT ON COLUMN jobs.ranking_total.declined IS 'jobs that organizations declined';
COMMENT ON COLUMN jobs.ranking_total.expired IS 'jobs that expired without a response';
COMMENT ON COLUMN jobs.ranking_total.completed IS 'jobs whose completion the merchant confirmed';
COMMENT ON COLUMN jobs.ranking_total.reviews IS 'reviews, of jobs and of proposals';
COMMENT ON COLUMN jobs.ranking_total.stars IS 'the sum of their ratings, each the mean of communication and quality';
COMMENT ON COLUMN jobs.ranking_total.row_count IS 'how many rows of jobs.ranking_stat were added, for a search to judge what it costs to read all';
COMMENT ON TABLE jobs.ranking_purged IS 'what jobs and their reviews told that jobs.purge_jobs() deleted: sums as in jobs.ranking_stat, where they stay, too; jobs.rebuild_ranking() counts them in';
COMMENT ON COLUMN jobs.ranking_purged.organization_id IS 'whose work it was';
COMMENT ON COLUMN jobs.ranking_purged.service_id IS 'the kind of work';
COMMENT ON COLUMN jobs.ranking_purged.landmark IS 'when the row was last written, as in jobs.ranking_stat';
COMMENT ON COLUMN jobs.ranking_purged.half_life IS 'seconds after which what happened counts half; jobs.ranking_half_life when the row was last written';
COMMENT ON COLUMN jobs.ranking_purged.received IS 'jobs asked for';
COMMENT ON COLUMN jobs.ranking_purged.decided IS 'of these, jobs that the organization answered, declined or let expire';
COMMENT ON COLUMN jobs.ranking_purged.answered IS 'of these, jobs with a first response within 24 hours';
COMMENT ON COLUMN jobs.ranking_purged.declined IS 'jobs that the organization declined; what merchants decline is not counted';
COMMENT ON COLUMN jobs.ranking_purged.expired IS 'jobs that expired without a response';
COMMENT ON COLUMN jobs.ranking_purged.completed IS 'jobs whose completion the merchant confirmed';
COMMENT ON COLUMN jobs.ranking_purged.reviews IS 'reviews of these jobs';
COMMENT ON COLUMN jobs.ranking_purged.stars IS 'the sum of their ratings, each the mean of communication and quality';
COMMENT ON COLUMN jobs.ranking_purged.confirmed_jobs IS 'how many completions merchants confirmed, whatever their age';
