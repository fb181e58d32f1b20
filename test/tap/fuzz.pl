# Random calls as twenty roles of eight organizations do what a model of the rules says, and no
# role sees a row that isn't its own. test/fuzz/run does the same at length.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../fuzz";

use Fuzz::Driver;
use Marketplace;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = start_server('fuzz', q{shared_preload_libraries = 'jobs'}, 'synchronous_commit = off', 'max_connections = 40');
my $driver = Fuzz::Driver->new(host => $node->host, port => $node->port, seed => 1, calls => 20_000, say => \&note);
my $done = { map { $_ => 0 } qw(calls refused rows looks) };

ok(eval { $done = $driver->run }, '20,000 steps are as the model has them') or diag($@);

# a model that agrees because nothing happens would prove nothing
cmp_ok($done->{calls}, '>=', 20_000, 'calls were fired');
cmp_ok($done->{calls} - $done->{refused}, '>', 5_000, 'many of them succeed');
cmp_ok($done->{refused}, '>', 5_000, 'many of them are refused');
cmp_ok($done->{rows}, '>', 5_000, 'rows are written');
cmp_ok($done->{looks}, '>', 1_000, 'roles look at tables');

done_testing();
