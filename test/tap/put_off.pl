# What the tables' owner plants may put nothing off until the commit, where it would run with the
# rights of whoever commits, or too late to be checked: in each place where the library works with
# the owner's rights, and more than an action's own rows are at stake.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('put_off', 'autovacuum = off');

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE shop_app LOGIN;
	CREATE ROLE shop_operator LOGIN;
	CREATE ROLE shop_mailer LOGIN;
	SELECT jobs.grant_access('shop_app', 'app'), jobs.grant_access('shop_operator', 'operator'), jobs.grant_access('shop_mailer', 'mailer');
	-- what opens a cursor, or writes a row whose foreign key is checked at the commit
	CREATE SCHEMA own AUTHORIZATION jobs_owner;
	GRANT CREATE ON SCHEMA jobs TO jobs_owner;
	SET SESSION AUTHORIZATION jobs_owner;
	CREATE TABLE own.ran (as_whom name);
	CREATE TABLE own.page (id bigint PRIMARY KEY);
	CREATE TABLE own.link (page_id bigint REFERENCES own.page DEFERRABLE INITIALLY DEFERRED);
	CREATE TABLE own.bait ();
	CREATE FUNCTION own.later() RETURNS integer LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO own.ran VALUES (current_user);
		RETURN 1;
	END $$;
	CREATE FUNCTION own.hold() RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE format('DECLARE held_%s CURSOR WITH HOLD FOR SELECT own.later()', nextval('own.holds'));
		RETURN true;
	END $$;
	CREATE SEQUENCE own.holds;
	-- the server believes it, and calls it when it plans
	CREATE FUNCTION own.hold_in_plan() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
	BEGIN
		RETURN current_setting('own.asleep', true) = 'on' OR own.hold();
	END $$;
	CREATE FUNCTION own.hold_in_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM own.hold();
		RETURN NULL;
	END $$;
	CREATE FUNCTION own.link_in_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO own.link VALUES (1);
		RETURN NULL;
	END $$;
	CREATE FUNCTION own.defer() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM own.later();
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER defer AFTER INSERT ON own.bait DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION own.defer();
	CREATE FUNCTION own.defer_in_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO own.bait DEFAULT VALUES;
		RETURN NULL;
	END $$;
	RESET SESSION AUTHORIZATION;
	-- whose rights it would be with shows in the table, if it ran
	GRANT USAGE ON SCHEMA own TO PUBLIC;
	GRANT INSERT ON own.ran TO PUBLIC });

$node->safe_psql('market', q{SELECT jobs.create_service('Fresh'), jobs.provide_service(1025, 3072)});

# an e-mail that a mailer holds, a job that is due, accounts that are closed and suspended, a role that is bound,
# events that may be purged
$node->safe_psql('market', q{
	CREATE ROLE bob;
	SELECT jobs.bind_role('bob', 'member:2049');
	SELECT jobs.create_merchant('Eve', 'eve@shop.example');
	SELECT jobs.start_conversation(1025, 'Hello', actor => 'merchant:2048');
	SELECT jobs.block_conversation(2049, actor => 'merchant:2048');
	SELECT jobs.create_merchant('Zoe', 'zoe@shop.example'), jobs.close_organization(jobs.create_organization('Closed', 'closed@x.example'));
	SELECT jobs.close_merchant(3072), jobs.suspend('merchant:3072', 'x');
	SELECT jobs.add_member(jobs.create_organization('Unknown', 'x@unknown.example'), 'X', 'x@unknown.example');
	SELECT jobs.create_consumer('all');
	SELECT jobs.ack_events('all', max(event_position)) FROM jobs.read_events('all');
	SELECT count(*) FROM jobs.claim_emails(1, '1 day') });
# jobs that may be purged; the oldest e-mail is old
$node->safe_psql('market', q{
	UPDATE jobs.email SET sent_at = now(), next_attempt_at = NULL WHERE job_id IN (SELECT id FROM jobs.job WHERE ended_at IS NOT NULL) AND claim_token IS NULL;
	SET session_replication_role = replica;
	UPDATE jobs.email SET created_at = now() - interval '1 day', sent_at = now() - interval '1 day', next_attempt_at = NULL
	WHERE id = (SELECT min(id) FROM jobs.email WHERE claim_token IS NULL);
	ALTER DATABASE market SET jobs.email_retention = '1h' });
is($node->safe_psql('market', q{SELECT count(*) > 0 FROM jobs.job WHERE due_at < now()}), 't', 'a job is due');
my ($held, $token) = split /\|/, $node->safe_psql('market', 'SELECT id, claim_token FROM jobs.email WHERE claim_token IS NOT NULL ORDER BY id DESC LIMIT 1');

my $unknown = $node->safe_psql('market', q{SELECT id FROM jobs.organization WHERE name = 'Unknown'});

my $contents = contents($node, 'market');
my %tried;

# The owner has planted something; then the call fails.
sub puts_nothing_off
{
	my ($user, $planted, $removed, $call, $error, $name) = @_;

	$tried{$1} = 1 if $call =~ /jobs\.(\w+)\(/;
	$node->safe_psql('market', "SET own.asleep = on; $planted");
	refuses($node, 'market', $call, $error, $name, extra_params => [ '-U', $user, '-v', 'VERBOSITY=verbose' ]);
	is($node->safe_psql('market', "SET own.asleep = on; $removed; SELECT count(*) FROM own.ran; TRUNCATE own.ran"), '0', "$name: nothing ran");
	return;
}

# By each kind of trigger on the table that the call writes.
sub triggers_put_nothing_off
{
	my ($user, $table, $call, $name) = @_;
	my $removed = "DROP TRIGGER own ON jobs.$table";

	foreach my $case ([ 'hold_in_trigger', qr/42501: .*WITH HOLD/ ], [ 'link_in_trigger', qr/42501: .*cannot fire deferred trigger/ ],
		[ 'defer_in_trigger', qr/42501: .*cannot fire deferred trigger/ ])
	{
		my ($function, $error) = @$case;

		puts_nothing_off($user, "CREATE TRIGGER own AFTER INSERT OR UPDATE OR DELETE ON jobs.$table FOR EACH ROW EXECUTE FUNCTION own.$function()",
			$removed, $call, $error, "$name, $function");
	}
	return;
}

# While evidence is written: the commit checks no foreign key any more.
my $request = q{SELECT jobs.request_job(3072, 'T', 'T', 1025, actor => 'merchant:1024')};
triggers_put_nothing_off('shop_app', 'ranking_stat', $request, 'evidence');
puts_nothing_off('shop_app', q{
		ALTER TABLE jobs.ranking_stat ADD page_id bigint REFERENCES own.page DEFERRABLE INITIALLY DEFERRED;
		ALTER TABLE jobs.ranking_stat ALTER page_id SET DEFAULT 1 }, 'ALTER TABLE jobs.ranking_stat DROP page_id',
	$request, qr/23503: .*"ranking_stat_page_id_fkey"/, 'evidence, a key of its own');
triggers_put_nothing_off('shop_operator', 'ranking_stat', 'SELECT jobs.rebuild_ranking()', 'evidence counted anew');

# While a table's description is built, of which the server plans the checks.
puts_nothing_off('shop_app', 'ALTER TABLE jobs.message ADD CONSTRAINT own CHECK (own.hold_in_plan()) NOT VALID',
	'ALTER TABLE jobs.message DROP CONSTRAINT own', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')}, qr/42501: .*WITH HOLD/,
	'a check of a table');

# What operators and mailers write by SQL.
triggers_put_nothing_off('shop_mailer', 'email', 'SELECT jobs.claim_emails()', 'a claim');
triggers_put_nothing_off('shop_operator', 'email', q{SELECT jobs.cancel_emails('infinity')}, 'cancelling e-mails');

triggers_put_nothing_off('shop_mailer', 'email', "SELECT jobs.ack_emails(ARRAY[$held]::bigint[], ARRAY['$token']::uuid[])", 'an acknowledgement');
triggers_put_nothing_off('shop_mailer', 'email', "SELECT jobs.fail_email($held, '$token', 'No')", 'a failure');
triggers_put_nothing_off('shop_operator', 'email', "SELECT jobs.retry_email($held)", 'another attempt');
triggers_put_nothing_off('shop_operator', 'email', "SELECT jobs.resend_email($held)", 'sending once more');
triggers_put_nothing_off('shop_operator', 'email', 'SELECT jobs.retry_emails()', 'another attempt for dead letters');
triggers_put_nothing_off('shop_operator', 'node', q{SELECT jobs.pause_emails('x')}, 'a pause');
$node->safe_psql('market', q{SELECT jobs.pause_emails('x')});
triggers_put_nothing_off('shop_operator', 'node', 'SELECT jobs.resume_emails()', 'the end of a pause');
$node->safe_psql('market', 'SELECT jobs.resume_emails()');

# What operators do.
triggers_put_nothing_off('shop_operator', 'service', q{SELECT jobs.create_service('New')}, 'create_service()');
triggers_put_nothing_off('shop_operator', 'merchant', q{SELECT jobs.suspend('merchant:1024', 'x')}, 'suspend()');
triggers_put_nothing_off('shop_operator', 'merchant', q{SELECT jobs.reinstate('merchant:3072')}, 'reinstate()');
triggers_put_nothing_off('shop_operator', 'merchant', 'SELECT jobs.reopen_merchant(3072)', 'reopen_merchant()');
triggers_put_nothing_off('shop_operator', 'preferences', q{SELECT jobs.reopen_organization((SELECT id FROM jobs.organization WHERE name = 'Closed'))}, 'reopen_organization()');
triggers_put_nothing_off('shop_operator', $_, "SELECT jobs.delete_organization($unknown)", "delete_organization(), $_") foreach 'organization', 'preferences', 'member';
triggers_put_nothing_off('shop_operator', $_, 'SELECT jobs.reassign_jobs(2049, 1025)', "reassign_jobs(), $_") foreach 'assignment', 'event';
triggers_put_nothing_off('shop_operator', $_, "SELECT jobs.extend_deadline(1025, now() + interval '1 year')", "extend_deadline(), $_") foreach 'job', 'event';
triggers_put_nothing_off('shop_operator', $_, q{SELECT jobs.erase_person('merchant:2048', texts => true)}, "erase_person(), $_") foreach 'merchant', 'message', 'event';
puts_nothing_off('shop_operator', 'CREATE INDEX own ON jobs.merchant ((own.hold_in_plan() AND id > 0))', 'DROP INDEX jobs.own',
	q{SELECT jobs.export_person('merchant:2048')}, qr/42501: .*WITH HOLD/, 'export_person()');
triggers_put_nothing_off('shop_operator', 'email', q{SELECT jobs.purge_emails('0')}, 'purge_emails()');
triggers_put_nothing_off('shop_operator', $_, 'SELECT jobs.purge_events()', "purge_events(), $_") foreach 'event', 'node';
triggers_put_nothing_off('shop_operator', 'email', 'CALL jobs.maintain()', 'maintain(), email');
triggers_put_nothing_off('shop_operator', 'node', 'BEGIN; CALL jobs.maintain(); COMMIT', 'maintain(), node');
# a job on which there is such a trigger stays, whoever purges
foreach my $function ('hold_in_trigger', 'link_in_trigger', 'defer_in_trigger')
{
	foreach my $user ('shop_operator', 'jobs_owner')
	{
		$node->safe_psql('market', "SET own.asleep = on; CREATE TRIGGER own AFTER DELETE ON jobs.event FOR EACH ROW EXECUTE FUNCTION own.$function()");
		my ($status, $out, $err) = $node->psql('market', q{SELECT jobs.purge_jobs('0')}, extra_params => [ '-U', $user, '-v', 'VERBOSITY=verbose' ]);
		is($out, '0', "purge_jobs() by $user, $function: none goes");
		like($err, qr/WARNING:  42501: job \d+ was not purged: .*(WITH HOLD|cannot fire deferred trigger)/, "purge_jobs() by $user, $function: says so");
		is($node->safe_psql('market', "SET own.asleep = on; DROP TRIGGER own ON jobs.event; SELECT count(*) FROM own.ran; TRUNCATE own.ran"), '0', "purge_jobs() by $user, $function: nothing ran");
	}
}
$tried{purge_jobs} = 1;
foreach my $call ('SELECT jobs.expire_jobs()', 'CALL jobs.expire_due_jobs()')
{
	triggers_put_nothing_off('shop_operator', $_, $call, "$call, $_") foreach 'job', 'event', 'email', 'node';
}
puts_nothing_off($_, 'CREATE INDEX own ON jobs.node ((own.hold_in_plan() AND id))', 'DROP INDEX jobs.own', 'SELECT FROM jobs.health_report()',
	qr/42501: .*WITH HOLD/, "health, read by $_") foreach 'shop_operator', 'postgres';
# ... and what plans none: there the description of a table has a check
puts_nothing_off('shop_operator', "ALTER TABLE jobs.$$_[0] ADD CONSTRAINT own CHECK (own.hold_in_plan()) NOT VALID",
	"ALTER TABLE jobs.$$_[0] DROP CONSTRAINT own", "SELECT FROM jobs.$$_[1]", qr/42501: .*WITH HOLD/, $$_[1])
  foreach [ 'node', 'email_pause()' ], [ 'preferences', 'why_not_matched(1025, 3072)' ];

# What superusers and the owner administrate.
foreach my $user ('postgres', 'jobs_owner')
{
	triggers_put_nothing_off($user, 'node', "SELECT jobs.$_", "$_ by $user")
	  foreach q{grant_access('pg_monitor', 'monitor')}, q{revoke_access('shop_app', 'app')}, 'set_slots(0, 7)';
	triggers_put_nothing_off($user, 'role_binding', "SELECT jobs.$_", "$_ by $user")
	  foreach q{bind_role('pg_monitor', 'member:1025')}, q{unbind_role('bob')};
}
# ... of which the server plans each statement
foreach my $call ('uninstall()', 'uninstall(true)', 'install()', q{grant_access('pg_monitor', 'monitor')},
	q{revoke_access('shop_app', 'app')})
{
	puts_nothing_off('postgres', 'CREATE INDEX own ON jobs.node ((own.hold_in_plan() AND id))', 'DROP INDEX jobs.own', "SELECT jobs.$call",
		qr/42501: .*WITH HOLD/, $call);
}
# ... or reads all rows of a table for a key that is missing
puts_nothing_off('postgres', q{
		ALTER TABLE jobs.assignment DROP CONSTRAINT assignment_member_id_fkey;
		CREATE INDEX own ON jobs.assignment ((own.hold_in_plan() AND member_id > 0)) },
	'DROP INDEX jobs.own; DO $$ BEGIN PERFORM jobs.install(); END $$', 'SELECT jobs.install()', qr/42501: .*WITH HOLD/, 'install() adds a key');
foreach my $outdated ('node SET schema_version = 0', q{email_template SET body = 'Old' WHERE kind = 'message'})
{
	my ($table) = split / /, $outdated;

	triggers_put_nothing_off('postgres', $table, qq{
			BEGIN;
			SET LOCAL session_replication_role = replica;
			UPDATE jobs.$outdated;
			SET LOCAL session_replication_role = origin;
			SELECT jobs.install();
			COMMIT }, "install() writes $table");
}

same(contents($node, 'market'), $contents, 'nothing was written');

# Whatever people don't call was tried. What is not: it calls pg_cron's functions, and writes its table; or reads one
# row without a plan.
my %others = map { $_ => 1 } 'schedule_expiry', 'unschedule_expiry', 'schedule_maintenance', 'unschedule_maintenance', 'last_maintained_at';
my @functions = map { slurp_file($_) =~ /^-- access: (?:mailers|operators|watchers|owner)\nCREATE (?:FUNCTION|PROCEDURE) jobs\.(\w+)/gm }
  glob("$FindBin::Bin/../../sql/*.sql");
cmp_ok(scalar(@functions), '>', 20, 'functions are not few');
is_deeply([ grep { !$tried{$_} && !$others{$_} } @functions ], [], 'each function was tried');

# The owner's own sweep commits with the owner's rights, and may put off what it likes; a superuser's who is
# the owner for a while may not.
my $trigger = 'CREATE TRIGGER own AFTER UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION own.defer_in_trigger()';
puts_nothing_off('postgres', $trigger, 'DROP TRIGGER own ON jobs.job', 'SET ROLE jobs_owner; CALL jobs.expire_due_jobs()',
	qr/42501: .*cannot fire deferred trigger/, 'a sweep with the rights of the owner');
$node->safe_psql('market', 'ALTER ROLE jobs_owner LOGIN');
$node->safe_psql('market', $trigger);
$node->safe_psql('market', 'CALL jobs.expire_due_jobs()', extra_params => [ '-U', 'jobs_owner' ]);
is($node->safe_psql('market', 'SELECT DISTINCT as_whom FROM own.ran; TRUNCATE own.ran; DROP TRIGGER own ON jobs.job'), 'jobs_owner',
	q{the owner's own sweep});
is($node->safe_psql('market', q{SELECT count(*) FROM jobs.job WHERE due_at < now()}), '0', 'it expired what is due');
works($node, 'market', 'afterwards');

done_testing();
