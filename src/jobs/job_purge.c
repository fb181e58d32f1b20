/*
 * job_purge.c
 *
 * Deletes jobs that ended long ago, with all that hangs on them: messages, e-mails, events, the review, the
 * record of a decline, assignments. Conversations and proposals stay, and what matching knows: it is kept in
 * jobs.ranking_purged what the jobs told, for when all is counted anew.
 *
 * A job stays as long as anything is still to be done with it, or has been done lately: an e-mail waits, a
 * consumer has not acknowledged an event, somebody wrote in it, another job of its request lives, by which
 * the marketplace knows whom it has asked.
 *
 * Some jobs are deleted in one subtransaction. If a trigger or a foreign key of a user is against it, each
 * half of them is tried by itself, down to the one that is to blame. It stays as a whole, and a warning
 * says so. What a user put off until the commit comes at once: it must not end the whole transaction there.
 *
 * Foreign keys of ours are not checked by the server where it can be helped. It would look for rows of a
 * job by its number alone, which some indexes don't begin with. We look along these indexes.
 *
 * Locks: FEED_LOCK_CONSUMERS until the transaction ends; each job FOR UPDATE SKIP LOCKED, so that nobody adds
 * anything to it; then what hangs on it in the same way, the row of jobs.node, and what ranking_purged.c says.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "acting/entry.h"
#include "feed/feed_purge.h"
#include "jobs/job.h"
#include "jobs/job_purge.h"
#include "matching/ranking_purged.h"
#include "pg/argument.h"
#include "pg/attempt.h"

/* Jobs of one subtransaction. A session has room for 64 of these before all others see the worse for it. */
#define GROUP_JOBS 50

/* A job that goes. */
typedef struct DoomedJob
{
	int64 id;
	int64 organization_id;
} DoomedJob;

/* Jobs that go together. */
typedef struct DoomedGroup
{
	TimestampTz before;
	DoomedJob *jobs;
	int count;
	int deleted;
} DoomedGroup;

/* Deleting a group. */
typedef struct Deletion
{
	Call *call;
	MemoryContext round; /* of the rows that are being deleted */
	int round_rows;		 /* how many these are */
	EvidenceTable *evidence;
	int64 highest; /* position among the events */
} Deletion;

/* Jobs that can't be deleted. */
typedef struct StuckJobs
{
	int count;
	int64 first;
	ErrorData *error;
} StuckJobs;

/* Does a row that hangs on a job keep it? */
typedef bool (*RowKeeps)(Rows *rows, const Row *row, TimestampTz before);

static bool
message_keeps(Rows *rows, const Row *message, TimestampTz before)
{
	return row_time(message, Col_message_sent_at, DT_NOBEGIN) >= before;
}

static bool
email_keeps(Rows *rows, const Row *email, TimestampTz before)
{
	return !row_isnull(email, Col_email_next_attempt_at);
}

static bool
event_keeps(Rows *rows, const Row *event, TimestampTz before)
{
	return feed_is_held(rows, event);
}

static bool
review_keeps(Rows *rows, const Row *review, TimestampTz before)
{
	return row_time(review, Col_review_written_at, DT_NOBEGIN) >= before ||
		   row_time(review, Col_review_replied_at, DT_NOBEGIN) >= before;
}

/* What hangs on a job, and where it is found. */
typedef struct Hanging
{
	TableId table;
	IndexId index;
	bool is_by_organization; /* the index begins with that, and the job comes next */
	RowKeeps keeps;			 /* NULL: no row does */
	int keepers;			 /* as many of the newest rows can keep it */
} Hanging;

static const Hanging hangings[] = {
	{TABLE_message, INDEX_message_job, false, message_keeps, 1},
	{TABLE_email, INDEX_email_job, false, email_keeps, PG_INT32_MAX},
	{TABLE_event, INDEX_event_job, false, event_keeps, PG_INT32_MAX},
	{TABLE_review, INDEX_review_job, true, review_keeps, 1},
	{TABLE_decline, PRIMARY_KEY, true, NULL, 0},
	{TABLE_assignment, PRIMARY_KEY, true, NULL, 0},
};

/*
 * All that there is by now, whatever the transaction's snapshot: nobody looks behind us whether something is left.
 */
static RowScan *
scan_hanging(Rows *rows, const Hanging *hanging, int64 organization_id, int64 job_id, ScanDirection direction)
{
	ScanKeyData keys[2];
	int count = 0;

	if (hanging->is_by_organization)
		row_key_int64(&keys[count++], 1, organization_id);
	row_key_int64(&keys[count], count + 1, job_id);
	return row_scan_begin_latest(rows, hanging->table, hanging->index, count + 1, keys, direction);
}

static bool
is_kept_by(Rows *rows, const Row *job, const Hanging *hanging, TimestampTz before)
{
	RowScan *scan = scan_hanging(rows, hanging, row_int64(job, Col_job_organization_id), row_int64(job, Col_job_id),
								 BackwardScanDirection);
	bool is_kept = false;
	const Row *row;

	for (int i = 0; i < hanging->keepers && !is_kept && (row = row_scan_pass(scan)) != NULL; i++)
		is_kept = hanging->keeps(rows, row, before);
	row_scan_end(scan);
	return is_kept;
}

/*
 * Did it end before that time, and has nothing been done with it since, as far as its own row tells?
 */
static bool
is_over_since(const Row *job, TimestampTz before)
{
	return row_time(job, Col_job_ended_at, DT_NOEND) < before &&
		   row_time(job, Col_job_confirmed_at, DT_NOBEGIN) < before && row_isnull(job, Col_job_rematch_at);
}

/*
 * Is there another job of the same request for which that is not so?
 */
static bool
request_goes_on(Rows *rows, const Row *job, TimestampTz before)
{
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *other;
	bool goes_on = false;

	if (row_isnull(job, Col_job_request_id))
		return false;
	row_key_int64(&keys[0], 1, row_int64(job, Col_job_request_id));
	scan = row_scan_begin_latest(rows, TABLE_job, INDEX_job_request, 1, keys, ForwardScanDirection);
	while (!goes_on && (other = row_scan_pass(scan)) != NULL)
		goes_on = !is_over_since(other, before);
	row_scan_end(scan);
	return goes_on;
}

static bool
job_may_go(Rows *rows, const Row *job, TimestampTz before)
{
	if (!is_over_since(job, before) || request_goes_on(rows, job, before))
		return false;
	for (int i = 0; i < lengthof(hangings); i++)
	{
		if (hangings[i].keeps && is_kept_by(rows, job, &hangings[i], before))
			return false;
	}
	return true;
}

static void
begin_deletion_round(Deletion *deletion)
{
	MemoryContextSwitchTo(deletion->round);
	deletion->call = call_begin_sheltered();
	deletion->round_rows = 0;
}

/*
 * Triggers of users that come after rows fire here.
 */
static void
end_deletion_round(Deletion *deletion)
{
	call_end(deletion->call);
	MemoryContextReset(deletion->round);
}

/*
 * It was judged without a lock, and may have changed since. The others wait.
 */
pg_noreturn static void
complain_held(const Row *row)
{
	ereport(ERROR,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 errmsg("a row of jobs.%s is held", table_name(row->table->id)),
			 errdetail("It hangs on a job that is purged, and another session works on it."),
			 errhint("Purge again later.")));
}

static void
note_review(Deletion *deletion, const Row *review)
{
	EvidenceKey key = {row_int64(review, Col_review_organization_id), row_int64(review, Col_review_service_id)};

	evidence_add_review(deletion->evidence, &key, row_time(review, Col_review_written_at, 0),
						row_int32(review, Col_review_communication), row_int32(review, Col_review_quality));
}

/*
 * Deletes a row that hangs on a job.
 */
static void
delete_hanging_row(Deletion *deletion, Row *found)
{
	Row *row = row_lock_latest(found, LockTupleExclusive);

	if (row == NULL || (row->table->id == TABLE_email && email_keeps(deletion->call->rows, row, 0)))
		complain_held(found);
	if (row->table->id == TABLE_review)
		note_review(deletion, row);
	if (row->table->id == TABLE_event)
		row_require_written(feed_delete(row, &deletion->highest), row, ROW_DELETE);
	else
		row_must_delete(row);
	deletion->round_rows++;
}

static void
delete_hanging_rows(Deletion *deletion, const DoomedJob *job)
{
	for (int i = 0; i < lengthof(hangings); i++)
	{
		RowScan *scan = scan_hanging(deletion->call->rows, &hangings[i], job->organization_id, job->id,
									 ForwardScanDirection);
		Row *row;

		while ((row = row_scan_next(scan)) != NULL)
		{
			CHECK_FOR_INTERRUPTS();
			delete_hanging_row(deletion, row);
		}
		row_scan_end(scan);
	}
}

/*
 * Was it declined by the organization itself?
 */
static bool
is_declined_by_expert(Rows *rows, const Row *job)
{
	ScanKeyData keys[2];
	RowScan *scan;
	const Row *decline;
	bool is_declined;

	row_key_int64(&keys[0], 1, row_int64(job, Col_job_organization_id));
	row_key_int64(&keys[1], 2, row_int64(job, Col_job_id));
	scan = row_scan_begin_latest(rows, TABLE_decline, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	decline = row_scan_pass(scan);
	is_declined = decline && strcmp(row_text(decline, Col_decline_declined_by), "expert") == 0;
	row_scan_end(scan);
	return is_declined;
}

static void
note_outcome(Deletion *deletion, const Row *job)
{
	EvidenceKey key = {row_int64(job, Col_job_organization_id), row_int64(job, Col_job_service_id)};
	JobOutcome outcome = {
		.created_at = row_time(job, Col_job_created_at, 0),
		.first_response_at = row_time(job, Col_job_first_response_at, DT_NOEND),
		.is_declined = is_declined_by_expert(job->rows, job),
		.is_expired = status_of_name(row_text(job, Col_job_status)) == STATUS_EXPIRED,
		.is_confirmed = !row_isnull(job, Col_job_confirmed_at),
	};

	evidence_add_outcome(deletion->evidence, &key, &outcome);
}

/*
 * Empties a job, if it still may go and nobody holds it. False: it stays as it is.
 */
static bool
empty_job(Deletion *deletion, const DoomedJob *doomed, TimestampTz before)
{
	Rows *rows = deletion->call->rows;
	Row *job = row_fetch(rows, TABLE_job, doomed->id);

	if (job)
		job = row_lock_latest(job, LockTupleExclusive);
	if (job == NULL || !job_may_go(rows, job, before))
		return false;
	note_outcome(deletion, job);
	delete_hanging_rows(deletion, doomed);
	return true;
}

/*
 * What the server would look for itself, for each key of ours.
 */
static void
require_empty(Rows *rows, const DoomedJob *job)
{
	for (int i = 0; i < lengthof(hangings); i++)
	{
		RowScan *scan = scan_hanging(rows, &hangings[i], job->organization_id, job->id, ForwardScanDirection);
		const Row *row = row_scan_pass(scan);

		row_scan_end(scan);
		if (row)
			ereport(ERROR,
					(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
					 errmsg("a trigger wrote rows of jobs.%s that belong to a job that is purged",
							table_name(hangings[i].table)),
					 errdetail("All rows of the job had been deleted before."),
					 errhint("Let the trigger write none for rows that are deleted.")));
	}
}

static void
delete_empty_job(Rows *rows, const DoomedJob *doomed)
{
	Row *job;

	require_empty(rows, doomed);
	job = row_fetch(rows, TABLE_job, doomed->id);
	if (job)
		job = row_lock_latest(job, LockTupleExclusive);
	if (job)
		row_must_delete_childless(job);
}

/*
 * Deletes a group, in a subtransaction: first what hangs on its jobs, then, when all triggers have fired, the jobs.
 */
static void
delete_group(void *argument)
{
	DoomedGroup *group = argument;
	MemoryContext context = CurrentMemoryContext;
	Deletion deletion = {
		.round = AllocSetContextCreate(context, "jobs purge round", ALLOCSET_DEFAULT_SIZES),
		.evidence = evidence_table(context),
	};
	const DoomedJob *emptied[GROUP_JOBS];
	int count = 0;

	begin_deletion_round(&deletion);
	for (int i = 0; i < group->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (deletion.round_rows >= PURGE_ROUND_ROWS)
		{
			end_deletion_round(&deletion);
			begin_deletion_round(&deletion);
		}
		if (empty_job(&deletion, &group->jobs[i], group->before))
			emptied[count++] = &group->jobs[i];
	}
	end_deletion_round(&deletion);

	begin_deletion_round(&deletion);
	for (int i = 0; i < count; i++)
		delete_empty_job(deletion.call->rows, emptied[i]);
	feed_remember_purged(deletion.call->rows, deletion.highest);
	ranking_purged_add(deletion.call->rows, deletion.evidence);
	end_deletion_round(&deletion);
	group->deleted = count;
}

static void
note_stuck(StuckJobs *stuck, int64 id, ErrorData *error)
{
	/* whoever holds it is soon gone */
	if (error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE)
		return;
	if (stuck->count++ == 0)
	{
		stuck->first = id;
		stuck->error = error;
	}
}

/*
 * Returns how many of them went.
 */
static int
delete_whole_or_halves(DoomedJob *jobs, int count, TimestampTz before, StuckJobs *stuck)
{
	DoomedGroup group = {.before = before, .jobs = jobs, .count = count};
	ErrorData *error = attempt(delete_group, &group);
	int half = count / 2;

	if (error == NULL)
		return group.deleted;
	if (count > 1)
		return delete_whole_or_halves(jobs, half, before, stuck) +
			   delete_whole_or_halves(jobs + half, count - half, before, stuck);
	note_stuck(stuck, jobs[0].id, error);
	return 0;
}

static void
warn_of_stuck(const StuckJobs *stuck)
{
	const ErrorData *error = stuck->error;

	if (stuck->count == 0)
		return;
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("job %lld was not purged: %s", (long long) stuck->first, error->message),
			 error->detail ? errdetail_internal("%s", error->detail) : 0,
			 error->detail_log ? errdetail_log("%s", error->detail_log) : 0,
			 stuck->count == 1 ? errhint("Remove what keeps it, and purge again.") :
								 errhint("Remove what keeps it, and purge again. %d more jobs were not purged.",
										 stuck->count - 1)));
}

static bool
doom_job(Row *row, TimestampTz before, void *argument)
{
	DoomedGroup *group = argument;

	if (!job_may_go(row->rows, row, before))
		return false;
	group->jobs[group->count].id = row_int64(row, Col_job_id);
	group->jobs[group->count++].organization_id = row_int64(row, Col_job_organization_id);
	return true;
}

int
job_purge_round(TimestampTz before, int max_rows, int64 *after, bool *is_over)
{
	static const PurgeWalk walk = {TABLE_job, Col_job_id, Col_job_created_at, doom_job};
	DoomedJob jobs[GROUP_JOBS];
	DoomedGroup group = {.jobs = jobs};
	StuckJobs stuck = {0};
	Call *call = call_begin_upkeep();
	int deleted = 0;

	(void) feed_lock(FEED_LOCK_CONSUMERS, true);
	rows_renew(call->rows);
	(void) purge_walk(call, &walk, &group, before, Min(max_rows, GROUP_JOBS), after, is_over);
	call_end(call);
	if (group.count > 0)
		deleted = delete_whole_or_halves(jobs, group.count, before, &stuck);
	warn_of_stuck(&stuck);
	return deleted;
}

/*
 * jobs.purge_jobs(older_than, max_rows)
 */
SQL_FUNCTION(purge_jobs)
{
	TimestampTz before = purge_arg_older_than(fcinfo, ARG_purge_jobs_older_than, "jobs");
	int max_rows = arg_count(fcinfo, ARG(purge_jobs, max_rows));

	check_can_write();
	PG_RETURN_INT64(purge_all(job_purge_round, before, max_rows));
}
