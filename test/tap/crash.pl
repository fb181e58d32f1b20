# What was committed survives a crash, what was not never was; and everything works after a
# restart, with the library preloaded and without.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('crash', 'max_prepared_transactions = 5', 'autovacuum = off');

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')});
my $contents = contents($node, 'market');

# an action that is under way when the server dies
my ($in, $out, $err) = (q{
	BEGIN;
	SELECT jobs.reply_to_job(2049, 'Yes', actor => 'member:1025');
	SELECT jobs.decline_job(3073, actor => 'merchant:1024');
	SELECT jobs.expire_jobs();
	SELECT count(*) FROM jobs.claim_emails(1);
	\echo under way
}, '', '');
my $session = IPC::Run::start(
	[ 'psql', '-XqAt', '-f', '-', '-d', $node->connstr('market') ],
	'<', \$in, '>', \$out, '2>', \$err,
	IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
pump $session until $out =~ /under way/;
$node->stop('immediate');
eval { $session->finish };
$node->start;

same(contents($node, 'market'), $contents, 'committed rows and e-mails survive a crash, others never were');
works($node, 'market', 'after a crash');
$contents = contents($node, 'market');
my $furniture = furniture($node, 'market');

# A mailer sends what it has claimed: the claim is on disk, whatever synchronous_commit says.
$node->append_conf('postgresql.conf', "wal_writer_delay = 10s\nwal_writer_flush_after = 0");
$node->restart;
my $claimed = $node->safe_psql('market', 'SET synchronous_commit = off; SELECT email_id FROM jobs.claim_emails(1)');
$node->stop('immediate');
$node->start;
is($node->safe_psql('market', "SELECT attempts, claim_token IS NOT NULL FROM jobs.email WHERE id = $claimed"), '1|t',
	'a claim survives a crash with synchronous_commit off');
# It forgets the e-mail once it has an answer: nobody else would acknowledge it.
$node->safe_psql('market', qq{
	SET synchronous_commit = off;
	SELECT jobs.ack_emails(ARRAY[id], ARRAY[claim_token]) FROM jobs.email WHERE id = $claimed});
$node->stop('immediate');
$node->start;
is($node->safe_psql('market', "SELECT sent_at IS NOT NULL FROM jobs.email WHERE id = $claimed"), 't',
	'an acknowledgement survives it, too');
$contents = contents($node, 'market');

foreach my $preload ('jobs', '')
{
	my $name = $preload ? 'preloaded' : 'not preloaded';

	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$preload'");
	$node->restart;
	same(contents($node, 'market'), $contents, "$name: the rows are the same");
	same(furniture($node, 'market') =~ s/^sequence.*//gmr, $furniture =~ s/^sequence.*//gmr, "$name: all around them, too");
	is($node->safe_psql('market', 'SHOW jobs.response_window'), $preload ? '3d' : '', "$name: a setting") if $preload;
	works($node, 'market', $name);
	$contents = contents($node, 'market');
}

# a session that was open before: a setting that came as a placeholder gets its meaning
is($node->safe_psql('market', q{
		SET jobs.response_window = '1h';
		SELECT respond_by - created_at FROM jobs.job j JOIN jobs.request_job(1024, 'x', 'y', 1025, actor => 'merchant:1024') r
			ON r.job_id = j.id;
		SELECT respond_by - created_at FROM jobs.job WHERE id = (SELECT max(id) FROM jobs.job) }), '01:00:00',
	'a setting made before the library is there');

done_testing();
