# Open sessions follow the table of bindings, however it changes: by our functions, or where triggers
# are silent, as they are where rows are copied or applied by hand.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('binding_cache', 'max_prepared_transactions = 5');

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE ann LOGIN;
	CREATE ROLE shop LOGIN;
	SELECT jobs.grant_access('shop', 'app'), jobs.bind_role('ann', 'member:1025') });

my %session = map { $_ => $node->background_psql('market', extra_params => [ '-U', $_ ]) } qw(ann shop);
my $who = 'SELECT jobs.current_actor() || $$.$$;';

# what each open session says, twice, so that the second answer may be a kept one
sub they_are
{
	my ($ann, $shop, $name) = @_;

	is($session{ann}->query($who) . ' ' . $session{ann}->query($who), "$ann. $ann.", "ann: $name");
	is($session{shop}->query($who) . ' ' . $session{shop}->query($who), "$shop. $shop.", "shop: $name");
	return;
}

my $silent = 'SET session_replication_role = replica';
my $bind_shop = q{INSERT INTO jobs.role_binding SELECT 'shop', oid, 'merchant:1024', now() FROM pg_roles WHERE rolname = 'shop'};

they_are('member:1025', '', 'at first');
foreach my $isolation ('READ COMMITTED', 'REPEATABLE READ')
{
	$session{$_}->query("SET default_transaction_isolation = '$isolation'") foreach qw(ann shop);
	$node->safe_psql('market', "$silent; DELETE FROM jobs.role_binding");
	they_are('', '', "deleted, $isolation");
	$node->safe_psql('market', "$silent; $bind_shop");
	they_are('', 'merchant:1024', "inserted, $isolation");
	$node->safe_psql('market', "$silent; UPDATE jobs.role_binding SET actor = 'member:2049'");
	they_are('', 'member:2049', "updated, $isolation");
	$node->safe_psql('market', "TRUNCATE jobs.role_binding");
	they_are('', '', "truncated, $isolation");
	$node->safe_psql('market', q{SELECT jobs.bind_role('ann', 'member:1025')});
	they_are('member:1025', '', "bound anew, $isolation");
}

# what is not committed yet is not kept either, however often it is asked meanwhile
$node->safe_psql('market', "$silent; BEGIN; DELETE FROM jobs.role_binding; $bind_shop; PREPARE TRANSACTION 'change'");
they_are('member:1025', '', 'a change that waits');
$node->safe_psql('market', q{COMMIT PREPARED 'change'});
they_are('', 'merchant:1024', 'a change that was committed');
$node->safe_psql('market', "$silent; BEGIN; DELETE FROM jobs.role_binding; PREPARE TRANSACTION 'change'");
they_are('', 'merchant:1024', 'another change that waits');
$node->safe_psql('market', q{ROLLBACK PREPARED 'change'});
they_are('', 'merchant:1024', 'a change that was rolled back');

# more than the pages that are looked at
$node->safe_psql('market', "$silent; INSERT INTO jobs.role_binding SELECT 'nobody' || n, n, 'member:1025', now() FROM generate_series(1, 5000) n");
they_are('', 'merchant:1024', 'among many');
$node->safe_psql('market', "$silent; DELETE FROM jobs.role_binding WHERE role_name = 'shop'");
they_are('', '', 'deleted among many');
$node->safe_psql('market', "$silent; DELETE FROM jobs.role_binding; $bind_shop");
$node->safe_psql('market', 'VACUUM jobs.role_binding');
they_are('', 'merchant:1024', 'after VACUUM');

# a call in a transaction that goes on
$session{shop}->query(q{BEGIN; SELECT jobs.current_actor()});
$node->safe_psql('market', "$silent; DELETE FROM jobs.role_binding");
is($session{shop}->query($who), '.', 'inside a transaction');
$session{shop}->query('COMMIT');

# in a parallel query, whose snapshot is older than the change, by the leader and by workers
$node->safe_psql('market', q{CREATE TABLE large AS SELECT n FROM generate_series(1, 10000) n; GRANT SELECT ON large TO shop});
$session{shop}->query('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0');
my $parallel = 'SELECT jobs.current_actor() || left(n::text, 0) || $$.$$ FROM large GROUP BY 1;';
foreach my $isolation ('READ COMMITTED', 'REPEATABLE READ')
{
	foreach my $case ([ 'the leader', 0, 'SET max_parallel_workers = 0' ],
		[ 'workers', 2, 'RESET max_parallel_workers; SET parallel_leader_participation = off' ])
	{
		my ($by, $launched, $settings) = @$case;

		$session{shop}->query('RESET parallel_leader_participation');
		$session{shop}->query($settings);
		$node->safe_psql('market', "TRUNCATE jobs.role_binding; $silent; $bind_shop");
		$session{shop}->query("BEGIN ISOLATION LEVEL $isolation; SELECT count(*) FROM large");
		like($session{shop}->query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) $parallel"),
			qr/Workers Launched: $launched\b/, "$by: really parallel, $isolation");
		is($session{shop}->query($parallel), 'merchant:1024.', "$by: bound, $isolation");
		$node->safe_psql('market', "$silent; DELETE FROM jobs.role_binding");
		is($session{shop}->query($parallel), '.', "$by: bound no more, $isolation");
		$session{shop}->query('COMMIT');
		is($session{shop}->query($who), '.', "$by: and nothing was kept, $isolation");
	}
}
$_->quit foreach values %session;

done_testing();
