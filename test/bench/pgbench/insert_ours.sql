BEGIN;
SELECT jobs.act_as('member:' || :member);
INSERT INTO jobs.message (job_id, body) VALUES (:job, :body);
COMMIT;
BEGIN;
SELECT jobs.act_as('merchant:' || :merchant);
INSERT INTO jobs.message (job_id, body) VALUES (:job, :body);
COMMIT;
