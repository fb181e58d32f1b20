# jobs-mailer's options: docs/mail.md knows all of them, wrong ones are refused with words that
# help, and so is a database that isn't ready.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Mailer;
use Marketplace;
use Pages;
use POSIX 'mkfifo';
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = "$FindBin::Bin/../..";

my ($status, $out, $err) = run_alone('--help');
is($status, 0, '--help exits with 0');
my %shown = $out =~ /^  --([\w-]+)(?:=\w+)? +\S.*?(?: \((\w+)\))?$/mg;
my ($table) = page('docs/mail.md') =~ /^\| option \| .*?\n(.*?)\n\n/ms;
my %documented;
foreach my $row (split /\n/, $table)
{
	my ($option, $preset) = $row =~ /^\| `--([\w-]+)(?:=\w+)?` \| (?:`(\w+)`)? ?\|/ or next;

	$documented{$option} = $preset;
}
cmp_ok(scalar(keys %shown), '>', 10, '--help lists the options');
is_deeply(\%documented, \%shown, 'docs/mail.md has the same, with their defaults');
is(scalar(my @wide = grep { length > 120 } split /\n/, $out), 0, 'no line of it is too long');

($status, $out) = run_alone('--version');
is("$status $out", "0 jobs-mailer $version\n", '--version');

# What is no file, or not the right one. Nothing writes into the pipe.
my $files = PostgreSQL::Test::Utils::tempdir();
mkfifo("$files/pipe", 0600) or die "pipe: $!\n";
append_to_file("$files/empty", '');
append_to_file("$files/line", "\nsecret\n");
append_to_file("$files/bytes", "\0" x 100 . "\n");
append_to_file("$files/large", '');
truncate("$files/large", 20_000_000) or die "large: $!\n";
my @no_files = (
	[ 'a device that never ends', '/dev/zero', 'is no regular file' ],
	[ 'another', '/dev/urandom', 'is no regular file' ],
	[ 'a device that is empty', '/dev/null', 'is no regular file' ],
	[ 'a pipe', "$files/pipe", 'is no regular file' ],
	[ 'a folder', $files, 'is a folder' ],
	[ 'a large file', "$files/large", 'is longer than \d+ bytes' ],
	[ 'an empty file', "$files/empty", 'is empty' ]);

my @good = ('--from', 'jobs@example.com', '--smtp-url', 'smtp://127.0.0.1:1');
foreach (
	[ 'no sender', [ '--smtp-url', 'smtp://127.0.0.1' ], qr/--from is missing/ ],
	[ 'no server', [ '--from', 'jobs@example.com' ], qr/--smtp-url is missing/ ],
	[ 'a sender without a domain', [ @good, '--from', 'jobs' ], qr/--from: the address is not of the form/ ],
	[ 'a wrong address for bounces', [ @good, '--envelope-from', 'a b@example.com' ], qr/--envelope-from: the part of the address/ ],
	[ 'another protocol', [ @good, '--smtp-url', 'http://127.0.0.1' ], qr/neither smtp:\/\/ nor smtps:/ ],
	[ 'no URL', [ @good, '--smtp-url', 'smtp://[' ], qr/--smtp-url is not a URL/ ],
	[ 'a TLS mode', [ @good, '--tls', 'maybe' ], qr/--tls is "maybe", not required/ ],
	[ 'no number', [ @good, '--batch', '10x' ], qr/--batch is "10x", not a number from 1 to 10000/ ],
	[ 'a number that is too small', [ @good, '--poll', '0' ], qr/--poll is "0", not a number from 1 to/ ],
	[ 'a lease that is too short', [ @good, '--lease', '60', '--timeout', '45' ], qr/--lease is 60 seconds; it must be at least 30 longer/ ],
	[ 'an unknown option', [ @good, '--unknown' ], qr/unrecognized option/ ],
	[ 'an argument', [ @good, 'now' ], qr/"now" is no option/ ],
	[ 'a wrong connection string', [ @good, '--database', 'host' ], qr/--database: missing "="/ ],
	[ 'a password in the URL', [ @good, '--smtp-url', 'smtp://jobs:secret@127.0.0.1' ], qr/--smtp-url has a password, .*JOBS_MAILER_SMTP_PASSWORD/ ],
	[ 'a password for the database', [ @good, '--database', 'password=secret' ], qr/--database has a password, .*PGPASSFILE/ ],
	[ '... in a URI', [ @good, '--database', 'postgresql://mailer:secret@localhost/market' ], qr/--database has a password/ ],
	[ '... in a URI that is none', [ @good, '--database', 'postgresql://mailer:secret@[::1' ], qr/--database is neither a connection string nor a URI/ ],
	[ '... in a string that is none', [ @good, '--database', 'host=localhost password=a secret' ], qr/--database is neither a connection string nor a URI/ ],
	[ 'a user without a password', [ @good, '--smtp-user', 'jobs' ], qr/a user for the SMTP server, but no password/ ],
	[ 'no file with a password', [ @good, '--smtp-user', 'jobs', '--smtp-password-file', '/nowhere' ], qr/could not open "\/nowhere": No such file/ ],
	map({
		my ($option, $what, @more) = @$_;
		map({ [ "$what: $_->[0]", [ @good, @more, "$option$_->[1]" ], qr/$what: "\Q$_->[1]\E" $_->[2]/ ] } @no_files)
	} [ '--smtp-password-file=', '--smtp-password-file', '--smtp-user=jobs' ], [ '--tls-ca=', '--tls-ca' ],
		map({ [ "--database=host=localhost $_=", "--database: $_" ] } 'sslcert', 'sslkey', 'sslrootcert', 'sslcrl')),
	[ 'a password file with an empty line', [ @good, '--smtp-user=jobs', "--smtp-password-file=$files/line" ], qr/the first line of ".*" is empty/ ],
	[ 'a password file with bytes', [ @good, '--smtp-user=jobs', "--smtp-password-file=$files/bytes" ], qr/the first line of ".*" is no text/ ])
{
	my ($name, $arguments, $complaint) = @$_;

	($status, $out, $err) = run_alone(@$arguments);
	is($status, 2, "$name: exits with 2");
	like($err, $complaint, "$name: says so");
	unlike($err, qr/secret/, "$name: ... and no secret");
}
{
	local $ENV{JOBS_MAILER_BATCH} = 'few';

	($status, $out, $err) = run_alone(@good);
	like($err, qr/--batch is "few"/, 'a variable in the environment is read');
	($status, $out, $err) = run_alone(@good, '--batch=0');
	like($err, qr/--batch is "0"/, '... and an option wins over it');
}
{
	local $ENV{JOBS_MAILER_DATABASE} = 'postgresql://mailer:secret@[::1';

	($status, $out, $err) = run_alone(@good);
	is($status, 2, 'a password in a URI in the environment that is none: exits with 2');
	unlike($err, qr/secret/, '... and does not show it');
}

# Databases that can't be used, or not yet.
my $node = start_server('mailer_settings');
my $smtp = start_smtp();
$node->safe_psql('postgres', 'CREATE ROLE mailer LOGIN; CREATE DATABASE market');

sub complains
{
	my ($name, $complaint, @options) = @_;
	my ($status, $log) = mailer($node, 'market', $smtp, '--tls=off', @options);

	is($status, 1, "$name: exits with 1");
	like($log, $complaint, "$name: says so");
	return;
}
complains('no server', qr/could not connect to the database: .*127\.0\.0\.1.*port 1 /, '--database', 'host=127.0.0.1 port=1');
complains('no role', qr/could not connect to the database: .*role "nobody" does not exist/, '--database', $node->connstr('market') . ' user=nobody');
complains('no database', qr/could not connect to the database: .*database "nowhere" does not exist/, '--database', $node->connstr('nowhere') . ' user=mailer');
complains('no extension', qr/the database refuses: .*; this database needs: CREATE EXTENSION jobs/);

# A daemon goes on trying: it begins to work as soon as it can.
my $mailer = start_mailer($node, 'market', $smtp, '--tls=off');
$node->safe_psql('market', 'CREATE EXTENSION jobs');
complains('no tables', qr/the database refuses: /);
$node->safe_psql('market', 'SELECT jobs.install()');
complains('no access', qr/the database refuses: permission denied .*SELECT jobs\.grant_access\('the role', 'mailer'\)/);
make_outbox($node, 'market');
add_email($node, 'market', 'ann@ann.example');
wait_for('the daemon works', sub { mails($smtp) == 1 });
is(stop_mailer($mailer), 0, 'the daemon is stopped');
is(outbox($node, 'market'), 'ann@ann.example|1|sent', 'it has sent what there was');

# What libpq is told by its variables.
add_email($node, 'market', 'bob@ann.example');
{
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'market', PGUSER => 'mailer',
		JOBS_MAILER_FROM => 'jobs@example.com', JOBS_MAILER_SMTP_URL => "smtp://127.0.0.1:$smtp->{port}/hello.example",
		JOBS_MAILER_TLS => 'off', JOBS_MAILER_WORKER => 'the one');

	($status, $out, $err) = run_alone('--once');
	is($status, 0, 'all settings from the environment') or diag($err);
	is((mails($smtp))[-1]{hello}, 'hello.example', 'we greet with the name in the URL');
	($status, $out, $err) = run_alone('--once', '--quiet');
	is("$status$err", '0', '--quiet says nothing when nothing is wrong');
	local $ENV{PGSSLROOTCERT} = '/dev/zero';
	($status, $out, $err) = run_alone('--once');
	is($status, 2, "no file in libpq's variables: exits with 2");
	like($err, qr/--database: sslrootcert: "\/dev\/zero" is no regular file/, '... and says so');
}
is($node->safe_psql('market', 'SELECT claimed_by FROM jobs.email ORDER BY id DESC LIMIT 1'), 'the one', 'the worker has a name');

done_testing();
