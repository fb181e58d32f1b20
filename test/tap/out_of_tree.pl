# A build in another folder than the sources: it leaves them as they are, whatever they were built for
# themselves, installs the same files, and its tests find theirs.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Cwd 'abs_path';
use File::Find;
use Marketplace;
use PostgreSQL::Test::Utils;
use Test::More;

# of the make that runs this test
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES)};

my $sources = abs_path("$FindBin::Bin/../..");
my ($programs) = run_command([ 'pg_config', '--bindir' ]);
my $folder = PostgreSQL::Test::Utils::tempdir();
my @quickly = ("PG_CONFIG=$programs/pg_config", 'with_llvm=no', 'COPT=-O0');

# The files in a folder, less what tests write; with a time, if it is wanted.
sub files_in
{
	my ($place, $is_timed) = @_;
	my %files;

	find({ no_chdir => 1, wanted => sub {
		$File::Find::prune = 1 if /\/(tmp_check|output|output_iso|\.private|\.git)$/;
		$files{ substr($_, length($place)) } = $is_timed ? (stat)[9] : 1 if -f;
	} }, $place);
	return \%files;
}

mkdir "$folder/build" or die "$folder/build: $!\n";
my $before = files_in($sources, 1);
my @make = ('make', '-s', '-C', "$folder/build", '-f', "$sources/Makefile", @quickly);

command_ok([ @make, '-j2', 'all', 'mailer' ], 'it builds');
my @objects = grep { /\.o$/ } keys %{ files_in("$folder/build") };
my @files = grep { !m{/mailer/} } glob("$sources/src/*.c $sources/src/*/*.c");
is(scalar(@objects), scalar(@files), 'all of it');
# as Debian's pg_buildext calls it
command_ok([ @make, "VPATH=$sources", 'install', 'install-mailer', "DESTDIR=$folder/there", 'MAILER_PREFIX=/opt/jobs' ],
	'it installs');
command_ok([ 'make', '-s', '-C', $sources, @quickly, 'install', 'install-mailer', "DESTDIR=$folder/here", 'MAILER_PREFIX=/opt/jobs' ],
	'so does a build among the sources');
is_deeply(files_in("$folder/there"), files_in("$folder/here"), '... the same files');
like(slurp_file("$folder/there/opt/jobs/lib/systemd/system/jobs-mailer.service"), qr{^ExecStart=/opt/jobs/bin/jobs-mailer$}m,
	'the unit names the program');

my $node = start_server('out_of_tree');
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
command_ok([ @make, 'installcheck', 'REGRESS=install leave', 'ISOLATION=', 'TAP_TESTS=' ], 'tests run from there');
command_ok([ @make, 'clean' ], 'it cleans up');
is_deeply([ grep { !m{^/output} } keys %{ files_in("$folder/build") } ], [], '... all of it');
is_deeply(files_in($sources, 1), $before, 'the sources are as before');

done_testing();
