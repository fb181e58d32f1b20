# The pages of examples/web, as people use them in a browser: the story of a request and of two
# proposals from their beginning to the reviews, a decline, and what is refused; in both languages,
# and live. What a browser doesn't show, such as the HTTP status, is asked for without one.
#
# WEB_PICTURE=FILE draws the Jobs page at the end.

use strict;
use warnings;
use utf8;

use FindBin;
use lib $FindBin::Bin;

use Browser;
use Encode;
use File::Copy;
use HTTP::Tiny;
use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'python3-flask or python3-psycopg2 is missing' if !run_log([ '/usr/bin/python3', '-c', 'import flask, psycopg2' ]);
plan skip_all => 'there is no ' . Browser::missing() if Browser::missing();

my $folder = PostgreSQL::Test::Utils::tempdir();
my $node = start_server('web', "shared_preload_libraries = 'jobs'");
install($node, 'market', 'jobs_owner');

# Who is there. All else comes from the pages.
$node->safe_psql('market', q{
	CREATE ROLE app LOGIN;
	CREATE ROLE ops LOGIN;
	SELECT jobs.grant_access('app', 'app'), jobs.grant_access('ops', 'operator');
	SELECT jobs.create_service(name) FROM unnest(ARRAY['Store design', 'Migration', 'Search ranking']) AS name;
	SELECT jobs.create_organization('Northlight', 'hello@northlight.example', 'Stores that sell');
	SELECT jobs.add_member(1025, 'Ada', 'ada@northlight.example'), jobs.add_member(1025, 'Ben', 'ben@northlight.example');
	SELECT jobs.provide_service(1025, id, 200, 5000, 'EUR') FROM jobs.service;
	SELECT jobs.create_organization('Southpaw', 'office@southpaw.example', 'Shops and searches', 'de');
	SELECT jobs.add_member(2050, 'Cleo', 'cleo@southpaw.example');
	SELECT jobs.provide_service(2050, 3072, 100, 800, 'EUR');
	SELECT jobs.create_merchant('Mia', 'mia@teahouse.example'), jobs.create_merchant('Otto', 'otto@wheelhouse.example');
	SELECT jobs.add_store(1024, 'Teahouse'), jobs.add_store(2048, 'Wheelhouse');
});
my ($ada, $ben, $cleo, $mia, $otto) = qw(member:1025 member:2049 member:3074 merchant:1024 merchant:2048);

sub sql
{
	my ($sql) = @_;

	return $node->safe_psql('market', $sql);
}

# The job of that title.
sub job
{
	my ($title) = @_;

	return sql("SELECT id FROM jobs.job WHERE title = '$title'");
}

my $log = '';
my $server;
{
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'market', PYTHONDONTWRITEBYTECODE => 1);

	$server = IPC::Run::start([ "$FindBin::Bin/../../examples/web/app.py" ], '<', \undef, '>&', \$log,
		IPC::Run::timeout(2 * $PostgreSQL::Test::Utils::timeout_default));
}
$server->pump until $log =~ m{^(http://127\.0\.0\.1:\d+)/$}m or !$server->pumpable;
my ($site) = $log =~ m{^(http://127\.0\.0\.1:\d+)/$}m or die "it doesn't serve: $log";
END {
	my $status = $?;

	$server->kill_kill if $server;
	# of which the browser sees no more than that there was one
	diag($1) if $log =~ /^(Traceback.*)/ms;
	$? = $status;
}

# Asks without a browser, as somebody. Returns the HTTP status, and what the page says.
my $http = HTTP::Tiny->new(max_redirect => 0, proxy => undef, http_proxy => undef, timeout => 60);
sub answer
{
	my ($actor, $path, $form) = @_;
	my %options = (headers => $actor ? { Cookie => "actor=$actor" } : {});
	my $answer = $form ? $http->post_form("$site$path", { here => '/jobs', %$form }, \%options) : $http->get("$site$path", \%options);

	return ($answer->{status}, decode_utf8($answer->{content}) =~ s/\s+/ /gr);
}

sub answers
{
	my ($actor, $path, $form, $status, $words, $name) = @_;
	my ($got, $content) = answer($actor, $path, $form);

	is($got, $status, "$name: $status");
	like($content, $words, "$name: says so");
	return;
}

my $browser = Browser->start($folder);
END {
	my $status = $?;

	$browser->stop if $browser;
	$? = $status;
}

# Goes to a page, by what leads there from the Jobs page. Who one is a cookie says, which is set here,
# since that is faster than to choose on a page.
my %actor = (Ada => $ada, Ben => $ben, Mia => $mia, Otto => $otto, Operator => 'operator');
sub go
{
	my ($name, @labels) = @_;

	$browser->be($actor{$name});
	$browser->visit("$site/jobs");
	$browser->press($_) foreach @labels;
	return;
}

sub sees
{
	my ($pattern, $name) = @_;

	ok($browser->sees($pattern), $name);
	return;
}

sub sees_no
{
	my ($pattern, $name) = @_;

	unlike($browser->text, $pattern, $name);
	return;
}

# A merchant finds an organization and asks it for a job.
$browser->visit("$site/");
$browser->press($_) foreach 'Mia', 'Find';
$browser->type('words', 'selling stores');
$browser->press('Find', '//main');
$browser->press('Northlight');
my $asking = '//form[.//textarea[@name="description"]]';
$browser->type('title', 'A shop window', $asking);
$browser->type('description', '<b>Seasonal</b> front page.', $asking);
$browser->type('budget', '1250', $asking);
$browser->choose('service_id', 'Store design', $asking);
$browser->press('Ask for a job', $asking);
sees(qr/A shop window New\b/, 'a merchant asks for a job');
sees(qr/Mia, Teahouse.*Budget\s+1,250 EUR/s, '... for its store, with a budget');
sees(qr/<b>Seasonal<\/b> front page\./, '... and what is written is shown as it is');

# Its members open it, assign somebody, answer.
go('Ada', 'A shop window');
sees(qr/Time left\s+2 d 23 h/, 'the organization sees how long it may wait');
$browser->press('Open');
sees(qr/A shop window Opened/, 'a member opens it');
$browser->press('Assign …');
$browser->press('Ben', '//details[@open]');
$browser->press('Assign');
sees(qr/Assigned\s+Ben/, 'and assigns a colleague');
sees(qr/Ada assigned Ben/, '... which the timeline tells');
$browser->type('body', "Gladly.\nWe start on Monday.");
$browser->press('Send');
sees(qr/A shop window Responded/, 'and answers');
is(sql('SELECT body FROM jobs.message ORDER BY id DESC LIMIT 1'), "Gladly.\nWe start on Monday.", '... with the lines as they were typed');
go('Mia', 'A shop window');
sees(qr/We start on Monday\./, 'the merchant reads it');
sees_no(qr/Ben/, '... and not who is assigned');
$browser->type('body', 'Green, please.');
$browser->press('Send');
sees(qr/A shop window Awaiting response/, '... and writes back');

# Pages are live: what others do is seen without a click, and what is being typed stays.
go('Ada');
sees(qr/A shop window/, 'the Jobs page');
$browser->script('window.marked = true');
sql(qq{SELECT jobs.request_job(1024, 'Wheels for winter', 'A landing page.', 1025, 2048, 640, 'EUR', actor => '$otto')});
sees(qr/Wheels for winter\s+Store design · 640 EUR\s+Otto\s+Wheelhouse\s+New/, 'a new job appears by itself');
ok($browser->script('return window.marked'), '... on the same page');
$browser->press('A shop window');
$browser->with_element('//textarea[@name="body"]', 'click');
sql(sprintf q{SELECT jobs.reply_to_job(%d, 'The green of tea.', actor => '%s')}, job('A shop window'), $mia);
sees(qr/The green of tea\./, 'so does a message');
is($browser->script('return document.activeElement.name'), 'body', '... and the cursor stays where it was');
$browser->type('body', 'Which gr');
sql(sprintf q{SELECT jobs.reply_to_job(%d, 'Not too dark.', actor => '%s')}, job('A shop window'), $mia);
sees(qr/Not too dark\./, 'another message');
is($browser->script('return document.querySelector("textarea").value'), 'Which gr', '... and what is half written stays');

# Two proposals: one for a store, one for a store that is yet to come.
sub propose
{
	my ($title, $price) = @_;

	$browser->press('Send a proposal …');
	$browser->choose('service_id', 'Store design');
	$browser->type('title', $title);
	$browser->type('work', 'All of it.');
	$browser->type('price', $price);
	$browser->press('Send a proposal');
	return;
}
sub proposal
{
	my ($title) = @_;

	return "//div[\@class='proposal'][contains(h3, '$title')]";
}
go('Ada', 'Conversations', 'Mia');
propose('A calmer storefront', '900');
sees(qr/A calmer storefront Sent/, 'a member proposes');
propose('A second store', '1400.50');
sees(qr/A second store Sent.*1,400\.50 EUR/s, '... twice');
$browser->choose('job_id', 'no job');
$browser->script('document.activeElement.blur()');
sql(qq{SELECT jobs.send_message(1025, 'Two at once!', 0, actor => '$mia')});
sees(qr/Two at once!/, 'the merchant writes meanwhile');
is($browser->script('return document.querySelector("[name=job_id]").value'), '0', '... and what was chosen stays');
go('Mia', 'Conversations', 'Northlight');
$browser->press('Accept …', proposal('calmer'));
$browser->choose('store_id', 'Teahouse', proposal('calmer'));
$browser->press('Accept', proposal('calmer'));
sees(qr/Job: A calmer storefront New/, 'the merchant accepts one for a store, and there is a job');
$browser->press('Accept …', proposal('second'));
$browser->choose('store_id', 'New store', proposal('second'));
$browser->press('Accept', proposal('second'));
sees(qr/for a new store, without a job/, 'and one for a new store');
sees_no(qr/Job: A second store/, '... of which comes no job');

# The end of both: completed, confirmed, reviewed.
go('Ada', 'A calmer storefront');
$browser->press('Complete …');
$browser->type('message', 'Have a look.');
$browser->press('Complete');
sees(qr/A calmer storefront Completed.*Have a look\./s, 'the member completes the job');
go('Mia', 'A calmer storefront');
$browser->press('Reject completion …');
$browser->type('comment', 'The basket is still red.');
$browser->press('Reject completion');
sees(qr/A calmer storefront Awaiting response/, 'the merchant rejects that');
go('Ada', 'A calmer storefront');
$browser->press('Complete …');
$browser->press('Complete');
sees(qr/A calmer storefront Completed/, 'it is completed again');
go('Mia', 'A calmer storefront', 'Confirm completion', 'Review …');
$browser->choose('quality', '★★★★');
$browser->type('comment', 'Calm, and green in the end.');
$browser->press('Review');
sees(qr/Communication ★★★★★ Quality ★★★★☆\s+Calm, and green in the end\./, 'the merchant confirms, and reviews');
go('Ada', 'A calmer storefront', 'Reply to the review …');
$browser->type('body', 'Gladly again!', '//details[@open]');
$browser->press('Reply to the review');
sees(qr/green in the end\.\s+Gladly again!/, 'the member replies');
go('Ada', 'Conversations', 'Mia');
$browser->press('Ask for a review', proposal('second'));
sees(qr/A second store Accepted/, 'a review can be asked for without a job');
go('Mia', 'Conversations', 'Northlight');
$browser->press('Review …', proposal('second'));
$browser->press('Review', proposal('second'));
sees(qr/A second store Accepted.*Quality ★★★★★/s, '... and written');

# Declined with a reason; then the page is old, and the database says so.
go('Ben', 'Wheels for winter', 'Decline …');
$browser->choose('reason', 'Vacation');
$browser->type('comment', 'Back in spring.');
$browser->press('Decline');
sees(qr/Wheels for winter Declined/, 'a member declines');
go('Otto', 'Wheels for winter');
sees(qr/Reason\s+Vacation\. Back in spring\./, '... and the merchant learns why');
go('Ada', 'A shop window', 'Decline …');
sql(sprintf q{SELECT jobs.decline_job(%d, 'changed_plans', actor => '%s')}, job('A shop window'), $mia);
sees(qr/Mia declined the job/, 'somebody else is faster');
$browser->press('Decline');
sees(qr/That didn't work\s+job \d+ cannot be declined\s+.*declined.*PT409 · Rule: job_status/s, 'what has become impossible is refused, as the database words it');
$browser->press('Back');
sees(qr/A shop window Declined/, '... and there is a way back');

# In German.
$browser->press('Deutsch');
sees(qr/A shop window Abgelehnt.*Grund\s+Pläne geändert.*Nachrichten und Verlauf.*Mia hat den Auftrag abgelehnt/s, 'in German: a job');
$browser->press('Aufträge');
sees(qr/A calmer storefront\s+Store design · 900 EUR\s+Mia\s+Teahouse\s+Abgeschlossen/, 'in German: the Jobs page');
$browser->press('Abgelaufen');
sees(qr/Es gibt keine solchen Aufträge\./, 'in German: a filter');
$browser->press('English');
sees(qr/There are no such jobs\./, 'and in English again');

# The best are asked, and when they decline, the next best.
go('Mia', 'Find');
$browser->choose('service', 'Search ranking');
$browser->press('Find', '//main');
sees(qr/The best for this service.*Northlight.*Southpaw/s, 'a merchant sees who is best');
$browser->press('Ask for a job …');
$browser->type('title', 'Found by tea lovers');
$browser->type('description', 'First page, please.');
$browser->type('max_matches', '1');
$browser->press('Ask for a job');
sees(qr/Found by tea lovers New/, '... and asks');
my ($asked, $other) = split /\|/, sql(q{SELECT organization_id, 1025 + 2050 - organization_id FROM jobs.job WHERE title = 'Found by tea lovers'});
sql(sprintf q{SELECT jobs.decline_job(%d, actor => 'member:' || (SELECT min(id) FROM jobs.member WHERE organization_id = %d))},
	job('Found by tea lovers'), $asked);
$browser->press('Ask the next best');
is($node->poll_query_until('market', qq{SELECT EXISTS (SELECT FROM jobs.job WHERE title = 'Found by tea lovers' AND organization_id = $other)}), 1,
	'... and then the next best');

# A merchant ends a conversation. An operator opens it again.
go('Mia', 'Conversations', 'Southpaw', 'Block conversation');
sees(qr/This conversation is blocked\./, 'a merchant blocks a conversation');
go('Operator', 'Conversations', 'Southpaw, Mia', 'Unblock conversation');
ok($node->poll_query_until('market', 'SELECT NOT bool_or(is_blocked) FROM jobs.conversation'), 'an operator opens it again');

# The operator's pages.
$browser->press('Health');
sees(qr/Something needs care\..*schedule_problem\s+Nothing has called the sweep/s, 'the operator sees that no sweep runs');
$browser->press('Templates');
sees(qr/assigned\s+en/, 'the texts of e-mails');
$browser->visit("$site/template/message/en");
$browser->type('subject', 'Tea: {author_name} wrote');
$browser->press('Save');
sees(qr/Tea: \{author_name\} wrote changed/, '... can be changed');
$browser->visit("$site/template/message/en");
$browser->type('subject', 'Tea: {nobody}');
$browser->press('Save');
sees(qr/That didn't work.*\{nobody\}.*22023/s, '... but not to anything');
my $letter = sql(q{SELECT email_id FROM jobs.claim_emails(1)});
sql(qq{SELECT jobs.fail_email(id, claim_token, 'no such user', true) FROM jobs.email WHERE id = $letter});
go('Operator', 'Mail', 'Given up');
sees(qr/no such user/, 'mail that was given up');
$browser->press('Send again');
sees(qr/There is no such e-mail\./, '... can be sent again');
is(sql("SELECT dead_at IS NULL AND next_attempt_at IS NOT NULL FROM jobs.email WHERE id = $letter"), 't', '... and is due');

# What is refused has the status that its code stands for, and the same words for hidden as for missing.
my $shop = job('A shop window');
my $cards = sql(qq{SELECT job_id FROM jobs.request_job(1024, 'Gift cards', 'Three designs.', 1025, 1024, 300, 'EUR', actor => '$mia')});
is((answer('', '/jobs'))[0], 302, 'nobody has to choose');
answers($ada, '/job/1025000', undef, 404, qr/job 1025000 does not exist/, 'a missing job');
answers($cleo, "/job/$shop", undef, 404, qr/job $shop does not exist/, 'a hidden job');
answers('member:4097', '/jobs', undef, 404, qr/PT404 · Rule: actor_missing/, 'somebody who is not there');
answers('system', '/jobs', undef, 403, qr/42501/, 'the system, for an application');
answers('anybody', '/jobs', undef, 400, qr/22023/, 'a name that is none');
answers($mia, "/job/$cards/complete", { message => '' }, 403, qr/42501 · Rule: actor_kind/, 'the other side\'s action');
answers($mia, "/job/$shop/decline", { reason => 'Too Busy' }, 400, qr/22023/, 'a bad reason');
answers($mia, '/health', undef, 403, qr/42501/, 'the operator\'s page');
answers($ada, "/job/$shop/message", { body => 'Hello?' }, 409, qr/PT409 · Rule: job_status/, 'a message to a declined job');
answers($ada, '/job/1/explode', {}, 404, qr/There is no such page/, 'an action that is none');
sql(qq{SET jobs.response_window = '1ms'; SELECT jobs.request_job(1024, 'A quick fix', 'The logo is upside down.', 1025, 2048, actor => '$otto')});
answers($ada, '/job/' . job('A quick fix') . '/message', { body => 'So sorry!' }, 410, qr/PT410 · Rule: job_expired/, 'an overdue job');
answers($ada, '/jobs?status=expired', undef, 200, qr/A quick fix/, 'the filter');
answers($ada, "/job/9999999999999999999", undef, 404, qr/There is no such page/, 'a number too large');
is((answer($ada, "/job/$cards/message", { body => "a\0b" }))[0], 400, 'what is no text: 400');
sql(qq{SELECT jobs.request_job(3072, 'Number ' || n || '.', 'All of it.', 2050, actor => '$otto') FROM generate_series(1, 25) n});
my ($first) = (answer($cleo, '/jobs'))[1];
my ($older) = $first =~ /href="([^"]*before=\d+)"/;
is(join(' ', map { /Number (\d+)\./g } $first, (answer($cleo, $older))[1]), join(' ', reverse 1 .. 25), 'jobs, page by page');
my $again = { body => 'Twice?', client_key => '3f1d5b52-9a57-4c53-8f40-0d1f6c1f8a11' };
is((answer($mia, "/job/$cards/message", $again))[0], 303, 'a form is sent') foreach 1, 2;
is(sql(q{SELECT count(*) FROM jobs.message WHERE body = 'Twice?'}), 1, '... twice, and does its work once');
my $elsewhere = $http->post_form("$site/speak", { language => 'en', here => '//elsewhere.example/' });
is($elsewhere->{headers}{location}, '/', 'a form leads back to this site alone');
is($elsewhere->{headers}{'content-security-policy'}, "default-src 'self'; frame-ancestors 'none'", '... and nothing comes from elsewhere');

# The Jobs page with some more on it.
sql(qq{
	SELECT jobs.request_job(3072, 'Found by cyclists', 'Tyres and tubes.', 1025, 2048, 700, 'EUR', actor => '$otto');
	SELECT jobs.request_job(2048, 'Moving the workshop', 'With all orders.', 1025, 2048, 2400, 'EUR', actor => '$otto');
	SELECT jobs.request_job(1024, 'A tea calendar', 'A page for each day.', 1025, 1024, 480, 'EUR', actor => '$mia');
});
sql(join('', map { sprintf($_->[0], job($_->[1]), @$_[ 2 .. $#$_ ]) . ';' } (
	[ q{SELECT jobs.open_job(%d, actor => '%s')}, 'Moving the workshop', $ben ],
	[ q{SELECT jobs.assign_self(%d, actor => '%s')}, 'Moving the workshop', $ben ],
	[ q{SELECT jobs.assign_members(%d, '{1025,2049}', actor => '%s')}, 'A tea calendar', $ada ],
	[ q{SELECT jobs.reply_to_job(%d, 'With pleasure.', actor => '%s')}, 'A tea calendar', $ada ],
	[ q{SELECT jobs.reply_to_job(%d, 'Sencha first.', actor => '%s')}, 'A tea calendar', $mia ],
	[ q{SELECT jobs.assign_self(%d, actor => '%s')}, 'Gift cards', $ben ],
	[ q{SELECT jobs.reply_to_job(%d, 'Which paper?', actor => '%s')}, 'Gift cards', $ben ],
	[ q{SELECT jobs.mark_inactive(%d, actor => '%s')}, 'Gift cards', $ben ])));
go('Ada');
sees(qr/A tea calendar.*Moving the workshop.*Gift cards/s, 'the newest jobs come first');
open(my $picture, '>:raw', "$folder/jobs.png") or die $!;
print $picture $browser->picture;
close($picture);
copy("$folder/jobs.png", $ENV{WEB_PICTURE}) or die "$ENV{WEB_PICTURE}: $!" if $ENV{WEB_PICTURE};

# It goes on when the database does.
$node->stop;
answers($ada, '/jobs', undef, 503, qr/That didn&#39;t work/, 'without the database');
$node->start;
is((answer($ada, '/jobs'))[0], 200, 'and with it again');
$browser->visit("$site/jobs");
sql(qq{SELECT jobs.request_job(1024, 'After the pause', 'All of it.', 1025, actor => '$mia')});
sees(qr/After the pause/, '... live, too');

done_testing();
