# What a marketplace must do, in this file's own words: written from the pages in docs and the state
# diagram, and never from what the library answers (jobs.transitions() isn't asked).
#
# A rule either changes the model and returns what the call answers, or dies of a Fuzz::Refusal
# with the SQLSTATE. New rows wait in `fresh` and new events in `events`, until the
# driver has met them in the tables and tells their ids. Every change is in a journal, so that
# a transaction can be rolled back.

package Fuzz::Model;

use strict;
use warnings FATAL => "all";

# The diagram: what each side does, from which statuses, to which; '=' stays where it is.
our %diagram = (
	expert => {
		open => { new => 'opened' },
		message => {
			new => 'responded', opened => 'responded', awaiting_response => 'responded',
			responded => '=', inactive => '=', completed => '=' },
		decline => { map { $_ => 'declined' } qw(new opened responded awaiting_response inactive) },
		mark_inactive => { responded => 'inactive', awaiting_response => 'inactive' },
		reactivate => { inactive => 'responded or awaiting_response' },
		complete => { map { $_ => 'completed' } qw(new opened responded awaiting_response inactive) },
		assign => { map { $_ => '=' } qw(new opened responded awaiting_response inactive completed) },
		unassign => { map { $_ => '=' } qw(new opened responded awaiting_response inactive completed) },
	},
	merchant => {
		message => {
			responded => 'awaiting_response', inactive => 'awaiting_response',
			new => '=', opened => '=', awaiting_response => '=', completed => '=' },
		decline => { map { $_ => 'declined' } qw(new opened responded awaiting_response inactive) },
		confirm => { completed => '=' },
		reject => { completed => 'awaiting_response' },
	},
	system => {
		expire => { new => 'expired', opened => 'expired' },
		extend => { new => '=', opened => '=' },
	},
);
my %action_of_status = (opened => 'open', inactive => 'mark_inactive', completed => 'complete',
	declined => 'decline', expired => 'expire');
my %is_status = map { $_ => 1 }
  qw(new opened responded awaiting_response inactive completed declined expired);
my %is_live = map { $_ => 1 } qw(new opened responded awaiting_response inactive);

my $system = { kind => 'system', text => 'system' };

our @tables = qw(conversation message proposal job review);

sub new
{
	my ($class) = @_;

	return bless {
		(map { $_ => [] } @tables, 'decline', 'event'),
		organization => {}, member => {}, merchant => {}, store => {}, service => {},
		id => {}, key => {}, fresh => [], events => [], journal => [],
	}, $class;
}

sub refuse
{
	my ($state) = @_;

	die bless { state => $state }, 'Fuzz::Refusal';
}

# Changes and their journal.

sub set
{
	my ($self, $object, %values) = @_;

	foreach my $key (sort keys %values)
	{
		my ($had, $old) = (exists $object->{$key}, $object->{$key});

		push @{ $self->{journal} }, sub { $had ? $object->{$key} = $old : delete $object->{$key} };
		$object->{$key} = $values{$key};
	}
	return;
}

sub append
{
	my ($self, $list, $value) = @_;

	push @$list, $value;
	push @{ $self->{journal} }, sub { pop @$list };
	return $value;
}

# How far the journal goes: what to roll back to.
sub mark
{
	my ($self) = @_;

	return scalar @{ $self->{journal} };
}

sub roll_back
{
	my ($self, $mark) = @_;

	while (@{ $self->{journal} } > $mark)
	{
		pop(@{ $self->{journal} })->();
	}
	return;
}

sub commit
{
	my ($self) = @_;

	$self->{journal} = [];
	return;
}

sub create
{
	my ($self, $table, %row) = @_;
	my $object = { %row, table => $table };

	$self->append($self->{$table}, $object);
	$self->append($self->{fresh}, $object);
	return $object;
}

sub find
{
	my ($self, $table, $id) = @_;

	return defined $id ? $self->{id}{$table}{$id} : undef;
}

# Who acts: a hash with kind (member, merchant, system, nobody), id, organization, text.

sub actor
{
	my ($self, $text) = @_;

	return { kind => 'nobody', text => '' } if $text eq '';
	return { kind => 'system', text => 'system' } if $text eq 'system';
	my ($kind, $id) = $text =~ /^(member|merchant):([1-9]\d{0,17})$/ or return;
	my $who = { kind => $kind, id => $id, text => $text };
	$who->{organization} = $self->{member}{$id}{organization} if $kind eq 'member' && $self->exists_actor($who);
	return $who;
}

sub exists_actor
{
	my ($self, $who) = @_;

	return $who->{kind} eq 'member' ? $self->{member}{ $who->{id} } && $self->{member}{ $who->{id} }{is_active} :
	  $who->{kind} eq 'merchant' ? !!$self->{merchant}{ $who->{id} } : 1;
}

sub sees
{
	my ($self, $who, $row) = @_;

	return
		$who->{kind} eq 'system' ? 1
	  : $who->{kind} eq 'merchant' ? $row->{merchant} == $who->{id}
	  : $who->{kind} eq 'member' && defined $who->{organization} ? $row->{organization} == $who->{organization}
	  : 0;
}

# Who is suspended reads, and does nothing else; who has closed the account can close it once more, too.
sub may_act
{
	my ($self, $who, $closes) = @_;
	my @accounts = $who->{kind} eq 'merchant' ? $self->{merchant}{ $who->{id} } :
	  $who->{kind} eq 'member' ? ($self->{member}{ $who->{id} }, $self->{organization}{ $who->{organization} }) : ();

	return !grep { $_->{is_suspended} || $_->{is_closed} && !$closes } @accounts;
}

sub acting
{
	my ($self, $who, $closes) = @_;

	refuse('PT409') if !$self->may_act($who, $closes);
	return;
}

sub seen
{
	my ($self, $who, $table, $id) = @_;
	my $row = $self->find($table, $id);

	refuse('PT404') if !$row || !$self->sees($who, $row);
	return $row;
}

sub side
{
	my ($who) = @_;

	return $who->{behalf} // ($who->{kind} eq 'member' ? 'expert' : $who->{kind});
}

sub only
{
	my ($who, $kind) = @_;

	refuse('42501') if $who->{kind} ne $kind;
	return;
}

# Jobs

sub status
{
	my ($job) = @_;

	return $job->{is_overdue} ? 'expired' : $job->{status};
}

sub unexpired
{
	my ($job) = @_;

	refuse('PT410') if status($job) eq 'expired';
	return;
}

# The status that an action leads to; the checks in their order.
sub target
{
	my ($self, $who, $job, $action) = @_;
	my $side = side($who);

	unexpired($job) unless $action eq 'expire' && $side eq 'system' && $job->{status} ne 'expired';
	refuse('42501') if !$diagram{$side} || !$diagram{$side}{$action};
	my $to = $diagram{$side}{$action}{ $job->{status} };
	refuse('PT409') if !$to;
	refuse('PT409') if $action eq 'complete' && $job->{status} =~ /^(new|opened)$/ && !$job->{proposal};
	refuse('PT409') if $action =~ /^(confirm|reject)$/ && $job->{is_confirmed};
	refuse('PT409') if $action eq 'expire' && !$job->{is_overdue};
	$self->require_open($job->{conversation}) if $action =~ /^(message|reject)$/;
	return $job->{status} if $to eq '=';
	return $job->{expert_wrote_last} ? 'responded' : 'awaiting_response' if $action eq 'reactivate';
	return $to;
}

# What happened to an account, which its own side alone sees.
sub tell_account
{
	my ($self, $who, $side, $id, $action, %details) = @_;

	$self->append($self->{events}, { organization => -1, merchant => -1, $side => $id, action => $action, from => '', to => '',
			actor => $who->{text}, details => \%details });
	return;
}

# What happened in a conversation, and what it is about.
sub tell
{
	my ($self, $who, $conversation, $action, %about) = @_;

	$self->append($self->{events}, { organization => $conversation->{organization}, merchant => $conversation->{merchant},
			conversation => $conversation, action => $action, from => '', to => '', actor => $who->{text}, %about });
	return;
}

sub record
{
	my ($self, $who, $job, $action, $from, $to, %about) = @_;

	$self->tell($who, $job->{conversation}, $action, job => $job, from => $from, to => $to, %about);
	# what comes behind an action is its message, or there is none
	foreach my $done (grep { $_ ne $action } $action eq 'message' ? () : keys %{ $job->{done} })
	{
		$self->set($job->{done}{$done}, said => { by => '', text => '' }) if !$job->{done}{$done}{said};
	}
	return;
}

# Moves a job, and notes what goes with it.
sub move
{
	my ($self, $who, $job, $action, $to) = @_;
	my $from = $job->{status};

	if ($from eq 'new' && $action =~ /^(message|complete)$/ && $to ne 'new')
	{
		$self->set($job, is_opened => 1);
		$self->record($who, $job, 'open', 'new', 'opened');
		$from = 'opened';
	}
	$self->set($job, is_opened => 1) if $action eq 'open';
	$self->set($job, is_answered => 1) if $who->{kind} eq 'member' && $action =~ /^(message|complete)$/;
	$self->set($job, is_completed => 1) if $action eq 'complete';
	$self->set($job, is_completed => 0) if $action eq 'reject';
	$self->set($job, is_confirmed => 1) if $action eq 'confirm';
	$self->set($job, is_overdue => 0) if $action eq 'expire';
	# what was done last, and by whom; another status ends it
	my %done = $to eq $job->{status} ? %{ $job->{done} } : ();
	$done{$action} = { by => $who->{text} } if $action ne 'message';
	$self->set($job, status => $to, done => \%done);
	$self->record($who, $job, $action, $from, $to);
	return;
}

# The same call once more, by the same actor with the same words: it has the first answer.
sub done_again
{
	my ($who, $job, $action, $text) = @_;
	my $done = $job->{done}{$action};
	my $said = $done && $done->{said};

	return if !$done || $done->{by} ne $who->{text};
	return 1 if $action !~ /^(complete|reject)$/;
	return defined $text ? $said && $said->{by} eq $who->{text} && $said->{text} eq $text : !$said || $said->{by} ne $who->{text};
}

# The message right behind what was done.
sub say
{
	my ($self, $who, $job, $text) = @_;

	foreach my $done (values %{ $job->{done} })
	{
		$self->set($done, said => { by => $who->{text}, text => $text }) if !$done->{said};
	}
	return;
}

sub act
{
	my ($self, $who, $job_id, $action) = @_;
	my $job = $self->seen($who, job => $job_id);

	# opening what is open, or over, is no error and no event
	if ($action eq 'open' && $who->{kind} eq 'member' && status($job) ne 'new')
	{
		unexpired($job);
		return $job->{status};
	}
	my $to = eval { $self->target($who, $job, $action) };
	my $refusal = $@;
	if (!defined $to)
	{
		die $refusal if !forbidden_by_status($who, $job, $action) || !done_again($who, $job, $action, undef);
		return $job->{status};
	}
	$self->move($who, $job, $action, $to);
	return $to;
}

# Is it an action of this side that the job's status alone stands against?
sub forbidden_by_status
{
	my ($who, $job, $action) = @_;

	return status($job) ne 'expired' && $diagram{ side($who) } && $diagram{ side($who) }{$action};
}

sub open_job { my ($self, $who, $id) = @_; return $self->act($who, $id, 'open') }
sub mark_inactive { my ($self, $who, $id) = @_; return $self->act($who, $id, 'mark_inactive') }
sub reactivate_job { my ($self, $who, $id) = @_; return $self->act($who, $id, 'reactivate') }
sub confirm_completion { my ($self, $who, $id) = @_; return $self->act($who, $id, 'confirm') }

# What is said with it is one more message, which moves nothing.
sub act_and_say
{
	my ($self, $who, $id, $action, $text) = @_;
	my $job = $self->seen($who, job => $id);
	my $to = eval { $self->target($who, $job, $action) };
	my $refusal = $@;

	if (!defined $to)
	{
		die $refusal if !forbidden_by_status($who, $job, $action) || !done_again($who, $job, $action, $text);
		return $job->{status};
	}
	$self->require_open($job->{conversation}) if defined $text;
	$self->move($who, $job, $action, $to);
	if (defined $text)
	{
		$self->write($who, $job->{conversation}, $job, undef);
		$self->say($who, $job, $text);
		$self->record($who, $job, 'message', $to, $to);
	}
	$self->end_assignments($who, $job) if $action eq 'reject';
	return $to;
}

# Who has left is assigned to nothing that lives.
sub end_assignments
{
	my ($self, $who, $job) = @_;

	foreach my $id (grep { $job->{assigned}{$_} && !$self->{member}{$_}{is_active} } sort keys %{ $job->{assigned} })
	{
		$self->set($job->{assigned}, $id => 0);
		$self->record($who, $job, 'unassign', $job->{status}, $job->{status});
	}
	return;
}

sub complete_job { my ($self, $who, $id, $text) = @_; return $self->act_and_say($who, $id, 'complete', $text) }
sub reject_completion { my ($self, $who, $id, $text) = @_; return $self->act_and_say($who, $id, 'reject', $text) }

sub decline
{
	my ($self, $who, $job, $reason) = @_;
	my $to = $self->target($who, $job, 'decline');
	my $from = $job->{status};

	$self->move($who, $job, 'decline', $to);
	$self->append($self->{decline},
		{ organization => $job->{organization}, merchant => $job->{merchant}, job => $job, from => $from,
			by => side($who), actor => $who->{text}, reason => $reason // '' });
	$self->rematch_automatically($job) if side($who) eq 'expert';
	return $to;
}

sub decline_job
{
	my ($self, $who, $id, $reason) = @_;

	my $job = $self->seen($who, job => $id);
	my ($earlier) = grep { $_->{job} == $job } @{ $self->{decline} };

	return 'declined' if $earlier && $job->{status} eq 'declined' && $earlier->{actor} eq $who->{text} && $earlier->{reason} eq ($reason // '');
	return $self->decline($who, $job, $reason);
}

sub allowed_actions
{
	my ($self, $who, $id) = @_;
	my $job = $self->seen($who, job => $id);
	my $rules = $diagram{ side($who) } || {};
	my @allowed;

	return '' if !$self->may_act($who);
	foreach my $action (sort keys %$rules)
	{
		next if $action eq 'expire';
		push @allowed, $action if eval { $self->target($who, $job, $action); 1 };
	}
	push @allowed, 'review' if $who->{kind} eq 'merchant' && $job->{is_confirmed} && !$job->{review};
	return join ' ', sort @allowed;
}

# Assignments

sub assign_members
{
	my ($self, $who, $id, @members) = @_;
	my $job = $self->seen($who, job => $id);
	my $new = 0;

	foreach my $member_id (@members)
	{
		my $member = $self->{member}{$member_id};

		refuse('PT404') if $who->{kind} eq 'member' &&
			(!$member || !$member->{is_active} || $member->{organization} != $job->{organization});
		refuse('PT409') if $who->{kind} eq 'member' && $member->{is_suspended};
	}
	$self->target($who, $job, 'assign');
	foreach my $member_id (@members)
	{
		next if $job->{assigned}{$member_id};
		$self->set($job->{assigned}, $member_id => 1);
		$self->record($who, $job, 'assign', $job->{status}, $job->{status});
		$new++;
	}
	return $new;
}

sub assign_self
{
	my ($self, $who, $id) = @_;

	return $self->assign_members($who, $id, $who->{id} // 0) ? 't' : 'f';
}

sub unassign_members
{
	my ($self, $who, $id, @members) = @_;
	my $job = $self->seen($who, job => $id);
	my $gone = 0;

	$self->target($who, $job, 'unassign');
	foreach my $member_id (@members)
	{
		next if !$job->{assigned}{$member_id};
		$self->set($job->{assigned}, $member_id => 0);
		$self->record($who, $job, 'unassign', $job->{status}, $job->{status});
		$gone++;
	}
	return $gone;
}

# The system gives the live jobs of one member to another.
sub reassign_jobs
{
	my ($self, $who, $from, $to) = @_;
	my ($member, $colleague) = @{ $self->{member} }{ $from, $to };
	my $handed_over = 0;

	refuse('PT404') if !$member || !$colleague || !$colleague->{is_active} || $member->{organization} != $colleague->{organization};
	foreach my $job (sort { $a->{id} <=> $b->{id} } grep { $is_live{ status($_) } && $_->{assigned}{$from} } @{ $self->{job} })
	{
		$self->set($job->{assigned}, $from => 0);
		$self->record($system, $job, 'unassign', $job->{status}, $job->{status});
		$handed_over++;
		next if $job->{assigned}{$to};
		$self->set($job->{assigned}, $to => 1);
		$self->record($system, $job, 'assign', $job->{status}, $job->{status});
	}
	return $handed_over;
}

# To a time that is later than all before.
sub extend_deadline
{
	my ($self, $who, $id) = @_;
	my $job = $self->seen($system, job => $id);

	$self->target($system, $job, 'extend');
	$self->record($system, $job, 'extend', $job->{status}, $job->{status});
	return 't';
}

# Conversations and messages

sub write
{
	my ($self, $who, $conversation, $job, $proposal) = @_;

	$self->set($job, expert_wrote_last => $who->{kind} eq 'member') if $job;
	return $self->create('message', organization => $conversation->{organization}, merchant => $conversation->{merchant},
		conversation => $conversation, job => $job, proposal => $proposal, author => $who->{text});
}

# Whose keys they are.
sub tenant
{
	my ($who) = @_;

	return $who->{kind} eq 'member' ? "organization $who->{organization}" : "merchant $who->{id}";
}

# An earlier call of the same side with this key; 22023 where it said something else.
sub repeated
{
	my ($self, $who, $table, $key, $said) = @_;
	my $earlier = defined $key ? $self->{key}{ "$table " . tenant($who) . " $key" } : undef;

	refuse('22023') if $earlier && $earlier->{said} ne $said;
	return $earlier ? $earlier->{answer} : undef;
}

sub remember
{
	my ($self, $who, $table, $key, $said, $answer) = @_;

	$self->set($self->{key}, "$table " . tenant($who) . " $key" => { said => $said, answer => $answer }) if defined $key;
	return;
}

sub live_jobs
{
	my ($self, $conversation) = @_;

	return grep { $is_live{ status($_) } } @{ $conversation->{jobs} };
}

# job_id: undef for the only live job, 0 for none
sub send_message
{
	my ($self, $who, $conversation_id, $text, $job_id, $key) = @_;
	my $conversation = defined $conversation_id ? $self->seen($who, conversation => $conversation_id) : undef;
	my $job = $job_id ? $self->seen($who, job => $job_id) : undef;

	refuse('22023') if $job && $conversation && $job->{conversation} != $conversation;
	$conversation //= $job->{conversation};
	my $earlier = $who->{kind} =~ /^m/ ? $self->repeated($who, 'message', $key, $text) : undef;
	if ($earlier)
	{
		refuse('22023') if $earlier->{conversation} != $conversation || defined $job_id && ($earlier->{job} // 0) != ($job // 0);
		return $earlier;
	}
	if (!defined $job_id)
	{
		my @live = $self->live_jobs($conversation);

		refuse('22023') if @live > 1;
		$job = $live[0];
	}
	my $to = $job ? $self->target($who, $job, 'message') : undef;
	refuse('42501') if $who->{kind} !~ /^m/;
	$self->require_open($conversation);
	my $message = $self->write($who, $conversation, $job, undef);
	if ($job)
	{
		$self->move($who, $job, 'message', $to);
		$self->say($who, $job, $text);
	}
	else
	{
		$self->tell($who, $conversation, 'conversation_message');
	}
	$self->remember($who, 'message', $key, $text, $message);
	return $message;
}

sub reply_to_job
{
	my ($self, $who, $id, $text, $key) = @_;

	return $self->send_message($who, undef, $text, $id || -1, $key);
}

sub welcome
{
	my ($self, $organization, $merchant_id) = @_;

	$self->acting({ kind => 'merchant', id => $merchant_id });
	refuse('PT409') if !is_active($organization);
	refuse('PT409') if !$organization->{is_available};
	refuse('PT409') if $self->{merchant}{$merchant_id}{is_dropshipper} && !$organization->{accepts_dropshipping};
	return;
}

sub conversation_of
{
	my ($self, $organization_id, $merchant_id) = @_;

	return $self->{organization}{$organization_id}{conversations}{$merchant_id};
}

sub open_conversation
{
	my ($self, $who, $organization_id, $merchant_id) = @_;
	my $conversation = $self->conversation_of($organization_id, $merchant_id);

	$self->require_open($conversation) if $conversation;
	if (!$conversation)
	{
		$conversation = $self->create('conversation', organization => $organization_id, merchant => $merchant_id,
			is_blocked => 0, blocked_by => '', jobs => []);
		$self->set($self->{organization}{$organization_id}{conversations}, $merchant_id => $conversation);
		$self->tell($who, $conversation, 'conversation_start');
	}
	return $conversation;
}

sub start_conversation
{
	my ($self, $who, $organization_id, $text, $key) = @_;
	my $organization = $self->{organization}{$organization_id};

	refuse('PT404') if !knows_organization($who, $organization_id, $organization);
	only($who, 'merchant');
	my $conversation = $self->conversation_of($organization_id, $who->{id});
	my $earlier = $self->repeated($who, 'message', $key, $text);

	if ($earlier)
	{
		refuse('22023') if !$conversation || $earlier->{conversation} != $conversation || $earlier->{job};
		return $conversation;
	}
	$self->welcome($organization, $who->{id});
	$conversation = $self->open_conversation($who, $organization_id, $who->{id});
	my $message = $self->write($who, $conversation, undef, undef);
	$self->tell($who, $conversation, 'conversation_message');
	$self->remember($who, 'message', $key, $text, $message);
	return $conversation;
}

sub is_active
{
	my ($account) = @_;

	return !$account->{is_closed} && !$account->{is_suspended};
}

# A suspended side is written to.
sub is_open
{
	my ($self, $conversation) = @_;

	return !$conversation->{is_blocked} && !$self->{organization}{ $conversation->{organization} }{is_closed} &&
	  !$self->{merchant}{ $conversation->{merchant} }{is_closed};
}

sub require_open
{
	my ($self, $conversation) = @_;

	refuse('PT409') if !$self->is_open($conversation);
	return;
}

# One side ends what lives in a conversation, or the system does it for that side.
sub end_conversation
{
	my ($self, $who, $conversation, $reason) = @_;
	my $to = side($who) eq 'expert' ? 'withdrawn' : 'declined';

	$self->decline($who, $_, $reason) foreach $self->live_jobs($conversation);
	$self->settle($who, $_, $to, undef) foreach grep { $_->{conversation} == $conversation && $_->{status} eq 'sent' } @{ $self->{proposal} };
	return;
}

sub block_conversation
{
	my ($self, $who, $id) = @_;
	my $conversation = $self->seen($who, conversation => $id);

	refuse('42501') if $who->{kind} !~ /^m/;
	return '' if $conversation->{is_blocked};
	$self->set_blocked($who, $conversation, 1);
	$self->end_conversation($who, $conversation, 'blocked');
	return '';
}

sub unblock_conversation
{
	my ($self, $who, $id) = @_;
	my $conversation = $self->seen($who, conversation => $id);

	require_unblocker($who, $conversation);
	$self->set_blocked($who, $conversation, 0);
	return '';
}

# The side that blocked it, or the system.
sub require_unblocker
{
	my ($who, $conversation) = @_;

	refuse('42501') if $conversation->{is_blocked} && $who->{kind} ne 'system' && $conversation->{blocked_by} !~ /^$who->{kind}:/;
	return;
}

sub set_blocked
{
	my ($self, $who, $conversation, $is_blocked) = @_;

	return if $conversation->{is_blocked} == $is_blocked;
	$self->set($conversation, is_blocked => $is_blocked);
	$self->set($conversation, blocked_by => $is_blocked ? $who->{text} : '');
	$self->tell($who, $conversation, $is_blocked ? 'conversation_block' : 'conversation_unblock');
	return;
}

# Proposals

sub send_proposal
{
	my ($self, $who, $conversation_id, $service_id, $text, $key) = @_;
	my $conversation = $self->seen($who, conversation => $conversation_id);
	my $said = "$conversation_id $service_id $text";
	my $earlier = $who->{kind} eq 'member' ? $self->repeated($who, 'proposal', $key, $said) : undef;

	return $earlier if $earlier;
	refuse('PT404') if !$self->{service}{$service_id};
	only($who, 'member');
	refuse('22023') if !$self->{organization}{ $who->{organization} }{provides}{$service_id};
	$self->require_open($conversation);
	my $proposal = $self->create('proposal', organization => $conversation->{organization},
		merchant => $conversation->{merchant}, conversation => $conversation, service => $service_id, status => 'sent');
	$self->write($who, $conversation, undef, $proposal);
	$self->tell($who, $conversation, 'proposal_send', proposal => $proposal);
	$self->remember($who, 'proposal', $key, $said, $proposal);
	return $proposal;
}

my %decision = (withdrawn => 'withdraw', accepted => 'accept', declined => 'decline');
my %decider = (sent => 'member', withdrawn => 'member', accepted => 'merchant', declined => 'merchant');

sub decide
{
	my ($self, $who, $id, $status, $store_id, $is_function) = @_;
	my $proposal = $self->seen($who, proposal => $id);

	$self->require_store($who, $store_id, $proposal->{merchant});
	only($who, $decider{$status});
	return $proposal->{job} // ''
	  if $is_function && $proposal->{status} eq $status && $proposal->{decided_by} eq $who->{text} && ($proposal->{store} // 0) == ($store_id // 0);
	refuse('PT409') if $proposal->{status} ne 'sent' || $status eq 'sent';
	if ($status eq 'accepted')
	{
		refuse('PT409') if $self->{organization}{ $proposal->{organization} }{is_suspended};
		$self->require_open($proposal->{conversation});
		$self->require_kept($store_id);
	}
	return $self->settle($who, $proposal, $status, $store_id);
}

# The decision, and what comes of it.
sub settle
{
	my ($self, $who, $proposal, $status, $store_id) = @_;

	$self->set($proposal, status => $status, store => $store_id, decided_by => $who->{text});
	$self->tell($who, $proposal->{conversation}, "proposal_$decision{$status}", proposal => $proposal);
	return '' if $status ne 'accepted' || !$store_id;
	my $job = $self->create_job($who, organization => $proposal->{organization}, merchant => $proposal->{merchant},
		conversation => $proposal->{conversation}, proposal => $proposal, service => $proposal->{service},
		store => $store_id, origin => 'proposal', auto_rematch => 0);
	$self->set($proposal, job => $job);
	return $job;
}

sub withdraw_proposal { my ($self, $who, $id) = @_; return $self->decide($who, $id, 'withdrawn', undef, 1) }
sub decline_proposal { my ($self, $who, $id) = @_; return $self->decide($who, $id, 'declined', undef, 1) }
sub accept_proposal { my ($self, $who, $id, $store) = @_; return $self->decide($who, $id, 'accepted', $store, 1) }

sub require_store
{
	my ($self, $who, $store_id, $merchant_id) = @_;

	return if !defined $store_id;
	my $owner = $self->{store}{$store_id} && $self->{store}{$store_id}{merchant};
	refuse('PT404') if !$owner || $who->{kind} eq 'member' || $who->{kind} eq 'merchant' && $owner != $who->{id} ||
		defined $merchant_id && $owner != $merchant_id;
	return;
}

# No new job is for a store that was removed.
sub is_kept
{
	my ($self, $store_id) = @_;

	return !defined $store_id || !$self->{store}{$store_id}{is_removed};
}

sub require_kept
{
	my ($self, $store_id) = @_;

	refuse('PT409') if !$self->is_kept($store_id);
	return;
}

# Asking for a job

sub create_job
{
	my ($self, $who, %job) = @_;
	my $job = $self->create('job', %job, status => 'new', assigned => {}, done => {}, map { $_ => 0 }
		  qw(is_overdue is_opened is_answered is_completed is_confirmed expert_wrote_last));

	$self->append($job->{conversation}{jobs}, $job);
	$self->append($job->{request}{jobs}, $job) if $job->{request};
	$self->record($who, $job, 'create', '', 'new', proposal => $job->{proposal});
	return $job;
}

# Who could be asked, of whom nobody knows which comes first: that is for matching's own tests.
sub matches
{
	my ($self, %query) = @_;
	my @found;

	foreach my $id (sort { $a <=> $b } keys %{ $self->{organization} })
	{
		my $organization = $self->{organization}{$id};
		my $provided = $organization->{provides}{ $query{service} };
		my $conversation = defined $query{merchant} ? $self->conversation_of($id, $query{merchant}) : undef;

		next if !$provided || !$organization->{is_available} || !is_listed($organization);
		next if defined $query{merchant} && $self->{merchant}{ $query{merchant} }{is_dropshipper} &&
			!$organization->{accepts_dropshipping};
		next if defined $query{budget} && defined $provided->{min} &&
			($provided->{currency} ne $query{currency} || $provided->{min} > $query{budget});
		next if $conversation && $conversation->{is_blocked};
		next if grep { $_->{organization} == $id } @{ $query{asked} || [] };
		push @found, $id;
	}
	return @found;
}

# The driver has to say which ones of the matches were taken: their jobs are made then.
sub ask_best
{
	my ($self, $who, $request, $count, $origin) = @_;
	my @matches = $self->matches(%$request, asked => $request->{jobs});
	my $asked = @matches < $count ? @matches : $count;

	for (1 .. $asked)
	{
		$self->append($self->{fresh}, { table => 'match', who => $who, request => $request, origin => $origin });
	}
	return $asked;
}

sub match_taken
{
	my ($self, $match, $organization_id) = @_;
	my $request = $match->{request};

	return if !grep { $_ == $organization_id } $self->matches(%$request, asked => $request->{jobs});
	return $self->create_job($match->{who}, organization => $organization_id, merchant => $request->{merchant},
		conversation => $self->open_conversation($match->{who}, $organization_id, $request->{merchant}), request => $request,
		service => $request->{service}, store => $request->{store}, origin => $match->{origin},
		auto_rematch => $request->{auto_rematch});
}

sub request_job
{
	my ($self, $who, %arg) = @_;
	my $organization = defined $arg{organization} ? $self->{organization}{ $arg{organization} } : undef;
	my $merchant_id = $who->{kind} eq 'merchant' ? $who->{id} : undef;
	my $said = join ' ', map { $_ // '-' } @arg{qw(service text organization store budget currency auto_rematch)};

	refuse('PT404') if defined $arg{organization} && !knows_organization($who, $arg{organization}, $organization);
	refuse('PT404') if !$self->{service}{ $arg{service} };
	$self->require_store($who, $arg{store}, $merchant_id);
	only($who, 'merchant');
	my $earlier = $self->repeated($who, 'job', $arg{key}, $said);
	return $earlier if $earlier;
	my $request = { merchant => $merchant_id, jobs => [], map { $_ => $arg{$_} } qw(service store budget currency auto_rematch) };
	if ($organization)
	{
		$self->require_kept($arg{store});
		refuse('22023') if !$organization->{provides}{ $arg{service} };
		$self->welcome($organization, $merchant_id);
		$self->create_job($who, organization => $arg{organization}, merchant => $merchant_id, request => $request,
			conversation => $self->open_conversation($who, $arg{organization}, $merchant_id), service => $arg{service},
			store => $arg{store}, origin => 'direct', auto_rematch => $arg{auto_rematch});
		$self->set($request, first => 1);
	}
	else
	{
		$self->require_kept($arg{store});
		my $asked = $self->ask_best($who, $request, $arg{max_matches}, 'match');

		refuse('PT409') if !$asked;
		$self->set($request, first => $asked);
	}
	$self->remember($who, 'job', $arg{key}, $said, $request);
	return $request;
}

sub rematch_request
{
	my ($self, $who, $id, $count, $key) = @_;
	my $request = $self->find(request => $id);

	refuse('PT404') if !$request || !grep { $self->sees($who, $_) } @{ $request->{jobs} };
	refuse('42501') if $who->{kind} eq 'member';

	# the key is the merchant's, whoever asks, and a job bears it
	my @call = ({ kind => 'merchant', id => $request->{merchant} }, 'job', $key, "rematch $id");
	my $earlier = $self->repeated(@call);
	return $earlier if $earlier;
	$self->acting($call[0]);
	$self->require_kept($request->{store});
	refuse('PT409') if $request->{is_withdrawn};
	my $asked = $self->ask_best($who, $request, $count, 'rematch');
	$self->remember(@call, $asked) if $asked;
	return $asked;
}

sub withdraw_request
{
	my ($self, $who, $id) = @_;
	my $request = $self->find(request => $id);

	refuse('PT404') if !$request || !grep { $self->sees($who, $_) } @{ $request->{jobs} };
	only($who, 'merchant');
	my @live = sort { $a->{id} <=> $b->{id} } grep { $is_live{ status($_) } } @{ $request->{jobs} };
	$self->decline($who, $_, 'request_withdrawn') foreach @live;
	$self->set($request, is_withdrawn => 1);
	return scalar @live;
}

sub rematch_automatically
{
	my ($self, $job) = @_;
	my $request = $job->{request};

	return if !$job->{auto_rematch} || !$request || $request->{is_withdrawn};
	return if !is_active($self->{merchant}{ $request->{merchant} }) || !$self->is_kept($request->{store});
	return if grep { $_->{is_answered} && $_->{status} ne 'declined' } @{ $request->{jobs} };
	$self->append($self->{fresh},
		{ table => 'match', who => { kind => 'system', text => 'system' }, request => $request, origin => 'rematch', may_be_none => 1 });
	return;
}

# The sweep, which takes all of them.
sub expire_jobs
{
	my ($self, $who) = @_;
	my @overdue = grep { $_->{is_overdue} } @{ $self->{job} };

	foreach my $job (@overdue)
	{
		$self->move({ kind => 'system', text => 'system' }, $job, 'expire', 'expired');
		$self->rematch_automatically($job);
	}
	return scalar @overdue;
}

# Reviews

# A review's events are its job's, or its proposal's.
sub tell_of_review
{
	my ($self, $who, $subject, $action, $review) = @_;

	if ($subject->{table} eq 'job')
	{
		$self->record($who, $subject, $action, $subject->{status}, $subject->{status}, review => $review);
	}
	else
	{
		$self->tell($who, $subject->{conversation}, $action, proposal => $subject, review => $review);
	}
	return;
}

sub write_review
{
	my ($self, $who, $subject, $column, @stars) = @_;

	if (my $earlier = $subject->{review})
	{
		refuse('PT409') if "@stars" ne $earlier->{stars};
		return $earlier;
	}
	my $review = $self->create('review', organization => $subject->{organization}, merchant => $subject->{merchant},
		$column => $subject, is_replied => 0, stars => "@stars");
	$self->set($subject, review => $review);
	$self->tell_of_review($who, $subject, 'review_write', $review);
	return $review;
}

sub review_job
{
	my ($self, $who, $id, @stars) = @_;
	my $job = $self->seen($who, job => $id);

	unexpired($job);
	only($who, 'merchant');
	refuse('PT409') if !$job->{is_confirmed};
	return $self->write_review($who, $job, 'job', @stars);
}

sub for_new_store
{
	my ($proposal) = @_;

	refuse('PT409') if $proposal->{status} ne 'accepted' || $proposal->{store};
	return;
}

sub request_review
{
	my ($self, $who, $id) = @_;
	my $proposal = $self->seen($who, proposal => $id);

	only($who, 'member');
	for_new_store($proposal);
	return '' if $proposal->{is_review_requested};
	$self->require_open($proposal->{conversation});
	$self->set($proposal, is_review_requested => 1);
	$self->tell_of_review($who, $proposal, 'review_request', undef);
	return '';
}

sub review_proposal
{
	my ($self, $who, $id, @stars) = @_;
	my $proposal = $self->seen($who, proposal => $id);

	only($who, 'merchant');
	for_new_store($proposal);
	refuse('PT409') if !$proposal->{is_review_requested};
	return $self->write_review($who, $proposal, 'proposal', @stars);
}

sub reply_to_review
{
	my ($self, $who, $id) = @_;
	my $review = $self->seen($who, review => $id);

	only($who, 'member');
	refuse('PT409') if $review->{is_replied} && $review->{replied_by} ne $who->{text};
	return '' if $review->{is_replied};
	$self->set($review, is_replied => 1, replied_by => $who->{text});
	$self->tell_of_review($who, $review->{job} // $review->{proposal}, 'review_reply', $review);
	return '';
}

# The directory

# A merchant may name each organization, a member knows its own and those that are listed.
sub knows_organization
{
	my ($who, $id, $organization) = @_;

	return $organization && ($who->{kind} ne 'member' || $who->{organization} == $id || is_listed($organization));
}

# Is it found by strangers?
sub is_listed
{
	my ($organization) = @_;

	return $organization->{is_listed} && is_active($organization);
}

# Is its row to be seen? Organizations are no secret when they are listed, and known to who deals with them.
sub shows_organization
{
	my ($who, $id, $organization) = @_;

	return is_listed($organization) || $who->{kind} eq 'system' ||
	  $who->{kind} eq 'member' && ($who->{organization} // 0) == $id ||
	  $who->{kind} eq 'merchant' && $organization->{conversations}{ $who->{id} };
}

sub own_organization
{
	my ($self, $who, $id) = @_;
	my $organization = $self->{organization}{$id};

	refuse('PT404') if !$organization || $who->{kind} =~ /^(merchant|nobody)$/ ||
		$who->{kind} eq 'member' && $who->{organization} != $id;
	return $organization;
}

sub set_preferences
{
	my ($self, $who, $id, %preferences) = @_;

	$self->own_organization($who, $id);
	return $self->edit($who, preferences => $id, %preferences);
}

sub provide_service
{
	my ($self, $who, $id, $service_id, %prices) = @_;
	my $organization = $self->own_organization($who, $id);

	refuse('PT404') if !$self->{service}{$service_id};
	$self->set($organization->{provides}, $service_id => {%prices});
	return '';
}

sub withdraw_service
{
	my ($self, $who, $id, $service_id) = @_;
	my $organization = $self->own_organization($who, $id);

	refuse('PT404') if !$self->{service}{$service_id};
	$self->set($organization->{provides}, $service_id => undef) if $organization->{provides}{$service_id};
	return '';
}

sub set_email_scope
{
	my ($self, $who, $id, $scope) = @_;

	$self->own_member($who, $id);
	refuse('42501') if $who->{kind} eq 'member' && $who->{id} != $id;
	return $self->edit($who, member => $id, email_scope => $scope);
}

# Accounts

sub own_member
{
	my ($self, $who, $id) = @_;
	my $member = $self->{member}{$id};

	refuse('PT404') if !$member || $who->{kind} eq 'merchant' ||
		$who->{kind} eq 'member' && $who->{organization} != $member->{organization};
	return $member;
}

sub own_merchant
{
	my ($self, $who, $id) = @_;
	my $merchant = $self->{merchant}{$id};

	refuse('PT404') if !$merchant || $who->{kind} eq 'member' || $who->{kind} eq 'merchant' && $who->{id} != $id;
	return $merchant;
}

sub own_store
{
	my ($self, $who, $id) = @_;
	my $store = $self->{store}{$id};

	refuse('PT404') if !$store;
	$self->own_merchant($who, $store->{merchant});
	return $store;
}

# What people change of each table, in the order in which events name it.
our %editable = (
	organization => [qw(name description language)],
	preferences => [qw(is_available is_listed accepts_dropshipping notification_email)],
	member => [qw(name email language email_scope)],
	merchant => [qw(name email language is_dropshipper)],
	store => [qw(name url)],
);

# The row that a table has of an account, and whose event a change of it is: side and id, and what the event says beside.
sub account
{
	my ($self, $table, $id) = @_;
	my $row = $self->{ $table eq 'preferences' ? 'organization' : $table }{$id};

	return if !$row;
	return $table eq 'member' ? ($row, organization => $row->{organization}, member_id => $id) :
	  $table eq 'store' ? ($row, merchant => $row->{merchant}, store_id => $id) :
	  ($row, ($table eq 'merchant' ? 'merchant' : 'organization') => $id);
}

# An event tells which values are other ones than before.
sub edit
{
	my ($self, $who, $table, $id, %values) = @_;
	my ($row, $side, $side_id, @id) = $self->account($table, $id);
	my @changed = grep { exists $values{$_} && $values{$_} ne $row->{$_} } @{ $editable{$table} };

	return '' if !@changed;
	$self->set($row, map { $_ => $values{$_} } @changed);
	$self->tell_account($who, $side, $side_id, "${table}_update", columns => \@changed, @id);
	return '';
}

sub update_organization
{
	my ($self, $who, $id, %values) = @_;

	$self->own_organization($who, $id);
	return $self->edit($who, organization => $id, %values);
}

sub update_member
{
	my ($self, $who, $id, %values) = @_;

	$self->own_member($who, $id);
	return $self->edit($who, member => $id, %values);
}

sub update_merchant
{
	my ($self, $who, $id, %values) = @_;

	$self->own_merchant($who, $id);
	return $self->edit($who, merchant => $id, %values);
}

sub update_store
{
	my ($self, $who, $id, %values) = @_;

	$self->own_store($who, $id);
	return $self->edit($who, store => $id, %values);
}

sub remove_store
{
	my ($self, $who, $id) = @_;
	my $store = $self->own_store($who, $id);

	return '' if $store->{is_removed};
	$self->set($store, is_removed => 1);
	$self->tell_account($who, merchant => $store->{merchant}, 'store_remove', store_id => $id);
	return '';
}

# Members come and go. One who goes is assigned to nothing that lives any more.
sub set_active
{
	my ($self, $who, $id, $is_active) = @_;
	my $member = $self->{member}{$id};
	my @others = grep { $_->{is_active} && $_ != $member && $_->{organization} == $member->{organization} } values %{ $self->{member} };

	return '' if $member->{is_active} == $is_active;
	refuse('PT409') if !$is_active && !@others && $who->{kind} ne 'system';
	$self->set($member, is_active => $is_active);
	$self->tell_account($who, organization => $member->{organization}, $is_active ? 'member_activate' : 'member_deactivate', member_id => $id);
	return '' if $is_active;
	$self->end_assignments($who, $_) foreach grep { $_->{assigned}{$id} && $is_live{ status($_) } } @{ $self->{job} };
	return '';
}

sub deactivate_member
{
	my ($self, $who, $id) = @_;

	$self->own_member($who, $id);
	return $self->set_active($who, $id, 0);
}

sub activate_member
{
	my ($self, $who, $id) = @_;

	$self->own_member($who, $id);
	return $self->set_active($who, $id, 1);
}

sub set_closed
{
	my ($self, $who, $side, $id, $is_closed) = @_;
	my $account = $self->{$side}{$id};

	return '' if $account->{is_closed} == $is_closed;
	$self->set($account, is_closed => $is_closed);
	$self->tell_account($who, $side => $id, $side . ($is_closed ? '_close' : '_reopen'));
	return '' if !$is_closed;
	$self->end_conversation({ %$who, behalf => $side eq 'merchant' ? 'merchant' : 'expert' }, $_, 'account_closed')
	  foreach grep { $_->{$side} == $id } @{ $self->{conversation} };
	return '';
}

sub close_organization
{
	my ($self, $who, $id) = @_;

	$self->own_organization($who, $id);
	return $self->set_closed($who, organization => $id, 1);
}

sub close_merchant
{
	my ($self, $who, $id) = @_;

	$self->own_merchant($who, $id);
	return $self->set_closed($who, merchant => $id, 1);
}

sub reopen_organization
{
	my ($self, $who, $id) = @_;

	$self->own_organization($who, $id);
	only($who, 'system');
	return $self->set_closed($who, organization => $id, 0);
}

sub reopen_merchant
{
	my ($self, $who, $id) = @_;

	$self->own_merchant($who, $id);
	only($who, 'system');
	return $self->set_closed($who, merchant => $id, 0);
}

# reason: '' for no suspension
sub set_suspended
{
	my ($self, $who, $kind, $id, $reason) = @_;
	my $own = "own_$kind";
	my $account = $self->$own($who, $id);
	my (undef, $side, $side_id, @id) = $self->account($kind, $id);

	only($who, 'system');
	return '' if $account->{is_suspended} eq $reason;
	$self->set($account, is_suspended => $reason);
	$self->tell_account($who, $side, $side_id, $reason ne '' ? 'suspend' : 'reinstate', @id);
	return '';
}

# Plain SQL. Rows that nobody shows to whoever writes are not met; the answer is how many were.

# The rows of a table that an UPDATE or DELETE meets, of those that it names: by their ids, or
# as what they are, since new ones have no id yet.
sub met
{
	my ($self, $who, $table, @named) = @_;

	return if !$self->exists_actor($who);
	return grep { $_ && $self->sees($who, $_) } map { ref $_ ? $_ : $self->find($table, $_) } @named;
}

sub update_status
{
	my ($self, $who, $status, @named) = @_;
	my @jobs = $self->met($who, job => @named);

	foreach my $job (@jobs)
	{
		refuse('22004') if !defined $status;
		refuse('22023') if !$is_status{$status};
		$self->acting($who);
		unexpired($job) unless $status eq 'expired' && $who->{kind} eq 'system' && $job->{status} ne 'expired';
		next if $status eq $job->{status};
		refuse('PT409') if !$action_of_status{$status};
		if ($status eq 'declined')
		{
			$self->decline($who, $job, undef);
			next;
		}
		my $to = $self->target($who, $job, $action_of_status{$status});
		$self->move($who, $job, $action_of_status{$status}, $to);
		$self->rematch_automatically($job) if $to eq 'expired';
	}
	return scalar @jobs;
}

# One statement for several: which one it stumbles over first is the server's affair.
sub update_several
{
	my ($self, $who, $status, @named) = @_;
	my ($count, %refusals) = (0);

	foreach my $job (@named)
	{
		next if eval { $count += $self->update_status($who, $status, $job); 1 };
		die $@ if !ref $@;
		$refusals{ $@->{state} } = 1;
	}
	refuse(join ' or ', sort keys %refusals) if %refusals;
	return $count;
}

# A column that is not theirs.
sub update_forbidden
{
	my ($self, $who, @ids) = @_;
	my @jobs = $self->met($who, job => @ids);

	foreach my $job (@jobs)
	{
		$self->acting($who);
		unexpired($job);
		refuse('42501');
	}
	return 0;
}

# Nothing that differs.
sub update_nothing
{
	my ($self, $who, @ids) = @_;
	my @jobs = $self->met($who, job => @ids);

	$self->acting($who) if @jobs;
	unexpired($_) foreach @jobs;
	return scalar @jobs;
}

sub update_proposal
{
	my ($self, $who, $id, $status, $store_id) = @_;
	my ($proposal) = $self->met($who, proposal => $id);

	return 0 if !$proposal;
	refuse('22004') if !defined $status;
	refuse('22023') if !$decider{$status};
	$self->acting($who);
	refuse('42501') if ($store_id // 0) != ($proposal->{store} // 0) &&
		!($status eq 'accepted' && $proposal->{status} ne 'accepted');
	$self->decide($who, $id, $status, $store_id) if $status ne $proposal->{status};
	return 1;
}

# Everybody who inserts has to be somebody.
sub somebody
{
	my ($self, $who) = @_;

	refuse('42501') if $who->{kind} eq 'nobody';
	refuse('PT404') if !$self->exists_actor($who);
	$self->acting($who);
	return;
}

# A key that the same side used before is taken, as a unique key is; those of others aren't seen.
sub insert_message
{
	my ($self, $who, $conversation_id, $text, $job_id, $key, $skips) = @_;
	my $mark = $self->mark;

	$self->somebody($who);
	if ($self->is_used($who, 'message', $key))
	{
		my $conversation = defined $conversation_id ? $self->seen($who, conversation => $conversation_id) : undef;
		my $job = $job_id ? $self->seen($who, job => $job_id) : undef;

		refuse('22023') if $job && $conversation && $job->{conversation} != $conversation;
		return taken($skips);
	}
	my $message = $self->send_message($who, $conversation_id, $text, $job_id, undef);
	return $self->keyed($who, 'message', $key, $text, $message, $mark, $skips);
}

# A key that was used meets the unique index, before any rule.
sub is_used
{
	my ($self, $who, $table, $key) = @_;

	return defined $key && $who->{kind} =~ /^m/ && $self->{key}{ "$table " . tenant($who) . " $key" };
}

sub taken
{
	my ($skips) = @_;

	refuse('23505') if !$skips;
	return 0;
}

sub keyed
{
	my ($self, $who, $table, $key, $said, $answer, $mark, $skips) = @_;

	if (defined $key && $self->{key}{ "$table " . tenant($who) . " $key" })
	{
		refuse('23505') if !$skips;
		$self->roll_back($mark);
		return 0;
	}
	$self->remember($who, $table, $key, $said, $answer);
	return 1;
}

sub insert_assignment
{
	my ($self, $who, $id, $member_id, $skips) = @_;

	$self->somebody($who);
	my $new = $self->assign_members($who, $id, $member_id);
	refuse('23505') if !$new && !$skips;
	return $new;
}

sub delete_assignments
{
	my ($self, $who, $id, @members) = @_;
	my ($job) = $self->met($who, job => $id);
	my @met = $job && $who->{kind} ne 'merchant' ? grep { $job->{assigned}{$_} } @members : ();

	return 0 if !@met;
	$self->acting($who);
	return $self->unassign_members($who, $id, @met);
}

sub insert_proposal
{
	my ($self, $who, $conversation_id, $service_id, $text, $key, $skips) = @_;
	my $mark = $self->mark;

	$self->somebody($who);
	if ($self->is_used($who, 'proposal', $key))
	{
		$self->seen($who, conversation => $conversation_id);
		refuse('PT404') if !$self->{service}{$service_id};
		only($who, 'member');
		return taken($skips);
	}
	my $proposal = $self->send_proposal($who, $conversation_id, $service_id, $text, undef);
	return $self->keyed($who, 'proposal', $key, "$conversation_id $service_id $text", $proposal, $mark, $skips);
}

# Without a word.
sub insert_conversation
{
	my ($self, $who, $organization_id, $skips) = @_;
	my $organization = $self->{organization}{$organization_id};

	$self->somebody($who);
	refuse('PT404') if !knows_organization($who, $organization_id, $organization);
	only($who, 'merchant');
	$self->welcome($organization, $who->{id});
	if ($self->conversation_of($organization_id, $who->{id}))
	{
		refuse('23505') if !$skips;
		return 0;
	}
	$self->open_conversation($who, $organization_id, $who->{id});
	return 1;
}

sub insert_job
{
	my ($self, $who, %arg) = @_;

	$self->somebody($who);
	# a merchant asks for itself
	refuse('42501') if $who->{kind} eq 'merchant' && defined $arg{merchant} && $arg{merchant} != $who->{id};
	my $merchant_id = $who->{kind} eq 'merchant' ? $who->{id} : $arg{merchant};
	my $organization = $self->{organization}{ $arg{organization} };
	refuse('PT404') if !knows_organization($who, $arg{organization}, $organization) || !$self->{service}{ $arg{service} };
	$self->require_store($who, $arg{store}, $merchant_id);
	refuse('42501') if $who->{kind} eq 'member';
	refuse('22004') if !defined $merchant_id;
	return taken(0) if $self->is_used({ kind => 'merchant', id => $merchant_id }, 'job', $arg{key});
	refuse('PT404') if !$self->{merchant}{$merchant_id};
	$self->acting({ kind => 'merchant', id => $merchant_id });
	$self->require_kept($arg{store});
	refuse('22023') if !$organization->{provides}{ $arg{service} };
	$self->welcome($organization, $merchant_id);
	my $request = { merchant => $merchant_id, jobs => [], service => $arg{service}, store => $arg{store},
		currency => 'USD', auto_rematch => 0 };
	$self->create_job($who, organization => $arg{organization}, merchant => $merchant_id, request => $request,
		conversation => $self->open_conversation($who, $arg{organization}, $merchant_id), service => $arg{service},
		store => $arg{store}, origin => 'direct', auto_rematch => 0);
	return $self->keyed({ kind => 'merchant', id => $merchant_id }, 'job', $arg{key}, 'by plain SQL', undef, 0, 0);
}

# Either side's, by what it sets; the operator's declines nothing.
sub update_blocked
{
	my ($self, $who, $id, $is_blocked) = @_;
	my ($conversation) = $self->met($who, conversation => $id);

	return 0 if !$conversation;
	$self->acting($who);
	return 1 if $conversation->{is_blocked} == $is_blocked;
	require_unblocker($who, $conversation);
	$self->set_blocked($who, $conversation, $is_blocked);
	$self->end_conversation($who, $conversation, 'blocked') if $is_blocked && $who->{kind} =~ /^m/;
	return 1;
}

# The rows of accounts that somebody's UPDATE meets: those of the own side.
sub meets_account
{
	my ($self, $who, $table, $id) = @_;

	return if $who->{kind} eq 'nobody' || !$self->exists_actor($who);
	my $own = $table =~ /^(organization|preferences)$/ ? 'own_organization' : "own_$table";
	return eval { $self->$own($who, $id); 1 };
}

# An UPDATE of somebody's data; bad: what is wrong with the values; forbidden: it changes more than that.
sub update_account
{
	my ($self, $who, $table, $id, $values, %call) = @_;

	return 0 if !$self->meets_account($who, $table, $id);
	refuse($call{bad}) if $call{bad};
	$self->somebody($who);
	refuse('42501') if $call{forbidden};
	my %values = %$values;
	my $is_active = delete $values{is_active};
	refuse('42501') if exists $values{email_scope} && $values{email_scope} ne $self->{member}{$id}{email_scope} &&
		$who->{kind} eq 'member' && $who->{id} != $id;
	$self->edit($who, $table, $id, %values);
	$self->set_active($who, $id, $is_active) if defined $is_active;
	return 1;
}

1;
