# Programs that know the tables by their own means alone: four ORMs for three languages and a GraphQL server.
# Each works on a job of its own. It reads what columns there are, saves the whole row, is late with
# another, writes a message, forgets to say who acts, and is refused. docs/clients.md shows the programs.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use Npm;
use Pages;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $programs = "$FindBin::Bin/../clients";
my $folder = PostgreSQL::Test::Utils::tempdir();
my $timeout = $PostgreSQL::Test::Utils::timeout_default;
my $page = page('docs/clients.md');

# What the page shows stands in the programs, which run here.
my @programs = sort { $a cmp $b } glob "$programs/*";
my @shown = map { slurp_file($_) =~ /^\S+ shown in docs\/clients\.md\n(.*?)^\S+ up to here\n/gms } @programs;
is_deeply([ sort $page =~ /^```(?:python|ruby|js|graphql)\n(.*?)^```$/gms ], [ sort @shown ], 'the page shows what is run');
my %commands = map { /(inspectdb|drizzle-kit)/ ? ($1 => $_) : () } $page =~ /^```sh\n(.*?)^```$/gms;

my $node = start_server('clients', "shared_preload_libraries = 'jobs'", "log_statement = 'all'");
install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE app LOGIN;
	SELECT jobs.grant_access('app', 'app')});
# as docs/security.md sets a gateway up
$node->safe_psql('market', page('docs/security.md') =~ /^(CREATE ROLE authenticator .*?^GRANT USAGE ON SCHEMA gateway TO web;)$/ms);

$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGDATABASE} = 'market';
# they find nobody's settings
$ENV{HOME} = $folder;
$ENV{NODE_PATH} = "$folder/node_modules";
$ENV{PYTHONPATH} = $folder;
$ENV{PYTHONDONTWRITEBYTECODE} = 'yes';
$ENV{DJANGO_SETTINGS_MODULE} = 'django_settings';

# Runs a command where the clients are: whether it went well, and what it said.
sub run_there
{
	my (@command) = @_;
	my ($out, $err) = ('', '');
	my $done = eval { IPC::Run::run([ 'env', '-C', $folder, @command ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($timeout)) };

	return ($done, $out, $err . ($@ // ''));
}

# The names of a relation's columns.
sub columns
{
	my ($relation) = @_;

	return $node->safe_psql('market', qq{
		SELECT string_agg(attname, '|' ORDER BY attname COLLATE "C") FROM pg_attribute
		WHERE attrelid = 'jobs.$relation'::regclass AND attnum > 0 AND NOT attisdropped});
}

# What stays in a job, whatever status it has.
sub facts
{
	my ($job) = @_;

	return $node->safe_psql('market', qq{
		SELECT to_jsonb(j) - ARRAY['status', 'opened_at', 'first_response_at', 'due_at', 'remind_at'] FROM jobs.job j WHERE id = $job});
}

my $hint = 'If (?:the job|the row|it) has changed since you read it, read it again\.';
my $checks = 13;

# One client, and what its saving says when nobody acts.
sub try_client
{
	my ($name, $role, $forgotten, @command) = @_;
	my $job = $node->safe_psql('market', q{
		SELECT job_id FROM jobs.request_job(1024, 'For a client', 'All of it', 1025, 1024, 1500.50, actor => 'merchant:1024')});
	my $before = facts($job);
	my $log = -s $node->logfile;
	my ($done, $out, $err) = run_there('env', "PGUSER=$role", @command, $job);
	my %said = map { /^([^|]*)\|?(.*)$/ } split /\n/, $out;

	ok($done && $err eq '', "$name: runs, and has nothing to complain of") or diag("$out$err");
	is($said{'columns of job'}, columns('job'), "$name: finds the columns of a table");
	is($said{'columns of job_list'}, columns('job_list'), "$name: ... and of a view");
	is($said{'saved by another'}, 'opened', "$name: saves a whole row");
	my $widest = 0;
	foreach my $set (slurp_file($node->logfile, $log) =~ /UPDATE "?(?:jobs"?\.)?"?job"? (?:AS "job" )?SET (.*?)\sWHERE\s/gsi)
	{
		my $count = () = $set =~ /=/g;
		$widest = $count if $count > $widest;
	}
	cmp_ok($widest, '>=', (() = columns('job') =~ /\|/g), "$name: ... which is all columns");
	like($said{'stale'}, qr/^PT409\|job_status\|The job is opened, .*$hint$/, "$name: is late with a row");
	like($said{'stale, declined'}, qr/^42501\|\|.*$hint$/, "$name: ... also with one that has a status which is possible");
	my ($message) = $said{'written'} =~ /^(\d+)\|member:1025$/;
	is($node->safe_psql('market', 'SELECT job_id, body FROM jobs.message WHERE id = ' . ($message // 0)), "$job|From $name",
		"$name: writes a message, and learns its id");
	is($said{'saved'}, 'inactive', "$name: saves a row after many changes");
	like($said{'saved by nobody'}, $forgotten, "$name: saves for nobody");
	like($said{'refused'}, qr/^PT409\|job_status\|The job is inactive, .*allowed now: .*\|Write a message, /, "$name: is refused, by a rule");
	is("$said{'listed'} $said{'listed to nobody'}", 'inactive ', "$name: lists the job for whom it concerns alone");
	is($node->safe_psql('market', qq{SELECT string_agg(action || ' ' || actor, ', ' ORDER BY id) FROM jobs.event WHERE job_id = $job}) . facts($job),
		'create merchant:1024, open member:2049, message member:1025, mark_inactive member:1025' . ($said{called} ? ', reactivate member:1025' : '') . $before,
		"$name: all else is as it was");
	return \%said;
}

# Why a package isn't there, or undef.
sub missing
{
	my ($package, @command) = @_;

	return (run_there(@command))[0] ? undef : "there is no $package here";
}

SKIP:
{
	my $missing = missing('SQLAlchemy', 'python3', '-c', 'import sqlalchemy, psycopg2');

	skip $missing, $checks if $missing;
	try_client('SQLAlchemy', 'app', qr/^42501\|nobody_acts\|/, 'python3', "$programs/sqlalchemy_orm.py");
}

SKIP:
{
	my $missing = missing('Django', 'python3', '-c', 'import django');

	skip $missing, $checks + 1 if $missing;
	mkdir "$folder/market";
	append_to_file("$folder/market/$_", '') foreach '__init__.py', 'models.py';
	append_to_file("$folder/django_settings.py", slurp_file("$programs/django_settings.py"));
	my ($done, $out, $err) = run_there('env', 'PGUSER=app', 'bash', '-ec', $commands{inspectdb} =~ s/manage\.py/-m django/r);
	ok($done, 'Django: makes models') or diag("$out$err");
	try_client('Django', 'app', qr/^42501\|nobody_acts\|/, 'python3', "$programs/django_orm.py");
}

SKIP:
{
	my $missing = missing('ActiveRecord', 'ruby', '-e', 'require "active_record"; require "pg"');

	skip $missing, $checks if $missing;
	try_client('ActiveRecord', 'app', qr/^completed$/, 'ruby', "$programs/active_record.rb");
}

SKIP:
{
	my $missing = npm_install($folder, 'sequelize@6', 'pg@8', 'pg-hstore@2', 'drizzle-orm@0.45', 'drizzle-kit@0.31', 'postgraphile@4.14');

	skip $missing, 3 * $checks + 3 if $missing;
	try_client('Sequelize', 'app', qr/^completed$/, 'node', "$programs/sequelize_orm.js");

	append_to_file("$folder/$_", slurp_file("$programs/$_")) foreach 'drizzle.config.js', 'drizzle_orm.js';
	my ($done, $out, $err) = run_there('env', 'DATABASE_URL=postgres://app@/market?host=' . $node->host . '&port=' . $node->port,
		'bash', '-ec', $commands{'drizzle-kit'}
		. 'node_modules/.bin/esbuild --log-level=warning --format=cjs --outfile=drizzle/schema.js drizzle/schema.ts');
	ok($done, 'Drizzle: makes a schema') or diag("$out$err");
	try_client('Drizzle', 'app', qr/^$/, 'node', 'drizzle_orm.js');

	my $said = try_client('PostGraphile', 'authenticator', qr/^No values were updated /, 'node', "$programs/graphql.js");
	is($said->{called}, 'responded', 'PostGraphile: calls a function');
	like($said->{'called for another'}, qr/^42501\|\|Naming an actor /, '... but for nobody else');
}

done_testing();
