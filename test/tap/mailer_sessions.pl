# jobs-mailer's sessions: settings of a role or a database that are meant for other clients change
# nothing, directly or through a pooler, and what another transaction got in the way of is tried
# again.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use IPC::Run;
use Mailer;
use Marketplace;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('mailer_sessions');
my $smtp = start_smtp();
install($node, 'market', 'jobs_owner');
make_outbox($node, 'market');
my $has_transaction_timeout = $node->safe_psql('market', q{SELECT count(*) FROM pg_settings WHERE name = 'transaction_timeout'});

sub empty
{
	$node->safe_psql('market', q{SELECT jobs.cancel_emails('infinity'); DELETE FROM jobs.email});
	order($smtp);
	return;
}

# Three at once, each to its end. All is sent, each e-mail once.
sub three_mailers
{
	my ($name, $count, @options) = @_;
	my $got = mails($smtp);

	$node->safe_psql('market', "SELECT write_email('a' || i || '\@ann.example', 'x', 'y') FROM generate_series(1, $count) i");
	my @mailers = map { start_mailer($node, 'market', $smtp, '--tls=off', '--once', '--batch=5', @options) } 1 .. 3;
	foreach my $mailer (@mailers)
	{
		local $SIG{ALRM} = sub { die "waited in vain until a mailer ends; mailers say:\n" . logs_of_all() };
		alarm $PostgreSQL::Test::Utils::timeout_default;
		$mailer->{process}->finish;
		alarm 0;
		is($mailer->{process}->result(0), 0, "$name: a mailer ends well") or diag(log_of($mailer));
		unlike(log_of($mailer), qr/refuses|lost the database/, "$name: ... and had no trouble");
	}
	is($node->safe_psql('market', 'SELECT count(*), bool_and(sent_at IS NOT NULL), max(attempts) FROM jobs.email'), "$count|t|1",
		"$name: all are sent, at the first attempt");
	is(mails($smtp) - $got, $count, "$name: each once");
	empty();
	return;
}

# What the mailers' sessions had when they wrote into the outbox.
$node->safe_psql('market', q{
	CREATE TABLE seen (name text, value text, PRIMARY KEY (name, value));
	CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
	BEGIN
		IF session_user = 'mailer' THEN
			INSERT INTO public.seen
			SELECT name, current_setting(name, true)
			FROM unnest(ARRAY['transaction_isolation', 'transaction_read_only', 'statement_timeout', 'lock_timeout',
				'idle_in_transaction_session_timeout', 'search_path', 'row_security', 'DateStyle', 'TimeZone', 'client_encoding',
				'transaction_timeout']) name
			WHERE current_setting(name, true) IS NOT NULL
			ON CONFLICT DO NOTHING;
		END IF;
		RETURN NEW;
	END $$;
	CREATE TRIGGER see BEFORE UPDATE ON jobs.email FOR EACH ROW EXECUTE FUNCTION see()});

sub seen
{
	return $node->safe_psql('market', q{SELECT name, value FROM seen ORDER BY name COLLATE "C"; TRUNCATE seen});
}

my $expected = join("\n", 'DateStyle|ISO, YMD', 'TimeZone|UTC', 'client_encoding|UTF8', 'idle_in_transaction_session_timeout|1min', 'lock_timeout|0',
	'row_security|on', 'search_path|pg_catalog, pg_temp', 'statement_timeout|0', 'transaction_isolation|read committed', 'transaction_read_only|off',
	$has_transaction_timeout ? 'transaction_timeout|0' : ());

# Settings that get in the way. Names that hide those of the server come first in the search path.
my @settings = (
	q{default_transaction_isolation = 'serializable'}, q{default_transaction_read_only = on}, q{default_transaction_deferrable = on},
	q{statement_timeout = '500ms'}, q{lock_timeout = '1ms'}, q{idle_in_transaction_session_timeout = '1ms'}, q{idle_session_timeout = '2s'},
	q{search_path = evil, pg_catalog}, q{row_security = off}, q{DateStyle = 'SQL, DMY'}, q{TimeZone = 'Asia/Tokyo'},
	q{IntervalStyle = 'sql_standard'}, q{client_encoding = 'LATIN1'}, q{standard_conforming_strings = off}, q{array_nulls = off},
	q{synchronous_commit = off}, q{client_min_messages = error},
	$has_transaction_timeout ? q{transaction_timeout = '500ms'} : ());
$node->safe_psql('market', q{
	CREATE SCHEMA evil;
	GRANT USAGE ON SCHEMA evil TO PUBLIC;
	CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE SQL RETURN timestamptz '-infinity';
	CREATE FUNCTION evil.date_trunc(text, timestamptz) RETURNS timestamptz LANGUAGE SQL RETURN timestamptz 'infinity';
	CREATE FUNCTION evil.never(timestamptz, timestamptz) RETURNS bool LANGUAGE SQL RETURN false;
	CREATE OPERATOR evil.<= (FUNCTION = evil.never, LEFTARG = timestamptz, RIGHTARG = timestamptz);
	CREATE DOMAIN evil.uuid AS int; CREATE DOMAIN evil.int8 AS bool});
$node->safe_psql('market', "ALTER ROLE mailer SET $_") foreach @settings;

three_mailers('hostile settings', 60);
is(seen(), $expected, 'hostile settings: the mailers have their own') or diag(logs_of_all());

# Also the other answers, and text that has no UTF-8; the log has times in the way it has its own.
add_email($node, 'market', map { "$_\@ann.example" } qw(a never later));
order($smtp, rcpt => { 'never@ann.example' => '550 5.1.1 no', 'later@ann.example' => '450 4.2.0 later' });
my ($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
is($status, 0, 'hostile settings, answers: exits with 0') or diag($log);
like($log, qr/is due again at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00: 450 4\.2\.0 later$/m, 'hostile settings, answers: a time in the log');
is(outbox($node, 'market'), "a\@ann.example|1|sent\nnever\@ann.example|1|dead\nlater\@ann.example|1|due", 'hostile settings, answers: the outbox');
empty();

# An answer that comes too late ends nothing.
order($smtp, hold => 1);
add_email($node, 'market', 'a@ann.example', 'b@ann.example');
my $late = start_mailer($node, 'market', $smtp, '--tls=off');
wait_until_held($smtp);
$node->safe_psql('market', 'UPDATE jobs.email SET claim_token = gen_random_uuid() WHERE recipient = $$a@ann.example$$');
order($smtp, data => { '*' => '450 later' });
wait_for('it fails', sub { log_of($late) =~ /is somebody else's by now, or is gone; it failed here: 450 later/ });
is(stop_mailer($late), 0, 'a stale answer: the mailer ends well');
unlike(log_of($late), qr/refuses|lost the database/, 'a stale answer: ... and had no trouble');
empty();

# An answer that damaged tables don't take is kept until they do.
order($smtp, hold => 1);
add_email($node, 'market', 'a@ann.example');
my $keeps = start_mailer($node, 'market', $smtp, '--tls=off');
wait_until_held($smtp);
$node->safe_psql('market', 'ALTER TABLE jobs.email DISABLE TRIGGER "00_jobs_guard"');
order($smtp, data => { '*' => '450 later' });
wait_for('it is told', sub { log_of($keeps) =~ /tables of jobs are not ready/ });
is(outbox($node, 'market'), 'a@ann.example|1|claimed', 'damaged tables: nothing is answered');
is($node->safe_psql('market', 'SELECT last_error FROM jobs.email'), '', 'damaged tables: ... yet');
$node->safe_psql('market', 'ALTER TABLE jobs.email ENABLE TRIGGER "00_jobs_guard"');
wait_for('it answers', sub { $node->safe_psql('market', 'SELECT last_error FROM jobs.email') =~ /450 later/ });
is(stop_mailer($keeps), 0, 'damaged tables: the mailer ends well');
empty();

# A mailer that waits is idle.
my $idle = start_mailer($node, 'market', $smtp, '--tls=off', '--poll=3600');
wait_for('it waits', sub { $node->safe_psql('market', q{
	SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'jobs-mailer' AND state = 'idle' AND state_change < now() - interval '3s')}) eq 't' });
add_email($node, 'market', 'a@ann.example');
wait_for('a notification wakes it', sub { outbox($node, 'market') eq 'a@ann.example|1|sent' });
is(stop_mailer($idle), 0, 'an idle mailer: ends well');
unlike(log_of($idle), qr/lost the database/, 'an idle mailer: was let alone');
empty();

# The lock of somebody else is waited for.
add_email($node, 'market', 'a@ann.example');
order($smtp, hold => 1);
my $waiting = start_mailer($node, 'market', $smtp, '--tls=off');
wait_until_held($smtp);
my $holder = $node->background_psql('market');
$holder->query_safe('BEGIN; SELECT FROM jobs.email FOR UPDATE');
order($smtp);
wait_for('it waits for the lock', sub { $node->safe_psql('market', q{
	SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'jobs-mailer' AND wait_event_type = 'Lock')}) eq 't' });
$holder->query_safe('COMMIT');
$holder->quit;
wait_for('it is acknowledged', sub { outbox($node, 'market') eq 'a@ann.example|1|sent' });
is(stop_mailer($waiting), 0, 'a lock: the mailer ends well');
unlike(log_of($waiting), qr/refuses|lost the database/, 'a lock: ... and had no trouble');
empty();

# Transactions that others got in the way of: so many fail, by the statement or the commit.
$node->safe_psql('market', q{
	CREATE SEQUENCE failures;
	CREATE TABLE failing (state text, count int);
	INSERT INTO failing VALUES ('', 0);
	CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
	DECLARE
		failing public.failing;
	BEGIN
		SELECT * INTO failing FROM public.failing;
		IF session_user = 'mailer' AND nextval('public.failures') <= failing.count THEN
			RAISE 'in the way' USING ERRCODE = failing.state;
		END IF;
		RETURN NEW;
	END $$});
foreach my $state ('40001', '40P01')
{
	foreach my $trigger ('TRIGGER fail BEFORE UPDATE ON jobs.email', 'CONSTRAINT TRIGGER fail AFTER UPDATE ON jobs.email DEFERRABLE INITIALLY DEFERRED')
	{
		my $name = $trigger =~ /CONSTRAINT/ ? "$state by the commit" : $state;

		$node->safe_psql('market', "CREATE $trigger FOR EACH ROW EXECUTE FUNCTION fail()");
		foreach my $answer ('', '550 5.1.1 no', '450 4.2.0 later')
		{
			my $got = mails($smtp);

			add_email($node, 'market', 'a@ann.example');
			order($smtp, $answer ? (rcpt => { '*' => $answer }) : ());
			# of the claim; and then of the answer, once the e-mail was sent
			$node->safe_psql('market', "UPDATE failing SET state = '$state', count = 5; SELECT setval('failures', 1, false)");
			($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
			is("$status " . (mails($smtp) - $got), $answer ? '0 0' : '0 1', "$name, $answer: a claim is tried again") or diag($log);
			is(outbox($node, 'market'), 'a@ann.example|1|' . (!$answer ? 'sent' : $answer =~ /^5/ ? 'dead' : 'due'), "$name, $answer: the outbox");
			empty();

			$got = mails($smtp);
			add_email($node, 'market', 'a@ann.example');
			order($smtp, hold => 1);
			$node->safe_psql('market', 'UPDATE failing SET count = 0');
			my $mailer = start_mailer($node, 'market', $smtp, '--tls=off');
			wait_until_held($smtp);
			$node->safe_psql('market', "UPDATE failing SET count = 5; SELECT setval('failures', 1, false)");
			order($smtp, $answer ? (data => { '*' => $answer }) : ());
			wait_for('it is answered', sub { outbox($node, 'market') !~ /claimed/ });
			is(stop_mailer($mailer), 0, "$name, $answer: an answer is tried again");
			unlike(log_of($mailer), qr/refuses|lost the database/, "$name, $answer: ... without a new connection");
			is(mails($smtp) - $got, $answer ? 0 : 1, "$name, $answer: ... nor a second mail");
			empty();
		}
		$node->safe_psql('market', 'DROP TRIGGER fail ON jobs.email');
	}
}

# ... but not for ever.
$node->safe_psql('market', q{CREATE TRIGGER fail BEFORE UPDATE ON jobs.email FOR EACH ROW EXECUTE FUNCTION fail();
	UPDATE failing SET count = 1000000});
add_email($node, 'market', 'a@ann.example');
($status, $log) = mailer($node, 'market', $smtp, '--tls=off');
is($status, 1, 'a claim that always fails: exits with 1');
like($log, qr/the database refuses: in the way/, 'a claim that always fails: says why');
$node->safe_psql('market', 'DROP TRIGGER fail ON jobs.email');
empty();

# Through a pooler, too.
SKIP:
{
	my ($pgbouncer) = grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin';

	skip 'pgbouncer is not installed' unless $pgbouncer;
	# what it says to the server itself needs its time
	$node->safe_psql('market', q{ALTER ROLE mailer SET statement_timeout = '10s'});
	foreach my $mode ('transaction', 'session')
	{
		my $folder = PostgreSQL::Test::Utils::tempdir_short();
		my $out = '';

		append_to_file("$folder/users", qq{"mailer" ""\n});
		append_to_file("$folder/ini", "[databases]\nmarket = host=" . $node->host . ' port=' . $node->port . qq{
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $folder
auth_type = trust
auth_file = $folder/users
pool_mode = $mode
default_pool_size = @{[ $mode eq 'session' ? 3 : 2 ]}
});
		my $pooler = IPC::Run::start([ $pgbouncer, "$folder/ini" ], '<', \undef, '>&', \$out);
		wait_for('pgbouncer listens', sub { $pooler->pump_nb; die "pgbouncer ended: $out\n" unless $pooler->pumpable; -S "$folder/.s.PGSQL.6432" });
		seen();
		three_mailers("pgbouncer, $mode", 60, '--database', "host=$folder port=6432 dbname=market user=mailer");
		is(seen(), $expected, "pgbouncer, $mode: the mailers have their settings") or diag(logs_of_all());
		if ($mode eq 'transaction')
		{
			# what they set is theirs alone
			is($node->safe_psql('market', 'SHOW statement_timeout; SHOW TimeZone', extra_params => [ '-d', "host=$folder port=6432 dbname=market user=mailer" ]),
				"10s\nAsia/Tokyo", 'pgbouncer: others have those of the role');
		}
		$pooler->kill_kill;
	}
}

done_testing();
