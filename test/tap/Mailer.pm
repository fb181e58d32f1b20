# What the tests of jobs-mailer need: an SMTP server that keeps what it gets and can be told
# to fail, e-mails to send, the mailer itself.

package Mailer;

use strict;
use warnings;

use Exporter 'import';
use File::Temp;
use FindBin;
use JSON::PP;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(start_smtp start_smtp_again stop_smtp order wait_until_held mails connections certificate
  make_outbox add_email outbox mailer run_alone start_mailer log_of logs_of_all stop_mailer wait_for);

my $timeout = $PostgreSQL::Test::Utils::timeout_default;
my $binary = ($ENV{TESTDIR} // "$FindBin::Bin/../..") . '/src/mailer/jobs-mailer';

# not when the syntax alone is checked
INIT
{
	die "$binary is missing: run make mailer\n" unless -x $binary;
}

my @running;
my @logs;

# Waits until the code returns something true, and returns that.
sub wait_for
{
	my ($what, $code) = @_;
	my $end = time() + $timeout;

	while (time() < $end)
	{
		my $value = $code->();

		return $value if $value;
		select(undef, undef, undef, 0.05);
	}
	die "waited in vain until $what; mailers say:\n" . logs_of_all();
}

sub logs_of_all
{
	return join('', map { slurp_file($_) } @logs);
}

sub start
{
	my ($smtp) = @_;

	unlink "$smtp->{folder}/port";
	$smtp->{out} = '';
	$smtp->{process} = IPC::Run::start(
		[ "$FindBin::Bin/../smtp_server", $smtp->{folder}, @{ $smtp->{arguments} } ], '>&', \$smtp->{out});
	$smtp->{port} = wait_for('the SMTP server listens', sub {
		$smtp->{process}->pump_nb;
		die "the SMTP server ended: $smtp->{out}\n" unless $smtp->{process}->pumpable;
		return -s "$smtp->{folder}/port" && slurp_file("$smtp->{folder}/port");
	});
	push @running, $smtp->{process};
	return;
}

# An SMTP server; the arguments are those of test/smtp_server.
sub start_smtp
{
	my (@arguments) = @_;
	my $smtp = { folder => PostgreSQL::Test::Utils::tempdir(), arguments => \@arguments };

	start($smtp);
	return $smtp;
}

# The same server, which was stopped, at the same port.
sub start_smtp_again
{
	my ($smtp) = @_;

	push @{ $smtp->{arguments} }, '--port', $smtp->{port};
	start($smtp);
	return;
}

sub stop_smtp
{
	my ($smtp) = @_;

	$smtp->{process}->kill_kill;
	return;
}

END
{
	my $status = $?;

	foreach my $process (@running)
	{
		eval { $process->kill_kill };
	}
	$? = $status;
}

# What the server does from now on, in place of what it was told before.
sub order
{
	my ($smtp, %orders) = @_;

	unlink "$smtp->{folder}/held";
	append_to_file("$smtp->{folder}/orders.new", encode_json(\%orders));
	rename("$smtp->{folder}/orders.new", "$smtp->{folder}/orders.json") or die "orders.json: $!\n";
	return;
}

# Waits until the server, which was ordered to hold, has got an e-mail and holds its answer.
sub wait_until_held
{
	my ($smtp) = @_;

	wait_for('the server holds an e-mail', sub { -e "$smtp->{folder}/held" });
	return;
}

# The mails that the server has got, in the order of their coming. What it keeps as bytes is
# bytes here.
sub mails
{
	my ($smtp) = @_;
	my @mails;

	foreach my $path (sort { ($a =~ /(\d+)\.json/)[0] <=> ($b =~ /(\d+)\.json/)[0] } glob "$smtp->{folder}/mails/*.json")
	{
		my $mail = decode_json(slurp_file($path));

		$mail->{bytes} = decode_base64($mail->{bytes});
		$mail->{lines_end_well} = $mail->{body} !~ /(?<!\r)\n|\r(?!\n)/;
		$mail->{body} =~ s/\r\n/\n/g;
		push @mails, $mail;
	}
	return @mails;
}

# How many connections there were.
sub connections
{
	my ($smtp) = @_;

	return 0 unless -e "$smtp->{folder}/connections";
	return scalar(split /\n/, slurp_file("$smtp->{folder}/connections"));
}

# A certificate that nobody but itself vouches for, with its key.
sub certificate
{
	my ($name) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/certificate.pem';

	system_or_bail('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=smtp.example',
		'-addext', "subjectAltName = $name", '-keyout', "$file.key", '-out', $file);
	append_to_file($file, slurp_file("$file.key"));
	return $file;
}

# A database whose outbox is empty, and the role mailer, which may send. write_email() there
# writes an e-mail to an address, about a job of this title and text.
sub make_outbox
{
	my ($node, $database) = @_;

	$node->safe_psql('postgres', q{DO $$ BEGIN
		IF to_regrole('mailer') IS NULL THEN
			CREATE ROLE mailer LOGIN;
		END IF;
	END $$});
	$node->safe_psql($database, q{
		SELECT jobs.grant_access('mailer', 'mailer');
		SELECT jobs.create_service('Audit');
		SELECT jobs.create_merchant('Max', 'max@shop.example');

		CREATE FUNCTION write_email(address text, title text, description text) RETURNS bigint
		LANGUAGE plpgsql AS $$
		DECLARE
			organization bigint := jobs.create_organization('Org', address);
			job bigint;
		BEGIN
			PERFORM jobs.provide_service(organization, 1024);
			PERFORM jobs.add_member(organization, 'Ann', 'ann@ann.example');
			SELECT job_id INTO STRICT job
			FROM jobs.request_job(1024, title, description, organization, actor => 'merchant:1024');
			RETURN (SELECT id FROM jobs.email WHERE job_id = job);
		END $$});
	return;
}

# Writes an e-mail to each address, in one transaction; returns the ids.
sub add_email
{
	my ($node, $database, @addresses) = @_;

	return split /\n/, $node->safe_psql($database, join(' UNION ALL ',
		map { "SELECT write_email(\$q\$$_\$q\$, 'A job', 'All of it')" } @addresses));
}

# How the outbox stands: address, attempts and what became of it.
sub outbox
{
	my ($node, $database) = @_;

	return $node->safe_psql($database, q{
		SELECT recipient, attempts, CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN dead_at IS NOT NULL THEN 'dead'
			WHEN claim_token IS NOT NULL THEN 'claimed' ELSE 'due' END
		FROM jobs.email ORDER BY id});
}

# The mailer's command. Options come after those that all need, and win over them; what the
# environment has is no option.
sub command
{
	my ($node, $database, $smtp, @options) = @_;
	my $scheme = grep({ $_ eq '--implicit-tls' } @{ $smtp->{arguments} }) ? 'smtps' : 'smtp';
	my @url = $ENV{JOBS_MAILER_SMTP_URL} ? () : ('--smtp-url', "$scheme://127.0.0.1:$smtp->{port}");

	return [ $binary, '--database', $node->connstr($database) . ' user=mailer', '--from', 'Jobs <jobs@example.com>',
		@url, '--poll', '1', @options ];
}

# Runs the mailer to its end; returns its exit status and what it said.
sub mailer
{
	my ($node, $database, $smtp, @options) = @_;
	my $log = '';
	my $process = IPC::Run::start(command($node, $database, $smtp, '--once', @options),
		'<', \undef, '>&', \$log, IPC::Run::timeout($timeout));

	push @running, $process;
	$process->finish;
	return ($process->result(0), $log);
}

# Runs the mailer with these arguments alone; returns its exit status and what it printed.
sub run_alone
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');
	my $process = IPC::Run::start([ $binary, @arguments ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($timeout));

	push @running, $process;
	$process->finish;
	return ($process->result(0), $out, $err);
}

# Starts a mailer as a daemon.
sub start_mailer
{
	my ($node, $database, $smtp, @options) = @_;
	my $mailer = { log => PostgreSQL::Test::Utils::tempdir() . '/log' };

	push @logs, $mailer->{log};
	$mailer->{process} = IPC::Run::start(command($node, $database, $smtp, @options), '<', \undef, '>&', $mailer->{log});
	push @running, $mailer->{process};
	return $mailer;
}

# What it said until now.
sub log_of
{
	my ($mailer) = @_;

	return slurp_file($mailer->{log});
}

# Ends it with SIGTERM, and returns its exit status. The code is run after the signal.
sub stop_mailer
{
	my ($mailer, $code) = @_;

	$mailer->{process}->signal('TERM');
	$code->() if $code;
	local $SIG{ALRM} = sub { die "waited in vain until a mailer ends; mailers say:\n" . logs_of_all() };
	alarm $timeout;
	$mailer->{process}->finish;
	alarm 0;
	return $mailer->{process}->result(0);
}

1;
