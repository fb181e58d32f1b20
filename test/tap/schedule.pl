# jobs.schedule_expiry() and jobs.unschedule_expiry(): what they say where pg_cron can't be
# had, that what they say helps, and that pg_cron really expires jobs.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Installs jobs into a new database, with an owner of its own who may not log in.
sub marketplace
{
	my ($node, $database) = @_;

	$node->safe_psql('postgres', qq{
		CREATE ROLE "${database}_owner";
		CREATE DATABASE "$database"});
	$node->safe_psql($database, qq{
		CREATE EXTENSION jobs;
		SELECT jobs.install(owner => '${database}_owner')});
	return;
}

# Creates a job that is overdue at once.
sub overdue_job
{
	my ($node, $database) = @_;

	$node->safe_psql($database, q{
		SET jobs.response_window = '1ms';
		SELECT count(*)
		FROM jobs.create_service('shelves') s,
			jobs.create_organization('Shelf Ltd', 'desk@example.com') o,
			jobs.create_merchant('Shop', 'shop@example.com') m,
			jobs.provide_service(o, s),
			LATERAL jobs.request_job(s, 'Fix it', 'Please.', o, actor => 'merchant:' || m)});
	return;
}

# Runs SQL that fails, and returns all that the server said.
sub complaint
{
	my ($node, $database, $sql) = @_;
	my ($result, $stdout, $stderr) = $node->psql($database, "\\set VERBOSITY verbose\n$sql");

	isnt($result, 0, "fails in $database: $sql");
	return $stderr;
}

sub complains
{
	my ($node, $database, $sql, $code, $hint) = @_;
	my $said = complaint($node, $database, $sql);

	like($said, qr/ERROR:  $code: /, "... with $code");
	like($said, qr/DETAIL:  .*\.$/m, '... and a detail');
	like($said, qr/HINT:  .*$hint/, '... and what to do about it');
	return;
}

sub is_row
{
	my ($node, $columns, $expected, $test) = @_;

	is($node->safe_psql('m1', "SELECT $columns FROM (SELECT * FROM cron.job ORDER BY jobname) job"), $expected, $test);
	return;
}

sub waits_until_expired
{
	my ($node, $database) = @_;

	ok($node->poll_query_until($database,
			q{SELECT bool_and(status = 'expired') AND count(*) > 0 FROM jobs.job}),
		'pg_cron expires the job in ' . $node->name . ", $database");
	return;
}

# What jobs.health says of the schedule, to somebody who may do nothing else; '' is that all is well.
sub health_is
{
	my ($node, $database, $expected, $name) = @_;

	$node->safe_psql($database, q{
		DO $$ BEGIN
			IF to_regrole('watcher') IS NULL THEN
				CREATE ROLE watcher;
			END IF;
			EXECUTE format('GRANT CONNECT ON DATABASE %I TO watcher', current_database());
			PERFORM jobs.grant_access('watcher', 'monitor');
		END $$});
	like($node->safe_psql($database, q{
			SET ROLE watcher;
			SELECT schedule_ok || ' ' || coalesce(schedule_problem, '') FROM jobs.health}),
		$expected eq '' ? qr/^true $/ : qr/^false .*$expected/, "health: $name");
	# as the installer is told
	my ($result, $stdout, $stderr) = $node->psql($database, 'SELECT jobs.install()');
	if ($expected eq '') { unlike($stderr, qr/nothing is known to expire jobs/, "install(): $name"); }
	else { like($stderr, qr/WARNING:  nothing is known to expire jobs here\nDETAIL:  .*$expected/, "install(): $name"); }
	return;
}

# Where pg_cron has nothing to do with it, a sweep within ten minutes is enough.
sub another_scheduler
{
	my ($node, $name) = @_;

	$node->safe_psql('m1', q{UPDATE jobs.node SET last_run_at = now() - interval '9 minutes', last_run_database = (SELECT oid FROM pg_database WHERE datname = 'm1')});
	health_is($node, 'm1', '', "$name, another scheduler");
	$node->safe_psql('m1', q{UPDATE jobs.node SET last_run_at = now() - interval '11 minutes'});
	health_is($node, 'm1', '\w', "$name, another scheduler that has stopped");
	$node->safe_psql('m1', 'UPDATE jobs.node SET last_run_at = NULL, last_run_database = NULL');
	return;
}

my ($schedule, $unschedule) = ('SELECT jobs.schedule_expiry()', 'SELECT jobs.unschedule_expiry()');
my $everything = 'jobname, schedule, command, database, username, active, nodename, nodeport';

# a server that doesn't load pg_cron
my $without = PostgreSQL::Test::Cluster->new('without');
$without->init;
$without->start;
marketplace($without, 'm1');
complains($without, 'm1', $schedule, '0A000', q{shared_preload_libraries, set cron.database_name = 'm1'});
complains($without, 'm1', $unschedule, '0A000', q{shared_preload_libraries});
health_is($without, 'm1', 'pg_cron is not loaded. .*add pg_cron to shared_preload_libraries', 'pg_cron is not loaded');
another_scheduler($without, 'pg_cron is not loaded');

# a setting that nobody reads
$without->append_conf('postgresql.conf', "cron.database_name = 'm1'");
$without->reload;
ok($without->poll_query_until('m1', q{SELECT current_setting('cron.database_name', true) = 'm1'}),
	'cron.database_name is set');
complains($without, 'm1', $schedule, '0A000', q{shared_preload_libraries});

# a server that doesn't know of pg_cron
$without->safe_psql('m1', q{
	SET allow_system_table_mods = on;
	CREATE OR REPLACE VIEW pg_catalog.pg_available_extensions AS
	SELECT e.name, e.default_version, x.extversion AS installed_version, e.comment
	FROM pg_catalog.pg_available_extensions() e
	LEFT JOIN pg_catalog.pg_extension x ON e.name = x.extname
	WHERE e.name <> 'pg_cron'});
complains($without, 'm1', $schedule, '0A000', q{Install the package of pg_cron});
$without->stop;

# servers that load it, and start jobs in two ways
my %nodes;
for my $name ('workers', 'connections')
{
	my $node = PostgreSQL::Test::Cluster->new($name);
	my $workers = $name eq 'workers' ? 'on' : 'off';

	$node->init;
	$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'pg_cron'
cron.database_name = 'm1'
cron.use_background_workers = $workers
cron.host = '@{[$node->host]}'
max_worker_processes = 20
});
	$node->start;
	marketplace($node, 'm1');
	overdue_job($node, 'm1');
	$nodes{$name} = $node;
}
my $node = $nodes{workers};
my $host = $node->host;
my $port = $node->port;

# the right database, but without the extension
complains($node, 'm1', $schedule, '0A000', 'CREATE EXTENSION pg_cron;');
complains($node, 'm1', $unschedule, '0A000', 'CREATE EXTENSION pg_cron;');
health_is($node, 'm1', 'Run CREATE EXTENSION pg_cron;', 'no extension');
another_scheduler($node, 'no extension');
$_->safe_psql('m1', 'CREATE EXTENSION pg_cron') for values %nodes;
is($node->safe_psql('m1', $unschedule), 'f', 'there is no schedule yet');
health_is($node, 'm1', 'There is no schedule for this database. Run SELECT jobs.schedule_expiry\(\);', 'no schedule');
another_scheduler($node, 'no schedule');

# the owner must be able to log in, and to connect
complains($node, 'm1', $schedule, '55000', 'ALTER ROLE m1_owner LOGIN;');
$_->safe_psql('m1', 'ALTER ROLE m1_owner LOGIN') for values %nodes;
$node->safe_psql('m1', 'REVOKE CONNECT ON DATABASE m1 FROM PUBLIC');
complains($node, 'm1', $schedule, '55000', 'GRANT CONNECT ON DATABASE m1 TO m1_owner;');
$node->safe_psql('m1', 'GRANT CONNECT ON DATABASE m1 TO m1_owner');

# schedules
complains($node, 'm1', 'SELECT jobs.schedule_expiry(NULL)', '22004', 'schedule');
complains($node, 'm1', q{SELECT jobs.schedule_expiry('')}, '22023', 'schedule');
complains($node, 'm1', q{SELECT jobs.schedule_expiry('now and then')}, '22023', 'minute, hour');
complains($node, 'm1', q{SELECT jobs.schedule_expiry('* * * * 99')}, '22023', 'minute, hour');
is_row($node, 'count(*)', 0, 'nothing came of it');

# a function that is not pg_cron's own is not called
complains($node, 'm1', "BEGIN; ALTER EXTENSION pg_cron DROP FUNCTION cron.schedule(text, text, text); $schedule",
	'55000', 'ALTER EXTENSION pg_cron UPDATE');

# an operator, in whose stead the owner uses pg_cron
$node->safe_psql('m1', q{
	CREATE ROLE op LOGIN;
	GRANT CONNECT ON DATABASE m1 TO op;
	SELECT jobs.grant_access('op', 'operator')});
complains($node, 'm1', "SET ROLE op; $schedule", '42501', 'GRANT USAGE ON SCHEMA cron TO m1_owner;');
complains($node, 'm1', "SET ROLE op; $unschedule", '42501', 'GRANT USAGE ON SCHEMA cron TO m1_owner;');

# a superuser
my $id = $node->safe_psql('m1', $schedule);
is_row($node, "jobid, $everything",
	"$id|jobs-expiry:m1|* * * * *|CALL jobs.expire_due_jobs()|m1|m1_owner|t|$host|$port",
	'a superuser schedules for the owner');
health_is($node, 'm1', '', 'scheduled');
$node->safe_psql('m1', 'ALTER ROLE m1_owner NOLOGIN');
health_is($node, 'm1', 'may not log in. Run ALTER ROLE m1_owner LOGIN;', 'an owner who may not log in');
$node->safe_psql('m1', 'ALTER ROLE m1_owner LOGIN; REVOKE CONNECT ON DATABASE m1 FROM m1_owner');
health_is($node, 'm1', 'Run GRANT CONNECT ON DATABASE m1 TO m1_owner;', 'an owner who may not connect');
$node->safe_psql('m1', 'GRANT CONNECT ON DATABASE m1 TO m1_owner; ALTER ROLE m1_owner RENAME TO other');
health_is($node, 'm1', "Job $id of pg_cron runs as role \"m1_owner\", which does not exist; the tables belong to \"other\"", 'a renamed owner');
$node->safe_psql('m1', 'ALTER ROLE other RENAME TO m1_owner');
health_is($node, 'm1', '', 'an owner who is renamed back');
foreach my $wrong ([ q{command = 'SELECT 1'}, 'command' ], [ q{nodename = 'elsewhere'}, 'nodename' ], [ 'nodeport = 1', 'nodeport' ], [ 'active = false', 'active' ],
	[ q{database = 'postgres'}, 'runs in database "postgres"' ], [ q{username = 'postgres'}, 'runs as role "postgres", which does not own them' ],
	[ q{jobname = 'jobs-expiry:gone', database = 'gone'}, 'is for database "gone", which does not exist' ], [ q{jobname = 'other'}, 'There is no schedule' ])
{
	is($node->safe_psql('m1', "
		BEGIN; UPDATE cron.job SET $wrong->[0]; UPDATE jobs.node SET last_run_at = NULL;
		SELECT schedule_ok || ' ' || (schedule_problem ~ \$\$$wrong->[1]\$\$) FROM jobs.health; ROLLBACK"), 'false true', "health: $wrong->[0]");
}
# what runs came to
foreach my $run ([ q{'failed', 'connection failed'}, 'cron.use_background_workers = on' ], [ q{'failed', 'ERROR: no such thing'}, 'The last run failed: ERROR: no such thing' ],
	[ q{'succeeded', '1 row'}, '' ], [ q{'running', NULL}, '' ])
{
	is($node->safe_psql('m1', "
		BEGIN;
		INSERT INTO cron.job_run_details (jobid, runid, status, return_message)
		SELECT $id, n, 'failed', 'earlier' FROM generate_series(1000, 1001) n;
		INSERT INTO cron.job_run_details (jobid, runid, status, return_message) VALUES ($id, 2000, 'succeeded', '');
		INSERT INTO cron.job_run_details (jobid, runid, status, return_message) VALUES ($id, 3000, $run->[0]);
		INSERT INTO cron.job_run_details (jobid, runid, status, return_message) SELECT -1, 4000 + n, 'failed', 'another job' FROM generate_series(1, 50) n;
		SELECT coalesce(schedule_problem, '') ~ \$\$$run->[1]\$\$, schedule_problem IS NULL FROM jobs.health; ROLLBACK"),
		't|' . ($run->[1] eq '' ? 't' : 'f'), "health: a run that $run->[0]");
}
is($node->safe_psql('m1', q{
		BEGIN; CALL jobs.expire_due_jobs(); UPDATE jobs.node SET last_run_at = now() - interval '1 hour';
		SELECT schedule_problem ~ 'The sweep last ran at .*pg_cron launcher' FROM jobs.health; ROLLBACK}), 't', 'health: a scheduler that has stopped');
is($node->safe_psql('m1', q{
		BEGIN; LOCK TABLE cron.job; SELECT schedule_ok FROM jobs.health; ROLLBACK}), 't', 'health: one\'s own lock on cron.job');
foreach my $setting ('cron.launch_active_jobs = off', 'cron.max_running_jobs = 0')
{
	my ($set) = $setting =~ /^(\S+)/;
	my ($result) = $node->psql('m1', "SHOW $set");

	# pg_cron 1.4 has not all of them
	next if $result != 0;
	$node->append_conf('postgresql.conf', $setting);
	$node->restart;
	health_is($node, 'm1', $set, $setting);
	($result, undef, my $stderr) = $node->psql('m1', $schedule);
	is($result, 0, "scheduled all the same: $setting");
	like($stderr, qr/WARNING:  pg_cron has the schedule, but does not expire jobs by it.*DETAIL:  $set .*ALTER SYSTEM SET $set/s, "schedule_expiry() tells: $setting");
	$node->adjust_conf('postgresql.conf', $set, undef);
	$node->restart;
}
is($node->safe_psql('m1', q{SELECT jobs.schedule_expiry('*/7 * * * *')}), $id, 'again, it is the same job');
is_row($node, 'jobid, schedule', "$id|*/7 * * * *", '... with another schedule');

$node->safe_psql('m1', 'GRANT USAGE ON SCHEMA cron TO m1_owner');
is($node->safe_psql('m1', "SET ROLE op; $schedule"), $id, 'an operator does the same');
is($node->safe_psql('m1', "SET row_security = off; SET ROLE m1_owner; $schedule"), $id, 'and the owner');
is_row($node, 'jobid, schedule', "$id|* * * * *", 'there is still one schedule');

# a row that would not do
for my $wrong (q{active = false}, q{database = 'postgres'}, q{nodename = 'elsewhere'}, q{nodeport = 1})
{
	$node->safe_psql('m1', "UPDATE cron.job SET $wrong");
	next if $wrong =~ /^database/ && $node->psql('m1', $schedule) == 0;	# pg_cron 1.6 sets it right
	complains($node, 'm1', $schedule, '55000', 'SELECT jobs.unschedule_expiry\(\); and then');
	is($node->safe_psql('m1', "SET ROLE op; $unschedule"), 't', 'it is unscheduled');
	is_row($node, 'count(*)', 0, '... and gone');
	$node->safe_psql('m1', $schedule);
	is_row($node, $everything,
		"jobs-expiry:m1|* * * * *|CALL jobs.expire_due_jobs()|m1|m1_owner|t|$host|$port",
		'... and can be scheduled anew');
}

# the owner is a superuser, for whom pg_cron was told to do nothing
SKIP:
{
	my ($result) = $node->psql('m1', 'SHOW cron.enable_superuser_jobs');

	skip('this pg_cron has no cron.enable_superuser_jobs', 4) if $result != 0;
	# pg_cron 1.6.5 crashes when it starts with such a job
	$node->safe_psql('m1', $unschedule);
	$node->safe_psql('m1', 'ALTER ROLE m1_owner SUPERUSER');
	$node->append_conf('postgresql.conf', 'cron.enable_superuser_jobs = off');
	$node->restart;
	complains($node, 'm1', $schedule, '55000', 'cron.enable_superuser_jobs = on');
	$node->safe_psql('m1', 'ALTER ROLE m1_owner NOSUPERUSER');
	$node->safe_psql('m1', $schedule);
}

# a second database of the same server: its hint is run as it stands
marketplace($node, 'm2');
overdue_job($node, 'm2');
$node->safe_psql('m2', q{REVOKE CONNECT ON DATABASE m2 FROM PUBLIC});
my $said = complaint($node, 'm2', $schedule);
like($said, qr/ERROR:  0A000: .*another database/, '... for pg_cron is in another database');
like($said, qr/HINT:  Connect to database "m1"/, '... which is named');
like($said, qr/\QSELECT cron.schedule_in_database('jobs-expiry:m2', '* * * * *', 'CALL jobs.expire_due_jobs()', 'm2', 'm2_owner');\E/,
	'... with the statement to run there');
my ($statements) = $said =~ /and run: (.*;)$/m;
$node->safe_psql('m1', $statements);
health_is($node, 'm2', 'pg_cron keeps its schedules in database "m1", and nothing has called the sweep', 'a schedule that can not be seen');
$node->safe_psql('m2', 'CALL jobs.expire_due_jobs()');
health_is($node, 'm2', '', 'a schedule that can not be seen, after a run');
is_row($node, 'jobname, database, username, active',
	"jobs-expiry:m1|m1|m1_owner|t\njobs-expiry:m2|m2|m2_owner|t",
	'each database has a schedule of its own');

# a name that pg_cron would cut off
my $long = 'm' x 60;
marketplace($node, $long);
my $oid = $node->safe_psql($long, 'SELECT oid FROM pg_database WHERE datname = current_database()');
like(complaint($node, $long, $schedule), qr/schedule_in_database\('jobs-expiry:$oid', /,
	'... and the job of a long name is named by oid');

# all of it for something: minutes are all that pg_cron 1.4 knows
{
	my ($result, $stdout, $stderr) = $nodes{connections}->psql('m1', $schedule);
	like($stderr, qr/NOTICE:  pg_cron will log in as role "m1_owner".*HINT:  .*cron\.use_background_workers = on/s, 'that it will log in is told');
}
{
	local $PostgreSQL::Test::Utils::timeout_default = 130;
	# pg_cron misses a change that comes while it reads the one before: now it reads all of them
	sleep 2;
	$_->safe_psql('m1', 'UPDATE cron.job SET active = active') foreach $node, $nodes{connections};
	waits_until_expired($nodes{connections}, 'm1');
	waits_until_expired($node, 'm1');
	waits_until_expired($node, 'm2');
}
health_is($_, 'm1', '', 'after runs') foreach $node, $nodes{connections};
is($node->safe_psql('m1', q{SELECT last_run_age_seconds < 180 FROM jobs.health}), 't', 'the run was noted');

# a run that can't log in, as with the passwords that Debian's server asks for
{
	local $PostgreSQL::Test::Utils::timeout_default = 130;
	unlink $nodes{connections}->data_dir . '/pg_hba.conf';
	$nodes{connections}->append_conf('pg_hba.conf', "local all m1_owner reject\nlocal all all trust\n");
	$nodes{connections}->reload;
	ok($nodes{connections}->poll_query_until('m1', q{SELECT NOT schedule_ok FROM jobs.health}), 'a run fails');
	health_is($nodes{connections}, 'm1', 'The last run failed: .*cron.use_background_workers = on', 'runs that can not log in');
	my ($result, $stdout, $stderr) = $nodes{connections}->psql('m1', $schedule);
	like($stderr, qr/WARNING:  pg_cron has the schedule.*DETAIL:  The last run failed/s, '... and schedule_expiry() tells');
}
is($node->safe_psql('m1', q{SELECT DISTINCT actor FROM jobs.event WHERE action = 'expire'}), 'system',
	'as the system');

# the tables change hands: the schedule of the former owner is in the way
$node->safe_psql('m1', q{CREATE ROLE new_owner LOGIN; REASSIGN OWNED BY m1_owner TO new_owner; GRANT CONNECT ON DATABASE m1 TO new_owner; SELECT jobs.install()});
complains($node, 'm1', $schedule, '55000', 'SELECT cron.unschedule\(\d+\);');
complains($node, 'm1', $unschedule, '55000', 'SELECT cron.unschedule\(\d+\);');
my ($remedy) = complaint($node, 'm1', $schedule) =~ /(SELECT cron.unschedule\(\d+\);)/;
$node->safe_psql('m1', "$remedy $schedule");
is_row($node, 'username', "new_owner\nm2_owner", 'after what the hint says, the new owner has one');

# the end of it, in both databases
($statements) = complaint($node, 'm2', $unschedule) =~ /and run: (.*;)$/m;
$node->safe_psql('m1', $statements);
is_row($node, 'jobname', 'jobs-expiry:m1', 'the schedule of the second database is gone');
is($node->safe_psql('m1', $unschedule), 't', 'unscheduled');
is($node->safe_psql('m1', $unschedule), 'f', 'there is nothing more to end');
is_row($node, 'count(*)', 0, 'no schedule is left');

$_->stop for values %nodes;
done_testing();
