# Roles that access or bindings are kept for and that were renamed, dropped, made anew or robbed of
# their rights: jobs.health and install() name them with a statement that mends it, and
# revoke_access() takes the old name.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('roles_gone');

install($node, 'market', 'jobs_owner');
fill($node, 'market');

sub problem
{
	return $node->safe_psql('market', 'SELECT access_problem FROM jobs.health');
}

# what install() says, without what it says of the schedule
sub said_by_install
{
	my ($status, $out, $err) = $node->psql('market', 'SELECT jobs.install()');

	is($status, 0, 'install() works');
	return join "\n", grep { !/expire jobs|pg_cron/ } split /\n/, $err;
}

# no right of ours is left
sub drops
{
	my ($role) = @_;

	is($node->psql('market', "DROP ROLE $role"), 0, "$role can be dropped");
	return;
}

sub grants
{
	return $node->safe_psql('market', 'SELECT grants FROM jobs.node');
}

foreach my $access ('app', 'bound', 'mailer', 'operator', 'monitor')
{
	# renamed, and taken back by the old name
	$node->safe_psql('market', "CREATE ROLE old_name; SELECT jobs.grant_access('old_name', '$access'); ALTER ROLE old_name RENAME TO new_name");
	like(problem(), qr/^Access is kept for role "old_name", which does not exist.*jobs\.install\(\); or SELECT jobs\.revoke_access\('old_name', '$access'\);$/,
		"health: $access, renamed");
	my ($status, $out, $err) = $node->psql('market', "SELECT jobs.revoke_access('old_name', '$access')");
	is($status, 0, "$access is taken back by the old name");
	like($err, qr/NOTICE:  role "old_name" is called "new_name" now/, '... which is said');
	is(grants(), '{}', '... and forgotten');
	is(problem(), '', '... and no problem any more');
	drops('new_name');

	# renamed, and kept by install()
	$node->safe_psql('market', "CREATE ROLE old_name; SELECT jobs.grant_access('old_name', '$access'); ALTER ROLE old_name RENAME TO new_name");
	like(said_by_install(), qr/^\S+ NOTICE:  role "old_name" is called "new_name" now, and keeps its access to jobs$/, "install(): $access, renamed");
	is(grants(), qq({"new_name": ["$access"]}), '... and knows the new name');
	is(problem(), '', '... and mended');
	# robbed of its rights
	$node->safe_psql('market', 'DROP OWNED BY new_name');
	is(problem(), 'Role "new_name" has lost some of its access. Run SELECT jobs.install(); or take it back with jobs.revoke_access().',
		"health: $access, lost");
	isnt($node->psql('market', 'DROP ROLE new_name'), 0, '... and can not be dropped yet');
	like(said_by_install(), qr/NOTICE:  role "new_name" had lost its access/, "install(): $access, lost");
	is(problem(), '', '... and mended');
	# dropped: what it can be called after its rights were taken from it
	$node->safe_psql('market', "DROP OWNED BY new_name; SELECT jobs.revoke_access('new_name', '$access'); DROP ROLE new_name;
		UPDATE jobs.node SET grants = '{\"new_name\": [\"$access\"]}'");
	like(problem(), qr/^Access is kept for role "new_name", which does not exist/, "health: $access, dropped");
	$node->safe_psql('market', "SELECT jobs.revoke_access('new_name', '$access')");
	is(grants(), '{}', "$access of a role that was dropped is forgotten");
}

# several accesses, one after the other
$node->safe_psql('market', q{
	CREATE ROLE old_name;
	SELECT jobs.grant_access('old_name', 'app'), jobs.grant_access('old_name', 'mailer');
	ALTER ROLE old_name RENAME TO new_name;
	SELECT jobs.revoke_access('old_name', 'app') });
is(grants(), '{"old_name": ["mailer"]}', 'one of two is taken back');
is($node->safe_psql('market', q{SELECT has_function_privilege('new_name', 'jobs.open_job(bigint, text)', 'EXECUTE'),
	has_function_privilege('new_name', 'jobs.claim_emails(integer, interval, text)', 'EXECUTE')}), 'f|t', '... and the other stays');
$node->safe_psql('market', q{SELECT jobs.revoke_access('old_name', 'mailer')});
drops('new_name');

# two of them: which is which can't be told, and nobody loses what is another's
$node->safe_psql('market', q{
	CREATE ROLE one; CREATE ROLE two;
	SELECT jobs.grant_access('one', 'mailer'), jobs.grant_access('two', 'mailer');
	ALTER ROLE one RENAME TO three; ALTER ROLE two RENAME TO four });
refuses($node, 'market', q{SELECT jobs.revoke_access('one', 'mailer')},
	qr/42704: role "one" does not exist.*DETAIL:  .*"four", "three".*HINT:  Call jobs\.revoke_access\(\) with the present name/s, 'two renamed roles');
$node->safe_psql('market', q{SELECT jobs.revoke_access('three', 'mailer'), jobs.revoke_access('four', 'mailer')});
drops('three');
drops('four');
$node->safe_psql('market', q{SELECT jobs.revoke_access('one', 'mailer'), jobs.revoke_access('two', 'mailer')});
is(grants(), '{}', 'both are forgotten');

# one that never was, and one who has the rights by other means
refuses($node, 'market', q{SELECT jobs.revoke_access('nobody', 'mailer')}, qr/42704/, 'a role that never was');
$node->safe_psql('market', q{
	CREATE ROLE by_hand;
	GRANT EXECUTE ON ALL ROUTINES IN SCHEMA jobs TO by_hand; GRANT USAGE ON SCHEMA jobs TO by_hand;
	UPDATE jobs.node SET grants = '{"gone": ["monitor"]}' });
refuses($node, 'market', q{SELECT jobs.revoke_access('gone', 'monitor')}, qr/42704: .*"by_hand"/s, 'a role that may be meant, or not');
is($node->safe_psql('market', q{SELECT has_function_privilege('by_hand', 'jobs.health_report()', 'EXECUTE')}), 't', '... keeps what it has');
$node->safe_psql('market', 'DROP OWNED BY by_hand; DROP ROLE by_hand');
like(said_by_install(), qr/there is no role "gone" any more, its access to jobs is forgotten/, 'install() forgets who was dropped');

# bindings
$node->safe_psql('market', q{CREATE ROLE ann; SELECT jobs.bind_role('ann', 'member:1025'); ALTER ROLE ann RENAME TO anna});
my $remedy = qr/Role "ann" was bound to member:1025, and does not exist\. Run (SELECT jobs\.unbind_role\('ann'\);)/;
like(problem(), $remedy, 'health: a binding, renamed');
like(said_by_install(), qr/WARNING:  a role that jobs knows is gone or has changed\nDETAIL:  $remedy/, 'install(): a binding, renamed');
$node->safe_psql('market', q{SELECT jobs.unbind_role('ann'), jobs.revoke_access('anna', 'bound')});
is(problem(), '', 'unbound');
drops('anna');
$node->safe_psql('market', q{CREATE ROLE ann; SELECT jobs.bind_role('ann', 'member:1025'); SELECT jobs.revoke_access('ann', 'bound'); DROP ROLE ann; CREATE ROLE ann});
like(problem(), qr/Role "ann" was bound to member:1025, and is another role by now\. Run SELECT jobs\.unbind_role\('ann'\);/, 'health: a binding, another role');
$node->safe_psql('market', q{SELECT jobs.unbind_role('ann')});
drops('ann');
is(problem(), '', 'no problem is left');

# the schema was renamed: whatever is called says what to do
$node->safe_psql('market', 'ALTER SCHEMA jobs RENAME TO "My jobs"');
foreach my $call ('install()', 'version() || "My jobs".expire_jobs()', q{grant_access('jobs_owner', 'monitor')}, q{claim_emails()}, q{revoke_access('x', 'app')}, 'uninstall(true)')
{
	refuses($node, 'market', qq{SELECT "My jobs".$call}, qr/55000: schema jobs was renamed.*HINT:  Run ALTER SCHEMA "My jobs" RENAME TO jobs;/s, $call);
}
$node->safe_psql('market', 'CREATE SCHEMA jobs');
refuses($node, 'market', q{SELECT "My jobs".install()}, qr/55000: .*HINT:  Rename or drop the schema that is called jobs now\. Run ALTER SCHEMA/s, 'beside another schema');
$node->safe_psql('market', 'DROP SCHEMA jobs; ALTER SCHEMA "My jobs" RENAME TO jobs');
is($node->safe_psql('market', 'SELECT jobs.install()'), "jobs $version: up to date", 'renamed back');
works($node, 'market', 'renamed back');

done_testing();
