# Cycles of work, mail and disaster. In each, clients act and mailers send; at a random moment
# something dies or fails; later all comes to rest: what is left is mailed, and the verdict is
# taken.

package Crash::Driver;

use strict;
use warnings FATAL => "all";

use Crash::Client;
use Crash::Mailer;
use Crash::Server;
use Crash::Smtp;
use Crash::Verdict qw(outcomes verdict causes_query emails_query);
use Crash::Wait qw(pause wait_for);

use constant CLIENTS => 4;
use constant MAILERS => 4;

# A lease is not waited for: once its mailer has ended, the driver ends it.
my @options = ('--batch=10', '--lease=3600');

my %events = (
	'kill a mailer' => \&kill_a_mailer,
	'kill a mailer before the answer' => sub { kill_in_between($_[0], 0) },
	'kill a mailer after the answer' => sub { kill_in_between($_[0], -rand(0.001)) },
	'stop mailers' => \&stop_mailers,
	'SMTP trouble' => \&make_smtp_trouble,
	'kill a server process' => \&kill_a_process,
	'kill a server process before the answer' => \&kill_a_process_in_between,
	'kill the postmaster' => \&kill_the_postmaster,
	'stop immediately' => sub { restart($_[0], 'immediate') },
	'restart' => sub { restart($_[0], 'fast') },
);
my %is_crash = map { $_ => 1 } 'kill a server process', 'kill a server process before the answer', 'kill the postmaster',
  'stop immediately';

# folder, where everything goes; seed; say, a function that is told what happens.
sub new
{
	my ($class, %given) = @_;
	my $self = bless { %given, cycle => 0, last => { email => 0, event => 0 }, mailers => [], decks => { on => [], off => [] } }, $class;

	$self->{server} = Crash::Server->new($self->{folder});
	$self->{smtp} = Crash::Smtp->new($self->{folder});
	$self->_make_marketplace;
	return $self;
}

sub _make_marketplace
{
	my ($self) = @_;

	$self->{server}->session('postgres', 'postgres')->lines('CREATE DATABASE crash');
	my $session = $self->{session} = $self->{server}->session('postgres');

	$session->lines($_) foreach (
		'CREATE ROLE crash_owner',
		'CREATE ROLE crash_app LOGIN',
		'CREATE ROLE crash_mailer LOGIN',
		'CREATE EXTENSION jobs',
		q{SELECT jobs.install(owner => 'crash_owner')},
		q{SELECT jobs.grant_access('crash_app', 'app'), jobs.grant_access('crash_mailer', 'mailer')},
		map { my ($kind, $subject) = @$_; "UPDATE jobs.email_template SET subject = '$subject' WHERE kind = '$kind'" }
		  [ message => '{message}' ], [ job_created => '{job_title}' ], [ declined => '{comment}' ],
		  [ assigned => 'assign {job_title} {recipient_name}' ]);
	($self->{service}) = $session->lines(q{SELECT jobs.create_service('Audit')});
	$self->{merchants} = [ map { $session->lines("SELECT jobs.create_merchant('Merchant $_', 'merchant$_\@shop.example')") } 1 .. 2 ];
	foreach my $n (1 .. 2)
	{
		my ($organization) = $session->lines("SELECT jobs.create_organization('Organization $n', 'office\@org$n.example')");
		my @names = map { "Member$_" } 1 .. 3;

		$session->lines("SELECT jobs.provide_service($organization, $self->{service})");
		push @{ $self->{organizations} }, { organization => $organization, names => \@names,
			members => [ map { $session->lines("SELECT jobs.add_member($organization, '$_', '\L$_\E\@org$n.example')") } @names ] };
	}
	return;
}

# Runs a number of cycles; dies where something is wrong. Gives figures.
sub run
{
	my ($self, $cycles) = @_;
	my %sum;
	# a lost connection is found out by reading
	local $SIG{PIPE} = 'IGNORE';

	while ($cycles-- > 0)
	{
		my $count = $self->_cycle;

		$sum{$_} += $count->{$_} foreach keys %$count;
	}
	return \%sum;
}

# Each event comes with synchronous_commit on and off, in an order of its own.
sub _draw
{
	my ($self) = @_;
	my $decks = $self->{decks};

	if (!@{ $decks->{on} } && !@{ $decks->{off} })
	{
		my @first = sort keys %events;

		@first = map { splice @first, rand @first, 1 } 1 .. @first;
		my @second = splice @first, 0, @first / 2;

		$decks->{on} = [ @first, @second ];
		$decks->{off} = [ @second, @first ];
	}
	$self->{synchronous} = @{ $decks->{on} } >= @{ $decks->{off} } ? 'on' : 'off';
	return shift @{ $decks->{ $self->{synchronous} } };
}

sub _cycle
{
	my ($self) = @_;
	my $cycle = ++$self->{cycle};

	# what the clients and the scheduler do has no part in what is drawn next
	srand 1000 * $self->{seed} + $cycle;
	@$self{qw(killed tokens mails)} = ({}, [], []);
	my $event = $self->_draw;
	my $may_lose = $is_crash{$event} && $self->{synchronous} eq 'off';
	my ($before, $after) = (20 + int rand 100, 20 + int rand 60);
	my $what = "cycle $cycle, $event, synchronous_commit $self->{synchronous}";

	$self->{say}->("seed $self->{seed}, $what");
	my $count = eval {
		$self->{session}->lines("ALTER DATABASE crash SET synchronous_commit = $self->{synchronous}");
		$self->_start_mailers;
		$self->_start_clients;
		$self->_wait_for_mails($before);
		pause(rand 0.02);
		$self->_let_commits_wait if $may_lose && rand() < 0.5;
		$events{$event}->($self);
		$_->signal('CONT') foreach @{ $self->{mailers} };
		$self->_start_mailers;
		$self->_wait_for_mails($after);
		$self->_come_to_rest;
		$self->_judge($may_lose);
	};

	die "seed $self->{seed}, $what:\n$@" unless $count;
	$self->{say}->(join ', ', map { "$count->{$_} $_" } sort keys %$count);
	return $count;
}

sub _start_mailer
{
	my ($self, @more) = @_;

	return Crash::Mailer->new(database => "host=$self->{server}{host} port=5432 dbname=crash user=crash_mailer",
		port => $self->{smtp}{port}, folder => $self->{folder}, options => [ @options, @more ]);
}

# In place of those that are gone.
sub _start_mailers
{
	my ($self) = @_;

	push @{ $self->{mailers} }, $self->_start_mailer while @{ $self->{mailers} } < MAILERS;
	return;
}

sub _start_clients
{
	my ($self) = @_;

	$self->{clients} = [ map { Crash::Client->new(
			server => $self->{server},
			folder => $self->{folder},
			name => "c$self->{cycle}.$_",
			seed => 1_000_000 * $self->{seed} + 100 * $self->{cycle} + $_,
			merchants => $self->{merchants},
			service => $self->{service},
			%{ $self->{organizations}[ $_ % 2 ] }) } 1 .. CLIENTS ];
	return;
}

sub _read_mails
{
	my ($self) = @_;
	my @new = $self->{smtp}->accepted;

	push @{ $self->{mails} }, @new;
	return @new;
}

# Waits until so many more were delivered. So a random moment is none of the clock's.
sub _wait_for_mails
{
	my ($self, $more) = @_;

	$self->_read_mails;
	my $wanted = @{ $self->{mails} } + $more;

	wait_for('mails are delivered', sub { $self->_read_mails; return @{ $self->{mails} } >= $wanted });
	return;
}

# Each claim brings all commits before it to disk: without mailers, those stay in memory.
sub _let_commits_wait
{
	my ($self) = @_;
	my $size = sub { my $sum = 0; $sum += -s $_->{ledger} // 0 foreach @{ $self->{clients} }; return $sum };

	$_->signal('STOP') foreach @{ $self->{mailers} };
	my $wanted = $size->() + 1000;

	wait_for('clients go on', sub { $size->() > $wanted });
	return;
}

# Takes a mailer out of those that work, once it is dead.
sub _bury
{
	my ($self, $mailer) = @_;

	$mailer->wait_for_end;
	$self->{killed}{ $mailer->{name} } = 1;
	$self->{mailers} = [ grep { $_ != $mailer } @{ $self->{mailers} } ];
	return;
}

sub kill_a_mailer
{
	my ($self) = @_;
	my $mailer = $self->{mailers}[ rand MAILERS ];

	$mailer->signal('KILL');
	$self->_bury($mailer);
	return;
}

# The SMTP server kills the mailer, near its answer. What the mailer held is kept, to see later
# that it's of no use.
sub kill_in_between
{
	my ($self, $wait) = @_;

	$self->{smtp}->order(do => 'kill', signal => 'KILL', pid => 0, wait => $wait);
	my $mail = wait_for('a mailer is killed', sub {
		my ($killed) = grep { $_->{fate} eq 'killed' } $self->_read_mails;

		return $killed;
	});
	$self->_bury(grep { $_->{name} eq $mail->{greeting} } @{ $self->{mailers} });
	# an acknowledgement that was on its way still counts
	wait_for('the session of the killed mailer ends', sub {
		return !$self->{session}->lines("SELECT 1 FROM pg_stat_activity WHERE application_name = '$mail->{greeting}'");
	});
	my ($id) = $mail->{key} =~ /-(\d+)$/;
	my ($token) = $self->{session}->lines("SELECT claim_token FROM jobs.email WHERE id = $id AND claimed_by = '$mail->{greeting}'");

	push @{ $self->{tokens} }, { mail => $mail, id => $id, token => $token } if $token;
	return;
}

sub stop_mailers
{
	my ($self) = @_;
	my @stopped = splice @{ $self->{mailers} }, 0, 1 + int rand MAILERS;

	$_->signal('TERM') foreach @stopped;
	$self->_expect_good_end($_) foreach @stopped;
	return;
}

sub _expect_good_end
{
	my ($self, $mailer) = @_;
	my $status = $mailer->wait_for_end;

	die "the mailer $mailer->{name} ended with status $status:\n" . $mailer->log if $status;
	return;
}

sub make_smtp_trouble
{
	my ($self) = @_;

	foreach (1 .. 2)
	{
		$self->{smtp}->order(do => ('refuse', 'drop', 'keep and drop')[ rand 3 ], count => 1 + int rand 6);
		wait_for('the SMTP server makes trouble', sub { $self->{smtp}->has_obeyed });
	}
	return;
}

# A process of the server that stays until it is killed, but not our session; its process id.
sub _victim
{
	my ($self) = @_;
	my @pids = $self->{session}->lines(q{
		SELECT pid FROM pg_stat_activity
		WHERE pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker'
		ORDER BY backend_type, application_name, pid});

	return int $pids[ rand @pids ];
}

sub kill_a_process
{
	my ($self) = @_;

	kill 'KILL', $self->_victim;
	$self->{session} = $self->{server}->wait_for_recovery($self->{session});
	return;
}

# A mailer has its answer, and nobody to tell.
sub kill_a_process_in_between
{
	my ($self) = @_;

	$self->{smtp}->order(do => 'kill', signal => 'KILL', pid => $self->_victim, wait => rand(0.02));
	$_->signal('CONT') foreach @{ $self->{mailers} };
	$self->{session} = $self->{server}->wait_for_recovery($self->{session});
	return;
}

sub kill_the_postmaster
{
	my ($self) = @_;

	kill 'KILL', $self->{server}->postmaster;
	$self->{server}->start;
	$self->{session} = $self->{server}->wait_for_session('postgres');
	return;
}

sub restart
{
	my ($self, $mode) = @_;

	$self->{server}->stop($mode);
	pause(rand 0.2);
	$self->{server}->start;
	$self->{session} = $self->{server}->wait_for_session('postgres');
	return;
}

# Clients and mailers end; what was left prepared is finished, what a mailer left is sent.
sub _come_to_rest
{
	my ($self) = @_;
	my $session = $self->{session};

	Crash::Client::stop(@{ $self->{clients} });
	$_->signal('TERM') foreach @{ $self->{mailers} };
	$self->_expect_good_end($_) foreach @{ $self->{mailers} };
	@{ $self->{mailers} } = ();
	my %is_prepared = map { $_ => 1 } $session->lines('SELECT gid FROM pg_prepared_xacts');

	@$self{qw(tags runs wrong)} = outcomes([ map { $_->{ledger} } @{ $self->{clients} } ], sub {
		my ($id) = @_;
		my $outcome = rand() < 0.5 ? 'committed' : 'rolled back';

		return unless delete $is_prepared{$id};
		$session->lines(($outcome eq 'committed' ? 'COMMIT' : 'ROLLBACK') . " PREPARED '$id'");
		return $outcome;
	});
	push @{ $self->{wrong} }, "nobody prepared $_" foreach sort keys %is_prepared;
	$session->lines('UPDATE jobs.email SET next_attempt_at = now() WHERE next_attempt_at > now()');
	my @last = map { $self->_start_mailer('--once') } 1 .. MAILERS;

	$self->_expect_good_end($_) foreach @last;
	$self->_read_mails;
	return;
}

# The token that a dead mailer held does nothing, and there was one more send, or none if the
# e-mail was called off before.
sub _judge_tokens
{
	my ($self, $emails) = @_;
	my @wrong;

	foreach my $held (@{ $self->{tokens} })
	{
		my ($id, $token, $key) = ($held->{id}, $held->{token}, $held->{mail}{key});
		my $sends = grep { $_->{key} eq $key } @{ $self->{mails} };
		my $state = $self->{session}->run("SELECT jobs.fail_email($id, '$token', 'It comes late.')")->{state};
		my ($count) = $self->{session}->lines("SELECT jobs.ack_emails(ARRAY[$id], ARRAY['$token'::uuid])");

		push @wrong, "the stale token of $key was good for something" if $state ne 'PT412' || $count != 0;
		push @wrong, "$key was delivered $sends times, its mailer having died in between"
		  if $sends != 2 && $emails->{$key}{fate} ne 'cancelled';
	}
	return @wrong;
}

sub _judge
{
	my ($self, $may_lose) = @_;
	my (%causes, %emails);

	foreach my $line ($self->{session}->lines(causes_query("c$self->{cycle}", $self->{last}{event})))
	{
		my ($tag, $count) = split /\|/, $line;

		$causes{$tag} = $count;
	}
	foreach my $line ($self->{session}->lines(emails_query($self->{last}{email})))
	{
		my ($key, @rest) = split /\|/, $line;

		@{ $emails{$key} }{qw(recipient tag attempts fate)} = @rest;
	}
	my ($wrong, $count) = verdict(tags => $self->{tags}, runs => $self->{runs}, causes => \%causes, emails => \%emails,
		mails => $self->{mails}, killed => $self->{killed}, may_lose => $may_lose);

	push @$wrong, @{ $self->{wrong} }, $self->_judge_tokens(\%emails);
	die map { "$_\n" } @$wrong > 20 ? (@$wrong[ 0 .. 19 ], '...') : @$wrong if @$wrong;
	# ids are numbers of a sequence and a remainder that is the organization's
	($self->{last}{$_}) = $self->{session}->lines("SELECT max(id) / 1024 * 1024 + 1023 FROM jobs.$_") foreach keys %{ $self->{last} };
	return $count;
}

1;
