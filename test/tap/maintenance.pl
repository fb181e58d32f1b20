# jobs.maintain() where it commits and pg_cron runs it: batch by batch, beside another one, what pg_cron wrote down of
# runs, and what jobs.health says of a schedule of it. schedule.pl has the rest of scheduling.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('maintenance', q{shared_preload_libraries = 'pg_cron, jobs'}, q{cron.database_name = 'market'},
	'cron.use_background_workers = on', 'max_worker_processes = 20', 'cron.log_run = off');

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE EXTENSION pg_cron;
	CREATE ROLE ops LOGIN;
	SELECT jobs.grant_access('ops', 'operator'), jobs.schedule_expiry();
	ALTER ROLE ALL SET jobs.job_retention = '30d' });

# So many old e-mails, jobs, events without a job; ids are those of old rows.
sub old_rows
{
	my ($count) = @_;

	$node->safe_psql('market', qq{
		SET session_replication_role = replica;
		INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, sent_at)
		SELECT n, 1025, 'message', 'r\@purge.example', 'en', '{}', now() - interval '1 year', 1, now() - interval '1 year' FROM generate_series(1, $count) n WHERE n < 1024;
		INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, sent_at)
		SELECT -n, 1025, 'message', 'r\@purge.example', 'en', '{}', now() - interval '1 year', 1, now() - interval '1 year' FROM generate_series(1024, $count) n;
		INSERT INTO jobs.job (id, organization_id, merchant_id, conversation_id, service_id, title, description, status, created_at, ended_at)
		SELECT -n, 1025, 1024, 1025, 1024, 'Old', 'Text', 'expired', now() - interval '1 year', now() - interval '1 year' FROM generate_series(1, $count) n;
		INSERT INTO jobs.message (organization_id, merchant_id, conversation_id, job_id, author, body, sent_at)
		SELECT 1025, 1024, 1025, -n, 'merchant:1024', 'Old', now() - interval '1 year' FROM generate_series(1, $count) n });
	return;
}
my $old = q{SELECT count(*), (SELECT count(*) FROM jobs.email WHERE recipient = 'r@purge.example'), (SELECT count(*) FROM jobs.message WHERE body = 'Old') FROM jobs.job WHERE title = 'Old'};
my $known = q{SELECT sum(received) > 0, round(sum(received)::numeric, 6), round(sum(expired)::numeric, 6) FROM jobs.ranking_stat, LATERAL jobs.version()};

# All of it goes, by an operator and by the owner; what is known stays.
old_rows(1500);
is($node->safe_psql('market', $old), '1500|1500|1500', 'old rows are there');
$node->safe_psql('market', 'CALL jobs.maintain()', extra_params => [ '-U', 'ops' ]);
is($node->safe_psql('market', $old), '0|0|0', 'an operator deletes them');
is($node->safe_psql('market', 'SELECT last_maintained_age_seconds < 60 FROM jobs.health'), 't', '... which is noted');
is($node->safe_psql('market', q{SELECT count(*), (SELECT count(*) FROM jobs.job WHERE created_at < now() - interval '1 day') FROM jobs.ranking_purged}), '1|0', 'what they told is kept');
old_rows(1500);
is($node->safe_psql('market', q{SELECT jobs.rebuild_ranking() > 0; SELECT round(sum(expired * power(2, extract(epoch FROM landmark - now())::float8 / half_life))::numeric, 2) FROM jobs.ranking_stat WHERE service_id = 1024}),
	"t\n" . $node->safe_psql('market', q{SELECT round(3000 * power(2, -365::numeric / 90) + count(*), 2) FROM jobs.job WHERE title <> 'Old' AND status = 'expired' AND service_id = 1024}), '... and counted in');
$node->safe_psql('market', 'CALL jobs.maintain()', extra_params => [ '-U', 'jobs_owner' ]);
is($node->safe_psql('market', $old), '0|0|0', 'the owner deletes them');

# What was done stays done when something is in the way of the rest, and the end is not noted.
old_rows(1500);
$node->safe_psql('market', q{
	UPDATE jobs.node SET last_maintained_at = NULL;
	CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id = 700 THEN RAISE 'refused'; END IF; RETURN OLD; END $$;
	CREATE TRIGGER own BEFORE DELETE ON jobs.email FOR EACH ROW EXECUTE FUNCTION public.refuse() });
refuses($node, 'market', 'CALL jobs.maintain()', qr/P0001: refused/, 'a trigger is against it');
is($node->safe_psql('market', q{SELECT count(*) BETWEEN 1 AND 999 FROM jobs.email WHERE recipient = 'r@purge.example'}), 't', 'a batch was committed');
is($node->safe_psql('market', 'SELECT last_maintained_at IS NULL FROM jobs.health'), 't', 'it did not come to its end');
$node->safe_psql('market', 'DROP TRIGGER own ON jobs.email');

# A job that nothing can delete holds nothing up.
$node->safe_psql('market', q{CREATE TABLE public.mine (job_id bigint REFERENCES jobs.job DEFERRABLE INITIALLY DEFERRED); INSERT INTO public.mine VALUES (-1200)});
my ($status, $out, $err) = $node->psql('market', 'CALL jobs.maintain()');
is($status, 0, 'a key of a user is no error');
like($err, qr/WARNING:  job -1200 was not purged: .*"mine".*\nDETAIL:  .*\nHINT:  Remove what keeps it, and purge again\./, '... and is told');
is($node->safe_psql('market', $old), '1|0|1', 'all others go');
is($node->safe_psql('market', 'SELECT last_maintained_at IS NOT NULL FROM jobs.health'), 't', '... and it comes to its end');
$node->safe_psql('market', 'DROP TABLE public.mine; CALL jobs.maintain()');
is($node->safe_psql('market', $old), '0|0|0', 'then that one goes, too');

# Two at once, beside somebody who writes.
old_rows(4000);
my @sessions = map { $node->background_psql('market') } 1 .. 2;
$_->query_until(qr//, "CALL jobs.maintain();\n") foreach @sessions;
foreach (1 .. 20)
{
	$node->safe_psql('market', q{SELECT jobs.reply_to_job((SELECT min(id) FROM jobs.job WHERE status = 'responded'), 'Yes', actor => 'member:1025') > 0});
}
foreach my $session (@sessions)
{
	$session->query_safe('SELECT 1');
	$session->quit;
	unlike($session->{stderr}, qr/ERROR/, 'two at once do no harm');
}
is($node->safe_psql('market', $old), '0|0|0', 'two at once leave nothing');

# Memory: what a transaction deletes doesn't add up in it.
my $own = q{substring(pg_read_file('/proc/self/status') from 'RssAnon:\s*(\d+)')::integer};
old_rows(110_000);
my ($deleted, $growth) = split /\|/, $node->safe_psql('market', qq{
	BEGIN;
	SELECT jobs.purge_jobs('30 days', 10000) AS first \\gset \\\\
	SELECT $own AS before \\gset \\\\
	SELECT jobs.purge_jobs('30 days', 1000000), $own - :before;
	COMMIT });
is($deleted, '100000', 'very many at once');
cmp_ok($growth, '<', 2000, 'memory stays flat');

# What pg_cron wrote down of runs. Ours are told by what was run, where, and by whom.
$node->safe_psql('market', q{
	INSERT INTO cron.job_run_details (jobid, runid, database, username, command, status, start_time, end_time)
	SELECT 1, n, d, u, c, 'succeeded', now() - a, CASE WHEN n <> 7 THEN now() - a END
	FROM (VALUES (1, 'market', 'jobs_owner', 'CALL jobs.expire_due_jobs()', interval '8 days'),
		(2, 'market', 'jobs_owner', 'CALL jobs.maintain()', interval '8 days'),
		(3, 'market', 'jobs_owner', 'CALL jobs.maintain()', interval '6 days'),
		(4, 'market', 'jobs_owner', 'SELECT 1', interval '80 days'),
		(5, 'other', 'jobs_owner', 'CALL jobs.maintain()', interval '80 days'),
		(6, 'market', 'postgres', 'CALL jobs.maintain()', interval '80 days'),
		(7, 'market', 'jobs_owner', 'CALL jobs.maintain()', interval '80 days')) v (n, d, u, c, a) });
my $runs = q{SELECT string_agg(runid::text, ' ' ORDER BY runid) FROM cron.job_run_details};
$node->safe_psql('market', 'CALL jobs.maintain()', extra_params => [ '-U', 'jobs_owner' ]);
is($node->safe_psql('market', $runs), '1 2 3 4 5 6 7', 'the owner may not use schema cron: nothing happens');
$node->safe_psql('market', 'GRANT USAGE ON SCHEMA cron TO jobs_owner');
is($node->safe_psql('market', "BEGIN; LOCK TABLE cron.job_run_details IN SHARE MODE; $runs; ROLLBACK"), '1 2 3 4 5 6 7', 'all are there');
my $other = $node->background_psql('market');
$other->query_safe('BEGIN; LOCK TABLE cron.job_run_details IN SHARE MODE');
$node->safe_psql('market', 'CALL jobs.maintain()', extra_params => [ '-U', 'jobs_owner' ]);
is($node->safe_psql('market', $runs), '1 2 3 4 5 6 7', 'somebody holds the table: nothing happens, and nobody waits');
$other->query_safe('COMMIT');
$other->quit;
$node->safe_psql('market', 'CALL jobs.maintain()', extra_params => [ '-U', 'ops' ]);
is($node->safe_psql('market', $runs), '3 4 5 6', 'our old ones go, and no others');
$node->safe_psql('market', q{
	INSERT INTO cron.job_run_details (jobid, runid, database, username, command, status, start_time, end_time)
	SELECT 1, 100 + n, 'market', 'jobs_owner', 'CALL jobs.expire_due_jobs()', 'succeeded', now() - interval '1 year', now() - interval '1 year' FROM generate_series(1, 3500) n });
$node->safe_psql('market', 'CALL jobs.maintain()');
is($node->safe_psql('market', $runs), '3 4 5 6', 'in several batches');

# Its schedule: beside the sweep's, as the owner.
my $everything = q{SELECT jobname, schedule, command, database, username, active FROM cron.job ORDER BY jobname};
my $sweep = 'jobs-expiry:market|* * * * *|CALL jobs.expire_due_jobs()|market|jobs_owner|t';
my $id = $node->safe_psql('market', 'SELECT jobs.schedule_maintenance()', extra_params => [ '-U', 'ops' ]);
is($node->safe_psql('market', $everything), "$sweep\njobs-maintenance:market|17 3 * * *|CALL jobs.maintain()|market|jobs_owner|t", 'it has a schedule of its own');
is($node->safe_psql('market', q{SELECT jobs.schedule_maintenance('*/20 * * * *')}), $id, 'again, it is the same job');
is($node->safe_psql('market', $everything), "$sweep\njobs-maintenance:market|*/20 * * * *|CALL jobs.maintain()|market|jobs_owner|t", '... with another schedule');
refuses($node, 'market', q{SELECT jobs.schedule_maintenance('now and then')}, qr/22023: .*is not a schedule/, 'no schedule');
refuses($node, 'market', q{SELECT jobs.schedule_maintenance(NULL)}, qr/22004: /, 'NULL');
install($node, 'elsewhere', 'jobs_owner');
refuses($node, 'elsewhere', 'SELECT jobs.schedule_maintenance()',
	qr/0A000: .*\QSELECT cron.schedule_in_database('jobs-maintenance:elsewhere', '17 3 * * *', 'CALL jobs.maintain()', 'elsewhere', 'jobs_owner');\E/s, 'in another database');
$node->safe_psql('elsewhere', 'CALL jobs.maintain()', extra_params => [ '-U', 'jobs_owner' ]);
is($node->safe_psql('elsewhere', 'SELECT last_maintained_at IS NOT NULL FROM jobs.health'), 't', 'it runs where pg_cron is not');

# jobs.health looks after that schedule, as long as there is one.
$node->safe_psql('market', 'CALL jobs.expire_due_jobs()');
my $health = q{SELECT schedule_ok || ' ' || coalesce(schedule_problem, '') FROM jobs.health};
is($node->safe_psql('market', $health), 'true ', 'health: both are right');
foreach my $case ([ q{UPDATE cron.job SET active = false WHERE jobname ~ 'maintenance'}, qr/^false Job $id .*"f" as its active.*jobs\.unschedule_maintenance\(\); SELECT jobs\.schedule_maintenance\(\);$/ ],
	[ q{UPDATE cron.job SET command = 'SELECT 1' WHERE jobname ~ 'maintenance'}, qr/^false Job $id .*command, not "CALL jobs\.maintain\(\)"/ ],
	[ q{UPDATE cron.job SET username = 'postgres' WHERE jobname ~ 'maintenance'}, qr/^false Job $id .*role "postgres".*SELECT jobs\.schedule_maintenance\(\);$/ ],
	[ q{INSERT INTO cron.job_run_details (jobid, runid, status, return_message) VALUES (ID, 9000, 'failed', 'no luck')}, qr/^false The last run failed: no luck$/ ],
	[ q{UPDATE jobs.node SET last_maintained_at = now() - interval '51 minutes'}, qr/^false Maintenance last came to its end at .*jobs\.schedule_maintenance\('\*\/10/ ],
	[ q{UPDATE jobs.node SET last_maintained_at = now() - interval '49 minutes'}, qr/^true $/ ],
	[ q{UPDATE cron.job SET schedule = '17 3 * * *'; UPDATE jobs.node SET last_maintained_at = now() - interval '2 days'}, qr/^true $/ ],
	[ q{UPDATE cron.job SET schedule = '17 3 * * *'; UPDATE jobs.node SET last_maintained_at = now() - interval '49 hours'}, qr/^false Maintenance/ ],
	[ q{UPDATE cron.job SET schedule = '17 * * * *'; UPDATE jobs.node SET last_maintained_at = now() - interval '3 hours'}, qr/^false Maintenance/ ],
	[ q{DELETE FROM cron.job WHERE jobname ~ 'maintenance'; UPDATE jobs.node SET last_maintained_at = now() - interval '9 years'}, qr/^true $/ ],
	[ q{UPDATE cron.job SET active = false}, qr/^false Job .*jobs\.unschedule_expiry.* Job $id .*jobs\.unschedule_maintenance/ ],
	[ q{REVOKE USAGE ON SCHEMA cron FROM jobs_owner}, qr/^true $/ ],
	[ q{REVOKE USAGE ON SCHEMA cron FROM jobs_owner; INSERT INTO cron.job_run_details (jobid, runid, database, username, command, status, end_time) VALUES (ID, 9000, 'market', 'jobs_owner', 'CALL jobs.maintain()', 'succeeded', now() - interval '10 days')},
		qr/^false Rows of cron\.job_run_details .*GRANT USAGE ON SCHEMA cron TO jobs_owner; GRANT SELECT, DELETE ON cron\.job_run_details TO jobs_owner;$/ ])
{
	my ($wrong, $expected) = ($case->[0] =~ s/\bID\b/$id/gr, $case->[1]);

	like($node->safe_psql('market', "BEGIN; UPDATE jobs.node SET last_run_at = now(); $wrong; $health; ROLLBACK"), $expected, "health: $wrong");
}
is($node->safe_psql('market', 'SELECT jobs.unschedule_maintenance()'), 't', 'its schedule is ended');
is($node->safe_psql('market', 'SELECT jobs.unschedule_maintenance()'), 'f', 'there is no more to end');
is($node->safe_psql('market', $everything), $sweep, q{the sweep's stays});

# pg_cron does it.
old_rows(10);
$node->safe_psql('market', q{UPDATE jobs.node SET last_maintained_at = NULL; SELECT jobs.schedule_maintenance('* * * * *')});
{
	local $PostgreSQL::Test::Utils::timeout_default = 150;
	ok($node->poll_query_until('market', 'SELECT last_maintained_at IS NOT NULL FROM jobs.health'), 'pg_cron calls it');
}
is($node->safe_psql('market', $old), '0|0|0', '... and all old rows are gone');
is($node->safe_psql('market', $health), 'true ', '... and health is well');

# A restored copy has not been maintained, and keeps what is known.
my $before = $node->safe_psql('market', 'SELECT count(*), sum(expired) FROM jobs.ranking_purged');
$node->safe_psql('market', q{SELECT jobs.unschedule_maintenance(), jobs.unschedule_expiry()});
$node->safe_psql('postgres', 'CREATE DATABASE copy');
command_ok([ 'pg_dump', '-Fc', '-f', $node->basedir . '/dump', '-d', $node->connstr('market') ], 'dumped');
$node->command_fails([ 'pg_restore', '-d', $node->connstr('copy'), $node->basedir . '/dump' ], 'restored, but for pg_cron');
is($node->safe_psql('copy', 'SELECT count(*), sum(expired) FROM jobs.ranking_purged'), $before, 'what purged jobs told is in a copy');
is($node->safe_psql('copy', 'SELECT last_maintained_at IS NULL FROM jobs.health'), 't', '... in which nothing has run');

done_testing();
