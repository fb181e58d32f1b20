# Ways to act as somebody else. None succeeds: who tries stays nobody, or whom they were,
# or is refused.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('impersonate');

install($node, 'market', 'jobs_owner');
fill($node, 'market');

# Ann of one organization and her merchant Max; Otto of another and his, Mia.
my ($ann, $max) = ('member:1025', 'merchant:1024');
my ($other, $otto_id, $mia_id, $hidden) = split /\n/, $node->safe_psql('market', q{
	SELECT jobs.create_organization('Otto Ltd', 'office@otto.example') AS other \gset
	SELECT jobs.add_member(:other, 'Otto', 'otto@otto.example') AS otto \gset
	SELECT jobs.create_merchant('Mia', 'mia@shop.example') AS mia \gset
	SELECT jobs.provide_service(:other, 1024);
	SELECT job_id AS hidden FROM jobs.request_job(1024, 'hidden', 'All of it', :other, actor => 'merchant:' || :mia) \gset
	\echo :other
	\echo :otto
	\echo :mia
	\echo :hidden }) =~ s/^\n//r;
my ($otto, $mia) = ("member:$otto_id", "merchant:$mia_id");

$node->safe_psql('market', qq{
	CREATE ROLE app LOGIN;
	CREATE ROLE ann LOGIN;
	CREATE ROLE otto LOGIN;
	CREATE ROLE max LOGIN;
	CREATE ROLE unbound LOGIN;
	CREATE ROLE operators;
	CREATE ROLE pool LOGIN NOINHERIT;
	CREATE ROLE mallory LOGIN;
	GRANT ann, otto, max, unbound TO pool;
	SELECT jobs.grant_access('app', 'app'), jobs.grant_access('unbound', 'bound'), jobs.grant_access('operators', 'operator'),
		jobs.grant_access('mallory', 'operator');
	SELECT jobs.bind_role('ann', '$ann'), jobs.bind_role('otto', '$otto'), jobs.bind_role('max', '$max');
	-- what each may have of its own
	CREATE SCHEMA own;
	GRANT USAGE, CREATE ON SCHEMA own TO PUBLIC;
	CREATE TABLE own.log (place text, said text);
	GRANT INSERT ON own.log TO PUBLIC });

my $who = 'SELECT jobs.current_actor()';
my $rows = q{SELECT coalesce(string_agg(DISTINCT organization_id::text, ' '), 'none') FROM jobs.job};
my $command = 'psql -X -q -d "' . $node->connstr('market') . ' user=postgres" -c';

# Runs it as a role: it answers this, all of it; or it fails so.
sub attempt
{
	my ($name, $role, $sql, $expected, %params) = @_;
	my ($out, $err);
	local $ENV{PGOPTIONS} = $params{options} // '';

	my $status = $node->psql('market', $sql, stdout => \$out, stderr => \$err, on_error_stop => !$params{goes_on},
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);
	if (ref $expected)
	{
		ok($status != 0, "$name: fails") or diag($out);
		like($err, $expected, "$name: says so");
	}
	else
	{
		is($out, $expected, $name) or diag($err);
	}
	return;
}

# a query's answers, as psql prints them, an empty one being a line
sub lines
{
	return join("\n", @_);
}

my $denied = qr/ERROR:  42501: /;

# 1. The setting.
foreach my $loaded (0, 1)
{
	# a library that isn't loaded yet has no settings, only placeholders of anybody's
	my $first = $loaded ? "$who;" : '';
	my $as = $loaded ? 'once loaded' : 'before it is loaded';

	if ($loaded)
	{
		attempt("$_->[0], $as", 'app', "$first $_->[1]", qr/42501: permission denied to set parameter "jobs.actor"/)
		  foreach ([ 'SET', "SET jobs.actor = '$ann'" ], [ 'SET LOCAL', "BEGIN; SET LOCAL jobs.actor = '$ann'" ],
			[ 'SET TO DEFAULT of somebody', "SET jobs.actor TO '$ann'" ],
			[ 'set_config()', "SELECT set_config('jobs.actor', '$ann', false)" ],
			[ 'set_config(), local', "SELECT set_config('jobs.actor', '$ann', true)" ],
			[ 'a DO block', "DO \$\$ BEGIN SET LOCAL jobs.actor = '$ann'; END \$\$" ]);
	}
	else
	{
		attempt("SET, $as", 'app', "SET jobs.actor = '$ann'; $who; $rows; RESET ALL; $who", lines('', 'none', ''));
		attempt("SET LOCAL, $as", 'app', "BEGIN; SET LOCAL jobs.actor = '$ann'; $who; COMMIT; $who", lines('', ''));
		attempt("a stack of them, $as", 'app', "SET jobs.actor = '$max'; BEGIN; SET LOCAL jobs.actor = '$ann'; SAVEPOINT s;
			SET jobs.actor = '$ann'; $who; ROLLBACK TO s; $who; COMMIT; $who", lines('', '', ''));
		attempt("set_config(), $as", 'app', "SELECT set_config('jobs.actor', '$ann', false); $who; DISCARD ALL; $who", lines($ann, '', ''));
	}
	attempt("a function with SET, $as", 'app', "$first CREATE FUNCTION own.who() RETURNS text LANGUAGE sql SET jobs.actor = '$ann' AS '$who'", $denied);
	attempt("ALTER ROLE, $as", 'app', "$first ALTER ROLE app SET jobs.actor = '$ann'", $denied);
}

# What a superuser gave a role or the database before the library was loaded is not believed.
my @places = (
	[ 'ALTER ROLE', "ALTER ROLE app SET jobs.actor = '$ann'", 'ALTER ROLE app RESET ALL' ],
	[ 'ALTER ROLE IN DATABASE', "ALTER ROLE app IN DATABASE market SET jobs.actor = '$ann'", 'ALTER ROLE app IN DATABASE market RESET ALL' ],
	[ 'ALTER DATABASE', "ALTER DATABASE market SET jobs.actor = '$ann'", 'ALTER DATABASE market RESET ALL' ]);

sub believes_none
{
	my ($name, %params) = @_;

	attempt("$name: nobody", 'app', "$who; $rows; RESET ALL; $who; DISCARD ALL; $who", lines('', 'none', '', ''), %params);
	attempt("$name: RESET by hand", 'app', "$who; RESET jobs.actor", $denied, %params);
	return;
}

sub connect_with
{
	my ($state) = @_;

	foreach my $place (@places)
	{
		$node->psql('postgres', $place->[1]);
		believes_none("$place->[0], $state");
		$node->safe_psql('postgres', $place->[2]);
	}
	# a connection that asks for it is refused, or is nobody
	my ($out, $err);
	{
		local $ENV{PGOPTIONS} = "-c jobs.actor=$ann";
		$node->psql('market', "$who; $rows", stdout => \$out, stderr => \$err, extra_params => [ '-U', 'app' ]);
	}
	ok($out eq lines('', 'none') || $err =~ /permission denied to set parameter/, "PGOPTIONS, $state: nobody") or diag($out, $err);
	return;
}

connect_with('loaded on demand');
attempt('ALTER SYSTEM', 'postgres', "$who; ALTER SYSTEM SET jobs.actor = '$ann'", qr/ERROR:  /);
attempt('ALTER ROLE by a superuser', 'postgres', "$who; ALTER ROLE app SET jobs.actor = '$ann'", qr/22023: invalid value for parameter "jobs.actor"/);
attempt('ALTER DATABASE by a superuser', 'postgres', "$who; ALTER DATABASE market SET jobs.actor = '$ann'", qr/22023: invalid value for parameter "jobs.actor"/);
$node->append_conf('postgresql.conf', "jobs.actor = '$ann'");
$node->reload;
believes_none('postgresql.conf');
attempt('postgresql.conf, a superuser', 'postgres', $who, 'system');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'jobs'");
ok(!$node->restart(fail_ok => 1) || $node->safe_psql('market', $who) eq 'system', 'postgresql.conf, at the start: not believed');
$node->adjust_conf('postgresql.conf', 'jobs.actor', undef);
$node->restart;
connect_with('loaded at the start');
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$node->restart;
$node->safe_psql('market', "CREATE FUNCTION own.as_ann() RETURNS text LANGUAGE sql SET jobs.actor = '$ann' AS '$who'");
attempt("a superuser's function with SET, before it is loaded", 'app', 'SELECT own.as_ann()', '');
attempt("a superuser's function with SET, once loaded", 'app', "$who; SELECT own.as_ann()", qr/42501: permission denied to set parameter "jobs.actor"/);

# 2. act_as() and the argument.
attempt('act_as() without the right to', 'unbound', "SELECT jobs.act_as('$ann')", qr/42501: permission denied for function act_as/);
attempt('act_as() by a bound role', 'otto', "SELECT jobs.act_as('$ann')", qr/42501: permission denied for function act_as/);
attempt('naming another', 'unbound', "SELECT jobs.open_job(1025, actor => '$ann')", qr/42501: permission denied to act for another actor/);
attempt('a bound role that names another', 'otto', "SELECT jobs.open_job(1025, actor => '$ann')", qr/42501: role "otto" acts for nobody but $otto/);
attempt('a bound role that names the system', 'otto', "SELECT jobs.open_job(1025, actor => 'system')", qr/42501: role "otto" acts for nobody but $otto/);
attempt('a bound role that names nobody', 'otto', "SELECT jobs.create_merchant('X', 'x\@x.example', actor => '')", qr/42501: /);
attempt('an application that names the system', 'app', "SELECT jobs.open_job(1025, actor => 'system')", qr/42501: permission denied to act as the system/);
attempt('an application that acts as the system', 'app', "SELECT jobs.act_as('system')", qr/42501: permission denied to act as the system/);
$node->safe_psql('market', 'GRANT app TO otto');
attempt('a bound role with the rights of an application', 'otto', "SELECT jobs.act_as('$ann')", qr/42501: role "otto" acts for nobody but $otto/);
attempt('... that calls', 'otto', "SELECT jobs.open_job(1025, actor => '$ann')", qr/42501: role "otto" acts for nobody but $otto/);
$node->safe_psql('market', 'REVOKE app FROM otto; GRANT operators TO otto');
attempt('a bound role with the rights of an operator', 'otto', "$who; SELECT jobs.open_job(1025, actor => 'system')", qr/42501: role "otto" acts for nobody but $otto/);
$node->safe_psql('market', 'REVOKE operators FROM otto');
attempt('writing a binding', $_, "UPDATE jobs.role_binding SET actor = '$ann'", qr/42501: permission denied for table role_binding/)
  foreach ('app', 'otto', 'mallory');
attempt('writing a binding as the owner', 'jobs_owner', "UPDATE jobs.role_binding SET actor = '$ann' WHERE role_name = 'otto'", $denied);
attempt('binding a role', $_, "SELECT jobs.bind_role('$_', '$ann')", qr/42501: permission denied for function bind_role/)
  foreach ('app', 'otto', 'mallory');

# 3. Other roles.
attempt('SET ROLE', 'otto', 'SET ROLE ann', qr/42501: permission denied to set role "ann"/);
attempt('SET SESSION AUTHORIZATION', 'app', 'SET SESSION AUTHORIZATION ann', qr/42501: permission denied to set session authorization/);
attempt('a function with SET role', 'otto', "CREATE FUNCTION pg_temp.f() RETURNS text LANGUAGE sql SET role = 'ann' AS '$who'; SELECT pg_temp.f()", $denied);
attempt('granting oneself a bound role', 'otto', 'GRANT ann TO otto', $denied);
# who is a member is whom it becomes, and no longer than that
attempt('SET ROLE by a member of bound roles', 'pool',
	"SET ROLE ann; $who; $rows; SET ROLE otto; $who; $rows; SET ROLE unbound; $who; $rows; RESET ROLE; SET ROLE max; $who; RESET ALL; $who; DISCARD ALL; SET ROLE unbound; $who",
	lines($ann, '1025', $otto, $other, '', 'none', $max, $max, ''));
attempt('who was the system, as another role', 'postgres', "SELECT jobs.act_as('system', false); $who; SET ROLE app; $who; $rows", lines('', 'system', '', 'none'));
attempt('SET LOCAL ROLE', 'pool', "BEGIN; SET LOCAL ROLE ann; $who; COMMIT; SET ROLE unbound; $who", lines($ann, ''));

# 4. Sessions that are used again.
attempt("the next transaction", 'app', "BEGIN; SELECT jobs.act_as('$ann'); $who; COMMIT; $who; $rows", lines('', $ann, '', 'none'));
attempt("after ROLLBACK", 'app', "BEGIN; SELECT jobs.act_as('$ann'); ROLLBACK; $who", lines('', ''));
attempt("after COMMIT AND CHAIN", 'app', "BEGIN; SELECT jobs.act_as('$ann'); COMMIT AND CHAIN; $who; COMMIT", lines('', ''));
attempt("after ROLLBACK TO", 'app', "BEGIN; SAVEPOINT s; SELECT jobs.act_as('$ann'); ROLLBACK TO s; $who; COMMIT", lines('', ''));
attempt("for the session, but rolled back", 'app', "BEGIN; SELECT jobs.act_as('$ann', false); ROLLBACK; $who", lines('', ''));
attempt("after an error", 'app', "BEGIN; SELECT jobs.act_as('$ann'); SELECT 1 / 0; COMMIT; $who", lines('', ''), goes_on => 1);
attempt("after an action that failed", 'app', "SELECT jobs.open_job(1, actor => '$ann'); $who; SELECT jobs.open_job(11265, actor => '$ann'); $who", lines('', ''), goes_on => 1);
attempt("after an action that failed in a block", 'app', qq{
	DO \$\$ BEGIN
		PERFORM jobs.reply_to_job(11265, 'Late', actor => '$ann');
	EXCEPTION WHEN OTHERS THEN
		RAISE NOTICE '%', '<' || jobs.current_actor() || '>';
		PERFORM jobs.open_job(1025);
	END \$\$}, qr/NOTICE:  00000: <>\n.*42501: nobody acts here/s);
attempt("after $_", 'app', "SELECT jobs.act_as('$ann', false); $who; $_; $who; $rows", lines('', $ann, '', 'none'))
  foreach ('RESET ALL', 'DISCARD ALL', 'SET SESSION AUTHORIZATION DEFAULT; RESET ALL');

# 5. Functions with other rights.
$node->safe_psql('market', qq{
	SET SESSION AUTHORIZATION unbound;
	CREATE FUNCTION own.plain() RETURNS text LANGUAGE sql SECURITY DEFINER AS '$who';
	CREATE FUNCTION own.plain_acts() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT jobs.act_as(''$ann'')';
	CREATE FUNCTION own.plain_calls() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT jobs.open_job(1025, actor => ''$ann'')';
	SET SESSION AUTHORIZATION ann;
	CREATE FUNCTION own.as_bound() RETURNS text LANGUAGE sql SECURITY DEFINER AS '$who';
	CREATE FUNCTION own.bound_rows() RETURNS text LANGUAGE sql SECURITY DEFINER AS \$\$ $rows \$\$;
	CREATE FUNCTION own.bound_calls() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT jobs.open_job(1025)';
	CREATE FUNCTION own.bound_names() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT jobs.open_job(1025, actor => ''$ann'')';
	CREATE FUNCTION own.bound_sets() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT set_config(''role'', ''ann'', true)';
	SET SESSION AUTHORIZATION mallory;
	CREATE FUNCTION own.operators() RETURNS text LANGUAGE sql SECURITY DEFINER AS '$who';
	CREATE FUNCTION own.operators_call() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT jobs.create_service(''X'')' });
attempt("a plain role's SECURITY DEFINER function", 'app', 'SELECT own.plain()', '');
attempt("... that calls act_as()", $_, 'SELECT own.plain_acts()', qr/42501: permission denied for function act_as/) foreach ('app', 'postgres');
attempt("... that names somebody", $_, 'SELECT own.plain_calls()', qr/42501: permission denied to act for another actor/) foreach ('app', 'postgres');
attempt("... is not the system for a superuser", 'postgres', 'SELECT own.plain()', '');
attempt("a bound role's SECURITY DEFINER function", 'app', 'SELECT own.as_bound(), own.bound_rows()', '|none');
attempt("... that calls", 'app', 'SELECT own.bound_calls()', qr/42501: nobody acts here/);
attempt("... that names itself", 'app', 'SELECT own.bound_names()', qr/42501: permission denied to act for another actor/);
attempt("... called by another bound role", 'otto', 'SELECT own.as_bound(), own.bound_rows()', "$otto|$other");
attempt("... that takes its role on", 'app', 'SELECT own.bound_sets()', qr/42501: cannot set parameter "role" within security-definer function/);
attempt("an operator's SECURITY DEFINER function", $_->[0], 'SELECT own.operators()', $_->[1]) foreach ([ 'app', '' ], [ 'otto', $otto ]);
attempt("... that calls", 'app', 'SELECT own.operators_call()', qr/42501: nobody acts here/);

# 6. What may not be done to the tables.
attempt("$_->[0] by an application", 'app', $_->[1], $denied) foreach (
	[ 'a trigger', 'CREATE TRIGGER t BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()' ],
	[ 'a rule', 'CREATE RULE r AS ON INSERT TO jobs.message DO ALSO SELECT 1' ],
	[ 'a policy', 'CREATE POLICY p ON jobs.job USING (true)' ],
	[ 'no policy', 'DROP POLICY own_organization ON jobs.job' ],
	[ 'no row-level security', 'ALTER TABLE jobs.job DISABLE ROW LEVEL SECURITY' ],
	[ 'no triggers', 'ALTER TABLE jobs.job DISABLE TRIGGER ALL' ],
	[ 'a foreign key', 'CREATE TABLE own.probe (job_id bigint REFERENCES jobs.job)' ],
	[ 'a function of its own in the schema', 'CREATE FUNCTION jobs.current_actor(integer) RETURNS text LANGUAGE sql RETURN 1' ],
	[ 'another function in place of ours', "CREATE OR REPLACE FUNCTION jobs.current_actor() RETURNS text LANGUAGE sql AS 'SELECT ''$ann'''" ],
	[ 'an owner of ours', 'ALTER FUNCTION jobs.current_actor() OWNER TO app' ],
	[ 'an index', 'CREATE INDEX ON jobs.job (title)' ],
	[ 'TRUNCATE', 'TRUNCATE jobs.assignment' ],
	[ 'session_replication_role', 'SET session_replication_role = replica' ],
	[ 'row_security = off', 'SET row_security = off; SELECT count(*) FROM jobs.job' ],
	[ 'COPY TO a program', "COPY jobs.service TO PROGRAM 'true'" ]);

# 7. Triggers of somebody else's table, and of the tables' owner.
$node->safe_psql('market', qq{
	SET SESSION AUTHORIZATION unbound;
	CREATE TABLE own.bait (what text);
	GRANT INSERT ON own.bait TO PUBLIC;
	CREATE FUNCTION own.bait() RETURNS trigger LANGUAGE plpgsql SET search_path = own SET row_security = off AS \$\$
	BEGIN
		CASE NEW.what
			WHEN 'rows' THEN PERFORM count(*) FROM jobs.job;
			WHEN 'role' THEN SET ROLE ann;
			WHEN 'actor' THEN PERFORM set_config('jobs.actor', '$ann', false);
			WHEN 'call' THEN PERFORM jobs.open_job(1025);
		END CASE;
		RETURN NEW;
	END \$\$;
	CREATE TRIGGER bait BEFORE INSERT ON own.bait FOR EACH ROW EXECUTE FUNCTION own.bait() });
attempt("a planted trigger, row_security = off", $_, "INSERT INTO own.bait VALUES ('rows')", qr/42501: query would be affected by row-level security/) foreach ('app', 'otto');
attempt("a planted trigger, SET ROLE", 'otto', "INSERT INTO own.bait VALUES ('role')", $denied);
attempt("a planted trigger, jobs.actor", 'app', "$who; INSERT INTO own.bait VALUES ('actor')", qr/42501: permission denied to set parameter "jobs.actor"/);
attempt("a planted trigger that calls", 'app', "INSERT INTO own.bait VALUES ('call')", qr/42501: nobody acts here/);

$node->safe_psql('market', qq{
	SET SESSION AUTHORIZATION jobs_owner;
	CREATE FUNCTION own.said(sql text) RETURNS text LANGUAGE plpgsql AS \$\$
	DECLARE
		answer text;
	BEGIN
		EXECUTE sql INTO answer;
		RETURN coalesce(answer, 'nothing');
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE;
	END \$\$;
	CREATE FUNCTION own.planted() RETURNS trigger LANGUAGE plpgsql SET search_path = own SET row_security = off AS \$\$
	BEGIN
		INSERT INTO own.log VALUES
			('who', jobs.current_actor()),
			('act_as', own.said('SELECT jobs.act_as(''$otto'')')),
			('system', own.said('SELECT jobs.create_service(''X'', actor => ''system'')')),
			('set', own.said('SET jobs.actor = ''$otto''')),
			('role', own.said('SET ROLE postgres')),
			('another', own.said('SET ROLE otto')),
			('authorization', own.said('SET SESSION AUTHORIZATION postgres'));
		PERFORM set_config('search_path', 'own', false), set_config('row_security', 'off', false);
		RETURN NULL;
	END \$\$;
	CREATE TRIGGER planted AFTER INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION own.planted() });
my $settings = "SELECT current_user, current_setting('search_path'), current_setting('row_security')";
foreach my $case (
	[ 'app', "SELECT jobs.reply_to_job(2049, 'Yes', actor => '$ann') IS NOT NULL", 'app', '' ],
	[ 'ann', q{SELECT jobs.reply_to_job(2049, 'Yes') IS NOT NULL}, 'ann', $ann ],
	[ 'pool', q{SET ROLE ann; SELECT jobs.reply_to_job(2049, 'Yes') IS NOT NULL}, 'ann', $ann ],
	[ 'postgres', "SELECT jobs.reply_to_job(2049, 'Yes', actor => '$ann') IS NOT NULL", 'postgres', 'system' ])
{
	my ($role, $sql, $user, $self) = @$case;
	# the owner is an operator, but not in the name of who is none
	my $system = $role eq 'postgres' ? qr/\d+/ : '42501';

	attempt("the owner's trigger, when $role acts", $role, "$sql; $settings; $who", lines('t', qq{$user|"\$user", public|on}, $self));
	like($node->safe_psql('market', q{SELECT string_agg(place || ' ' || said, ', ') FROM own.log}),
		qr/^who $ann, act_as PT409, system $system, set 42501, role 42501, another 42501, authorization 42501$/,
		"the owner's trigger, when $role acts: is refused");
	$node->safe_psql('market', 'TRUNCATE own.log');
}
$node->safe_psql('market', 'DROP TRIGGER planted ON jobs.message');

# 8. A superuser looks after a table whose index asks us. The table's owner is an operator.
$node->safe_psql('market', q{
	SET SESSION AUTHORIZATION mallory;
	CREATE FUNCTION own.ask(place text) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		sql text;
	BEGIN
		INSERT INTO own.log VALUES (place, '<' || jobs.current_actor() || '>');
		FOREACH sql IN ARRAY ARRAY['SELECT jobs.expire_jobs()', 'SELECT jobs.create_service(''X'')', 'SELECT jobs.act_as(''system'')',
			'SELECT jobs.open_job(1025, actor => ''member:1025'')', 'SELECT jobs.create_merchant(''X'', ''x@x.example'')',
			'INSERT INTO jobs.service (name) VALUES (''X'')', 'SET ROLE postgres', 'SET jobs.actor = ''system'''] LOOP
			BEGIN
				EXECUTE sql;
				INSERT INTO own.log VALUES (place, sql);
			EXCEPTION WHEN insufficient_privilege THEN NULL;
			END;
		END LOOP;
	END $$;
	CREATE FUNCTION own.constant(what integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
	BEGIN
		PERFORM own.ask('index');
		RETURN what;
	END $$;
	CREATE TABLE own.hostile (what integer);
	INSERT INTO own.hostile VALUES (1), (2);
	CREATE INDEX hostile_index ON own.hostile (own.constant(what)) WHERE own.constant(what) > 0;
	CREATE MATERIALIZED VIEW own.hostile_view AS SELECT own.constant(1) AS one, (SELECT count(*) FROM jobs.job WHERE title = 'hidden') AS hidden WITH NO DATA;
	CREATE STATISTICS own.hostile_statistics ON (own.constant(what)), what FROM own.hostile });
foreach my $sql ('ANALYZE own.hostile', 'VACUUM ANALYZE own.hostile', 'VACUUM FULL own.hostile', 'REINDEX TABLE own.hostile', 'REINDEX TABLE CONCURRENTLY own.hostile',
	'CLUSTER own.hostile USING other', 'CREATE INDEX ON own.hostile ((own.constant(what) + 1))', 'REFRESH MATERIALIZED VIEW own.hostile_view')
{
	$node->safe_psql('market', 'CREATE INDEX IF NOT EXISTS other ON own.hostile (what); TRUNCATE own.log');
	$node->safe_psql('market', $sql);
	is($node->safe_psql('market', 'SELECT DISTINCT said FROM own.log'), '<>', "a superuser's $sql: nobody acts, nothing is done");
}
$node->safe_psql('market', 'DROP MATERIALIZED VIEW own.hostile_view; DROP TABLE own.hostile');
$node->safe_psql('market', qq{
	SET SESSION AUTHORIZATION ann;
	CREATE MATERIALIZED VIEW own.of_ann AS SELECT jobs.current_actor() AS who, * FROM jobs.job;
	GRANT SELECT ON own.of_ann TO PUBLIC });
attempt('a materialized view', 'otto', 'SELECT count(*) FROM own.of_ann', '0');
$node->safe_psql('market', 'REFRESH MATERIALIZED VIEW own.of_ann');
attempt('a materialized view that a superuser refreshed', 'otto', 'SELECT count(*) FROM own.of_ann', '0');

# 9. An error right after a commit of the sweep: the session has its own rights again.
my $as_before = "SELECT current_user, session_user, current_setting('search_path'), jobs.current_actor()";
$node->safe_psql('market', q{
	CREATE TABLE own.expired (n integer);
	GRANT ALL ON own.expired TO PUBLIC;
	CREATE FUNCTION own.fail() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO own.expired VALUES (1);
		IF TG_ARGV[0] = 'row' AND (SELECT count(*) FROM own.expired) > 1 OR TG_ARGV[0] = 'commit' THEN
			RAISE EXCEPTION 'planted';
		END IF;
		RETURN NULL;
	END $$;
	CREATE TABLE own.bait_of_commit ();
	GRANT ALL ON own.bait_of_commit TO PUBLIC;
	CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON own.bait_of_commit DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION own.fail('commit');
	CREATE FUNCTION own.cast() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO own.bait_of_commit DEFAULT VALUES;
		RETURN NULL;
	END $$ });
foreach my $case ([ 'row', "own.fail('row')" ], [ 'commit', 'own.cast()' ])
{
	my ($place, $function) = @$case;

	$node->safe_psql('market', qq{
		SET jobs.response_window = '1ms';
		SELECT jobs.request_job(1024, 'due', 'x', 1025, actor => '$max') FROM generate_series(1, 3);
		SELECT pg_sleep(0.002);
		TRUNCATE own.expired;
		CREATE TRIGGER fail AFTER UPDATE ON jobs.job FOR EACH ROW WHEN (NEW.status = 'expired') EXECUTE FUNCTION $function;
		SET session_replication_role = replica;
		UPDATE jobs.job SET due_at = NULL WHERE title = 'overdue' });
	attempt("an error at a $place of the sweep", 'mallory', "CALL jobs.expire_due_jobs(1); $as_before; TRUNCATE jobs.email; DELETE FROM jobs.event; SELECT current_user",
		lines(qq{mallory|mallory|"\$user", public|system}, 'mallory'), goes_on => 1);
	attempt("an error at a $place of the sweep, then what the owner may", 'mallory', "\\set ON_ERROR_STOP off\nCALL jobs.expire_due_jobs(1);\n\\set ON_ERROR_STOP on\nDELETE FROM jobs.event", $denied);
	$node->safe_psql('market', 'TRUNCATE own.expired');
	attempt("an error at a $place of the sweep, for one who acts", 'mallory',
		"SELECT jobs.act_as('$ann', false); CALL jobs.expire_due_jobs(1); $as_before", lines('', qq{mallory|mallory|"\$user", public|$ann}), goes_on => 1);
	is($node->safe_psql('market', 'SELECT count(*) FROM own.expired'), $place eq 'row' ? 1 : 0, "an error at a $place of the sweep: after how many commits");
	$node->safe_psql('market', q{
		DROP TRIGGER fail ON jobs.job;
		SELECT jobs.expire_jobs() });
}

# 10. Bound roles that change.
attempt('a role that is bound again', 'postgres', qq{
	SELECT jobs.bind_role('unbound', '$ann');
	SET SESSION AUTHORIZATION unbound; $who; RESET SESSION AUTHORIZATION;
	SELECT jobs.bind_role('unbound', '$max');
	SET SESSION AUTHORIZATION unbound; $who; RESET SESSION AUTHORIZATION;
	SELECT jobs.unbind_role('unbound'), jobs.grant_access('unbound', 'bound');
	SET SESSION AUTHORIZATION unbound; $who; $rows}, lines('', $ann, '', $max, '|', '', 'none'));
attempt('a role that another session unbinds', 'otto', "$who; $rows;\n\\! $command \"SELECT jobs.bind_role('otto', '$max')\" >/dev/null\n$who; $rows;\n"
	  . "\\! $command \"SELECT jobs.unbind_role('otto'), jobs.grant_access('otto', 'bound')\" >/dev/null\n$who; $rows",
	lines($otto, $other, $max, '1025', '', 'none'));
$node->safe_psql('market', "SELECT jobs.bind_role('otto', '$otto')");
attempt('a role that is renamed', 'postgres', qq{
	ALTER ROLE otto RENAME TO renamed;
	SET SESSION AUTHORIZATION renamed; $who; $rows; RESET SESSION AUTHORIZATION;
	ALTER ROLE unbound RENAME TO otto;
	SET SESSION AUTHORIZATION otto; $who; $rows; RESET SESSION AUTHORIZATION;
	ALTER ROLE otto RENAME TO unbound;
	ALTER ROLE renamed RENAME TO otto;
	SET SESSION AUTHORIZATION otto; $who}, lines('', 'none', '', 'none', $otto));
attempt('a role that another session renames', 'otto', "$who; $who;\n\\! $command 'ALTER ROLE otto RENAME TO renamed' >/dev/null\n$who; $who;\n"
	  . "\\! $command 'ALTER ROLE renamed RENAME TO otto' >/dev/null\n$who", lines($otto, $otto, '', '', $otto));
attempt('a member who became inactive', 'postgres', qq{
	SELECT jobs.bind_role('unbound', 'member:2049');
	BEGIN;
	UPDATE jobs.member SET is_active = false WHERE id = 2049;
	SET LOCAL SESSION AUTHORIZATION unbound;
	$rows;
	SELECT jobs.current_organization_id() IS NULL;
	SELECT jobs.open_job(1025)}, qr/PT404: there is no actor member:2049/);
attempt('... sees nothing', 'postgres', qq{
	BEGIN;
	UPDATE jobs.member SET is_active = false WHERE id = 2049;
	SET LOCAL SESSION AUTHORIZATION unbound;
	$rows; SELECT jobs.current_organization_id() IS NULL, jobs.current_member_id() IS NULL; ROLLBACK}, lines('none', 't|t'));
$node->safe_psql('market', q{SELECT jobs.unbind_role('unbound'), jobs.grant_access('unbound', 'bound')});

# 11. Plans, cursors, views that outlive who made them.
foreach my $mode ('force_generic_plan', 'force_custom_plan', 'auto')
{
	my $prepared = "SET plan_cache_mode = $mode; SET ROLE unbound; PREPARE p AS $rows; PREPARE q (bigint) AS SELECT count(*) FROM jobs.job WHERE id = \$1;
		CREATE FUNCTION pg_temp.rows() RETURNS text LANGUAGE plpgsql AS \$f\$ BEGIN RETURN ($rows); END \$f\$;
		CREATE FUNCTION pg_temp.inlined() RETURNS text LANGUAGE sql STABLE AS \$f\$ $rows \$f\$;
		GRANT EXECUTE ON FUNCTION pg_temp.rows(), pg_temp.inlined() TO PUBLIC; RESET ROLE;";
	my $ask = "EXECUTE p; EXECUTE q ($hidden); EXECUTE q (1025); " . q{SELECT pg_temp.rows(), pg_temp.inlined(); };
	my @expected = (
		[ 'ann', '1025', 0, 1, '1025|1025' ],
		[ 'otto', $other, 1, 0, "$other|$other" ],
		[ 'unbound', 'none', 0, 0, 'none|none' ],
		[ 'max', '1025', 0, 1, '1025|1025' ]);
	my @round = (@expected, reverse(@expected), @expected);

	attempt("a prepared statement over SET ROLE, $mode", 'pool', $prepared . join('', map { "SET ROLE $_->[0]; $ask" } @round),
		lines(map { @$_[ 1 .. 4 ] } @round));
	# with a membership that comes and goes: a former operator sees what an application does
	attempt("... and memberships, $mode", 'app', "$who; SET plan_cache_mode = $mode; PREPARE p AS $rows; EXECUTE p;\n"
		  . "\\! $command 'GRANT operators TO app'\nEXECUTE p;\n\\! $command 'REVOKE operators FROM app'\nEXECUTE p;\n"
		  . "\\! $command 'ALTER ROLE app BYPASSRLS'\nEXECUTE p;\n\\! $command 'ALTER ROLE app NOBYPASSRLS'\nEXECUTE p",
		lines('', 'none', "1025 $other", 'none', "1025 $other", 'none'));
}
attempt('a cursor that is held', 'pool', "SET ROLE unbound; BEGIN; DECLARE c CURSOR WITH HOLD FOR $rows; COMMIT;
	RESET ROLE; SET ROLE ann; FETCH ALL FROM c; RESET ROLE; DISCARD ALL; FETCH ALL FROM c", lines('none'), goes_on => 1);
attempt('a cursor over act_as()', 'app', "BEGIN; SELECT jobs.act_as('$ann'); DECLARE c CURSOR WITH HOLD FOR SELECT DISTINCT organization_id FROM jobs.job; COMMIT;
	FETCH ALL FROM c; $rows; MOVE BACKWARD ALL IN c", lines('', '1025', 'none'));
attempt('a temporary view', 'pool', "SET ROLE ann; CREATE TEMP VIEW v AS SELECT DISTINCT organization_id FROM jobs.job; GRANT SELECT ON v TO PUBLIC; TABLE v;
	RESET ROLE; SET ROLE otto; TABLE v; RESET ROLE; SET ROLE unbound; TABLE v", lines('1025', $other));
attempt('a temporary table in place of ours', 'app', "CREATE TEMP TABLE role_binding (role_name text, role_oid oid, actor text); CREATE TEMP TABLE member (id bigint, organization_id bigint, is_active boolean);
	INSERT INTO role_binding VALUES ('app', 'app'::regrole, '$ann'); INSERT INTO member VALUES (1025, 1025, true); SET search_path = pg_temp, jobs; $who; $rows", lines('', 'none'));
$node->safe_psql('market', 'SET SESSION AUTHORIZATION ann; CREATE VIEW own.v AS SELECT DISTINCT organization_id FROM jobs.job; GRANT SELECT ON own.v TO PUBLIC');
attempt('a view of another bound role', 'otto', 'TABLE own.v', $other);

# 12. Other ways to the rows.
$node->safe_psql('market', 'ANALYZE');
my $parallel = $node->pg_version >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';
attempt('parallel workers', 'otto', "SET $parallel = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; $rows;
	SELECT DISTINCT organization_id FROM jobs.message; SELECT DISTINCT organization_id FROM jobs.job_list", lines($other, $other));
attempt('COPY TO', 'otto', 'COPY jobs.job (title) TO STDOUT', 'hidden');
attempt('COPY TO, nobody', 'app', 'COPY jobs.job (title) TO STDOUT', '');
attempt('COPY FROM', 'app', "COPY jobs.message (job_id, body) FROM STDIN;\n1025\tYes\n\\.\n", qr/0A000: COPY FROM not supported with row-level security/);
{
	my ($out, $err);
	$node->psql('market', q{CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE 'leaked %', $1; RETURN true; END $$;
		SELECT title FROM jobs.job WHERE pg_temp.leak(title);
		SELECT title FROM jobs.job_list WHERE pg_temp.leak(title);
		UPDATE jobs.job SET title = title WHERE pg_temp.leak(title)}, stdout => \$out, stderr => \$err, extra_params => [ '-U', 'otto' ]);
	is(join(' ', sort keys %{ { map { $_ => 1 } $err =~ /leaked (.*)/g } }), 'hidden', 'a leaky function sees no row of others');
	$node->psql('market', q{EXPLAIN ANALYZE UPDATE jobs.job SET status = 'opened' WHERE id = 1025 RETURNING id}, stdout => \$out, stderr => \$err, extra_params => [ '-U', 'otto' ]);
	like($out, qr/^Update .*rows=0(\.00)? loops/, 'EXPLAIN ANALYZE updates no row of others');
}
is($node->safe_psql('market', 'SELECT status FROM jobs.job WHERE id = 1025'), 'new', '... which is as it was');
attempt('statistics', 'otto', q{SELECT count(*) FROM pg_stats WHERE schemaname = 'jobs' AND tablename IN ('job', 'message', 'member')}, '0');
foreach my $case ([ 'app' ], [ 'otto' ], [ 'otto', '--enable-row-security' ])
{
	my ($dump, $complaint) = ('', '');

	# the sequences of the ids stop it first, on some versions
	IPC::Run::run([ 'pg_dump', '-d', $node->connstr('market'), '-a', '-t', 'jobs.job', '-U', @$case ], '>', \$dump, '2>', \$complaint);
	unlike($dump, qr/\tconfirmed\t/, "pg_dump -U @$case: no row of others");
	like($complaint, qr/permission denied|lack SELECT privilege|row-level security/, "pg_dump -U @$case: fails") if @$case == 1;
}

# 13. A role that was dropped, and another server.
$node->safe_psql('market', qq{
	CREATE ROLE eve LOGIN;
	SELECT jobs.bind_role('eve', '$ann');
	SELECT jobs.revoke_access('eve', 'bound');
	DROP ROLE eve;
	CREATE ROLE eve LOGIN;
	SELECT jobs.grant_access('eve', 'bound') });
attempt('a role that was dropped and created anew', 'eve', "$who; $rows", lines('', 'none'));

my $copy = start_server('copy');
$node->safe_psql('market', 'DROP FUNCTION own.as_ann; DROP MATERIALIZED VIEW own.of_ann');
my $file = $node->basedir . '/market.dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, '-d', $node->connstr('market') ], 'dumps');
$copy->safe_psql('postgres', 'CREATE ROLE ' . join('; CREATE ROLE ', qw(first second third)));
$copy->safe_psql('postgres', "CREATE ROLE $_ LOGIN") foreach reverse(qw(jobs_owner app ann otto max unbound operators pool mallory eve));
$copy->safe_psql('postgres', 'CREATE DATABASE market');
$copy->command_ok([ 'pg_restore', '-d', $copy->connstr('market'), $file ], 'restores in another server');
isnt($copy->safe_psql('market', q{SELECT role_oid FROM jobs.role_binding WHERE role_name = 'ann'}),
	$copy->safe_psql('market', q{SELECT oid FROM pg_roles WHERE rolname = 'ann'}), 'another role of that name');
is($copy->safe_psql('market', "$who; $rows", extra_params => [ '-U', 'ann' ]), lines('', 'none'), 'a role of the same name in another server: nobody');
works($node, 'market', 'after all that');

done_testing();
