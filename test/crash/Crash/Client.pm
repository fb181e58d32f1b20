# A client, in a process of its own. It acts for members and merchants through the API, in
# transactions of a few actions that it commits, rolls back or prepares, some of them undone by
# a savepoint; and keeps a ledger of what it learnt to be committed or not.
#
# Each action has a tag, which is its text: the message, the job's title, the comment on a
# decline. So the tag is the subject of the e-mail that comes of it. The ledger's lines, with
# tabs in between:
#     committed TAG...         the server said so
#     rolled back TAG...       the server said so, or the client went before it had asked for more
#     unknown TAG...           the connection was lost at COMMIT
#     lost                     the connection was
#     prepare ID TAG...        it is going to be prepared
#     prepared ID              the server said so
#     finish ID OUTCOME        it is going to have this outcome, committed or rolled back
#     finished ID              the server said so

package Crash::Client;

use strict;
use warnings FATAL => "all";

use POSIX ();

use Crash::Wait qw(pause wait_for);

# How often each action is done, of all.
my @weights = (request => 3, reply => 5, answer => 4, assign => 4, unassign => 1, decline => 1);

# number, name (a prefix for its tags), seed, server, folder, and where to act: organization,
# members and their names, merchants, service. It acts until it is stopped.
sub new
{
	my ($class, %where) = @_;
	my $self = bless { owner => $$, %where, ledger => "$where{folder}/$where{name}.causes", count => 0 }, $class;

	$self->{pid} = fork // die "fork: $!\n";
	return $self if $self->{pid};

	local $SIG{PIPE} = 'IGNORE';
	local $SIG{TERM} = 'DEFAULT';
	srand $self->{seed};
	my $is_done = eval { $self->_act_until_stopped; 1 };
	print STDERR "client $self->{name}: $@" unless $is_done;
	POSIX::_exit($is_done ? 0 : 1);
}

# Has them all end after what they have in hand.
sub stop
{
	my (@clients) = @_;

	foreach my $self (@clients)
	{
		open my $file, '>', "$self->{ledger}.stop" or die "$self->{ledger}.stop: $!\n";
		close $file;
	}
	foreach my $self (@clients)
	{
		wait_for("the client $self->{name} ends", sub { waitpid $self->{pid}, POSIX::WNOHANG });
		die "the client $self->{name} failed\n" if $?;
		delete $self->{pid};
	}
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@, $!);

	return unless $self->{pid} && $self->{owner} == $$;
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	return;
}

sub one_of
{
	return $_[ rand @_ ];
}

sub chance
{
	return rand() < $_[0];
}

sub _note
{
	my ($self, @words) = @_;

	print { $self->{file} } join("\t", @words), "\n";
	return;
}

sub _act_until_stopped
{
	my ($self) = @_;

	open $self->{file}, '>', $self->{ledger} or die "$self->{ledger}: $!\n";
	$self->{file}->autoflush;
	while (!-e "$self->{ledger}.stop")
	{
		$self->{session} //= eval { $self->_connect };
		$self->_transaction if $self->{session};
		pause(rand 0.015);
	}
	return;
}

sub _connect
{
	my ($self) = @_;
	my $session = $self->{server}->session('crash_app');

	$session->lines("SELECT jobs.act_as('member:$self->{members}[0]', false)");
	$session->lines(q{SET lock_timeout = '2s'; SET statement_timeout = '60s'});
	return $session;
}

# Runs a statement; gives its SQLSTATE and its first value.
sub _run
{
	my ($self, $sql) = @_;
	my $answer = $self->{session} ? $self->{session}->run($sql) : { state => 'lost' };

	if ($answer->{state} eq 'lost' && $self->{session})
	{
		delete $self->{session};
		$self->_note('lost');
	}
	return ($answer->{state}, $answer->{rows}[0] ? $answer->{rows}[0][0] : undef);
}

sub _transaction
{
	my ($self) = @_;
	my $id = "$self->{name}." . ++$self->{count};
	my $answer = $self->{session}->run(qq{
		SELECT id, title, merchant_id FROM jobs.job
		WHERE organization_id = $self->{organization} AND status NOT IN ('declined', 'expired')
		ORDER BY id DESC LIMIT 8});
	my @tags;

	if ($answer->{state} ne '00000')
	{
		delete $self->{session};
		$self->_note('lost');
		return;
	}
	my @jobs = map { { id => $_->[0], title => $_->[1], merchant => $_->[2] } } @{ $answer->{rows} };
	my $is_well = ($self->_run('BEGIN'))[0] eq '00000';
	foreach my $step (1 .. 1 + int rand 3)
	{
		$is_well &&= $self->_step("$id.$step", \@jobs, \@tags);
	}
	return $self->_roll_back(@tags) if !$is_well || chance(0.1);
	return $self->_prepare($id, @tags) if chance(0.15);

	my ($state) = $self->_run('COMMIT');

	$self->_note($state eq '00000' ? 'committed' : $state eq 'lost' ? 'unknown' : 'rolled back', @tags);
	return;
}

sub _roll_back
{
	my ($self, @tags) = @_;

	# whatever comes of it: nobody has asked for a commit
	$self->_run('ROLLBACK');
	$self->_note('rolled back', @tags);
	return;
}

# One action, maybe in a savepoint; false: the transaction can't go on.
sub _step
{
	my ($self, $tag, $jobs, $tags) = @_;
	my $is_saved = chance(0.3);

	return 0 if $is_saved && ($self->_run('SAVEPOINT s'))[0] ne '00000';
	my ($state, $done) = $self->_action($tag, $jobs);

	if ($is_saved && $state ne 'lost' && ($state ne '00000' || chance(0.5)))
	{
		$self->_note('rolled back', $done) if $done;
		return ($self->_run('ROLLBACK TO s'))[0] eq '00000';
	}
	push @$tags, $done if $done;
	return $state eq '00000';
}

# Does something, and gives the SQLSTATE and the tag; undef: it is of no consequence.
sub _action
{
	my ($self, $tag, $jobs) = @_;
	my $action = @$jobs ? one_of(map { ($weights[ 2 * $_ ]) x $weights[ 2 * $_ + 1 ] } 0 .. $#weights / 2) : 'request';
	my $job = one_of(@$jobs);
	my $all = @{ $self->{members} };
	my $member = int rand $all;
	my $other = ($member + 1 + int rand($all - 1)) % $all;
	my $actor = "actor => 'member:$self->{members}[$member]'";
	my $merchant = $action eq 'request' ? one_of(@{ $self->{merchants} }) : $job->{merchant};
	my $as_merchant = "actor => 'merchant:$merchant'";

	if ($action eq 'assign')
	{
		my ($state, $count) = $self->_run("SELECT jobs.assign_members($job->{id}, ARRAY[$self->{members}[$other]], $actor)");

		return ($state, $count ? "assign $job->{title} $self->{names}[$other]" : undef);
	}
	return ($self->_run("SELECT jobs.unassign_members($job->{id}, ARRAY[$self->{members}[$other]], $actor)"))[0]
	  if $action eq 'unassign';
	my $sql =
		$action eq 'request' ? "request_job($self->{service}, '$tag', 'Text', $self->{organization}, $as_merchant)"
	  : $action eq 'reply' ? "reply_to_job($job->{id}, '$tag', $actor)"
	  : $action eq 'answer' ? "reply_to_job($job->{id}, '$tag', $as_merchant)"
	  : "decline_job($job->{id}, 'no_time', '$tag', $actor)";
	return (($self->_run("SELECT jobs.$sql"))[0], $tag);
}

# Ends the transaction in two phases. Some never get to the second one; the driver sees to them.
sub _prepare
{
	my ($self, $id, @tags) = @_;

	$self->_note('prepare', $id, @tags);
	my ($state) = $self->_run("PREPARE TRANSACTION '$id'");

	# what is not there afterwards was rolled back
	return if $state ne '00000';
	$self->_note('prepared', $id);
	return if chance(0.1);
	pause(rand 0.02);
	my $outcome = chance(0.7) ? 'committed' : 'rolled back';

	$self->_note('finish', $id, $outcome);
	($state) = $self->_run(($outcome eq 'committed' ? 'COMMIT' : 'ROLLBACK') . " PREPARED '$id'");
	$self->_note('finished', $id) if $state eq '00000';
	return;
}

1;
