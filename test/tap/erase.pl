# Of two people who are erased with their texts, a dump holds nothing any more; what others go by stays.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('erase');
my $folder = PostgreSQL::Test::Utils::tempdir();

install($node, 'market', 'jobs_owner');
fill($node, 'market');

# Whatever bears "secret" is one of the two's, a member's (2050 and on) or a merchant's; "public" is others'.
$node->safe_psql('market', q{
	CREATE ROLE shop_operator LOGIN;
	CREATE ROLE anna_role LOGIN;
	CREATE ROLE mia_role LOGIN;
	SELECT jobs.grant_access('shop_operator', 'operator');
	SELECT jobs.add_member(1025, 'Secret Anna', 'secret.anna@secret.example', client_key => '5ec2e700-0000-4000-8000-000000000001') AS anna_id,
		jobs.add_member(1025, 'Public Ben', 'ben@public.example') AS ben_id,
		jobs.create_merchant('Secret Mia', 'secret.mia@secret.example', client_key => '5ec2e700-0000-4000-8000-000000000002') AS mia_id \gset
	SELECT 'member:' || :anna_id AS anna, 'member:' || :ben_id AS ben, 'merchant:' || :mia_id AS mia \gset
	SELECT jobs.add_store(:mia_id, 'Secret store', 'https://secret.example', '5ec2e700-0000-4000-8000-000000000003', actor => :'mia') AS store \gset
	SELECT jobs.bind_role('anna_role', :'anna'), jobs.bind_role('mia_role', :'mia');
	SELECT jobs.create_consumer('secret consumer', actor => :'mia'), jobs.create_consumer('public consumer', actor => :'ben');
	SELECT jobs.suspend(:'anna', 'Secret reason'), jobs.suspend(:'mia', 'Secret reason'), jobs.reinstate(:'anna'), jobs.reinstate(:'mia');

	-- jobs of every end, with an address that Mia had before
	SELECT jobs.update_merchant(:mia_id, email => 'secret.before@secret.example');
	SELECT jobs.start_conversation(1025, 'Secret hello', '5ec2e700-0000-4000-8000-000000000004', actor => :'mia') AS conversation \gset
	SELECT job_id AS job FROM jobs.request_job(1024, 'Secret title', 'Secret wish', 1025, :store, client_key => '5ec2e700-0000-4000-8000-000000000005', actor => :'mia') \gset
	SELECT jobs.assign_members(:job, ARRAY[:anna_id, :ben_id]::bigint[], actor => :'ben');
	SELECT jobs.reply_to_job(:job, 'Secret answer', '5ec2e700-0000-4000-8000-000000000006', actor => :'anna'), jobs.reply_to_job(:job, 'Public answer', actor => :'ben'),
		jobs.reply_to_job(:job, 'Secret question', actor => :'mia');
	SELECT count(*) FROM jobs.claim_emails(1000, worker => 'worker one');
	SELECT count(*), count(jobs.fail_email(id, claim_token, 'secret error', recipient LIKE 'secret.before%')) FROM jobs.email WHERE recipient LIKE 'secret%' AND claim_token IS NOT NULL;
	SELECT jobs.ack_emails(array_agg(id), array_agg(claim_token)) FROM jobs.email WHERE claim_token IS NOT NULL;
	SELECT jobs.update_merchant(:mia_id, email => 'secret.mia@secret.example');
	SELECT jobs.complete_job(:job, 'Secret result', actor => :'anna'), jobs.confirm_completion(:job, actor => :'mia');
	SELECT jobs.review_job(:job, 5, 4, 'Secret praise', actor => :'mia') AS review \gset
	SELECT jobs.reply_to_review(:review, 'Secret thanks', actor => :'anna');
	SELECT job_id AS declined FROM jobs.request_job(1024, 'Secret other title', 'Secret other wish', 1025, actor => :'mia') \gset
	SELECT jobs.decline_job(:declined, 'no_time', 'Secret excuse', actor => :'anna');
	SELECT job_id AS declined FROM jobs.request_job(1024, 'Secret last title', 'Secret last wish', 1025, actor => :'mia') \gset
	SELECT jobs.decline_job(:declined, 'no_need', 'Secret change', actor => :'mia');
	SELECT jobs.send_proposal(:conversation, 2048, 'Secret offer', 'Secret work', 15, client_key => '5ec2e700-0000-4000-8000-000000000007', actor => :'anna') AS proposal \gset
	SELECT jobs.accept_proposal(:proposal, :store, actor => :'mia') AS job \gset
	SELECT jobs.reply_to_job(:job, 'Secret progress', actor => :'anna'), jobs.complete_job(:job, 'Secret end', actor => :'anna'), jobs.confirm_completion(:job, actor => :'mia');
	SELECT jobs.send_proposal(:conversation, 2048, 'Secret shop', 'Secret shelves', 15, actor => :'anna') AS proposal \gset
	SELECT jobs.accept_proposal(:proposal, actor => :'mia');
	SELECT jobs.request_review(:proposal, actor => :'anna');
	SELECT jobs.review_proposal(:proposal, 5, 4, 'Secret joy', actor => :'mia') AS review \gset
	SELECT jobs.reply_to_review(:review, 'Secret bow', actor => :'anna');
	SELECT jobs.send_message(:conversation, 'Secret bye', 0, actor => :'mia'), jobs.send_message(:conversation, 'Secret farewell', 0, actor => :'anna'),
		jobs.send_message(:conversation, 'Public words', 0, actor => :'ben');
	SELECT jobs.suspend(:'anna', 'Secret reason'), jobs.suspend(:'mia', 'Secret reason');
});
my $anna = $node->safe_psql('market', q{SELECT 'member:' || id FROM jobs.member WHERE name LIKE 'Secret%'});
my $mia = $node->safe_psql('market', q{SELECT 'merchant:' || id FROM jobs.merchant WHERE name LIKE 'Secret%'});

# What a dump in plain text says that matches.
sub dumped
{
	my ($pattern) = @_;

	$node->command_ok([ 'pg_dump', '-Fp', '-f', "$folder/dump.sql", 'market' ], 'dumps');
	return join("\n", grep { /$pattern/i } split /\n/, slurp_file("$folder/dump.sql"));
}

my $statuses = q{
	SELECT 'job', id, status, budget, created_at, first_response_at, completed_at, confirmed_at, ended_at FROM jobs.job ORDER BY 2;
	SELECT 'proposal', id, status, price, sent_by, decided_by, decided_at FROM jobs.proposal ORDER BY 2;
	SELECT 'message', id, author, sent_at FROM jobs.message ORDER BY 2;
	SELECT 'review', id, communication, quality, written_at, replied_by, replied_at FROM jobs.review ORDER BY 2;
	SELECT 'decline', job_id, actor, reason, declined_at FROM jobs.decline ORDER BY 2;
	SELECT 'assignment', job_id, member_id FROM jobs.assignment ORDER BY 2, 3;
	SELECT 'event', id, action, actor, details FROM jobs.event WHERE action NOT IN ('erase', 'member_deactivate', 'merchant_close') ORDER BY 2;
	SELECT 'email', id, kind, payload FROM jobs.email ORDER BY 2 };
my $evidence = q{
	SELECT jobs.rebuild_ranking();
	SELECT organization_id, service_id, round(sum(received)::numeric, 3), round(sum(answered)::numeric, 3), round(sum(declined)::numeric, 3),
		round(sum(completed)::numeric, 3), round(sum(reviews)::numeric, 3), round(sum(stars)::numeric, 3), sum(confirmed_jobs)
	FROM jobs.ranking_stat GROUP BY 1, 2 ORDER BY 1, 2 };
my ($statuses_before, $evidence_before) = map { $node->safe_psql('market', $_) } $statuses, $evidence;
my $public = () = dumped('public (ben|consumer|answer|words)|ben\@public') =~ /public/gi;

# each place that can hold something does
my %held;
foreach (split /\n/, dumped('secret|5ec2e700'))
{
	$held{$1}++ while /(secret[^\t@]*|5ec2e700\S*)/gi;
}
cmp_ok(scalar(keys %held), '>', 35, 'the dump holds many things of the two: ' . join(', ', sort keys %held));

foreach my $person ($anna, $mia)
{
	cmp_ok($node->safe_psql('market', "SELECT jobs.erase_person('$person', texts => true)", extra_params => [ '-U', 'shop_operator' ]), '>', 0,
		"an operator erases $person");
}
is(dumped('secret|5ec2e700'), '', 'the dump holds nothing of them');
my $left = () = dumped('public (ben|consumer|answer|words)|ben\@public') =~ /public/gi;
is($left, $public, '... and all that others wrote');
same($node->safe_psql('market', $statuses), $statuses_before, 'history, statuses and counts stay');
is($node->safe_psql('market', $evidence), $evidence_before, 'the evidence stays, counted anew');
is($node->safe_psql('market', 'SELECT schedule_problem IS NOT NULL OR schedule_ok, access_problem FROM jobs.health'), 't|', 'jobs.health finds nothing');
is($node->safe_psql('market', q{SELECT count(*) > 0, bool_or(next_attempt_at IS NOT NULL OR COALESCE(claimed_by, last_error, claim_token::text, failed_token::text) IS NOT NULL)
	FROM jobs.email WHERE recipient = 'nobody@erased.invalid'}), 't|f', 'no e-mail waits for them, and nobody knows who had them');
is($node->safe_psql('market', q{SELECT count(*) FROM jobs.email WHERE next_attempt_at IS NOT NULL AND recipient LIKE '%public%'}) > 0, 1, '... but for others');
is($node->safe_psql('market', 'SELECT count(*) FROM jobs.role_binding'), '0', 'no role is theirs any more');
is($node->safe_psql('market', q{SELECT string_agg(called_by, ' ') FROM jobs.event e JOIN jobs.event_caller c ON c.event_id = e.id WHERE action = 'erase'}),
	'shop_operator shop_operator', 'the history tells which operator it was');
foreach my $person ($anna, $mia)
{
	my $contents = contents($node, 'market');

	is($node->safe_psql('market', "SELECT jobs.erase_person('$person', texts => true)"), '0', "$person again: nothing to do");
	same(contents($node, 'market'), $contents, '... and nothing was done');
}

# The role is the administrator's to end; then its name is gone as well.
$node->safe_psql('market', "SELECT jobs.unbind_role('$_'); DROP ROLE $_") foreach 'anna_role', 'mia_role';
$node->command_ok([ 'pg_dump', '-Fp', '-f', "$folder/dump.sql", 'market' ], 'dumps');
unlike(slurp_file("$folder/dump.sql"), qr/anna_role|mia_role/, 'after DROP ROLE its name is nowhere');
is($node->safe_psql('market', 'SELECT jobs.install()'), "jobs $version: up to date", 'install() finds nothing to do');
works($node, 'market', 'the marketplace');

done_testing();
