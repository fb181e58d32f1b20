# Whatever the library's SQL names, somebody else has one of that name, first in search_path
# and among the temporary objects: none of them ever runs, whoever calls.
#
# The names come from the sources. A decoy writes to the server's log, which no rollback
# undoes, so the statements here name everything in full.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $sources = "$FindBin::Bin/../..";

# SQL in the sources: C's string literals that look like it, with those that stand side by
# side joined, and what the .sql files say beside comments and strings.
sub sql_of_sources
{
	my @texts;

	foreach my $file (glob("$sources/src/*.c"), glob("$sources/src/*/*.c"))
	{
		my $source = slurp_file($file);

		$source =~ s{/\*.*?\*/}{ }gs;
		$source =~ s/"[ \t]*\\?\n\s*"//g;
		while ($source =~ /"((?:[^"\\]|\\.)*)"/g)
		{
			my $text = $1;
			push @texts, $text if $text =~ /pg_catalog\.|OPERATOR\(|\bjobs\.|\b(?:SELECT|FROM|JOIN|WHERE) /;
		}
	}
	foreach my $file (glob("$sources/sql/*.sql"), glob("$sources/sql/*/*.sql"))
	{
		my $source = slurp_file($file);

		$source =~ s/--.*//g;
		$source =~ s/'(?:[^']|'')*'/''/g;
		push @texts, $source;
	}
	return @texts;
}

my (%words, %operators);
foreach my $text (sql_of_sources())
{
	$operators{$1} = 1 while $text =~ /OPERATOR\(pg_catalog\.([^)]+?)\)/g;
	$operators{$1} = 1 while $text =~ m{(?<=[\s\w)])([-+*/<>=~!@#^&|`?]+)(?=[\s\w('])}g;
	$words{$1} = 1 while $text =~ /\b([a-z_][a-z0-9_]*)\b/g;
}
$operators{'%'} = delete $operators{'%%'} if $operators{'%%'};
foreach my $word (qw(count jsonb_array_elements_text gen_random_uuid statement_timestamp make_interval
	setval max min now split_part jsonb_typeof pg_notification_queue_usage
	text int8 float8 uuid timestamptz regclass jsonb job email node ranking_stat pg_available_extensions))
{
	ok($words{$word}, "the sources name $word");
}
ok($operators{$_}, "the sources name the operator $_") foreach ('=', '<=', '>=', '||', '-', '+', '@@', '->', '->>', '%', '~');

my $node = start_server('decoys', 'log_statement = none');

# Of these words, what there is: the decoy of each in schema evil, one a line.
install($node, 'model', 'model_owner');
$node->safe_psql('model', q{
	CREATE TABLE word AS SELECT unnest(string_to_array(:'words', ' ')) AS name;
	CREATE TABLE operator AS SELECT unnest(string_to_array(:'operators', ' ')) AS name;
	CREATE VIEW type AS
	SELECT t.oid, t.typname AS name, format('%I.%I', n.nspname, t.typname) AS full_name,
		t.typname IN ('any', 'cstring', 'internal', 'language_handler', 'event_trigger') OR t.typname ~ '_handler$|^pg_ddl' AS is_internal
	FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace;
	-- what a function is made of that tells what ran
	CREATE FUNCTION body(what text, result text DEFAULT ' NULL') RETURNS text LANGUAGE sql RETURN
		format('LANGUAGE plpgsql AS $$ BEGIN RAISE LOG ''decoy ran: %s, as %%, for %%'', CURRENT_USER, SESSION_USER; RETURN%s; END $$',
			replace(what, '%', '%%'), result);
	CREATE FUNCTION arguments(types oidvector, last oid DEFAULT 0) RETURNS text LANGUAGE sql RETURN (
		SELECT string_agg(CASE WHEN a.n = cardinality(types) AND last <> 0 THEN 'VARIADIC ' ELSE '' END || t.full_name, ', ' ORDER BY a.n)
		FROM unnest(types) WITH ORDINALITY a (oid, n) JOIN type t USING (oid));
	CREATE FUNCTION are_internal(types oid[]) RETURNS boolean LANGUAGE sql RETURN
		EXISTS (SELECT FROM type WHERE oid = ANY (types) AND is_internal) },
	extra_params => [ '-v', 'words=' . join(' ', sort keys %words), '-v', 'operators=' . join(' ', sort keys %operators) ]);
my @decoys = split /\n/, $node->safe_psql('model', q{
	SELECT 'CREATE FUNCTION evil.decoy_ran(name pg_catalog.text) RETURNS pg_catalog.bool LANGUAGE plpgsql AS '
		'$$ BEGIN RAISE LOG ''decoy ran: %, as %, for %'', name, CURRENT_USER, SESSION_USER; RETURN true; END $$';
	SELECT 'CREATE FUNCTION evil.decoy_wrote() RETURNS pg_catalog.trigger ' || body('relation, written');

	SELECT format('CREATE DOMAIN evil.%I AS %s CHECK (evil.decoy_ran(%L))', t.name, t.full_name, 'type ' || t.name)
	FROM type t JOIN pg_type p USING (oid)
	WHERE p.typnamespace = 'pg_catalog'::regnamespace AND p.typtype = 'b' AND p.typelem = 0
		AND (t.name IN (SELECT name FROM word)
			OR EXISTS (SELECT FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE c.relnamespace = 'jobs'::regnamespace AND atttypid = t.oid))
	ORDER BY 1;

	SELECT DISTINCT ON (p.proname, p.proargtypes) format('CREATE FUNCTION evil.%I(%s) RETURNS %s%s %s', p.proname, arguments(p.proargtypes, p.provariadic),
		CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END, r.full_name,
		body('function ' || p.proname, CASE WHEN p.proretset OR r.name = 'void' THEN '' ELSE ' NULL' END))
	FROM pg_proc p JOIN type r ON r.oid = p.prorettype
	WHERE p.prokind IN ('f', 'w') AND NOT are_internal(p.proargtypes::oid[] || p.prorettype)
		AND (p.pronamespace = 'pg_catalog'::regnamespace AND p.proname IN (SELECT name FROM word)
			OR p.pronamespace = 'jobs'::regnamespace)
	ORDER BY p.proname, p.proargtypes, p.oid;

	-- of an aggregate its step runs
	CREATE VIEW aggregate AS
	SELECT p.proname, p.oid, p.proargtypes FROM pg_proc p JOIN word w ON w.name = p.proname
	WHERE p.prokind = 'a' AND p.pronargs <= 1 AND p.pronamespace = 'pg_catalog'::regnamespace AND NOT are_internal(p.proargtypes::oid[]);
	SELECT DISTINCT format('CREATE FUNCTION evil.step(%s) RETURNS pg_catalog.text %s', concat_ws(', ', 'pg_catalog.text', arguments(proargtypes)), body('aggregate'))
	FROM aggregate ORDER BY 1;
	SELECT format('CREATE AGGREGATE evil.%I (%s) (SFUNC = evil.step, STYPE = pg_catalog.text)', proname, coalesce(arguments(proargtypes), '*'))
	FROM aggregate ORDER BY proname, oid;

	SELECT format('CREATE FUNCTION evil.operator_%s(%s) RETURNS %s %s; CREATE OPERATOR evil.%s (FUNCTION = evil.operator_%1$s, LEFTARG = %6$s, RIGHTARG = %7$s)',
		o.oid, concat_ws(', ', l.full_name, r.full_name), x.full_name, body('operator ' || o.oprname), o.oprname, l.full_name, r.full_name)
	FROM pg_operator o JOIN operator w ON w.name = o.oprname JOIN type l ON l.oid = o.oprleft JOIN type r ON r.oid = o.oprright JOIN type x ON x.oid = o.oprresult
	WHERE o.oprnamespace = 'pg_catalog'::regnamespace
	ORDER BY o.oprname, o.oid;

	SELECT format('CREATE VIEW evil.%I AS SELECT %s WHERE evil.decoy_ran(%L); GRANT ALL ON evil.%1$I TO PUBLIC; '
		'CREATE TRIGGER decoy INSTEAD OF INSERT OR UPDATE OR DELETE ON evil.%1$I FOR EACH ROW EXECUTE FUNCTION evil.decoy_wrote()',
		c.relname,
		(SELECT string_agg(format('NULL::%s AS %I', t.full_name, a.attname), ', ' ORDER BY a.attnum)
		FROM pg_attribute a JOIN type t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
		'relation ' || c.relname)
	FROM pg_class c
	WHERE c.relkind IN ('r', 'v')
		AND (c.relnamespace = 'jobs'::regnamespace
			OR c.relnamespace = 'pg_catalog'::regnamespace AND c.relname LIKE 'pg\_%' AND c.relname IN (SELECT name FROM word))
	ORDER BY c.relname;

	SELECT format('CREATE SEQUENCE evil.%I; GRANT ALL ON SEQUENCE evil.%1$I TO PUBLIC', relname)
	FROM pg_class WHERE relkind = 'S' AND relnamespace = 'jobs'::regnamespace ORDER BY 1 });
my %least = (FUNCTION => 200, AGGREGATE => 20, DOMAIN => 12, OPERATOR => 200, VIEW => 20, SEQUENCE => 10);
foreach my $kind (sort keys %least)
{
	cmp_ok(scalar(grep { /\bCREATE $kind / } @decoys), '>=', $least{$kind}, "decoys: at least $least{$kind} of kind $kind");
}
foreach my $name ('FUNCTION jsonb_array_elements_text(', 'FUNCTION gen_random_uuid(', 'FUNCTION statement_timestamp(',
	'FUNCTION current_actor(', 'AGGREGATE count (*)', 'AGGREGATE min (pg_catalog.timestamptz)', 'DOMAIN uuid ', 'VIEW job ',
	'VIEW pg_available_extensions ')
{
	my $start = $name =~ s/ / evil./r;
	ok((grep { /^CREATE \Q$start\E/ } @decoys), "decoys: $name");
}

# Sessions run this file first: temporary decoys beside those that stand in schema evil, one
# of each name.
my $temporary = $node->basedir . '/temporary.sql';
my %seen;
my @first = grep { !/^CREATE FUNCTION evil\.(?!step\()/ || !$seen{ / (OPERATOR \S+) / ? $1 : s/\(.*//r }++ } @decoys;
append_to_file($temporary, join(";\n", 'SET client_min_messages = error', 'BEGIN', (map { s/\bevil\./pg_temp./gr } @first),
	'COMMIT', 'RESET client_min_messages', ''));
chmod 0644, $temporary;

# A database where they stand first for whoever connects, from before the extension on.
$node->safe_psql('postgres', q{
	CREATE DATABASE market;
	CREATE ROLE mallory LOGIN;
	CREATE ROLE owner LOGIN;
	CREATE ROLE successor LOGIN;
	CREATE ROLE app LOGIN;
	CREATE ROLE ann LOGIN;
	CREATE ROLE max LOGIN;
	CREATE ROLE shop_operator LOGIN;
	CREATE ROLE shop_mailer LOGIN;
	CREATE ROLE shop_monitor LOGIN;
	CREATE ROLE somebody LOGIN });
$node->safe_psql('market', 'CREATE SCHEMA evil AUTHORIZATION mallory; GRANT USAGE ON SCHEMA evil TO PUBLIC');
$node->safe_psql('market', "SET SESSION AUTHORIZATION mallory;\n" . join(";\n", @decoys));
my $path = 'pg_temp, evil, pg_catalog, jobs, public';
$node->safe_psql('postgres', "ALTER DATABASE market SET search_path = $path");
$node->safe_psql('postgres', "ALTER ROLE $_ IN DATABASE market SET search_path = $path") foreach qw(postgres app ann);

# What the decoys said since then.
my $read = -s $node->logfile;

sub decoys_that_ran
{
	my $log = slurp_file($node->logfile, $read);
	my %ran;

	$read = -s $node->logfile;
	$ran{$1}++ while $log =~ /LOG:  decoy ran: (.*)/g;
	return join("\n", sort keys %ran);
}

# Runs it as a role, in a session of its own with temporary decoys.
sub run
{
	my ($role, $sql, $name) = @_;
	my ($out, $err);

	my $status = $node->psql('market', "\\i $temporary\n$sql", stdout => \$out, stderr => \$err, on_error_stop => 1,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);
	ok($status == 0, "$name: works") or diag($err);
	is(decoys_that_ran(), '', "$name: no decoy runs");
	return;
}

# What was made while decoys stood first is made of none of them.
sub untouched
{
	my ($name) = @_;

	is($node->safe_psql('market', q{
			SET search_path = public;
			SELECT DISTINCT o.identity, r.identity
			FROM pg_depend d, pg_identify_object(d.classid, d.objid, d.objsubid) o, pg_identify_object(d.refclassid, d.refobjid, 0) r
			WHERE (r.schema = 'evil' OR r.schema LIKE 'pg_temp%') AND o.identity ~ '\yjobs\.' }), '', "$name: no decoy is part of it");
	return;
}

# They would: all of them are what their name means to a session, and they are heard.
is($node->safe_psql('market', "\\i $temporary\n" . q{
	SET search_path = evil, pg_catalog;
	SELECT pg_catalog.concat_ws(' ',
		(SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc WHERE pronamespace OPERATOR(pg_catalog.=) 'evil'::pg_catalog.regnamespace
			AND NOT pg_catalog.pg_function_is_visible(oid)),
		(SELECT pg_catalog.count(*) FROM pg_catalog.pg_operator WHERE oprnamespace OPERATOR(pg_catalog.=) 'evil'::pg_catalog.regnamespace
			AND NOT pg_catalog.pg_operator_is_visible(oid)));
	SET search_path = evil, jobs, pg_catalog;
	SET search_path = pg_temp, pg_catalog, jobs;
	SELECT pg_catalog.concat_ws(' ',
		(SELECT pg_catalog.count(*) FROM pg_catalog.pg_class WHERE relnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()
			AND NOT pg_catalog.pg_table_is_visible(oid)),
		(SELECT pg_catalog.count(*) FROM pg_catalog.pg_type WHERE typnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()
			AND NOT pg_catalog.pg_type_is_visible(oid))) }), "0 0\n0 0", 'all decoys stand first');
is(decoys_that_ran(), '', '... and looking at them runs none');
$node->psql('market', "\\i $temporary\n$_") foreach ('SELECT count(*) FROM pg_catalog.pg_class', 'SELECT 1 = 1', q{SELECT 'x'::text},
	'SELECT statement_timestamp()', 'SELECT * FROM job', 'SELECT current_actor()', q{INSERT INTO message (body) VALUES ('x')},
	q{SELECT max(relname) FROM pg_catalog.pg_class});
is(decoys_that_ran() =~ s/, as postgres, for postgres$//gmr, join("\n", 'aggregate', 'function current_actor', 'function statement_timestamp',
		'operator =', 'relation job', 'relation, written', 'type text'), 'a statement that names one runs it, and it is heard');

# a sequence tells by its state
my $sequences = q{
	SELECT pg_catalog.count(*) FROM pg_catalog.pg_sequences
	WHERE schemaname OPERATOR(pg_catalog.=) 'evil' AND last_value IS NOT NULL };

run('postgres', q{
	CREATE EXTENSION jobs;
	SELECT jobs.install(owner => 'owner');
	SELECT jobs.grant_access('app', 'app'), jobs.grant_access('shop_operator', 'operator'), jobs.grant_access('shop_mailer', 'mailer'),
		jobs.grant_access('shop_monitor', 'monitor') }, 'installing');
untouched('installing');
{
	local $ENV{PGOPTIONS} = '-c search_path=public';
	fill($node, 'market');
	$node->safe_psql('market', q{
		SELECT jobs.create_organization(name || i, 'x@x.example') FROM generate_series(1, 5) i, unnest('{Eve,Kit}'::text[]) name;
		SELECT jobs.provide_service(id, 2048), jobs.set_preferences(id, is_listed => name LIKE 'Kit%') FROM jobs.organization WHERE id <> 1025 });
}
decoys_that_ran();
run('postgres', q{SELECT jobs.bind_role('ann', 'member:1025'), jobs.bind_role('max', 'merchant:1024')}, 'binding roles');

# The life of jobs: functions, then plain SQL. ACT names the actor, where the role doesn't
# say it; before who acts next stands a line of its own.
my $story = q{@max
SELECT jobs.add_store(1024, 'Hats', client_key => pg_catalog.gen_random_uuid()ACT) AS store \gset
SELECT jobs.start_conversation(1025, 'Hello'ACT);
@ann
SELECT jobs.send_message(1025, 'Hello', 0ACT);
SELECT jobs.send_proposal(1025, 1024, 'Withdrawn', 'Work', 5ACT) AS withdrawn \gset
SELECT jobs.send_proposal(1025, 1024, 'Declined', 'Work', 5ACT) AS declined \gset
SELECT jobs.send_proposal(1025, 1024, 'New store', 'Work', 5ACT) AS shop \gset
SELECT jobs.send_proposal(1025, 1024, 'Accepted', 'Work', 5, client_key => pg_catalog.gen_random_uuid()ACT) AS accepted \gset
SELECT jobs.withdraw_proposal(:withdrawnACT);
@max
SELECT jobs.decline_proposal(:declinedACT);
SELECT jobs.accept_proposal(:shopACT);
SELECT jobs.accept_proposal(:accepted, :storeACT) AS job \gset
SELECT job_id AS direct FROM jobs.request_job(1024, 'Direct', 'All of it', 1025, :store, 50, client_key => pg_catalog.gen_random_uuid()ACT) \gset
SELECT job_id AS matched, request_id AS request FROM jobs.request_job(2048, 'Matched', 'All of it', max_matches => 1, auto_rematch => trueACT) \gset
SELECT * FROM jobs.rematch_request(:request, client_key => pg_catalog.gen_random_uuid()ACT);
SELECT * FROM jobs.match_organizations(2048);
SELECT * FROM jobs.match_organizations(2048, 1024, 100, 'USD', 3);
SELECT * FROM jobs.search_organizations();
SELECT * FROM jobs.search_organizations('ann "co" or audit -shoes', 1024);
SELECT jobs.reply_to_job(:job, 'When?'ACT);
@ann
SELECT jobs.open_job(:jobACT), jobs.open_job(:directACT);
SELECT jobs.assign_self(:jobACT), jobs.assign_members(:job, '{2049}'ACT), jobs.unassign_members(:job, '{2049}'ACT);
SELECT jobs.reply_to_job(:job, 'Now', client_key => pg_catalog.gen_random_uuid()ACT);
SELECT jobs.mark_inactive(:jobACT);
SELECT jobs.reactivate_job(:jobACT);
SELECT jobs.allowed_actions(:jobACT);
SELECT jobs.complete_job(:job, 'Done'ACT);
SELECT jobs.request_review(:shopACT);
@max
SELECT jobs.reject_completion(:job, 'Not yet'ACT);
SELECT jobs.review_proposal(:shop, 5, 4, 'Good'ACT);
SELECT jobs.decline_job(:direct, 'changed_mind', 'Sorry'ACT);
@ann
SELECT jobs.complete_job(:jobACT);
@max
SELECT jobs.confirm_completion(:jobACT);
SELECT jobs.review_job(:job, 5, 4, 'Good'ACT) AS review \gset
@ann
SELECT jobs.reply_to_review(:review, 'Thanks'ACT);
SELECT jobs.add_member(1025, 'Cid', 'cid@ann.example', client_key => pg_catalog.gen_random_uuid()ACT) AS cid \gset
SELECT jobs.set_preferences(1025, is_available => true, notification_email => 'office@ann.example'ACT);
SELECT jobs.provide_service(1025, 1024, 5, 9ACT), jobs.withdraw_service(1025, 1024ACT), jobs.provide_service(1025, 1024ACT);
SELECT jobs.set_email_scope(1025, 'all'ACT);
@@ann
SELECT jobs.current_actor(), jobs.current_organization_id(), jobs.current_member_id(), jobs.current_merchant_id();
SELECT jobs.display_name('merchant:1024'), jobs.store_name(:job), jobs.sees_organization(1025), jobs.version();
SELECT * FROM jobs.transitions();
SELECT jobs.transition_diagram(), jobs.status_label('new', 'de');
TABLE jobs.job_list;
TABLE jobs.job_timeline;
TABLE jobs.proposals_and_jobs;
TABLE jobs.organization;
TABLE jobs.preferences;
TABLE jobs.member;
TABLE jobs.ranking_stat;
@@max
INSERT INTO jobs.job (organization_id, service_id, title, description, client_key)
VALUES (1025, 1024, 'Written', 'All of it', pg_catalog.gen_random_uuid()) RETURNING id AS written \gset
INSERT INTO jobs.conversation (organization_id) VALUES (:eve) RETURNING id AS other \gset
TABLE jobs.merchant;
TABLE jobs.store;
TABLE jobs.job_list;
@@ann
UPDATE jobs.job SET status = 'opened' WHERE id OPERATOR(pg_catalog.=) :written;
INSERT INTO jobs.message (job_id, body) VALUES (:written, 'Yes');
INSERT INTO jobs.assignment (job_id, member_id) VALUES (:written, 1025), (:written, 2049) ON CONFLICT DO NOTHING;
DELETE FROM jobs.assignment WHERE job_id OPERATOR(pg_catalog.=) :written AND member_id OPERATOR(pg_catalog.=) 2049;
UPDATE jobs.job SET status = 'inactive' WHERE id OPERATOR(pg_catalog.=) :written;
UPDATE jobs.job SET status = 'completed' WHERE id OPERATOR(pg_catalog.=) :written;
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (1025, 1024, 'Written', 'Work', 5) RETURNING id AS paper \gset
@@max
UPDATE jobs.job SET title = 'Written' WHERE id OPERATOR(pg_catalog.=) :written;
UPDATE jobs.proposal SET status = 'accepted' WHERE id OPERATOR(pg_catalog.=) :paper;
MERGE INTO jobs.job j USING (VALUES (:written)) v (id) ON j.id OPERATOR(pg_catalog.=) v.id WHEN MATCHED THEN DO NOTHING;
INSERT INTO jobs.message (conversation_id, body) VALUES (:other, 'Hello');
@max
SELECT jobs.start_conversation(:eve, 'Hello again'ACT);
SELECT jobs.block_conversation(:otherACT);
};
my @eves = split /\n/, $node->safe_psql('market', q{
	SET search_path = public;
	SELECT id FROM jobs.organization WHERE name LIKE 'Eve%' ORDER BY id });
my %ids = (ann => 'member:1025', max => 'merchant:1024');

# The story for a role that names who acts, or for the two roles that are bound.
sub story
{
	my ($is_bound) = @_;
	my $eve = shift @eves;
	my ($sql, $actor, $is_open) = ("\\set eve $eve\n", '', 0);

	foreach my $line (split /\n/, $story)
	{
		if ($line =~ /^(@+)(\w+)/)
		{
			$actor = $2;
			$sql .= "COMMIT;\n" if $is_open;
			$is_open = 0;
			$sql .= "\\connect - $actor\n\\i $temporary\n" if $is_bound;
			if ($1 eq '@@' && !$is_bound)
			{
				$sql .= "BEGIN;\nSELECT jobs.act_as('$ids{$actor}');\n";
				$is_open = 1;
			}
			next;
		}
		my $argument = $is_bound ? '' : ", actor => '$ids{$actor}'";
		$sql .= ($line =~ s/ACT\b/$argument/gr) . "\n";
	}
	return $sql;
}

# what operators do: the directory, the sweep, the outbox, by function and by plain SQL
my $operations = q{
	SELECT jobs.create_service('NAME', pg_catalog.gen_random_uuid()) AS service \gset
	SELECT jobs.create_organization('NAME', 'x@x.example', client_key => pg_catalog.gen_random_uuid()) AS organization \gset
	SELECT jobs.create_merchant('NAME', 'x@x.example', client_key => pg_catalog.gen_random_uuid()) AS merchant \gset
	SELECT jobs.add_member(:organization, 'X', 'x@x.example') AS member \gset
	SELECT jobs.provide_service(:organization, :service);
	SELECT jobs.set_slots(0, 1023);
	INSERT INTO jobs.service (name) VALUES ('NAME written');
	UPDATE jobs.service SET name = 'NAME again' WHERE id OPERATOR(pg_catalog.=) :service;
	INSERT INTO jobs.organization (name) VALUES ('NAME written') RETURNING id AS written \gset
	UPDATE jobs.organization SET description = 'New' WHERE id OPERATOR(pg_catalog.=) :organization;
	INSERT INTO jobs.preferences (organization_id, notification_email) VALUES (:written, 'y@x.example');
	UPDATE jobs.preferences SET is_listed = false WHERE organization_id OPERATOR(pg_catalog.=) :organization;
	INSERT INTO jobs.member (organization_id, name, email) VALUES (:organization, 'Y', 'y@x.example');
	UPDATE jobs.member SET is_active = false WHERE id OPERATOR(pg_catalog.=) :member;
	INSERT INTO jobs.provided_service (organization_id, service_id) VALUES (:organization, 1024);
	UPDATE jobs.provided_service SET max_price = 9 WHERE organization_id OPERATOR(pg_catalog.=) :organization;
	INSERT INTO jobs.merchant (name, email) VALUES ('Y', 'y@x.example');
	UPDATE jobs.merchant SET name = 'Z' WHERE id OPERATOR(pg_catalog.=) :merchant;
	INSERT INTO jobs.store (merchant_id, name) VALUES (:merchant, 'Y');
	UPDATE jobs.email_template SET subject = 'New' WHERE kind OPERATOR(pg_catalog.=) 'message' AND language OPERATOR(pg_catalog.=) 'de';
	UPDATE jobs.conversation SET is_blocked = false WHERE is_blocked;
	TABLE jobs.job_list;
	SELECT jobs.rebuild_ranking();
	SELECT jobs.expire_jobs(1);
	CALL jobs.expire_due_jobs(1);
	SELECT email_id, claim_token FROM jobs.claim_emails(1, worker => 'x') \gset
	SELECT jobs.ack_emails(ARRAY[:email_id], ARRAY[:'claim_token'::pg_catalog.uuid]);
	SELECT email_id, claim_token FROM jobs.claim_emails(1) \gset
	SELECT jobs.fail_email(:email_id, :'claim_token', 'full');
	SELECT jobs.retry_email(:email_id);
	SELECT jobs.resend_email(:email_id, 'z@x.example');
	SELECT jobs.pause_emails('x'), jobs.resume_emails(), jobs.retry_emails('message', '2000-01-01', 5), jobs.retry_emails();
	SELECT jobs.purge_emails('1 day', 5), jobs.cancel_emails('2000-01-01');
	SELECT jobs.purge_jobs('0', 1), jobs.purge_events('0', 1), jobs.purge_events();
	CALL jobs.maintain();
	SELECT * FROM jobs.why_not_matched(:organization, :service, :merchant, 100);
	SELECT job_id AS late, request_id AS late_request FROM jobs.request_job(2048, 'Late', 'All of it', max_matches => 1, actor => 'merchant:1024') \gset
	SELECT jobs.extend_deadline(:late, pg_catalog.now() OPERATOR(pg_catalog.+) interval '30 days');
	SELECT jobs.reassign_jobs(1025, 2049), jobs.reassign_jobs(2049, 1025);
	SELECT jobs.withdraw_request(:late_request, actor => 'merchant:1024');
	SELECT jobs.delete_organization(:written);
	TABLE jobs.health;
};

# Overdue jobs, and those whose reminder is due, for the sweeps; and jobs that can be purged.
sub due_jobs
{
	local $ENV{PGOPTIONS} = '-c search_path=public';

	$node->safe_psql('market', q{
		SET jobs.reminder_lead = '1s';
		SET jobs.response_window = '1s';
		SELECT job_id FROM generate_series(1, 3), jobs.request_job(2048, 'x', 'y', max_matches => 1, auto_rematch => true, actor => 'merchant:1024');
		SET jobs.response_window = '1ms';
		SELECT job_id FROM generate_series(1, 5), jobs.request_job(2048, 'x', 'y', max_matches => 1, auto_rematch => true, actor => 'merchant:1024');
		SELECT pg_sleep(0.002);
		SET jobs.response_window = '1h';
		SELECT jobs.decline_job(job_id, actor => 'merchant:1024')
		FROM generate_series(1, 3), jobs.request_job(2048, 'x', 'y', max_matches => 1, actor => 'merchant:1024');
		UPDATE jobs.email e SET next_attempt_at = NULL, sent_at = now() FROM jobs.job j WHERE j.id = e.job_id AND j.status = 'declined' });
	return;
}

my $unblock = q{SELECT jobs.unblock_conversation(id) FROM jobs.conversation WHERE is_blocked};

run('app', story(0), 'an application');
run('shop_operator', $unblock, 'an operator unblocks');
run('ann', story(1), 'bound roles');
foreach my $role (qw(shop_operator owner postgres))
{
	due_jobs();
	run($role, story(0), "$role in place of an application");
	run($role, "$unblock;\n" . ($operations =~ s/NAME/$role/gr), "$role operates");
}
run('shop_mailer', q{
	SELECT email_id, claim_token FROM jobs.claim_emails(1) \gset
	SELECT jobs.ack_emails(ARRAY[:email_id], ARRAY[:'claim_token'::pg_catalog.uuid]);
	SELECT email_id, claim_token FROM jobs.claim_emails(1) \gset
	SELECT jobs.fail_email(:email_id, :'claim_token', 'no such user', true);
	TABLE jobs.email;
	TABLE jobs.email_template }, 'a mailer');
run('shop_monitor', 'TABLE jobs.health', 'a monitor');

# The owner's and the superuser's, and tables that have to be mended.
foreach my $role (qw(owner postgres))
{
	run($role, q{
		SELECT jobs.grant_access('somebody', 'operator'), jobs.revoke_access('somebody', 'operator');
		SELECT jobs.bind_role('somebody', 'member:1025'), jobs.bind_role('somebody', 'member:2049'), jobs.unbind_role('somebody') },
		"$role grants");
}
foreach my $statement ('schedule_expiry', 'unschedule_expiry')
{
	refuses($node, 'market', "\\i $temporary\nSELECT jobs.$statement()", qr/0A000: .*pg_cron is not loaded/, $statement);
	is(decoys_that_ran(), '', "$statement: no decoy runs");
}
run('postgres', q{
	DROP TRIGGER "00_jobs_fill" ON jobs.message;
	DROP INDEX jobs.job_due;
	DROP VIEW jobs.job_timeline, jobs.health;
	DROP POLICY own_merchant ON jobs.job;
	ALTER TABLE jobs.message DROP CONSTRAINT message_job_id_fkey;
	ALTER TABLE jobs.job DROP CONSTRAINT job_status, DISABLE ROW LEVEL SECURITY;
	ALTER TABLE jobs.review ALTER written_at DROP NOT NULL;
	ALTER SEQUENCE jobs.request_id_seq RESTART;
	ALTER SEQUENCE jobs.job_id_seq RESTART;
	DELETE FROM jobs.ranking_stat;
	DELETE FROM jobs.email_template;
	SET session_replication_role = replica;
	UPDATE jobs.organization SET search = NULL;
	RESET session_replication_role;
	SELECT jobs.install() }, 'mending');
run('postgres', 'ALTER SCHEMA jobs OWNER TO owner', 'giving the schema away');
run('owner', q{
	DROP TRIGGER "00_jobs_fill" ON jobs.message;
	DROP VIEW jobs.job_list;
	SELECT jobs.install();
	SELECT jobs.uninstall();
	SELECT jobs.install() }, 'the owner installs');
untouched('mending');
run('postgres', q{
	ALTER SCHEMA jobs OWNER TO CURRENT_USER;
	REASSIGN OWNED BY owner TO successor;
	SELECT jobs.install() }, 'another owner');
run('app', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')}, 'an application of another owner');

# all functions were called
my $called = join(' ', $story, $operations, slurp_file(__FILE__));
is(join(' ', grep { $called !~ /\bjobs\.(?:\$statement|$_)\b/ }
		split(/\n/, $node->safe_psql('model', q{
			SELECT proname FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace AND prorettype <> 'trigger'::regtype AND proname !~ '^(un)?schedule|health_report' }))),
	'', 'every function was called');

run('postgres', q{
	SELECT jobs.uninstall(true);
	DROP EXTENSION jobs;
	DROP SCHEMA jobs;
	CREATE EXTENSION jobs;
	SELECT jobs.install('successor') }, 'from the beginning');
is($node->safe_psql('market', $sequences), '0', 'no sequence of the decoys was used');

done_testing();
