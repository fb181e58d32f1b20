# What README.md and the pages in docs/ say is so: their SQL runs as it stands and answers as written there,
# in the order in which README.md lists the pages; the diagram, the API and the settings are those of the
# library.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use Pages;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $pages = pages();
my @sql = $pages =~ /^```sql\n(.*?)^```$/gms;

# The server has the settings that README.md says: else pg_cron's runs may fail, and what is said of them
# depends on whether a minute begins meanwhile.
my ($settings) = page('README.md') =~ /^```\n(shared_preload_libraries = .*?)^```$/ms;
my $node = start_server('readme', $settings);
# All of it in one session, as somebody pastes it into a terminal, block by block, and as a script.
# What stands behind a statement is its answer: a row, or the SQLSTATE of an error.
my @answers = map { /;[ \t]+-- (.*)$/mg } @sql[ 1 .. $#sql ];
cmp_ok(scalar(@answers), '>', 10, 'answers are not few');
foreach my $way ('pasted', 'piped')
{
	my ($out, $err) = ('', '');
	my @psql = ('psql', '-XqAt', '-v', 'VERBOSITY=sqlstate', '-d', $node->connstr('marketplace'));
	my $file = PostgreSQL::Test::Utils::tempdir() . '/rows';
	my $quiet = "SET client_min_messages = warning;\n";

	$node->safe_psql('postgres', 'CREATE DATABASE marketplace');
	if ($way eq 'pasted')
	{
		IPC::Run::run([ "$FindBin::Bin/../paste", $file, @psql ], '<', \join("\0", $quiet, @sql), '2>', \$err,
			IPC::Run::timeout(2 * $PostgreSQL::Test::Utils::timeout_default)) or diag("paste: $err");
		$out = slurp_file($file);
	}
	else
	{
		IPC::Run::run([ @psql, '-f', '-' ], '<', \join("\\echo\n", $quiet, @sql), '>', \$out, '2>', \$err,
			IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	}
	# a notification comes when it comes
	my ($version, $cron, @rows) = grep { $_ ne '' && !/^Asynchronous notification "jobs_\w+" received/ } split /\n/, $out;
	like($version, qr/^jobs [\d.]+: installed$/, "$way: the tables are installed");
	like($cron, qr/^\d+$/, "$way: pg_cron knows of the sweep");
	is(join("\n", @rows), join("\n", grep { !/^[0-9PT]{5}$/ } @answers), "$way: statements answer as written");
	is(join("\n", map { s/.*ERROR:\s+//r } split /\n/, $err), join("\n", grep { /^[0-9PT]{5}$/ } @answers), "$way: and fail as written");
	next if $way eq 'piped';

	# as if nothing had been
	my @roles = split /\n/, $node->safe_psql('marketplace', 'SELECT rolname FROM pg_roles WHERE oid >= 16384');
	$node->safe_psql('marketplace', join(';', map { "DROP OWNED BY $_ CASCADE" } @roles));
	$node->safe_psql('postgres', 'DROP DATABASE marketplace WITH (FORCE)');
	$node->safe_psql('postgres', join(';', map { "DROP ROLE $_" } @roles));
}

# What pg_cron is to forget. Its own runs may come in between.
$node->safe_psql('marketplace', q{
	INSERT INTO cron.job_run_details (runid, jobid, database, username, command, end_time)
	SELECT -n, -1, current_database(), 'jobs_owner', 'CALL jobs.expire_due_jobs()', now() - (9 - n) * interval '1 day' FROM generate_series(1, 3) n WHERE n <> 2;
	SELECT command FROM cron.job WHERE jobname = 'jobs-maintenance:marketplace' \gexec });
is($node->safe_psql('marketplace', 'SELECT runid FROM cron.job_run_details WHERE jobid = -1'), '-3', 'old runs are forgotten');

# Backup and restore, and what it takes to remove it.
my ($restore) = $pages =~ /^## Backup and restore\n.*?^```sh\n(.*?)^```$/ms;
my $folder = PostgreSQL::Test::Utils::tempdir();
{
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port);
	my ($out, $err) = run_command([ 'bash', '-c', "cd $folder\n$restore" ]);

	is(join("\n", grep { /error:/ && !/cron|can only create extension in database/ } split /\n/, $err), '', 'restores all but pg_cron');
	like($out, qr/jobs [\d.]+: up to date/, '... and nothing is left for install() to do');
}
same(contents($node, 'copy'), contents($node, 'marketplace'), '... with the same rows');
my $emails = $node->safe_psql('marketplace', 'SELECT count(*) FROM jobs.email');
my ($uninstall) = $pages =~ /^## Uninstall\n.*?^```\n(.*?)^```$/ms;
is($node->safe_psql('marketplace', $uninstall) =~ s/\n+$//r, 't|t', 'uninstalls');
is($node->safe_psql('marketplace', 'SELECT count(*) FROM jobs.email'), $emails, '... and the data stays');
$node->safe_psql('marketplace', 'CREATE EXTENSION jobs; SELECT jobs.install()');
is($node->safe_psql('marketplace', 'SET ROLE app; BEGIN; SELECT jobs.act_as($$member:1025$$); SELECT title FROM jobs.job_list ORDER BY id'),
	"\nA calmer storefront\nA summer sale", 'and all of it comes back');

my ($diagram) = $pages =~ /^```mermaid\n(.*?)\n*^```$/ms;
is($diagram, $node->safe_psql('marketplace', 'SELECT jobs.transition_diagram()') =~ s/\n+$//r, 'the diagram');

# Every action that an event may have: a job's, and what the sources list beside them.
my @actions = split /\n/, $node->safe_psql('marketplace',
	'SELECT DISTINCT action FROM jobs.transitions()');
my @others = slurp_file("$FindBin::Bin/../../src/feed/event_list.h") =~ /^EVENT\(\w+, "(\w+)"\)/gm;
my ($events) = $pages =~ /^\| action \| what happened \|.*?\n(.*?)\n\n/ms;
is_deeply([ sort map { /`(\w+)`/g } map { (split /\|/)[1] } grep { !/jobs\.transitions/ } split /\n/, $events ], [ sort @others ],
	'the actions of events');
my $listed = $node->safe_psql('marketplace', q{SELECT col_description('jobs.event'::regclass, attnum) FROM pg_attribute
	WHERE attrelid = 'jobs.event'::regclass AND attname = 'action'}) =~ s/\([^)]*\)//gr;
is_deeply([ sort split /[,;] /, $listed =~ s/ +([,;]|$)/$1/gr ], [ sort @actions, @others ], '... and as the column says');

# docs/api.md has every function that is not a trigger's or internal, as the server knows it.
my $api = page('docs/api.md');
my ($functions, $views, $tables) = $api =~ /^## Functions\n(.*)^## Views\n(.*)^## Tables\n(.*)/ms;

# Words without the ends of lines between them.
sub words
{
	my ($text) = @_;

	return $text =~ s/^\s+|\s+$//gr =~ s/\s+/ /gr;
}

my %documented;
while ($functions =~ /^#### (\w+)\n\n```\njobs\.(.*?)\n(?:RETURNS (.*?)\n)?```\n\n(.*?)(?=^#|\z)/gms)
{
	my ($name, $call, $result, $comment) = ($1, words($2), words($3 // 'void'), words($4));

	$documented{$name} = join("\n", map { s/\( /(/gr =~ s/TABLE \(/TABLE(/r } $call, $result, $comment);
}
my %functions;
foreach my $row (split /\x1e/, $node->safe_psql('marketplace', q{
	SELECT proname, proname || '(' || pg_get_function_arguments(oid) || ')', coalesce(pg_get_function_result(oid), 'void'),
		obj_description(oid)
	FROM pg_proc
	WHERE pronamespace = 'jobs'::regnamespace AND prorettype <> 'trigger'::regtype
		AND obj_description(oid) NOT LIKE 'Internal%' }, extra_params => [ '-R', "\x1e", '-F', "\x1f" ]))
{
	my ($name, $call, $result, $comment) = split /\x1f/, $row;

	$call =~ s/::\w[\w ]*(?=[,)])//g;
	$call =~ s/\(IN /(/;
	$call =~ s/'00:05:00'/'5 minutes'/;
	s/timestamp with time zone/timestamptz/g, s/double precision/float8/g foreach $call, $result;
	$functions{$name} = join("\n", $call, $result, words($comment));
}
is_deeply(\%documented, \%functions, 'the functions');

# ... and the views and tables with their columns.
sub relations
{
	my ($text) = @_;
	my %relations;

	while ($text =~ /^### (\w+)\n(.*?)(?=^#|\z)/gms)
	{
		my ($name, $comment, @columns) = ($1, split /^- /m, $2);

		$relations{"$name "} = words($comment);
		foreach my $column (@columns)
		{
			$relations{"$name $1"} = words($2) if $column =~ /^`(\w+)`: (.*)/s;
		}
	}
	return \%relations;
}

foreach my $kind ([ 'views', $views, 'v' ], [ 'tables', $tables, 'r' ])
{
	my ($name, $text, $relkind) = @$kind;
	my $rows = $node->safe_psql('marketplace', qq{
		SELECT relname, coalesce(attname, ''), coalesce(col_description(c.oid, attnum),
			regexp_replace(obj_description(c.oid, 'pg_class'), E'^\@[^\\n]*\\n', ''))
		FROM pg_class c LEFT JOIN LATERAL (
			SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
			UNION ALL SELECT NULL, NULL) a ON true
		WHERE relnamespace = 'jobs'::regnamespace AND relkind = '$relkind'});
	my %catalog = map { my ($relation, $column, $comment) = split /\|/, $_, 3; ("$relation $column" => words($comment)) } split /\n/, $rows;

	is_deeply(relations($text), \%catalog, "the $name");
}

my %settings = $pages =~ /^\| `(jobs\.\w+)` \| (.*?) ?\|/gm;
my $settings = $node->safe_psql('marketplace', q{
	SELECT name, CASE unit
		WHEN 'ms' THEN CASE WHEN setting::numeric < 1000 THEN setting || unit ELSE setting::numeric::bigint / 3600000 || 'h' END
		WHEN 's' THEN CASE setting WHEN '-1' THEN setting ELSE setting::bigint / 86400 || 'd' END ELSE setting END
	FROM pg_settings WHERE name LIKE 'jobs.%'});
is_deeply(\%settings, { map { my ($name, $value) = split /\|/, $_, -1; $name => $value eq '' ? '' : "`$value`" } split /\n/, $settings },
	'the settings');

# Every placeholder, and the e-mails that it is for: as the hints of a refused text list them.
my (%placeholders, %known);
my @kinds = split /\n/, $node->safe_psql('marketplace', q{SELECT DISTINCT kind FROM jobs.email_template ORDER BY kind});
foreach my $row ($pages =~ /^(\| `\{.*)$/mg)
{
	my (undef, $names, $for) = split /\s*\|\s*/, $row;
	my %named = map { $_ => 1 } $for =~ /`(\w+)`/g;

	foreach my $kind ($for =~ /^all/ ? grep({ !$named{$_} } @kinds) : keys %named)
	{
		$placeholders{$kind}{$_} = 1 foreach $names =~ /(\{\w+\})/g;
	}
}
foreach my $kind (@kinds)
{
	my (undef, undef, $err) = $node->psql('marketplace', "UPDATE jobs.email_template SET body = '{' WHERE kind = '$kind'");

	$known{$kind} = { map { $_ => 1 } $err =~ /(\{\w+\})/g };
}
is_deeply(\%placeholders, \%known, 'the placeholders of e-mails');

# The rules that refuse.
is(join("\n", $pages =~ /^\| `(\w+)` \| `(\w{5})` \| (.*) \|$/mg),
	$node->safe_psql('marketplace', q{SELECT concat_ws(E'\n', rule, sqlstate, meaning) FROM jobs.refusals()}), 'the rules that refuse');

# The table's COMMENT says the same.
my %said;
my $comment = $node->safe_psql('marketplace', q{SELECT obj_description('jobs.email_template'::regclass)});
while ($comment =~ /([\w, ]+): ((?:\{\w+\}(?:, )?)+)/g)
{
	my ($for, $names) = ($1, $2);
	my @for = $for =~ /All kinds/ ? @kinds : $for =~ /All but those of proposals/ ? grep { !/^proposal_/ } @kinds : split /, /, $for =~ s/^ //r;

	foreach my $kind (@for)
	{
		$said{$kind}{$_} = 1 foreach $names =~ /(\{\w+\})/g;
	}
}
is_deeply(\%said, \%known, 'the COMMENT of jobs.email_template');

# The examples of templates, and all built-in ones, read well in both directions: no subject tells
# anybody what they did themselves.
$node->safe_psql('marketplace', q{
	SELECT jobs.send_message(c.id, 'Hello', 0, actor => a.actor)
	FROM jobs.conversation c, LATERAL (VALUES
		('merchant:' || c.merchant_id), ((SELECT 'member:' || min(id) FROM jobs.member m WHERE m.organization_id = c.organization_id))) a (actor)});
foreach my $language ('en', 'de', 'fr')
{
	my $claimed = qq{
		UPDATE jobs.email SET language = '$language', attempts = 0, claim_token = NULL, sent_at = NULL, dead_at = NULL,
			cancelled_at = NULL, next_attempt_at = clock_timestamp();
		CREATE TEMPORARY TABLE claimed AS
		SELECT c.kind, c.subject, c.body, r.name, r.side
		FROM jobs.claim_emails(10000) c JOIN (
			SELECT name, email, 'member' AS side FROM jobs.member UNION ALL
			SELECT name, email, 'merchant' FROM jobs.merchant UNION ALL
			SELECT o.name, p.notification_email, 'organization' FROM jobs.preferences p JOIN jobs.organization o ON o.id = p.organization_id) r
			ON r.email = c.recipient };

	is($node->safe_psql('marketplace', "$claimed; SELECT kind, subject FROM claimed WHERE position(name IN subject) > 0"), '',
		"$language: nobody is told of what they did");
	is($node->safe_psql('marketplace', "$claimed; SELECT count(DISTINCT side) FROM claimed WHERE kind = 'message'"), 3,
		"$language: messages went to both sides");
	is($node->safe_psql('marketplace', "$claimed; SELECT string_agg(DISTINCT side || ': ' || subject, ', ') FROM claimed WHERE kind = 'message'"),
		join(', ', 'member: Teahouse jobs: Mia wrote', 'merchant: Teahouse jobs: Ada wrote', 'organization: Teahouse jobs: Mia wrote'),
		"$language: the example of a changed subject") if $language ne 'de';
}

# Every page is listed.
is_deeply([ sort(page_names()) ], [ sort map { s{.*/(docs/)}{$1}r } glob("$FindBin::Bin/../../docs/*.md") ], 'the pages');

done_testing();
