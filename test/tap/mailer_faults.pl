# Whose fault a refusal is: the enhanced status code says it. The e-mail's: it is given up, or
# due again. The server's, or ours: the e-mail is due again whatever the reply code says, the
# log tells of the server's trouble, and --once fails.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Mailer;
use Marketplace;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('mailer_faults');
my $smtp = start_smtp();
install($node, 'market', 'jobs_owner');
make_outbox($node, 'market');

sub empty
{
	$node->safe_psql('market', q{SELECT jobs.cancel_emails('infinity'); DELETE FROM jobs.email});
	order($smtp);
	return;
}

# Answers, and what becomes of an e-mail that gets one.
my @harmless = (
	# without a code the reply code tells
	[ '550 no such user', 'dead' ],
	[ '450 not now', 'due' ],
	# the recipient, the message, and what is neither
	[ '550 5.1.1 no such user', 'dead' ],
	[ '550 5.1.10 null MX', 'dead' ],
	[ '550 5.2.1 disabled', 'dead' ],
	[ '552 5.2.2 full', 'dead' ],
	[ '450 4.2.0 greylisted', 'due' ],
	[ '450 4.1.1 unverified', 'due' ],
	[ '554 5.6.0 bad content', 'dead' ],
	[ '451 4.6.0 bad content', 'due' ],
	[ '552 5.2.3 too long for this mailbox', 'dead' ],
	[ '552 5.3.4 too long for all', 'dead' ],
	[ '452 4.3.4 too long now', 'due' ],
	[ '554 5.0.0 no', 'dead' ],
	[ '550 5.8.1 no subject of any standard', 'dead' ],
	# one that contradicts the reply code: the milder of the two
	[ '550 4.1.1 not now', 'due' ],
	[ '550 4.0.0 not now', 'due' ],
	[ '450 5.1.1 no such user', 'due' ],
	[ '550 2.7.1 this is no refusal', 'dead' ],
	# none
	map({ [ "550 $_", 'dead' ] } '5.7', '5.7.', '5..1 x', '5.7.x', '5.7.1.2 x', '5.7.1x', '5.7.1000 x', '5.07.1 x', '5.7.01 x', '5.1000.1 x',
		'3.7.1 x', '15.7.1 x', '57.1 x', 'see 5.7.1 x', '', '5', '-5.7.1 x', '5.-7.1 x', '5.7.-1 x', '5. 7.1 x'),
	# several lines
	[ "550-5.1.1 no\r\n550 5.1.1 such user", 'dead' ],
	[ "550-no\r\n550 5.1.1 such user", 'dead' ],
	[ "550-5.1.1 no\r\n550-such\r\n550 user", 'dead' ],
	[ "550-5.1.1 no\r\n550 4.1.1 not now", 'due' ],
	[ "550-no such user\r\n550 in 5.7.1 words", 'dead' ]);

my @trouble = (
	map({ ("550 5.$_ no", "450 4.$_ not now") } '3.0', '3.1', '3.2', '3.5', '4.0', '4.1', '4.4', '5.0', '5.1', '5.4', '7.0', '7.1', '7.26', '7.999',
		# the sender, whom some servers look at only now
		'1.7', '1.8'),
	'553 5.7.1 relaying denied', '554 5.7.1 blocked', '552 5.7.1 blocked', '552 5.3.1 disk full', '503 5.5.1 first something else', '530 5.7.0 log in', '501 5.5.4 arguments',
	# contradictions
	'550 4.7.1 not now', '450 5.7.1 never', '550 4.3.0 not now',
	# how it may be written
	'550 5.7.1', '550 5.7.1: no', '550  5.7.1 no', "550 5.7.1\tno",
	# several lines
	"550-5.7.1 no\r\n550 5.7.1 never", "550-no\r\n550 5.7.1 never", "550-5.7.1 no\r\n550-see\r\n550 there",
	"550-5.1.1 no such user\r\n550 5.7.1 and you are blocked", "550-5.7.1 blocked\r\n550 5.1.1 and no such user");

sub words_of
{
	my ($answer) = @_;

	$answer =~ s/\r\n\d\d\d[ -]/ /g;
	$answer =~ s/[\t ]/ /g;
	return $answer =~ s/ +$//r;
}

# To the recipient, to DATA, and to the content. The server closes the connection after 421 only.
foreach my $stage (qw(rcpt begin data))
{
	my (%orders, @expected);

	foreach my $case (@harmless)
	{
		my $recipient = 'a' . @expected . '@ann.example';

		$orders{$recipient} = $case->[0];
		push @expected, "$recipient|1|$case->[1]|" . words_of($case->[0]);
	}
	order($smtp, $stage => \%orders);
	add_email($node, 'market', map { "a$_\@ann.example" } 0 .. $#harmless);
	my ($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
	is($status, 0, "$stage: e-mails that are refused for what they are: exits with 0");
	unlike($log, qr/trouble/, "$stage: ... without trouble");
	is($node->safe_psql('market', q{SELECT recipient, attempts, CASE WHEN dead_at IS NULL THEN 'due' ELSE 'dead' END, last_error FROM jobs.email ORDER BY id}),
		join("\n", @expected), "$stage: ... are given up, or due again");
	empty();

	# one that is sent lies between
	%orders = map { ("a$_\@ann.example" => $trouble[$_]) } 0 .. $#trouble;
	order($smtp, $stage => \%orders);
	add_email($node, 'market', map { ("a$_\@ann.example", "b$_\@ann.example") } 0 .. $#trouble);
	($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
	is($status, 1, "$stage: the server's trouble: exits with 1");
	my @told = $log =~ /the SMTP server makes trouble: (.*)$/mg;
	is(join("\n", @told), join("\n", map { words_of($_) } @trouble), "$stage: ... the log tells of it");
	is(outbox($node, 'market'), join("\n", map { ("a$_\@ann.example|1|due", "b$_\@ann.example|1|sent") } 0 .. $#trouble),
		"$stage: ... nothing is given up, and the others are sent");
	empty();
}

# To the sender. The first time nothing is claimed; later the answer may have to do with the e-mail.
foreach my $answer ('550 5.1.8 no such domain', '550 5.1.1 no such user', '550 5.2.1 disabled', '550 5.7.1 not you', '451 4.7.1 not now',
	'552 5.3.4 too long', '554 5.6.0 no')
{
	order($smtp, mail => { '*' => $answer });
	add_email($node, 'market', 'a@ann.example');
	my ($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
	is($status, 1, "sender, $answer: exits with 1");
	like($log, qr/makes trouble: \Q$answer\E/, "sender, $answer: the log tells of it");
	is(outbox($node, 'market'), 'a@ann.example|0|due', "sender, $answer: nothing is claimed");
	empty();
}
foreach (
	[ '550 5.7.1 not you', 1, 'due' ],
	[ '550 4.7.1 not you', 1, 'due' ],
	[ '550 5.1.1 no such user', 1, 'due' ],
	[ '550 5.1.8 no such domain', 1, 'due' ],
	[ '552 5.3.1 disk full', 1, 'due' ],
	[ '552 too long', 0, 'dead' ],
	[ '552 5.3.4 too long', 0, 'dead' ],
	[ '552 5.2.3 too long', 0, 'dead' ],
	[ '550 5.6.7 no UTF-8', 0, 'dead' ],
	[ '450 4.6.7 no UTF-8', 0, 'due' ],
	[ '550 no', 0, 'due' ],
	[ '550 5.0.0 no', 0, 'due' ])
{
	my ($answer, $expected, $fate) = @$_;

	order($smtp, smtputf8 => { '*' => $answer });
	add_email($node, 'market', "\xc3\xa4\@ann.example", 'b@ann.example');
	my ($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
	is($status, $expected, "sender of one e-mail, $answer: exits with $expected");
	is(outbox($node, 'market'), "\xc3\xa4\@ann.example|1|$fate\nb\@ann.example|1|sent", "sender of one e-mail, $answer: it is $fate");
	empty();
}

# A server that refuses everybody for its own reasons is not asked for ever, and claims cease.
order($smtp, rcpt => { '*' => '554 5.7.1 blocked' });
add_email($node, 'market', map { "a$_\@ann.example" } 1 .. 30);
my ($status, $log) = mailer($node, 'market', $smtp, '--tls=off', '--batch=4');
is($status, 1, 'all are refused: exits with 1');
is($node->safe_psql('market', 'SELECT count(*) FILTER (WHERE attempts = 1), count(*) FILTER (WHERE attempts = 0), count(dead_at) FROM jobs.email'),
	'10|20|0', 'all are refused: after ten it ends');
empty();

# A daemon claims one at a time then, and goes on as soon as one is taken.
add_email($node, 'market', map { "a$_\@ann.example" } 1 .. 30);
order($smtp, rcpt => { '*' => '554 5.7.1 blocked' });
my $mailer = start_mailer($node, 'market', $smtp, '--tls=off', '--batch=2');
wait_for('several tries', sub { my @tries = log_of($mailer) =~ /trouble: 554 5\.7\.1 blocked; next try in/g; @tries >= 4 });
cmp_ok($node->safe_psql('market', 'SELECT count(*) FROM jobs.email WHERE claim_token IS NOT NULL'), '<=', 1, 'a daemon holds one at most');
order($smtp);
wait_for('the others are sent', sub { $node->safe_psql('market', 'SELECT bool_and(sent_at IS NOT NULL OR last_error IS NOT NULL) FROM jobs.email') eq 't' });
like(log_of($mailer), qr/works again/, 'it says when it is over');
is(stop_mailer($mailer), 0, 'the daemon is stopped');
is($node->safe_psql('market', 'SELECT count(*) FROM jobs.email WHERE dead_at IS NOT NULL'), '0', 'nothing is given up');

done_testing();
