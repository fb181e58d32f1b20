# What several tests need: a server, a marketplace with a job of every status, what all of
# it looks like as text, and a proof that it works.
#
# In fresh tables the first id is 1024, or 1025 in what belongs to the organization.

package Marketplace;

use strict;
use warnings;

use Exporter 'import';
use FindBin;
use List::Util 'min';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(start_server install fill contents furniture same refuses works $version);

# as the control file says
our ($version) = slurp_file("$FindBin::Bin/../../jobs.control") =~ /^default_version = '(.*)'/m;

# A server of its own; the lines go into postgresql.conf.
sub start_server
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
	$node->append_conf('postgresql.conf', join("\n", @settings, ''));
	$node->start;
	return $node;
}

# A new database with empty tables that belong to a role without other rights.
sub install
{
	my ($node, $database, $owner) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql('postgres', qq{
		DO \$\$ BEGIN
			IF to_regrole('$owner') IS NULL THEN
				CREATE ROLE $owner LOGIN;
			END IF;
		END \$\$});
	$node->safe_psql($database, qq{
		CREATE EXTENSION jobs;
		SELECT jobs.install(owner => '$owner')});
	return;
}

# A job of every status, and what else there is to have.
sub fill
{
	my ($node, $database) = @_;

	$node->safe_psql($database, q{
		SELECT jobs.create_service('Audit'), jobs.create_service('Design');
		SELECT jobs.create_organization('Ann & Co', 'office@ann.example');
		SELECT jobs.add_member(1025, 'Ann', 'ann@ann.example'), jobs.add_member(1025, 'Bob', 'bob@ann.example');
		SELECT jobs.provide_service(1025, 1024), jobs.provide_service(1025, 2048, 10, 20);
		SELECT jobs.create_merchant('Max', 'max@shop.example');
		SELECT jobs.add_store(1024, 'Shoes', 'https://shoes.example');
		SELECT jobs.start_conversation(1025, 'Hello', actor => 'merchant:1024');

		CREATE FUNCTION pg_temp.request(title text) RETURNS bigint LANGUAGE SQL AS $$
			SELECT job_id FROM jobs.request_job(1024, title, 'All of it', 1025, actor => 'merchant:1024') $$;
		CREATE FUNCTION pg_temp.reply(job bigint) RETURNS bigint LANGUAGE SQL AS $$
			SELECT jobs.reply_to_job(job, 'Yes', actor => 'member:1025') $$;

		DO $$
		DECLARE
			ann CONSTANT text := 'member:1025';
			max CONSTANT text := 'merchant:1024';
			job bigint;
			proposal bigint;
		BEGIN
			job := pg_temp.request('new');
			job := pg_temp.request('opened');
			PERFORM jobs.open_job(job, actor => ann);
			PERFORM jobs.assign_members(job, ARRAY[1025, 2049], actor => ann);
			job := pg_temp.request('responded');
			PERFORM pg_temp.reply(job);
			job := pg_temp.request('awaiting_response');
			PERFORM pg_temp.reply(job), jobs.reply_to_job(job, 'When?', gen_random_uuid(), actor => max);
			job := pg_temp.request('inactive');
			PERFORM pg_temp.reply(job), jobs.mark_inactive(job, actor => ann);
			job := pg_temp.request('completed');
			PERFORM pg_temp.reply(job), jobs.complete_job(job, 'Done', actor => ann);
			job := pg_temp.request('confirmed');
			PERFORM pg_temp.reply(job), jobs.complete_job(job, actor => ann), jobs.confirm_completion(job, actor => max);
			job := pg_temp.request('declined');
			PERFORM jobs.decline_job(job, 'no_time', 'Sorry', actor => ann);
			job := pg_temp.request('declined by the merchant');
			PERFORM jobs.decline_job(job, actor => max);

			proposal := jobs.send_proposal(1025, 2048, 'accepted', 'Draw', 15, actor => ann);
			PERFORM jobs.accept_proposal(proposal, 1024, actor => max);
			proposal := jobs.send_proposal(1025, 2048, 'new store', 'Draw', 15, actor => ann);
			PERFORM jobs.accept_proposal(proposal, actor => max);
			proposal := jobs.send_proposal(1025, 2048, 'declined', 'Draw', 15, actor => ann);
			PERFORM jobs.decline_proposal(proposal, actor => max);
			proposal := jobs.send_proposal(1025, 2048, 'withdrawn', 'Draw', 15, actor => ann);
			PERFORM jobs.withdraw_proposal(proposal, actor => ann);
			proposal := jobs.send_proposal(1025, 2048, 'sent', 'Draw', 15, actor => ann);
		END $$;

		SET jobs.response_window = '1ms';
		SELECT pg_temp.request('expired');
		SELECT pg_sleep(0.002), jobs.expire_jobs();
		SELECT pg_temp.request('overdue');

		SELECT jobs.ack_emails(array_agg(email_id), array_agg(claim_token)) FROM jobs.claim_emails(3);
		SELECT jobs.fail_email(email_id, claim_token, 'mailbox full') FROM jobs.claim_emails(1);
		SELECT jobs.fail_email(email_id, claim_token, 'no such user', true) FROM jobs.claim_emails(1);
	});
	is( $node->safe_psql($database, q{
			SELECT string_agg(DISTINCT status, ' ' ORDER BY status) FROM jobs.job }),
		'awaiting_response completed declined expired inactive new opened responded',
		"$database has jobs of all statuses");
	return;
}

# Every row of every table.
sub contents
{
	my ($node, $database) = @_;

	return $node->safe_psql($database, q{
		SELECT format('SELECT %L, t::text FROM jobs.%I t ORDER BY 2', relname, relname)
		FROM pg_class
		WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r'
		ORDER BY relname
		\gexec });
}

# What stands around the rows: columns, constraints, indexes, triggers, policies, views,
# rights, the numbers that come next.
sub furniture
{
	my ($node, $database) = @_;

	return $node->safe_psql($database, q{
		SELECT 'column', attrelid::regclass, attname, atttypid::regtype, attnotnull, attidentity
		FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
		WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
		ORDER BY attrelid::regclass::text, 3;
		SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)
		FROM pg_constraint WHERE connamespace = 'jobs'::regnamespace ORDER BY conrelid::regclass::text, 3;
		SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'jobs' ORDER BY 2, indexname;
		SELECT 'trigger', tgrelid::regclass, pg_get_triggerdef(oid), tgenabled
		FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname;
		SELECT 'policy', tablename, policyname, roles, cmd, qual, with_check
		FROM pg_policies WHERE schemaname = 'jobs' ORDER BY 2, 3;
		SELECT 'view', viewname, viewowner, definition FROM pg_views WHERE schemaname = 'jobs' ORDER BY 2;
		SELECT 'relation', relname, relkind, relowner::regrole, relrowsecurity, reloptions,
			(SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(relacl) a), obj_description(oid, 'pg_class')
		FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind IN ('r', 'v', 'S') ORDER BY 2;
		SELECT 'function', oid::regprocedure,
			(SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(proacl) a)
		FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace ORDER BY oid::regprocedure::text;
		SELECT 'sequence', sequencename, increment_by, last_value FROM pg_sequences WHERE schemaname = 'jobs' ORDER BY 2; });
}

# Two texts have the same lines; tells which they don't share.
sub same
{
	my ($got, $expected, $name) = @_;
	my %count;

	$count{$_}++ foreach split /\n/, $expected;
	$count{$_}-- foreach split /\n/, $got;
	my @lost = grep { $count{$_} > 0 } sort keys %count;
	my @new = grep { $count{$_} < 0 } sort keys %count;
	ok(!@lost && !@new && $got ne '', $name)
	  or diag(map { "$_\n" } (map { "lost: $_" } @lost[ 0 .. min($#lost, 9) ]),
		(map { "new: $_" } @new[ 0 .. min($#new, 9) ]));
	return;
}

# The statement fails with an error that matches.
sub refuses
{
	my ($node, $database, $sql, $error, $name, %params) = @_;
	my ($status, $out, $err) = $node->psql($database, $sql, on_error_stop => 1,
		extra_params => [ '-v', 'VERBOSITY=verbose' ], %params);

	ok($status != 0, "$name: fails");
	like($err, $error, "$name: says so");
	return;
}

# A marketplace that fill() made does what it should, with ids that nobody has.
sub works
{
	my ($node, $database, $name) = @_;
	my $before = $node->safe_psql($database, q{
		SELECT greatest((SELECT max(id) FROM jobs.job), (SELECT max(id) FROM jobs.proposal)) });
	my ($emails, $messages) = split /\|/, $node->safe_psql($database, q{
		SELECT (SELECT count(*) FROM jobs.email), (SELECT count(*) FROM jobs.message) });

	is($node->safe_psql($database, qq{
		DO \$\$
		DECLARE
			wanted bigint;
			organization bigint := jobs.create_organization('Eve Ltd', 'office\@eve.example');
		BEGIN
			SELECT job_id INTO STRICT wanted
			FROM jobs.request_job(1024, 'again', 'All of it', 1025, 1024, actor => 'merchant:1024');
			ASSERT wanted > $before, 'the job has an id of its own';
			PERFORM jobs.open_job(wanted, actor => 'member:1025');
			PERFORM jobs.assign_self(wanted, actor => 'member:2049');
			PERFORM jobs.reply_to_job(wanted, 'Yes', actor => 'member:2049');
			PERFORM jobs.act_as('merchant:1024');
			INSERT INTO jobs.message (job_id, body) VALUES (wanted, 'Good');
			PERFORM jobs.act_as('member:1025');
			UPDATE jobs.job SET status = 'completed' WHERE id = wanted;
			PERFORM jobs.act_as('');
			PERFORM jobs.confirm_completion(wanted, actor => 'merchant:1024');
			PERFORM jobs.send_proposal(1025, 1024, 'next', 'More', 5, actor => 'member:1025');
			PERFORM jobs.expire_jobs();
			PERFORM jobs.add_member(organization, 'Eve', 'eve\@eve.example');
		END \$\$;
		SELECT (SELECT string_agg(action, ' ' ORDER BY e.id) FROM jobs.event e
				WHERE e.job_id = (SELECT max(id) FROM jobs.job)),
			(SELECT string_agg(kind, ' ' ORDER BY e.id) FROM jobs.email e
				WHERE e.job_id = (SELECT max(id) FROM jobs.job)),
			(SELECT count(*) FROM jobs.message) - $messages,
			(SELECT count(*) FROM jobs.job WHERE due_at < now())}),
		join('|', 'create open assign message message complete confirm',
			'job_created assigned message message message completion_requested completion_confirmed completion_confirmed',
			3, 0),
		"$name: everything works");
	refuses($node, $database,
		q{SELECT jobs.reply_to_job((SELECT min(id) FROM jobs.job WHERE status = 'expired'), 'Late', actor => 'member:1025')},
		qr/PT410: .* it is expired/, "$name: the rules hold");
	return;
}

1;
