# Four mailers at once send each e-mail exactly once when nothing fails. One that is killed
# between the SMTP server's answer and its own to the database, or sleeps there past its lease,
# costs one more send, and what it held is no good any more.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../crash";

use Crash::Mailer;
use Crash::Smtp;
use Crash::Wait 'wait_for';
use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use constant EMAILS => 10_000;
use constant MAILERS => 4;

my $node = start_server('mailer_several', q{shared_preload_libraries = 'jobs'});
my $folder = PostgreSQL::Test::Utils::tempdir();
my $smtp = Crash::Smtp->new($folder);
install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	SELECT jobs.cancel_emails('infinity');
	CREATE ROLE mailer LOGIN;
	SELECT jobs.grant_access('mailer', 'mailer')});
my $last = $node->safe_psql('market', 'SELECT max(id) FROM jobs.email');
my $key = $node->safe_psql('market', 'SELECT marketplace_id FROM jobs.node');

sub start
{
	return Crash::Mailer->new(database => $node->connstr('market') . ' user=mailer', port => $smtp->{port},
		folder => $folder, options => \@_);
}

sub write_emails
{
	my ($count) = @_;

	# an expert's message goes to the merchant alone
	$node->safe_psql('market', qq{
		DO \$\$ BEGIN
			FOR i IN 1..$count LOOP
				PERFORM jobs.reply_to_job(3073, 'Text ' || i, actor => 'member:1025');
			END LOOP;
		END \$\$});
	return;
}

sub is_done
{
	return $node->safe_psql('market', 'SELECT count(*) FROM jobs.email WHERE next_attempt_at IS NOT NULL') eq '0';
}

# each has connected and waits, when the e-mails come
my @mailers = map { start() } 1 .. MAILERS;
foreach my $mailer (@mailers)
{
	wait_for("$mailer->{name} is connected", sub { $mailer->log =~ /connected to database/ });
}
write_emails(EMAILS);
wait_for('all is sent', \&is_done);
$_->signal('TERM') foreach @mailers;
is($_->wait_for_end, 0, 'a mailer ends well') || diag($_->log) foreach @mailers;

my @mails = $smtp->accepted;
my (%sent, %by);
foreach my $mail (@mails)
{
	$sent{ $mail->{key} }++;
	$by{ $mail->{greeting} }++;
}
is(scalar @mails, EMAILS, 'as many mails as e-mails');
is(scalar keys %sent, EMAILS, 'each once');
is(join(' ', sort keys %by), join(' ', sort map { $_->{name} } @mailers), 'all mailers took part');
note(map { "$_ sent $by{$_}\n" } sort keys %by);
same(join("\n", map { "$key-$_" } split /\n/,
		$node->safe_psql('market', "SELECT id FROM jobs.email WHERE id > $last AND attempts = 1 AND sent_at IS NOT NULL")),
	join("\n", keys %sent), 'they are those of the table, claimed once, and acknowledged');

# The SMTP server kills the mailer once it has accepted the e-mail.
write_emails(1);
my ($id) = $node->safe_psql('market', 'SELECT max(id) FROM jobs.email');
$smtp->order(do => 'kill', signal => 'KILL', pid => 0, wait => 0);
my $killed = start('--once');
isnt($killed->wait_for_end, 0, 'a mailer is killed between send and acknowledgement');
is(join(' ', map { "$_->{key} $_->{fate}" } $smtp->accepted), "$key-$id killed", 'the e-mail was sent');
my $token = $node->safe_psql('market', "SELECT claim_token FROM jobs.email WHERE id = $id");
my $acknowledge = "SELECT jobs.ack_emails(ARRAY[$id], ARRAY['$token'::uuid])";
my $fail = "SELECT jobs.fail_email($id, '$token', 'It comes late.')";

my $early = start('--once');
is($early->wait_for_end, 0, 'while the lease lasts');
is(scalar $smtp->accepted, 0, 'nobody sends it');

# the lease ends
$node->safe_psql('market', "UPDATE jobs.email SET next_attempt_at = now() WHERE id = $id");
my $other = $node->safe_psql('market', 'SELECT claim_token FROM jobs.claim_emails()');
is($node->safe_psql('market', $acknowledge), '0', 'somebody else has claimed it: the token is refused');
refuses($node, 'market', $fail, qr/PT412: .* stale/, 'and does not fail it');
$node->safe_psql('market', "SELECT jobs.fail_email($id, '$other', 'It is left to the mailer.');
	UPDATE jobs.email SET next_attempt_at = now() WHERE id = $id");

my $next = start('--once');
is($next->wait_for_end, 0, 'the next mailer');
is(join(' ', map { "$_->{key} $_->{fate}" } $smtp->accepted), "$key-$id kept", 'sends it once more');
is($node->safe_psql('market', $acknowledge), '0', 'it was acknowledged: the token is refused');
refuses($node, 'market', $fail, qr/PT412: .*acknowledged as sent/s, 'as a failure, too');
is(start('--once')->wait_for_end, 0, 'and then');
is(scalar $smtp->accepted, 0, 'nobody sends it');
is($node->safe_psql('market', "SELECT attempts, sent_at IS NOT NULL FROM jobs.email WHERE id = $id"), '3|t',
	'it was claimed as often as was tried');

# The SMTP server puts the mailer to sleep, and its lease ends.
write_emails(1);
($id) = $node->safe_psql('market', 'SELECT max(id) FROM jobs.email');
$smtp->order(do => 'kill', signal => 'STOP', pid => 0, wait => 0);
my $late = start('--once');
wait_for('the mailer has sent it', sub { $smtp->has_obeyed });
$node->safe_psql('market', "UPDATE jobs.email SET next_attempt_at = now() WHERE id = $id");
is(start('--once')->wait_for_end, 0, 'meanwhile somebody else');
is(join(' ', map { "$_->{key} $_->{fate}" } $smtp->accepted), "$key-$id killed $key-$id kept", 'sends it once more');
my $row = $node->safe_psql('market', "SELECT e FROM jobs.email e WHERE id = $id");
$late->signal('CONT');
is($late->wait_for_end, 0, 'the mailer wakes up and ends well');
like($late->log, qr/e-mail $id .* was sent after its lease/, 'and tells of it');
is($node->safe_psql('market', "SELECT e FROM jobs.email e WHERE id = $id"), $row, 'but changes nothing');

$smtp->stop;
done_testing();
