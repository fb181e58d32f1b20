# Draws calls: who sends what as which role, and what the model says must come of it.
#
# A call is a hash: `sql`, where %A stands for the argument that names the actor; `function`,
# or `table` and `verb`, of which the right to call is asked; `bad`, the SQLSTATE of an argument
# that was spoilt on purpose; and `rule`, which asks the model. Most calls are drawn so that
# they could succeed: nonsense alone would never get a job anywhere.

package Fuzz::Calls;

use strict;
use warnings FATAL => "all";

use Exporter 'import';

our @EXPORT_OK = qw(draw_call may_call may_write chance one_of);

my @missing = (-1, 1, 999, 7 * 1024 + 5, 2**40, 9223372036854775807);
my $long = 'x' x 201;

# What each access is for, by docs/security.md. Those that nobody has are the owner's.
my %functions = (
	(map { $_ => 'app bound operator' } qw(open_job reply_to_job send_message decline_job mark_inactive
		  reactivate_job complete_job confirm_completion reject_completion assign_members assign_self
		  unassign_members allowed_actions start_conversation block_conversation send_proposal
		  withdraw_proposal decline_proposal accept_proposal request_job rematch_request withdraw_request review_job
		  request_review review_proposal reply_to_review set_preferences provide_service withdraw_service
		  set_email_scope match_organizations search_organizations unblock_conversation update_organization
		  update_member update_merchant update_store remove_store deactivate_member activate_member
		  close_organization close_merchant)),
	(map { $_ => 'operator' } qw(expire_jobs extend_deadline reassign_jobs reopen_organization reopen_merchant suspend reinstate)),
);
my %tables = (
	'INSERT job' => 'app bound operator', 'UPDATE job' => 'app bound operator',
	'INSERT message' => 'app bound operator', 'INSERT conversation' => 'app bound operator',
	'UPDATE conversation' => 'app bound operator',
	(map { ("UPDATE $_" => 'app bound operator') } qw(organization preferences member merchant store)),
	'INSERT assignment' => 'app bound operator', 'DELETE assignment' => 'app bound operator',
	'INSERT proposal' => 'app bound operator', 'UPDATE proposal' => 'app bound operator',
);

sub may_call
{
	my ($function, $access) = @_;

	return ($functions{$function} // '') =~ /\b$access\b/;
}

sub may_write
{
	my ($table, $verb, $access) = @_;

	return ($tables{"$verb $table"} // '') =~ /\b$access\b/;
}

sub chance { return rand() < $_[0] }
sub one_of { return @_ ? $_[ rand @_ ] : undef }

sub quote
{
	my ($text) = @_;

	return 'NULL' if !defined $text;
	return "'" . ($text =~ s/'/''/gr) . "'";
}

sub uuid
{
	return join '-', map { join '', map { sprintf '%04x', rand 65536 } 1 .. $_ } 2, 1, 1, 1, 3;
}

# Some text, not always a tame one.
sub text
{
	return one_of('Yes', 'A question?', "It's fine", 'Grüße', '%s \\ $1', 'x' x 200);
}

# A row of a table that whoever acts sees, mostly one of the latest that fit; sometimes a hidden
# or a missing one.
sub id_of
{
	my ($model, $who, $table, $fits) = @_;
	my $list = $model->{$table};
	my ($fitting, $seen);

	return one_of(@missing) if chance(0.03);
	return one_of(@$list)->{id} // one_of(@missing) if @$list && chance(0.04);
	for (my $i = $#$list; $i >= 0 && $i > $#$list - 600; $i--)
	{
		my $row = $list->[$i];

		next if !defined $row->{id} || !$who || !$model->sees($who, $row);
		$seen = $row->{id};
		next if $fits && !$fits->($row) && !chance(0.02);
		return $row->{id} if chance(0.3);
		$fitting = $row->{id};
	}
	return $fitting // $seen // one_of(map { $_->{id} } grep { defined $_->{id} } @$list) // one_of(@missing);
}

sub in_status
{
	my ($model, $who, @statuses) = @_;
	my %wanted = map { $_ => 1 } @statuses;

	return id_of($model, $who, 'job', sub { $wanted{ $_[0]{status} } && !$_[0]{is_confirmed} && !$_[0]{is_overdue} });
}

sub member_ids
{
	my ($model, $who, $job) = @_;
	my @all = sort { $a <=> $b } keys %{ $model->{member} };
	my $organization = $who && $who->{organization};
	my @own = grep { $organization && $model->{member}{$_}{organization} == $organization } @all;

	return chance(0.05) ? one_of(@all, @missing) : one_of(@own) // one_of(@all);
}

sub organization_id { return chance(0.03) ? one_of(@missing) : one_of(sort { $a <=> $b } keys %{ $_[0]{organization} }) }
sub service_id { return chance(0.03) ? one_of(@missing) : one_of(sort { $a <=> $b } keys %{ $_[0]{service} }) }

sub store_id
{
	my ($model, $who) = @_;
	my @all = sort { $a <=> $b } keys %{ $model->{store} };

	return one_of(@missing, @all) if chance(0.05) || $who && $who->{kind} eq 'system';
	return one_of(grep { $who && $who->{kind} eq 'merchant' && $model->{store}{$_}{merchant} == $who->{id} &&
		  (!$model->{store}{$_}{is_removed} || chance(0.1)) } @all);
}

# Keys come again, so that repeated calls and reused keys do.
my @keys;

sub client_key
{
	return undef if chance(0.7);
	push @keys, uuid() if !@keys || chance(0.6);
	shift @keys if @keys > 6;
	return one_of(@keys);
}

# A function of one job, or of one row of another table.
sub on_row
{
	my ($function, $table, $fits, $side) = @_;

	return {
		side => $side,
		make => sub {
			my ($model, $who) = @_;
			my $id = id_of($model, $who, $table, $fits);

			return spoilt($function, 'NULL', '22004') if chance(0.01);
			return { function => $function, sql => "SELECT jobs.$function($id%A)", rule => sub { $model->$function($_[0], $id) } };
		} };
}

sub spoilt
{
	my ($function, $arguments, $state) = @_;

	return { function => $function, sql => "SELECT jobs.$function($arguments%A)", bad => $state };
}

# Of a call's bad arguments, one.
sub spoil
{
	my ($function, @variants) = @_;
	my $variant = one_of(@variants);

	return spoilt($function, @$variant);
}

sub status_fits
{
	my %wanted = map { $_ => 1 } @_;

	return sub { $wanted{ $_[0]{status} } && !$_[0]{is_overdue} && !$_[0]{is_confirmed} };
}

my @live = qw(new opened responded awaiting_response inactive);

my %kinds = (
	open_job => [ 6, on_row('open_job', 'job', status_fits('new'), 'member') ],
	mark_inactive => [ 4, on_row('mark_inactive', 'job', status_fits(qw(responded awaiting_response)), 'member') ],
	reactivate_job => [ 5, on_row('reactivate_job', 'job', status_fits('inactive'), 'member') ],
	confirm_completion => [ 4, on_row('confirm_completion', 'job', status_fits('completed'), 'merchant') ],
	assign_self => [ 2, on_row('assign_self', 'job', status_fits(@live, 'completed'), 'member') ],
	allowed_actions => [ 2, { make => \&allowed_actions } ],
	reply_to_job => [ 14, { make => \&reply_to_job } ],
	send_message => [ 5, { make => \&send_message } ],
	decline_job => [ 3, { make => \&decline_job } ],
	complete_job => [ 6, { side => 'member', make => \&complete_job } ],
	reject_completion => [ 3, { side => 'merchant', make => \&reject_completion } ],
	assign_members => [ 4, { side => 'member', make => \&assign_members } ],
	unassign_members => [ 3, { side => 'member', make => \&unassign_members } ],
	start_conversation => [ 2, { side => 'merchant', make => \&start_conversation } ],
	block_conversation => [ 0.4, on_row('block_conversation', 'conversation') ],
	unblock_conversation => [ 2, on_row('unblock_conversation', 'conversation', sub { $_[0]{is_blocked} }) ],
	send_proposal => [ 4, { side => 'member', make => \&send_proposal } ],
	withdraw_proposal => [ 0.7, on_row('withdraw_proposal', 'proposal', status_fits('sent'), 'member') ],
	decline_proposal => [ 0.7, on_row('decline_proposal', 'proposal', status_fits('sent'), 'merchant') ],
	accept_proposal => [ 4, { side => 'merchant', make => \&accept_proposal } ],
	request_job => [ 5, { side => 'merchant', make => \&request_job } ],
	rematch_request => [ 2, { side => 'merchant', make => \&rematch_request } ],
	withdraw_request => [ 0.7, { side => 'merchant', make => \&withdraw_request } ],
	review_job => [ 3, { side => 'merchant', make => \&review_job } ],
	request_review => [ 2, on_row('request_review', 'proposal',
			sub { $_[0]{status} eq 'accepted' && !$_[0]{store} }, 'member') ],
	review_proposal => [ 2, { side => 'merchant', make => \&review_proposal } ],
	reply_to_review => [ 2, { side => 'member', make => \&reply_to_review } ],
	set_preferences => [ 2, { side => 'member', make => \&set_preferences } ],
	provide_service => [ 1.5, { side => 'member', make => \&provide_service } ],
	withdraw_service => [ 0.4, { side => 'member', make => \&withdraw_service } ],
	set_email_scope => [ 0.5, { side => 'member', make => \&set_email_scope } ],
	match_organizations => [ 1, { make => \&match_organizations } ],
	search_organizations => [ 1, { make => \&search_organizations } ],
	expire_jobs => [ 1.5, { side => 'system', make => \&expire_jobs } ],
	extend_deadline => [ 1, { side => 'system', make => \&extend_deadline } ],
	reassign_jobs => [ 0.7, { side => 'system', make => \&reassign_jobs } ],

	update_status => [ 7, { make => \&update_status } ],
	update_several => [ 1.5, { make => \&update_several } ],
	update_forbidden => [ 1.5, { make => \&update_forbidden } ],
	update_nothing => [ 1, { make => \&update_nothing } ],
	insert_message => [ 5, { make => \&insert_message } ],
	insert_assignment => [ 2.5, { side => 'member', make => \&insert_assignment } ],
	delete_assignment => [ 2, { side => 'member', make => \&delete_assignment } ],
	insert_proposal => [ 1.5, { side => 'member', make => \&insert_proposal } ],
	update_proposal => [ 2, { make => \&update_proposal } ],
	insert_conversation => [ 1, { side => 'merchant', make => \&insert_conversation } ],
	insert_job => [ 2, { side => 'merchant', make => \&insert_job } ],
	set_blocked => [ 1.5, { make => \&set_blocked } ],
	update_account => [ 4, { make => \&update_account } ],
	edit_account => [ 3, { make => \&edit_account } ],
	set_active => [ 0.8, { side => 'member', make => \&set_active } ],
	deactivate_member => [ 0.3, { side => 'member', make => \&deactivate_member } ],
	activate_member => [ 0.8, { side => 'member', make => \&activate_member } ],
	remove_store => [ 0.2, { side => 'merchant', make => \&remove_store } ],
	close_organization => [ 0.4, { side => 'member', make => \&close_organization } ],
	close_merchant => [ 0.3, { side => 'merchant', make => \&close_merchant } ],
	reopen => [ 2, { side => 'system', make => \&reopen } ],
	suspend => [ 0.8, { side => 'system', make => \&suspend } ],
	reinstate => [ 2, { side => 'system', make => \&reinstate } ],
	forbidden => [ 4, { make => \&forbidden } ],
);
my @lottery = map { my $kind = $_; map { $kind } 1 .. $kinds{$kind}[0] * 10 } sort keys %kinds;

# The side that a call is for, and what completes it: $make->(model, who). Where a side is given,
# mostly a call for that one.
sub draw_call
{
	my ($side) = @_;
	my $kind;

	do
	{
		$kind = $kinds{ one_of(@lottery) }[1];
	} until !$side || !$kind->{side} || $kind->{side} eq $side || chance(0.05);
	return ($kind->{side} // $side // one_of(qw(member merchant)), $kind->{make});
}

# Functions

sub allowed_actions
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'job');

	return { function => 'allowed_actions',
		reads => 1, sql => "SELECT coalesce(string_agg(a, ' ' ORDER BY a COLLATE \"C\"), '') FROM jobs.allowed_actions($id%A) a",
		rule => sub { $model->allowed_actions($_[0], $id) } };
}

sub reply_to_job
{
	my ($model, $who) = @_;
	my ($id, $text, $key) = (in_status($model, $who, @live, 'completed'), text(), client_key());

	return spoil('reply_to_job', [ "NULL, 'x'", '22004' ], [ "$id, NULL", '22004' ], [ "$id, ' '", '22023' ],
		[ "$id, repeat('x', 20001)", '22023' ])
	  if chance(0.02);
	return { function => 'reply_to_job', sql => "SELECT jobs.reply_to_job($id, @{[quote($text)]}, @{[quote($key)]}%A)",
		rule => sub { $model->reply_to_job($_[0], $id, $text, $key) } };
}

sub send_message
{
	my ($model, $who) = @_;
	my ($id, $text, $key) = (id_of($model, $who, 'conversation'), text(), client_key());
	my $conversation = $model->find(conversation => $id);
	my $job_id = one_of(undef, 0, in_status($model, $who, @live),
		$conversation ? one_of(map { $_->{id} } grep { defined $_->{id} } @{ $conversation->{jobs} }) : ());

	return spoil('send_message', [ "NULL, 'x'", '22004' ], [ "$id, NULL", '22004' ], [ "$id, ''", '22023' ])
	  if chance(0.02);
	return { function => 'send_message',
		sql => "SELECT jobs.send_message($id, @{[quote($text)]}, @{[$job_id // 'NULL']}, @{[quote($key)]}%A)",
		rule => sub { $model->send_message($_[0], $id, $text, $job_id, $key) } };
}

sub decline_job
{
	my ($model, $who) = @_;
	my ($id, $reason) = (in_status($model, $who, @live), one_of(undef, 'no_time', 'other'));

	return spoil('decline_job', [ "NULL", '22004' ], [ "$id, 'No!'", '22023' ], [ "$id, '" . 'x' x 41 . "'", '22023' ],
		[ "$id, 'no_time', ''", '22023' ])
	  if chance(0.03);
	return { function => 'decline_job', sql => "SELECT jobs.decline_job($id, @{[quote($reason)]}%A)",
		rule => sub { $model->decline_job($_[0], $id, $reason) } };
}

sub complete_job
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'job',
		sub { !$_[0]{is_overdue} && ($_[0]{status} =~ /^(responded|awaiting_response|inactive)$/ || $_[0]{proposal} && $_[0]{status} =~ /^(new|opened)$/) });
	my $text = one_of(undef, text());

	return spoil('complete_job', [ "NULL", '22004' ], [ "$id, ''", '22023' ]) if chance(0.02);
	return { function => 'complete_job', sql => "SELECT jobs.complete_job($id, @{[quote($text)]}%A)",
		rule => sub { $model->complete_job($_[0], $id, $text) } };
}

sub reject_completion
{
	my ($model, $who) = @_;
	my ($id, $text) = (in_status($model, $who, 'completed'), one_of(undef, text()));

	return spoil('reject_completion', [ "NULL", '22004' ], [ "$id, E'\\n'", '22023' ]) if chance(0.02);
	return { function => 'reject_completion', sql => "SELECT jobs.reject_completion($id, @{[quote($text)]}%A)",
		rule => sub { $model->reject_completion($_[0], $id, $text) } };
}

sub assign_members
{
	my ($model, $who) = @_;
	my $id = in_status($model, $who, @live, 'completed');
	my %chosen = map { (member_ids($model, $who) => 1) } 1 .. one_of(1, 1, 2, 3);
	my @members = sort { $a <=> $b } keys %chosen;
	my $list = join ',', @members, chance(0.1) ? $members[0] : ();

	return spoil('assign_members', [ "NULL, '{1}'", '22004' ], [ "$id, NULL", '22004' ], [ "$id, '{NULL}'", '22004' ],
		[ "$id, '{{1},{2}}'", '22023' ])
	  if chance(0.03);
	return { function => 'assign_members', sql => "SELECT jobs.assign_members($id, ARRAY[$list]::bigint[]%A)",
		rule => sub { $model->assign_members($_[0], $id, @members) } };
}

sub assigned_job
{
	return id_of(@_, 'job', sub { my $assigned = $_[0]{assigned}; scalar grep { $assigned->{$_} } keys %$assigned });
}

sub unassign_members
{
	my ($model, $who) = @_;
	my $id = assigned_job($model, $who);
	my @members = member_ids($model, $who);

	return spoil('unassign_members', [ "NULL, '{1}'", '22004' ], [ "$id, NULL", '22004' ]) if chance(0.02);
	return { function => 'unassign_members', sql => "SELECT jobs.unassign_members($id, ARRAY[$members[0]]::bigint[]%A)",
		rule => sub { $model->unassign_members($_[0], $id, @members) } };
}

sub start_conversation
{
	my ($model, $who) = @_;
	my ($id, $text, $key) = (organization_id($model), text(), client_key());

	return spoil('start_conversation', [ "NULL, 'x'", '22004' ], [ "$id, NULL", '22004' ], [ "$id, ''", '22023' ]) if chance(0.03);
	return { function => 'start_conversation',
		sql => "SELECT jobs.start_conversation($id, @{[quote($text)]}, @{[quote($key)]}%A)",
		rule => sub { $model->start_conversation($_[0], $id, $text, $key) } };
}

sub send_proposal
{
	my ($model, $who) = @_;
	my ($id, $service, $text, $key) = (id_of($model, $who, 'conversation'), service_id($model), text(), client_key());

	return spoil('send_proposal', [ "NULL, $service, 'x', 'y', 1", '22004' ], [ "$id, NULL, 'x', 'y', 1", '22004' ],
		[ "$id, $service, 'x', 'y', NULL", '22004' ], [ "$id, $service, 'x', 'y', -1", '22023' ],
		[ "$id, $service, '$long', 'y', 1", '22023' ], [ "$id, $service, 'x', 'y', 'NaN'", '22023' ],
		[ "$id, $service, 'x', 'y', 1, 'usd'", '22023' ])
	  if chance(0.04);
	return { function => 'send_proposal',
		sql => "SELECT jobs.send_proposal($id, $service, @{[quote($text)]}, 'All of it', 10, client_key => @{[quote($key)]}%A)",
		rule => sub { $model->send_proposal($_[0], $id, $service, $text, $key) } };
}

sub accept_proposal
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'proposal', status_fits('sent'));
	my $store = chance(0.3) ? undef : store_id($model, $who);

	return spoil('accept_proposal', [ "NULL", '22004' ], [ "$id, 0", '22023' ]) if chance(0.02);
	return { function => 'accept_proposal', sql => "SELECT jobs.accept_proposal($id, @{[$store // 'NULL']}%A)",
		rule => sub { $model->accept_proposal($_[0], $id, $store) } };
}

sub request_job
{
	my ($model, $who) = @_;
	my %arg = (
		service => service_id($model),
		text => text(),
		organization => chance(0.6) ? organization_id($model) : undef,
		store => chance(0.5) ? store_id($model, $who) : undef,
		budget => one_of(undef, undef, 5, 50),
		currency => one_of('USD', 'USD', 'EUR'),
		max_matches => one_of(1, 1, 2, 3),
		auto_rematch => one_of(0, 1),
		key => client_key());

	return spoil('request_job', [ "NULL, 'x', 'y'", '22004' ], [ "$arg{service}, NULL, 'y'", '22004' ],
		[ "$arg{service}, '$long', 'y'", '22023' ], [ "$arg{service}, 'x', ' '", '22023' ],
		[ "$arg{service}, 'x', 'y', 0", '22023' ], [ "$arg{service}, 'x', 'y', budget => -1", '22023' ],
		[ "$arg{service}, 'x', 'y', currency => ''", '22023' ], [ "$arg{service}, 'x', 'y', max_matches => 0", '22023' ],
		[ "$arg{service}, 'x', 'y', max_matches => 101", '22023' ], [ "$arg{service}, 'x', 'y', auto_rematch => NULL", '22004' ])
	  if chance(0.04);
	return { function => 'request_job', gives => 'request',
		sql => sprintf(q{SELECT * FROM jobs.request_job(%s, %s, 'All of it', %s, %s, %s, '%s', %s, %s, %s%%A)},
			$arg{service}, quote($arg{text}) =~ s/%/%%/gr, (map { $_ // 'NULL' } @arg{qw(organization store budget)}),
			$arg{currency}, $arg{max_matches}, $arg{auto_rematch} ? 'true' : 'false', quote($arg{key})) =~ s/%%/%/gr,
		rule => sub { $model->request_job($_[0], %arg) } };
}

sub rematch_request
{
	my ($model, $who) = @_;
	my $job = $model->find(job => id_of($model, $who, 'job', sub { $_[0]{request} }));
	my $id = $job && $job->{request} ? $job->{request}{id} : one_of(@missing);
	my ($count, $key) = (one_of(1, 2, 3), client_key());

	return spoil('rematch_request', [ 'NULL', '22004' ], [ "$id, 0", '22023' ], [ "$id, NULL", '22004' ]) if chance(0.03);
	return { function => 'rematch_request', gives => 'count', sql => "SELECT * FROM jobs.rematch_request($id, $count, @{[quote($key)]}%A)",
		rule => sub { $model->rematch_request($_[0], $id, $count, $key) } };
}

sub withdraw_request
{
	my ($model, $who) = @_;
	my $job = $model->find(job => id_of($model, $who, 'job', sub { $_[0]{request} }));
	my $id = $job && $job->{request} ? $job->{request}{id} : one_of(@missing);

	return spoilt('withdraw_request', 'NULL', '22004') if chance(0.02);
	return { function => 'withdraw_request', sql => "SELECT jobs.withdraw_request($id%A)",
		rule => sub { $model->withdraw_request($_[0], $id) } };
}

sub stars
{
	my ($function, $id, @stars) = @_;

	return spoil($function, [ "NULL, 1, 1", '22004' ], [ "$id, 0, 1", '22023' ], [ "$id, 1, 6", '22023' ],
		[ "$id, 1, NULL", '22004' ], [ "$id, 1, 1, ''", '22023' ])
	  if chance(0.04);
	return { function => $function, sql => "SELECT jobs.$function($id, $stars[0], $stars[1]%A)" };
}

sub review_job
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'job', sub { $_[0]{is_confirmed} && !$_[0]{review} });
	my @stars = map { one_of(1 .. 5) } 1 .. 2;

	return { rule => sub { $model->review_job($_[0], $id, @stars) }, %{ stars('review_job', $id, @stars) } };
}

sub review_proposal
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'proposal', sub { $_[0]{is_review_requested} && !$_[0]{review} });
	my @stars = map { one_of(1 .. 5) } 1 .. 2;

	return { rule => sub { $model->review_proposal($_[0], $id, @stars) }, %{ stars('review_proposal', $id, @stars) } };
}

sub reply_to_review
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'review', sub { !$_[0]{is_replied} });

	return spoil('reply_to_review', [ "NULL, 'x'", '22004' ], [ "$id, ''", '22023' ]) if chance(0.03);
	return { function => 'reply_to_review', sql => "SELECT jobs.reply_to_review($id, 'Thanks'%A)",
		rule => sub { $model->reply_to_review($_[0], $id) } };
}

sub own_organization
{
	my ($model, $who) = @_;

	return $who && $who->{organization} && chance(0.9) ? $who->{organization} : organization_id($model);
}

sub set_preferences
{
	my ($model, $who) = @_;
	my $id = own_organization($model, $who);
	# mostly on, or nothing could be asked for
	my %preferences = new_values($model, 'preferences', $id);
	my $list = join '', map { ", $_ => @{[literal($_, $preferences{$_})]}" } sort keys %preferences;

	return spoil('set_preferences', [ 'NULL', '22004' ], [ "$id, notification_email => 'nobody'", '22023' ]) if chance(0.03);
	return { function => 'set_preferences', sql => "SELECT jobs.set_preferences($id$list%A)",
		rule => sub { $model->set_preferences($_[0], $id, %preferences) } };
}

sub provide_service
{
	my ($model, $who) = @_;
	my ($id, $service) = (own_organization($model, $who), service_id($model));
	my %prices = (min => one_of(undef, 1, 10), currency => one_of('USD', 'USD', 'EUR'));

	return spoil('provide_service', [ "NULL, 1", '22004' ], [ "$id, $service, -1", '22023' ], [ "$id, $service, 2, 1", '22023' ],
		[ "$id, $service, currency => 'Euro'", '22023' ])
	  if chance(0.03);
	return { function => 'provide_service',
		sql => "SELECT jobs.provide_service($id, $service, @{[$prices{min} // 'NULL']}, currency => '$prices{currency}'%A)",
		rule => sub { $model->provide_service($_[0], $id, $service, %prices) } };
}

sub withdraw_service
{
	my ($model, $who) = @_;
	my ($id, $service) = (own_organization($model, $who), service_id($model));

	return { function => 'withdraw_service', sql => "SELECT jobs.withdraw_service($id, $service%A)",
		rule => sub { $model->withdraw_service($_[0], $id, $service) } };
}

sub set_email_scope
{
	my ($model, $who) = @_;
	my $id = $who && $who->{kind} eq 'member' && chance(0.6) ? $who->{id} : member_ids($model, $who);

	return spoil('set_email_scope', [ "NULL, 'all'", '22004' ], [ "$id, NULL", '22004' ], [ "$id, 'some'", '22023' ]) if chance(0.1);
	my $scope = one_of(qw(all messages none));
	return { function => 'set_email_scope', sql => "SELECT jobs.set_email_scope($id, '$scope'%A)",
		rule => sub { $model->set_email_scope($_[0], $id, $scope) } };
}

# Accounts

# Some of what may be written of a row: words, and addresses that nobody else has.
sub new_values
{
	my ($model, $table, $id) = @_;
	my ($row) = $model->account($table, $id);
	my %words = (
		name => $table eq 'organization' && $row ? one_of('First', 'Second') . ($row->{name} =~ s/^\w+//r) : one_of('Some name', "It's a name", 'x' x 200),
		description => one_of('', 'Fast and careful', '%s \\ $1'),
		url => one_of('', 'https://store.example'),
		language => one_of('en', 'de'),
		email_scope => one_of('all', 'messages', 'none'),
		(map { $_ => chance(0.8) ? 1 : 0 } qw(is_available is_listed accepts_dropshipping)),
		is_dropshipper => chance(0.2) ? 1 : 0,
		(map { $_ => one_of('', 'new.') . ($row ? $row->{$_} // '' : 'who@x.example') =~ s/^new\.//r } qw(email notification_email)));

	return map { $_ => $words{$_} } grep { chance(0.5) } @{ $Fuzz::Model::editable{$table} };
}

sub literal
{
	my ($column, $value) = @_;

	return $column =~ /^(is|accepts)_/ ? ($value ? 'true' : 'false') : quote($value);
}

# A row of such a table: mostly of who acts.
sub account_id
{
	my ($model, $who, $table) = @_;

	return
		$table =~ /^(organization|preferences)$/ ? own_organization($model, $who)
	  : $table eq 'member' ? member_ids($model, $who)
	  : $table eq 'store' ? store_id($model, $who) // one_of(@missing)
	  : $who && $who->{kind} eq 'merchant' && chance(0.9) ? $who->{id}
	  : one_of(@missing, sort { $a <=> $b } keys %{ $model->{merchant} });
}

sub tables_of
{
	my ($who) = @_;

	return chance(0.1) || !$who || $who->{kind} !~ /^m/ ? qw(organization member merchant store preferences) :
	  $who->{kind} eq 'member' ? qw(organization member preferences) : qw(merchant store);
}

sub edit_account
{
	my ($model, $who) = @_;
	my $table = one_of(grep { $_ ne 'preferences' } tables_of($who));
	my $function = "update_$table";
	my $id = account_id($model, $who, $table);
	my %values = new_values($model, $table, $id);

	delete $values{email_scope};
	return spoil($function, [ 'NULL', '22004' ], [ "$id, name => ''", '22023' ], [ "$id, name => '${long}'", '22023' ]) if chance(0.03);
	my $list = join '', map { ", $_ => @{[literal($_, $values{$_})]}" } sort keys %values;
	return { function => $function, sql => "SELECT jobs.$function($id$list%A)", rule => sub { $model->$function($_[0], $id, %values) } };
}

# What people don't change.
my %forbidden = (
	organization => [ "created_at = 'epoch'", 'client_key = gen_random_uuid()', "search = ''", 'slot = slot + 1' ],
	preferences => [ 'closed_at = now()', 'suspended_at = now()', "suspension_reason = 'x'" ],
	member => [ 'suspended_at = now()', "suspension_reason = 'x'", "created_at = 'epoch'", 'organization_id = organization_id + 1024' ],
	merchant => [ 'closed_at = now()', 'suspended_at = now()', "suspension_reason = 'x'", "created_at = 'epoch'" ],
	store => [ 'removed_at = now()', "created_at = 'epoch'", 'merchant_id = merchant_id + 1024' ],
);

sub update_account
{
	my ($model, $who) = @_;
	my $table = one_of(tables_of($who));
	my $id = account_id($model, $who, $table);
	my $key = $table eq 'preferences' ? 'organization_id' : 'id';
	my %values = new_values($model, $table, $id);
	my @changes = map { "$_ = @{[literal($_, length $values{$_} ? $values{$_} : undef)]}" } sort keys %values;
	my %call;

	push @changes, "$key = $key" if !@changes;
	if (chance(0.05))
	{
		my $address = $table eq 'preferences' ? 'notification_email' : $table =~ /^me/ ? 'email' : 'name';

		%call = (bad => '22004');
		@changes = ("$address = NULL");
		@changes = ("$address = ''"), %call = (bad => '22023') if chance(0.5);
	}
	elsif (chance(0.08))
	{
		%call = (forbidden => 1);
		push @changes, one_of(@{ $forbidden{$table} });
	}
	return { table => $table, verb => 'UPDATE', sql => "UPDATE jobs.$table SET @{[join ', ', @changes]} WHERE $key = $id",
		rule => sub { $model->update_account($_[0], $table, $id, \%values, %call) } };
}

# Members mostly come back.
sub leaving_id
{
	my ($model, $who, $is_active) = @_;
	my @gone = grep { !$model->{member}{$_}{is_active} && (!$who || !$who->{organization} || $model->{member}{$_}{organization} == $who->{organization}) }
	  sort { $a <=> $b } keys %{ $model->{member} };

	return $is_active && @gone && chance(0.9) ? one_of(@gone) : member_ids($model, $who);
}

sub set_active
{
	my ($model, $who) = @_;
	my $is_active = chance(0.7) ? 1 : 0;
	my $id = leaving_id($model, $who, $is_active);
	my %values = chance(0.2) ? (name => 'Some name') : ();
	my $more = %values ? ", name = 'Some name'" : '';

	return { table => 'member', verb => 'UPDATE', sql => "UPDATE jobs.member SET is_active = @{[literal('is_active', $is_active)]}$more WHERE id = $id",
		rule => sub { $model->update_account($_[0], 'member', $id, { %values, is_active => $is_active }) } };
}

sub on_account
{
	my ($function, $id, $model, %call) = @_;

	return spoilt($function, 'NULL', '22004') if chance(0.03);
	return { function => $function, %call, sql => "SELECT jobs.$function($id%A)", rule => sub { $model->$function($_[0], $id) } };
}

sub deactivate_member { my ($model, $who) = @_; return on_account('deactivate_member', leaving_id($model, $who, 0), $model) }
sub activate_member { my ($model, $who) = @_; return on_account('activate_member', leaving_id($model, $who, 1), $model) }
sub remove_store { my ($model, $who) = @_; return on_account('remove_store', store_id($model, $who) // one_of(@missing), $model) }

sub close_organization
{
	my ($model, $who) = @_;

	return on_account('close_organization', own_organization($model, $who), $model, closes => 1);
}

sub close_merchant
{
	my ($model, $who) = @_;

	return on_account('close_merchant', account_id($model, $who, 'merchant'), $model, closes => 1);
}

# Mostly what is closed, or suspended.
sub stopped_id
{
	my ($model, $kind, $column) = @_;
	my @all = sort { $a <=> $b } keys %{ $model->{$kind} };

	return one_of(grep { $model->{$kind}{$_}{$column} } @all) // one_of(@all) if chance(0.9);
	return one_of(@missing, @all);
}

# A kind that has some.
sub stopped_kind
{
	my ($model, $column, @kinds) = @_;

	return one_of(grep { my $accounts = $model->{$_}; grep { $_->{$column} } values %$accounts } @kinds) // one_of(@kinds);
}

sub reopen
{
	my ($model) = @_;
	my $kind = stopped_kind($model, 'is_closed', 'organization', 'merchant');

	return on_account("reopen_$kind", stopped_id($model, $kind, 'is_closed'), $model);
}

sub suspend
{
	my ($model) = @_;
	my $kind = one_of(qw(organization merchant member));
	my $id = one_of(@missing[ 1 .. $#missing ], map { ($_) x 3 } sort { $a <=> $b } keys %{ $model->{$kind} });
	my $reason = one_of('Spam', 'Complaints');

	return spoil('suspend', [ "NULL, 'x'", '22004' ], [ "'$kind:$id', NULL", '22004' ], [ "'$kind:$id', ''", '22023' ],
		[ "'shop:$id', 'x'", '22023' ], [ "'$kind', 'x'", '22023' ], [ "'$kind:0$id', 'x'", '22023' ])
	  if chance(0.1);
	return { function => 'suspend', sql => "SELECT jobs.suspend('$kind:$id', '$reason'%A)",
		rule => sub { $model->set_suspended($_[0], $kind, $id, $reason) } };
}

sub reinstate
{
	my ($model) = @_;
	my $kind = stopped_kind($model, 'is_suspended', qw(organization merchant member));
	my $id = stopped_id($model, $kind, 'is_suspended');

	$id = 1 if $id < 0;
	return spoil('reinstate', [ 'NULL', '22004' ], [ "'system'", '22023' ]) if chance(0.02);
	return { function => 'reinstate', sql => "SELECT jobs.reinstate('$kind:$id'%A)",
		rule => sub { $model->set_suspended($_[0], $kind, $id, '') } };
}

# These two name nobody; whoever acts is asked as elsewhere.
sub match_organizations
{
	my ($model) = @_;
	my ($service, $budget) = (service_id($model), one_of(undef, 5));

	return { function => 'match_organizations', anonymous => 1,
		sql => "SELECT string_agg(organization_id::text, ' ' ORDER BY organization_id)
			FROM jobs.match_organizations($service, budget => @{[$budget // 'NULL']}, max_rows => 100)",
		rule => sub {
			my ($who) = @_;

			Fuzz::Model::refuse('PT404') if !$model->{service}{$service};
			return join ' ', $model->matches(service => $service, budget => $budget, currency => 'USD',
				merchant => $who->{kind} eq 'merchant' ? $who->{id} : undef);
		} };
}

sub search_organizations
{
	my ($model) = @_;
	my ($word, $service) = (one_of('organization', 'second', '-second', '"first organization"', ''), one_of(undef, service_id($model)));

	return { function => 'search_organizations', anonymous => 1, anybody => 1,
		sql => "SELECT string_agg(organization_id::text, ' ' ORDER BY organization_id)
			FROM jobs.search_organizations('$word', @{[$service // 'NULL']}, 100)",
		rule => sub {
			Fuzz::Model::refuse('PT404') if defined $service && !$model->{service}{$service};
			return join ' ', sort { $a <=> $b } grep {
				my $organization = $model->{organization}{$_};
				my $is_second = $organization->{name} =~ /Second/;
				my $is_first = $organization->{name} =~ /First/;

				Fuzz::Model::is_listed($organization) && (!defined $service || $organization->{provides}{$service}) &&
				  ($word =~ /^second/ ? $is_second : $word =~ /^-/ ? !$is_second : $word =~ /^"/ ? $is_first : 1);
			} keys %{ $model->{organization} };
		} };
}

sub expire_jobs
{
	my ($model) = @_;

	my %call = (function => 'expire_jobs', anonymous => 1, anybody => 1);

	return { %call, bad => '22004', sql => 'SELECT jobs.expire_jobs(NULL)' } if chance(0.02);
	return { %call, bad => '22023', sql => 'SELECT jobs.expire_jobs(0)' } if chance(0.02);
	return { %call, sql => 'SELECT jobs.expire_jobs()',
		rule => sub { $model->expire_jobs($_[0]) } };
}

# What operators do as the system, whoever acts.
my $hours = 1000;

sub extend_deadline
{
	my ($model) = @_;
	my $id = id_of($model, { kind => 'system' }, 'job', status_fits(qw(new opened)));
	my %call = (function => 'extend_deadline', anonymous => 1, anybody => 1);

	$hours++;
	return { %call, bad => '22004', sql => "SELECT jobs.extend_deadline($id, NULL)" } if chance(0.02);
	return { %call, bad => '22023', sql => "SELECT jobs.extend_deadline($id, 'infinity')" } if chance(0.02);
	return { %call, sql => "SELECT jobs.extend_deadline($id, now() + interval '$hours hours')",
		rule => sub { $model->extend_deadline($_[0], $id) } };
}

sub reassign_jobs
{
	my ($model) = @_;
	my $from = one_of(sort { $a <=> $b } keys %{ $model->{member} });
	my $to = chance(0.1) ? one_of(@missing) : member_ids($model, { organization => $model->{member}{$from}{organization} });
	my %call = (function => 'reassign_jobs', anonymous => 1, anybody => 1);

	return { %call, bad => '22023', sql => "SELECT jobs.reassign_jobs($from, $from)" } if $from == $to;
	return { %call, sql => "SELECT jobs.reassign_jobs($from, $to)", rule => sub { $model->reassign_jobs($_[0], $from, $to) } };
}

# Plain SQL

my @settable = (qw(opened inactive completed declined declined expired new responded awaiting_response), 'done', undef);

sub update_status
{
	my ($model, $who) = @_;
	my $status = one_of(@settable);
	my $id =
		($status // '') eq 'opened' ? in_status($model, $who, 'new')
	  : ($status // '') eq 'inactive' ? in_status($model, $who, 'responded', 'awaiting_response')
	  : id_of($model, $who, 'job', sub { $_[0]{status} ne 'expired' });
	my $value = quote($status);
	my $sql = one_of("UPDATE jobs.job SET status = $value WHERE id = $id",
		"UPDATE jobs.job SET status = $value, title = title, created_at = created_at WHERE id = $id RETURNING id",
		"WITH j AS (SELECT id FROM jobs.job WHERE id = $id) UPDATE jobs.job t SET status = $value FROM j WHERE t.id = j.id",
		"MERGE INTO jobs.job t USING (VALUES (${id}::bigint)) s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET status = $value",
		"MERGE INTO jobs.job t USING (SELECT ${id}::bigint AS id) s ON t.id = s.id WHEN MATCHED AND t.id > 0 THEN UPDATE SET status = $value
		WHEN NOT MATCHED THEN DO NOTHING");

	# with a column that isn't theirs: the status is judged first
	return { table => 'job', verb => 'UPDATE', sql => "UPDATE jobs.job SET title = title || '.', status = $value WHERE id = $id",
		rule => sub { $model->update_status($_[0], $status, $id) ? Fuzz::Model::refuse('42501') : 0 } }
	  if chance(0.05);
	return { table => 'job', verb => 'UPDATE', sql => $sql, rule => sub { $model->update_status($_[0], $status, $id) } };
}

# All jobs of a conversation: one that can't be moved keeps all of them.
sub update_several
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'conversation');
	my $status = one_of('declined', 'declined', 'opened', 'inactive');

	return { table => 'job', verb => 'UPDATE', sql => "UPDATE jobs.job SET status = '$status' WHERE conversation_id = $id",
		rule => sub {
			my ($who) = @_;
			my $conversation = $model->find(conversation => $id);

			return $model->update_several($who, $status, $conversation ? @{ $conversation->{jobs} } : ());
		} };
}

sub update_forbidden
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'job');
	my $change = one_of("title = 'Other'", 'organization_id = 1', 'merchant_id = merchant_id + 1024', "respond_by = now() + '1 year'",
		'confirmed_at = now()', 'proposal_id = 1', "created_at = 'epoch'", 'id = id + 1024', 'due_at = now()', 'client_key = gen_random_uuid()',
		'auto_rematch = NOT auto_rematch', 'budget = coalesce(budget, 0) + 1');

	return { table => 'job', verb => 'UPDATE', sql => "UPDATE jobs.job SET $change WHERE id = $id",
		rule => sub { $model->update_forbidden($_[0], $id) } };
}

sub update_nothing
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'job');

	return { table => 'job', verb => 'UPDATE', sql => "UPDATE jobs.job SET status = status, title = title WHERE id = $id",
		rule => sub { $model->update_nothing($_[0], $id) } };
}

sub insert_message
{
	my ($model, $who) = @_;
	my $conversation_id = chance(0.5) ? id_of($model, $who, 'conversation') : undef;
	my $job_id = defined $conversation_id ? one_of(undef, undef, 0) : in_status($model, $who, @live, 'completed');
	my $text = text();
	my ($conversation, $job) = map { $_ // 'NULL' } $conversation_id, $job_id;
	my %call = (table => 'message', verb => 'INSERT');

	return { %call, bad => '22004', sql => one_of("INSERT INTO jobs.message (job_id) VALUES ($job)",
			"INSERT INTO jobs.message (body) VALUES ('x')") }
	  if chance(0.02);
	return { %call, bad => '22023', sql => "INSERT INTO jobs.message (conversation_id, job_id, body) VALUES ($conversation, $job, ' ')" }
	  if chance(0.02);
	if (chance(0.05))
	{
		my ($column, $value, $state) = @{ one_of([ proposal_id => '1', '42501' ],
				[ author => "'member:1'", '42501' ], [ id => '5', '22023' ], [ organization_id => '1', '42501' ], [ merchant_id => '1', '42501' ]) };

		return { %call, sql => "INSERT INTO jobs.message (conversation_id, job_id, body, $column) VALUES ($conversation, $job, 'x', $value)",
			rule => sub { $model->insert_message($_[0], $conversation_id, 'x', $job_id); Fuzz::Model::refuse($state) } };
	}
	if (chance(0.2))
	{
		my ($key, $skips) = (client_key() // uuid(), chance(0.5));

		return { %call, sql => "INSERT INTO jobs.message (conversation_id, job_id, body, client_key)
			VALUES ($conversation, $job, @{[quote($text)]}, '$key')" . ($skips ? ' ON CONFLICT DO NOTHING' : ''),
			rule => sub { $model->insert_message($_[0], $conversation_id, $text, $job_id, $key, $skips) } };
	}
	if (chance(0.15))
	{
		return { %call, sql => "INSERT INTO jobs.message (conversation_id, job_id, body) VALUES ($conversation, $job, 'x'), ($conversation, $job, 'y')",
			rule => sub { my ($who) = @_; $model->insert_message($who, $conversation_id, $_, $job_id) foreach qw(x y); 2 } };
	}
	return { %call,
		sql => one_of("INSERT INTO jobs.message (conversation_id, job_id, body) VALUES ($conversation, $job, @{[quote($text)]})",
			"INSERT INTO jobs.message (id, conversation_id, job_id, author, sent_at, body)
			VALUES (NULL, $conversation, $job, NULL, NULL, @{[quote($text)]}) RETURNING id"),
		rule => sub { $model->insert_message($_[0], $conversation_id, $text, $job_id) } };
}

sub insert_assignment
{
	my ($model, $who) = @_;
	my ($id, $member) = (in_status($model, $who, @live, 'completed'), member_ids($model, $who));
	my $skips = chance(0.5);
	my %call = (table => 'assignment', verb => 'INSERT');

	return { %call, bad => '22004', sql => 'INSERT INTO jobs.assignment (job_id, member_id) VALUES '
		  . one_of("($id, NULL)", "(NULL, $member)") }
	  if chance(0.03);
	if (chance(0.05))
	{
		return { %call, sql => "INSERT INTO jobs.assignment (job_id, member_id, assigned_by) VALUES ($id, $member, 'member:1')",
			rule => sub { $model->insert_assignment($_[0], $id, $member, 1); Fuzz::Model::refuse('42501') } };
	}
	return { %call, sql => one_of("INSERT INTO jobs.assignment (job_id, member_id) VALUES ($id, $member)",
			"INSERT INTO jobs.assignment (organization_id, job_id, member_id, assigned_by) VALUES (NULL, $id, $member, NULL)")
		  . ($skips ? ' ON CONFLICT DO NOTHING' : ''),
		rule => sub { $model->insert_assignment($_[0], $id, $member, $skips) } };
}

sub delete_assignment
{
	my ($model, $who) = @_;
	my ($id, $member) = (assigned_job($model, $who), member_ids($model, $who));
	my $all = chance(0.3);

	return { table => 'assignment', verb => 'DELETE',
		sql => "DELETE FROM jobs.assignment WHERE job_id = $id" . ($all ? '' : " AND member_id = $member"),
		rule => sub {
			my $job = $model->find(job => $id);

			return $model->delete_assignments($_[0], $id, $all ? ($job ? sort keys %{ $job->{assigned} } : ()) : $member);
		} };
}

sub insert_proposal
{
	my ($model, $who) = @_;
	my ($id, $service, $text) = (id_of($model, $who, 'conversation'), service_id($model), text());
	my %call = (table => 'proposal', verb => 'INSERT');
	my $into = 'INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price';

	return { %call, bad => '22004', sql => one_of("$into) VALUES ($id, $service, 'x', 'y', NULL)", "$into) VALUES (NULL, $service, 'x', 'y', 1)") }
	  if chance(0.03);
	return { %call, bad => '22023', sql => one_of("$into) VALUES ($id, $service, '', 'y', 1)", "$into, currency) VALUES ($id, $service, 'x', 'y', 1, 'eur')") }
	  if chance(0.03);
	if (chance(0.05))
	{
		my ($column, $value, $state) = @{ one_of([ status => "'accepted'", '42501' ], [ store_id => '1', '42501' ],
				[ sent_by => "'merchant:1'", '42501' ]) };

		# what may not be written is seen before what is hidden
		return { %call, sql => "$into, $column) VALUES ($id, $service, 'x', 'y', 1, $value)",
			rule => sub { $model->somebody($_[0]); Fuzz::Model::refuse($state) } };
	}
	my $key = client_key();
	my $skips = chance(0.5);

	return { %call, sql => "$into, client_key) VALUES ($id, $service, @{[quote($text)]}, 'All of it', 10, @{[quote($key)]})"
		  . ($skips ? ' ON CONFLICT DO NOTHING' : ''),
		rule => sub { $model->insert_proposal($_[0], $id, $service, $text, $key, $skips) } };
}

sub update_proposal
{
	my ($model, $who) = @_;
	my $id = id_of($model, $who, 'proposal', status_fits('sent'));
	my $status = one_of('accepted', 'accepted', 'accepted', 'declined', 'withdrawn', 'sent', 'lost', undef);
	my $store = ($status // '') eq 'accepted' && chance(0.6) ? store_id($model, $who) : undef;

	return { table => 'proposal', verb => 'UPDATE',
		sql => "UPDATE jobs.proposal SET status = @{[quote($status)]}" . (defined $store ? ", store_id = $store" : '') . " WHERE id = $id",
		rule => sub {
			my $proposal = $model->find(proposal => $id);

			$model->update_proposal($_[0], $id, $status, $store // ($proposal && $proposal->{store}));
		} };
}

sub insert_conversation
{
	my ($model, $who) = @_;
	my ($id, $skips) = (organization_id($model), chance(0.5));

	return { table => 'conversation', verb => 'INSERT',
		sql => "INSERT INTO jobs.conversation (organization_id) VALUES ($id)" . ($skips ? ' ON CONFLICT DO NOTHING' : ''),
		rule => sub { $model->insert_conversation($_[0], $id, $skips) } };
}

sub insert_job
{
	my ($model, $who) = @_;
	my %arg = (organization => organization_id($model), service => service_id($model),
		store => chance(0.5) ? store_id($model, $who) : undef,
		merchant => chance($who && $who->{kind} eq 'system' ? 0.9 : 0.2) ? one_of(sort { $a <=> $b } keys %{ $model->{merchant} }) : undef);
	my %call = (table => 'job', verb => 'INSERT');
	my $into = 'INSERT INTO jobs.job (organization_id, service_id, store_id, merchant_id, title, description';
	my $values = join ', ', map { $_ // 'NULL' } @arg{qw(organization service store merchant)};

	return { %call, bad => '22004', sql => "$into) VALUES ($values, NULL, 'y')" } if chance(0.02);
	return { %call, bad => '22023', sql => "$into) VALUES ($values, '$long', 'y')" } if chance(0.02);
	if (chance(0.08))
	{
		my ($column, $value) = @{ one_of([ status => "'opened'" ], [ respond_by => 'now()' ], [ proposal_id => '1' ],
				[ origin => "'proposal'" ], [ confirmed_at => 'now()' ], [ due_at => 'now()' ], [ request_id => '1024' ]) };

		return { %call, sql => "$into, $column) VALUES ($values, 'x', 'y', $value)",
			rule => sub { $model->somebody($_[0]); Fuzz::Model::refuse('42501') } };
	}
	$arg{key} = client_key();
	return { %call, sql => one_of("$into, client_key) VALUES ($values, 'x', 'y', @{[quote($arg{key})]})",
			"$into, client_key, id, status, origin, created_at)
			VALUES ($values, 'x', 'y', @{[quote($arg{key})]}, NULL, NULL, NULL, NULL) RETURNING id"),
		rule => sub { $model->insert_job($_[0], %arg) } };
}

sub set_blocked
{
	my ($model, $who) = @_;
	my $blocked = chance(0.25) ? 1 : 0;
	my $id = id_of($model, $who, 'conversation', sub { $_[0]{is_blocked} != $blocked });

	return { table => 'conversation', verb => 'UPDATE',
		sql => "UPDATE jobs.conversation SET is_blocked = @{[$blocked ? 'true' : 'false']} WHERE id = $id",
		rule => sub { $model->update_blocked($_[0], $id, $blocked) } };
}

# What no role may do, and what some may who watch, mail or operate.
my @never = (
	q{SET jobs.actor = 'member:%M'},
	q{SELECT set_config('jobs.actor', 'merchant:%N', false)},
	q{SELECT set_config('jobs.response_window', '1', true)},
	'DELETE FROM jobs.job',
	'DELETE FROM jobs.message',
	'DELETE FROM jobs.organization',
	q{UPDATE jobs.message SET body = 'x'},
	'UPDATE jobs.assignment SET member_id = %M',
	q{UPDATE jobs.event SET action = 'open'},
	'UPDATE jobs.review SET quality = 5',
	q{UPDATE jobs.decline SET reason = 'other'},
	q{UPDATE jobs.email SET sent_at = now()},
	q{UPDATE jobs.role_binding SET actor = 'member:%M'},
	'UPDATE jobs.node SET first_slot = 1',
	q{INSERT INTO jobs.decline (job_id) VALUES (1)},
	q{INSERT INTO jobs.event (job_id, action) VALUES (1, 'open')},
	'INSERT INTO jobs.email DEFAULT VALUES',
	'INSERT INTO jobs.review DEFAULT VALUES',
	'INSERT INTO jobs.ranking_stat DEFAULT VALUES',
	'TRUNCATE jobs.assignment',
	'ALTER TABLE jobs.job DISABLE TRIGGER ALL',
	'ALTER TABLE jobs.job DISABLE ROW LEVEL SECURITY',
	'CREATE TABLE jobs.planted ()',
	'CREATE FUNCTION jobs.open_job(integer) RETURNS text LANGUAGE sql RETURN 1',
	'DROP TABLE jobs.message',
	'SELECT jobs.install()',
	'SELECT jobs.uninstall(true)',
	q{SELECT jobs.grant_access(current_user, 'operator')},
	q{SELECT jobs.bind_role(current_user, 'member:%M')},
	'SELECT jobs.unbind_role(current_user)',
	'SET session_replication_role = replica',
	'SET SESSION AUTHORIZATION fuzz_owner',
	'SET ROLE fuzz_owner',
	'ALTER ROLE CURRENT_USER SUPERUSER',
);
my @sometimes = (
	[ 'SELECT count(*) >= 0 FROM jobs.email', 'mailer operator' ],
	[ 'SELECT count(*) >= 0 FROM jobs.node', 'operator' ],
	[ 'SELECT count(*) >= 0 FROM jobs.role_binding', 'operator' ],
	[ 'SELECT count(*) = 1 FROM jobs.health', 'monitor operator' ],
	[ 'SELECT count(*) >= 0 FROM jobs.email_template', 'mailer operator' ],
	[ 'SELECT count(*) >= 0 FROM jobs.claim_emails(3)', 'mailer operator' ],
	[ 'SELECT jobs.purge_emails(interval \'1 year\') = 0', 'operator' ],
	[ 'SELECT jobs.purge_jobs(interval \'1 year\') = 0', 'operator' ],
	[ 'SELECT jobs.purge_events(interval \'1 year\') = 0', 'operator' ],
	[ 'SELECT jobs.cancel_emails(\'-infinity\') = 0', 'operator' ],
	[ 'SELECT jobs.version() IS NOT NULL', 'app bound mailer monitor operator' ],
);

sub forbidden
{
	my ($model) = @_;

	if (chance(0.3))
	{
		my ($sql, $accesses) = @{ one_of(@sometimes) };

		return { sql => $sql, accesses => $accesses, rule => sub { 't' } };
	}
	return { sql => 'COPY jobs.message (job_id, body) FROM STDIN', accesses => 'app bound operator',
		rule => sub { Fuzz::Model::refuse('0A000') } }
	  if chance(0.05);
	my $sql = one_of(@never);
	$sql =~ s/%M/one_of(sort keys %{ $model->{member} })/e;
	$sql =~ s/%N/one_of(sort keys %{ $model->{merchant} })/e;
	return { sql => $sql, accesses => '' };
}

1;
