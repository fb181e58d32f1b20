/*
 * consequence.c
 *
 * Carries out what an action's rule says of evidence, e-mail and rematching.
 *
 * Locks: none of its own; to ask the next organization takes those of rematch.c.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "jobs/consequence.h"
#include "jobs/rematch.h"
#include "matching/evidence_notes.h"

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
	Side side = actor_side(&call->actor);
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
 * the one that lost the job.
 */
static void
ask_next(const Job *lost)
{
	Call *call = call_begin_system();
	ListCell *cell;

	foreach (cell, rematch_next(call, lost))
		consequence_of_creation(call, job_of_row(lfirst(cell)));
	call_end(call);
}

/*
 * Is it an error that says something of this very request, such as one that a trigger of a
 * user raises? All others end the transaction: it is to be run again, or not at all.
 */
static bool
is_of_request(int sqlstate)
{
	static const int others[] = {
		ERRCODE_TRANSACTION_ROLLBACK, ERRCODE_INSUFFICIENT_RESOURCES, ERRCODE_OPERATOR_INTERVENTION,
		ERRCODE_SYSTEM_ERROR, ERRCODE_INTERNAL_ERROR};

	for (int i = 0; i < lengthof(others); i++)
	{
		if (ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_TO_CATEGORY(others[i]))
			return false;
	}
	return true;
}

/*
 * What went wrong tells of the organization that would have been asked: to the system alone, and
 * to the log.
 */
static void
warn(int64 request_id, const ErrorData *error)
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

/*
 * In a subtransaction: that nobody else can be asked is no reason why a job couldn't be
 * declined, or why a sweep should stop.
 */
static void
ask_next_or_warn(const Job *lost)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext context;

	context = AllocSetContextCreate(caller, "jobs rematch", ALLOCSET_DEFAULT_SIZES);
	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		MemoryContextSwitchTo(context);
		ask_next(lost);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		if (!is_of_request(geterrcode()))
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		warn(row_int64(lost->row, Col_job_request_id), error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	MemoryContextDelete(context);
}

void
consequence_of_action(Call *call, const Job *job, const Transition *transition, const Subject *subject)
{
	const ActionRule *rule = &action_rules[transition->action];

	note_evidence(call, job, transition);
	queue_email(call, job, rule->email, subject);
	if ((rule->lost_by & actor_side(&call->actor)) && rematch_is_wanted(job))
		ask_next_or_warn(job);
}
