/*
 * evidence.c
 *
 * Judges what becomes of jobs, and sums it up.
 */
#include "postgres.h"

#include <limits.h>
#include <math.h>

#include "access/xact.h"
#include "utils/guc.h"
#include "utils/hsearch.h"

#include "matching/evidence.h"

/* A first response within this time is a quick one, in microseconds. */
#define ANSWER_WINDOW (24 * USECS_PER_HOUR)

#define DAY (24 * 60 * 60)

static int half_life = 90 * DAY;

void
evidence_init(void)
{
	DefineCustomIntVariable("jobs.ranking_half_life",
							"After how long what an organization did counts half in matching.",
							"Holds from the next thing that happens; jobs.rebuild_ranking() applies it to all.",
							&half_life, 90 * DAY, 60 * 60, INT_MAX, PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
}

int
evidence_half_life(void)
{
	return half_life;
}

double
evidence_half_lives(TimestampTz from, TimestampTz to, int length)
{
	/* infinite times are among them, whose difference is none of integers */
	return ((double) to - (double) from) / ((double) length * USECS_PER_SEC);
}

/*
 * An age is never below 0: what bears a time to come, from a clock that was ahead or because somebody
 * loaded it so, counts as what happens now.
 */
static double
weight_of_time(TimestampTz happened_at)
{
	double half_lives = evidence_half_lives(GetCurrentTransactionStartTimestamp(), happened_at, half_life);

	return exp2(Min(half_lives, 0));
}

EvidenceTable *
evidence_table(MemoryContext context)
{
	HASHCTL control = {.keysize = sizeof(EvidenceKey), .entrysize = sizeof(Evidence), .hcxt = context};

	return hash_create("jobs evidence", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static Evidence *
find_evidence(EvidenceTable *table, const EvidenceKey *key)
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
void
evidence_merge(EvidenceTable *table, const Evidence *other, int sign)
{
	Evidence *evidence = find_evidence(table, &other->key);

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
judge_outcome(const JobOutcome *outcome, int sign, double w, Evidence *evidence)
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
evidence_add_change(EvidenceTable *table, const EvidenceKey *key, const JobOutcome *before,
					const JobOutcome *after)
{
	double w = weight_of_time(before->created_at);
	Evidence change = {.key = *key};

	judge_outcome(before, -1, w, &change);
	judge_outcome(after, 1, w, &change);
	evidence_merge(table, &change, 1);
}

void
evidence_add_outcome(EvidenceTable *table, const EvidenceKey *key, const JobOutcome *outcome)
{
	judge_outcome(outcome, 1, weight_of_time(outcome->created_at), find_evidence(table, key));
}

void
evidence_add_review(EvidenceTable *table, const EvidenceKey *key, TimestampTz written_at,
					int communication, int quality)
{
	Evidence *evidence = find_evidence(table, key);
	double w = weight_of_time(written_at);

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
