-- One job of 16 organizations: asked for, then answered, declined, or left to expire.
\set o random(1, 16)
\set m random(1, 64)
\set what random(1, 3)
\set sweep random(1, 25)
SELECT job_id FROM jobs.request_job(1024, 'Audit', 'All of it', :o * 1025, actor => 'merchant:' || :m * 1024) \gset
\if :what = 1
SELECT jobs.reply_to_job(:job_id, 'We can do that', actor => 'member:' || :o * 1025);
\elif :what = 2
SELECT jobs.decline_job(:job_id, 'too_busy', actor => 'member:' || :o * 1025);
\endif
\if :sweep = 1
SELECT jobs.expire_jobs(50);
\endif
