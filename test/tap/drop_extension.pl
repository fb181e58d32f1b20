# The data is the users': no way of dropping the extension takes it, and it comes back to
# life. jobs.uninstall(true) alone drops it.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('drop_extension');

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE shop_app LOGIN;
	SELECT jobs.grant_access('shop_app', 'app') });

my $contents = contents($node, 'market');
my $furniture = furniture($node, 'market');

# What is left when triggers, policies and views are gone: rows, behind closed doors. One
# policy and one view use no function of ours, so that they stay when the extension goes.
sub rests
{
	my ($name, $kept) = @_;

	same(contents($node, 'market'), $contents, "$name leaves all rows");
	is($node->safe_psql('market', q{
			SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal),
				(SELECT count(*) FROM pg_policies WHERE schemaname = 'jobs'),
				(SELECT count(*) FROM pg_views WHERE schemaname = 'jobs'),
				(SELECT bool_and(relrowsecurity) FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r') }),
		"0|$kept|$kept|t", "$name leaves tables with row-level security, and nothing that calls a function");
	is($node->safe_psql('market', q{SET SESSION AUTHORIZATION shop_app; SELECT count(*) FROM jobs.job}), '0',
		"$name: nobody but the owner sees a row");
	return;
}

refuses($node, 'market', 'DROP EXTENSION jobs', qr/2BP01/, 'DROP EXTENSION');
same(contents($node, 'market'), $contents, 'a refused DROP EXTENSION leaves all rows');
same(furniture($node, 'market'), $furniture, 'a refused DROP EXTENSION leaves all around them');

$node->safe_psql('market', 'DROP EXTENSION jobs CASCADE');
rests('DROP EXTENSION CASCADE', 1);
refuses($node, 'market', 'SELECT jobs.version()', qr/42883/, 'a function of a dropped extension');

$node->safe_psql('market', 'CREATE EXTENSION jobs');
rests('CREATE EXTENSION', 1);
refuses($node, 'market', q{SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025')},
	qr/55000: .*tables of jobs are not ready.*HINT:  Run SELECT jobs\.install\(\);/s, 'before install()');
is($node->safe_psql('market', 'SELECT jobs.install()'), "jobs $version: brought up to date", 'install() tells what it did');
same(contents($node, 'market'), $contents, 'install() leaves all rows');
same(furniture($node, 'market'), $furniture, 'install() puts all around them back, rights included');
works($node, 'market', 'after DROP EXTENSION CASCADE');
$contents = contents($node, 'market');

# the same by a session that used the extension before
is($node->safe_psql('market', q{
		SELECT jobs.open_job(1025, actor => 'member:1025');
		SELECT jobs.act_as('merchant:1024', false);
		INSERT INTO jobs.message (job_id, body) VALUES (1025, 'Hello?');
		SET client_min_messages = warning;
		DROP EXTENSION jobs CASCADE;
		CREATE EXTENSION jobs;
		SELECT jobs.install();
		SELECT jobs.current_actor();
		INSERT INTO jobs.message (job_id, body) VALUES (1025, 'Hello?') RETURNING author;
		SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:1025') > 0;
		SELECT status FROM jobs.job_list WHERE id = 1025;
	}), "opened\n\njobs $version: brought up to date\nmerchant:1024\nmerchant:1024\nt\nresponded", 'a session goes on');
$contents = contents($node, 'market');

# uninstalling by halves
$node->safe_psql('market', 'CREATE VIEW public.page AS SELECT id FROM jobs.job_list');
refuses($node, 'market', 'SELECT jobs.uninstall()', qr/2BP01/, 'uninstall() with a view of a user in the way');
same(contents($node, 'market'), $contents, 'a refused uninstall() leaves all rows');
$node->safe_psql('market', 'DROP VIEW public.page');
$furniture = furniture($node, 'market');
$node->safe_psql('market', 'SELECT jobs.uninstall(false)');
rests('uninstall(false)', 0);
refuses($node, 'market', q{SELECT jobs.open_job(2049, actor => 'member:1025')},
	qr/55000: .*HINT:  Run SELECT jobs\.install\(\);/s, 'after uninstall(false)');
refuses($node, 'market', 'SELECT jobs.uninstall(NULL)', qr/22004/, 'uninstall(NULL)');
refuses($node, 'market', 'SET SESSION AUTHORIZATION shop_app; SELECT jobs.uninstall(true)', qr/42501/, 'uninstall by anybody');
is($node->safe_psql('market', 'SELECT jobs.install()'), "jobs $version: brought up to date", 'install() after uninstall(false)');
same(furniture($node, 'market'), $furniture, 'install() undoes uninstall(false)');
works($node, 'market', 'after uninstall(false)');

# all of it, taken back
$contents = contents($node, 'market');
$node->safe_psql('market', 'BEGIN; SELECT jobs.uninstall(true); ROLLBACK');
same(contents($node, 'market'), $contents, 'uninstall(true), rolled back, leaves all rows');
$node->safe_psql('market', 'SELECT jobs.uninstall(true)');
is($node->safe_psql('market', q{SELECT count(*) FROM pg_class WHERE relnamespace = 'jobs'::regnamespace}), '0',
	'uninstall(true) drops everything');
refuses($node, 'market', 'SET SESSION AUTHORIZATION shop_app; SELECT jobs.version()', qr/42501/,
	'uninstall(true) takes all access back');
refuses($node, 'market', 'SELECT jobs.uninstall(true)', qr/55000/, 'uninstall(true) again');
$node->safe_psql('market', 'DROP ROLE shop_app');
pass('a role whose access was taken back can be dropped');
$node->safe_psql('market', 'DROP EXTENSION jobs');
pass('then DROP EXTENSION needs no CASCADE');

# by the owner; and numbers come again, to a session that drew them before
$node->safe_psql('market', q{CREATE EXTENSION jobs});
is($node->safe_psql('market', q{SELECT jobs.install(owner => 'jobs_owner')}), "jobs $version: installed", 'a new start');
fill($node, 'market');
is($node->safe_psql('market', q{
		SELECT jobs.act_as('merchant:1024', false);
		DELETE FROM jobs.message;
		ALTER TABLE jobs.message ALTER id RESTART;
		INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (1025, 0, 'Hello') RETURNING id;
		DELETE FROM jobs.message;
		ALTER TABLE jobs.message ALTER id RESTART;
		INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (1025, 0, 'Hello') RETURNING id;
		INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (1025, 0, 'Hello') RETURNING id;
	}), "\n2049\n2049\n4097", 'a sequence that was restarted');
$node->safe_psql('market', 'SET SESSION AUTHORIZATION jobs_owner; SELECT jobs.uninstall(true)');
is($node->safe_psql('market', q{SELECT count(*) FROM pg_class WHERE relnamespace = 'jobs'::regnamespace}), '0',
	'the owner uninstalls');

done_testing();
