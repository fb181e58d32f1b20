/*
 * claim.c
 *
 * Hands e-mails to mailers.
 *
 * A claim is a lease of each of its e-mails: until it ends, nobody else gets the e-mail, and the
 * random token is what its mailer answers with (answer.c).
 *
 * A claim cancels what is for a member who was unassigned since it was written. That is
 * found out then, by a probe for each e-mail, because nothing else asks for the e-mails of
 * a job: an index for it would cost more than it saves. It is found out after the e-mail is
 * locked, of some e-mails together. Neither these nor what is given up take
 * the place of others: a claim goes on until it has as many as it wants, or has seen all that
 * was due when it began. What it wrote itself, or a trigger kept due, it does not see again.
 *
 * While e-mail is paused (pause.c), there is nothing to claim.
 *
 * Locks: each e-mail FOR NO KEY UPDATE SKIP LOCKED, in the order in which they are due.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "acting/call.h"
#include "acting/entry.h"
#include "mail/email_render.h"
#include "mail/outbox.h"
#include "mail/pause.h"
#include "pg/argument.h"
#include "pg/check.h"
#include "pg/interval.h"
#include "tables/node.h"
#include "tables/row_batch.h"
#include "tables/row_cache.h"

/* A longer lease would keep an e-mail from everybody when its mailer dies. */
#define LEASE_LONGEST_DAYS 366

/* An e-mail that was claimed. */
typedef struct Lease
{
	int64 id;
	TimestampTz created_at;
	int attempt;
	pg_uuid_t token;
	ClaimedEmail email;
} Lease;

/* A claim while it runs. */
typedef struct Claim
{
	TimestampTz now;
	TimestampTz until; /* the end of the leases */
	const char *worker;
	int wanted;			  /* at most so many */
	MemoryContext memory; /* of the leases */
	List *leases;
} Claim;

/*
 * When a lease that begins now ends.
 */
static TimestampTz
arg_lease(FunctionCallInfo fcinfo, int argno, TimestampTz now)
{
	Interval *lease;
	TimestampTz until;

	check_not_null(PG_ARGISNULL(argno), "lease");
	lease = PG_GETARG_INTERVAL_P(argno);
	if (!interval_move(now, false, lease, LEASE_LONGEST_DAYS, &until) || until <= now)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a lease must be positive, and not longer than a year"),
				 errdetail("It is %s.",
						   DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(lease)))),
				 errhint("Pass the time that a mailer may take for one batch, such as '5 minutes'.")));
	return until;
}

/*
 * Is the member assigned to the e-mail's job, since before it was written? Assignments are those
 * that are committed by now, whatever the transaction sees. `scan` is used again for the next one.
 */
static bool
claim_is_assigned(RowScan **scan, const Row *email, int64 member_id, int64 job_id)
{
	ScanKeyData keys[3];
	const Row *assignment;

	row_key_int64(&keys[0], 1, row_int64(email, Col_email_organization_id));
	row_key_int64(&keys[1], 2, job_id);
	row_key_int64(&keys[2], 3, member_id);
	if (*scan)
		row_scan_again(*scan, 3, keys);
	else
		*scan = row_scan_begin_latest(email->rows, TABLE_assignment, PRIMARY_KEY, 3, keys, ForwardScanDirection);
	assignment = row_scan_pass(*scan);
	return assignment && row_time(assignment, Col_assignment_assigned_at, DT_NOBEGIN) <=
							 row_time(email, Col_email_created_at, DT_NOBEGIN);
}

/*
 * Is the e-mail for a member who is no longer assigned to its job, was assigned anew since, or is
 * no longer active?
 */
static bool
claim_is_called_off(RowCache *members, RowScan **assignments, const Row *email)
{
	int64 member_id = row_int64(email, Col_email_member_id);
	int64 job_id = row_int64(email, Col_email_job_id);
	Row *member;

	if (member_id == 0)
		return false;
	member = row_cache_fetch(members, TABLE_member, member_id);
	if (member == NULL || !row_bool(member, Col_member_is_active))
		return true;
	return job_id != 0 && !claim_is_assigned(assignments, email, member_id, job_id);
}

/*
 * Gives up an e-mail that has no attempt left. The error of the last attempt stays, if its mailer
 * told one.
 */
static void
claim_bury(const Row *email, TimestampTz now)
{
	Row *dead = outbox_end(email, Col_email_dead_at, now);

	if (!row_isnull(email, Col_email_claim_token))
		row_set_text(dead, Col_email_last_error, "The lease of the last attempt ended without an answer.");
	(void) row_update(email, dead);
}

/*
 * The lease of an e-mail, as its row says after users' triggers.
 */
static Lease *
claim_lease_of(const Row *email)
{
	Lease *lease = palloc(sizeof(Lease));

	lease->id = row_int64(email, Col_email_id);
	lease->created_at = row_time(email, Col_email_created_at, DT_NOBEGIN);
	lease->attempt = row_int32(email, Col_email_attempts);
	lease->token = *DatumGetUUIDP(row_get(email, Col_email_claim_token));
	lease->email = (ClaimedEmail){
		.kind = row_text(email, Col_email_kind),
		.recipient = row_text(email, Col_email_recipient),
		.language = row_text(email, Col_email_language),
		.organization_id = row_int64(email, Col_email_organization_id),
		.member_id = row_int64(email, Col_email_member_id),
		.job_id = row_int64(email, Col_email_job_id),
		.payload = DatumGetJsonbPCopy(row_get(email, Col_email_payload)),
	};
	return lease;
}

/*
 * Leases an e-mail, unless a trigger of a user wants it to stay as it is.
 */
static void
claim_lease(Claim *claim, const Row *email)
{
	Row *leased = row_copy(email);
	MemoryContext caller;

	row_set(leased, Col_email_attempts, Int32GetDatum(row_int32(email, Col_email_attempts) + 1));
	row_set_time(leased, Col_email_next_attempt_at, claim->until);
	row_set(leased, Col_email_claim_token, OidFunctionCall0(F_GEN_RANDOM_UUID));
	row_set_text(leased, Col_email_claimed_by, claim->worker);
	if (!row_update(email, leased))
		return;
	caller = MemoryContextSwitchTo(claim->memory);
	claim->leases = lappend(claim->leases, claim_lease_of(leased));
	MemoryContextSwitchTo(caller);
}

/*
 * Locks up to `wanted` e-mails that a scan finds due and that nobody holds. Fewer: there are no
 * others.
 */
static int
claim_lock(Claim *claim, Rows *rows, RowScan *scan, int wanted, Row **locked)
{
	int count = 0;
	const Row *found;

	while (count < wanted && (found = row_scan_pass(scan)) != NULL)
	{
		Row *email;

		CHECK_FOR_INTERRUPTS();
		email = row_lock_found(row_of_slot(rows, TABLE_email, found->slot), LockTupleNoKeyExclusive, LockWaitSkip);
		/* another mailer may have had it a moment ago */
		if (email && outbox_is_due(email, claim->now))
			locked[count++] = email;
	}
	return count;
}

/*
 * Does what there is to do with e-mails that are locked.
 */
static void
claim_settle(Claim *claim, Rows *rows, Row **locked, int count)
{
	RowCache *members = row_cache_begin(rows);
	RowScan *assignments = NULL;
	bool called_off[ROW_BATCH];

	for (int i = 0; i < count; i++)
		called_off[i] = claim_is_called_off(members, &assignments, locked[i]);
	if (assignments)
		row_scan_end(assignments);
	row_cache_end(members);
	for (int i = 0; i < count; i++)
	{
		Row *email = locked[i];

		/* a trigger may have changed it since; then its new version waits for another claim */
		if (rows_ran_triggers(rows) && row_lock_found(email, LockTupleNoKeyExclusive, LockWaitSkip) == NULL)
			continue;
		if (called_off[i])
			(void) row_update(email, outbox_end(email, Col_email_cancelled_at, claim->now));
		else if (outbox_is_used_up(email))
			claim_bury(email, claim->now);
		else
			claim_lease(claim, email);
	}
}

/*
 * Claims what is due. The scan finds e-mails, and stays where it is while their rows are written
 * in batches: to begin it anew would find again what others hold.
 */
static void
claim_due(Claim *claim, Rows *rows)
{
	ScanKeyData keys[1];
	RowScan *scan;
	RowBatch batch;
	int wanted;
	int count;

	ScanKeyInit(&keys[0], 1, BTLessEqualStrategyNumber, F_TIMESTAMPTZ_LE, TimestampTzGetDatum(claim->now));
	scan = row_scan_begin(rows, TABLE_email, INDEX_email_pending, 1, keys, ForwardScanDirection);
	row_batch_begin(&batch);
	do
	{
		Row *locked[ROW_BATCH];
		Rows *rows_of_some;

		wanted = Min(claim->wanted - list_length(claim->leases), ROW_BATCH);
		rows_of_some = row_batch_rows(&batch, wanted);
		count = claim_lock(claim, rows_of_some, scan, wanted, locked);
		claim_settle(claim, rows_of_some, locked, count);
	} while (count == wanted && list_length(claim->leases) < claim->wanted);
	row_batch_end(&batch);
	row_scan_end(scan);
}

static int
claim_compare_leases(const ListCell *a, const ListCell *b)
{
	const Lease *left = lfirst(a);
	const Lease *right = lfirst(b);

	if (left->created_at != right->created_at)
		return left->created_at < right->created_at ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

/*
 * Adds what was claimed to the function's result, in the order in which it was written.
 */
static void
claim_return(Claim *claim, Rows *rows, ReturnSetInfo *result)
{
	EmailRenderer *renderer = email_renderer_begin();
	MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "jobs e-mail", ALLOCSET_DEFAULT_SIZES);
	char *marketplace =
		DatumGetCString(DirectFunctionCall1(uuid_out, row_get(node_fetch(rows), Col_node_marketplace_id)));
	ListCell *cell;

	list_sort(claim->leases, claim_compare_leases);
	foreach (cell, claim->leases)
	{
		Lease *lease = lfirst(cell);
		MemoryContext caller = MemoryContextSwitchTo(memory);
		Datum values[NRESULT_claim_emails];
		bool nulls[NRESULT_claim_emails] = {false};
		char *subject;
		char *body;

		email_render(renderer, &lease->email, &subject, &body);
		values[RESULT_claim_emails_email_id] = Int64GetDatum(lease->id);
		values[RESULT_claim_emails_attempt] = Int32GetDatum(lease->attempt);
		values[RESULT_claim_emails_claim_token] = UUIDPGetDatum(&lease->token);
		values[RESULT_claim_emails_kind] = CStringGetTextDatum(lease->email.kind);
		values[RESULT_claim_emails_recipient] = CStringGetTextDatum(lease->email.recipient);
		values[RESULT_claim_emails_language] = CStringGetTextDatum(lease->email.language);
		values[RESULT_claim_emails_subject] = CStringGetTextDatum(subject);
		values[RESULT_claim_emails_body] = CStringGetTextDatum(body);
		values[RESULT_claim_emails_job_id] = Int64GetDatum(lease->email.job_id);
		nulls[RESULT_claim_emails_job_id] = lease->email.job_id == 0;
		values[RESULT_claim_emails_message_key] =
			CStringGetTextDatum(psprintf("%s-%lld", marketplace, (long long) lease->id));
		values[RESULT_claim_emails_payload] = JsonbPGetDatum(lease->email.payload);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(memory);
	}
	MemoryContextDelete(memory);
	email_renderer_end(renderer);
}

/*
 * jobs.claim_emails(max_rows, lease, worker): hands out e-mails that are due, those
 * that are due for longest first.
 */
SQL_FUNCTION_OF_ROWS(claim_emails)
{
	Claim claim = {.now = GetCurrentTimestamp(), .memory = CurrentMemoryContext};
	Call *call;

	claim.wanted = arg_count(fcinfo, ARG(claim_emails, max_rows));
	claim.until = arg_lease(fcinfo, ARG_claim_emails_lease, claim.now);
	claim.worker = arg_optional_text(fcinfo, ARG(claim_emails, worker), LIMIT_NAME);
	/* who is connected to a standby learns it at once, not with the first e-mail that is due */
	check_can_write();
	call = call_begin_sheltered();
	if (pause_is_on(call->rows))
	{
		call_end(call);
		return (Datum) 0;
	}

	/*
	 * A mailer sends as soon as it has committed. Were the commit lost in a crash, the
	 * e-mail would be claimed and sent once more.
	 */
	ForceSyncCommit();

	claim_due(&claim, call->rows);
	if (claim.leases != NIL)
		claim_return(&claim, call->rows, (ReturnSetInfo *) fcinfo->resultinfo);
	call_end(call);
	return (Datum) 0;
}
