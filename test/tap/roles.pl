# Roles that are renamed, that lose the tables to others, that go: who has access, and that
# it can be taken back.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('roles');

install($node, 'market', 'first_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE second_owner LOGIN;
	CREATE ROLE shop_app LOGIN;
	CREATE ROLE shop_operator LOGIN;
	CREATE ROLE shop_mailer LOGIN;
	SELECT jobs.grant_access('shop_app', 'app'), jobs.grant_access('shop_operator', 'operator'), jobs.grant_access('shop_mailer', 'mailer') });

sub privileges
{
	my ($role) = @_;

	return $node->safe_psql('market', qq{
		SELECT (SELECT count(*) FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace AND prorettype <> 'trigger'::regtype
				AND has_function_privilege('$role', oid, 'EXECUTE')),
			(SELECT count(*) FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind IN ('r', 'v')
				AND has_table_privilege('$role', oid, 'SELECT, INSERT, UPDATE, DELETE')),
			has_schema_privilege('$role', 'jobs', 'USAGE, CREATE'),
			(SELECT count(*) FROM pg_policies WHERE '$role' = ANY (roles)) });
}

my %before = map { $_ => privileges($_) } qw(first_owner shop_app shop_operator shop_mailer);

# the tables change hands
$node->safe_psql('market', 'REASSIGN OWNED BY first_owner TO second_owner');
$node->safe_psql('market', 'SELECT jobs.install()');
is(privileges('first_owner'), '0|0|f|0', 'a former owner has no rights any more');
is(privileges('second_owner'), $before{first_owner}, 'the new one has all of them');
is(privileges($_), $before{$_}, "$_ has its access as before") foreach qw(shop_app shop_operator shop_mailer);
refuses($node, 'market', q{SET ROLE first_owner; SELECT jobs.create_service('x')}, qr/42501/, 'a former owner');
works($node, 'market', 'tables of a new owner');
$node->safe_psql('market', 'SET ROLE second_owner; SELECT jobs.revoke_access($$shop_operator$$, $$operator$$)');
is(privileges('shop_operator'), '0|0|f|0', 'access that the former owner gave is taken back by the new one');
$node->safe_psql('market', 'DROP OWNED BY first_owner; DROP ROLE first_owner, shop_operator');
pass('both can be dropped');

# a right that came or went alone doesn't hide a former owner; others who may pass install() on are told
$node->safe_psql('market', q{
	CREATE ROLE third_owner LOGIN;
	REVOKE EXECUTE ON FUNCTION jobs.expire_jobs(integer) FROM second_owner CASCADE;
	REASSIGN OWNED BY second_owner TO third_owner });
my ($status, $out, $err) = $node->psql('market', 'SELECT jobs.install()');
like($err, qr/NOTICE:  role "second_owner" loses its rights on jobs/, 'a former owner that lacks a function is told');
is(privileges('second_owner'), '0|0|f|0', 'a former owner that lacks a function has no rights any more');
is(privileges('third_owner'), $before{first_owner}, 'the third owner has all of them');

# what the owner itself gave stays; what a superuser gave does not
$node->safe_psql('market', q{
	CREATE ROLE deputy;
	CREATE ROLE intruder;
	GRANT EXECUTE ON FUNCTION jobs.install(name) TO intruder WITH GRANT OPTION;
	SET ROLE third_owner;
	GRANT EXECUTE ON FUNCTION jobs.install(name) TO deputy WITH GRANT OPTION });
($status, $out, $err) = $node->psql('market', 'SELECT jobs.install()');
unlike($err, qr/deputy/, 'whom the owner gave install() is not told of a loss');
like($err, qr/NOTICE:  role "intruder" loses its rights on jobs/, 'whom a superuser gave it is');
like(privileges('deputy'), qr/^1\|/, 'what the owner gave stays');
is(privileges('intruder'), '0|0|f|0', 'what a superuser gave does not');

# an owner who passed on what it had for a moment
$node->safe_psql('market', q{
	CREATE ROLE dependent;
	GRANT CREATE ON SCHEMA jobs TO third_owner WITH GRANT OPTION;
	SET ROLE third_owner;
	GRANT CREATE ON SCHEMA jobs TO dependent;
	RESET ROLE;
	SELECT jobs.install() });
is(privileges('third_owner'), $before{first_owner}, 'CREATE is taken back from the owner');
is(privileges('dependent'), '0|0|f|0', 'CREATE is taken back from whom the owner gave it to');

# a role that is renamed
$node->safe_psql('market', q{
	CREATE ROLE shop_operator LOGIN;
	SELECT jobs.grant_access('shop_operator', 'operator');
	ALTER ROLE shop_operator RENAME TO renamed });
($status, $out, $err) = $node->psql('market', 'SELECT jobs.install()');
like($err, qr/NOTICE:  role "shop_operator" is called "renamed" now, and keeps its access/, 'install() finds a role that was renamed');
$node->safe_psql('market', q{
	CREATE ROLE shop_operator LOGIN;
	SELECT jobs.grant_access('shop_operator', 'operator') });
is(privileges('shop_operator'), $before{shop_operator}, 'a new role of the old name gets all of its access');
cmp_ok($node->safe_psql('market', 'SET ROLE shop_operator; SELECT count(*) FROM jobs.job'), '>', 0, '... and sees rows');
$node->safe_psql('market', q{SELECT jobs.revoke_access('renamed', 'operator'); DROP ROLE renamed});
pass('the renamed role can be dropped');

# one that takes over the name of a role with access: install() gives by name, and says so
$node->safe_psql('market', q{
	CREATE ROLE shop_second LOGIN;
	SELECT jobs.grant_access('shop_second', 'mailer');
	ALTER ROLE shop_second RENAME TO renamed;
	CREATE ROLE shop_second LOGIN });
($status, $out, $err) = $node->psql('market', 'SELECT jobs.install()');
like($err, qr/NOTICE:  role "shop_second" had lost its access to jobs, and is given it again\nHINT: .*jobs\.revoke_access\(\)/, 'another role of the name');
unlike($err, qr/shop_operator|shop_app|shop_mailer/, '... nobody else');
($status, $out, $err) = $node->psql('market', 'SELECT jobs.install()');
unlike($err, qr/shop_second/, '... and no more than once');
$node->safe_psql('market', q{
	SELECT jobs.revoke_access('shop_second', 'mailer'), jobs.revoke_access('renamed', 'mailer');
	DROP ROLE shop_second, renamed });

# operators write the directory, mailers read the outbox
is($node->safe_psql('market', q{
		SET ROLE shop_operator;
		UPDATE jobs.member SET is_active = false WHERE id = 2049;
		UPDATE jobs.merchant SET email = 'new@shop.example' WHERE id = 1024;
		INSERT INTO jobs.store (merchant_id, name) VALUES (1024, 'Hats');
		SELECT is_active, (SELECT email FROM jobs.merchant WHERE id = 1024), (SELECT count(*) FROM jobs.store WHERE name = 'Hats')
		FROM jobs.member WHERE id = 2049 }), 'f|new@shop.example|1', 'an operator looks after the directory');
is($node->safe_psql('market', 'SET ROLE shop_mailer; SELECT count(*) FROM jobs.email'),
	$node->safe_psql('market', 'SELECT count(*) FROM jobs.email'), 'a mailer sees the outbox');
refuses($node, 'market', 'SET ROLE shop_mailer; UPDATE jobs.email SET sent_at = now()', qr/42501/, 'a mailer that writes it');

# access is taken back whatever the state of the tables
$node->safe_psql('market', 'SELECT jobs.uninstall()');
$node->safe_psql('market', q{SELECT jobs.revoke_access('shop_mailer', 'mailer'); DROP ROLE shop_mailer});
pass('after uninstall()');
$node->safe_psql('market', 'SELECT jobs.install()');
$node->safe_psql('market', 'DROP TRIGGER "00_jobs_fill" ON jobs.job');
$node->safe_psql('market', q{SELECT jobs.revoke_access('shop_app', 'app'); DROP ROLE shop_app});
pass('with a trigger gone');
$node->safe_psql('market', 'SELECT jobs.install()');

# all of it goes with the data
$node->safe_psql('market', 'SELECT jobs.uninstall(drop_data => true); DROP ROLE shop_operator, second_owner');
pass('after uninstall(true) no role is held back');
is($node->safe_psql('market', q{SELECT count(*) FROM pg_class WHERE relnamespace = 'jobs'::regnamespace}), '0', 'nothing is left');

is($node->safe_psql('market', q{
		SELECT count(*) FROM pg_proc, aclexplode(proacl) WHERE pronamespace = 'jobs'::regnamespace AND grantee::regrole::text NOT IN ('-', 'postgres')}), '0',
	'nor any right');

# the owner of the schema keeps what is its own
install($node, 'owned', 'lower_owner');
fill($node, 'owned');
my $of_owner = "SELECT has_schema_privilege('upper_owner', 'jobs', 'USAGE'), has_schema_privilege('upper_owner', 'jobs', 'CREATE')";
$node->safe_psql('owned', q{
	CREATE ROLE upper_owner LOGIN;
	ALTER SCHEMA jobs OWNER TO lower_owner;
	SELECT jobs.install();
	REASSIGN OWNED BY lower_owner TO upper_owner;
	ALTER SCHEMA jobs OWNER TO lower_owner;
	SELECT jobs.install();
	ALTER SCHEMA jobs OWNER TO upper_owner;
	DROP VIEW jobs.job_timeline;
	SELECT jobs.install() });
works($node, 'owned', 'a schema that changed hands after its tables');
$node->safe_psql('owned', q{
	REVOKE ALL ON SCHEMA jobs FROM upper_owner;
	DROP VIEW jobs.job_timeline;
	SELECT jobs.install() });
is($node->safe_psql('owned', $of_owner), 't|t', 'who owns the schema has its own rights again');
works($node, 'owned', 'a schema whose owner had lost its own rights');
$node->safe_psql('owned', 'ALTER SCHEMA jobs OWNER TO CURRENT_USER; SELECT jobs.install()');
is($node->safe_psql('owned', $of_owner), 't|f', 'who owned the schema may use it, and no more');
$node->safe_psql('owned', q{
	ALTER SCHEMA jobs OWNER TO upper_owner;
	SELECT jobs.uninstall(drop_data => true);
	SELECT jobs.install('upper_owner') });
is($node->safe_psql('owned', $of_owner), 't|t', 'uninstall(true) leaves the schema to its owner');

# sequences that lag behind, those of requests too; an id beyond what sequences give is left out
install($node, 'copy', 'copy_owner');
fill($node, 'copy');
my $last = $node->safe_psql('copy', 'SELECT max(request_id) FROM jobs.job');
$node->safe_psql('copy', q{
	ALTER SEQUENCE jobs.request_id_seq RESTART;
	SET session_replication_role = replica;
	INSERT INTO jobs.merchant (id, name, email) VALUES (9223372036854775807, 'Far', 'far@x.example')});
$node->safe_psql('copy', 'SELECT jobs.install()');
cmp_ok($node->safe_psql('copy', q{SELECT request_id FROM jobs.request_job(1024, 'x', 'y', 1025, actor => 'merchant:1024')}), '>', $last,
	'a new request has a number of its own');
cmp_ok($node->safe_psql('copy', q{SELECT jobs.create_merchant('Near', 'near@x.example')}), '<', 2**40, 'a new merchant has a small one');

done_testing();
