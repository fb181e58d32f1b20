SELECT jobs.reply_to_job(:job, :body, actor => 'member:' || :member);
SELECT jobs.reply_to_job(:job, :body, actor => 'merchant:' || :merchant);
