# Two-phase commit: refused where a wake-up would be lost, else all or nothing.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

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
		SELECT string_agg(action, ' ' ORDER BY id) FROM jobs.job_event WHERE job_id = 1025;
		SELECT string_agg(kind, ' ' ORDER BY id) FROM jobs.email WHERE job_id = 1025 }),
	"responded\ncreate open message assign\njob_created message assigned", 'COMMIT PREPARED, after a crash, brings all of it');
works($node, 'market', 'after that');

done_testing();
