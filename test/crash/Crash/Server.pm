# A PostgreSQL server of its own that is made to crash. What its processes have written stays,
# for the machine doesn't crash: so it does without fsync. What they have yet to write is lost.

package Crash::Server;

use strict;
use warnings FATAL => "all";

use File::Temp;
use POSIX ();

use Crash::Wait 'wait_for';
use Fuzz::Session;

my $settings = q{
listen_addresses = ''
shared_preload_libraries = 'jobs'
fsync = off
max_connections = 60
max_prepared_transactions = 50
checkpoint_timeout = 30s
deadlock_timeout = 50ms
wal_writer_delay = 10s
log_line_prefix = '%m [%p] '
};

# Makes one in the folder, with PostgreSQL's programs from PATH, and starts it.
sub new
{
	my ($class, $folder) = @_;
	# the path of a socket may have 107 bytes
	my $host = File::Temp->newdir('crash.XXXXXX', TMPDIR => 1);
	my $self = bless { owner => $$, data => "$folder/data", log => "$folder/server.log", programs => "$folder/programs.log",
		socket_folder => $host, host => "$host" }, $class;

	$self->_run('initdb', '-D', $self->{data}, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync')
	  or die "initdb failed, see $self->{programs}\n";
	open my $file, '>>', "$self->{data}/postgresql.conf" or die "postgresql.conf: $!\n";
	print $file $settings, "unix_socket_directories = '$host'\n";
	close $file;
	$self->start;
	return $self;
}

sub _run
{
	my ($self, @command) = @_;
	my $pid = fork // die "fork: $!\n";

	if (!$pid)
	{
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', $self->{programs};
		open STDERR, '>&', \*STDOUT;
		{ no warnings; exec @command }
		POSIX::_exit(127);
	}
	waitpid $pid, 0;
	return $? == 0;
}

# A postmaster that was killed leaves processes behind that keep the next one from starting
# until they have noticed.
sub start
{
	my ($self) = @_;

	wait_for("the server starts, see $self->{log}", sub {
		return $self->_run('pg_ctl', 'start', '-w', '-D', $self->{data}, '-l', $self->{log});
	});
	return;
}

sub stop
{
	my ($self, $mode) = @_;

	$self->_run('pg_ctl', 'stop', '-w', '-m', $mode, '-D', $self->{data}) or die "the server doesn't stop, see $self->{log}\n";
	return;
}

sub postmaster
{
	my ($self) = @_;

	open my $file, '<', "$self->{data}/postmaster.pid" or die "postmaster.pid: $!\n";
	return int <$file>;
}

# A session of a role.
sub session
{
	my ($self, $user, $database) = @_;

	return Fuzz::Session->new(host => $self->{host}, port => 5432, user => $user, database => $database // 'crash');
}

# Waits until the server has noticed that a process of it was killed, which ends all sessions,
# and is there again.
sub wait_for_recovery
{
	my ($self, $session) = @_;

	wait_for('the server notices that a process is gone', sub { $session->run('SELECT 1')->{state} eq 'lost' });
	return $self->wait_for_session('postgres');
}

sub wait_for_session
{
	my ($self, $user) = @_;

	return wait_for('the server is there', sub { eval { $self->session($user) } });
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@, $!);

	$self->_run('pg_ctl', 'stop', '-w', '-m', 'immediate', '-D', $self->{data}) if $self->{owner} == $$;
	return;
}

1;
