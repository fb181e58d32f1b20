# Memory that nobody has written yet is full of something here, as glibc does it when told to: who
# looks beyond the end of what there is finds what does harm.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('memory');

$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);

# Each byte is 1: as a number of eight bytes, that is the id of the organization that comes last.
my $last = 72340172838076673;
my %filling = (0 => 255, 1 => 254);

local $ENV{MALLOC_PERTURB_} = $filling{1};
$node->start;
install($node, 'market', 'jobs_owner');

# As many organizations have evidence as are read at first (64); then one above them all.
$node->safe_psql('market', qq{
	SELECT jobs.create_service('Audit'), jobs.create_merchant('Max', 'max\@shop.example');
	SELECT jobs.create_organization('Number ' || n, 'x\@x.example') FROM generate_series(1, 64) n;
	SET session_replication_role = replica;
	INSERT INTO jobs.organization (id, slot, name) VALUES ($last, $last % 1024, 'Last');
	INSERT INTO jobs.preferences (organization_id, notification_email) VALUES ($last, 'x\@x.example');
	SET session_replication_role = origin;
	SELECT jobs.provide_service(id, 1024) FROM jobs.organization;
	SELECT jobs.request_job(1024, 'T', 'T', id, actor => 'merchant:1024') FROM jobs.organization WHERE id <> $last });
foreach my $byte (1, 0)
{
	$ENV{MALLOC_PERTURB_} = $filling{$byte};
	$node->restart;
	is($node->safe_psql('market', qq{
			BEGIN;
			SELECT FROM jobs.request_job(1024, 'T', 'T', $last, actor => 'merchant:1024');
			SELECT count(*), sum(round(received::numeric, 3)), min(round(received::numeric, 3)), max(round(received::numeric, 3)), sum(completed)
			FROM jobs.match_organizations(1024, max_rows => 100);
			ROLLBACK }), '65|65.000|1.000|1.000|0', "evidence behind a full list, memory full of $byte");
}

# A call that is repeated looks at the end of a job's history, however long that is.
my $job = $node->safe_psql('market', q{
	SELECT jobs.add_member(1025, 'Ann', 'ann@x.example');
	SELECT job_id FROM jobs.request_job(1024, 'Long', 'T', 1025, actor => 'merchant:1024') }) =~ s/.*\n//sr;
$node->safe_psql('market', qq{
	SELECT jobs.reply_to_job($job, 'Yes', actor => 'member:1025'), jobs.complete_job($job, 'Done', actor => 'member:1025') });
sub go_on
{
	my ($count) = @_;

	$node->safe_psql('market', qq{
		SET session_replication_role = replica;
		INSERT INTO jobs.message (organization_id, merchant_id, conversation_id, job_id, author, body, sent_at)
		SELECT j.organization_id, j.merchant_id, j.conversation_id, j.id, 'merchant:1024', repeat('x', 200), now() FROM jobs.job j, generate_series(1, $count) WHERE j.id = $job;
		INSERT INTO jobs.event (organization_id, merchant_id, job_id, conversation_id, action, from_status, to_status, actor, occurred_at)
		SELECT j.organization_id, j.merchant_id, j.id, j.conversation_id, 'message', 'completed', 'completed', 'merchant:1024', now() FROM jobs.job j, generate_series(1, $count) WHERE j.id = $job });
	return;
}
my $again = "jobs.complete_job($job, 'Done', actor => 'member:1025')";
my $peak = q{substring(pg_read_file('/proc/self/status') from 'VmHWM:\s*(\d+)')::integer};
go_on(900);
is($node->safe_psql('market', "SELECT $again"), 'completed', 'repeated after some messages');
go_on(100_000);
is($node->safe_psql('market', qq{
		CREATE FUNCTION pg_temp.again() RETURNS text LANGUAGE plpgsql AS \$\$ BEGIN RETURN $again; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END \$\$;
		SELECT count(pg_temp.again() = 'x') FROM generate_series(1, 3);
		SELECT $peak AS before \\gset \\\\
		SELECT pg_temp.again(), $peak - :before < 2000 }), "3\nPT409|t", 'repeated after very many');

done_testing();
