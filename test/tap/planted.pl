# What a plain owner of the tables plants runs with the owner's rights, whoever calls: a
# superuser who uses the API, installs or sweeps, lends it nothing.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('planted');

install($node, 'market', 'mallory');
fill($node, 'market');

# what the owner may do: a schema of its own, and on its tables anything
$node->safe_psql('market', q{
	CREATE SCHEMA evil AUTHORIZATION mallory;
	GRANT CREATE ON SCHEMA jobs TO mallory;
	SET SESSION AUTHORIZATION mallory;

	CREATE TABLE evil.log (place text, who name);
	CREATE FUNCTION evil.run(place text) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO evil.log VALUES (place, current_user);
		BEGIN
			ALTER ROLE mallory SUPERUSER;
		EXCEPTION WHEN insufficient_privilege THEN NULL;
		END;
		BEGIN
			SET ROLE postgres;
		EXCEPTION WHEN OTHERS THEN NULL;
		END;
		PERFORM set_config('work_mem', '77kB', false), set_config('search_path', 'evil', false);
		RETURN true;
	END $$;
	-- the server believes it, and asks when it plans
	CREATE FUNCTION evil.constant(place text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
	BEGIN
		RETURN evil.run(place);
	END $$;
	CREATE FUNCTION evil.trigger() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM evil.run(TG_NAME || ' ' || TG_OP || ' ' || TG_TABLE_NAME);
		RETURN COALESCE(NEW, OLD);
	END $$;
	-- an operator that wants to stand in for ours
	CREATE FUNCTION evil.equals(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		RETURN evil.run('operator');
	END $$;
	CREATE OPERATOR evil.= (FUNCTION = evil.equals, LEFTARG = bigint, RIGHTARG = bigint);

	DO $$
	DECLARE
		tab text;
	BEGIN
		FOR tab IN SELECT relname FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' LOOP
			EXECUTE format('CREATE TRIGGER planted_before BEFORE INSERT OR UPDATE OR DELETE ON jobs.%I
				FOR EACH ROW EXECUTE FUNCTION evil.trigger()', tab);
			EXECUTE format('CREATE TRIGGER planted_after AFTER INSERT OR UPDATE OR DELETE ON jobs.%I
				FOR EACH ROW EXECUTE FUNCTION evil.trigger()', tab);
			EXECUTE format('CREATE TRIGGER planted_statement AFTER INSERT OR UPDATE OR DELETE ON jobs.%I
				FOR EACH STATEMENT EXECUTE FUNCTION evil.trigger()', tab);
			EXECUTE format('CREATE CONSTRAINT TRIGGER planted_deferred AFTER INSERT OR UPDATE OR DELETE ON jobs.%I
				DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evil.trigger()', tab);
			EXECUTE format('CREATE POLICY planted ON jobs.%I USING (evil.run(%L))', tab, 'policy ' || tab);
			EXECUTE format('CREATE INDEX ON jobs.%I ((evil.constant(%L) AND evil.constant(%I::text)))', tab, 'index ' || tab,
				(SELECT attname FROM pg_attribute WHERE attrelid = ('jobs.' || tab)::regclass AND attnum = 1));
			EXECUTE format('ALTER TABLE jobs.%I ADD CHECK (evil.constant(%L)) NOT VALID', tab, 'check ' || tab);
			EXECUTE format('ALTER TABLE jobs.%I ADD planted boolean', tab);
			EXECUTE format('ALTER TABLE jobs.%I ALTER planted SET DEFAULT evil.run(%L)', tab, 'default ' || tab);
			EXECUTE format('ALTER TABLE jobs.%I ADD planted_too boolean', tab);
			EXECUTE format('ALTER TABLE jobs.%I ALTER planted_too SET DEFAULT evil.constant(%L)', tab, 'constant ' || tab);
		END LOOP;
	END $$;
	TRUNCATE evil.log });

# Runs it as a superuser, in a session that knows no table yet; what ran, ran as the owner.
sub harmless
{
	my ($sql, $places, $name) = @_;

	is($node->safe_psql('market', "$sql;\nSHOW work_mem; SHOW search_path;") =~ s/.*\n(.*\n.*)$/$1/sr,
		qq{4MB\n"\$user", public}, "$name: no setting leaks out");
	is($node->safe_psql('market', q{SELECT string_agg(DISTINCT who || ' in ' || place, ', ') FROM evil.log WHERE who <> 'mallory'}),
		'', "$name: nothing runs as the superuser");
	like($node->safe_psql('market', q{SELECT string_agg(DISTINCT place, E'\n') FROM evil.log}), $places,
		"$name: what was planted runs as the owner");
	is($node->safe_psql('market', q{SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'}), 'f',
		"$name: the owner gains nothing");
	$node->safe_psql('market', 'TRUNCATE evil.log; ALTER ROLE mallory NOSUPERUSER');
	return;
}

harmless(q{SELECT jobs.current_actor(), jobs.display_name('member:1025'), jobs.allowed_actions(1025, actor => 'member:1025')},
	qr/^constant job$/m, 'asking');
harmless(q{SELECT jobs.open_job(1025, actor => 'member:1025')}, qr/^planted_after UPDATE job$/m, 'opening');
harmless(q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')},
	qr/^planted_deferred INSERT message$/m, 'replying');
harmless(q{SELECT jobs.request_job(1024, 'x', 'y', 1025, 1024, actor => 'merchant:1024')},
	qr/^planted_before INSERT job$/m, 'requesting');
harmless(q{SELECT jobs.assign_members(1025, ARRAY[1025, 2049], actor => 'member:1025')},
	qr/^planted_before INSERT assignment$/m, 'assigning');
harmless(q{SELECT jobs.unassign_members(1025, ARRAY[1025], actor => 'member:1025')},
	qr/^planted_before DELETE assignment$/m, 'unassigning');
harmless(q{SELECT jobs.complete_job(1025, 'Done', actor => 'member:1025'), jobs.reject_completion(1025, 'No', actor => 'merchant:1024')},
	qr/^index email$/m, 'completing and rejecting');
harmless(q{SELECT jobs.decline_job(1025, actor => 'member:1025')},
	qr/^check decline$/m, 'declining');
harmless(q{SELECT jobs.accept_proposal(5121, actor => 'merchant:1024')},
	qr/^planted_before UPDATE proposal$/m, 'accepting');
harmless(q{SELECT jobs.create_organization('Eve', 'eve@example.com'), jobs.create_merchant('Moe', 'moe@example.com'),
	jobs.create_service('Cake'), jobs.set_preferences(1025, is_listed => false), jobs.start_conversation(1025, 'Hi', actor => 'merchant:1024')},
	qr/^default organization$/m, 'the directory');

harmless(q{SELECT jobs.ack_emails(array_agg(email_id), array_agg(claim_token)) FROM jobs.claim_emails()},
	qr/^planted_deferred UPDATE email$/m, 'mailing');
harmless(q{SELECT jobs.set_slots(0, 7)}, qr/^planted_deferred UPDATE node$/m, 'setting slots');

harmless(q{SELECT jobs.grant_access('pg_monitor', 'monitor')}, qr/^planted_deferred UPDATE node$/m,
	'granting with a deferred trigger');
$node->safe_psql('market', q{DROP TRIGGER planted_deferred ON jobs.node});
harmless(q{SELECT jobs.expire_jobs()}, qr/^planted_before UPDATE job$/m, 'a sweep');
$node->safe_psql('market', q{
	SET jobs.response_window = '1ms';
	SELECT jobs.request_job(1024, 'x', 'y', 1025, actor => 'merchant:1024');
	TRUNCATE evil.log });
harmless(q{CALL jobs.expire_due_jobs()}, qr/planted_before UPDATE job/, 'the sweep that commits');
harmless(q{SELECT jobs.health_report()}, qr/^/, 'looking after it');
harmless(q{CREATE ROLE somebody; SELECT jobs.grant_access('somebody', 'operator')}, qr/UPDATE node/, 'granting');
harmless(q{SELECT jobs.install()}, qr/^/, 'installing again');
is($node->safe_psql('market', q{SELECT has_schema_privilege('mallory', 'jobs', 'CREATE')}), 'f',
	'installing again takes CREATE back');
harmless(q{DROP TRIGGER "00_jobs_fill" ON jobs.message; SELECT jobs.install()}, qr/^/, 'repairing');
harmless(q{SELECT jobs.uninstall(true)}, qr/^/, 'uninstalling');

# While tables are made, the owner may create in the schema; nothing of the owner's runs then.
install($node, 'overload', 'mallory');
fill($node, 'overload');
$node->safe_psql('overload', q{
	CREATE SCHEMA evil AUTHORIZATION mallory;
	SET SESSION AUTHORIZATION mallory;
	CREATE TABLE evil.log (who name);
	CREATE FUNCTION evil.plant() RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO evil.log VALUES (current_user);
		IF has_schema_privilege('jobs', 'CREATE') THEN
			EXECUTE 'CREATE FUNCTION jobs.grant_access(text, text) RETURNS text LANGUAGE sql RETURN 1';
		END IF;
		RETURN true;
	END $$;
	CREATE FUNCTION evil.trigger() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM evil.plant();
		RETURN NEW;
	END $$;
	DO $$
	DECLARE
		tab text;
	BEGIN
		FOR tab IN SELECT relname FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' LOOP
			EXECUTE format('CREATE TRIGGER planted BEFORE INSERT OR UPDATE ON jobs.%I FOR EACH ROW EXECUTE FUNCTION evil.trigger()', tab);
			EXECUTE format('CREATE POLICY planted ON jobs.%I TO mallory USING (evil.plant())', tab);
			EXECUTE format('ALTER TABLE jobs.%I FORCE ROW LEVEL SECURITY', tab);
		END LOOP;
	END $$;
	DELETE FROM jobs.node;
	ALTER TABLE jobs.message DROP CONSTRAINT message_job_id_fkey;
	DROP INDEX jobs.job_due });
$node->safe_psql('overload', 'SELECT jobs.install()');
isnt($node->safe_psql('overload', 'SELECT count(*) FROM evil.log'), '0', 'something planted ran');
is($node->safe_psql('overload', q{SELECT count(*) FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace AND proname = 'grant_access'}), '1',
	'no overload was planted');
$node->safe_psql('overload', 'CREATE FUNCTION jobs.open_job(integer) RETURNS text LANGUAGE sql RETURN 1');
refuses($node, 'overload', 'SELECT jobs.install()', qr/55000: .*function jobs\.open_job\(integer\)/s, 'install() beside somebody else\'s function');
$node->safe_psql('overload', 'DROP FUNCTION jobs.open_job(integer); CREATE OPERATOR jobs.= (FUNCTION = int48eq, LEFTARG = integer, RIGHTARG = bigint)');
refuses($node, 'overload', 'SELECT jobs.install()', qr/55000: .*operator jobs\.=/s, '... or operator');

# What the owner's triggers put off until the commit would have the rights of whoever
# commits: for a superuser nothing is put off.
install($node, 'nested', 'mallory');
fill($node, 'nested');
$node->safe_psql('nested', q{
	CREATE SCHEMA evil AUTHORIZATION mallory;
	SET SESSION AUTHORIZATION mallory;
	CREATE TABLE evil.log (who name);
	CREATE TABLE evil.bait ();
	CREATE FUNCTION evil.swallow() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO evil.log VALUES (current_user);
		RETURN NULL;
	END $$;
	CREATE FUNCTION evil.cast() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO evil.bait DEFAULT VALUES;
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER swallow AFTER INSERT ON evil.bait DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION evil.swallow();
	CREATE TRIGGER cast_bait AFTER INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION evil.cast() });
refuses($node, 'nested', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')},
	qr/42501: .*cannot fire deferred trigger/, 'a deferred trigger of another table, when a superuser acts');
$node->safe_psql('nested', q{
	CREATE ROLE shop_app LOGIN;
	GRANT USAGE ON SCHEMA evil TO shop_app;
	GRANT INSERT ON evil.log TO shop_app;
	SELECT jobs.grant_access('shop_app', 'app') });
is($node->safe_psql('nested', q{
		SET ROLE shop_app;
		BEGIN;
		SELECT jobs.open_job(2049, actor => 'member:1025');
		RESET ROLE;
		COMMIT }), 'opened', 'what defers nothing works');
refuses($node, 'nested', q{
		SET ROLE shop_app;
		BEGIN;
		SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025');
		RESET ROLE;
		COMMIT }, qr/42501: .*cannot fire deferred trigger/, '... or a role that a superuser has taken on');
is($node->safe_psql('nested', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025') IS NOT NULL},
		extra_params => [ '-U', 'shop_app' ]), 't', 'an application has no more rights to lend');

# A cursor WITH HOLD runs at the commit, too.
$node->safe_psql('nested', q{
	SET SESSION AUTHORIZATION mallory;
	DROP TRIGGER cast_bait ON jobs.message;
	CREATE FUNCTION evil.promote() RETURNS integer LANGUAGE plpgsql AS $$
	BEGIN
		IF current_setting('is_superuser') = 'on' THEN
			ALTER ROLE mallory SUPERUSER;
		END IF;
		RETURN 1;
	END $$;
	CREATE FUNCTION evil.hold() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE 'DECLARE held CURSOR WITH HOLD FOR SELECT evil.promote()';
		RETURN NULL;
	END $$;
	CREATE TRIGGER hold AFTER INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION evil.hold() });
refuses($node, 'nested', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')}, qr/42501: .*WITH HOLD/,
	'a cursor that outlives the transaction');
is($node->safe_psql('nested', q{SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'}), 'f', 'the owner gains nothing by it');

refuses($node, 'nested', q{
		SET SESSION AUTHORIZATION shop_app;
		BEGIN;
		SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025');
		RESET SESSION AUTHORIZATION;
		COMMIT }, qr/42501: .*WITH HOLD/, '... nor for a session that a superuser began');

# Nor from somebody who is no superuser yet, but may become one.
$node->safe_psql('nested', q{
	CREATE ROLE dba LOGIN NOINHERIT;
	GRANT postgres TO dba;
	SELECT jobs.grant_access('dba', 'app') });
refuses($node, 'nested', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')}, qr/42501: .*WITH HOLD/,
	'a member of a superuser', extra_params => [ '-U', 'dba', '-v', 'VERBOSITY=verbose' ]);
$node->safe_psql('nested', 'REVOKE postgres FROM dba');
is($node->safe_psql('nested', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025') IS NOT NULL}, extra_params => [ '-U', 'dba' ]), 't',
	'who is a member no more');
foreach my $power ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files', $node->pg_version < 16 ? 'CREATEROLE' : ())
{
	my ($give, $take) = $power =~ /^pg_/ ? ("GRANT $power TO dba", "REVOKE $power FROM dba") : ("ALTER ROLE dba $power", "ALTER ROLE dba NO$power");

	$node->safe_psql('nested', $give);
	refuses($node, 'nested', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')}, qr/42501: .*WITH HOLD/,
		"who has $power", extra_params => [ '-U', 'dba', '-v', 'VERBOSITY=verbose' ]);
	$node->safe_psql('nested', $take);
}

# What is put off while a mailer claims fires with the claim, and lends nothing either.
$node->safe_psql('nested', q{
	CREATE ROLE shop_mailer LOGIN;
	SELECT jobs.grant_access('shop_mailer', 'mailer');
	SET SESSION AUTHORIZATION mallory;
	TRUNCATE evil.log;
	DROP TRIGGER hold ON jobs.message;
	CREATE CONSTRAINT TRIGGER later AFTER UPDATE ON jobs.email DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION evil.swallow() });
is($node->safe_psql('nested', 'SELECT count(*) > 0 FROM jobs.claim_emails()', extra_params => [ '-U', 'shop_mailer' ]), 't',
	'a deferred trigger, when a mailer claims');
is($node->safe_psql('nested', 'SELECT DISTINCT who FROM evil.log'), 'mallory', '... fires as the owner');
$node->safe_psql('nested', 'DROP TRIGGER later ON jobs.email');

# What the owner's triggers call is looked up in pg_catalog, not where the caller says.
$node->safe_psql('nested', q{
	CREATE SCHEMA own AUTHORIZATION shop_app;
	GRANT USAGE ON SCHEMA own TO mallory;
	SET SESSION AUTHORIZATION shop_app;
	CREATE FUNCTION own.lower(text) RETURNS text LANGUAGE sql RETURN 'caller';
	RESET SESSION AUTHORIZATION;
	SET SESSION AUTHORIZATION mallory;
	CREATE TABLE evil.said (what text);
	CREATE FUNCTION evil.say() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE $s$INSERT INTO evil.said VALUES (lower('SERVER'))$s$;
		RETURN NULL;
	END $$;
	CREATE TRIGGER say AFTER INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION evil.say() });
$node->safe_psql('nested', q{SET search_path = own, pg_catalog; SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')},
	extra_params => [ '-U', 'shop_app' ]);
is($node->safe_psql('nested', 'SELECT what FROM evil.said'), 'server', 'a function in the search_path of the caller');

# An owner who may not create in the schema can't plant an overload.
$node->safe_psql('market', 'SELECT jobs.install()');
$node->safe_psql('postgres', q{CREATE ROLE owner LOGIN});
install($node, 'second', 'owner');
refuses($node, 'second', q{
	SET SESSION AUTHORIZATION owner;
	CREATE FUNCTION jobs.decline_job(job_id integer) RETURNS text LANGUAGE SQL AS 'SELECT current_user::text'},
	qr/42501.*permission denied for schema jobs/, 'an overload');

# A default that is said to be immutable, and calls us while we plan it.
install($node, 'reentered', 'jobs_owner');
fill($node, 'reentered');
$node->safe_psql('reentered', q{
	CREATE SCHEMA own AUTHORIZATION jobs_owner;
	SET SESSION AUTHORIZATION jobs_owner;
	CREATE FUNCTION own.name_of(actor text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
	DECLARE
		depth integer := coalesce(nullif(current_setting('own.depth', true), ''), '0');
	BEGIN
		IF depth > 2 THEN
			RETURN 'deep';
		END IF;
		PERFORM set_config('own.depth', (depth + 1)::text, true);
		RETURN coalesce(jobs.display_name(actor), 'nobody');
	END $$;
	ALTER TABLE jobs.member ADD COLUMN label text DEFAULT own.name_of('member:1025') });
is($node->safe_psql('reentered', q{SELECT jobs.add_member(1025, 'Zeroth', 'zeroth@shop.example') > 0;} . q{
	ALTER TABLE jobs.member ALTER COLUMN label SET STATISTICS 50;
	SELECT jobs.add_member(1025, 'Another', 'another@shop.example') > 0;} x 5), "t\n" x 5 . 't',
	'a default that calls us while we plan it');
works($node, 'reentered', 'a default that calls us');

done_testing();
