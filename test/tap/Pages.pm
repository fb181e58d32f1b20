# What users read: README.md, and the pages in docs/ in the order in which it links them.

package Pages;

use strict;
use warnings;

use Exporter 'import';
use FindBin;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(page page_names pages);

my $top = "$FindBin::Bin/../..";

# One page, by its path from the top.
sub page
{
	my ($path) = @_;

	return slurp_file("$top/$path");
}

# The pages that README.md lists at its end.
sub page_names
{
	my ($list) = page('README.md') =~ /^## Where to read on\n(.*)/ms;

	return grep { -e "$top/$_" } $list =~ /^\| \[[^\]]*\]\((docs\/\w+\.md)\)/mg;
}

# All that there is to read, one behind the other.
sub pages
{
	return join("\n", map { page($_) } 'README.md', page_names());
}

1;
