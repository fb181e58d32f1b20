# A dump that the tables' owner takes, a role without other rights, and restores where the
# extension stands and it was given CREATE on the schema for a while.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('restore_plain_owner');
my $folder = PostgreSQL::Test::Utils::tempdir();

install($node, 'source', 'jobs_owner');
fill($node, 'source');
$node->safe_psql('source', q{
	CREATE ROLE shop_app LOGIN;
	SELECT jobs.grant_access('shop_app', 'app');
	SET SESSION AUTHORIZATION jobs_owner;
	ALTER TABLE jobs.job ADD COLUMN shelf text DEFAULT 'top' });
my $contents = contents($node, 'source');
my $furniture = furniture($node, 'source');
# what can't be had without rights on the schema comes with the next install()
my $without_rights = $furniture =~ s/^(relation|function).*\n//gmr;

# The extension, its functions and the schema are not the owner's to restore.
sub restore
{
	my ($database, $name, $extension) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, qq{
		CREATE EXTENSION jobs;
		GRANT USAGE, CREATE ON SCHEMA jobs TO jobs_owner });
	$node->run_log([ 'pg_restore', '-l', '-f', "$folder/$database.list", "$folder/custom" ]);
	my @list = grep { !/ (SCHEMA|EXTENSION|FUNCTION) / } split /^/, slurp_file("$folder/$database.list");
	append_to_file("$folder/$database.own", join('', @list));
	return;
}

$node->command_ok([ 'pg_dump', '-U', 'jobs_owner', '-Fc', '-n', 'jobs', '-f', "$folder/custom", 'source' ], 'the owner dumps');

foreach my $workers (1, 4)
{
	my $database = "copy$workers";

	restore($database);
	$node->command_ok([ 'pg_restore', '-U', 'jobs_owner', '-e', '-j', $workers, '-L', "$folder/$database.own", '-d', $database, "$folder/custom" ],
		"the owner restores, -j$workers");
	same(contents($node, $database), $contents, "-j$workers: the rows are the same");
	same(furniture($node, $database) =~ s/^(relation|function).*\n//gmr, $without_rights,
		"-j$workers: all that stands around them is the same");
	is($node->safe_psql($database, q{SELECT jobs.install()}), "jobs $version: up to date", "-j$workers: install() after it");
	same(furniture($node, $database), $furniture, "-j$workers: rights are the same after install()");
	is($node->safe_psql($database, q{SELECT has_schema_privilege('jobs_owner', 'jobs', 'CREATE')}), 'f',
		"-j$workers: install() takes CREATE back");
	works($node, $database, "-j$workers");
	is($node->safe_psql($database, q{
			SET SESSION AUTHORIZATION shop_app;
			SELECT jobs.open_job(2049, actor => 'member:1025') }), 'opened', "-j$workers: who was given access has it");
}

done_testing();
