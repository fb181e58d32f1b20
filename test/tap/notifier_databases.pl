# The notifier serves 64 databases, of which each hears of itself alone. In others transactions
# notify by themselves, until one of the 64 is dropped.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Listener;
use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('notifier_databases', q{shared_preload_libraries = 'jobs'}, 'max_prepared_transactions = 5',
	'max_connections = 100');
my $slots = 63; # beside the one that they are copied from

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('postgres', "CREATE DATABASE market_$_ TEMPLATE market STRATEGY file_copy") foreach 1 .. $slots + 1;
my $reply = q{SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025')};
my $notifier = wait_until('the notifier runs', sub { notifier_pid($node) });
my %listeners = map { $_ => start_listener($node, "market_$_") } 1 .. $slots + 1;

# all at once
$node->safe_psql("market_$_", $reply) foreach 1 .. $slots;
hears($listeners{$_}, "market_$_", $notifier) foreach 1 .. $slots;
# one alone
foreach my $i (1, 33, $slots)
{
	$node->safe_psql("market_$i", $reply);
	hears($listeners{$i}, "market_$i again", $notifier);
}
is(join("\n", map { look($listeners{$_}) } 1 .. $slots + 1), '', 'nobody heard of others');

# one too many
my $last = 'market_' . ($slots + 1);
my $sender = $node->safe_psql($last, "SELECT pg_backend_pid(); $reply") =~ s/\n.*//sr;
hears($listeners{ $slots + 1 }, $last, $sender);
is($node->safe_psql($last, 'SELECT notifier_running, notifier_lag FROM jobs.health'), 't|', "health: $last is not served");
refuses($node, $last, "BEGIN; $reply; PREPARE TRANSACTION 'reply'", qr/0A000/, 'PREPARE TRANSACTION where it is not served');
my $prepared = q{BEGIN; SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025'); PREPARE TRANSACTION 'silent'};
$node->safe_psql($last, "SET jobs.notify = off; $prepared");
$sender = $node->safe_psql($last, "SELECT pg_backend_pid(); COMMIT PREPARED 'silent'") =~ s/\n.*//sr;
hears($listeners{ $slots + 1 }, 'COMMIT PREPARED where it is not served', $sender);

# a slot that is not needed any more
stop_listener($listeners{17});
wait_until('nobody is there', sub { $node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE datname = 'market_17'}) eq '0' });
$node->safe_psql('market_17', $reply);
$node->safe_psql('postgres', 'DROP DATABASE market_17');
$node->safe_psql($last, $reply);
hears($listeners{ $slots + 1 }, "$last, after another one was dropped", $notifier);
$node->safe_psql($last, $prepared);
$node->safe_psql($last, "COMMIT PREPARED 'silent'");
hears($listeners{ $slots + 1 }, 'COMMIT PREPARED there', $notifier);
delete $listeners{17};
is(join("\n", map { look($listeners{$_}) } sort keys %listeners), '', 'nobody else heard of that');
stop_listener($_) foreach values %listeners;

done_testing();
