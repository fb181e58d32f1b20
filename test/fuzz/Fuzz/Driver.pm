# Fires random calls at a server and compares what comes of each with the model: its SQLSTATE,
# its answer, and the rows that it wrote. In between, a random role reads a random table, and
# has to find exactly the rows that are its actor's to see.
#
# Calls are fired one after another, so that a seed gives the same run again.

package Fuzz::Driver;

use strict;
use warnings FATAL => "all";

use Fuzz::Calls qw(draw_call may_call may_write chance one_of);
use Fuzz::Model;
use Fuzz::Session;

use constant ORGANIZATIONS => 8;
use constant MERCHANTS => 5;

# How often, in calls: a look at one table by some role, and one at all of them by the superuser.
use constant LOOK => 8;
use constant LOOK_AT_ALL => 1000;

# The roles. How those of an application say who acts: as an argument of each call, by act_as()
# in a transaction, or by act_as() for the session.
my @roles = (
	(map { { name => "fuzz_app_$_", access => 'app', style => 'argument' } } 1 .. 3),
	(map { { name => "fuzz_app_$_", access => 'app', style => 'transaction' } } 4 .. 5),
	{ name => 'fuzz_app_6', access => 'app', style => 'session' },
	(map { { name => "fuzz_member_$_", access => 'bound', style => 'bound' } } 1 .. ORGANIZATIONS),
	(map { { name => "fuzz_merchant_$_", access => 'bound', style => 'bound' } } 1 .. 2),
	{ name => 'fuzz_operator', access => 'operator', style => 'argument' },
	{ name => 'fuzz_mailer', access => 'mailer', style => 'argument' },
	{ name => 'fuzz_monitor', access => 'monitor', style => 'argument' },
	{ name => 'fuzz_stranger', access => 'none', style => 'argument' },
);

# Tables and views as lines of text: who reads them, the columns, and the same of the model's
# rows. An id stands in front, where `id` says so.
my @columns = (
	conversation => {
		id => 1,
		sql => q{organization_id, merchant_id, is_blocked::int, coalesce(blocked_by, '')},
		line => sub { @{ $_[0] }{qw(organization merchant is_blocked blocked_by)} } },
	proposal => {
		id => 1,
		sql => 'organization_id, merchant_id, conversation_id, service_id, status, coalesce(store_id, 0),
			(review_requested_at IS NOT NULL)::int',
		line => sub { @{ $_[0] }{qw(organization merchant)}, $_[0]{conversation}{id}, @{ $_[0] }{qw(service status)},
			$_[0]{store} || 0, $_[0]{is_review_requested} || 0 } },
	job => {
		id => 1,
		sql => 'organization_id, merchant_id, conversation_id, coalesce(store_id, 0), coalesce(proposal_id, 0), service_id, origin,
			auto_rematch::int, status, (opened_at IS NOT NULL)::int, (first_response_at IS NOT NULL)::int,
			(completed_at IS NOT NULL)::int, (confirmed_at IS NOT NULL)::int',
		line => sub { @{ $_[0] }{qw(organization merchant)}, $_[0]{conversation}{id}, $_[0]{store} || 0,
			$_[0]{proposal} ? $_[0]{proposal}{id} : 0,
			@{ $_[0] }{qw(service origin auto_rematch status is_opened is_answered is_completed is_confirmed)} } },
	message => {
		id => 1,
		sql => 'organization_id, merchant_id, conversation_id, coalesce(job_id, 0), coalesce(proposal_id, 0), author',
		line => sub { @{ $_[0] }{qw(organization merchant)}, $_[0]{conversation}{id}, $_[0]{job} ? $_[0]{job}{id} : 0,
			$_[0]{proposal} ? $_[0]{proposal}{id} : 0, $_[0]{author} } },
	review => {
		id => 1,
		sql => 'organization_id, merchant_id, coalesce(job_id, 0), coalesce(proposal_id, 0), (reply IS NOT NULL)::int',
		line => sub { @{ $_[0] }{qw(organization merchant)}, $_[0]{job} ? $_[0]{job}{id} : 0,
			$_[0]{proposal} ? $_[0]{proposal}{id} : 0, $_[0]{is_replied} } },
	event => {
		hidden => \&is_assigning,
		sql => "coalesce(organization_id, -1), coalesce(merchant_id, -1), coalesce(job_id, 0), coalesce(proposal_id, 0),
			coalesce(conversation_id, 0), coalesce(review_id, 0), action, coalesce(from_status, ''), coalesce(to_status, ''), actor,
			CASE WHEN conversation_id IS NULL THEN coalesce(details::text, '') ELSE '' END",
		line => sub { my ($event) = @_;
			@{$event}{qw(organization merchant)}, (map { $event->{$_} ? $event->{$_}{id} : 0 } qw(job proposal conversation review)),
			  @{$event}{qw(action from to actor)}, details($event) } },
	decline => {
		sql => "organization_id, merchant_id, job_id, declined_by, actor, coalesce(reason, ''), from_status",
		line => sub { @{ $_[0] }{qw(organization merchant)}, $_[0]{job}{id}, @{ $_[0] }{qw(by actor reason from)} } },
	assignment => {
		rows => sub { map { my $job = $_; map { { organization => $job->{organization}, merchant => -1, job => $job, member => $_ } }
			  grep { $job->{assigned}{$_} } keys %{ $job->{assigned} } } @{ $_[0]{job} } },
		sql => 'organization_id, job_id, member_id',
		line => sub { $_[0]{organization}, $_[0]{job}{id}, $_[0]{member} } },
	job_list => {
		rows => 'job',
		id => 1,
		sql => q{organization_id, merchant_id, status, array_to_string(assignees, ' ')},
		line => sub {
			my ($job, $who) = @_;
			my @assigned = sort { $a <=> $b } grep { $job->{assigned}{$_} } keys %{ $job->{assigned} };

			return (@$job{qw(organization merchant)}, Fuzz::Model::status($job), $who->{kind} eq 'merchant' ? '' : "@assigned");
		} },
	proposals_and_jobs => {
		rows => sub { @{ $_[0]{job} }, @{ $_[0]{proposal} } },
		id => 1,
		sql => 'organization_id, merchant_id, kind, status, conversation_id',
		line => sub { @{ $_[0] }{qw(organization merchant table)},
			$_[0]{table} eq 'job' ? Fuzz::Model::status($_[0]) : $_[0]{status}, $_[0]{conversation}{id} } },
	job_timeline => {
		rows => sub { grep { $_->{job} } @{ $_[0]{event} } },
		hidden => \&is_assigning,
		sql => q{job_id, what, actor, (actor_name IS NOT NULL)::int},
		line => sub { $_[0]{job}{id}, @{ $_[0] }{qw(action actor)}, 1 } },
	member => {
		rows => sub { map { { id => $_, merchant => -1, %{ $_[0]{member}{$_} } } } keys %{ $_[0]{member} } },
		id => 1,
		sql => "organization_id, is_active::int, name, email, language, email_scope, coalesce(suspension_reason, ''), (suspended_at IS NOT NULL)::int",
		line => sub { @{ $_[0] }{qw(organization is_active name email language email_scope is_suspended)}, $_[0]{is_suspended} ? 1 : 0 } },
	merchant => {
		rows => sub { map { { id => $_, merchant => $_, organization => -1, %{ $_[0]{merchant}{$_} } } } keys %{ $_[0]{merchant} } },
		id => 1,
		sql => "is_dropshipper::int, name, email, language, (closed_at IS NOT NULL)::int, coalesce(suspension_reason, ''), (suspended_at IS NOT NULL)::int",
		line => sub { @{ $_[0] }{qw(is_dropshipper name email language is_closed is_suspended)}, $_[0]{is_suspended} ? 1 : 0 } },
	store => {
		rows => sub { map { { id => $_, organization => -1, %{ $_[0]{store}{$_} } } } keys %{ $_[0]{store} } },
		id => 1,
		sql => "merchant_id, name, coalesce(url, ''), (removed_at IS NOT NULL)::int",
		line => sub { @{ $_[0] }{qw(merchant name url is_removed)} } },
	preferences => {
		rows => sub { map { { organization => $_, merchant => -1, %{ $_[0]{organization}{$_} } } } keys %{ $_[0]{organization} } },
		sql => "organization_id, is_available::int, is_listed::int, accepts_dropshipping::int, notification_email, (closed_at IS NOT NULL)::int,
			coalesce(suspension_reason, ''), (suspended_at IS NOT NULL)::int",
		line => sub { @{ $_[0] }{qw(organization is_available is_listed accepts_dropshipping notification_email is_closed is_suspended)},
			$_[0]{is_suspended} ? 1 : 0 } },
	organization => {
		rows => sub { map { { id => $_, organization => $_, %{ $_[0]{organization}{$_} } } } keys %{ $_[0]{organization} } },
		visible => \&knows,
		id => 1,
		sql => "name, coalesce(description, ''), language",
		line => sub { @{ $_[0] }{qw(name description language)} } },
	provided_service => {
		rows => sub { map { my ($id, $organization) = ($_, $_[0]{organization}{$_});
			  map { { organization => $id, service => $_, %$organization } } grep { $organization->{provides}{$_} }
			  keys %{ $organization->{provides} } } keys %{ $_[0]{organization} } },
		visible => \&knows,
		sql => 'organization_id, service_id',
		line => sub { @{ $_[0] }{qw(organization service)} } },
);
my @relations = @columns[ grep { $_ % 2 == 0 } 0 .. $#columns ];
my %relations = @columns;
# those that calls write, in the order in which rows refer to each other
my @written = qw(conversation proposal job message review event);

sub knows
{
	my ($who, $row) = @_;

	return Fuzz::Model::shows_organization($who, $row->{organization}, $row);
}

# What an event of an account says beside, as text of JSON. Of other events it is for their own tests.
sub details
{
	my ($event) = @_;
	my %details = %{ $event->{details} || {} };
	my @members = map { qq("$_": ) . (ref $details{$_} ? '[' . join(', ', map { qq("$_") } @{ $details{$_} }) . ']' : $details{$_}) }
	  grep { $details{$_} } qw(columns store_id member_id);

	return @members ? '{' . join(', ', @members) . '}' : '';
}

# Merchants see no assignments, nor that there were some.
sub is_assigning
{
	my ($who, $event) = @_;

	return $who->{kind} eq 'merchant' && $event->{action} =~ /^(un)?assign$/;
}

# where: host and port of the server; seed and calls: what to do; say: what prints a line
sub new
{
	my ($class, %options) = @_;

	return bless { say => sub { }, database => 'fuzz', number => 0, %options,
		count => { calls => 0, refused => 0, rows => 0, looks => 0 } }, $class;
}

# Runs it all. Dies with a report of the first thing that is not as the model has it.
sub run
{
	my ($self) = @_;

	srand $self->{seed};
	$self->set_up;
	while ($self->{number} < $self->{calls})
	{
		$self->{number}++;
		$self->{said} = [];
		eval {
			$self->change_the_world if chance(0.03);
			$self->fire;
			$self->look if $self->{number} % LOOK == 0;
			$self->look_at_all if $self->{number} % LOOK_AT_ALL == 0;
			1;
		} or $self->report($@);
	}
	$self->{said} = [];
	eval { $self->look_at_all; $self->check_accounts; $self->check_history; $self->check_email; 1 } or $self->report($@);
	$self->tear_down;
	return $self->{count};
}

sub report
{
	my ($self, $error) = @_;

	$error = $error->{state} if ref $error;
	die join "\n", "seed $self->{seed}, call $self->{number}:", (map { "    $_" } @{ $self->{said} }), $error, '';
}

sub complain
{
	my ($what, $got, $expected) = @_;

	die "$what: got $got, expected $expected\n";
}

# Sets up.

sub session
{
	my ($self, $user, $database) = @_;

	return Fuzz::Session->new(host => $self->{host}, port => $self->{port}, user => $user, database => $database // $self->{database});
}

sub set_up
{
	my ($self) = @_;
	my $postgres = $self->session('postgres', 'postgres');

	foreach my $role ('fuzz_owner', 'fuzz_pool', map { $_->{name} } @roles)
	{
		my ($there) = $postgres->lines("SELECT to_regrole('$role') IS NOT NULL");
		$postgres->lines("CREATE ROLE $role LOGIN NOINHERIT") if $there eq 'f';
	}
	$postgres->lines('GRANT ' . join(', ', map { $_->{name} } @roles) . ' TO fuzz_pool');
	$postgres->lines("DROP DATABASE IF EXISTS $self->{database} WITH (FORCE)");
	$postgres->lines("CREATE DATABASE $self->{database}");
	$self->{super} = $self->session('postgres');
	$self->{super}->lines($_) foreach 'CREATE EXTENSION jobs', "SELECT jobs.install('fuzz_owner')";
	foreach my $role (@roles)
	{
		$self->{super}->lines("SELECT jobs.grant_access('$role->{name}', '$role->{access}')") if $role->{access} =~ /^[amo]/;
	}
	$self->remember_addresses;
	$self->make_directory;
	$self->prepare_learning;
	$self->{session}{ $_->{name} } = $self->session($_->{name}) foreach @roles;
	$self->{pool} = $self->session('fuzz_pool');
	$self->{pool}->lines('SET plan_cache_mode = ' . one_of(qw(auto force_generic_plan)));
	$self->{acting} = {};
	return;
}

# All addresses that people ever had: what a mailer holds, or has sent, keeps the former one.
sub remember_addresses
{
	my ($self) = @_;

	$self->{super}->lines($_) foreach 'CREATE TABLE public.address (organization_id bigint, merchant_id bigint, address text)',
	  q{CREATE FUNCTION public.remember() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
		'BEGIN EXECUTE format(''INSERT INTO public.address SELECT %s'', TG_ARGV[0]) USING NEW; RETURN NULL; END'},
	  map { "CREATE TRIGGER remember AFTER INSERT OR UPDATE ON jobs.$_->[0] FOR EACH ROW EXECUTE FUNCTION public.remember('$_->[1]')" }
	  [ member => '$1.organization_id, NULL, $1.email' ], [ preferences => '$1.organization_id, NULL, $1.notification_email' ],
	  [ merchant => 'NULL, $1.id, $1.email' ];
	return;
}

sub make_directory
{
	my ($self) = @_;
	my $super = $self->{super};
	my $model = $self->{model} = Fuzz::Model->new;

	foreach my $name (qw(Design Audit Theme Photos))
	{
		my ($id) = $super->lines("SELECT jobs.create_service('$name')");
		$model->{service}{$id} = 1;
	}
	foreach my $number (1 .. ORGANIZATIONS)
	{
		my $name = ($number % 2 ? 'First' : 'Second') . " Organization $number";
		my ($id) = $super->lines("SELECT jobs.create_organization('$name', 'office\@o$number.example')");
		$model->{organization}{$id} = { name => $name, description => '', language => 'en', is_available => 1, is_listed => 1,
			accepts_dropshipping => 1, notification_email => "office\@o$number.example", is_closed => 0, is_suspended => '',
			provides => {}, conversations => {} };
		foreach my $member (1 .. 3)
		{
			my ($member_id) = $super->lines("SELECT jobs.add_member($id, 'Member $member', 'm$member\@o$number.example')");
			$model->{member}{$member_id} = { organization => $id, is_active => 1, name => "Member $member",
				email => "m$member\@o$number.example", language => 'en', email_scope => 'all', is_suspended => '' };
			$self->bind("fuzz_member_$number", "member:$member_id") if $member == 1;
		}
		foreach my $service (sort { $a <=> $b } keys %{ $model->{service} })
		{
			next if chance(0.3);
			$super->lines("SELECT jobs.provide_service($id, $service)");
			$model->{organization}{$id}{provides}{$service} = {};
		}
	}
	foreach my $number (1 .. MERCHANTS)
	{
		my $is_dropshipper = $number == 3 ? 1 : 0;
		my ($id) = $super->lines("SELECT jobs.create_merchant('Merchant $number', 'm\@s$number.example', $is_dropshipper = 1)");
		$model->{merchant}{$id} = { is_dropshipper => $is_dropshipper, name => "Merchant $number", email => "m\@s$number.example",
			language => 'en', is_closed => 0, is_suspended => '' };
		$self->bind("fuzz_merchant_$number", "merchant:$id") if $number <= 2;
		foreach my $store ($number == 4 ? () : (1, 2))
		{
			$self->add_store($id, "Store $store");
		}
	}
	return;
}

sub add_store
{
	my ($self, $merchant_id, $name) = @_;
	my ($id) = $self->{super}->lines("SELECT jobs.add_store($merchant_id, '$name')");

	$self->{model}{store}{$id} = { merchant => $merchant_id, name => $name, url => '', is_removed => 0 };
	return;
}

sub bind
{
	my ($self, $role, $actor) = @_;

	$self->{super}->lines("SELECT jobs.bind_role('$role', '$actor')");
	$self->{bound}{$role} = $actor;
	return;
}

sub tear_down
{
	my ($self) = @_;

	delete @{$self}{qw(session pool super learner)};
	$self->session('postgres', 'postgres')->lines("DROP DATABASE $self->{database} WITH (FORCE)");
	return;
}

# Fires.

sub draw_role
{
	my ($self, $side) = @_;
	my $luck = rand;

	return one_of(grep { $_->{access} =~ /^(mailer|monitor|none)$/ } @roles) if $luck < 0.04;
	return one_of(grep { $_->{access} eq 'operator' } @roles) if $luck < ($side eq 'system' ? 0.7 : 0.12);
	return one_of(grep { $_->{access} eq 'app' } @roles) if $luck < 0.6;
	return one_of(grep { $_->{access} eq 'bound' && (chance(0.1) || $_->{name} =~ /$side/) } @roles) // $roles[0];
}

# A member or merchant, mostly of the side; now and then somebody who isn't one.
sub draw_actor
{
	my ($self, $side) = @_;
	my $model = $self->{model};
	my $kind = $side eq 'system' || chance(0.12) ? one_of(qw(member merchant)) : $side;

	return one_of('', 'system', 'member:1', 'merchant:7', 'nonsense', 'member:-3', 'member:007', 'Merchant:1024', undef) if chance(0.03);
	return "$kind:" . one_of(sort { $a <=> $b } keys %{ $model->{$kind} });
}

# Who acts in the session, when the call names nobody.
sub current
{
	my ($self, $role) = @_;

	return $self->{bound}{ $role->{name} } // $self->{acting}{ $role->{name} } // ($role->{access} eq 'operator' ? 'system' : '');
}

# Who a call is for: refused when the role may not name them.
sub named
{
	my ($self, $role, $name) = @_;
	my $model = $self->{model};
	my $current = $self->current($role);

	Fuzz::Model::refuse('22004') if !defined $name;
	my $who = $model->actor($name) or Fuzz::Model::refuse('22023');
	if ($name ne $current)
	{
		Fuzz::Model::refuse('42501') if $role->{access} ne 'app' && $role->{access} ne 'operator';
		Fuzz::Model::refuse('42501') if $name eq 'system' && $role->{access} ne 'operator';
	}
	return $who;
}

# What must come of the call.
sub expect
{
	my ($self, $role, $call, $names, $name) = @_;
	my $model = $self->{model};
	my $access = $role->{access};
	my $who;

	if (defined $call->{accesses})
	{
		Fuzz::Model::refuse('42501') if $call->{accesses} !~ /\b$access\b/;
		return $call->{rule}->();
	}
	Fuzz::Model::refuse('42501')
	  if !($call->{function} ? may_call($call->{function}, $access) : may_write($call->{table}, $call->{verb}, $access));
	Fuzz::Model::refuse($call->{bad}) if $call->{bad};
	if ($call->{table} || $call->{anonymous})
	{
		$who = $model->actor($self->current($role));
		Fuzz::Model::refuse('PT404') if $call->{anonymous} && !$call->{anybody} && !$model->exists_actor($who);
	}
	else
	{
		$who = $self->named($role, $names ? $name : $self->current($role));
		Fuzz::Model::refuse('42501') if $who->{kind} eq 'nobody';
		Fuzz::Model::refuse('PT404') if !$model->exists_actor($who);
		$model->acting($who, $call->{closes}) if !$call->{reads};
	}
	return $call->{rule}->($who);
}

# The model's word on it: an SQLSTATE and an answer.
sub ask_model
{
	my ($self, $rule) = @_;
	my $mark = $self->{model}->mark;
	my $answer;

	return ('00000', $answer) if eval { $answer = $rule->(); 1 };
	die $@ if !ref $@;
	$self->{model}->roll_back($mark);
	return ($@->{state}, undef);
}

# Runs a statement whose outcome the model foretold.
sub try
{
	my ($self, $role, $sql, $state) = @_;

	push @{ $self->{said} }, "$role->{name}: $sql";
	my $result = $self->{session}{ $role->{name} }->run($sql);
	die "the connection was lost: $result->{message}\n" if $result->{state} eq 'lost';
	complain('SQLSTATE', "$result->{state} $result->{message}", $state) if !grep { $_ eq $result->{state} } split / or /, $state;
	return $result;
}

sub quoted
{
	my ($text) = @_;

	return defined $text ? "'$text'" : 'NULL';
}

# One call, or some in a transaction.
sub fire
{
	my ($self) = @_;
	my ($side, $make) = draw_call();
	my $role = $self->draw_role($side);

	return chance(0.15) ? $self->in_pool($role, sub { $self->fire_as($role, $side, $make) }) : $self->fire_as($role, $side, $make);
}

# The same in a session that is one role after another, with what it prepared and remembers of
# the ones before. It says who acts in transactions alone.
sub in_pool
{
	my ($self, $role, $work) = @_;

	local $self->{session}{ $role->{name} } = $self->{pool};
	local $self->{acting}{ $role->{name} } = undef;
	local $role->{style} = 'transaction' if $role->{style} eq 'session';
	$self->try($role, "SET ROLE $role->{name}", '00000');
	$work->();
	return;
}

sub fire_as
{
	my ($self, $role, $side, $make) = @_;
	my $count = chance(0.12) ? one_of(2, 3, 4) : 1;
	my $acts = $role->{style} eq 'transaction' && chance(0.97);
	my $in_transaction = $acts || $count > 1 || chance(0.05);

	$self->{answers} = [];
	$self->change_session($role, $side) if $role->{style} eq 'session';
	my $before = $self->{acting}{ $role->{name} };
	$self->try($role, 'BEGIN' . one_of('', '', '', ' ISOLATION LEVEL REPEATABLE READ', ' ISOLATION LEVEL SERIALIZABLE'), '00000')
	  if $in_transaction;
	my $works = !$acts || $self->act_as($role, $self->draw_actor($side), 'true');
	while ($works && $count--)
	{
		$self->fire_one($role, $side, $make, $count > 0 || @{ $self->{answers} });
		# whom matching chose is learnt at the commit
		last if grep { $_->{table} eq 'match' } @{ $self->{model}{fresh} };
		(undef, $make) = draw_call($side);
	}
	if ($in_transaction)
	{
		my $is_undone = chance(0.1);

		$self->try($role, $is_undone ? 'ROLLBACK' : 'COMMIT', '00000');
		$self->{acting}{ $role->{name} } = $before;
		$self->{model}->roll_back(0) if $is_undone;
		$self->{answers} = [] if $is_undone;
	}
	$self->learn;
	return;
}

sub act_as
{
	my ($self, $role, $name, $is_local) = @_;
	my ($state) = $self->ask_model(
		sub {
			my $who = $self->named($role, $name);

			Fuzz::Model::refuse('PT404') if !$self->{model}->exists_actor($who);
		});

	$self->try($role, "SELECT jobs.act_as(@{[quoted($name)]}, $is_local)", $state);
	$self->{acting}{ $role->{name} } = $name if $state eq '00000';
	return $state eq '00000';
}

# A session that stays somebody, as of a pool that somebody forgot to clean, or cleaned.
sub change_session
{
	my ($self, $role, $side) = @_;

	if (chance(0.06))
	{
		$self->try($role, one_of('DISCARD ALL', 'RESET ALL'), '00000');
		delete $self->{acting}{ $role->{name} };
	}
	$self->act_as($role, $self->draw_actor($side), 'false') if chance(0.4);
	return;
}

sub fire_one
{
	my ($self, $role, $side, $make, $keeps_point) = @_;
	my $model = $self->{model};
	my $names = $role->{style} eq 'argument' ? chance($role->{access} eq 'operator' ? ($side eq 'system' ? 0.1 : 0.7) : 0.97) : chance(0.08);
	my $name = $role->{style} ne 'argument' && chance(0.6) ? $self->current($role) : $self->draw_actor($side);
	my $who = $model->actor($names ? $name // '' : $self->current($role));
	my $call = $make->($model, $who);
	my $argument = $names ? ', actor => ' . quoted($name) : '';
	my $sql = $call->{sql} =~ s/%A/$argument/r;
	my $point = $model->mark;

	$self->try($role, 'SAVEPOINT point', '00000') if $keeps_point;
	my ($state, $answer) = $self->ask_model(sub { $self->expect($role, $call, $names, $name) });
	my $result = $self->try($role, $sql, $state);
	$self->{count}{calls}++;
	$self->{count}{refused}++ if $state ne '00000';
	push @{ $self->{answers} }, [ $call, $answer, $result ] if $state eq '00000';
	if ($keeps_point && ($state ne '00000' || chance(0.15)))
	{
		$self->try($role, 'ROLLBACK TO point', '00000');
		$model->roll_back($point);
		pop @{ $self->{answers} } if $state eq '00000';
	}
	elsif ($state ne '00000' && $result->{transaction} eq 'E')
	{
		$model->roll_back(0);
	}
	return;
}

# Learns.

sub columns
{
	my ($name) = @_;

	return ($relations{$name}{id} ? 'id, ' : '') . $relations{$name}{sql};
}

sub prepare_learning
{
	my ($self) = @_;
	my $super = $self->{learner} = $self->session('postgres');
	my $number = 0;

	$super->lines('SET plan_cache_mode = force_generic_plan');
	$super->lines('SET enable_seqscan = off');
	$super->lines('PREPARE learn AS SELECT * FROM (' . join(' UNION ALL ',
			map { $number++; "SELECT '$_' AS name, id, concat_ws('|', $relations{$_}{sql}) FROM jobs.$_ WHERE id >= \$$number" } @written)
		  . ') t ORDER BY name, id');
	$self->{next} = { map { $_ => 0 } @written };
	return;
}

# Meets the new rows in the tables, and only those that the model has. Gives them their ids.
sub learn
{
	my ($self) = @_;
	my $model = $self->{model};
	my $found = $self->{learner}->run('EXECUTE learn(' . join(', ', map { $self->{next}{$_} } @written) . ')');
	my %new = map { $_ => [] } @written;

	die "$found->{state} $found->{message}\n" if $found->{state} ne '00000';
	foreach my $row (@{ $found->{rows} })
	{
		my ($name, $id, $line) = @$row;

		push @{ $new{$name} }, { id => $id, line => $line };
		# behind all ids of the same number, whatever their slot
		$self->{next}{$name} = $id - $id % 1024 + 1024;
		$self->{count}{rows}++;
	}
	$self->learn_matches($new{job});
	foreach my $name (grep { $_ ne 'event' } @written)
	{
		$self->learn_rows($name, $new{$name}, grep { $_->{table} eq $name } @{ $model->{fresh} });
	}
	$self->learn_events(@{ $new{event} });
	$self->check_answer(@$_) foreach @{ $self->{answers} };
	$model->{fresh} = [];
	$model->{events} = [];
	$model->commit;
	return;
}

# Whom matching chose is the server's word; that they could be chosen, and how many, the model's.
sub learn_matches
{
	my ($self, $jobs) = @_;
	my $model = $self->{model};
	my %taken;

	foreach my $match (grep { $_->{table} eq 'match' } @{ $model->{fresh} })
	{
		my $request = $match->{request};

		next if $match->{may_be_none} && !$model->matches(%$request, asked => $request->{jobs});
		my ($row) = grep { !$taken{ $_->{id} } && $_->{line} =~ /\|$match->{origin}\|/ && $self->is_of_request($_->{id}, $request) } @$jobs;
		complain("a job of the request", 'none', $match->{origin}) if !$row;
		my ($organization) = $row->{line} =~ /^(\d+)/;
		my $job = $model->match_taken($match, $organization);
		complain('who was asked', $organization, join ' or ', $model->matches(%$request, asked => $request->{jobs})) if !$job;
		$taken{ $row->{id} } = 1;
		# two requests can make jobs that look alike
		$job->{met} = $row->{id};
	}
	return;
}

sub is_of_request
{
	my ($self, $job_id, $request) = @_;
	my ($id) = $self->{super}->lines("SELECT request_id FROM jobs.job WHERE id = $job_id");

	return defined $request->{id} ? $request->{id} == $id : !$self->{model}{id}{request}{$id};
}

sub learn_rows
{
	my ($self, $name, $rows, @fresh) = @_;
	my $model = $self->{model};
	my %found;

	push @{ $found{ $_->{line} } }, $_->{id} foreach @$rows;
	foreach my $object (@fresh)
	{
		my $line = join '|', $relations{$name}{line}->($object);
		my $same = $found{$line} || [];
		my ($at) = grep { !$object->{met} || $same->[$_] == $object->{met} } 0 .. $#$same;
		my $id = defined $at ? splice @$same, $at, 1 : undef;

		complain("new rows of jobs.$name", join(', ', map { $_->{line} } @$rows) || 'none', $line) if !$id;
		complain("slot of $name $id", $id % 1024, $object->{organization} % 1024) if $id % 1024 != $object->{organization} % 1024;
		$object->{id} = $id;
		$model->{id}{$name}{$id} = $object;
		$self->learn_request($object) if $name eq 'job' && $object->{request};
	}
	my @left = map { map { "$name $_" } @$_ } values %found;
	complain("new rows of jobs.$name", join(', ', map { $_->{line} } @$rows), 'fewer') if @left;
	return;
}

sub learn_request
{
	my ($self, $job) = @_;
	my $request = $job->{request};
	my ($id) = $self->{super}->lines("SELECT request_id FROM jobs.job WHERE id = $job->{id}");

	complain("request of job $job->{id}", $id, $request->{id}) if defined $request->{id} && $request->{id} != $id;
	$request->{id} = $id;
	$self->{model}{id}{request}{$id} = $request;
	return;
}

# What an event is about, by its line: of these the order is sure.
sub subject_of
{
	my ($line) = @_;
	my ($organization_id, $merchant_id, $job_id, $proposal_id, $conversation_id) = split /\|/, $line;

	return
		$job_id ? "job $job_id"
	  : $proposal_id ? "proposal $proposal_id"
	  : $conversation_id ? "conversation $conversation_id"
	  : "organization $organization_id, merchant $merchant_id";
}

# The events of each job, proposal, conversation and account grow by what the model says, in that order.
sub learn_events
{
	my ($self, @rows) = @_;
	my $model = $self->{model};
	my (%got, %expected);

	foreach my $row (@rows)
	{
		push @{ $got{ subject_of($row->{line}) } }, $row->{line};
	}
	foreach my $event (@{ $model->{events} })
	{
		my $line = join '|', $relations{event}{line}->($event);
		push @{ $expected{ subject_of($line) } }, $line;
		push @{ $model->{event} }, $event;
	}
	foreach my $subject (sort keys %{ { %got, %expected } })
	{
		my ($got, $expected) = map { join ', ', @{ $_->{$subject} || [] } } \%got, \%expected;
		complain("events of $subject", $got, $expected) if $got ne $expected;
	}
	return;
}

# What a call answered: rows that are there now, how many rows it met, or a text.
sub check_answer
{
	my ($self, $call, $answer, $result) = @_;
	my ($first) = @{ $result->{rows} };
	my $got = $call->{table} ? ($result->{tag} =~ /(\d+)$/)[0] : $first ? $first->[0] // '' : '';
	my $gives = $call->{gives} // '';

	if ($gives eq 'count')
	{
		$got = @{ $result->{rows} };
	}
	elsif ($gives eq 'request')
	{
		my @first = sort { $a <=> $b } map { $_->{id} } @{ $answer->{jobs} }[ 0 .. $answer->{first} - 1 ];

		$got = join ' ', sort { $a <=> $b } map { $_->[1] } @{ $result->{rows} };
		$answer = "@first";
	}
	elsif (ref $answer)
	{
		$answer = $answer->{id};
	}
	complain('answer', $got, $answer) if $got ne $answer;
	return;
}

# What happens beside the calls: deadlines pass, members come and go, merchants have new stores.
sub change_the_world
{
	my ($self) = @_;
	my $model = $self->{model};
	my $super = $self->{super};

	if (chance(0.1))
	{
		my $id = one_of(sort { $a <=> $b } keys %{ $model->{merchant} });
		my @kept = grep { $_->{merchant} == $id && !$_->{is_removed} } values %{ $model->{store} };

		$self->add_store($id, 'New store') if @kept < 2;
	}
	elsif (chance(0.5))
	{
		foreach my $job (grep { $_->{status} =~ /^(new|opened)$/ && !$_->{is_overdue} && chance(0.15) } @{ $model->{job} })
		{
			$super->lines($_) foreach 'BEGIN', 'SET LOCAL session_replication_role = replica',
			  "UPDATE jobs.job SET respond_by = clock_timestamp(), due_at = clock_timestamp() WHERE id = $job->{id}", 'COMMIT';
			$job->{is_overdue} = 1;
		}
	}
	else
	{
		my @members = sort { $a <=> $b } keys %{ $model->{member} };
		my @gone = grep { !$model->{member}{$_}{is_active} } @members;
		my $id = @gone && chance(0.7) ? one_of(@gone) : one_of(@members);
		my $is_active = !$model->{member}{$id}{is_active} || 0;

		$self->try({ name => 'fuzz_operator' }, "UPDATE jobs.member SET is_active = $is_active = 1 WHERE id = $id", '00000');
		$model->set_active($model->actor('system'), $id, $is_active);
		$self->{answers} = [];
		$self->learn;
	}
	return;
}

# Looks.

# The lines that a relation has for somebody.
sub visible_lines
{
	my ($self, $name, $who) = @_;
	my $model = $self->{model};
	my $relation = $relations{$name};
	my $rows = $relation->{rows} // $name;
	my $sees = $relation->{visible} // sub { $model->sees(@_) };

	return sort map { join '|', ($relation->{id} ? $_->{id} : ()), $relation->{line}->($_, $who) }
	  grep { $sees->($who, $_) && !($relation->{hidden} && $relation->{hidden}->($who, $_)) }
	  ref $rows ? $rows->($model) : @{ $model->{$rows} };
}

sub compare
{
	my ($name, $got, $expected) = @_;
	my %count;

	$count{$_}++ foreach @$got;
	$count{$_}-- foreach @$expected;
	my ($extra) = grep { $count{$_} > 0 } sort keys %count;
	my ($lost) = grep { $count{$_} < 0 } sort keys %count;
	complain("rows of jobs.$name", $extra // 'not all', $lost // 'not to see it') if defined $extra || defined $lost;
	return;
}

# Some role reads some table.
sub look
{
	my ($self) = @_;
	my $role = one_of(@roles);

	$self->{said} = [];
	$self->{count}{looks}++;
	return chance(0.4) ? $self->in_pool($role, sub { $self->look_as($role) }) : $self->look_as($role);
}

# By a statement that is prepared once in a session, whoever it was prepared for.
sub reading
{
	my ($self, $role, $name) = @_;
	my $sql = "SELECT @{[columns($name)]} FROM jobs.$name";
	my $session = $self->{session}{ $role->{name} };

	return $sql if $role->{style} eq 'session' || $role->{access} eq 'none' || chance(0.3);
	$session->lines("PREPARE read_$name AS $sql") if !$session->{prepared}{$name}++;
	return "EXECUTE read_$name";
}

sub look_as
{
	my ($self, $role) = @_;
	my $name = one_of(@relations);
	my $model = $self->{model};
	my $may = $role->{access} =~ /^(app|bound|operator)$/;
	my $acting = $self->{acting}{ $role->{name} };
	my $acts = $role->{access} eq 'app' && chance(0.85);

	my $sql = $self->reading($role, $name);
	if ($acts)
	{
		$self->try($role, 'BEGIN', '00000');
		$acts = $self->act_as($role, $self->draw_actor(one_of(qw(member merchant))), 'true');
		$self->try($role, 'ROLLBACK', '00000') if !$acts;
	}
	my $result = $self->try($role, $sql, $may ? '00000' : '42501');
	my $who = $model->actor($self->current($role));
	$who = { kind => 'nobody' } if !$model->exists_actor($who);
	compare($name, [ map { join '|', @$_ } @{ $result->{rows} } ], [ $self->visible_lines($name, $who) ]) if $may;
	if ($acts)
	{
		$self->try($role, 'COMMIT', '00000');
		$self->{acting}{ $role->{name} } = $acting;
	}
	return;
}

sub look_at_all
{
	my ($self) = @_;
	my $who = { kind => 'system' };

	compare($_, [ $self->{super}->lines("SELECT @{[columns($_)]} FROM jobs.$_") ], [ $self->visible_lines($_, $who) ]) foreach @relations;
	$self->{say}->("call $self->{number}: all tables are as the model has them");
	return;
}

# At the end, of everything that was written.

# Closed accounts have no live job and no open proposal, and who has left has no work.
sub check_accounts
{
	my ($self) = @_;
	my $parties = 'JOIN jobs.preferences p USING (organization_id) JOIN jobs.merchant m ON m.id = merchant_id';
	my $live = "status IN ('new', 'opened', 'responded', 'awaiting_response', 'inactive') AND NOT (status IN ('new', 'opened') AND clock_timestamp() >= respond_by)";
	my $closed = '(p.closed_at IS NOT NULL OR m.closed_at IS NOT NULL)';
	my ($job) = $self->{super}->lines("SELECT j.id FROM jobs.job j $parties WHERE $live AND $closed");
	my ($proposal) = $self->{super}->lines("SELECT o.id FROM jobs.proposal o $parties WHERE status = 'sent' AND $closed");
	my ($member) = $self->{super}->lines("SELECT a.member_id FROM jobs.assignment a JOIN jobs.job j ON j.id = a.job_id
		JOIN jobs.member m ON m.id = a.member_id WHERE $live AND NOT m.is_active");

	complain('job of a closed account', $job, 'none that lives') if $job;
	complain('proposal of a closed account', $proposal, 'none that is open') if $proposal;
	complain('member who left', $member, 'no work') if $member;
	return;
}

# Each job's history is a walk along the diagram, and ends where the job stands.
sub check_history
{
	my ($self) = @_;
	my %at;

	foreach my $line ($self->{super}->lines(
			"SELECT job_id, action, coalesce(from_status, ''), to_status, split_part(actor, ':', 1) FROM jobs.event
			WHERE job_id IS NOT NULL AND action NOT LIKE 'review%' ORDER BY job_id, id"))
	{
		my ($job_id, $action, $from, $to, $kind) = split /\|/, $line;
		my $side = $kind eq 'member' ? 'expert' : $kind;
		# the system ends it for a side whose account it closes; members leave, whoever sets it off; and the system gives
		# a member's jobs to another in place of the organization
		$side = 'expert' if $action eq 'unassign' || $kind eq 'system' && $action =~ /^(decline|assign)$/;
		my $arrow = $action eq 'create' ? { '' => 'new' } : $Fuzz::Model::diagram{$side}{$action} // {};
		my $allowed = $arrow->{$from} // 'nothing';

		complain("job $job_id", "$action from $from", "from @{[$at{$job_id} // '']}") if $from ne ($at{$job_id} // '');
		complain("job $job_id, $kind $action", "$from to $to", $allowed) if $to ne ($allowed eq '=' ? $from : $allowed) && $allowed !~ /\b$to\b/;
		$at{$job_id} = $to;
	}
	foreach my $line ($self->{super}->lines('SELECT id, status FROM jobs.job'))
	{
		my ($id, $status) = split /\|/, $line;
		complain("status of job $id", $status, $at{$id} // 'no history') if $status ne ($at{$id} // '');
	}
	return;
}

# No e-mail goes to anybody but the two sides of what it is about, at an address that they have or had.
sub check_email
{
	my ($self) = @_;
	my @strays = $self->{super}->lines(q{
		SELECT e.id, e.kind, e.recipient, e.organization_id, e.job_id
		FROM jobs.email e
		WHERE e.recipient NOT IN (
			SELECT address FROM public.address WHERE organization_id = e.organization_id
			UNION ALL SELECT address FROM public.address WHERE merchant_id = COALESCE(
				(SELECT merchant_id FROM jobs.job WHERE id = e.job_id),
				(SELECT merchant_id FROM jobs.conversation WHERE id = (e.payload ->> 'conversation_id')::bigint)))});

	complain('e-mail', $strays[0], 'an address of the two sides') if @strays;
	return;
}

1;
