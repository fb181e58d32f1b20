# The programs that the pages show, with the libraries that they use. Each consumer of docs/events.md
# prints every event of its actor in order, waits for others, and goes on where it stopped. The server
# of docs/application.md tells pages when something has happened.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use IO::Socket::INET;
use Marketplace;
use Npm;
use Pages;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($section) = page('docs/events.md') =~ /^## Consumers to start from\n(.*)/ms;
my %source = $section =~ /^```(python|js|bash)\n(.*?)^```$/gms;
my $folder = PostgreSQL::Test::Utils::tempdir();
my $timeout = $PostgreSQL::Test::Utils::timeout_default;

my $node = start_server('examples', "shared_preload_libraries = 'jobs'");
install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE board LOGIN;
	SELECT jobs.bind_role('board', 'member:1025')});
$node->safe_psql('market', q{SELECT jobs.create_consumer(name) FROM unnest(ARRAY['python', 'node', 'psql']) AS name},
	extra_params => [ '-U', 'board' ]);

$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGDATABASE} = 'market';
# npm reads its settings below HOME
$ENV{HOME} = $folder;
$ENV{NODE_PATH} = "$folder/node_modules";

my $missing = npm_install($folder, 'pg@8');

# What the consumers have to print.
sub events
{
	return $node->safe_psql('market', q{
		SELECT conversation_id, action FROM jobs.event WHERE organization_id = 1025 ORDER BY position }) =~ tr/|/ /r;
}

# Runs an example until it has acknowledged all that there is, and returns what it printed. When
# it has, a job gets a message, if one is named, of which it must hear as well.
sub follow
{
	my ($name, $command, $job) = @_;
	my $run = IPC::Run::start([ 'env', 'PGUSER=board', @$command ],
		'<', \undef, '>', "$folder/out", '2>', "$folder/err");
	my $is_done = qq{
		SELECT position = (SELECT max(position) FROM jobs.event WHERE organization_id = 1025)
			AND NOT EXISTS (SELECT FROM jobs.event WHERE position IS NULL)
		FROM jobs.event_consumer WHERE name = '$name'};

	ok($node->poll_query_until('market', $is_done), "$name: reads what there is");
	if ($job)
	{
		$node->safe_psql('market', qq{SELECT jobs.reply_to_job($job, 'And?', actor => 'merchant:1024')});
		ok($node->poll_query_until('market', $is_done), "$name: hears of another");
	}
	$run->kill_kill;
	is(slurp_file("$folder/err"), '', "$name: has nothing to complain of");
	return slurp_file("$folder/out");
}

my %program = (python => [ 'python', 'python3' ], node => [ 'js', 'node' ], psql => [ 'bash', 'bash' ]);

sub try_example
{
	my ($name) = @_;
	my ($language, $interpreter) = @{ $program{$name} };
	my $file = "$folder/$name";

	# so that nothing but a wake-up can end the wait; psql has none
	my $waits = $source{$language} =~ s/\b30(000)?\b/3000000/ + $source{$language} =~ s/sleep 5/sleep 0.2/;
	is($waits, 1, "$name: waits");
	append_to_file($file, $source{$language});
	my $printed = follow($name, [ $interpreter, $file ], 3073);
	$node->safe_psql('market', q{SELECT jobs.reply_to_job(4097, 'And?', actor => 'merchant:1024')});
	$printed .= follow($name, [ $interpreter, $file ]);
	is($printed, events() . "\n", "$name: printed each event once, in order");
	return;
}

try_example('python');
try_example('psql');
SKIP:
{
	skip $missing, 7 if $missing;
	try_example('node');
}

# A page that waits hears of a message, by a wake-up alone.
my ($server) = page('docs/application.md') =~ /^### Live updates\n.*?^```python\n(.*?)^```$/ms;
my $port = PostgreSQL::Test::Cluster::get_free_port();
is($server =~ s/\b30\b/3000000/ + $server =~ s/\b8080\b/$port/, 2, 'live updates: wait, at a port');
append_to_file("$folder/live", $server);
my $live = IPC::Run::start([ 'env', 'PGUSER=board', 'python3', "$folder/live" ], '<', \undef, '>&', "$folder/err");
ok($node->poll_query_until('market', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'LISTEN jobs_event' AND state = 'idle'}),
	'live updates: listen');
my $browser;
foreach (1 .. 10 * $timeout)
{
	last if $browser = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => $timeout);
	select(undef, undef, undef, 0.1);
}
print $browser "GET / HTTP/1.0\r\n\r\n";
# what was sent before the page was there goes to nobody; its head comes when it is
while (my $line = <$browser>) { last if $line eq "\r\n" }
$node->safe_psql('market', q{SELECT jobs.reply_to_job(3073, 'Live?', actor => 'merchant:1024')});
is(scalar(<$browser>), "data: changed\n", 'live updates: a page hears of a message');
close($browser);
$live->kill_kill;

done_testing();
