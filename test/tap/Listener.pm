# Sessions that listen, and what they hear.

package Listener;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(start_listener look hears hears_nothing is_silent stop_listener hold_notifications
  release_notifications notifier_pid wait_until);

my $timeout = $PostgreSQL::Test::Utils::timeout_default;

# Listens on both channels in a database.
sub start_listener
{
	my ($node, $database) = @_;
	my $listener = { in => '', out => '', marks => 0 };

	$listener->{process} = IPC::Run::start([ 'psql', '-XqAt', '-f', '-', '-d', $node->connstr($database) ],
		'<', \$listener->{in}, '>', \$listener->{out}, '2>&1', IPC::Run::timeout(4 * $timeout));
	$listener->{in} .= "LISTEN jobs_email;\nLISTEN jobs_event;\n";
	look($listener);
	return $listener;
}

sub stop_listener
{
	my ($listener) = @_;

	$listener->{process}->kill_kill;
	return;
}

# What came since the last look: lines of channel, sender and what else psql says. It says so
# after a statement.
sub look
{
	my ($listener) = @_;
	my $mark = 'mark ' . ++$listener->{marks};

	$listener->{in} .= "SELECT '$mark';\n";
	pump { $listener->{process} } until $listener->{out} =~ /^$mark\n/m;
	# a notification comes before or behind the answer
	$listener->{in} .= "SELECT 'behind $mark';\n";
	pump { $listener->{process} } until $listener->{out} =~ /^behind $mark\n/m;
	my @lines = $listener->{out} =~ /^Asynchronous notification (.*)\n/mg;
	$listener->{out} = '';
	return @lines;
}

# Both channels are heard once, from that process alone, if it is known.
sub hears
{
	my ($listener, $name, $sender) = @_;
	my @lines;

	wait_until("$name: is heard", sub { push @lines, look($listener); @lines >= 2 });
	is(join("\n", sort map { s/ from server process.*//r } @lines), qq{"jobs_email" received\n"jobs_event" received},
		"$name: both channels are heard, without a payload")
	  or diag(join("\n", @lines));
	is(scalar(grep { !/PID $sender\.$/ } @lines), 0, "$name: from the right process") or diag("$sender: @lines") if $sender;
	return;
}

# Is nothing heard for as long as it would take?
sub is_silent
{
	my ($listener, $seconds) = @_;

	select(undef, undef, undef, $seconds // 0.3);
	return look($listener) == 0;
}

# Nothing is heard, for much longer than it would take.
sub hears_nothing
{
	my ($listener, $name) = @_;

	select(undef, undef, undef, 0.3);
	is(join("\n", look($listener)), '', "$name: nothing is heard");
	return;
}

# Somebody holds the lock under which the server's notifications stand in line: who notifies, and
# waits for a standby that is not there. No other session of these databases waits for it.
sub hold_notifications
{
	my ($node, @databases) = @_;
	my $out = '';

	$node->safe_psql('postgres', "ALTER DATABASE $_ SET synchronous_commit = local") foreach 'postgres', @databases;
	$node->safe_psql('postgres', q{ALTER SYSTEM SET synchronous_standby_names = 'nobody'});
	$node->reload;
	# it may take some time until the server knows of the standby
	return wait_until('somebody holds the lock', sub {
		my $process = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('postgres'), '-c', 'SET synchronous_commit = on',
				'-c', q{BEGIN; SELECT pg_logical_emit_message(true, 'waits', ''); NOTIFY other; COMMIT} ], '>', \$out, '2>&1');

		while ($process->pumpable)
		{
			my $pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'});

			return { process => $process, pid => $pid } if $pid;
			$process->pump_nb;
		}
		$process->finish;
		return;
	});
}

sub release_notifications
{
	my ($node, $holder) = @_;

	# a reload would wake the notifier, too
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($holder->{pid})");
	$holder->{process}->finish;
	return;
}

sub notifier_pid
{
	my ($node) = @_;

	return $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'jobs notifier'});
}

# Until the code returns something true, which this returns as well.
sub wait_until
{
	my ($what, $code) = @_;
	my $end = time() + $timeout;

	while (time() < $end)
	{
		my $value = $code->();

		return $value if $value;
		select(undef, undef, undef, 0.02);
	}
	die "waited in vain until $what\n";
}

1;
