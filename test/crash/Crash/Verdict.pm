# Holds three things against each other, once everything is over: what the clients learnt, what
# the tables hold, and what the SMTP server has accepted.
#
# All e-mail has a tag as its subject, its cause's, so that a number which was drawn twice, since
# a crash took the first one back, doesn't mislead.

package Crash::Verdict;

use strict;
use warnings FATAL => "all";

use Exporter 'import';

our @EXPORT_OK = qw(outcomes verdict causes_query emails_query);

# What clients of this name did, of assignments those beyond an event's id: tag, and how many
# e-mails are there about it.
sub causes_query
{
	my ($name, $id) = @_;

	return qq{
		SELECT m.body, (SELECT count(*) FROM jobs.email e WHERE e.kind = 'message' AND e.job_id = m.job_id
			AND e.payload ->> 'message_id' = m.id::text)
		FROM jobs.message m WHERE m.body LIKE '$name.%'
		UNION ALL
		SELECT j.title, (SELECT count(*) FROM jobs.email e WHERE e.kind = 'job_created' AND e.job_id = j.id)
		FROM jobs.job j WHERE j.title LIKE '$name.%'
		UNION ALL
		SELECT d.comment, (SELECT count(*) FROM jobs.email e WHERE e.kind = 'declined' AND e.job_id = d.job_id)
		FROM jobs.decline d WHERE d.comment LIKE '$name.%'
		UNION ALL
		SELECT 'assign ' || j.title || ' ' || m.name, (SELECT count(*) FROM jobs.email e WHERE e.kind = 'assigned'
			AND e.job_id = j.id AND e.member_id = m.id)
		FROM jobs.event v JOIN jobs.job j ON j.id = v.job_id JOIN jobs.member m ON m.id = (v.details ->> 'member_id')::bigint
		WHERE v.action = 'assign' AND v.id > $id};
}

# The outbox beyond an id: key, recipient, tag, attempts, and what became of it.
sub emails_query
{
	my ($id) = @_;

	return qq{
		SELECT n.marketplace_id || '-' || e.id, e.recipient,
			CASE e.kind WHEN 'message' THEN (SELECT m.body FROM jobs.message m WHERE m.id::text = e.payload ->> 'message_id')
				WHEN 'declined' THEN (SELECT d.comment FROM jobs.decline d WHERE d.job_id = e.job_id)
				WHEN 'assigned' THEN 'assign ' || j.title || ' ' || (SELECT m.name FROM jobs.member m WHERE m.id = e.member_id)
				ELSE j.title END,
			e.attempts,
			CASE WHEN e.sent_at IS NOT NULL THEN 'sent' WHEN e.dead_at IS NOT NULL THEN 'dead'
				WHEN e.cancelled_at IS NULL THEN 'due' WHEN e.member_id IS NULL THEN 'cancelled without reason'
				ELSE 'cancelled' END
		FROM jobs.email e CROSS JOIN jobs.node n LEFT JOIN jobs.job j ON j.id = e.job_id
		WHERE e.id > $id};
}

# Reads the ledgers of clients. Prepared transactions that were left are finished by the code,
# which gets the id and the outcome that was wished for, if any was, and gives the outcome or
# undef where there is none of that id.
#
# Gives of each tag how often it was committed, rolled back, unknown; the lists of tags that
# were committed between two losses of a connection; and what is wrong.
sub outcomes
{
	my ($ledgers, $finish) = @_;
	my (%tags, @runs, %prepared, @wrong);

	foreach my $path (@$ledgers)
	{
		open my $file, '<', $path or die "$path: $!\n";
		push @runs, [];
		while (my $line = <$file>)
		{
			chomp $line;
			my ($what, @rest) = split /\t/, $line;
			my $id = $rest[0];

			if ($what eq 'lost')
			{
				push @runs, [];
			}
			elsif ($what eq 'prepare')
			{
				$prepared{$id} = { tags => [ @rest[ 1 .. $#rest ] ] };
			}
			elsif ($what eq 'prepared')
			{
				$prepared{$id}{is_prepared} = 1;
			}
			elsif ($what eq 'finish')
			{
				$prepared{$id}{outcome} = $rest[1];
			}
			elsif ($what eq 'finished')
			{
				$prepared{$id}{is_finished} = 1;
			}
			else
			{
				$tags{$_}{$what}++ foreach @rest;
				push @{ $runs[-1] }, grep { !/ / } @rest if $what eq 'committed';
			}
		}
	}
	foreach my $id (sort keys %prepared)
	{
		my $transaction = $prepared{$id};
		my $outcome = $transaction->{is_finished} ? $transaction->{outcome} : $finish->($id);

		push @wrong, "the prepared transaction $id is gone" if !$outcome && $transaction->{is_prepared} && !$transaction->{outcome};
		$outcome ||= $transaction->{outcome} || 'rolled back';
		# prepared and committed, it is on disk, whatever synchronous_commit says
		$tags{$_}{ $outcome eq 'committed' ? 'kept' : $outcome }++ foreach @{ $transaction->{tags} };
	}
	return (\%tags, \@runs, \@wrong);
}

# What is wrong, and figures. Given are: tags and runs, from outcomes(); causes and emails, from
# the tables; mails, that were accepted; may_lose: the server crashed with synchronous_commit off;
# killed: the names of mailers that were, by SIGKILL.
sub verdict
{
	my (%given) = @_;
	my %count = map { $_ => 0 } qw(committed lost unknown emails sent twice cancelled);
	my %sends;

	push @{ $sends{ $_->{key} } }, $_ foreach @{ $given{mails} };
	my @wrong = (_clients(\%given, \%count), _order(\%given), _causes(\%given), _mails(\%given),
		_repetitions(\%given, \%sends, \%count), _outbox(\%given, \%sends, \%count));

	return (\@wrong, \%count);
}

# What clients learnt is so.
sub _clients
{
	my ($given, $count) = @_;
	my @wrong;

	foreach my $tag (sort keys %{ $given->{tags} })
	{
		my $outcome = $given->{tags}{$tag};
		my $is_there = exists $given->{causes}{$tag};
		my $is_committed = $outcome->{committed} || $outcome->{kept};

		$count->{committed}++ if $is_committed;
		$count->{unknown}++ if $outcome->{unknown};
		$count->{lost}++ if $is_committed && !$is_there;
		push @wrong, "$tag was committed and is gone"
		  if $is_committed && !$is_there && ($outcome->{kept} || !$given->{may_lose});
		push @wrong, "$tag was rolled back and is there" if $is_there && !$is_committed && !$outcome->{unknown};
	}
	return @wrong;
}

# What a crash takes is the latest, from some commit on.
sub _order
{
	my ($given) = @_;
	my @wrong;

	foreach my $run (@{ $given->{runs} })
	{
		my $lost;

		foreach my $tag (@$run)
		{
			$lost //= $tag unless exists $given->{causes}{$tag};
			push @wrong, "$tag is there, and $lost, which was committed before, is gone"
			  if defined $lost && exists $given->{causes}{$tag};
		}
	}
	return @wrong;
}

# What is there was done by somebody, and has its e-mail.
sub _causes
{
	my ($given) = @_;
	my $causes = $given->{causes};

	return ((map { "$_ has no e-mail" } grep { !$causes->{$_} } sort keys %$causes),
		(map { "$_ is there, and nobody did it" } grep { !$given->{tags}{$_} } sort keys %$causes));
}

# What was delivered is there.
sub _mails
{
	my ($given) = @_;
	my @wrong;

	foreach my $mail (@{ $given->{mails} })
	{
		my ($email, $what) = ($given->{emails}{ $mail->{key} }, "$mail->{key}, $mail->{subject}, to $mail->{recipient}");

		if (!$email)
		{
			push @wrong, "$what, was delivered and is gone";
		}
		elsif ($email->{tag} ne $mail->{subject} || $email->{recipient} ne $mail->{recipient})
		{
			push @wrong, "$what, was delivered, it is $email->{tag} to $email->{recipient}";
		}
	}
	return @wrong;
}

# A mail comes again only where nobody could know that it had come: its mailer sent nothing
# after it and was killed, or got no answer.
sub _repetitions
{
	my ($given, $sends, $count) = @_;
	my (@wrong, %last);

	$last{ $_->{greeting} } = $_ foreach @{ $given->{mails} };
	foreach my $key (sort keys %$sends)
	{
		my @sends = @{ $sends->{$key} };
		my $email = $given->{emails}{$key};

		$count->{sent}++;
		$count->{twice} += $#sends;
		push @wrong, "$key was delivered " . @sends . " times and claimed $email->{attempts} times"
		  if $email && @sends > $email->{attempts};
		foreach my $mail (@sends[ 0 .. $#sends - 1 ])
		{
			my $is_dead = $given->{killed}{ $mail->{greeting} } && $last{ $mail->{greeting} } == $mail;

			push @wrong, "$key was delivered again, and $mail->{greeting} had its answer and lived"
			  unless $mail->{fate} eq 'dropped' || $is_dead;
		}
	}
	return @wrong;
}

# Each e-mail was delivered, unless it was called off.
sub _outbox
{
	my ($given, $sends, $count) = @_;
	my @wrong;

	foreach my $key (sort keys %{ $given->{emails} })
	{
		my $email = $given->{emails}{$key};

		$count->{emails}++;
		$count->{cancelled}++ if $email->{fate} eq 'cancelled';
		push @wrong, "$key, $email->{tag}, is $email->{fate}" unless $email->{fate} =~ /^(sent|cancelled)$/;
		push @wrong, "$key, $email->{tag}, is acknowledged and was not delivered" if $email->{fate} eq 'sent' && !$sends->{$key};
	}
	return @wrong;
}

1;
