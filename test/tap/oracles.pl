# Nobody learns of a row that they don't see: whatever refers to it, repeats its id or key,
# or asks for it while somebody else holds it, answers as if there were none.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('oracles', 'max_prepared_transactions = 5');

install($node, 'market', 'jobs_owner');
fill($node, 'market');

# Beside Ann and Max, whose rows are hidden, there are Otto and Mia.
my ($other, $otto, $mia, $store, $conversation, $job, $proposal) = split /\n/, $node->safe_psql('market', q{
	SELECT jobs.create_organization('Otto Ltd', 'office@otto.example') AS other \gset
	SELECT jobs.add_member(:other, 'Otto', 'otto@otto.example') AS otto_id \gset
	SELECT jobs.create_merchant('Mia', 'mia@shop.example') AS mia_id \gset
	\set otto 'member:' :otto_id
	\set mia 'merchant:' :mia_id
	SELECT jobs.add_store(:mia_id, 'Tea') AS store \gset
	SELECT jobs.provide_service(:other, 1024) \g /dev/null
	SELECT jobs.start_conversation(:other, 'Hello', actor => :'mia') AS conversation \gset
	SELECT job_id AS job FROM jobs.request_job(1024, 'own', 'All of it', :other, actor => :'mia') \gset
	SELECT jobs.reply_to_job(:job, 'Yes', actor => :'otto') \g /dev/null
	SELECT jobs.send_proposal(:conversation, 1024, 'own', 'Work', 5, actor => :'otto') AS proposal \gset
	SELECT :other, :otto_id, :mia_id, :store, :conversation, :job, :proposal \g (format=unaligned recordsep='\n' fieldsep='\n')
	CREATE ROLE app LOGIN;
	CREATE ROLE otto LOGIN;
	CREATE ROLE mia LOGIN;
	SELECT jobs.grant_access('app', 'app'), jobs.bind_role('otto', :'otto'), jobs.bind_role('mia', :'mia') \g /dev/null });

# What of Ann and Max there is to find: rows, and keys of theirs.
my @keys = map { "00000000-0000-0000-0000-00000000000$_" } 1 .. 9;
$node->safe_psql('market', qq{
	SELECT jobs.reply_to_job(3073, 'Keyed', '$keys[0]', actor => 'member:1025'), jobs.reply_to_job(3073, 'Keyed', '$keys[1]', actor => 'merchant:1024'),
		jobs.send_proposal(1025, 1024, 'Keyed', 'Work', 5, client_key => '$keys[2]', actor => 'member:1025');
	SELECT jobs.request_job(1024, 'Keyed', 'All of it', 1025, client_key => '$keys[3]', actor => 'merchant:1024');
	SELECT jobs.add_member(1025, 'Keyed', 'x\@x.example', client_key => '$keys[4]', actor => 'member:1025'), jobs.add_store(1024, 'Keyed', client_key => '$keys[5]', actor => 'merchant:1024');
	SELECT jobs.create_organization('Keyed', 'x\@x.example', client_key => '$keys[6]'), jobs.create_merchant('Keyed', 'x\@x.example', client_key => '$keys[7]'),
		jobs.create_service('Keyed', '$keys[8]') });
my ($message, $request, $review) = split /\|/, $node->safe_psql('market', q{
	SELECT max(id), (SELECT max(request_id) FROM jobs.job), jobs.review_job(7169, 5, 5, actor => 'merchant:1024')
	FROM jobs.message WHERE organization_id = 1025 });

# Statements of Otto or Mia with a hidden id; with one that isn't there they must answer the
# same. A key is an id, too.
my @statements = (
	# parents
	[ 'both', 'INSERT INTO jobs.message (job_id, body) VALUES (%s, $$x$$)', 3073 ],
	[ 'both', 'INSERT INTO jobs.message (job_id, body) VALUES (%s, $$x$$) ON CONFLICT DO NOTHING', 3073 ],
	[ 'both', 'INSERT INTO jobs.message (job_id, body) VALUES (%s, $$x$$) ON CONFLICT (id) DO UPDATE SET body = $$y$$', 3073 ],
	[ 'both', 'INSERT INTO jobs.message (conversation_id, body) VALUES (%s, $$x$$)', 1025 ],
	[ 'both', "INSERT INTO jobs.message (conversation_id, job_id, body) VALUES ($conversation, %s, \$\$x\$\$)", 3073 ],
	[ 'both', "INSERT INTO jobs.message (job_id, body, organization_id) VALUES ($job, \$\$x\$\$, %s)", 1025 ],
	[ 'both', "INSERT INTO jobs.message (job_id, body, merchant_id) VALUES ($job, \$\$x\$\$, %s)", 1024 ],
	[ 'both', "INSERT INTO jobs.message (job_id, body, proposal_id) VALUES ($job, \$\$x\$\$, %s)", 1025 ],
	[ 'both', 'INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, 1024, $$x$$, $$x$$, 1)', 1025 ],
	[ 'both', "INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, organization_id) VALUES ($conversation, 1024, \$\$x\$\$, \$\$x\$\$, 1, %s)", 1025 ],
	[ 'otto', "INSERT INTO jobs.assignment (job_id, member_id) VALUES ($job, %s)", 1025 ],
	[ 'otto', "INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, $otto)", 2049 ],
	[ 'mia', "INSERT INTO jobs.job (organization_id, service_id, title, description, store_id) VALUES ($other, 1024, \$\$x\$\$, \$\$x\$\$, %s)", 1024 ],
	[ 'mia', "INSERT INTO jobs.job (organization_id, service_id, title, description, conversation_id) VALUES ($other, 1024, \$\$x\$\$, \$\$x\$\$, %s)", 1025 ],
	[ 'mia', "INSERT INTO jobs.job (organization_id, service_id, title, description, proposal_id) VALUES ($other, 1024, \$\$x\$\$, \$\$x\$\$, %s)", 1025 ],
	[ 'mia', "INSERT INTO jobs.job (organization_id, service_id, title, description, request_id) VALUES ($other, 1024, \$\$x\$\$, \$\$x\$\$, %s)", $request ],
	[ 'mia', "INSERT INTO jobs.job (organization_id, service_id, title, description, merchant_id) VALUES ($other, 1024, \$\$x\$\$, \$\$x\$\$, %s)", 1024 ],
	[ 'mia', "UPDATE jobs.proposal SET status = 'accepted', store_id = %s WHERE id = $proposal", 1024 ],
	[ 'both', "UPDATE jobs.job SET conversation_id = %s WHERE id = $job", 1025 ],
	[ 'both', "UPDATE jobs.job SET organization_id = %s WHERE id = $job", 1025 ],
	[ 'both', "UPDATE jobs.job SET store_id = %s WHERE id = $job", 1024 ],
	# ids that are taken
	[ 'both', "INSERT INTO jobs.message (id, job_id, body) VALUES (%s, $job, \$\$x\$\$)", $message ],
	[ 'both', "INSERT INTO jobs.message (id, job_id, body) VALUES (%s, $job, \$\$x\$\$) ON CONFLICT DO NOTHING", $message ],
	[ 'both', "INSERT INTO jobs.message (id, job_id, body) VALUES (%s, $job, \$\$x\$\$) ON CONFLICT (id) DO UPDATE SET body = \$\$y\$\$", $message ],
	[ 'mia', "INSERT INTO jobs.job (id, organization_id, service_id, title, description) VALUES (%s, $other, 1024, \$\$x\$\$, \$\$x\$\$)", 1025 ],
	[ 'mia', "INSERT INTO jobs.job (id, organization_id, service_id, title, description) VALUES (%s, $other, 1024, \$\$x\$\$, \$\$x\$\$) ON CONFLICT (id) DO UPDATE SET status = 'declined'", 1025 ],
	[ 'otto', "INSERT INTO jobs.proposal (id, conversation_id, service_id, title, work, price) VALUES (%s, $conversation, 1024, \$\$x\$\$, \$\$x\$\$, 1) ON CONFLICT DO NOTHING", 1025 ],
	[ 'both', "UPDATE jobs.job SET id = %s WHERE id = $job", 1025 ],
	[ 'both', "UPDATE jobs.proposal SET id = %s WHERE id = $proposal", 1025 ],
	# rows that are there: whose they are is part of their keys
	[ 'otto', "INSERT INTO jobs.assignment (organization_id, job_id, member_id) VALUES (1025, %s, 1025) ON CONFLICT DO NOTHING", 2049 ],
	[ 'otto', "INSERT INTO jobs.assignment (organization_id, job_id, member_id) VALUES (1025, %s, 1025) ON CONFLICT (organization_id, job_id, member_id) DO UPDATE SET assigned_by = \$\$x\$\$", 2049 ],
	[ 'mia', 'INSERT INTO jobs.conversation (organization_id, merchant_id) VALUES (1025, %s)', 1024 ],
	[ 'mia', 'INSERT INTO jobs.conversation (organization_id, merchant_id) VALUES (1025, %s) ON CONFLICT DO NOTHING', 1024 ],
	[ 'mia', 'INSERT INTO jobs.conversation (organization_id, merchant_id) VALUES (1025, %s) ON CONFLICT ON CONSTRAINT conversation_parties DO NOTHING', 1024 ],
	# keys of others are no keys here
	[ 'both', "INSERT INTO jobs.message (job_id, body, client_key) VALUES ($job, \$\$x\$\$, '%s')", $keys[0] ],
	[ 'both', "INSERT INTO jobs.message (job_id, body, client_key) VALUES ($job, \$\$x\$\$, '%s')", $keys[1] ],
	[ 'otto', "INSERT INTO jobs.message (job_id, body, client_key) VALUES ($job, \$\$x\$\$, '%s') ON CONFLICT (organization_id, client_key) WHERE client_key IS NOT NULL AND author LIKE 'member:%%' DO NOTHING", $keys[0] ],
	[ 'mia', "INSERT INTO jobs.message (job_id, body, client_key) VALUES ($job, \$\$x\$\$, '%s') ON CONFLICT DO NOTHING", $keys[1] ],
	[ 'otto', "INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, client_key) VALUES ($conversation, 1024, \$\$x\$\$, \$\$x\$\$, 1, '%s')", $keys[2] ],
	[ 'mia', "INSERT INTO jobs.job (organization_id, service_id, title, description, client_key) VALUES ($other, 1024, \$\$x\$\$, \$\$x\$\$, '%s')", $keys[3] ],
	[ 'both', "SELECT jobs.reply_to_job($job, \$\$x\$\$, '%s') IS NULL", $keys[0] ],
	[ 'both', "SELECT jobs.send_message($conversation, \$\$x\$\$, 0, '%s') IS NULL", $keys[1] ],
	[ 'otto', "SELECT jobs.send_proposal($conversation, 1024, \$\$x\$\$, \$\$x\$\$, 1, client_key => '%s') IS NULL", $keys[2] ],
	[ 'mia', "SELECT count(*) FROM jobs.request_job(1024, \$\$x\$\$, \$\$x\$\$, $other, client_key => '%s')", $keys[3] ],
	[ 'otto', "SELECT jobs.add_member($other, \$\$Keyed\$\$, \$\$x\@x.example\$\$, client_key => '%s') IS NULL", $keys[4] ],
	[ 'both', "SELECT jobs.add_member(1025, \$\$Keyed\$\$, \$\$x\@x.example\$\$, client_key => '%s')", $keys[4] ],
	[ 'both', "SELECT jobs.add_member(1025, \$\$x\$\$, \$\$x\@x.example\$\$, client_key => '%s')", $keys[4] ],
	[ 'mia', "SELECT jobs.add_store($mia, \$\$Keyed\$\$, client_key => '%s') IS NULL", $keys[5] ],
	[ 'both', "SELECT jobs.add_store(1024, \$\$Keyed\$\$, client_key => '%s')", $keys[5] ],
	[ 'mia', "SELECT count(*) FROM jobs.rematch_request((SELECT request_id FROM jobs.job WHERE id = $job), client_key => '%s')", $keys[3] ],
	[ 'both', "SELECT count(*) FROM jobs.rematch_request($request, client_key => '%s')", $keys[3] ],
	[ 'both', "SELECT jobs.create_organization(\$\$Keyed\$\$, \$\$x\@x.example\$\$, client_key => '%s')", $keys[6] ],
	[ 'both', "SELECT jobs.create_merchant(\$\$Keyed\$\$, \$\$x\@x.example\$\$, client_key => '%s')", $keys[7] ],
	[ 'both', "SELECT jobs.create_service(\$\$Keyed\$\$, '%s')", $keys[8] ],
	# rows by their ids
	[ 'both', 'SELECT id FROM jobs.job WHERE id = %s FOR UPDATE', 3073 ],
	[ 'both', 'UPDATE jobs.job SET status = $$declined$$ WHERE id = %s', 3073 ],
	[ 'both', 'UPDATE jobs.job SET status = $$declined$$ WHERE id = %s RETURNING title', 3073 ],
	[ 'both', 'UPDATE jobs.proposal SET status = $$declined$$ WHERE id = %s', 1025 ],
	[ 'both', 'DELETE FROM jobs.assignment WHERE job_id = %s', 2049 ],
	[ 'both', 'MERGE INTO jobs.job j USING (VALUES (%s::bigint)) v (id) ON j.id = v.id WHEN MATCHED THEN UPDATE SET status = $$declined$$', 3073 ],
	[ 'both', 'SELECT jobs.store_name(%s)', 10241 ],
	[ 'both', 'SELECT jobs.display_name(%s)', q{'merchant:1024'} ],
	[ 'both', 'SELECT jobs.display_name(%s)', q{'member:1025'} ],
	# functions, of which the regression test has more
	(map { [ 'both', "SELECT jobs.$_", 3073 ] } ('open_job(%s)', 'reply_to_job(%s, $$x$$)', 'decline_job(%s)', 'mark_inactive(%s)', 'reactivate_job(%s)',
			'complete_job(%s)', 'confirm_completion(%s)', 'reject_completion(%s)', 'assign_self(%s)', "assign_members(%s, '{$otto}')",
			"unassign_members(%s, '{$otto}')", 'allowed_actions(%s)', 'review_job(%s, 1, 1)', "send_message($conversation, \$\$x\$\$, %s)")),
	(map { [ 'both', "SELECT jobs.$_", 1025 ] } ('send_message(%s, $$x$$)', 'send_message(%s, $$x$$, 0)', 'block_conversation(%s)', 'send_proposal(%s, 1024, $$x$$, $$x$$, 1)',
			'withdraw_proposal(%s)', 'accept_proposal(%s)', 'decline_proposal(%s)', 'request_review(%s)', 'review_proposal(%s, 1, 1)',
			'add_member(%s, $$x$$, $$x@x.example$$)', 'set_preferences(%s)', 'provide_service(%s, 1024)', 'withdraw_service(%s, 1024)', 'set_email_scope(%s, $$none$$)',
			"assign_members($job, ARRAY[%s])")),
	[ 'both', 'SELECT jobs.reply_to_review(%s, $$x$$)', $review ],
	[ 'both', 'SELECT jobs.rematch_request(%s)', $request ],
	[ 'mia', 'SELECT jobs.add_store(%s, $$x$$)', 1024 ],
	[ 'mia', "SELECT jobs.accept_proposal($proposal, %s)", 1024 ],
	[ 'mia', "SELECT jobs.request_job(1024, \$\$x\$\$, \$\$x\$\$, $other, %s)", 1024 ]);

$node->safe_psql('market', q{
	CREATE SCHEMA own;
	GRANT USAGE ON SCHEMA own TO PUBLIC;
	CREATE TABLE own.statement (n integer PRIMARY KEY, who text, statement text, hidden text);
	GRANT SELECT ON own.statement TO PUBLIC;
	-- Runs it and undoes it: all that a client learns, but for the id that it sent itself.
	CREATE FUNCTION own.answer(statement text, id text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		rows bigint;
		value text;
		state text; message text; detail text; hint text; context text; schema text; tab text; col text; con text;
	BEGIN
		IF statement LIKE 'SELECT%' THEN
			EXECUTE format(statement, id) INTO value;
		ELSE
			EXECUTE format(statement, id);
		END IF;
		GET DIAGNOSTICS rows = ROW_COUNT;
		RAISE EXCEPTION 'rows: %, %', rows, value USING ERRCODE = 'ZZZZZ';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
			context = PG_EXCEPTION_CONTEXT, schema = SCHEMA_NAME, tab = TABLE_NAME, col = COLUMN_NAME, con = CONSTRAINT_NAME;
		RETURN concat_ws(' | ', state, regexp_replace(concat_ws(' | ', message, detail, hint), '\m' || trim(id, '''') || '\M', 'ID', 'g'),
			replace(context, format(statement, id), statement), schema, tab, col, con);
	END $$;
	-- where one that isn't there differs in nothing but that
	CREATE FUNCTION own.missing(id text) RETURNS text LANGUAGE sql RETURN
		CASE WHEN id ~ '^\d+$' THEN (id::bigint + 1024000000)::text
			WHEN id ~ '-' THEN left(id, -12) || 'ffffffffffff'
			ELSE left(id, -1) || $q$000000'$q$ END });
my $n = 0;
$node->safe_psql('market', join(";\n", map { "INSERT INTO own.statement VALUES (" . ++$n . ", '$_->[0]', \$q\$$_->[1]\$q\$, \$q\$$_->[2]\$q\$)" } @statements));

my $differing = q{
	SET lock_timeout = '2s';
	SELECT s.statement, own.answer(s.statement, s.hidden), own.answer(s.statement, own.missing(s.hidden))
	FROM own.statement s
	WHERE s.who IN ('both', 'WHO') AND own.answer(s.statement, s.hidden) <> own.answer(s.statement, own.missing(s.hidden)) };

# As bound roles, and as an application in their names.
sub tells_nothing
{
	my ($name) = @_;

	foreach my $case ([ 'otto', "member:$otto" ], [ 'mia', "merchant:$mia" ])
	{
		my ($who, $actor) = @$case;

		is($node->safe_psql('market', $differing =~ s/WHO/$who/r, extra_params => [ '-U', $who ]), '', "$who, $name");
		is($node->safe_psql('market', "SELECT jobs.act_as('$actor', false) \\g /dev/null\n" . ($differing =~ s/WHO/$who/r), extra_params => [ '-U', 'app' ]),
			'', "an application for $actor, $name");
	}
	return;
}

my $contents = contents($node, 'market');
tells_nothing('hidden and missing');

# they are not all refused for a reason of their own
is($node->safe_psql('market', q{
		SELECT string_agg(DISTINCT left(own.answer(statement, hidden), 5), ' ') FROM own.statement WHERE who IN ('both', 'mia') },
		extra_params => [ '-U', 'mia' ]), '22023 42501 PT404 ZZZZZ', 'the answers');
# and whose rows they are gets others
cmp_ok($node->safe_psql('market', q{
		SELECT jobs.act_as('merchant:1024', false) \g /dev/null
		SELECT count(*) FROM own.statement WHERE own.answer(statement, hidden) <> own.answer(statement, own.missing(hidden)) }, extra_params => [ '-U', 'app' ]),
	'>=', 20, 'answers differ for whom they are not hidden from');

# Somebody holds the hidden rows: nobody waits for them.
$node->safe_psql('market', q{
	BEGIN;
	SELECT FROM jobs.job WHERE organization_id = 1025 FOR UPDATE;
	SELECT FROM jobs.conversation WHERE organization_id = 1025 FOR UPDATE;
	SELECT FROM jobs.proposal WHERE organization_id = 1025 FOR UPDATE;
	SELECT FROM jobs.message WHERE organization_id = 1025 FOR UPDATE;
	SELECT FROM jobs.assignment WHERE organization_id = 1025 FOR UPDATE;
	SELECT FROM jobs.review WHERE organization_id = 1025 FOR UPDATE;
	SELECT FROM jobs.member WHERE organization_id = 1025 FOR UPDATE;
	SELECT FROM jobs.preferences WHERE organization_id = 1025 FOR UPDATE;
	SELECT FROM jobs.store WHERE merchant_id = 1024 FOR UPDATE;
	SELECT FROM jobs.merchant WHERE id = 1024 FOR UPDATE;
	SELECT FROM jobs.organization WHERE id = 1025 FOR UPDATE;
	PREPARE TRANSACTION 'held' });
tells_nothing('while somebody holds them');
refuses($node, 'market', q{SET lock_timeout = '10ms'; SELECT jobs.open_job(2049, actor => 'member:1025')}, qr/55P03/, 'who sees them waits');
$node->safe_psql('market', q{ROLLBACK PREPARED 'held'});
same(contents($node, 'market'), $contents, 'nothing has changed');

# A user's constraint refuses a row that is written with the owner's rights: what the server says
# of the row is for the log, and for whom nothing is hidden from.
sub said
{
	my ($role, $sql) = @_;
	my ($out, $err);

	$node->psql('market', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-U', $role ]);
	return $err;
}

$node->safe_psql('market', q{
	ALTER TABLE jobs.email ADD CONSTRAINT elsewhere CHECK (recipient <> 'mia@shop.example') NOT VALID;
	CREATE UNIQUE INDEX once ON jobs.email (recipient) WHERE kind = 'completion_requested' AND recipient LIKE 'mia%';
	ALTER TABLE jobs.job ADD CONSTRAINT unseen CHECK (organization_id <> 1025 OR auto_rematch IS FALSE) NOT VALID });
my $reply = "SELECT jobs.reply_to_job($job, 'Yes'";
my $address = qr/mia\@shop\.example/;
foreach my $case ([ 'otto', "$reply)" ], [ 'otto', "INSERT INTO jobs.message (job_id, body) VALUES ($job, 'Yes')" ], [ 'app', "$reply, actor => 'member:$otto')" ])
{
	my $offset = -s $node->logfile;
	my $err = said(@$case);

	like($err, qr/violates check constraint "elsewhere"/, "a row that a constraint refuses: $case->[0] is told");
	unlike($err, $address, '... but not what is in it');
	like(slurp_file($node->logfile, $offset), $address, '... which is in the log');
}
like(said('postgres', "$reply, actor => 'member:$otto')"), $address, '... and is told to a superuser');
$node->safe_psql('market', qq{
	ALTER TABLE jobs.email DROP CONSTRAINT elsewhere;
	SELECT jobs.complete_job($job, actor => 'member:$otto'), jobs.reject_completion($job, actor => 'merchant:$mia') });
my $complete = said('otto', "SELECT jobs.complete_job($job)");
like($complete, qr/violates unique constraint "once"/, 'a key that is taken: it is told');
unlike($complete, $address, '... but not which');

# Nobody learns who is asked next when they decline, not even when that fails.
sub request
{
	return $node->safe_psql('market', "SELECT job_id FROM jobs.request_job(1024, 'next', 'Of a secret', $other, auto_rematch => true, actor => 'merchant:$mia')");
}

foreach my $sql ('SELECT jobs.decline_job(%s)', q{UPDATE jobs.job SET status = 'declined' WHERE id = %s})
{
	my $offset = -s $node->logfile;
	my $err = said('otto', sprintf($sql, request()));

	like($err, qr/WARNING:  no other organization could be asked under request \d+\nDETAIL:  Why is in the server's log\.\n/, 'a rematch that fails: it is told');
	unlike($err, qr/unseen|1025|ERROR/, '... but not why');
	like(slurp_file($node->logfile, $offset), qr/violates check constraint "unseen" Failing row contains \(\d+, 1025, /, '... which is in the log');
}
request();
like(said('postgres', q{
		SET session_replication_role = replica;
		UPDATE jobs.job SET due_at = now() - '1 s'::interval, respond_by = now() - '1 s'::interval WHERE title = 'next' AND status = 'new';
		RESET session_replication_role;
		SELECT jobs.expire_jobs() }), qr/WARNING:  no other organization was asked .* violates check constraint "unseen"\nDETAIL:  Failing row/, '... and is told to who sweeps');

done_testing();
