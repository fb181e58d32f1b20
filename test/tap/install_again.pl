# jobs.install() once more: it disturbs nobody, puts back what was lost, and refuses what
# it must. Every function says what is wrong with the tables.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('install_again', 'max_prepared_transactions = 5');
my $up_to_date = "jobs $version: up to date";

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE shop_app LOGIN;
	SELECT jobs.grant_access('shop_app', 'app') });
my $furniture = furniture($node, 'market');
my $contents = contents($node, 'market');

is($node->safe_psql('market', 'SELECT jobs.install()'), $up_to_date, 'install() twice');
is($node->safe_psql('market', q{SELECT jobs.install(owner => 'jobs_owner')}), $up_to_date, 'install(owner) twice');
is($node->safe_psql('market', 'BEGIN; SELECT jobs.install(); SELECT jobs.install(); COMMIT'), "$up_to_date\n$up_to_date",
	'install() twice in a transaction');
same(furniture($node, 'market'), $furniture, 'install() twice changes nothing');
same(contents($node, 'market'), $contents, 'install() twice leaves all rows');

# Beside writers: a prepared transaction holds its locks without a session.
$node->safe_psql('market', q{
	SET jobs.notify = off;
	BEGIN;
	SELECT jobs.act_as('member:1025');
	SELECT jobs.reply_to_job(1025, 'Yes');
	INSERT INTO jobs.message (job_id, body) VALUES (2049, 'Yes');
	INSERT INTO jobs.assignment (job_id, member_id) VALUES (1025, 2049);
	SELECT jobs.act_as('');
	SELECT jobs.create_organization('Eve', 'eve@example.com'), jobs.create_service('Cake');
	SELECT count(*) FROM jobs.claim_emails(1);
	PREPARE TRANSACTION 'writers' });
is($node->safe_psql('market', q{SET lock_timeout = '3s'; SELECT jobs.install()}), $up_to_date,
	'install() does not wait for writers');
# and writers don't wait for it
$node->safe_psql('market', q{BEGIN; SELECT jobs.install(); PREPARE TRANSACTION 'install'});
$node->safe_psql('market', q{
	SET lock_timeout = '3s';
	SELECT jobs.reply_to_job(3073, 'Well', actor => 'member:1025');
	SELECT jobs.act_as('merchant:1024', false);
	INSERT INTO jobs.message (job_id, body) VALUES (4097, 'Well');
	SELECT count(*) FROM jobs.job_list });
pass('writers do not wait for install()');
refuses($node, 'market', q{SET lock_timeout = '100ms'; SELECT jobs.install()}, qr/55P03/, 'install() beside install()');
$node->safe_psql('market', q{COMMIT PREPARED 'install'});
$node->safe_psql('market', q{COMMIT PREPARED 'writers'});
works($node, 'market', 'after all of that');
$furniture = furniture($node, 'market');

# What may get lost: what is said about it, by whom, and whether it can be put back.
my $reply = q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')};
my @losses = (
	[ 'a trigger', 'DROP TRIGGER "00_jobs_fill" ON jobs.message', $reply, qr/trigger 00_jobs_fill on jobs\.message is missing/ ],
	[ 'a disabled trigger', 'ALTER TABLE jobs.job DISABLE TRIGGER "00_jobs_record"', $reply, qr/trigger 00_jobs_record on jobs\.job is/ ],
	[ 'all triggers of a table, disabled', 'ALTER TABLE jobs.event DISABLE TRIGGER ALL', $reply, qr/on jobs\.event is/ ],
	[ 'a trigger for replicas', 'ALTER TABLE jobs.job ENABLE REPLICA TRIGGER "00_jobs_fill"', $reply, qr/00_jobs_fill on jobs\.job is/ ],
	[ 'a renamed trigger', 'ALTER TRIGGER "00_jobs_record" ON jobs.message RENAME TO mine', $reply, qr/00_jobs_record on jobs\.message/ ],
	[ 'a trigger that does something else', q{
			DROP TRIGGER "00_jobs_fill" ON jobs.message;
			CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
			CREATE TRIGGER "00_jobs_fill" BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION public.nothing() },
		$reply, qr/does something else/ ],
	[ 'a trigger with a condition', q{
			DROP TRIGGER "00_jobs_fill" ON jobs.message;
			CREATE TRIGGER "00_jobs_fill" BEFORE INSERT OR UPDATE ON jobs.message FOR EACH ROW WHEN (false)
				EXECUTE FUNCTION jobs.message_fill() }, $reply, qr/00_jobs_fill on jobs\.message/ ],
	[ 'a trigger of the outbox', 'DROP TRIGGER "00_jobs_guard" ON jobs.email', 'SELECT jobs.claim_emails()', qr/00_jobs_guard on jobs\.email/ ],
	[ 'a trigger, for a sweep', 'DROP TRIGGER "00_jobs_fill" ON jobs.job', 'SELECT jobs.expire_jobs()', qr/00_jobs_fill on jobs\.job/ ],
	[ 'a trigger, for the sweep that commits', 'DROP TRIGGER "00_jobs_fill" ON jobs.job', 'CALL jobs.expire_due_jobs()', qr/00_jobs_fill on jobs\.job/ ],
	[ 'a table', 'DROP TABLE jobs.decline', q{SELECT jobs.decline_job(1025, actor => 'member:1025')}, qr/table jobs\.decline is missing/ ],
	[ 'the outbox', 'DROP TABLE jobs.email', 'SELECT jobs.claim_emails()', qr/table jobs\.email is missing/ ],
	[ 'a trigger for some columns', q{
			DROP TRIGGER "00_jobs_fill" ON jobs.job;
			CREATE TRIGGER "00_jobs_fill" BEFORE INSERT OR UPDATE OF title ON jobs.job FOR EACH ROW
				EXECUTE FUNCTION jobs.job_fill() }, $reply, qr/00_jobs_fill on jobs\.job/ ],
	[ 'a trigger for other events', q{
			DROP TRIGGER "00_jobs_record" ON jobs.message;
			CREATE TRIGGER "00_jobs_record" AFTER DELETE ON jobs.message FOR EACH ROW
				EXECUTE FUNCTION jobs.message_record() }, $reply, qr/00_jobs_record on jobs\.message/ ],
	[ 'an index', 'DROP INDEX jobs.job_due', 'SELECT jobs.expire_jobs()', qr/index jobs\.job_due is missing/ ],
	[ 'a primary key', 'ALTER TABLE jobs.email DROP CONSTRAINT email_pkey', $reply, qr/primary key of jobs\.email is missing/ ],
	[ 'a unique key', 'ALTER TABLE jobs.conversation DROP CONSTRAINT conversation_parties',
		q{SELECT jobs.start_conversation(1025, 'Hello', actor => 'merchant:1024')}, qr/index jobs\.conversation_parties is missing/ ],
	[ 'NOT NULL', 'ALTER TABLE jobs.member ALTER email_scope DROP NOT NULL', $reply, qr/column jobs\.member\.email_scope may be NULL/ ],
	[ 'the sequence of ids', 'ALTER TABLE jobs.message ALTER id DROP IDENTITY', $reply, qr/sequence of jobs\.message\.id is missing/ ],
);
foreach my $loss (@losses)
{
	my ($name, $break, $call, $error) = @$loss;

	# in the session that breaks it, which knew the tables before, and in a new one
	refuses($node, 'market', "SELECT jobs.display_name('member:1025'); BEGIN; $break; $call",
		qr/55000: .*tables of jobs are not ready.*DETAIL: [^\n]*$error.*HINT:  Run SELECT jobs\.install\(\);/s, "without $name");
	is($node->safe_psql('market', qq{
			BEGIN;
			$break;
			SELECT jobs.install();
			SET LOCAL client_min_messages = error;
			DO \$\$ BEGIN PERFORM 1; END \$\$;
			@{[ $call =~ /^CALL/ ? $call : "SELECT FROM ($call) x" ]};
			ROLLBACK }) =~ s/\n.*//sr, "jobs $version: brought up to date", "install() puts $name back");
}

is($node->safe_psql('market', "BEGIN; ALTER TABLE jobs.service RENAME CONSTRAINT service_pkey TO pk_service; SELECT jobs.install(); ROLLBACK"),
	$up_to_date, 'a primary key of another name');
my $schema_version = $node->safe_psql('market', 'SELECT schema_version FROM jobs.node');
is($node->safe_psql('market', "BEGIN; UPDATE jobs.node SET schema_version = 0; SELECT jobs.install(); SELECT schema_version FROM jobs.node; ROLLBACK"),
	"jobs $version: installed\n$schema_version", 'a version that makes no sense');

# What nobody misses when it calls a function, install() finds.
foreach my $loss (
	[ 'a foreign key', 'ALTER TABLE jobs.event DROP CONSTRAINT event_job_id_fkey' ],
	[ 'a check', 'ALTER TABLE jobs.job DROP CONSTRAINT job_status' ],
	[ 'a check that the server named', 'ALTER TABLE jobs.proposal DROP CONSTRAINT proposal_price_check' ],
	[ 'a policy', 'DROP POLICY own_merchant ON jobs.job' ],
	[ 'a policy that lets everybody in', 'ALTER POLICY own_merchant ON jobs.job USING (true)' ],
	[ 'a policy for one role', 'ALTER POLICY own_merchant ON jobs.job TO shop_app' ],
	[ 'a policy for another actor', 'ALTER POLICY own_merchant ON jobs.job USING (merchant_id = (SELECT jobs.current_organization_id()))' ],
	[ 'row-level security', 'ALTER TABLE jobs.message DISABLE ROW LEVEL SECURITY' ],
	[ 'a view', 'DROP VIEW jobs.job_timeline' ],
	[ 'a view with the rights of its owner', 'ALTER VIEW jobs.job_list RESET (security_invoker)' ],
	[ 'a comment', 'COMMENT ON COLUMN jobs.job.title IS NULL' ])
{
	my ($name, $break) = @$loss;

	is($node->safe_psql('market', "BEGIN; $break; SELECT jobs.install(); SELECT jobs.install(); COMMIT"),
		"jobs $version: brought up to date\n$up_to_date", "install() finds $name");
	same(furniture($node, 'market') =~ s/^(sequence|relation).*\n?//gmr, $furniture =~ s/^(sequence|relation).*\n?//gmr, "... and puts it back");
}

# what a role can't have had is no loss
foreach my $case ([ 'DROP TABLE jobs.decline', '' ], [ 'REVOKE SELECT ON jobs.decline FROM shop_app', 'had lost its access' ])
{
	my ($break, $said) = @$case;
	my (undef, undef, $err) = $node->psql('market', "BEGIN; $break; SELECT jobs.install(); ROLLBACK");

	is(join(' ', $err =~ /(had lost its access)/g), $said, "what install() says after $break");
	is($node->safe_psql('market', "BEGIN; SET LOCAL client_min_messages = error; $break; SELECT jobs.install(); SELECT has_table_privilege('shop_app', 'jobs.decline', 'SELECT'); ROLLBACK")
		=~ s/.*\n//r, 't', '... gives it access again');
}

# a session looks at the version once, and again when jobs.node is altered
refuses($node, 'market', "BEGIN; DELETE FROM jobs.node; $reply", qr/55000: .*row of jobs\.node is missing/s, 'without the version');
refuses($node, 'market', "SELECT jobs.display_name('member:1025'); BEGIN; DROP TABLE jobs.node; $reply",
	qr/55000: .*not installed in this database/s, 'without the table of the version');
foreach my $break ('DELETE FROM jobs.node', 'DROP TABLE jobs.node')
{
	is($node->safe_psql('market', "BEGIN; $break; SELECT jobs.install(); SELECT FROM ($reply) x; SELECT count(*) FROM jobs.node; ROLLBACK")
		=~ s/^[^\n]*\n+//r, '1', "install() makes up for $break");
}
same(furniture($node, 'market') =~ s/^sequence.*\n?//gmr, $furniture =~ s/^sequence.*\n?//gmr, 'everything is as before');

# what install() can't put back, it doesn't claim to
my $request = q{SELECT jobs.request_job(1024, 'x', 'y', 1025, budget => 5, actor => 'merchant:1024')};
foreach my $change (
	[ 'ALTER TABLE jobs.job RENAME COLUMN title TO heading', $reply, qr/column jobs\.job\.title is missing/ ],
	[ 'DROP VIEW jobs.job_list; ALTER TABLE jobs.job ALTER budget TYPE integer', $request, qr/column jobs\.job\.budget is not of type numeric/ ],
	[ 'DROP VIEW jobs.job_list; ALTER TABLE jobs.job ALTER budget TYPE numeric(5, 1)', $request, qr/column jobs\.job\.budget is not of type numeric/ ],
	[ 'DROP VIEW jobs.job_list, jobs.proposals_and_jobs; ALTER TABLE jobs.job ALTER title TYPE bigint USING 0', $request,
		qr/column jobs\.job\.title is not of type text/ ],
	[ 'CREATE DOMAIN public.short AS text CHECK (length(VALUE) < 5); ALTER TABLE jobs.job ALTER description TYPE public.short USING left(description, 4)',
		$request, qr/column jobs\.job\.description is not of type text/ ])
{
	my ($break, $call, $error) = @$change;

	foreach my $sql ($call, 'SELECT jobs.install()')
	{
		refuses($node, 'market', "SELECT jobs.display_name('member:1025'); BEGIN; SET LOCAL client_min_messages = error; $break; $sql",
			qr/55000: .*tables of jobs were altered.*DETAIL: [^\n]*$error.*HINT:  Change it back/s, $break);
	}
}
# what stands in place of an index or key of ours is told by who needs it, and replaced
foreach my $change (
	[ 'DROP INDEX jobs.job_due; CREATE INDEX job_due ON jobs.job (title)', 'SELECT jobs.expire_jobs()', qr/index jobs\.job_due is not as it was made/ ],
	[ 'DROP INDEX jobs.job_due; CREATE INDEX job_due ON jobs.store (created_at)', 'SELECT jobs.expire_jobs()', qr/index jobs\.job_due is not as it was made/ ],
	[ q{UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'jobs.job_due'::regclass}, 'SELECT jobs.expire_jobs()', qr/index jobs\.job_due is not/ ],
	[ 'DROP INDEX jobs.job_due; CREATE INDEX job_due ON jobs.job USING brin (due_at) WHERE due_at IS NOT NULL', 'SELECT jobs.expire_jobs()',
		qr/index jobs\.job_due is not as it was made/ ],
	[ 'DROP INDEX jobs.job_due; CREATE INDEX job_due ON jobs.job (due_at DESC) WHERE due_at IS NOT NULL', 'SELECT jobs.expire_jobs()',
		qr/index jobs\.job_due is not as it was made/ ],
	[ 'ALTER TABLE jobs.email DROP CONSTRAINT email_pkey, ADD CONSTRAINT email_pkey PRIMARY KEY (created_at, id)', $reply,
		qr/primary key of jobs\.email is not as it was made/ ])
{
	my ($break, $call, $error) = @$change;

	refuses($node, 'market', "BEGIN; $break; $call",
		qr/55000: .*tables of jobs are not ready.*DETAIL: [^\n]*$error.*HINT:  Run SELECT jobs\.install\(\);/s, $break);
	is($node->safe_psql('market', "BEGIN; $break; SELECT jobs.install(); SELECT FROM ($call) x; ROLLBACK") =~ s/\n.*//sr,
		"jobs $version: brought up to date", '... and replaced');
}

# what install() can't replace, or what rows stand in the way of, it names with what to do
foreach my $change (
	[ 'ALTER TABLE jobs.decline RENAME TO gone; CREATE TABLE jobs.decline (LIKE jobs.gone INCLUDING ALL) PARTITION BY LIST (organization_id);
			ALTER TABLE jobs.decline OWNER TO jobs_owner',
		qr/DETAIL:  jobs\.decline is not an ordinary table.*HINT:  Rename it, run SELECT jobs\.install\(\);/s ],
	[ 'DROP VIEW jobs.job_list; CREATE TABLE jobs.job_list (); ALTER TABLE jobs.job_list OWNER TO jobs_owner', qr/DETAIL:  jobs\.job_list is not a view.*HINT:  Rename it/s ],
	[ 'DROP INDEX jobs.job_due; CREATE TABLE jobs.job_due (); ALTER TABLE jobs.job_due OWNER TO jobs_owner', qr/DETAIL:  jobs\.job_due is not an index.*HINT:  Rename it/s ],
	[ 'DROP SEQUENCE jobs.request_id_seq; CREATE TABLE jobs.request_id_seq (); ALTER TABLE jobs.request_id_seq OWNER TO jobs_owner', qr/DETAIL:  jobs\.request_id_seq is not a sequence.*HINT:  Rename it/s ],
	[ q{ALTER TABLE jobs.job DROP CONSTRAINT job_status; SET LOCAL session_replication_role = replica; UPDATE jobs.job SET status = 'lost' WHERE id = 1025},
		qr/DETAIL:  What would mend them is "ALTER TABLE jobs\.job ADD CONSTRAINT job_status CHECK.*HINT:  Correct or remove what is in the way/s ],
	[ 'ALTER TABLE jobs.member ALTER email DROP NOT NULL; SET LOCAL session_replication_role = replica; UPDATE jobs.member SET email = NULL WHERE id = 1025',
		qr/DETAIL:  What would mend them is "ALTER TABLE jobs\.member ALTER email SET NOT NULL"; but column "email".*HINT:  Correct/s ],
	[ 'DROP VIEW jobs.job_list; CREATE VIEW jobs.job_list AS SELECT 1 AS one; ALTER VIEW jobs.job_list OWNER TO jobs_owner;
			CREATE VIEW public.mine AS SELECT * FROM jobs.job_list',
		qr/DETAIL:  What would mend them is "DROP VIEW jobs\.job_list"; but .*view (public\.)?mine depends/s ],
	[ q{DROP VIEW jobs.job_list, jobs.proposals_and_jobs; ALTER TABLE jobs.job ALTER title TYPE text COLLATE "C"},
		qr/column jobs\.job\.title is not of type text with its default collation.*ALTER TABLE jobs\.job ALTER title TYPE text;/s ])
{
	my ($break, $error) = @$change;

	refuses($node, 'market', "BEGIN; $break; SELECT jobs.install()", qr/55000: .*tables of jobs were altered.*$error/s, $break);
}
# ... and what it names mends it
is($node->safe_psql('market', q{
		BEGIN;
		DROP VIEW jobs.job_list;
		ALTER TABLE jobs.job ALTER budget TYPE integer;
		SELECT jobs.uninstall(); ALTER TABLE jobs.job ALTER budget TYPE numeric; SELECT jobs.install();
		SELECT jobs.install();
		ROLLBACK }), "\njobs $version: brought up to date\n$up_to_date", 'the statements that the error names mend a column');

# the library writes rows, which no rule rewrites
$node->safe_psql('market', q{
	CREATE ROLE shop_ruled;
	SELECT format('CREATE RULE mine_%s AS ON %s TO jobs.%I DO INSTEAD NOTHING', lower(verb), verb, relname)
	FROM pg_class, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) verb
	WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r'
		AND relname NOT IN ('message', 'job') -- which works() writes to by SQL
	\gexec });
is($node->safe_psql('market', 'SELECT jobs.install()'), $up_to_date, 'rules are a user\'s own');
works($node, 'market', 'with rules on all tables');
is($node->safe_psql('market', q{SELECT jobs.grant_access('shop_ruled', 'monitor'); SELECT grants ? 'shop_ruled' FROM jobs.node}), "\nt", 'access is remembered');
is($node->safe_psql('market', q{SELECT jobs.revoke_access('shop_ruled', 'monitor'); SELECT grants ? 'shop_ruled' FROM jobs.node}), "\nf", '... and forgotten');
is($node->safe_psql('market', q{
		BEGIN;
		ALTER TABLE jobs.node DISABLE RULE mine_delete;
		DELETE FROM jobs.node;
		SELECT jobs.install();
		SELECT schema_version, first_slot, last_slot, grants, purged_position, marketplace_id IS NOT NULL, last_run_at FROM jobs.node;
		ROLLBACK }), "jobs $version: brought up to date\n$schema_version|0|1023|{}|0|t|", 'the version is written');
is($node->safe_psql('market', q{
		BEGIN;
		ALTER TABLE jobs.ranking_stat DISABLE RULE mine_update;
		SET LOCAL session_replication_role = replica;
		UPDATE jobs.ranking_stat SET received = 1000000;
		SET LOCAL session_replication_role = origin;
		SELECT jobs.rebuild_ranking() > 0;
		SELECT max(received) < 1000 FROM jobs.ranking_stat;
		ROLLBACK }), "t\nt", 'evidence is counted anew');
is($node->safe_psql('market', q{SELECT count(*) > 0 FROM jobs.claim_emails(1)}), 't', 'an e-mail is claimed');
$node->safe_psql('market', q{
	SELECT format('DROP RULE %I ON jobs.%I', rulename, tablename) FROM pg_rules WHERE rulename LIKE 'mine_%' \gexec
	DROP ROLE shop_ruled });

# decided is decided in the row of the database as well
$node->safe_psql('market', q{CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	NEW := jsonb_populate_record(NEW, TG_ARGV[0]::jsonb);
	RETURN NEW;
END $$});
foreach my $case ([ '{"schema_version": 7}', 'schema_version' ], [ '{"grants": {"eve": ["operator"]}}', 'grants' ], [ '{"last_slot": 5}', 'last_slot' ])
{
	my ($change, $column) = @$case;
	my $trigger = "CREATE TRIGGER meddle BEFORE INSERT OR UPDATE ON jobs.node FOR EACH ROW EXECUTE FUNCTION public.meddle('$change')";

	refuses($node, 'market', "BEGIN; $trigger; $_", qr/27000: .*node.*$column/s, "a trigger that changes $column: $_")
	  foreach q{SELECT jobs.grant_access('pg_monitor', 'monitor')}, q{SELECT jobs.revoke_access('shop_app', 'app')},
	  'DELETE FROM jobs.node; SELECT jobs.install()';
}

# other versions
refuses($node, 'market', "BEGIN; UPDATE jobs.node SET schema_version = schema_version + 1; $reply",
	qr/55000: .*newer than the library.*HINT: .*ALTER EXTENSION jobs UPDATE/s, 'newer tables');
refuses($node, 'market', 'BEGIN; UPDATE jobs.node SET schema_version = schema_version + 1; SELECT jobs.install()',
	qr/55000: .*newer than the library/s, 'install() on newer tables');

# who may, and for whom
refuses($node, 'market', 'SELECT jobs.install(owner => $$nobody$$)', qr/42704/, 'an unknown owner');
refuses($node, 'market', 'SELECT jobs.install(owner => $$shop_app$$)', qr/55000: .*another owner/, 'another owner');
refuses($node, 'market', 'SET SESSION AUTHORIZATION shop_app; SELECT jobs.install()', qr/42501/, 'install() by anybody');
refuses($node, 'market', 'SET SESSION AUTHORIZATION jobs_owner; SELECT jobs.install()', qr/42501/,
	'install() by an owner of the tables alone');
$node->safe_psql('market', 'ALTER SCHEMA jobs OWNER TO jobs_owner');
is($node->safe_psql('market', 'SET SESSION AUTHORIZATION jobs_owner; SELECT jobs.install()'), $up_to_date,
	'install() by an owner of tables and schema');
is($node->safe_psql('market', q{
		SET SESSION AUTHORIZATION jobs_owner;
		DROP TRIGGER "00_jobs_fill" ON jobs.message;
		SELECT jobs.install() }), "jobs $version: brought up to date", 'an owner of tables and schema repairs them');
works($node, 'market', 'repaired by the owner');

# a superuser as owner is allowed, and warned of
$node->safe_psql('postgres', 'CREATE DATABASE other');
my ($status, $out, $err) = $node->psql('other', 'CREATE EXTENSION jobs; SELECT jobs.install()');
is($out, "jobs $version: installed", 'a superuser as owner');
like($err, qr/WARNING:  the tables of jobs belong to a superuser/, 'a superuser as owner is warned of');

# rolled back, nothing is there
$node->safe_psql('postgres', 'CREATE DATABASE third');
$node->safe_psql('third', q{CREATE EXTENSION jobs; BEGIN; SELECT jobs.install(owner => 'jobs_owner'); ROLLBACK});
refuses($node, 'third', $reply, qr/55000: .*not installed in this database.*HINT:  Run SELECT jobs\.install\(\);/s,
	'before install()');

# in the script of an extension
my ($folder) = run_command([ 'pg_config', '--sharedir' ]);
SKIP:
{
	skip 'the folder of extensions is not ours', 2 if !-w "$folder/extension";
	append_to_file("$folder/extension/jobs_test_wrapper.control", "default_version = '1'\n");
	append_to_file("$folder/extension/jobs_test_wrapper--1.sql", "SELECT jobs.install();\n");
	refuses($node, 'third', 'CREATE EXTENSION jobs_test_wrapper', qr/55000: .*extension's script/, 'in the script of an extension');
	unlink "$folder/extension/jobs_test_wrapper.control", "$folder/extension/jobs_test_wrapper--1.sql";
}

done_testing();
