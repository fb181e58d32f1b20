# The notifier ends, can't start, or can't send: no transaction fails for it, and what it had to
# wake is woken by the next one, or found by who polls.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Listener;
use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('notifier_failures', q{shared_preload_libraries = 'jobs'}, 'max_prepared_transactions = 5',
	'restart_after_crash = on', 'wal_level = replica', 'max_wal_senders = 1');

install($node, 'market', 'jobs_owner');
fill($node, 'market');
my $reply = q{SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025')};
my $health = 'SELECT notifier_running, notifier_lag FROM jobs.health';
my $notifier = wait_until('the notifier runs', sub { notifier_pid($node) });
my $listener = start_listener($node, 'market');

sub successor
{
	return wait_until('there is another', sub {
		my ($status, $pid) = $node->psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'jobs notifier'});

		$status == 0 && $pid ne '' && $pid ne $notifier && $pid;
	});
}

# Ended by hand. It comes back after a second.
$node->safe_psql('postgres', "SELECT pg_cancel_backend($notifier)");
$node->safe_psql('market', $reply);
hears($listener, 'it is not cancelled', $notifier);
$node->safe_psql('postgres', "SELECT pg_terminate_backend($notifier, 10000)");
is($node->safe_psql('market', 'SELECT notifier_running FROM jobs.health'), 'f', 'health: it is not there');
$node->safe_psql('market', $reply);
$notifier = successor();
hears($listener, 'what was committed while it was not there', $notifier);
is($node->safe_psql('market', $health), 't|00:00:00', 'health: it is there again');

# Ended in the middle of its commit, for which it waits.
my $holder = hold_notifications($node, 'market');
$node->safe_psql('market', $reply);
wait_until('the notifier waits', sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE pid = $notifier AND NOT granted") });
$node->safe_psql('postgres', "SELECT pg_terminate_backend($notifier, 10000)");
$notifier = successor();
wait_until('its successor waits', sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE pid = $notifier AND NOT granted") });
# and an error there
$node->safe_psql('postgres', q{ALTER SYSTEM SET lock_timeout = '100ms'});
$node->reload;
$node->safe_psql('postgres', "SELECT pg_terminate_backend($notifier, 10000)");
$notifier = successor();
my $said = qr/LOG:  the notifier could not wake listeners: canceling statement due to lock timeout\n.*DETAIL: .*\n.*HINT: /;
wait_until('the log says so', sub { slurp_file($node->logfile) =~ $said });
sleep 3;
is(() = slurp_file($node->logfile) =~ /the notifier could not wake/g, 1, 'what goes wrong again and again is said once');
hears_nothing($listener, 'meanwhile');
cmp_ok($node->safe_psql('market', 'SELECT notifier_lag_seconds FROM jobs.health'), '>=', 3, 'health: how long it has been trying');
release_notifications($node, $holder);
hears($listener, 'what two of them could not send', $notifier);
like(slurp_file($node->logfile), qr/LOG:  the notifier wakes listeners again\n/, 'the log says so');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET ALL');
$node->restart;

# A crash of its own is one of the server; and one between the commit and the notification
# loses that. Who polls, and who connects anew, finds what it was about.
my $drain = q{SELECT count(*) > 0 FROM jobs.claim_emails(1000)};
$node->safe_psql('market', "$reply; $drain");
$notifier = wait_until('the notifier runs', sub { notifier_pid($node) });
kill 'KILL', $notifier;
$notifier = successor();
$listener = start_listener($node, 'market');
$node->safe_psql('market', $reply);
hears($listener, 'after its crash', $notifier);
$node->safe_psql('market', $drain);
$node->safe_psql('postgres', q{ALTER SYSTEM SET jobs.notify_interval = '60s'});
$node->reload;
$node->safe_psql('market', $drain);
wait_until('it is due in a minute', sub { $node->safe_psql('market', $reply); is_silent($listener) });
$node->stop('immediate');
$node->start;
wait_until('the notifier runs', sub { notifier_pid($node) });
$listener = start_listener($node, 'market');
hears_nothing($listener, 'a crash before the notification');
is($node->safe_psql('market', $drain), 't', 'who polls finds the e-mail');
is($node->safe_psql('market', $health), 't|00:00:00', 'health: nothing waits');
stop_listener($listener);

# There is no room for it, or it is not asked for: transactions notify by themselves.
foreach my $setting ('max_worker_processes = 0', q{shared_preload_libraries = ''})
{
	$node->append_conf('postgresql.conf', $setting);
	$node->restart;
	$listener = start_listener($node, 'market');
	my $sender = $node->safe_psql('market', "SELECT pg_backend_pid(); $reply") =~ s/\n.*//sr;
	hears($listener, $setting, $sender);
	is($node->safe_psql('market', $health), 'f|', "$setting: health");
	refuses($node, 'market', "BEGIN; $reply; PREPARE TRANSACTION 'reply'", qr/0A000/, "$setting: PREPARE TRANSACTION");
	stop_listener($listener);
	$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
}

# A full queue of notifications; before 17 that takes 8 GB.
SKIP:
{
	skip 'the queue is too large to be filled', 1 if $node->safe_psql('postgres', 'SHOW server_version_num') < 170000;
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'jobs'\nmax_notify_queue_pages = 64");
	$node->adjust_conf('postgresql.auto.conf', 'jobs.notify_interval', '1ms');
	$node->restart;
	$notifier = wait_until('the notifier runs', sub { notifier_pid($node) });
	$node->safe_psql('market', $reply);
	$listener = start_listener($node, 'market');
	# a session that listens and doesn't come to read
	my $sleeper = start_listener($node, 'market');
	$sleeper->{in} .= "BEGIN; SELECT 'asleep';\n";
	pump { $sleeper->{process} } until $sleeper->{out} =~ /asleep/;
	foreach (1 .. 70)
	{
		last if ($node->psql('postgres', q{SELECT pg_notify('other', repeat('x', 7900))}))[0] != 0;
	}
	$node->safe_psql('market', $reply) foreach 1 .. 3;
	wait_until('the log says so', sub { slurp_file($node->logfile) =~ /could not wake listeners: too many notifications/ });
	$node->safe_psql('market', $reply);
	hears_nothing($listener, 'a full queue');
	is($node->safe_psql('market', q{SELECT notifier_running AND notifier_lag > '0.2s' AND notification_queue_usage > 0.9 FROM jobs.health}), 't',
		'health shows it');
	$sleeper->{in} .= "COMMIT; SELECT 'awake';\n";
	pump { $sleeper->{process} } until $sleeper->{out} =~ /awake/;
	hears($listener, 'somebody reads it', $notifier);
	stop_listener($_) foreach $listener, $sleeper;
}

done_testing();
