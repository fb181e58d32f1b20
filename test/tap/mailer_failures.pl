# What jobs-mailer does when an e-mail is refused, and when a server makes trouble: nothing
# is lost, nothing is given up that could still arrive, and attempts are not used up in vain.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Mailer;
use Marketplace;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('mailer_failures');
my $smtp = start_smtp();
install($node, 'market', 'jobs_owner');
make_outbox($node, 'market');

sub outcome
{
	my ($name, $expected) = @_;

	is(outbox($node, 'market'), join("\n", @$expected), "$name: the outbox") or diag(logs_of_all());
	$node->safe_psql('market', q{SELECT jobs.cancel_emails('infinity'); DELETE FROM jobs.email});
	order($smtp);
	return;
}

sub last_error
{
	my ($recipient) = @_;

	return $node->safe_psql('market', "SELECT last_error FROM jobs.email WHERE recipient = '$recipient'");
}

# What hangs is waited for, but not for long; what doesn't may take its time.
sub patience
{
	my ($orders) = @_;

	return grep({ grep { $_ eq 'hang' } values %$_ } grep { ref } values %$orders) ? '--timeout=4' : ();
}

sub waits_for_outbox
{
	my ($what, $condition) = @_;

	wait_for($what, sub { $node->safe_psql('market', "SELECT bool_and($condition) FROM jobs.email") eq 't' });
	return;
}

# A lease that ends while a server makes trouble, which takes some time: looked at below.
my $slow_smtp = start_smtp();
$node->safe_psql('postgres', 'CREATE DATABASE slow');
$node->safe_psql('slow', q{CREATE EXTENSION jobs; SELECT jobs.install(owner => 'jobs_owner')});
make_outbox($node, 'slow');
order($slow_smtp, rcpt => { '*' => 'drop' });
add_email($node, 'slow', map { "a$_\@ann.example" } 1 .. 20);
my $slow_mailer = start_mailer($node, 'slow', $slow_smtp, '--tls=off', '--timeout=60', '--lease=90');

# A database that refuses an answer, of which a mailer that is to end has to tire, too.
$node->safe_psql('postgres', 'CREATE DATABASE refusing');
$node->safe_psql('refusing', q{CREATE EXTENSION jobs; SELECT jobs.install(owner => 'jobs_owner')});
make_outbox($node, 'refusing');
add_email($node, 'refusing', 'a@ann.example');
$node->safe_psql('refusing', 'SET ROLE jobs_owner; REVOKE EXECUTE ON FUNCTION jobs.ack_emails FROM mailer');
my $refused_mailer = start_mailer($node, 'refusing', $smtp, '--tls=off');
wait_for('an answer is refused', sub { log_of($refused_mailer) =~ /refuses: permission denied for function ack_emails/ });
$refused_mailer->{process}->signal('TERM');

# Answers about one e-mail are about no other.
add_email($node, 'market', map { "$_\@ann.example" } qw(a never b later c content d slow e));
order($smtp,
	rcpt => { 'never@ann.example' => '550 5.1.1 <never@ann.example>: no such user', 'later@ann.example' => '450 4.2.0 greylisted' },
	data => { 'content@ann.example' => '554 5.6.0 spam', 'slow@ann.example' => "452 disk full" });
my ($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
is($status, 0, 'refused e-mails were tried');
is(last_error('never@ann.example'), '550 5.1.1 <never@ann.example>: no such user', "the table has the server's words");
is(last_error('slow@ann.example'), '452 disk full', '... also those about the content');
like($log, qr/e-mail \d+ to ann\.example is given up: 550 5\.1\.1 <\.\.\.\@ann\.example>: no such user$/m, 'the log has them without the address');
like($log, qr/e-mail \d+ to ann\.example is due again at \d{4}-\S+ \S+: 450 4\.2\.0 greylisted$/m, '... and says when it is tried again');
like($log, qr/sent 5, deferred 2, dead 2 in/, '... and counts');
outcome('refusals', [ 'a@ann.example|1|sent', 'never@ann.example|1|dead', 'b@ann.example|1|sent', 'later@ann.example|1|due',
	'c@ann.example|1|sent', 'content@ann.example|1|dead', 'd@ann.example|1|sent', 'slow@ann.example|1|due', 'e@ann.example|1|sent' ]);

# What is said in several lines, and not in ASCII.
add_email($node, 'market', 'a@ann.example');
order($smtp, rcpt => { '*' => "550-5.1.1 no such user:\r\n550 5.1.1 n\xc3\xa9ant" });
mailer($node, 'market', $smtp, '--tls=off');
is(last_error('a@ann.example'), '550-5.1.1 no such user: 5.1.1 n????ant', 'an answer of two lines');
outcome('an answer of two lines', ['a@ann.example|1|dead']);

# Trouble with the server is no e-mail's fault.
foreach (
	[ 'the sender is refused', { mail => { '*' => '550 5.7.1 not you' } }, qr/trouble: 550 5\.7\.1 not you/ ],
	[ 'the sender is refused for now', { mail => { '*' => '451 4.7.1 not now' } }, qr/trouble: 451 4\.7\.1 not now/ ],
	[ 'the server wants more', { mail => { '*' => '530 5.7.0 log in' } }, qr/trouble: 530 5\.7\.0 log in/ ],
	[ 'the server closes down', { ehlo => '421 4.3.2 closing' }, qr/trouble: 421 4\.3\.2 closing/ ],
	[ 'the server hangs', { mail => { '*' => 'hang' } }, qr/trouble: .*time(?:d )?out.*, when told the sender/ ],
	[ 'the server hangs up', { mail => { '*' => 'drop' } }, qr/trouble: .*, when told the sender/ ])
{
	my ($name, $orders, $complaint) = @$_;

	add_email($node, 'market', 'a@ann.example', 'b@ann.example');
	order($smtp, %$orders);
	($status, $log) = mailer($node, 'market', $smtp, '--tls=off', patience($orders));
	is($status, 1, "$name: exits with 1");
	like($log, $complaint, "$name: says so");
	outcome($name, [ 'a@ann.example|0|due', 'b@ann.example|0|due' ]);
}

# Trouble with an e-mail in hand: that one comes back, the others are sent.
foreach (
	[ 'told to log in', { rcpt => { 'a@ann.example' => '530 log in' } }, qr/^530 log in$/ ],
	[ 'told to log in, about a recipient', { rcpt => { 'a@ann.example' => '530 5.1.1 log in' } }, qr/^530 5\.1\.1 log in$/ ],
	[ '421 to the recipient', { rcpt => { 'a@ann.example' => '421 closing' } }, qr/^421 closing$/ ],
	[ '421 to DATA', { begin => { 'a@ann.example' => '421 closing' } }, qr/^421 closing$/ ],
	[ '421 to the content', { data => { 'a@ann.example' => '421 closing' } }, qr/^421 closing$/ ],
	[ 'a hang', { rcpt => { 'a@ann.example' => 'hang' } }, qr/time(?:d )?out.*, when told the recipient/ ],
	[ 'a hang after the content', { data => { 'a@ann.example' => 'hang' } }, qr/time(?:d )?out.*, after the e-mail was sent, which may have arrived/ ],
	[ 'a sender refused together with it', { smtputf8 => { '*' => '550 no' } }, qr/^550 no$/, "\xc3\xa4\@ann.example" ],
	[ 'a lost connection', { data => { 'a@ann.example' => 'drop' } }, qr/, after the e-mail was sent, which may have arrived/ ])
{
	my ($name, $orders, $error, $recipient) = (@$_, 'a@ann.example');

	add_email($node, 'market', $recipient, 'b@ann.example');
	order($smtp, %$orders);
	($status, $log) = mailer($node, 'market', $smtp, '--tls=off', patience($orders));
	is($status, 0, "$name: all are tried");
	like(last_error($recipient), $error, "$name: the table says why");
	like($log, qr/sent 1, deferred 1, dead 0 in/, "$name: so does the log");
	like($log, qr/the SMTP server makes trouble: /, "$name: ... and that it is the server's");
	outcome($name, [ "$recipient|1|due", 'b@ann.example|1|sent' ]);
}

# Nobody waits for the answer to a good-bye, be it in the middle or at the end.
add_email($node, 'market', 'a@ann.example', 'b@ann.example');
order($smtp, rcpt => { 'a@ann.example' => '550 5.1.1 no such user' }, quit => { '*' => 'hang' });
($status, $log) = mailer($node, 'market', $smtp, '--tls=off', '--timeout=3600', '--lease=7200');
is($status, 0, 'a hang at the end: exits with 0');
outcome('a hang at the end', [ 'a@ann.example|1|dead', 'b@ann.example|1|sent' ]);

# The server goes away in the middle of a batch: what is left of it is handed back.
add_email($node, 'market', map { "$_\@ann.example" } 'a' .. 'd');
order($smtp, rcpt => { 'b@ann.example' => 'drop' }, last => connections($smtp) + 1);
($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
is($status, 1, 'the server goes away: exits with 1');
is(last_error('c@ann.example'), '421 4.3.2 no more connections', 'the server goes away: the table says why');
like($log, qr/sent 1, deferred 1, dead 0, not tried 2 in/, 'the server goes away: so does the log');
outcome('the server goes away', [ 'a@ann.example|1|sent', map { "$_\@ann.example|1|due" } 'b' .. 'd' ]);

# A daemon goes on with the others, as long as it holds their lease.
foreach my $kind ('drop', '421 4.3.2 <B@ann.example> closing', 'hang')
{
	my $orders = { rcpt => { 'b@ann.example' => $kind } };

	order($smtp, %$orders);
	add_email($node, 'market', map { "$_\@ann.example" } qw(a b c d));
	my $mailer = start_mailer($node, 'market', $smtp, '--tls=off', patience($orders));

	waits_for_outbox('the others are sent', q{sent_at IS NOT NULL OR recipient = 'b@ann.example'});
	is(stop_mailer($mailer), 0, "$kind: the mailer is stopped");
	like(log_of($mailer), qr/trouble: .*; next try in/, "$kind: it says so");
	like(log_of($mailer), qr/works again/, "$kind: ... and when it is over");
	unlike(log_of($mailer), qr/\bb\@/i, "$kind: ... and names nobody");
	outcome("$kind: a daemon", [ 'a@ann.example|1|sent', 'b@ann.example|1|due', 'c@ann.example|1|sent', 'd@ann.example|1|sent' ]);
}

# A server that takes so many mails a connection, no more.
my $before = connections($smtp);
my $got = mails($smtp);
order($smtp, most => 3);
add_email($node, 'market', map { "$_\@ann.example" } 'a' .. 'h');
($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
is($status, 0, 'many connections: exits with 0') or diag($log);
is(connections($smtp) - $before, 3, 'many connections: three of them');
is(mails($smtp) - $got, 8, 'many connections: all arrive');
outcome('many connections', [ map { "$_\@ann.example|1|sent" } 'a' .. 'h' ]);

# The answer is lost, the mail is not: it comes again, and can be known.
order($smtp, kept => { '*' => 'drop' });
my ($id) = add_email($node, 'market', 'a@ann.example');
mailer($node, 'market', $smtp, '--tls=off');
order($smtp);
$node->safe_psql('market', "SELECT jobs.retry_email($id)");
mailer($node, 'market', $smtp, '--tls=off');
my ($first, $second) = (mails($smtp))[ -2, -1 ];
is($first->{header}{'message-id'}, $second->{header}{'message-id'}, 'what comes twice has the same Message-ID');
outcome('twice', ['a@ann.example|1|sent']);

# A long outage uses up no attempt. NOTIFY wakes, the poll is far away.
my $mailer = start_mailer($node, 'market', $smtp, '--tls=off', '--poll=3600');
add_email($node, 'market', 'a@ann.example');
waits_for_outbox('a notification wakes the mailer', 'sent_at IS NOT NULL');
stop_smtp($smtp);
add_email($node, 'market', 'b@ann.example');
wait_for('several tries', sub { my @tries = log_of($mailer) =~ /trouble: .*; next try in/g; @tries >= 3 });
is($node->safe_psql('market', q{SELECT attempts FROM jobs.email WHERE recipient = 'b@ann.example'}), '0', 'nothing is claimed without a server');
start_smtp_again($smtp);
waits_for_outbox('the server is back', 'sent_at IS NOT NULL');
outcome('an outage', [ 'a@ann.example|1|sent', 'b@ann.example|1|sent' ]);

# Without a notification the poll finds what is due.
is(stop_mailer($mailer), 0, 'the mailer is stopped');
$mailer = start_mailer($node, 'market', $smtp, '--tls=off', '--poll=1');
wait_for('it waits', sub { log_of($mailer) =~ /connected/ });
$node->safe_psql('market', q{SET jobs.notify = off; SELECT write_email('a@ann.example', 'x', 'y')});
waits_for_outbox('the poll finds it', 'sent_at IS NOT NULL');
outcome('a poll', ['a@ann.example|1|sent']);

# The database is restarted while an e-mail is in hand: its acknowledgement is kept, and it
# is not sent again.
$got = mails($smtp);
order($smtp, hold => 1);
add_email($node, 'market', 'a@ann.example', 'b@ann.example');
wait_until_held($smtp);
$node->stop('fast');
order($smtp);
wait_for('it is sent', sub { mails($smtp) > $got });
wait_for('it is missed', sub { log_of($mailer) =~ /could not connect to the database/ });
$node->start;
waits_for_outbox('the database is back', 'sent_at IS NOT NULL');
is(mails($smtp) - $got, 2, 'a restart of the database: each is sent once');
outcome('a restart of the database', [ 'a@ann.example|1|sent', 'b@ann.example|1|sent' ]);
add_email($node, 'market', 'c@ann.example');
waits_for_outbox('it listens again', 'sent_at IS NOT NULL');
outcome('after the restart', ['c@ann.example|1|sent']);

# SIGTERM in the middle of a batch: the e-mail in hand is finished, the others are due soon.
$got = mails($smtp);
order($smtp, hold => 1);
add_email($node, 'market', map { "$_\@ann.example" } 'a' .. 'd');
wait_until_held($smtp);
is(stop_mailer($mailer, sub { order($smtp) }), 0, 'SIGTERM: exits with 0');
is(mails($smtp) - $got, 1, 'SIGTERM: the e-mail in hand is sent');
is(last_error('b@ann.example'), 'the mailer was stopped', 'SIGTERM: the others say why they were not');
is($node->safe_psql('market', q{SELECT max(next_attempt_at) < now() + '31s' FROM jobs.email}), 't', 'SIGTERM: ... and are due soon');
like(log_of($mailer), qr/sent 1, deferred 0, dead 0, not tried 3 in/, 'SIGTERM: so does the log');
outcome('SIGTERM', [ 'a@ann.example|1|sent', map { "$_\@ann.example|1|due" } 'b' .. 'd' ]);

# ... also while the server hangs, before the content is sent.
order($smtp, rcpt => { '*' => 'hang' });
add_email($node, 'market', 'a@ann.example');
$mailer = start_mailer($node, 'market', $smtp, '--tls=off', '--timeout=3600', '--lease=7200');
waits_for_outbox('it is claimed', 'claim_token IS NOT NULL');
is(stop_mailer($mailer), 0, 'SIGTERM and a hang: exits with 0');
outcome('SIGTERM and a hang', ['a@ann.example|1|due']);

# The claim went to somebody else while the e-mail was on its way.
order($smtp, hold => 1);
add_email($node, 'market', 'a@ann.example');
$mailer = start_mailer($node, 'market', $smtp, '--tls=off');
wait_until_held($smtp);
$node->safe_psql('market', q{UPDATE jobs.email SET claim_token = gen_random_uuid()});
order($smtp);
wait_for('it is noticed', sub { log_of($mailer) =~ /was sent after its lease, and may be sent twice/ });
is(stop_mailer($mailer), 0, 'a lost claim: the mailer is stopped');
outcome('a lost claim', ['a@ann.example|1|claimed']);

# What came of the lease: the rest was handed back before its end.
wait_for('the lease is over', sub { log_of($slow_mailer) =~ /not tried/ });
is(stop_mailer($slow_mailer), 0, 'a long trouble: the mailer is stopped');
my ($deferred, $untried) = log_of($slow_mailer) =~ /sent 0, deferred (\d+), dead 0, not tried (\d+) in/;
is($deferred + $untried, 20, 'a long trouble: all e-mails are answered for');
cmp_ok($deferred, '>', 2, 'a long trouble: several were tried');
is($node->safe_psql('slow', q{SELECT DISTINCT claim_token IS NULL, last_error ~ 'when told the recipient$' FROM jobs.email}), 't|t',
	'a long trouble: the table says why');

# What came of the answer that was refused.
is(stop_mailer($refused_mailer), 1, 'a refused answer: the mailer ends');
like(log_of($refused_mailer), qr/1 e-mails were sent that the database doesn't know of/, 'a refused answer: it says so');
is(outbox($node, 'refusing'), 'a@ann.example|1|claimed', 'a refused answer: nobody has told the database');

# Several mailers: each e-mail goes out once.
$got = mails($smtp);
order($smtp, hold => 1);
my @mailers = map { start_mailer($node, 'market', $smtp, '--tls=off', '--batch=5', "--worker=mailer $_") } 1 .. 4;
$node->safe_psql('market', q{SELECT write_email('a' || i || '@ann.example', 'x', 'y') FROM generate_series(1, 200) i});
wait_for('all four have something in hand', sub {
	$node->safe_psql('market', 'SELECT count(DISTINCT claimed_by), count(claimed_by) FROM jobs.email') eq '4|20' });
order($smtp);
waits_for_outbox('all are sent', 'sent_at IS NOT NULL');
is(stop_mailer($_), 0, 'one of four is stopped') foreach @mailers;
is(mails($smtp) - $got, 200, 'four mailers: each e-mail is sent once');
is($node->safe_psql('market', 'SELECT DISTINCT attempts FROM jobs.email'), '1', 'four mailers: at the first attempt');

done_testing();
