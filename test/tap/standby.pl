# A standby: every function that writes says that the primary is wanted, all others work; the same in
# a READ ONLY transaction.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Listener;
use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--no-locale' ]);
$node->append_conf('postgresql.conf', q{shared_preload_libraries = 'jobs'});
$node->start;
install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE shop LOGIN; CREATE ROLE max LOGIN;
	SELECT jobs.grant_access('shop', 'app'), jobs.bind_role('max', 'merchant:1024');
	SELECT jobs.create_consumer('all') });
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);

# each function, with arguments by their names
my @calls = split /\n/, $node->safe_psql('market', q{
	SELECT format(CASE prokind WHEN 'p' THEN 'CALL jobs.%I(%s)' ELSE 'SELECT jobs.%I(%s)' END, proname, (
		SELECT string_agg(format('%I => %s', argument, CASE
			WHEN argument = 'actor' THEN CASE
				WHEN proname ~ 'create_service|unblock' THEN quote_literal('system')
				WHEN proname ~ 'proposal$|merchant|request_|rematch|confirm|reject|review_|store|start_|block|accept' AND proname !~ 'send|withdraw|request_review'
					THEN quote_literal('merchant:1024')
				ELSE quote_literal('member:1025') END
			WHEN argument = 'role_name' THEN quote_literal('shop')
			WHEN argument IN ('actor_text', 'actor_or_organization') THEN quote_literal('member:1025')
			WHEN argument = 'recipient' THEN quote_literal('a@b.example')
			WHEN argument = 'kind' THEN quote_literal('message')
			WHEN argument = 'until' THEN 'now() + interval ''1 year'''
			WHEN argument = 'to_member_id' THEN '2049'
			WHEN argument = 'access' THEN quote_literal('app')
			WHEN argument = 'currency' THEN quote_literal('USD')
			WHEN argument = 'language' THEN quote_literal('en')
			WHEN argument = 'email_scope' THEN quote_literal('all')
			WHEN argument ~ 'email$' THEN quote_literal('a@b.example')
			WHEN argument = 'schedule' THEN quote_literal('* * * * *')
			WHEN argument = 'consumer' OR argument = 'name' THEN quote_literal('all')
			WHEN argument = 'reason' THEN quote_literal('other')
			WHEN argument = 'url' THEN quote_literal('https://x.example')
			WHEN argument IN ('first', 'last') THEN '0'
			WHEN argument IN ('communication', 'quality') THEN '5'
			WHEN argument = 'up_to' AND proname = 'ack_events' THEN '1'
			WHEN type = 'bigint'::regtype THEN CASE argument WHEN 'merchant_id' THEN '1024' WHEN 'service_id' THEN '1024' WHEN 'store_id' THEN '1024' ELSE '1025' END
			WHEN type = 'integer'::regtype THEN '10'
			WHEN type = 'numeric'::regtype THEN '10'
			WHEN type = 'boolean'::regtype THEN 'true'
			WHEN type = 'text'::regtype THEN quote_literal('x')
			WHEN type = 'uuid'::regtype THEN quote_literal('11111111-1111-1111-1111-111111111111')
			WHEN type = 'interval'::regtype THEN quote_literal('1 day')
			WHEN type = 'timestamptz'::regtype THEN quote_literal('infinity')
			WHEN type = 'bigint[]'::regtype THEN quote_literal('{1025}')
			WHEN type = 'uuid[]'::regtype THEN quote_literal('{11111111-1111-1111-1111-111111111111}')
			ELSE 'NULL' END), ', ')
		FROM unnest(proargnames[1:pronargs], proargtypes::oid[]) a (argument, type)
		WHERE NOT (proname = 'bind_role' AND argument = 'actor') AND NOT (argument = 'owner')) ||
			CASE proname WHEN 'bind_role' THEN $$, actor => 'member:1025'$$ ELSE '' END)
	FROM pg_proc
	WHERE pronamespace = 'jobs'::regnamespace AND provolatile = 'v' AND prorettype <> 'trigger'::regtype
		AND proname NOT IN ('act_as')
	ORDER BY proname });
s/\(\)?$/()/ foreach grep { /\($/ } @calls;
cmp_ok(scalar(@calls), '>', 45, 'there are functions that write');
foreach my $call (@calls)
{
	refuses($standby, 'market', $call, qr/25006: .*DETAIL:  .*HINT:  .*[Cc]onnect to the primary/s, "standby: $call");
	refuses($node, 'market', "BEGIN READ ONLY; $call", qr/25006: .*DETAIL:  .*HINT:  .*transaction that may write/s, "READ ONLY: $call");
}

# what reads goes on
is($standby->safe_psql('market', q{SET ROLE max; SELECT jobs.current_actor()}), 'merchant:1024', 'a bound role on a standby');
is($standby->safe_psql('market', q{SET ROLE shop; BEGIN; SELECT jobs.act_as('member:1025'); SELECT count(*) > 5 FROM jobs.job_list; COMMIT}) =~ s/^\n//r, 't', 'a page on a standby');
is($standby->safe_psql('market', q{SELECT count(*) FROM jobs.allowed_actions(1025, actor => 'member:1025') HAVING count(*) > 0}) ne '', 1, 'actions on a standby');
is($standby->safe_psql('market', q{SELECT schedule_ok FROM jobs.health}), 't', 'health on a standby');
$node->safe_psql('market', q{SET session_replication_role = replica; DELETE FROM jobs.role_binding});
$node->wait_for_catchup($standby);
is($standby->safe_psql('market', q{SET ROLE max; SELECT jobs.current_actor()}), '', 'a binding that is gone, on a standby');

is($standby->safe_psql('market', q{SELECT notifier_running, notifier_lag FROM jobs.health}), 'f|', 'nobody has to be woken on a standby');
is(notifier_pid($standby), '', '... and the notifier does not run');

$standby->promote;
works($standby, 'market', 'promoted');
my $notifier = wait_until('the notifier runs', sub { notifier_pid($standby) });
my $listener = start_listener($standby, 'market');
$standby->safe_psql('market', q{SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025')});
hears($listener, 'promoted', $notifier);
is($standby->safe_psql('market', q{SELECT notifier_running, notifier_lag FROM jobs.health}), 't|00:00:00', 'health, promoted');
stop_listener($listener);

done_testing();
