# jobs-mailer delivers what the outbox holds: header and body as mail programs read them,
# whatever text people wrote, over one connection.

use strict;
use warnings;
use utf8;

use FindBin;
use lib $FindBin::Bin;

use Encode;
use JSON::PP;
use Mailer;
use Marketplace;
use Test::More;

my $node = start_server('mailer_delivery');
my $smtp = start_smtp();
install($node, 'market', 'jobs_owner');
make_outbox($node, 'market');

sub sends
{
	my ($name, @options) = @_;
	my ($status, $log) = mailer($node, 'market', $smtp, '--tls=off', @options);

	is($status, 0, "$name: exits with 0") or diag($log);
	return $log;
}

# Writes an e-mail, sends it, and returns it as it arrived, and as it should.
sub sent
{
	my ($name, $title, $description) = @_;

	$node->safe_psql('market', encode_utf8("SELECT write_email('ann\@ann.example', \$q\$$title\$q\$, \$q\$$description\$q\$)"));
	my $claimed = decode_json($node->safe_psql('market',
		'BEGIN; SELECT jsonb_build_object($$subject$$, subject, $$body$$, body) FROM jobs.claim_emails(); ROLLBACK'));
	sends($name);
	return ((mails($smtp))[-1], $claimed);
}

sends('nothing is due');
is(connections($smtp), 0, 'when nothing is due the SMTP server is left alone');

my ($mail) = sent('plain', 'A summer sale', 'All of it');
my $key = $node->safe_psql('market', 'SELECT marketplace_id FROM jobs.node');
my ($id, $job) = split /\|/, $node->safe_psql('market', 'SELECT id, job_id FROM jobs.email');
is_deeply($mail->{defects}, [], 'a parser finds nothing wrong');
is(join(' ', sort @{ $mail->{names} }), join(' ', sort qw(auto-submitted content-type date from in-reply-to message-id
	mime-version references subject to)), 'the header has these fields, each once');
is($mail->{from}, 'jobs@example.com', 'the sender');
is_deeply($mail->{to}, ['ann@ann.example'], 'the recipient');
is_deeply([ @$mail{qw(from_name from_address)} ], [ 'Jobs', 'jobs@example.com' ], 'From');
is($mail->{header}{to}, 'ann@ann.example', 'To');
is($mail->{header}{subject}, 'New job from Max: A summer sale', 'Subject');
is($mail->{header}{'message-id'}, "<$key-$id\@example.com>", 'Message-ID is the message key');
is($mail->{header}{$_}, "<$key-job-$job\@example.com>", "$_ is the job") foreach qw(in-reply-to references);
is($mail->{header}{'auto-submitted'}, 'auto-generated', 'Auto-Submitted');
like($mail->{header}{date}, qr/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/, 'Date');
like($mail->{body}, qr/^All of it$/m, 'the body');
is(outbox($node, 'market'), 'ann@ann.example|1|sent', 'it is acknowledged');

# another e-mail of the same job, and one of none
$node->safe_psql('market', qq{
	SELECT jobs.decline_job($job, 'no_time', actor => 'member:' || min(id)) FROM jobs.member;
	SELECT jobs.send_proposal((SELECT min(id) FROM jobs.organization), 1024, 'Next', 'Draw', 5,
		actor => 'member:' || (SELECT min(id) FROM jobs.member))});
sends('a thread');
my (undef, $declined, $proposed) = mails($smtp);
is($declined->{header}{references}, $mail->{header}{references}, 'the e-mails of a job are one thread');
isnt($declined->{header}{'message-id'}, $mail->{header}{'message-id'}, '... of several messages');
ok(!exists $proposed->{header}{references} && !exists $proposed->{header}{'in-reply-to'}, 'one that is of no job is in none');

# Text of all kinds. Lines may begin with dots, be long, or end in blanks.
my @texts = (
	[ 'dots', "Dots", ".\n..\n.x\n\n.\nFrom here\n\n." ],
	[ 'long lines', 'L' x 199, join("\n", 'x' x 3000, 'word ' x 700 . 'end', '=3D' x 400) ],
	[ 'blanks', 'two  blanks', "end \n\ttab\t\n  \nend" ],
	[ 'umlauts', 'Größe für Ärzte', "Größe für Ärzte\nstraße" ],
	[ 'Japanese', '東京都のお店のデザインを新しくしてください' x 5, "日本語の本文\n" x 50 ],
	[ 'emoji', '😀👩‍👩‍👧‍👦🇪🇪' x 6, '👩‍👩‍👧‍👦😀 and é' x 100 ],
	[ 'right to left', 'שלום עולם', 'مرحبا بالعالم' ],
	[ 'what looks encoded', '=?UTF-8?B?SGFjaw==?= =?utf-8?q?x?=', '=?UTF-8?B?SGFjaw==?=' ],
	[ 'long words', join(' ', ('longish-word') x 14), 'x' ],
	[ 'quotes', q{"a" \\ <b@c.example>, (d); "}, q{'"\\<>} ],
);
my %encoding = (umlauts => 'quoted-printable', Japanese => 'base64', quotes => 'quoted-printable');
foreach (@texts)
{
	my ($name, $title, $description) = @$_;
	my ($mail, $claimed) = sent($name, $title, $description);
	my ($head) = $mail->{bytes} =~ /^(.*?)\r\n\r\n/s;

	is($mail->{header}{subject}, $claimed->{subject}, "$name: the subject");
	is($mail->{body} =~ s/\n$//r, $claimed->{body} =~ s/\n$//r, "$name: the body");
	ok($mail->{lines_end_well}, "$name: lines end with CRLF");
	is($mail->{encoding}, $encoding{$name}, "$name: the shorter encoding") if $encoding{$name};
	is_deeply($mail->{defects}, [], "$name: a parser finds nothing wrong");
	unlike($head, qr/[^\r\n\x20-\x7e]/, "$name: the header is ASCII");
	unlike($mail->{bytes}, qr/[^\x00-\x7f]|(?<!\r)\n|\r(?!\n)/, "$name: so is all of it");
	# ids can't be broken, and Content-Type is libcurl's
	unlike($mail->{bytes}, qr/^(?!In-Reply-To:|References:|Message-ID:|Content-Type:)[^\r\n]{79}/m, "$name: ... with lines that are not too long");
	# each encoded-word is whole characters
	ok(eval { decode('UTF-8', MIME::Base64::decode_base64($_), Encode::FB_CROAK); 1 }, "$name: characters are not broken")
	  foreach $head =~ /=\?UTF-8\?B\?([^?]*)\?=/g;
}

# A text that looks like SMTP is text.
my $injection = "Hello\r\nBcc: eve\@evil.example\r\n\r\nBody\r\n.\r\nMAIL FROM:<eve\@evil.example>";
my $claimed;
($mail, $claimed) = sent('injection', 'Sale', $injection);
is_deeply($mail->{to}, ['ann@ann.example'], 'a text that looks like commands adds no recipient');
is($mail->{body} =~ s/\n$//r, $claimed->{body} =~ s/\r//gr =~ s/\n$//r, '... and arrives as it is');

# The database lets no line break into a subject or an address. One that isn't ours does: the
# mailer keeps them out, too.
$node->safe_psql('postgres', 'CREATE DATABASE evil');
$node->safe_psql('evil', q{
	CREATE SCHEMA jobs;
	GRANT USAGE ON SCHEMA jobs TO mailer;
	CREATE TABLE jobs.email (email_id bigint, claim_token uuid DEFAULT gen_random_uuid(), recipient text, subject text,
		body text DEFAULT 'Hello', job_id bigint, message_key text DEFAULT 'x-1', next_attempt_at timestamptz DEFAULT now(),
		last_error text);
	GRANT ALL ON jobs.email TO mailer;
	CREATE FUNCTION jobs.claim_emails(max_rows integer, lease interval, worker text) RETURNS SETOF jobs.email
	LANGUAGE SQL AS $$ UPDATE jobs.email SET next_attempt_at = NULL WHERE next_attempt_at IS NOT NULL RETURNING * $$;
	CREATE FUNCTION jobs.ack_emails(bigint[], uuid[]) RETURNS integer LANGUAGE SQL AS 'SELECT 1';
	CREATE FUNCTION jobs.fail_email(id bigint, uuid, error text, boolean) RETURNS timestamptz
	LANGUAGE SQL AS $$ UPDATE jobs.email SET last_error = error WHERE email_id = id; SELECT NULL::timestamptz $$;
	INSERT INTO jobs.email (email_id, recipient, subject) VALUES
		(1, 'ann@ann.example', E'Sale\r\nBcc: eve@evil.example\r\n\r\nBody\x01\u0085'),
		(2, E'ann@ann.example\r\nRCPT TO:<eve@evil.example>', 'x'),
		(3, 'ann@ann.example> <eve@evil.example', 'x'),
		(4, 'a,b@ann.example', 'x'),
		(5, 'ann', 'x'),
		(6, 'ann@', 'x')});
my $mails = mails($smtp);
my ($evil, $evil_log) = mailer($node, 'evil', $smtp, '--tls=off');
is($evil, 0, 'a database that is not ours') or diag($evil_log);
is(mails($smtp) - $mails, 1, 'addresses that are none get no mail');
$mail = (mails($smtp))[-1];
is(join(' ', grep { /bcc/ } @{ $mail->{names} }), '', 'line breaks in a subject add no header');
is($mail->{header}{subject}, 'Sale  Bcc: eve@evil.example    Body  ', '... but blanks');
is_deeply($mail->{to}, ['ann@ann.example'], '... and no recipient');
is($node->safe_psql('evil', q{
		SELECT last_error, string_agg(email_id::text, ' ' ORDER BY email_id) FROM jobs.email WHERE email_id > 1 GROUP BY 1 ORDER BY 1}),
	"the address is not of the form name\@domain|5 6\n"
	  . "the part of the address before the @ has characters that SMTP doesn't allow there|2 3 4",
	'... as the database is told');

# Names of the sender.
foreach my $name ('Jobs, "Ltd"', 'Müller & Söhne 😀 ' . 'ö' x 60, 'x' x 100)
{
	$node->safe_psql('market', q{SELECT write_email('ann@ann.example', 'x', 'y')});
	sends('sender', '--from', encode_utf8("$name <post\@example.org>"), '--envelope-from', 'bounces@example.net');
	$mail = (mails($smtp))[-1];
	# Python puts blanks between encoded-words of a name
	my ($from) = $mail->{bytes} =~ /^From: (.*?)\r\n(?! )/ms;
	like(decode('MIME-Header', $from) =~ tr/"\\\r\n//dr, qr/^\Q@{[ $name =~ tr{"}{}dr ]}\E <post/, encode_utf8("from $name"));
	is($mail->{from_address}, 'post@example.org', '... with its address');
	is($mail->{from}, 'bounces@example.net', '... and another of the envelope');
}
like($mail->{header}{'message-id'}, qr/\@example\.org>$/, 'the domain of From is that of the Message-ID');

# Addresses that are not in ASCII.
$node->safe_psql('market', encode_utf8(q{SELECT write_email('jörg@bücher.example', 'x', 'y'), write_email('ann@bücher.example', 'x', 'y')}));
sends('SMTPUTF8');
my ($joerg, $buecher) = (mails($smtp))[ -2, -1 ];
is_deeply($joerg->{to}, ['jörg@xn--bcher-kva.example'], 'a name in UTF-8, where the server takes it');
like(join(' ', @{ $joerg->{options} }), qr/SMTPUTF8/, '... as it was told');
is($joerg->{header}{to}, 'jörg@xn--bcher-kva.example', '... also in To');
is_deeply($buecher->{to}, ['ann@xn--bcher-kva.example'], 'an international domain');
is($buecher->{header}{to}, 'ann@xn--bcher-kva.example', '... in ASCII');
unlike(join(' ', @{ $buecher->{options} }), qr/SMTPUTF8/, '... asks for nothing');

my $old = start_smtp('--no-smtputf8');
$node->safe_psql('market', encode_utf8(q{SELECT write_email('jörg@bücher.example', 'x', 'y'), write_email('ann@bücher.example', 'x', 'y')}));
my ($status, $log) = mailer($node, 'market', $old, '--tls=off');
is($status, 0, 'a server without SMTPUTF8') or diag($log);
is_deeply([ map { $_->{to}[0] } mails($old) ], ['ann@xn--bcher-kva.example'], '... gets what it can');
is($node->safe_psql('market', 'SELECT last_error FROM jobs.email WHERE dead_at IS NOT NULL'),
	'the address is not in ASCII, and the server has no SMTPUTF8', '... the other e-mail is given up');

# A database of another encoding.
$node->safe_psql('postgres', q{CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'});
$node->safe_psql('latin', q{CREATE EXTENSION jobs; SELECT jobs.install(owner => 'jobs_owner')});
make_outbox($node, 'latin');
$node->safe_psql('latin', encode_utf8(q{SET client_encoding = 'UTF8'; SELECT write_email('ann@ann.example', 'Größe', 'Straße')}));
($status, $log) = mailer($node, 'latin', $smtp, '--tls=off', '--database', $node->connstr('latin') . ' user=mailer client_encoding=LATIN1');
is($status, 0, 'a database in Latin 1') or diag($log);
$mail = (mails($smtp))[-1];
is($mail->{header}{subject}, 'New job from Max: Größe', '... its subject');
like($mail->{body}, qr/^Straße$/m, '... its text');

# One of no encoding, where text needn't be UTF-8: that stops nothing.
$node->safe_psql('postgres', q{CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'});
$node->safe_psql('bytes', q{CREATE EXTENSION jobs; SELECT jobs.install(owner => 'jobs_owner')});
make_outbox($node, 'bytes');
$node->safe_psql('bytes', encode_utf8($_)) foreach
  q{SELECT write_email('ann@ann.example', 'Größe', 'x')},
  q{SELECT write_email('bob@ann.example', E'Gr\xF6e', E'Stra\xDFe')},
  q{SELECT write_email('cem@ann.example', 'Maß', 'x')};
($status, $log) = mailer($node, 'bytes', $smtp, '--tls=off');
is($status, 0, 'a database without an encoding') or diag($log);
is(join(', ', map { $_->{header}{subject} } (mails($smtp))[ -3 .. -1 ]),
	join(', ', map { "New job from Max: $_" } 'Größe', "Gr\x{FFFD}e", 'Maß'), '... all e-mails arrive, in order');
like($log, qr/e-mail \d+ has characters that don't exist in UTF-8/, '... and the log tells of the one');
is($node->safe_psql('bytes', 'SELECT count(*) FROM jobs.email WHERE attempts = 1 AND sent_at IS NOT NULL'), '3', '... at the first attempt');

# Many e-mails, one connection, several claims.
my $before = connections($smtp);
my $count = mails($smtp);
$node->safe_psql('market', q{SELECT write_email('ann' || i || '@ann.example', 'Job ' || i, 'y') FROM generate_series(1, 250) i});
$log = sends('many', '--batch=100');
is(mails($smtp) - $count, 250, 'all arrive');
is(scalar(keys %{ { map { $_->{header}{'message-id'} => 1 } mails($smtp) } }), scalar(grep { $_ } mails($smtp)), '... each once');
is(connections($smtp) - $before, 1, '... over one connection');
is_deeply([ $log =~ /sent (\d+), deferred 0, dead 0/g ], [ 100, 100, 50 ], '... with counts in the log');

done_testing();
