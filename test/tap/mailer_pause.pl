# While e-mail is paused, jobs-mailer sends nothing, and is content; when it is resumed, a mailer that waits is woken.
# What an operator sends once more arrives as another e-mail.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Mailer;
use Marketplace;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('mailer_pause');
my $smtp = start_smtp();
install($node, 'market', 'jobs_owner');
make_outbox($node, 'market');
my $write = q{SELECT write_email('ann@ann.example', 'Text', 'Text')};

# A mailer that is called now and then
$node->safe_psql('market', $write);
is($node->safe_psql('market', q{SELECT jobs.pause_emails('A blocklist has us')}), '1', 'paused, while an e-mail waits');
my ($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
is($status, 0, 'a mailer finds nothing to do') or diag($log);
is(scalar(mails($smtp)), 0, 'and sends nothing');
is(outbox($node, 'market'), 'ann@ann.example|0|due', 'no attempt is used up');

# ... and one that stays
my $mailer = start_mailer($node, 'market', $smtp, '--tls=off', '--poll=300');
wait_for('the mailer is connected', sub { log_of($mailer) =~ /connected to database/ });
$node->safe_psql('market', $write);
is($node->safe_psql('market', 'SELECT jobs.resume_emails()'), '2', 'resumed');
wait_for('both are sent', sub { outbox($node, 'market') !~ /due|claimed/ });
is(scalar(mails($smtp)), 2, 'each once');

# once more, to another address, by the same mailer
$node->safe_psql('market', q{SELECT jobs.resend_email(min(id), 'ann@home.example') FROM jobs.email});
wait_for('it is sent', sub { outbox($node, 'market') !~ /due|claimed/ });
my @mails = mails($smtp);
is(scalar(@mails), 3, 'one more');
is_deeply($mails[-1]{to}, ['ann@home.example'], 'to the other address');
is($mails[-1]{header}{subject}, $mails[0]{header}{subject}, 'with the same words');
isnt($mails[-1]{header}{'message-id'}, $mails[0]{header}{'message-id'}, 'and a key of its own');
stop_mailer($mailer);

done_testing();
