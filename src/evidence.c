/*
 * evidence.c
 *
 * Judges what happens to jobs, and keeps it in memory until the transaction commits.
 *
 * Just before the commit, the sums are written in the order of their keys, one row for each
 * organization and kind of work, however much happened. So rows of jobs.ranking_stat are held
 * for a moment only, and nobody acts on jobs meanwhile. What a rolled-back subtransaction noted
 * is forgotten with it.
 */
#include "postgres.h"

#include <limits.h>
#include <math.h>

#include "access/xact.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/timestamp.h"

#include "evidence.h"
#include "ranking.h"

/* A first response within this time is a quick one, in microseconds. */
#define ANSWER_WINDOW (24 * USECS_PER_HOUR)

#define DAY (24 * 60 * 60)

/* Nothing weighs more than 2 to this. */
#define MAX_HALF_LIVES 64

/* What a (sub)transaction noted. */
typedef struct Frame
{
	int level; /* nest level of the (sub)transaction */
	MemoryContext context;
	EvidenceTable *table;
	struct Frame *outer;
} Frame;

static Frame *frames = NULL;

static int half_life = 90 * DAY;

static void end_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg);
static void end_transaction(XactEvent event, void *arg);

void
evidence_init(void)
{
	DefineCustomIntVariable("jobs.ranking_half_life",
							"After how long what an organization did counts half in matching.",
							"Holds from the next thing that happens; jobs.rebuild_ranking() applies it to all.",
							&half_life, 90 * DAY, 60 * 60, INT_MAX, PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
	RegisterSubXactCallback(end_subtransaction, NULL);
	RegisterXactCallback(end_transaction, NULL);
}

int
evidence_half_life(void)
{
	return half_life;
}

double
evidence_half_lives(TimestampTz from, TimestampTz to, int length)
{
	return (double) (to - from) / ((double) length * USECS_PER_SEC);
}

static double
weight(TimestampTz happened_at)
{
	double half_lives = evidence_half_lives(GetCurrentTransactionStartTimestamp(), happened_at, half_life);

	/* a time of the far future, which somebody loaded, is no more than that */
	return exp2(Min(half_lives, MAX_HALF_LIVES));
}

EvidenceTable *
evidence_table(MemoryContext context)
{
	HASHCTL control = {.keysize = sizeof(EvidenceKey), .entrysize = sizeof(Evidence), .hcxt = context};

	return hash_create("jobs evidence", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static Evidence *
find(EvidenceTable *table, const EvidenceKey *key)
{
	bool is_there;
	Evidence *evidence = hash_search(table, key, HASH_ENTER, &is_there);

	if (!is_there)
	{
		memset(evidence->sums, 0, sizeof(evidence->sums));
		evidence->confirmed_jobs = 0;
	}
	return evidence;
}

/*
 * Adds what was noted elsewhere, or (-1) takes it away.
 */
static void
merge(EvidenceTable *table, const Evidence *other, int sign)
{
	Evidence *evidence = find(table, &other->key);

	for (int i = 0; i < EVIDENCE_KINDS; i++)
		evidence->sums[i] += sign * other->sums[i];
	evidence->confirmed_jobs += sign * other->confirmed_jobs;
}

/*
 * The rules: what does it say of an organization that its job came to this? A job that
 * nobody answered, declined or let expire says nothing yet, nor does one that the merchant
 * declined.
 */
static void
judge(const Outcome *outcome, int sign, double w, Evidence *evidence)
{
	bool is_answered = outcome->first_response_at != DT_NOEND;
	double signed_weight = sign * w;

	evidence->sums[EVIDENCE_RECEIVED] += signed_weight;
	if (is_answered || outcome->is_declined || outcome->is_expired)
		evidence->sums[EVIDENCE_DECIDED] += signed_weight;
	if (is_answered && outcome->first_response_at - outcome->created_at <= ANSWER_WINDOW)
		evidence->sums[EVIDENCE_ANSWERED] += signed_weight;
	if (outcome->is_declined)
		evidence->sums[EVIDENCE_DECLINED] += signed_weight;
	if (outcome->is_expired)
		evidence->sums[EVIDENCE_EXPIRED] += signed_weight;
	if (outcome->is_confirmed)
	{
		evidence->sums[EVIDENCE_COMPLETED] += signed_weight;
		evidence->confirmed_jobs += sign;
	}
}

void
evidence_add_outcome(EvidenceTable *table, const EvidenceKey *key, const Outcome *outcome)
{
	judge(outcome, 1, weight(outcome->created_at), find(table, key));
}

void
evidence_add_review(EvidenceTable *table, const EvidenceKey *key, TimestampTz written_at,
					int communication, int quality)
{
	Evidence *evidence = find(table, key);
	double w = weight(written_at);

	evidence->sums[EVIDENCE_REVIEWS] += w;
	evidence->sums[EVIDENCE_STARS] += w * (communication + quality) / 2;
}

static int
compare_keys(const ListCell *a, const ListCell *b)
{
	const EvidenceKey *left = &((const Evidence *) lfirst(a))->key;
	const EvidenceKey *right = &((const Evidence *) lfirst(b))->key;

	if (left->organization_id != right->organization_id)
		return left->organization_id < right->organization_id ? -1 : 1;
	return left->service_id < right->service_id ? -1 : left->service_id > right->service_id;
}

List *
evidence_sorted(EvidenceTable *table)
{
	List *sorted = NIL;
	HASH_SEQ_STATUS status;
	Evidence *evidence;

	hash_seq_init(&status, table);
	while ((evidence = hash_seq_search(&status)) != NULL)
		sorted = lappend(sorted, evidence);
	list_sort(sorted, compare_keys);
	return sorted;
}

/*
 * What the running (sub)transaction notes.
 */
static EvidenceTable *
noted(void)
{
	int level = GetCurrentTransactionNestLevel();

	if (frames == NULL || frames->level < level)
	{
		MemoryContext context = AllocSetContextCreate(TopTransactionContext, "jobs evidence",
													  ALLOCSET_SMALL_SIZES);
		Frame *frame = MemoryContextAlloc(context, sizeof(Frame));

		frame->level = level;
		frame->context = context;
		frame->table = evidence_table(context);
		frame->outer = frames;
		frames = frame;
	}
	return frames->table;
}

static Outcome
outcome_of(const Job *job)
{
	Outcome outcome = {
		.created_at = row_time(job->row, Col_job_created_at, job->now),
		.first_response_at = row_time(job->row, Col_job_first_response_at, DT_NOEND),
		.is_confirmed = job->facts.confirmed,
	};

	return outcome;
}

static EvidenceKey
key_of(const Job *job)
{
	EvidenceKey key = {job->organization_id, job->service_id};

	return key;
}

void
evidence_note_created(const Job *job)
{
	EvidenceKey key = key_of(job);
	Outcome outcome = outcome_of(job);

	evidence_add_outcome(noted(), &key, &outcome);
}

/*
 * The job's row is as it was before.
 */
void
evidence_note_transition(const Call *call, const Job *job, const Transition *transition)
{
	bool by_expert = actor_side(&call->actor) == SIDE_EXPERT;
	Outcome before = outcome_of(job);
	Outcome after = before;
	Evidence change = {0};
	double w;

	switch (transition->action)
	{
		case ACTION_MESSAGE:
		case ACTION_COMPLETE:
			if (by_expert && after.first_response_at == DT_NOEND)
				after.first_response_at = job->now;
			break;
		case ACTION_DECLINE:
			after.is_declined = by_expert;
			break;
		case ACTION_EXPIRE:
			after.is_expired = true;
			break;
		case ACTION_CONFIRM:
			after.is_confirmed = true;
			break;
		default:
			break;
	}
	if (after.first_response_at == before.first_response_at && !after.is_declined && !after.is_expired &&
		after.is_confirmed == before.is_confirmed)
		return;
	w = weight(before.created_at);
	change.key = key_of(job);
	judge(&before, -1, w, &change);
	judge(&after, 1, w, &change);
	merge(noted(), &change, 1);
}

void
evidence_note_review(const Row *review)
{
	EvidenceKey key = {row_int64(review, Col_review_organization_id), row_int64(review, Col_review_service_id)};

	evidence_add_review(noted(), &key, row_time(review, Col_review_written_at, 0),
						row_int32(review, Col_review_communication), row_int32(review, Col_review_quality));
}

/*
 * Everything that the transaction noted, in one table.
 */
static EvidenceTable *
all_noted(MemoryContext context)
{
	EvidenceTable *sum = evidence_table(context);

	for (Frame *frame = frames; frame; frame = frame->outer)
	{
		HASH_SEQ_STATUS status;
		Evidence *evidence;

		hash_seq_init(&status, frame->table);
		while ((evidence = hash_seq_search(&status)) != NULL)
			merge(sum, evidence, 1);
	}
	return sum;
}

List *
evidence_pending(int64 service_id)
{
	List *pending = NIL;
	ListCell *cell;

	if (frames == NULL)
		return NIL;
	foreach (cell, evidence_sorted(all_noted(CurrentMemoryContext)))
	{
		Evidence *evidence = lfirst(cell);

		if (service_id == 0 || evidence->key.service_id == service_id)
			pending = lappend(pending, evidence);
	}
	return pending;
}

void
evidence_cancel_pending(void)
{
	ListCell *cell;

	/* of this subtransaction: where it is rolled back, what was noted before it counts again */
	foreach (cell, evidence_pending(0))
		merge(noted(), lfirst(cell), -1);
}

static void
drop_frame(void)
{
	Frame *frame = frames;

	frames = frame->outer;
	MemoryContextDelete(frame->context);
}

static void
end_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	Frame *frame = frames;

	if (frame == NULL || frame->level < GetCurrentTransactionNestLevel())
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		drop_frame();
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		HASH_SEQ_STATUS status;
		Evidence *evidence;

		if (frame->outer == NULL || frame->outer->level < frame->level - 1)
		{
			frame->level--;
			return;
		}
		hash_seq_init(&status, frame->table);
		while ((evidence = hash_seq_search(&status)) != NULL)
			merge(frame->outer->table, evidence, 1);
		drop_frame();
	}
}

static void
end_transaction(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			/* what a trigger of a user does meanwhile may add to it */
			while (frames)
			{
				Frame *frame = frames;

				frames = frame->outer;
				ranking_write(evidence_sorted(frame->table));
				MemoryContextDelete(frame->context);
				/* what the server does after deferred triggers: nothing stays open */
				(void) PreCommit_Portals(event == XACT_EVENT_PRE_PREPARE);
			}
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			/* the memory goes with the transaction's */
			frames = NULL;
			break;
		default:
			break;
	}
}
