# Where the library is preloaded, a background worker wakes those who listen, once a transaction
# has committed: for what was kept of it and for nothing else, without holding up anybody.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Listener;
use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# the alarm of a deadlock would wake the notifier from a sleep in which it shouldn't be
my $node = start_server('notifier', q{shared_preload_libraries = 'jobs'}, 'wal_level = replica', 'max_wal_senders = 1',
	'deadlock_timeout = 30min');

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('postgres', q{CREATE DATABASE copy TEMPLATE market});
my $reply = q{SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025')};
my $health = 'SELECT notifier_running, notifier_lag, notifier_lag_seconds FROM jobs.health';
my $notifier = wait_until('the notifier runs', sub { notifier_pid($node) });
my $listener = start_listener($node, 'market');

# what is kept of a transaction wakes
$node->safe_psql('market', $reply);
hears($listener, 'a commit', $notifier);
$node->safe_psql('market', "BEGIN; $reply; $reply; COMMIT");
hears($listener, 'two in a transaction', $notifier);
$node->safe_psql('market', "BEGIN; SAVEPOINT a; $reply; ROLLBACK TO a; $reply; COMMIT");
hears($listener, 'a second one after ROLLBACK TO', $notifier);
$node->safe_psql('market', "BEGIN; $reply; SAVEPOINT a; $reply; ROLLBACK TO a; COMMIT");
hears($listener, 'one before ROLLBACK TO', $notifier);
$node->safe_psql('market', "BEGIN; SAVEPOINT a; SAVEPOINT b; $reply; RELEASE b; RELEASE a; SAVEPOINT a; ROLLBACK TO a; COMMIT");
hears($listener, 'one in a subtransaction that is kept', $notifier);
$node->safe_psql('market', qq{
	CREATE PROCEDURE commits() LANGUAGE plpgsql AS \$\$
	BEGIN
		PERFORM jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
		COMMIT;
		RAISE EXCEPTION 'later';
	END \$\$});
$node->psql('market', 'CALL commits()');
hears($listener, 'one in a procedure that fails later', $notifier);
$node->safe_psql('market', "BEGIN; SET LOCAL jobs.notify = off; $reply; SET LOCAL jobs.notify = on; $reply; COMMIT");
hears($listener, 'one behind a silent one', $notifier);

# what is undone doesn't
$node->safe_psql('market', "BEGIN; $reply; ROLLBACK; SELECT 1");
hears_nothing($listener, 'ROLLBACK, and another transaction');
$node->safe_psql('market', "BEGIN; SAVEPOINT a; $reply; ROLLBACK TO a; COMMIT");
hears_nothing($listener, 'ROLLBACK TO');
$node->safe_psql('market', "BEGIN; SAVEPOINT a; SAVEPOINT b; $reply; RELEASE b; ROLLBACK TO a; COMMIT");
hears_nothing($listener, 'RELEASE, and ROLLBACK TO above it');
$node->safe_psql('market', q{
	DO $$
	BEGIN
		PERFORM jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
		RAISE division_by_zero;
	EXCEPTION WHEN division_by_zero THEN NULL;
	END $$});
hears_nothing($listener, 'a subtransaction that failed');
$node->psql('market', "BEGIN; $reply; SELECT 1 / 0; COMMIT");
hears_nothing($listener, 'an error');
$node->psql('market', "CREATE TABLE key (id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED);
	BEGIN; INSERT INTO key VALUES (1), (1); $reply; COMMIT");
hears_nothing($listener, 'an error at COMMIT');
$node->safe_psql('market', "SET jobs.notify = off; $reply");
hears_nothing($listener, 'jobs.notify = off');
$node->safe_psql('market', $reply);
hears($listener, 'after all that', $notifier);

# it sleeps when there is nothing to do
sub switches
{
	my ($count) = slurp_file("/proc/$notifier/status") =~ /^voluntary_ctxt_switches:\s+(\d+)/m;

	return $count;
}
SKIP:
{
	skip 'there is no /proc', 1 unless -r "/proc/$notifier/status";
	my $before = switches();
	sleep 2;
	is(switches(), $before, 'idle, it is never woken');
}

# it is in no database
is($node->safe_psql('market', q{SELECT datid IS NULL FROM pg_stat_activity WHERE backend_type = 'jobs notifier'}), 't', 'it is in no database');
is($node->safe_psql('market', $health), 't|00:00:00|0', 'health: nothing waits');

# Who notifies and waits for a standby that is not there holds up nobody but the notifier, which
# itself waits for no standby.
$node->safe_psql('copy', $reply);
my $copy = start_listener($node, 'copy');
my $holder = hold_notifications($node, 'market', 'copy');
$node->safe_psql('copy', $reply);
wait_until('the notifier waits', sub { $node->safe_psql('postgres', q{
	SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
	WHERE backend_type = 'jobs notifier' AND NOT granted}) });
# the slot that it has passed already
$node->safe_psql('market', $reply);
wait_until('both lag', sub { $node->safe_psql($_, q{SELECT notifier_running AND notifier_lag > '50ms' FROM jobs.health}) eq 't' })
  foreach 'market', 'copy';
pass('nobody waits for the lock but the notifier, and health shows that it does');
hears_nothing($listener, 'meanwhile');
release_notifications($node, $holder);
hears($copy, 'what it waited with', $notifier);
hears($listener, 'what came meanwhile', $notifier);
is($node->safe_psql($_, $health), 't|00:00:00|0', "$_: nothing waits any more") foreach 'market', 'copy';

$node->safe_psql('postgres', 'ALTER SYSTEM RESET synchronous_standby_names');

# the interval; what it sent last decides when it sends next
$node->safe_psql('postgres', q{ALTER SYSTEM SET jobs.notify_interval = '60s'});
$node->reload;
wait_until('the interval is known', sub { $node->safe_psql('market', $reply); is_silent($listener) });
$node->safe_psql('market', $reply);
hears_nothing($listener, 'a long interval');
cmp_ok($node->safe_psql('market', 'SELECT notifier_lag_seconds FROM jobs.health'), '>=', 0.3, 'health: the first of them waits');
$node->safe_psql('postgres', q{ALTER SYSTEM SET jobs.notify_interval = '1ms'});
$node->reload;
hears($listener, 'a short interval', $notifier);
refuses($node, 'market', q{SET jobs.notify_interval = 1}, qr/55P02/, 'setting the interval in a session');

# a burst is heard as few
$node->safe_psql('postgres', q{ALTER SYSTEM SET jobs.notify_interval = '500ms'});
$node->reload;
wait_until('the interval is known', sub { $node->safe_psql('market', "$reply; $reply"); is_silent($listener, 0.1) });
hears($listener, 'what is due later');
my $began = time();
$node->safe_psql('market', join(";\n", ($reply) x 200));
wait_until('the last is sent', sub { $node->safe_psql('market', $health) eq 't|00:00:00|0' });
my $heard = grep { /jobs_email/ } look($listener);
my $seconds = time() - $began + 1;
cmp_ok($heard, '>=', 1, 'a burst is heard');
cmp_ok($heard, '<=', 2 * $seconds + 1, 'once an interval at most');

# Databases are dropped, renamed and copied while it is at work.
$node->safe_psql('postgres', q{ALTER SYSTEM SET jobs.notify_interval = '1ms'});
$node->reload;
stop_listener($_) foreach $listener, $copy;
wait_until('nobody is there', sub { $node->safe_psql('postgres', q{
	SELECT count(*) = 0 FROM pg_stat_activity WHERE datname IN ('market', 'copy')}) eq 't' });
foreach my $round (1 .. 5)
{
	$node->safe_psql('copy', join(";\n", ($reply) x 20));
	$node->safe_psql('postgres', 'ALTER DATABASE copy RENAME TO other');
	$node->safe_psql('other', $reply);
	$node->safe_psql('postgres', 'CREATE DATABASE copy TEMPLATE other');
	$node->safe_psql('other', $reply);
	$node->safe_psql('postgres', 'DROP DATABASE other');
}
is(notifier_pid($node), $notifier, 'databases are renamed, copied and dropped at once, and it goes on');
$copy = start_listener($node, 'copy');
$node->safe_psql('copy', $reply);
hears($copy, 'the last copy', $notifier);
unlike(slurp_file($node->logfile), qr/could not wake|PANIC|TRAP/, 'nothing went wrong');

$node->stop;
unlike(slurp_file($node->logfile), qr/FATAL:  terminating background worker "jobs/, 'it ends quietly with the server');

done_testing();
