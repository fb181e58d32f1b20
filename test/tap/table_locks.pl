# Giving and taking access, binding, installing and uninstalling beside an application: its calls
# are never ended as deadlocks and wait for a short while at most; what can't have its locks gives up
# after some seconds, says who holds them, and has changed nothing.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use IPC::Run;
use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('table_locks', 'max_prepared_transactions = 5', 'deadlock_timeout = 10ms', 'log_statement = none');

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE boss; CREATE ROLE mailer; CREATE ROLE ann });

# An application's calls, which take the tables in orders of their own; some in transactions.
my $scripts = $node->basedir;
append_to_file("$scripts/reply.sql", "SELECT jobs.reply_to_job(3073, 'Well', actor => 'member:1025');\n");
append_to_file("$scripts/answer.sql", "SELECT jobs.reply_to_job(4097, 'Well', actor => 'merchant:1024');\n");
append_to_file("$scripts/mailer.sql", "SELECT count(*) FROM jobs.claim_emails(2);\n");
append_to_file("$scripts/request.sql",
	"SELECT jobs.decline_job(job_id, actor => 'member:1025') FROM jobs.request_job(1024, 'x', 'y', 1025, 1024, actor => 'merchant:1024');\n");
append_to_file("$scripts/page.sql",
	"BEGIN; SELECT jobs.act_as('member:1025'); SELECT count(*) FROM jobs.job_list; INSERT INTO jobs.message (job_id, body) VALUES (3073, 'More'); COMMIT;\n");
my ($out, $err) = ('', '');
my $load = IPC::Run::start([ 'pgbench', '-n', '-c', '6', '-T', '15', (map { ('-f', "$scripts/$_.sql") } qw(reply answer mailer request page)),
		'-h', $node->host, '-p', $node->port, 'market' ], '>', \$out, '2>', \$err);
my $end = time + 12;
my $rounds = 0;
my @statements = (
	q{SELECT jobs.grant_access('boss', 'operator')},
	q{SELECT jobs.grant_access('mailer', 'mailer')},
	q{SELECT jobs.bind_role('ann', 'member:1025')},
	q{ALTER TABLE jobs.node ALTER first_slot SET DEFAULT 5; SELECT jobs.install()},
	q{SELECT jobs.revoke_access('mailer', 'mailer')},
	q{SELECT jobs.unbind_role('ann')},
	q{SELECT jobs.revoke_access('boss', 'operator')});
my @refused;
while (time < $end)
{
	my ($status, undef, $stderr) = $node->psql('market', $statements[ $rounds % @statements ], on_error_stop => 1, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	push @refused, $stderr if $status != 0;
	$rounds++;
}
$load->finish;
is_deeply(\@refused, [], 'access is given and taken beside an application');
cmp_ok($rounds, '>', 6, "so often: $rounds");
unlike($err, qr/ERROR/, 'and no call of it fails');
unlike(slurp_file($node->logfile), qr/deadlock detected/, 'no deadlock');

# somebody holds a table: told after some seconds, with nothing changed and nothing held meanwhile
$node->safe_psql('market', q{SELECT jobs.revoke_access('boss', 'operator'), jobs.revoke_access('mailer', 'mailer'), jobs.install()});
my $before = furniture($node, 'market');
$node->safe_psql('market', q{SET jobs.notify = off; BEGIN; SELECT jobs.open_job(1025, actor => 'member:1025'); LOCK TABLE jobs.ranking_stat IN ROW EXCLUSIVE MODE; PREPARE TRANSACTION 'open'});
my $reader = $node->background_psql('market');
my $pid = $reader->query('SELECT pg_backend_pid()');
$reader->query('BEGIN; SELECT count(*) FROM jobs.store');
foreach my $ddl (q{SELECT jobs.grant_access('boss', 'operator')}, q{SELECT jobs.uninstall()},
	q{DROP POLICY own_merchant ON jobs.decline; SELECT jobs.install()},
	q{DROP VIEW jobs.job_timeline; SELECT jobs.install()}, q{DELETE FROM jobs.ranking_stat; SELECT jobs.install()},
	q{SELECT jobs.rebuild_ranking()})
{
	refuses($node, 'market', "SET lock_timeout = '2s'; BEGIN; $ddl",
		qr/55P03: could not lock jobs\.\w+.*DETAIL:  It is held by (process $pid|a prepared transaction)\..*HINT:  Nothing was changed/s, "held: $ddl");
}
# others go on meanwhile, though they wait now and then
my $ddl = IPC::Run::start([ 'psql', '-X', '-h', $node->host, '-p', $node->port, '-c', q{SELECT jobs.grant_access('boss', 'operator')}, 'market' ], '>', \my $o, '2>', \my $e);
foreach my $i (1 .. 30)
{
	$node->safe_psql('market', q{SET statement_timeout = '2s'; SELECT jobs.reply_to_job(3073, 'Well', actor => 'member:1025')});
}
pass('calls go on beside it');
$ddl->finish;
like($e, qr/could not lock jobs\.\w+/, 'it gave up by itself');
$reader->query('COMMIT');
$reader->quit;
$node->safe_psql('market', q{ROLLBACK PREPARED 'open'});
same(furniture($node, 'market') =~ s/^sequence.*\n?//gmr, $before =~ s/^sequence.*\n?//gmr, 'nothing was changed');

# another who gives access
$node->safe_psql('market', q{BEGIN; SELECT jobs.grant_access('mailer', 'mailer'); PREPARE TRANSACTION 'grant'});
refuses($node, 'market', q{SET lock_timeout = '500ms'; SELECT jobs.grant_access('boss', 'operator')},
	qr/55P03: could not lock schema jobs against others who install or give access.*DETAIL:  It is held by a prepared transaction/s, 'beside another');
$node->safe_psql('market', q{COMMIT PREPARED 'grant'; SELECT jobs.grant_access('boss', 'operator')});
works($node, 'market', 'after all of that');

# a table that is made anew takes locks on those that it refers to, and those that refer to it take back their keys
$before = furniture($node, 'market');
foreach my $missing ('decline', 'ranking_stat', 'job')
{
	$node->safe_psql('market', "SET client_min_messages = error; DROP TABLE jobs.$missing CASCADE");
	$node->safe_psql('market', q{BEGIN; LOCK TABLE jobs.organization, jobs.proposal IN ROW EXCLUSIVE MODE; PREPARE TRANSACTION 'open'});
	refuses($node, 'market', q{SET lock_timeout = '500ms'; SELECT jobs.install()},
		qr/55P03: could not lock jobs\.\w+.*DETAIL:  It is held by a prepared transaction/s, "held, and jobs.$missing is missing");
	$node->safe_psql('market', q{ROLLBACK PREPARED 'open'});
	next if $missing eq 'job';
	$node->safe_psql('market', 'SELECT jobs.install()');
	works($node, 'market', "with another jobs.$missing");
}
$node->safe_psql('market', q{TRUNCATE jobs.message, jobs.assignment, jobs.event, jobs.email, jobs.review; SELECT jobs.install()});
same(furniture($node, 'market') =~ s/^(sequence|relation).*\n?//gmr, $before =~ s/^(sequence|relation).*\n?//gmr, 'all of it is there again');

done_testing();
