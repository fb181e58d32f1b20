-- From new to confirmed, with two members assigned and messages both ways.
\echo :bold'3  The life of job' :job:plain
\echo
\set status 'SELECT ''-> '' || status FROM jobs.job_list WHERE id ='

\echo -n '  Ada opens it.                                         '
SELECT jobs.open_job(:job, actor => :'ada') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Ada takes it on.                                      '
SELECT jobs.assign_self(:job, actor => :'ada') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Ada assigns Ben, too.                                 '
SELECT jobs.assign_members(:job, ARRAY[:ben_id], actor => :'ada') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Ada writes: "We start on Monday."                     '
SELECT jobs.reply_to_job(:job, 'We start on Monday.', actor => :'ada') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Mia writes: "Green, please."                          '
SELECT jobs.reply_to_job(:job, 'Green, please.', actor => :'mia') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  An ORM inserts Ben''s message: "Which green?"          '
SELECT jobs.act_as(:'ben') \g /dev/null
INSERT INTO jobs.message (job_id, body) VALUES (:job, 'Which green?');
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Ben marks it inactive until Mia answers.              '
SELECT jobs.mark_inactive(:job, actor => :'ben') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Mia writes: "Sencha."                                 '
SELECT jobs.reply_to_job(:job, 'Sencha.', actor => :'mia') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Ben completes it: "Have a look."                      '
SELECT jobs.complete_job(:job, 'Have a look.', actor => :'ben') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Mia rejects: "The basket is still red."               '
SELECT jobs.reject_completion(:job, 'The basket is still red.', actor => :'mia') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Ben completes it again.                               '
SELECT jobs.complete_job(:job, actor => :'ben') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo -n '  Mia confirms.                                         '
SELECT jobs.confirm_completion(:job, actor => :'mia') \g /dev/null
:status :job;
COMMIT;
\! demo/show mail

\echo '  Mia reviews it: 5 for communication, 4 for quality.'
SELECT jobs.review_job(:job, 5, 4, 'Calm, and green in the end.', actor => :'mia') AS review \gset
COMMIT;
\! demo/show mail

\echo '  Ada thanks her, which the review shows from now on.'
SELECT jobs.reply_to_review(:review, 'We would do it again!', actor => :'ada') \g /dev/null
COMMIT;
