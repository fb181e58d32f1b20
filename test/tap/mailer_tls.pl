# jobs-mailer's passwords and TLS: it talks to the right server only, and tells nobody else.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use IO::Select;
use IO::Socket::INET;
use MIME::Base64;
use Mailer;
use Marketplace;
use POSIX ();
use PostgreSQL::Test::Utils;
use Test::More;

my $password = 'pass word/:@%&';
my $node = start_server('mailer_tls');
install($node, 'market', 'jobs_owner');
make_outbox($node, 'market');

# An e-mail goes out, and how.
sub sends
{
	my ($name, $smtp, $tls, @options) = @_;

	add_email($node, 'market', 'ann@ann.example');
	my ($status, $log) = mailer($node, 'market', $smtp, @options);
	is($status, 0, "$name: exits with 0") or diag($log);
	my $mail = (mails($smtp))[-1];
	ok($mail && ($mail->{tls} ? 1 : 0) == $tls, "$name: arrives " . ($tls ? 'encrypted' : 'in clear'));
	is($node->safe_psql('market', 'SELECT count(*) FROM jobs.email WHERE next_attempt_at IS NOT NULL'), '0', "$name: nothing is left");
	return $mail;
}

# Nothing goes out, which the log says, and no e-mail has used up an attempt.
sub refuses_to_send
{
	my ($name, $smtp, $complaint, @options) = @_;
	my $before = mails($smtp);
	my ($id) = add_email($node, 'market', 'ann@ann.example');
	my ($status, $log) = mailer($node, 'market', $smtp, @options);

	is($status, 1, "$name: exits with 1");
	like($log, $complaint, "$name: says so");
	is(scalar(my @now = mails($smtp)), $before, "$name: nothing arrives");
	is($node->safe_psql('market', "SELECT attempts, dead_at IS NULL FROM jobs.email WHERE id = $id"), '0|t',
		"$name: no attempt is used up");
	$node->safe_psql('market', q{SELECT jobs.cancel_emails('infinity')});
	return;
}

my $ours = certificate('IP:127.0.0.1');
my $others = certificate('DNS:mail.other.example');
my %smtp = (
	plain => start_smtp(),
	starttls => start_smtp('--certificate', $ours),
	implicit => start_smtp('--certificate', $ours, '--implicit-tls'),
	other => start_smtp('--certificate', $others),
	other_implicit => start_smtp('--certificate', $others, '--implicit-tls'));
my @trust = ('--tls-ca', $ours);

sends('STARTTLS', $smtp{starttls}, 1, @trust);
sends('STARTTLS where there is', $smtp{starttls}, 1, @trust, '--tls=opportunistic');
sends('implicit TLS', $smtp{implicit}, 1, @trust);
sends('no STARTTLS where there is none', $smtp{plain}, 0, '--tls=opportunistic');
sends('TLS that is not wanted', $smtp{starttls}, 0, '--tls=off');

refuses_to_send('a server without TLS', $smtp{plain}, qr/trouble: .*(?:SSL|TLS)/);
refuses_to_send('an unknown certificate', $smtp{starttls}, qr/trouble: .*certificate/);
refuses_to_send('an unknown certificate, implicit', $smtp{implicit}, qr/trouble: .*certificate/);
refuses_to_send('an unknown certificate, opportunistic', $smtp{starttls}, qr/trouble: .*certificate/, '--tls=opportunistic');
refuses_to_send("another server's certificate", $smtp{other}, qr/trouble: .*(?:subject|alternative)/, '--tls-ca', $others);
refuses_to_send("another server's certificate, implicit", $smtp{other_implicit}, qr/trouble: .*(?:subject|alternative)/, '--tls-ca', $others);
refuses_to_send('no file of certificates', $smtp{starttls}, qr{trouble: .*/nowhere\.pem}, '--tls-ca', '/nowhere.pem');
refuses_to_send('no TLS where there should be', $smtp{plain}, qr/trouble: /, '--smtp-url', "smtps://127.0.0.1:$smtp{plain}->{port}");

# Logins. The password comes from the environment, a file, or the URL in the environment.
my $strict = start_smtp('--user', 'jobs', '--password', $password, '--certificate', $ours);
my $file = PostgreSQL::Test::Utils::tempdir() . '/password';
append_to_file($file, "$password\n");
{
	local $ENV{JOBS_MAILER_SMTP_PASSWORD} = $password;

	is(sends('a password in the environment', $strict, 1, @trust, '--smtp-user', 'jobs')->{login}, 'jobs', '... logs in');
}
is(sends('a password in a file', $strict, 1, @trust, '--smtp-user', 'jobs', '--smtp-password-file', $file)->{login}, 'jobs', '... logs in');
{
	my $escaped = $password =~ s/(\W)/sprintf '%%%02x', ord $1/ger;
	local $ENV{JOBS_MAILER_SMTP_URL} = "smtp://jobs:$escaped\@127.0.0.1:$strict->{port}";

	is(sends('a password in the URL', $strict, 1, @trust)->{login}, 'jobs', '... logs in');
}
refuses_to_send('no login', $strict, qr/trouble: 530 /, @trust);
{
	local $ENV{JOBS_MAILER_SMTP_PASSWORD} = 'wrong';

	refuses_to_send('a wrong password', $strict, qr/trouble: 535 /, @trust, '--smtp-user', 'jobs');
}

# Nobody sees the password: neither on the command line nor in the log, whatever happens.
add_email($node, 'market', 'ann@ann.example', 'bob@ann.example');
order($strict, rcpt => { 'bob@ann.example' => '550 5.1.1 no such user' });
{
	local $ENV{JOBS_MAILER_SMTP_PASSWORD} = $password;
	my $mailer = start_mailer($node, 'market', $strict, @trust, '--smtp-user', 'jobs', '--verbose');
	my $command = slurp_file('/proc/' . $mailer->{process}{KIDS}[0]{PID} . '/cmdline');

	like($command, qr/smtp-user/, 'a command line');
	unlike($command, qr/\Q$password\E/, '... has no password');
	wait_for('both are tried', sub { $node->safe_psql('market', 'SELECT count(*) FROM jobs.email WHERE next_attempt_at IS NOT NULL') eq '0' });
	is(stop_mailer($mailer), 0, 'the mailer is stopped');
	my $log = log_of($mailer);
	like($log, qr/sent 1, deferred 0, dead 1/, 'a log');
	foreach my $secret ($password, encode_base64($password, ''), encode_base64("\0jobs\0$password", ''))
	{
		unlike($log, qr/\Q$secret\E/, '... has no password');
	}
}

# A man in the middle, who takes TLS out of what the server offers, refuses it, or lets it begin and
# goes on in clear: the mailer hangs up before it has said anything that matters.
sub start_man_in_the_middle
{
	my ($smtp, $change) = @_;
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5, ReuseAddr => 1) or die "listening: $!";
	my $heard = PostgreSQL::Test::Utils::tempdir() . '/heard';
	my $child = fork // die "fork: $!";

	return { port => $listener->sockport, folder => $smtp->{folder}, heard => $heard, child => $child } if $child;
	$SIG{TERM} = 'DEFAULT';
	while (my $client = $listener->accept)
	{
		my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $smtp->{port}) or next;
		my $select = IO::Select->new($client, $server);
		my $is_over = 0;

		while (!$is_over)
		{
			foreach my $from ($select->can_read)
			{
				my $to = $from == $client ? $server : $client;
				my $bytes;

				$is_over = !sysread($from, $bytes, 65536);
				last if $is_over;
				append_to_file($heard, $bytes) if $from == $client;
				($bytes, $to) = $change->($bytes, $from == $client, $client, $server) if $change;
				syswrite($to || ($from == $client ? $server : $client), $bytes) if length $bytes;
			}
		}
		close $client;
		close $server;
	}
	POSIX::_exit(0);
}

my %attacks = (
	'a server whose STARTTLS was taken out' => sub { my ($bytes, $is_clients) = @_; return ($is_clients ? $bytes : $bytes =~ s/STARTTLS/XXXXXXXX/r) },
	'a server whose line of STARTTLS was taken out' => sub { my ($bytes, $is_clients) = @_; return ($is_clients ? $bytes : $bytes =~ s/250-STARTTLS\r\n//r =~ s/\r\n250-(\S+)\r\n250 STARTTLS\r\n/\r\n250 $1\r\n/r) },
	'a STARTTLS that is refused' => sub {
		my ($bytes, $is_clients, $client) = @_;
		return $is_clients && $bytes =~ /^STARTTLS/i ? ("454 4.7.0 TLS not available\r\n", $client) : ($bytes);
	},
	'a STARTTLS that is no command' => sub {
		my ($bytes, $is_clients, $client) = @_;
		return $is_clients && $bytes =~ /^STARTTLS/i ? ("502 5.5.1 what?\r\n", $client) : ($bytes);
	},
	'a TLS that never begins' => sub {
		my ($bytes, $is_clients, $client) = @_;
		return ($bytes) if !$is_clients || $bytes =~ /^(?:EHLO|HELO)/i;
		return ($bytes =~ /^STARTTLS/i ? "220 2.0.0 go ahead\r\n" : "250 2.0.0 in clear\r\n", $client);
	});
{
	local $ENV{JOBS_MAILER_SMTP_PASSWORD} = $password;

	foreach my $attack (sort keys %attacks)
	{
		my $man = start_man_in_the_middle($strict, $attacks{$attack});

		refuses_to_send($attack, $man, qr/trouble: /, @trust, '--smtp-user', 'jobs');
		kill 'TERM', $man->{child};
		waitpid $man->{child}, 0;
		my $heard = slurp_file($man->{heard});
		like($heard, qr/^(?:EHLO|HELO) /, "$attack: the man in the middle hears the mailer");
		unlike($heard, qr/AUTH|MAIL FROM|RCPT|ann\@|\Q$password\E/i, '... but nothing that matters');
	}
	# who only listens is no trouble
	my $listener = start_man_in_the_middle($strict, undef);
	sends('through somebody who listens', $listener, 1, @trust, '--smtp-user', 'jobs');
	kill 'TERM', $listener->{child};
	waitpid $listener->{child}, 0;
	unlike(slurp_file($listener->{heard}), qr/AUTH|MAIL FROM|ann\@/, '... and hears nothing');
}

done_testing();
