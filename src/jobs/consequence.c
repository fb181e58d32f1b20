/*
 * consequence.c
 *
 * Carries out what an action's rule says of evidence, e-mail and rematching.
 *
 * Rematching waits for nobody. Where it would have to, the lost job notes in rematch_at that it is
 * to be done, in the same transaction, and a sweep does it.
 *
 * Locks: to ask the next organization those of rematch.c; a sweep has the lost job FOR NO KEY
 * UPDATE SKIP LOCKED before.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"

#include "jobs/consequence.h"
#include "jobs/rematch.h"
#include "matching/evidence_notes.h"
#include "pg/attempt.h"

static JobOutcome
outcome_of(const Job *job)
{
	JobOutcome outcome = {
		.created_at = row_time(job->row, Col_job_created_at, job->now),
		.first_response_at = row_time(job->row, Col_job_first_response_at, DT_NOEND),
		.is_confirmed = job->is_confirmed,
	};

	return outcome;
}

static EvidenceKey
evidence_key_of(const Job *job)
{
	EvidenceKey key = {job->organization_id, job->service_id};

	return key;
}

/*
 * Notes what the action says of the organization.
 */
static void
note_evidence(const Call *call, const Job *job, const Transition *transition)
{
	const ActionRule *rule = &action_rules[transition->action];
	Side side = call_side(call);
	EvidenceKey key = evidence_key_of(job);
	JobOutcome before = outcome_of(job);
	JobOutcome after = before;
	bool is_first_response = action_is_response(transition->action, side) && before.first_response_at == DT_NOEND;
	bool is_lost = (rule->lost_by & side) != 0;

	if (is_first_response)
		after.first_response_at = job->now;
	after.is_declined = is_lost && rule->evidence == EVIDENCE_OF_DECLINE;
	after.is_expired = is_lost && rule->evidence == EVIDENCE_OF_EXPIRY;
	after.is_confirmed |= rule->evidence == EVIDENCE_OF_CONFIRMATION;
	if (is_first_response || is_lost || after.is_confirmed != before.is_confirmed)
		evidence_note_change(&key, &before, &after);
}

Email
consequence_email(const Job *job, EmailKind kind)
{
	Email email = {
		.kind = kind,
		.organization_id = job->organization_id,
		.merchant_id = job->merchant_id,
		.conversation_id = job->conversation_id,
		.job_id = job->id,
	};

	return email;
}

static void
queue_email(Call *call, const Job *job, EmailKind kind, const Subject *subject)
{
	Email email = consequence_email(job, kind);

	if (kind == EMAIL_NONE)
		return;
	if (subject)
	{
		email.message_id = subject->message_id;
		email.member_id = subject->member_id;
	}
	email_queue(call, &email);
}

void
consequence_of_creation(Call *call, const Job *job)
{
	EvidenceKey key = evidence_key_of(job);
	JobOutcome outcome = outcome_of(job);

	evidence_note_job(&key, &outcome);
	queue_email(call, job, action_rules[ACTION_CREATE].email, NULL);
}

/*
 * By the system, whoever set it off: the organization that is asked next is no business of
 * the one that lost the job. False: somebody holds what it takes.
 */
static bool
ask_next(const Job *lost)
{
	Call *call = call_begin_system();
	List *made;
	bool done = rematch_next(call, lost, &made);
	ListCell *cell;

	foreach (cell, made)
		consequence_of_creation(call, job_of_row(lfirst(cell)));
	call_end(call);
	return done;
}

/*
 * What went wrong tells of the organization that would have been asked: to the system alone, and
 * to the log.
 */
static void
warn_of_request(int64 request_id, const ErrorData *error)
{
	const char *detail = error->detail ? error->detail : error->detail_log;

	if (actor_current().kind == ACTOR_SYSTEM)
		ereport(WARNING,
				(errcode(error->sqlerrcode),
				 errmsg("no other organization was asked under request %lld: %s", (long long) request_id,
						error->message),
				 error->detail ? errdetail_internal("%s", error->detail) : 0,
				 detail ? errdetail_log("%s", detail) : 0,
				 errhint("Mend it, and call jobs.rematch_request().")));
	else
		ereport(WARNING,
				(errmsg("no other organization could be asked under request %lld", (long long) request_id),
				 errdetail("Why is in the server's log."),
				 errdetail_log("%s%s%s", error->message, detail ? " " : "", detail ? detail : ""),
				 errhint("The marketplace's operator can mend it, and the merchant ask again.")));
}

/* Asking the next organization after a job that was lost. */
typedef struct NextAsked
{
	const Job *lost;
	bool done;
} NextAsked;

static void
ask_next_in_attempt(void *argument)
{
	NextAsked *asked = argument;

	asked->done = ask_next(asked->lost);
}

/*
 * That nobody else can be asked is no reason why a job couldn't be declined, or why a sweep should
 * stop. False: it is to be done later.
 */
static bool
ask_next_or_warn(const Job *lost)
{
	NextAsked asked = {.lost = lost, .done = true};
	ErrorData *error = attempt(ask_next_in_attempt, &asked);

	if (error == NULL)
		return asked.done;
	/* a lock, which time releases */
	asked.done = error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE;
	if (asked.done)
		warn_of_request(row_int64(lost->row, Col_job_request_id), error);
	FreeErrorData(error);
	return asked.done;
}

/*
 * Notes in a job, which is locked, since when the next organization is to be asked.
 */
static void
put_off_rematch(Call *call, int64 job_id, TimestampTz since)
{
	Row *job = row_lock(call->rows, TABLE_job, job_id, LockTupleNoKeyExclusive, LockWaitBlock);
	Row *changed;

	if (job == NULL)
		actor_complain_missing("job", job_id);
	changed = row_copy(job);
	row_set_time(changed, Col_job_rematch_at, since);
	row_must_update(job, changed);
}

/*
 * Asks the next organization after a job that was lost a while ago, or puts it off again; if nobody
 * holds either row. False: somebody does.
 */
static bool
catch_up_rematch(Call *call, int64 job_id)
{
	Row *locked = row_lock(call->rows, TABLE_job, job_id, LockTupleNoKeyExclusive, LockWaitSkip);
	Row *changed;
	Job *lost;

	if (locked == NULL || row_isnull(locked, Col_job_rematch_at))
		return false;
	lost = job_of_row(locked);
	if (row_lock(call->rows, TABLE_merchant, lost->merchant_id, LockTupleNoKeyExclusive, LockWaitSkip) == NULL)
		return false;
	/* the note goes first: a trigger that keeps it must not have others asked again and again */
	changed = row_copy(locked);
	row_set_null(changed, Col_job_rematch_at);
	if (!row_update(locked, changed))
		return false;
	if (!ask_next_or_warn(lost))
		put_off_rematch(call, job_id, row_time(locked, Col_job_rematch_at, DT_NOBEGIN));
	return true;
}

int
consequence_rematch_batch(Call *call, int max_rows, TimestampTz *from)
{
	int tried = 0;
	ScanKeyData keys[2];
	RowScan *scan;
	const Row *row;

	/* what was put off again is where it was: not once more in this sweep */
	ScanKeyInit(&keys[0], 1, BTGreaterStrategyNumber, F_TIMESTAMPTZ_GT,
				TimestampTzGetDatum(*from));
	ScanKeyInit(&keys[1], 1, BTLessEqualStrategyNumber, F_TIMESTAMPTZ_LE,
				TimestampTzGetDatum(GetCurrentTimestamp()));
	rows_renew(call->rows);
	scan = row_scan_begin(call->rows, TABLE_job, INDEX_job_rematch, 2, keys, ForwardScanDirection);
	while (tried < max_rows && (row = row_scan_pass(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		*from = row_time(row, Col_job_rematch_at, *from);
		if (catch_up_rematch(call, row_int64(row, Col_job_id)))
			tried++;
	}
	row_scan_end(scan);
	return tried;
}

void
consequence_of_action(Call *call, const Job *job, const Transition *transition, const Subject *subject)
{
	const ActionRule *rule = &action_rules[transition->action];

	note_evidence(call, job, transition);
	queue_email(call, job, rule->email, subject);
	if ((rule->lost_by & call_side(call)) && rematch_is_wanted(job) &&
		!ask_next_or_warn(job))
		put_off_rematch(call, job->id, GetCurrentTimestamp());
}
