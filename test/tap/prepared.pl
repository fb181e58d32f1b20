# Two-phase commit: refused where a wake-up would be lost, else all or nothing. Where the notifier
# runs none is lost.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Listener;
use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('prepared', 'max_prepared_transactions = 5');

install($node, 'market', 'jobs_owner');
fill($node, 'market');
my $contents = contents($node, 'market');

refuses($node, 'market', q{BEGIN; SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025'); PREPARE TRANSACTION 'reply'},
	qr/0A000/, 'PREPARE TRANSACTION after something that wakes mailers');
same(contents($node, 'market'), $contents, 'a refused PREPARE TRANSACTION leaves nothing behind');

my $prepare = q{
	SET jobs.notify = off;
	BEGIN;
	SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025');
	SELECT jobs.assign_members(1025, ARRAY[2049], actor => 'member:1025');
	PREPARE TRANSACTION 'reply';
	-- the session is free, and acts for nobody
	SELECT jobs.current_actor();
	SELECT jobs.open_job(2049, actor => 'member:1025') };
is($node->safe_psql('market', $prepare) =~ s/.*\n(.*\n.*)$/$1/sr, "system\nopened", 'a session goes on after PREPARE TRANSACTION');
same(contents($node, 'market'), $contents, 'what is prepared is not there yet');
refuses($node, 'market', q{SET lock_timeout = '100ms'; SELECT jobs.open_job(1025, actor => 'member:1025')}, qr/55P03/,
	'a job that a prepared transaction changed');
is($node->safe_psql('market', q{SELECT jobs.expire_jobs()}), '1', 'a sweep passes over it');
$contents = contents($node, 'market');
$node->stop('immediate');
$node->start;
$node->safe_psql('market', q{ROLLBACK PREPARED 'reply'});
same(contents($node, 'market'), $contents, 'ROLLBACK PREPARED, after a crash, leaves nothing behind');

$node->safe_psql('market', $prepare);
$node->stop('immediate');
$node->start;
$node->safe_psql('market', q{COMMIT PREPARED 'reply'});
is($node->safe_psql('market', q{
		SELECT status FROM jobs.job WHERE id = 1025;
		SELECT string_agg(action, ' ' ORDER BY id) FROM jobs.event WHERE job_id = 1025;
		SELECT string_agg(kind, ' ' ORDER BY id) FROM jobs.email WHERE job_id = 1025 }),
	"responded\ncreate open message assign\njob_created message assigned", 'COMMIT PREPARED, after a crash, brings all of it');
works($node, 'market', 'after that');

$node->append_conf('postgresql.conf', q{shared_preload_libraries = 'jobs'});
$node->restart;
$node->safe_psql('postgres', 'CREATE DATABASE bare');
my $notifier = wait_until('the notifier runs', sub { notifier_pid($node) });
my $listener = start_listener($node, 'market');
$prepare = q{
	BEGIN;
	SELECT jobs.reply_to_job(3073, 'Yes', actor => 'member:1025');
	PREPARE TRANSACTION 'reply' };
my $replies = q{SELECT count(*) FROM jobs.message WHERE job_id = 3073};
my $before = $node->safe_psql('market', $replies);

$node->safe_psql('market', "$prepare; SELECT 1");
hears_nothing($listener, 'PREPARE TRANSACTION, and another transaction');
$node->safe_psql('market', q{ROLLBACK PREPARED 'reply'});
hears_nothing($listener, 'ROLLBACK PREPARED');
$node->psql('market', q{COMMIT PREPARED 'reply'});
hears_nothing($listener, 'COMMIT PREPARED of what is not there');
is($node->safe_psql('market', $replies), $before, 'nothing was written');
$node->safe_psql('market', "$prepare; COMMIT PREPARED 'reply'");
hears($listener, 'COMMIT PREPARED', $notifier);
$node->safe_psql('market', "$prepare; SELECT jobs.reply_to_job(2049, 'Yes', actor => 'member:1025')");
hears($listener, 'what comes after PREPARE TRANSACTION in a session', $notifier);
$node->safe_psql('market', q{SET jobs.notify = off; COMMIT PREPARED 'reply'});
hears_nothing($listener, 'a silent COMMIT PREPARED');
$node->safe_psql('bare', q{BEGIN; CREATE TABLE t (); PREPARE TRANSACTION 'other'});
$node->safe_psql('bare', q{COMMIT PREPARED 'other'});
is($node->safe_psql('bare', q{SELECT to_regclass('t')}), 't', 'COMMIT PREPARED where there are no tables of ours');
hears_nothing($listener, 'a transaction of another database');

# a crash between the two, and a session that has called nothing of ours
$node->safe_psql('market', $prepare);
$node->stop('immediate');
$node->start;
$notifier = wait_until('the notifier runs', sub { notifier_pid($node) });
$listener = start_listener($node, 'market');
$node->safe_psql('market', q{COMMIT PREPARED 'reply'});
hears($listener, 'COMMIT PREPARED, after a crash', $notifier);
is($node->safe_psql('market', $replies), $before + 3, 'all of them are there');
stop_listener($listener);
works($node, 'market', 'with the notifier');

done_testing();
