# A schema jobs that was there before: whoever owns it could put functions beside ours, and
# whoever owns a table in it would see what is written there.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('foreign_schema');

$node->safe_psql('postgres', q{
	CREATE ROLE mallory LOGIN;
	CREATE ROLE jobs_owner LOGIN;
	CREATE DATABASE foreign_schema;
	CREATE DATABASE functions;
	CREATE DATABASE relations;
	CREATE DATABASE tables });

# somebody else's schema
$node->safe_psql('foreign_schema', 'CREATE SCHEMA jobs AUTHORIZATION mallory');
refuses($node, 'foreign_schema', 'CREATE EXTENSION jobs',
	qr/55000: .*schema jobs belongs to role "mallory".*HINT: .*ALTER SCHEMA jobs OWNER TO CURRENT_USER;/s,
	'CREATE EXTENSION into the schema of somebody else');
is($node->safe_psql('foreign_schema', q{SELECT count(*) FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace}), '0',
	'a refused CREATE EXTENSION leaves nothing behind');
$node->safe_psql('foreign_schema', q{
	ALTER SCHEMA jobs OWNER TO CURRENT_USER;
	CREATE EXTENSION jobs;
	SELECT jobs.install(owner => 'jobs_owner') });
fill($node, 'foreign_schema');
works($node, 'foreign_schema', 'after the remedy');

# an overload that a call would rather match
$node->safe_psql('functions', q{
	CREATE SCHEMA jobs;
	GRANT USAGE, CREATE ON SCHEMA jobs TO mallory;
	SET SESSION AUTHORIZATION mallory;
	CREATE FUNCTION jobs.decline_job(integer) RETURNS text LANGUAGE SQL AS 'SELECT current_user::text' });
refuses($node, 'functions', 'CREATE EXTENSION jobs', qr/55000: .*holds functions already, such as jobs\.decline_job/,
	'CREATE EXTENSION beside functions');
# an operator that only looks like one of the catalogue's
$node->safe_psql('functions', q{
	DROP FUNCTION jobs.decline_job(integer);
	SET SESSION AUTHORIZATION mallory;
	CREATE FUNCTION jobs.never(name, name) RETURNS boolean LANGUAGE SQL AS 'SELECT false';
	CREATE OPERATOR jobs.= (FUNCTION = jobs.never, LEFTARG = name, RIGHTARG = name) });
refuses($node, 'functions', 'CREATE EXTENSION jobs', qr/55000: .*holds functions already, such as jobs\.never/,
	'CREATE EXTENSION beside operators');

# anything that is not the owner's
$node->safe_psql('relations', q{
	CREATE EXTENSION jobs;
	GRANT USAGE, CREATE ON SCHEMA jobs TO mallory;
	SET SESSION AUTHORIZATION mallory;
	CREATE TABLE jobs.mine () });
refuses($node, 'relations', q{SELECT jobs.install(owner => 'jobs_owner')},
	qr/55000: .*jobs\.mine belongs to role "mallory", not to "jobs_owner".*HINT: /s, 'install() beside the table of somebody else');
$node->safe_psql('relations', 'ALTER TABLE jobs.mine OWNER TO jobs_owner');
is($node->safe_psql('relations', q{SELECT jobs.install(owner => 'jobs_owner')}), "jobs $version: installed",
	'install() beside a table of the owner');

# a table in the place of ours
$node->safe_psql('tables', q{
	CREATE EXTENSION jobs;
	GRANT USAGE, CREATE ON SCHEMA jobs TO mallory;
	SET SESSION AUTHORIZATION mallory;
	CREATE TABLE jobs.message (body text) });
refuses($node, 'tables', q{SELECT jobs.install(owner => 'jobs_owner')}, qr/55000: .*belong to role "mallory"/s,
	'install() where a table of somebody else stands in the place of ours');
refuses($node, 'tables', q{SELECT jobs.install()}, qr/ERROR/, 'install() over a table that is not like ours');
is($node->safe_psql('tables', q{SELECT count(*) FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r'}), '1',
	'a refused install() leaves nothing behind');
$node->safe_psql('tables', q{DROP TABLE jobs.message; REVOKE CREATE ON SCHEMA jobs FROM mallory});
is($node->safe_psql('tables', q{SELECT jobs.install(owner => 'jobs_owner')}), "jobs $version: installed", 'without it, install() works');

# nobody installs but superusers
$node->safe_psql('postgres', 'GRANT CREATE ON DATABASE tables TO mallory');
refuses($node, 'tables', 'SET SESSION AUTHORIZATION mallory; DROP EXTENSION jobs', qr/42501/, 'DROP EXTENSION by anybody');
$node->safe_psql('postgres', 'CREATE DATABASE fourth OWNER mallory');
refuses($node, 'fourth', 'SET SESSION AUTHORIZATION mallory; CREATE EXTENSION jobs', qr/42501/,
	'CREATE EXTENSION by the owner of a database');

done_testing();
