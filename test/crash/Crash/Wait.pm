# Waits for what other processes do. How long that takes is nobody's business, as long as it
# ends some day.

package Crash::Wait;

use strict;
use warnings FATAL => "all";

use Exporter 'import';
use Time::HiRes 'sleep';

our @EXPORT_OK = qw(wait_for pause);

use constant LONGEST => $ENV{PG_TEST_TIMEOUT_DEFAULT} || 180;

# Waits until the code returns something true, and returns that.
sub wait_for
{
	my ($what, $code) = @_;
	my $end = time + LONGEST;

	for (;;)
	{
		my $value = $code->();

		return $value if $value;
		die "waited in vain until $what\n" if time > $end;
		sleep 0.005;
	}
	return;
}

sub pause
{
	my ($seconds) = @_;

	sleep $seconds;
	return;
}

1;
