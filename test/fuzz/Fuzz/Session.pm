# A session of one database role. It talks the protocol itself, as much as is needed here:
# a Unix socket, no password, queries and answers as text. So twenty sessions live in one
# process, and every error comes with its SQLSTATE.

package Fuzz::Session;

use strict;
use warnings FATAL => "all";

use IO::Socket::UNIX;

sub new
{
	my ($class, %where) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => "$where{host}/.s.PGSQL.$where{port}")
	  or die "no connection to $where{host}, port $where{port}: $!\n";
	my $self = bless { socket => $socket, user => $where{user}, buffer => '' }, $class;
	my $options = join("\0", user => $where{user}, database => $where{database},
		client_encoding => 'UTF8', application_name => 'fuzz', '', '');

	syswrite($socket, pack('NN', 8 + length $options, 196608) . $options);
	my $answer = $self->_answer;
	die "$where{user}: $answer->{message}\n" if $answer->{state} ne '00000';
	return $self;
}

# Runs one statement. Gives its SQLSTATE (00000 for success), the error's message, the rows as
# lists of text, the command's tag, and whether a transaction is open (I, T or E).
sub run
{
	my ($self, $sql) = @_;

	syswrite($self->{socket}, 'Q' . pack('NZ*', 5 + length $sql, $sql));
	return $self->_answer;
}

# The rows of a statement that can't fail, each joined by |.
sub lines
{
	my ($self, $sql) = @_;
	my $answer = $self->run($sql);

	die "$self->{user}: $answer->{state} $answer->{message}\n$sql\n" if $answer->{state} ne '00000';
	return map { join '|', map { $_ // '' } @$_ } @{ $answer->{rows} };
}

sub _answer
{
	my ($self) = @_;
	my %answer = (state => '00000', message => '', rows => [], tag => '');

	for (;;)
	{
		my ($type, $body) = $self->_message;

		if ($type eq 'D')
		{
			my ($count, @row) = unpack 'n', $body;
			my $at = 2;

			while ($count--)
			{
				my $length = unpack 'l>', substr($body, $at, 4);

				$at += 4;
				push @row, $length < 0 ? undef : substr($body, $at, $length);
				$at += $length if $length > 0;
			}
			push @{ $answer{rows} }, \@row;
		}
		elsif ($type eq 'E')
		{
			my %field = map { substr($_, 0, 1) => substr($_, 1) } grep { length } split /\0/, $body;

			@answer{qw(state message)} = @field{qw(C M)};
			return { %answer, state => 'lost' } if $field{S} =~ /FATAL|PANIC/;
		}
		elsif ($type eq 'C')
		{
			$answer{tag} = unpack 'Z*', $body;
		}
		elsif ($type eq 'G')
		{
			syswrite($self->{socket}, 'f' . pack('NZ*', 9, 'not'));
		}
		elsif ($type eq 'Z')
		{
			$answer{transaction} = $body;
			return \%answer;
		}
		elsif ($type eq 'lost')
		{
			return { %answer, state => 'lost', message => 'the server closed the connection' };
		}
	}
	return;
}

sub _message
{
	my ($self) = @_;
	my $need = 5;

	for (;;)
	{
		$need = 1 + unpack('x N', $self->{buffer}) if length $self->{buffer} >= 5;
		last if length $self->{buffer} >= $need && length $self->{buffer} >= 5;
		sysread($self->{socket}, $self->{buffer}, 65536, length $self->{buffer}) or return ('lost', '');
	}
	my $message = substr($self->{buffer}, 0, $need, '');
	return (substr($message, 0, 1), substr($message, 5));
}

1;
