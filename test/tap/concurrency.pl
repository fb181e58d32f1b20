# Many senders in few jobs: no deadlock, no multixact, no lost event. A multixact on jobs.job
# would come of two kinds of locks on a job's row, and costs what every reply then pays.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('concurrency', 'autovacuum = off', 'deadlock_timeout = 20ms', 'log_lock_waits = off');

sub next_multixact
{
	return $node->safe_psql('market', 'CHECKPOINT; SELECT next_multixact_id FROM pg_control_checkpoint()');
}

install($node, 'market', 'jobs_owner');
fill($node, 'market');
my ($messages, $events) = split /\|/, $node->safe_psql('market', q{
	SELECT (SELECT count(*) FROM jobs.message), (SELECT count(*) FROM jobs.job_event) });
my $multixact = next_multixact();

# 1025 is new, 3073 responded: some messages move the job on, some only lock it
$node->pgbench('-n -c 6 -j 2 -t 100 market', 0, [ qr{processed: 600/600} ], [ qr{^$} ], 'senders',
	{
		'expert@2' => q{
			\set job 1025 + 2048 * random(0, 1)
			SELECT jobs.reply_to_job(:job, 'Yes', actor => 'member:1025');
		},
		'merchant@2' => q{
			\set job 1025 + 2048 * random(0, 1)
			SELECT jobs.reply_to_job(:job, 'And?', gen_random_uuid(), actor => 'merchant:1024');
		},
		'several@1' => q{
			BEGIN;
			SELECT jobs.reply_to_job(1025, 'Yes', actor => 'member:2049');
			SELECT jobs.reply_to_job(1025, 'Well', actor => 'member:1025');
			SELECT jobs.reply_to_job(1025, 'And?', actor => 'merchant:1024');
			COMMIT;
		},
	});
is(next_multixact(), $multixact, 'no multixact');
is($node->safe_psql('market', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'market'}), '0', 'no deadlock');
is($node->safe_psql('market', qq{
		SELECT (SELECT count(*) FROM jobs.message WHERE job_id IS NOT NULL AND id > 0) - (SELECT count(*) FROM jobs.job_event WHERE action = 'message');
		SELECT count(*) FROM jobs.job j
		WHERE status <> (SELECT to_status FROM jobs.job_event e WHERE e.job_id = j.id ORDER BY id DESC LIMIT 1);
		SELECT count(*) FROM (
			SELECT from_status, lag(to_status) OVER (PARTITION BY job_id ORDER BY id) AS before FROM jobs.job_event) e
		WHERE from_status <> before }), "0\n0\n0", 'the history is whole: each event begins where the last one ended');

# everything else that takes a job's lock, in any order
$node->pgbench('-n -c 6 -j 2 -t 60 market', 0, [ qr{processed: 360/360} ], [ qr{^$} ], 'all kinds of actions',
	{
		'assign' => q{
			SELECT jobs.assign_members(1025, ARRAY[1025, 2049], actor => 'member:1025');
			SELECT jobs.unassign_members(1025, ARRAY[2049, 1025], actor => 'member:2049');
		},
		'complete' => q{
			SELECT CASE WHEN status IN ('responded', 'awaiting_response', 'inactive') THEN
				jobs.complete_job(id, actor => 'member:1025') || jobs.reject_completion(id, actor => 'merchant:1024') END
			FROM jobs.job WHERE id = 3073 FOR NO KEY UPDATE;
		},
		'reply' => q{
			\set job 1025 + 2048 * random(0, 1)
			SELECT jobs.reply_to_job(:job, 'Yes', actor => 'member:1025');
		},
		'open' => q{
			\set job 1025 + 2048 * random(0, 1)
			SELECT jobs.open_job(:job, actor => 'member:1025');
		},
		'request' => q{
			SELECT jobs.request_job(1024, 'x', 'y', 1025, client_key => gen_random_uuid(), actor => 'merchant:1024');
		},
		'insert' => q{
			BEGIN;
			SELECT jobs.act_as('member:1025');
			INSERT INTO jobs.message (job_id, body) VALUES (3073, 'Yes'), (3073, 'Well');
			SELECT jobs.send_message(1025, 'No job', 0, actor => 'merchant:1024');
			COMMIT;
		},
		'mail' => q{
			SELECT jobs.ack_emails(array_agg(email_id), array_agg(claim_token)) FROM jobs.claim_emails(10);
		},
		'sweep' => q{
			SELECT jobs.expire_jobs();
		},
	});
is($node->safe_psql('market', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'market'}), '0', 'no deadlock');
is($node->safe_psql('market', q{
		SELECT count(*) FROM jobs.assignment WHERE job_id = 1025;
		SELECT sum(CASE action WHEN 'assign' THEN 1 ELSE -1 END) FROM jobs.job_event
		WHERE job_id = 1025 AND action IN ('assign', 'unassign') }) =~ /^(\d+)\n\1$/ ? 1 : 0, 1,
	'as many are assigned as the history says');

# thousands of keys and of subtransactions in one transaction take neither all locks nor all memory
is($node->safe_psql('market', q{
		BEGIN;
		DO $$ BEGIN
			FOR i IN 1..1000 LOOP
				PERFORM jobs.reply_to_job(3073, 'Text ' || i, gen_random_uuid(), actor => 'member:1025');
			END LOOP;
		END $$;
		SELECT count(*) <= 100 FROM pg_locks WHERE locktype = 'advisory';
		DO $$ BEGIN
			FOR i IN 1..2000 LOOP
				BEGIN
					PERFORM jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
				EXCEPTION WHEN raise_exception THEN NULL;
				END;
			END LOOP;
		END $$;
		SELECT coalesce(sum(total_bytes), 0) < 4 * 1024 * 1024 FROM pg_backend_memory_contexts WHERE name = 'CurTransactionContext';
		COMMIT }), "t\nt", 'neither locks nor memory run out');
# a wake-up that a subtransaction queued survives with it alone
my ($out, $err) = ('', '');
$node->psql('market', q{
	LISTEN jobs_email;
	BEGIN;
	SAVEPOINT a;
	SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
	ROLLBACK TO a;
	SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
	COMMIT;
	BEGIN;
	SAVEPOINT a;
	SAVEPOINT b;
	SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
	RELEASE b;
	ROLLBACK TO a;
	SAVEPOINT b;
	SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
	RELEASE b;
	COMMIT;
	BEGIN;
	SAVEPOINT a;
	SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
	ROLLBACK TO a;
	COMMIT }, stdout => \$out, stderr => \$err);
is(() = $out =~ /Asynchronous notification "jobs_email" received/g, 2, 'two of three transactions wake');

# one notification a channel and transaction, without a payload; none when switched off
$node->psql('market', q{
	LISTEN jobs_email;
	LISTEN jobs_event;
	BEGIN;
	SELECT jobs.reply_to_job(3073, 'One', actor => 'member:1025');
	SELECT jobs.reply_to_job(3073, 'Two', actor => 'merchant:1024');
	COMMIT;
	SET jobs.notify = off;
	SELECT jobs.reply_to_job(3073, 'Silent', actor => 'member:1025') }, stdout => \$out, stderr => \$err);
is(join("\n", sort map { s/ from server process.*//r } grep { /Asynchronous/ } split /\n/, $out),
	qq{Asynchronous notification "jobs_email" received\nAsynchronous notification "jobs_event" received}, 'who listens is woken once');
unlike($out, qr/with payload/, 'without a payload');

done_testing();
