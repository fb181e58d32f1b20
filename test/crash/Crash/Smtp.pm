# The SMTP server that keeps the ledger, test/smtp_ledger, as a process of ours.

package Crash::Smtp;

use strict;
use warnings FATAL => "all";

use Cwd 'abs_path';
use File::Basename;
use JSON::PP;
use POSIX ();

use Crash::Wait 'wait_for';

my $program = abs_path(dirname(__FILE__)) . '/../../smtp_ledger';

sub new
{
	my ($class, $folder) = @_;
	my $self = bless { folder => $folder, at => 0, owner => $$ }, $class;

	$self->{pid} = fork // die "fork: $!\n";
	if (!$self->{pid})
	{
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$folder/smtp.log";
		open STDERR, '>&', \*STDOUT;
		{ no warnings; exec $program, $folder }
		POSIX::_exit(127);
	}
	wait_for('the SMTP server listens', sub {
		die "the SMTP server ended, see $folder/smtp.log\n" if waitpid $self->{pid}, POSIX::WNOHANG;
		return -s "$folder/port";
	});
	open my $file, '<', "$folder/port" or die "$folder/port: $!\n";
	$self->{port} = <$file>;
	return $self;
}

# Tells it what to do with the next mails.
sub order
{
	my ($self, %order) = @_;
	my $path = "$self->{folder}/order.json";

	open my $file, '>', "$path.new" or die "$path.new: $!\n";
	print $file encode_json(\%order);
	close $file;
	rename "$path.new", $path or die "$path: $!\n";
	return;
}

sub has_obeyed
{
	my ($self) = @_;

	return !-e "$self->{folder}/order.json";
}

# What was accepted since the last call, in order.
sub accepted
{
	my ($self) = @_;
	my @lines;

	open my $file, '<', "$self->{folder}/ledger" or die "$self->{folder}/ledger: $!\n";
	seek $file, $self->{at}, 0;
	while (my $line = <$file>)
	{
		last unless $line =~ /\n\z/;
		$self->{at} += length $line;
		chomp $line;
		my %mail;
		@mail{qw(time greeting key recipient fate subject)} = split /\t/, $line, -1;
		push @lines, \%mail;
	}
	return @lines;
}

sub stop
{
	my ($self) = @_;

	return unless $self->{pid};
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	delete $self->{pid};
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@, $!);

	$self->stop if ($self->{owner} // $$) == $$;
	return;
}

1;
