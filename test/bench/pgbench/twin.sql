SELECT twin.reply_to_job(:job, :body, 'member:' || :member);
SELECT twin.reply_to_job(:job, :body, 'merchant:' || :merchant);
