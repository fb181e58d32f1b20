# A dump and its restore lose nothing, add nothing, and mail nobody.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use Pages;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('dump');
my $folder = PostgreSQL::Test::Utils::tempdir();

install($node, 'source', 'jobs_owner');
fill($node, 'source');

# what users add of their own, and who may use it
$node->safe_psql('source', q{
	CREATE ROLE shop_app LOGIN;
	CREATE ROLE shop_operator LOGIN;
	SELECT jobs.grant_access('shop_app', 'app'), jobs.grant_access('shop_operator', 'operator');
	ALTER TABLE jobs.job ADD COLUMN shelf text DEFAULT 'top';
	CREATE INDEX job_shelf ON jobs.job (shelf);
	CREATE TABLE public.audit (job_id bigint REFERENCES jobs.job, status text);
	CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.audit VALUES (NEW.id, NEW.status);
		RETURN NULL;
	END $$;
	CREATE TRIGGER audit AFTER UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION public.audit();
	GRANT INSERT ON public.audit TO jobs_owner;
	UPDATE jobs.job SET shelf = 'bottom' WHERE status = 'declined' });

my $contents = contents($node, 'source');
my $furniture = furniture($node, 'source');
my $audit = $node->safe_psql('source', 'SELECT * FROM public.audit ORDER BY 1');

# Compares a restored database with the source, then uses it.
sub check
{
	my ($database, $name) = @_;

	same(contents($node, $database), $contents, "$name: the rows are the same");
	same(furniture($node, $database), $furniture, "$name: all that stands around them is the same");
	is($node->safe_psql($database, 'SELECT jobs.install()'), "jobs $version: up to date",
		"$name: nothing is left for install() to do");
	works($node, $database, $name);
	return;
}

sub restore
{
	my ($database, $name, @command) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->command_ok([ @command ], "$name: restores");
	check($database, $name);
	is($node->safe_psql($database, "SELECT count(*) > 0 FROM public.audit WHERE status = 'completed'"), 't',
		"$name: a trigger of a user's own works") if $name !~ /schema/;
	return;
}

$node->command_ok([ 'pg_dump', '-f', "$folder/plain.sql", 'source' ], 'dumps as plain SQL');
restore('plain', 'plain SQL', 'psql', '-XqAt', '-o', "$folder/out", '-v', 'ON_ERROR_STOP=1',
	'-f', "$folder/plain.sql", 'plain');
restore('single', 'plain SQL in one transaction', 'psql', '-XqAt', '-o', "$folder/out", '-v', 'ON_ERROR_STOP=1',
	'-1', '-f', "$folder/plain.sql", 'single');

# Whose tables are made by their owner: as docs/operations.md says.
my ($before) = page('docs/operations.md') =~ /`(CREATE EXTENSION jobs; GRANT USAGE, CREATE ON SCHEMA jobs TO jobs_owner;)`/;
$node->command_ok([ 'pg_dump', '--use-set-session-authorization', '-f', "$folder/session.sql", 'source' ], 'dumps for SET SESSION AUTHORIZATION');
$node->safe_psql('postgres', 'CREATE DATABASE session');
$node->safe_psql('session', $before);
{
	my (undef, $err) = run_command([ 'psql', '-Xq', '-o', "$folder/out", '-f', "$folder/session.sql", '-d', $node->connstr('session') ]);

	is(join("\n", map { s/.*ERROR: *//r } grep { /ERROR/ } split /\n/, $err), 'schema "jobs" already exists', '... of which one statement fails');
}
is($node->safe_psql('session', 'SELECT jobs.install()'), "jobs $version: up to date", '... and nothing is left for install() to do');
same(contents($node, 'session'), $contents, '... with the same rows');
same(furniture($node, 'session'), $furniture, '... and all that stands around them');

$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/custom", 'source' ], 'dumps in the custom format');
restore('custom', '-Fc', 'pg_restore', '-e', '-d', 'custom', "$folder/custom");

# In parallel, pg_restore grants what the tables' owner granted, before or after the owner
# may use the schema. install() makes up for it.
$node->safe_psql('postgres', 'CREATE DATABASE parallel');
my ($out, $err) = run_command([ 'pg_restore', '-j4', '-d', $node->connstr('parallel'), "$folder/custom" ]);
is(join("\n", grep { /ERROR/ && !/permission denied for schema jobs/ } split /\n/, $err), '',
	'-Fc -j4: restores all but rights');
same(contents($node, 'parallel'), $contents, '-Fc -j4: the rows are the same');
$node->safe_psql('parallel', 'SELECT jobs.install()');
same(furniture($node, 'parallel'), $furniture, '-Fc -j4: all that stands around them is the same after install()');
works($node, 'parallel', '-Fc -j4');

# without roles that were given access, nothing is left to make up for
install($node, 'unshared', 'jobs_owner');
fill($node, 'unshared');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/unshared", 'unshared' ], 'dumps a database that nobody was given access to');
$node->safe_psql('postgres', 'CREATE DATABASE unshared_copy');
$node->command_ok([ 'pg_restore', '-e', '-j4', '-d', 'unshared_copy', "$folder/unshared" ], '-Fc -j4: restores without an error');
same(contents($node, 'unshared_copy'), contents($node, 'unshared'), '-Fc -j4, unshared: the rows are the same');
same(furniture($node, 'unshared_copy'), furniture($node, 'unshared'), '-Fc -j4, unshared: all around them is the same');

$node->command_ok([ 'pg_dump', '--inserts', '-f', "$folder/inserts.sql", 'source' ], 'dumps as INSERTs');
restore('inserts', 'INSERTs', 'psql', '-XqAt', '-o', "$folder/out", '-v', 'ON_ERROR_STOP=1',
	'-f', "$folder/inserts.sql", 'inserts');

# The schema is the owner's, too: the extension has to be there before.
$node->safe_psql('unshared', 'ALTER SCHEMA jobs OWNER TO jobs_owner; SELECT jobs.install()');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/owned", 'unshared' ], "dumps a schema of the tables' owner");
$node->safe_psql('postgres', 'CREATE DATABASE owned');
$node->safe_psql('owned', 'CREATE EXTENSION jobs');
($out, $err) = run_command([ 'pg_restore', '-d', $node->connstr('owned'), "$folder/owned" ]);
is(join("\n", grep { /ERROR/ && !/schema "jobs" already exists/ } split /\n/, $err), '',
	"a schema of the tables' owner: restores");
same(contents($node, 'owned'), contents($node, 'unshared'), "a schema of the tables' owner: the rows are the same");
same(furniture($node, 'owned'), furniture($node, 'unshared'), "a schema of the tables' owner: all around them is the same");
works($node, 'owned', "a schema of the tables' owner");

# the schema alone, with the extension: -n without -e leaves it out
$node->safe_psql('source', 'DROP TRIGGER audit ON jobs.job');
$furniture = furniture($node, 'source');
$node->command_ok([ 'pg_dump', '-n', 'jobs', '-e', 'jobs', '-f', "$folder/schema.sql", 'source' ],
	'dumps the schema with the extension');
restore('schema_only', 'the schema', 'psql', '-XqAt', '-o', "$folder/out", '-v', 'ON_ERROR_STOP=1',
	'-f', "$folder/schema.sql", 'schema_only');

# rows alone, into tables that stand there: as a replica, so that no trigger fires
$node->command_ok([ 'pg_dump', '-a', '-n', 'jobs', '-e', 'jobs', '--disable-triggers', '-f', "$folder/data.sql",
	'source' ], 'dumps the rows alone');
install($node, 'rows', 'jobs_owner');
$node->safe_psql('rows', q{
	ALTER TABLE jobs.job ADD COLUMN shelf text DEFAULT 'top';
	CREATE INDEX job_shelf ON jobs.job (shelf);
	DELETE FROM jobs.email_template;
	DELETE FROM jobs.node });
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	$node->command_ok([ 'psql', '-XqAt', '-o', "$folder/out", '-v', 'ON_ERROR_STOP=1',
		'-f', "$folder/data.sql", 'rows' ], 'rows alone: restores');
}
same(contents($node, 'rows'), $contents, 'rows alone: the rows are the same');
$node->safe_psql('rows', 'SELECT jobs.install()');
same(furniture($node, 'rows'), $furniture, 'rows alone: install() gives the access back');
works($node, 'rows', 'rows alone');

# sequences that lag behind, as where rows were copied without them
$node->safe_psql('rows', q{
	SELECT setval(s, 1024, false) FROM unnest(ARRAY['jobs.job_id_seq', 'jobs.message_id_seq', 'jobs.email_id_seq',
		'jobs.event_id_seq', 'jobs.proposal_id_seq']::regclass[]) s });
refuses($node, 'rows',
	q{SELECT jobs.request_job(1024, 'x', 'y', 1025, actor => 'merchant:1024')}, qr/23505/, 'sequences that lag behind');
is($node->safe_psql('rows', 'SELECT jobs.install()'), "jobs $version: up to date", 'install() has no tables to change');
works($node, 'rows', 'sequences raised by install()');

done_testing();
