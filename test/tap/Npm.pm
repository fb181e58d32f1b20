# Packages from npm's registry, for the tests of programs that use them.

package Npm;

use strict;
use warnings;

use Exporter 'import';
use File::Spec;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(npm_install);

# What was downloaded for one test is there for the next one.
$ENV{npm_config_cache} = File::Spec->rel2abs($PostgreSQL::Test::Utils::tmp_check) . '/npm';

# Installs packages into a folder. Returns nothing, or why they can't be had.
sub npm_install
{
	my ($folder, @packages) = @_;
	my ($out, $err) = ('', '');
	my $installed = eval {
		IPC::Run::run([ 'npm', 'install', '--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', $folder, @packages ],
			'<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	};

	return $installed ? undef : "npm can't be asked for @packages: " . (($err . $@) =~ /^(.+)/m)[0];
}

1;
