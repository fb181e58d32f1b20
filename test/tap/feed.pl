# The event feed under many writers: every event comes, none again after its acknowledgement,
# none before an earlier one of its job or proposal, and it goes on where it stood in a restored copy,
# beside prepared transactions, after a crash, on a promoted standby and after an upgrade.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir();
my $node = PostgreSQL::Test::Cluster->new('feed');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\nmax_connections = 50\nautovacuum_naptime = 1s");
$node->start;
# Where there is no event yet, from now on is from the start; a call that is repeated is told so.
install($node, 'empty', 'jobs_owner');
$node->safe_psql('empty', q{
	SELECT jobs.create_service('Audit'), jobs.create_organization('Ann', 'a@x.example'), jobs.create_merchant('Max', 'm@x.example');
	SELECT jobs.provide_service(1025, 1024) });
is($node->safe_psql('empty', q{
		SELECT jobs.create_consumer('now', false); SELECT jobs.create_consumer('now', false); SELECT jobs.create_consumer('now', true);
		SELECT FROM jobs.request_job(1024, 'T', 'T', 1025, actor => 'merchant:1024');
		SELECT jobs.create_consumer('now', false); SELECT jobs.create_consumer('start');
		SELECT string_agg(action, ' ') FROM jobs.read_events('now') }) =~ s/\n//gr, 'conversation_start create', 'a consumer of an empty feed, repeated');
foreach my $call ("create_consumer('start', false)", "create_consumer('later', true)")
{
	$node->safe_psql('empty', q{SELECT jobs.create_consumer('later', false)}) if $call =~ /later/;
	refuses($node, 'empty', "SELECT jobs.$call", qr/23505: consumer "\w+" exists already/, "another call, $call");
}

install($node, 'market', 'jobs_owner');
fill($node, 'market');

# Four organizations and as many merchants, each two with two jobs. A reader writes down what
# it was given in the transaction that reads, as if it were another system, and acknowledges
# in a transaction of its own; one in eight times it dies in between.
$node->safe_psql('market', q{
	SELECT o.id, jobs.add_member(o.id, 'Member', 'm@x.example'), jobs.provide_service(o.id, 1024)
	FROM (SELECT jobs.create_organization('Organization ' || n, 'o@x.example') AS id FROM generate_series(1, 3) n) o;
	SELECT jobs.create_merchant('Merchant ' || n, 'm@x.example') FROM generate_series(1, 3) n;
	CREATE TABLE work AS
	SELECT row_number() OVER () AS n, r.job_id, (SELECT min(m.id) FROM jobs.member m WHERE m.organization_id = o.id) AS member_id
	FROM jobs.merchant c, jobs.organization o, generate_series(1, 2),
		LATERAL jobs.request_job(1024, 'Work', 'All of it', o.id, actor => 'merchant:' || c.id) r;

	CREATE SEQUENCE tick;
	CREATE TABLE given (consumer text, tick bigint, event_position bigint, event_id bigint, organization_id bigint, job_id bigint);
	CREATE TABLE acknowledged (consumer text, up_to bigint, tick bigint);
	CREATE TABLE stop ();
	CREATE PROCEDURE read(consumer text, actor text) LANGUAGE plpgsql AS $$
	DECLARE
		mine bigint;
		last bigint;
		is_over boolean;
	BEGIN
		PERFORM jobs.act_as(actor, false);
		LOOP
			is_over := EXISTS (SELECT FROM stop);
			COMMIT;
			mine := nextval('tick');
			WITH new AS (
				INSERT INTO given
				SELECT consumer, mine, r.event_position, r.event_id, r.organization_id, r.job_id
				FROM jobs.read_events(consumer, 1 + (random() * 60)::integer) r
				RETURNING event_position)
			SELECT max(event_position) INTO last FROM new;
			COMMIT;
			EXIT WHEN last IS NULL AND is_over;
			PERFORM pg_sleep(random() * 0.01);
			CONTINUE WHEN last IS NULL OR random() < 0.125;
			PERFORM jobs.ack_events(consumer, last);
			COMMIT;
			INSERT INTO acknowledged VALUES (consumer, last, nextval('tick'));
		END LOOP;
	END
	$$;
	SELECT jobs.create_consumer('all'), jobs.create_consumer('sleeper'), jobs.create_consumer('organization', actor => 'member:1025'), jobs.create_consumer('merchant', actor => 'merchant:1024');
	INSERT INTO given SELECT 'sleeper', 0, event_position, event_id, organization_id, job_id FROM jobs.read_events('sleeper', 10);
	INSERT INTO acknowledged SELECT 'sleeper', max(event_position), 0 FROM given;
	SELECT jobs.ack_events('sleeper', max(up_to)) FROM acknowledged;
	CREATE VIEW wanted AS
	SELECT v.consumer, e.*
	FROM jobs.event e
	JOIN (VALUES ('all', NULL::bigint, NULL::bigint), ('sleeper', NULL, NULL), ('organization', 1025, NULL), ('merchant', NULL, 1024)) v (consumer, organization_id, merchant_id)
		ON (v.organization_id IS NULL OR e.organization_id = v.organization_id) AND (v.merchant_id IS NULL OR (e.merchant_id = v.merchant_id AND e.action NOT IN ('assign', 'unassign'))) });

# Each problem as a line; nothing when all is well.
my $problems = q{
	SELECT 'missing', consumer, id FROM wanted w
	WHERE NOT EXISTS (SELECT FROM given g WHERE g.consumer = w.consumer AND g.event_id = w.id AND g.event_position = w.position);
	SELECT 'of others', consumer, event_id FROM given g
	WHERE NOT EXISTS (SELECT FROM wanted w WHERE w.consumer = g.consumer AND w.id = g.event_id);
	SELECT 'again', g.consumer, g.event_id FROM given g JOIN acknowledged a USING (consumer)
	WHERE g.tick > a.tick AND g.event_position <= a.up_to;
	SELECT 'under two positions', event_id FROM given GROUP BY event_id HAVING count(DISTINCT event_position) > 1;
	SELECT 'two at one position', event_position FROM given GROUP BY event_position HAVING count(DISTINCT event_id) > 1;
	SELECT 'out of order', id FROM (
		SELECT id, position < lag(position) OVER (PARTITION BY job_id, CASE WHEN job_id IS NULL THEN proposal_id END ORDER BY id) AS is_before
		FROM jobs.event WHERE job_id IS NOT NULL OR proposal_id IS NOT NULL) e
	WHERE is_before };

sub start_psql
{
	my ($server, $sql) = @_;
	my ($out, $err) = ('', '');

	return { err => \$err, harness => IPC::Run::start(
		[ 'psql', '-XqAt', '-c', $sql, '-d', $server->connstr('market') ],
		'<', \undef, '>', \$out, '2>', \$err,
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default)) };
}

sub finish_psql
{
	my ($name, @started) = @_;

	foreach my $psql (@started)
	{
		$psql->{harness}->finish;
		is(${ $psql->{err} }, '', "$name end without an error");
	}
	return;
}

sub start_readers
{
	my ($server) = @_;

	return map { start_psql($server, $_) } (
		q{CALL read('all', 'system')}, q{CALL read('all', 'system')},
		q{CALL read('organization', 'member:1025')}, q{CALL read('merchant', 'merchant:1024')});
}

my @readers = start_readers($node);
my $elsewhere = start_server('elsewhere');
my $script = "$folder/write.sql";
append_to_file($script, q{
\set n random(1, 32)
\set pause random(0, 30)
\set undone random(0, 2)
SELECT w.job_id AS job, w.member_id AS member, j.conversation_id AS conversation FROM work w JOIN jobs.job j ON j.id = w.job_id WHERE n = :n \gset
BEGIN;
SELECT jobs.reply_to_job(:job, 'One', actor => 'member:' || :member);
SAVEPOINT a;
SELECT jobs.reply_to_job(:job, 'Two', actor => 'member:' || :member);
\if :undone
ROLLBACK TO a;
\else
RELEASE a;
\endif
\sleep :pause ms
SELECT jobs.assign_members(:job, ARRAY[:member], actor => 'member:' || :member), jobs.unassign_members(:job, ARRAY[:member], actor => 'member:' || :member);
SAVEPOINT b;
SELECT jobs.reply_to_job(:job, 'Undone', actor => 'member:' || :member);
ROLLBACK TO b;
SELECT jobs.send_message(:conversation, 'By the way', 0, actor => 'member:' || :member);
SELECT jobs.send_proposal(:conversation, 1024, 'More', 'Work', 1, actor => 'member:' || :member) AS proposal \gset
COMMIT;
SELECT jobs.withdraw_proposal(:proposal, actor => 'member:' || :member);
});
my ($out, $err) = ('', '');
my $writers = IPC::Run::start(
	[ 'pgbench', '-n', '-c', '16', '-j', '2', '-t', '100', '-f', $script, '-h', $node->host, '-p', $node->port, 'market' ],
	'>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
$node->poll_query_until('market', 'SELECT count(*) > 1000 FROM given') or die 'nobody reads';
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/dump", 'market' ], 'dumps in the middle of it');
$writers->finish;
like($out, qr{processed: 1600/1600}, '16 writers have written');
is($err, '', '... without an error');
push @readers, start_psql($node, q{CALL read('sleeper', 'system')});
$node->safe_psql('market', 'INSERT INTO stop DEFAULT VALUES');
finish_psql('readers', @readers);
cmp_ok($node->safe_psql('market', 'SELECT count(*) FROM jobs.event'), '>', 4800, 'that makes many events');
is($node->safe_psql('market', $problems), '', 'all events were given: none is missing, none came again, none out of order');
cmp_ok($node->safe_psql('market', 'SELECT count(*) FROM (SELECT FROM jobs.event WHERE id < (SELECT max(e.id) FROM jobs.event e WHERE e.position < event.position)) x'),
	'>', 0, '... some of them committed late');

# A copy in another cluster goes on where the original was.
$elsewhere->safe_psql('postgres', 'CREATE ROLE jobs_owner');
$elsewhere->command_ok([ 'pg_restore', '-C', '-d', 'postgres', "$folder/dump" ], 'is restored elsewhere');
cmp_ok($elsewhere->safe_psql('market', q{
		SELECT (SELECT count(*) FROM jobs.event) - (SELECT count(*) FROM given WHERE consumer = 'sleeper') }),
	'>', 100, '... with events that were not given yet');
@readers = (start_readers($elsewhere), start_psql($elsewhere, q{CALL read('sleeper', 'system')}));
$elsewhere->safe_psql('market', q{SELECT jobs.reply_to_job(job_id, 'Elsewhere', actor => 'member:' || member_id) FROM work; INSERT INTO stop DEFAULT VALUES});
finish_psql('readers elsewhere', @readers);
is($elsewhere->safe_psql('market', $problems), '', 'elsewhere all events were given as well, those that were before not again');

# Prepared transactions, of another database and its own, delay nothing but their own events.
sub next_events
{
	my ($server) = @_;

	return $server->safe_psql('market', q{
		SELECT string_agg(job_id || ' ' || action, ', ' ORDER BY event_position) FROM jobs.read_events('all');
		SELECT jobs.ack_events('all', max(event_position)) > 0 FROM jobs.read_events('all') HAVING count(*) > 0 }) =~ s/\nt$//r;
}
$node->safe_psql('postgres', q{BEGIN; CREATE TABLE prepared (); PREPARE TRANSACTION 'other'});
$node->safe_psql('market', q{
	SET jobs.notify = off;
	BEGIN;
	SELECT jobs.open_job(1025, actor => 'member:1025');
	PREPARE TRANSACTION 'own' });
$node->safe_psql('market', q{SELECT jobs.reply_to_job(3073, 'Yes', actor => 'member:1025')});
is(next_events($node), '3073 message', 'events come beside prepared transactions');
is(next_events($node), '', '... once');
$node->safe_psql('market', q{COMMIT PREPARED 'own'});
is(next_events($node), '1025 open', 'what was prepared comes when it is committed');
$node->safe_psql('postgres', q{ROLLBACK PREPARED 'other'});
$node->safe_psql('market', q{
	SET jobs.notify = off;
	SELECT jobs.reply_to_job(3073, 'Yes', actor => 'member:1025');
	BEGIN;
	SELECT count(*) FROM jobs.read_events('all');
	PREPARE TRANSACTION 'reader' });
refuses($node, 'market', q{SET lock_timeout = '100ms'; SELECT count(*) FROM jobs.read_events('all')}, qr/55P03/,
	'who has to number waits for a reader that is prepared');
$node->safe_psql('market', q{ROLLBACK PREPARED 'reader'});
is(next_events($node), '3073 message', '... and finds what that one had found');

# What was given is on disk, and so is what was acknowledged, whatever synchronous_commit says.
# Little is written in between, for what fills pages is flushed at once.
$node->append_conf('postgresql.conf', "wal_writer_delay = 10s\nwal_writer_flush_after = 0\nfull_page_writes = off");
$node->restart;
$node->safe_psql('market', q{
	SELECT jobs.reply_to_job(job_id, 'Before a crash', actor => 'member:' || member_id) FROM work;
	SELECT jobs.ack_events('all', max(event_position)) FROM jobs.read_events('all');
	SELECT jobs.reply_to_job(3073, 'Before a crash', actor => 'member:1025') });
my $read = $node->safe_psql('market', q{SET synchronous_commit = off; SELECT event_position, event_id FROM jobs.read_events('all')});
$node->stop('immediate');
$node->start;
is($node->safe_psql('market', q{SELECT position, id FROM jobs.event WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1}), $read,
	'a crash takes no position back');
$node->safe_psql('market', qq{SET synchronous_commit = off; SELECT jobs.ack_events('all', @{[ $read =~ /(\d+)/ ]})});
$node->stop('immediate');
$node->start;
is($node->safe_psql('market', q{SELECT count(*) FROM jobs.read_events('all')}), '0', '... nor an acknowledgement');

# A standby refuses to read, and goes on once it is promoted.
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->safe_psql('market', q{
	SELECT jobs.reply_to_job(job_id, 'One of many', actor => 'member:' || member_id) FROM work LIMIT 13;
	SELECT count(*) FROM jobs.read_events('all');
	SELECT jobs.ack_events('all', max(event_position)) FROM jobs.read_events('all', 5);
	SELECT jobs.reply_to_job(3073, 'The last', actor => 'member:1025') });
my $left = $node->safe_psql('market', q{SELECT max(position) FROM jobs.event});
$node->wait_for_catchup($standby, 'replay');
refuses($standby, 'market', q{SELECT count(*) FROM jobs.read_events('all')}, qr/25006: jobs cannot write .* standby/s, 'a standby');
$node->stop('fast');
$standby->promote;
is($standby->safe_psql('market', q{SELECT count(*), max(event_position), max(job_id) FILTER (WHERE event_position > } . $left . q{) FROM jobs.read_events('all')}),
	'9|' . ($left + 1) . '|3073', 'it goes on when it is promoted');

# pg_upgrade takes it along, to whatever version.
$standby->safe_psql('market', q{
	SELECT jobs.ack_events('all', max(event_position)) FROM jobs.read_events('all', 6);
	SELECT jobs.reply_to_job(3073, 'After all', actor => 'member:1025')});
$standby->stop;
my $upgraded = PostgreSQL::Test::Cluster->new('upgraded');
$upgraded->init;
my $programs = $node->config_data('--bindir');
chdir $folder;
command_ok(
	[ 'pg_upgrade', '-b', $programs, '-B', $programs, '-d', $standby->data_dir, '-D', $upgraded->data_dir,
		'-s', $standby->host, '-p', $standby->port, '-P', $upgraded->port ],
	'is upgraded');
$upgraded->start;
is($upgraded->safe_psql('market', q{SELECT count(*), max(event_position) FROM jobs.read_events('all')}),
	'4|' . ($left + 2), '... and goes on');

done_testing();
