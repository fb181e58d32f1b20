# A jobs-mailer, as a process of ours. It greets the SMTP server, claims, and calls its session as
# m and its process id, so that the ledger, the table and the server tell who did what.

package Crash::Mailer;

use strict;
use warnings FATAL => "all";

use Cwd 'abs_path';
use File::Basename;
use POSIX ();

use Crash::Wait 'wait_for';

my $program = abs_path(dirname(__FILE__)) . '/../../../src/mailer/jobs-mailer';

# What it needs: database, a connection string; port, of the SMTP server; folder, where its log
# goes; options, of the program.
sub new
{
	my ($class, %where) = @_;
	my $self = bless { owner => $$ }, $class;
	my $pid = fork // die "fork: $!\n";

	if (!$pid)
	{
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$where{folder}/m$$.log";
		open STDERR, '>&', \*STDOUT;
		{
			no warnings;
			exec $program, "--database=$where{database} application_name=m$$", '--from=Jobs <jobs@example.com>', '--tls=off',
			  "--smtp-url=smtp://127.0.0.1:$where{port}/m$$", "--worker=m$$", '--poll=1', @{ $where{options} };
		}
		POSIX::_exit(127);
	}
	@$self{qw(pid name log)} = ($pid, "m$pid", "$where{folder}/m$pid.log");
	return $self;
}

sub log
{
	my ($self) = @_;

	open my $file, '<', $self->{log} or return '';
	local $/;
	return <$file> // '';
}

# Did it end by itself, or was it killed by somebody else?
sub has_ended
{
	my ($self) = @_;

	return 1 unless $self->{pid};
	return 0 unless waitpid $self->{pid}, POSIX::WNOHANG;
	$self->{status} = $?;
	delete $self->{pid};
	return 1;
}

# Waits for its end; returns the exit status, as $? is.
sub wait_for_end
{
	my ($self) = @_;

	wait_for("the mailer $self->{name} ends", sub { $self->has_ended });
	return $self->{status};
}

sub signal
{
	my ($self, $signal) = @_;

	kill $signal, $self->{pid} if $self->{pid};
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@, $!);

	return if $self->{owner} != $$ || !$self->{pid};
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	return;
}

1;
