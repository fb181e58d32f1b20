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
	SELECT (SELECT count(*) FROM jobs.message), (SELECT count(*) FROM jobs.event) });
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
		SELECT (SELECT count(*) FROM jobs.message WHERE job_id IS NOT NULL AND id > 0) - (SELECT count(*) FROM jobs.event WHERE action = 'message');
		SELECT count(*) FROM jobs.job j
		WHERE status <> (SELECT to_status FROM jobs.event e WHERE e.job_id = j.id ORDER BY id DESC LIMIT 1);
		SELECT count(*) FROM (
			SELECT from_status, lag(to_status) OVER (PARTITION BY job_id ORDER BY id) AS before FROM jobs.event WHERE job_id IS NOT NULL) e
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
		SELECT sum(CASE action WHEN 'assign' THEN 1 ELSE -1 END) FROM jobs.event
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
	COMMIT;
	-- subtransactions that ended before
	BEGIN;
	SAVEPOINT a;
	RELEASE a;
	SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
	COMMIT;
	BEGIN;
	SAVEPOINT a;
	SAVEPOINT b;
	RELEASE b;
	SELECT jobs.reply_to_job(3073, 'Text', actor => 'member:1025');
	SAVEPOINT c;
	ROLLBACK TO c;
	RELEASE a;
	COMMIT }, stdout => \$out, stderr => \$err);
is(() = $out =~ /Asynchronous notification "jobs_email" received/g, 4, 'four of five transactions wake');

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
# an event of a conversation wakes, too, where nobody is mailed
$node->psql('market', q{
	LISTEN jobs_email;
	LISTEN jobs_event;
	UPDATE jobs.conversation SET is_blocked = true WHERE id = 1025;
	SELECT jobs.unblock_conversation(1025) }, stdout => \$out, stderr => \$err);
is(join(' ', $out =~ /"(jobs_\w+)" received/g), 'jobs_event jobs_event', 'blocking a conversation wakes who follows events');

# Two merchants ask whoever is best, organizations decline, the next is asked, jobs expire,
# conversations are blocked and opened again: what is refused is refused, and nobody waits in a
# circle.
$node->safe_psql('market', q{
	CREATE FUNCTION attempt(statement text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE statement;
	EXCEPTION WHEN SQLSTATE 'PT409' OR SQLSTATE 'PT410' OR SQLSTATE 'PT404' OR null_value_not_allowed THEN
		NULL;
	END
	$$;
	SELECT jobs.create_merchant('Second', 'second@x.example');
	SELECT jobs.create_service('Contested') AS service \gset
	SELECT o.id, jobs.add_member(o.id, 'Member', 'm@x.example'), jobs.provide_service(o.id, :service)
	FROM (SELECT jobs.create_organization('Contested ' || n, 'o@x.example') AS id FROM generate_series(1, 8) n) o;
	ALTER DATABASE market SET jobs.response_window = '300ms' });
my $deadlocks = $node->safe_psql('market', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'market'});
my $service = q{(SELECT max(id) FROM jobs.service)};
my $merchant = q{'merchant:' || (SELECT id FROM jobs.merchant ORDER BY id DESC LIMIT 1 OFFSET :m)};
my $job = q{(SELECT id FROM jobs.job WHERE title = 'Contested' ORDER BY id DESC LIMIT 1 OFFSET :n)};
my $of_job = sub { my ($call) = @_; return qq{
	\\set n random(0, 12)
	SELECT attempt(format($call, j.id, j.conversation_id, j.request_id, m.id, j.merchant_id))
	FROM jobs.job j JOIN jobs.member m USING (organization_id) WHERE j.id = $job;} };
$node->pgbench('-n -c 8 -j 2 -t 150 market', 0, [ qr{processed: 1200/1200} ], [ qr{^$} ], 'requests, declines and blocks',
	{
		'ask@3' => qq{
			\\set m random(0, 1)
			SELECT attempt(format('SELECT jobs.request_job(%s, \$\$Contested\$\$, \$\$Text\$\$, max_matches => 3, auto_rematch => true, actor => %L)', $service, $merchant));
		},
		'decline@3' => $of_job->(q{'SELECT jobs.decline_job(%1$s, actor => $$member:%4$s$$)'}),
		'answer@2' => $of_job->(q{'SELECT jobs.reply_to_job(%1$s, $$Yes$$, actor => $$member:%4$s$$)'}),
		'rematch@1' => $of_job->(q{'SELECT jobs.rematch_request(%3$s, actor => $$merchant:%5$s$$)'}),
		'block@1' => $of_job->(q{'SELECT jobs.block_conversation(%2$s, actor => $$merchant:%5$s$$)'}),
		'unblock@2' => q{SELECT jobs.unblock_conversation(id) FROM jobs.conversation WHERE is_blocked ORDER BY random() LIMIT 1;},
		'expire@1' => q{SELECT jobs.expire_jobs(20);},
	});
is($node->safe_psql('market', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'market'}), $deadlocks, 'no deadlock among them');
is($node->safe_psql('market', q{
		SELECT count(*) FROM (SELECT FROM jobs.job GROUP BY request_id, organization_id HAVING count(*) > 1 AND request_id IS NOT NULL) x }),
	'0', 'and no organization was asked twice under one request');

done_testing();
