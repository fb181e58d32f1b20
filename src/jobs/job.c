/*
 * job.c
 *
 * The life of a job, whatever the path that an action comes by: job_api.c has the
 * functions, job_dml.c the triggers.
 *
 * Locks: the job FOR NO KEY UPDATE, before any row that refers to it is written; then, for an
 * action that makes an ended job live again (rejecting its completion), its conversation, so that
 * a block doesn't miss the job. A new job locks nothing, since nobody sees it yet.
 */
#include "postgres.h"

#include "utils/guc.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#include "acting/ids.h"
#include "feed/event.h"
#include "jobs/job.h"
#include "parties/conversation.h"
#include "pg/check.h"
#include "pg/json.h"
#include "pg/order.h"
#include "pg/refusal.h"

/*
 * Times in milliseconds. Integers would end at 24 days; the unit stays, so that numbers mean what
 * they meant, and short ones can be set.
 */
#define HOUR (3600.0 * 1000)
#define LONGEST (100 * 365.25 * 24 * HOUR)

static double response_window = 72 * HOUR;
static double proposal_response_window = 72 * HOUR; /* negative: for ever */
static double reminder_lead = 24 * HOUR;			/* 0: none */

void
job_init(void)
{
	DefineCustomRealVariable("jobs.response_window",
							 "How long an organization has to respond to a requested job.",
							 "Taken when the job is created.",
							 &response_window, 72 * HOUR, 1, LONGEST, PGC_SUSET, GUC_UNIT_MS,
							 NULL, NULL, NULL);
	DefineCustomRealVariable("jobs.proposal_response_window",
							 "How long an organization has to respond to a job made from its proposal.",
							 "Taken when the job is created; -1: for ever.",
							 &proposal_response_window, 72 * HOUR, -1, LONGEST, PGC_SUSET, GUC_UNIT_MS,
							 NULL, NULL, NULL);
	DefineCustomRealVariable("jobs.reminder_lead",
							 "How long before its deadline the organization is reminded of a job.",
							 "Taken when the job is created; a deadline that is nearer brings no reminder.",
							 &reminder_lead, 24 * HOUR, 0, LONGEST, PGC_SUSET, GUC_UNIT_MS,
							 NULL, NULL, NULL);
}

static TimestampTz
time_after(TimestampTz time, double milliseconds)
{
	return time + (int64) (milliseconds * 1000);
}

Job *
job_of_row(Row *row)
{
	Job *job = palloc(sizeof(Job));
	char *status = row_text(row, Col_job_status);

	job->row = row;
	job->id = row_int64(row, Col_job_id);
	job->organization_id = row_int64(row, Col_job_organization_id);
	job->merchant_id = row_int64(row, Col_job_merchant_id);
	job->conversation_id = row_int64(row, Col_job_conversation_id);
	job->service_id = row_int64(row, Col_job_service_id);
	job->status = status_of_name(status);
	job->is_confirmed = !row_isnull(row, Col_job_confirmed_at);
	job->due_at = row_time(row, Col_job_due_at, DT_NOEND);
	job->now = GetCurrentTimestamp();
	pfree(status);
	return job;
}

Row *
job_get(Call *call, int64 id)
{
	Row *row = row_fetch(call->rows, TABLE_job, id);

	call_require_seen(call, row, Col_job_organization_id, Col_job_merchant_id, "job", id);
	return row;
}

Job *
job_lock_out_of_order(Row *row)
{
	if (row_lock_out_of_order(row, LockTupleNoKeyExclusive) == NULL)
		actor_complain_missing("job", row_int64(row, Col_job_id));
	return job_of_row(row);
}

/*
 * Whose job it is never changes, so that nobody waits for a hidden one.
 */
Job *
job_lock_found(Row *row)
{
	int64 id = row_int64(row, Col_job_id);

	if (row_lock_found(row, LockTupleNoKeyExclusive, LockWaitBlock) == NULL)
		actor_complain_missing("job", id);
	return job_of_row(row);
}

Job *
job_lock(Call *call, int64 id)
{
	return job_lock_found(job_get(call, id));
}

static bool
is_overdue(const Job *job)
{
	return job->now >= job->due_at;
}

JobStatus
job_status(const Job *job)
{
	return is_overdue(job) ? STATUS_EXPIRED : job->status;
}

static const char *
side_name(Side side)
{
	switch (side)
	{
		case SIDE_EXPERT:
			return "an organization's member";
		case SIDE_MERCHANT:
			return "a merchant";
		default:
			return "the system";
	}
}

/*
 * Did the expert write the job's last message? The job is locked, so that none comes.
 */
static bool
expert_wrote_last(Rows *rows, int64 job_id)
{
	ScanKeyData keys[1];
	Row *message;
	Actor author = {ACTOR_NOBODY, 0, 0};

	row_key_int64(&keys[0], 1, job_id);
	message = row_find(rows, TABLE_message, INDEX_message_job, 1, keys, BackwardScanDirection);
	return message && actor_parse(row_text(message, Col_message_author), &author) &&
		   author.kind == ACTOR_MEMBER;
}

/* A job, as the rules look at it. */
typedef struct Judged
{
	Call *call;
	const Job *job;
	Row *conversation; /* locked; NULL: not read yet */
} Judged;

static const Row *
judged_conversation(const Judged *judged)
{
	return judged->conversation ? judged->conversation :
								  conversation_get(judged->call, judged->job->conversation_id);
}

static bool
read_fact(void *argument, JobFact fact)
{
	const Judged *judged = argument;
	const Job *job = judged->job;

	switch (fact)
	{
		case FACT_OVERDUE:
			return is_overdue(job);
		case FACT_FROM_PROPOSAL:
			return !row_isnull(job->row, Col_job_proposal_id);
		case FACT_CONFIRMED:
			return job->is_confirmed;
		case FACT_EXPERT_WROTE_LAST:
			return expert_wrote_last(judged->call->rows, job->id);
		case FACT_SHUT:
			return !conversation_is_open(judged_conversation(judged));
	}
	elog(ERROR, "unknown fact of a job: %d", fact);
}

List *
job_allowed_actions(Call *call, Job *job)
{
	Side side = call_side(call);
	Judged judged = {.call = call, .job = job};
	List *allowed = NIL;

	if (job_status(job) == STATUS_EXPIRED)
		return NIL;
	for (int action = 0; action < ACTION_COUNT; action++)
	{
		JobFact obstacle;
		const Transition *transition = transition_find(action, side, job->status, read_fact, &judged, &obstacle);

		if (transition && !transition->is_silent)
			allowed = lappend_int(allowed, action);
	}
	return allowed;
}

char *
job_list_allowed(Call *call, Job *job)
{
	StringInfoData list;
	ListCell *cell;

	initStringInfo(&list);
	foreach (cell, job_allowed_actions(call, job))
		appendStringInfo(&list, "%s%s", list.len ? ", " : "", action_rules[lfirst_int(cell)].name);
	return list.len ? list.data : "nothing";
}

void
job_require_unexpired(const Job *job, const char *phrase)
{
	const char *since;

	if (job_status(job) != STATUS_EXPIRED)
		return;
	since = timestamptz_to_str(row_time(job->row, Col_job_respond_by, job->now));
	ereport(ERROR,
			(refused_by(REFUSAL_JOB_EXPIRED),
			 errmsg("job %lld cannot %s: it is expired", (long long) job->id, phrase),
			 errdetail("The job is expired since %s; nothing is allowed now.", since),
			 errhint("No action is possible on an expired job. The merchant can ask for a new one.")));
}

static void
require_side(const Call *call, int64 id, Action action)
{
	Side side = call_side(call);

	if (!action_is_of_side(action, side))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("action \"%s\" on job %lld is not for %s", action_rules[action].name, (long long) id,
						side_name(side)),
				 errdetail("Another kind of actor performs it."),
				 errhint(side == SIDE_SYSTEM ? "Pass actor => 'member:...' or actor => 'merchant:...'." :
											   "SELECT * FROM jobs.transitions() tells who does what.")));
}

const Transition *
job_transition_of(Call *call, Job *job, Action action, Side side)
{
	Judged judged = {.call = call, .job = job};
	JobFact obstacle;

	return transition_find(action, side, job->status, read_fact, &judged, &obstacle);
}

const Transition *
job_find_transition(Call *call, Job *job, Action action)
{
	Side side = call_side(call);
	Judged judged = {.call = call, .job = job};
	const ActionRule *rule = &action_rules[action];
	const Transition *transition;
	JobFact obstacle;

	transition = transition_find(action, side, job->status, read_fact, &judged, &obstacle);
	if (transition == NULL)
	{
		job_require_unexpired(job, rule->phrase);
		require_side(call, job->id, action);
	}
	else if (rule->locks_conversation)
	{
		judged.conversation = conversation_lock(call, job->conversation_id);
		transition = transition_find(action, side, job->status, read_fact, &judged, &obstacle);
	}
	if (obstacle == FACT_SHUT)
		conversation_require_open(judged_conversation(&judged));
	return transition;
}

void
job_complain_status(Call *call, Job *job, Action action)
{
	ereport(ERROR,
			(refused_by(REFUSAL_JOB_STATUS),
			 errmsg("job %lld cannot %s", (long long) job->id, action_rules[action].phrase),
			 errdetail("The job is %s%s; allowed now: %s.", status_name(job->status),
					   job->is_confirmed ? " and confirmed" : "", job_list_allowed(call, job)),
			 errhint("SELECT jobs.allowed_actions(%lld) tells what can be done.", (long long) job->id)));
}

const Transition *
job_require(Call *call, Job *job, Action action)
{
	const Transition *transition = job_find_transition(call, job, action);

	if (transition == NULL)
		job_complain_status(call, job, action);
	return transition;
}

/*
 * A response is a sign of life: on a job that nobody opened it is the first.
 */
static bool
opens_too(const Job *job, const Transition *transition)
{
	return job->status == STATUS_NEW && action_is_response(transition->action, transition->sides);
}

/*
 * The columns that a transition changes.
 */
void
job_apply(const Job *job, Row *changed, const Transition *transition)
{
	JobStatus to = transition_result(transition, job->status);
	const ActionRule *rule = &action_rules[transition->action];

	if (to != job->status)
		row_set_text(changed, Col_job_status, status_name(to));
	if (opens_too(job, transition))
		row_set_time(changed, Col_job_opened_at, job->now);
	if (action_is_response(transition->action, transition->sides) && row_isnull(changed, Col_job_first_response_at))
		row_set_time(changed, Col_job_first_response_at, job->now);
	if (rule->stamped)
		row_set_time(changed, rule->stamped, job->now);
	if (rule->cleared)
		row_set_null(changed, rule->cleared);
	if (status_is_live(to))
		row_set_null(changed, Col_job_ended_at);
	else if (row_isnull(changed, Col_job_ended_at))
		row_set_time(changed, Col_job_ended_at, job->now);
	if (!status_is_waiting(to) && !row_isnull(changed, Col_job_due_at))
		row_set_null(changed, Col_job_due_at);
	if (!status_is_waiting(to) && !row_isnull(changed, Col_job_remind_at))
		row_set_null(changed, Col_job_remind_at);
}

static void
write_history(Call *call, const Job *job, Action action, JobStatus from, JobStatus to, Jsonb *details)
{
	Event event = {
		.organization_id = job->organization_id,
		.merchant_id = job->merchant_id,
		.job_id = job->id,
		.conversation_id = job->conversation_id,
		/* accepting it made the job; what happens to the job from then on is no matter of the proposal's */
		.proposal_id = action == ACTION_CREATE ? row_int64(job->row, Col_job_proposal_id) : 0,
		.action = action_rules[action].name,
		.from_status = status_name(from),
		.to_status = status_name(to),
		.occurred_at = job->now,
		.details = details,
	};

	event_write(call, &event);
}

void
job_record(Call *call, const Job *job, const Transition *transition, Jsonb *details)
{
	JobStatus from = job->status;

	if (opens_too(job, transition))
	{
		write_history(call, job, ACTION_OPEN, STATUS_NEW, STATUS_OPENED, NULL);
		from = STATUS_OPENED;
	}
	write_history(call, job, transition->action, from, transition_result(transition, job->status), details);
}

void
job_record_unmoved(Call *call, const Job *job, Action action, Jsonb *details)
{
	write_history(call, job, action, job->status, job->status, details);
}

void
job_record_new(Call *call, const Job *job)
{
	int64 proposal_id = row_int64(job->row, Col_job_proposal_id);

	conversation_write_if_new(call, job->conversation_id, job->organization_id, job->merchant_id);
	write_history(call, job, ACTION_CREATE, STATUS_NONE, STATUS_NEW,
				  proposal_id ? json_of_id("proposal_id", proposal_id) : NULL);
}

bool
job_move(Call *call, Job *job, const Transition *transition, Jsonb *details)
{
	Row *changed = row_copy(job->row);

	job_apply(job, changed, transition);
	if (!row_update(job->row, changed))
		return false;
	job_record(call, job, transition, details);
	return true;
}

static int
compare_jobs(const ListCell *a, const ListCell *b)
{
	return order_of(((Job *) lfirst(a))->id, ((Job *) lfirst(b))->id);
}

List *
job_live_in_conversation(Call *call, int64 conversation_id, bool latest)
{
	List *live = NIL;
	ScanKeyData keys[1];
	RowScan *scan;
	Row *row;

	rows_renew(call->rows);
	row_key_int64(&keys[0], 1, conversation_id);
	scan = (latest ? row_scan_begin_latest : row_scan_begin)(call->rows, TABLE_job, INDEX_job_live, 1, keys,
															 ForwardScanDirection);
	while ((row = row_scan_next(scan)) != NULL)
	{
		Job *job = job_of_row(row);

		if (status_is_live(job_status(job)))
			live = lappend(live, job);
	}
	row_scan_end(scan);
	list_sort(live, compare_jobs);
	return live;
}

void
job_check_texts(Row *row)
{
	check_not_null(row_isnull(row, Col_job_title), "title");
	check_text(row_text(row, Col_job_title), "title", LIMIT_NAME);
	check_not_null(row_isnull(row, Col_job_description), "description");
	check_text(row_text(row, Col_job_description), "description", LIMIT_TEXT);
	if (!row_isnull(row, Col_job_budget))
		row_set(row, Col_job_budget,
				NumericGetDatum(check_price(DatumGetNumeric(row_get(row, Col_job_budget)), "budget")));
	row_set_text(row, Col_job_currency, check_currency_given(row_text(row, Col_job_currency)));
	if (!row_isnull(row, Col_job_client_key))
		check_client_key(DatumGetUUIDP(row_get(row, Col_job_client_key)));
}

void
job_set_deadline(Row *row, TimestampTz until, TimestampTz now)
{
	TimestampTz remind_at = time_after(until, -reminder_lead);

	row_set_time(row, Col_job_respond_by, until);
	row_set_time(row, Col_job_due_at, until);
	if (reminder_lead > 0 && remind_at > now)
		row_set_time(row, Col_job_remind_at, remind_at);
}

void
job_fill_new(Row *row, const char *origin, int64 conversation_id, TimestampTz now)
{
	double window = row_isnull(row, Col_job_proposal_id) ? response_window : proposal_response_window;

	row_set_int64(row, Col_job_conversation_id, conversation_id);
	row_set_text(row, Col_job_origin, origin);
	row_set(row, Col_job_auto_rematch, BoolGetDatum(row_bool(row, Col_job_auto_rematch)));
	row_set_text(row, Col_job_status, status_name(STATUS_NEW));
	row_set_time(row, Col_job_created_at, now);
	if (window >= 0)
		job_set_deadline(row, time_after(now, window), now);
}

int64
job_insert(Call *call, Row *row)
{
	int64 id = ids_assign(row, SLOT_OF(row_int64(row, Col_job_organization_id)));

	if (!row_insert(row))
		return 0;
	job_record_new(call, job_of_row(row));
	return id;
}
