# Servers and mailers crash at random moments, each kind of event once: all e-mail whose cause
# survived arrives, none whose cause was rolled back, and twice only where a mailer died, or the
# SMTP server hung up, before the mailer could acknowledge it. test/crash/run does the same at
# length.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../crash", "$FindBin::Bin/../fuzz";

use Crash::Driver;
use PostgreSQL::Test::Utils;
use Test::More;

my $driver = Crash::Driver->new(folder => PostgreSQL::Test::Utils::tempdir(), seed => 1, say => \&note);
my $done = { map { $_ => 0 } qw(committed sent) };

ok(eval { $done = $driver->run(10) }, '10 cycles of work, mail and disaster') or diag($@);

# nothing to lose would prove nothing
cmp_ok($done->{committed}, '>', 300, 'clients got much done');
cmp_ok($done->{sent}, '>', 400, 'mailers, too');

done_testing();
