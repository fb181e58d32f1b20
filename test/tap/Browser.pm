# Chromium without a window, which does what a person would: it presses, types, chooses and reads.
# chromedriver speaks to it, by the WebDriver protocol. A page may change at any moment, so
# everything is tried until it works, for as long as a test may wait.

package Browser;

use strict;
use warnings;

use Carp;
use Encode;
use HTTP::Tiny;
use IPC::Run;
use JSON::PP;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

# What keeps the browser from asking anybody on the network.
my @options = (
	qw(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run
	  --disable-background-networking --disable-component-update --disable-sync --no-proxy-server --lang=en-US
	  --hide-scrollbars), '--window-size=1200,960');

my $timeout = $PostgreSQL::Test::Utils::timeout_default / 6;

# Which program is missing; undef: none.
sub missing
{
	foreach my $program ('chromium', 'chromedriver')
	{
		return $program if !grep { -x "$_/$program" } split /:/, $ENV{PATH};
	}
	return;
}

# What it writes goes into the folder.
sub start
{
	my ($class, $folder) = @_;
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	my $self = bless { http => HTTP::Tiny->new(timeout => $timeout, proxy => undef, http_proxy => undef) }, $class;

	$self->{at} = "http://127.0.0.1:$port";
	{
		local %ENV = (%ENV, HOME => $folder, XDG_CONFIG_HOME => $folder, XDG_CACHE_HOME => $folder);

		$self->{driver} = IPC::Run::start([ 'chromedriver', "--port=$port" ], '<', \undef, '>&', "$folder/chromedriver.log");
	}
	$self->until_true('chromedriver is ready', sub { eval { $self->ask('GET', '/status')->{ready} } });
	my $session = $self->ask('POST', '/session', { capabilities => { alwaysMatch => {
		'goog:chromeOptions' => { args => [ @options, "--user-data-dir=$folder/profile" ] } } } });
	$self->{at} .= "/session/$session->{sessionId}";
	return $self;
}

sub stop
{
	my ($self) = @_;

	eval { $self->ask('DELETE', '') };
	$self->{driver}->kill_kill;
	return;
}

# One command of the protocol; returns its value, dies of its error.
sub ask
{
	my ($self, $method, $path, $content) = @_;
	my $answer = $self->{http}->request($method, $self->{at} . $path,
		$method eq 'POST' ? { headers => { 'Content-Type' => 'application/json' }, content => encode_json($content // {}) } : {});
	my $value = eval { decode_json($answer->{content})->{value} };

	die((ref $value eq 'HASH' && $value->{error} ? "$value->{error}: $value->{message}" : $answer->{content}) . "\n")
	  if !$answer->{success};
	return $value;
}

# Tries again and again until the code returns something true, which is returned.
sub until_true
{
	my ($self, $what, $code) = @_;
	my $end = time() + $timeout;
	my $value;

	while (time() < $end)
	{
		return $value if $value = eval { $code->() };
		select(undef, undef, undef, 0.05);
	}
	croak "waited in vain until $what: $@\n" . eval { $self->text };
}

sub script
{
	my ($self, $script, @arguments) = @_;

	return $self->ask('POST', '/execute/sync', { script => $script, args => \@arguments });
}

sub visit
{
	my ($self, $url) = @_;

	return $self->ask('POST', '/url', { url => $url });
}

# Who is looking, for the site that is shown.
sub be
{
	my ($self, $actor) = @_;

	$self->ask('DELETE', '/cookie/actor');
	$self->ask('POST', '/cookie', { cookie => { name => 'actor', value => $actor } });
	return;
}

# What a person reads on the page.
sub text
{
	my ($self) = @_;

	return $self->script('return document.body.innerText');
}

# Waits until the page has the text, and says so.
sub sees
{
	my ($self, $pattern) = @_;

	return eval { $self->until_true("there is $pattern", sub { $self->text =~ $pattern }) } // do { Test::More::diag(encode_utf8($@)); 0 };
}

# Does something with an element that a person sees: the last of these, if there are several.
sub with_element
{
	my ($self, $xpath, $verb, $content) = @_;

	return $self->until_true("$xpath does $verb", sub {
		foreach my $element (reverse @{ $self->ask('POST', '/elements', { using => 'xpath', value => $xpath }) })
		{
			my ($id) = values %$element;

			next unless $self->ask('GET', "/element/$id/displayed");
			$self->ask('POST', "/element/$id/$_->[0]", $_->[1]) foreach ref $verb ? @$verb : [ $verb, $content ];
			return 1;
		}
		return 0;
	});
}

# Presses what is so labelled, or a link whose strong words these are. near: the XPath of what it
# stands in.
sub press
{
	my ($self, $label, $near) = @_;

	$near //= '';
	return $self->with_element(join(' | ', (map { "$near//${_}[normalize-space()='$label']" } 'button', 'summary', 'label', 'a'),
			"$near//a[strong[normalize-space()='$label']]"), 'click');
}

# Types into the field of that name.
sub type
{
	my ($self, $field, $text, $near) = @_;

	$near //= '';
	return $self->with_element("$near//input[\@name='$field'] | $near//textarea[\@name='$field']",
		[ [ 'clear', {} ], [ 'value', { text => $text } ] ]);
}

# Chooses what is so labelled in the list of that name.
sub choose
{
	my ($self, $field, $label, $near) = @_;

	$near //= '';
	return $self->with_element("$near//select[\@name='$field']/option[normalize-space()='$label']", 'click');
}

# The page as it looks, as a PNG.
sub picture
{
	my ($self) = @_;

	return decode_base64($self->ask('GET', '/screenshot'));
}

1;
