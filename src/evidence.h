/*
 * evidence.h
 *
 * What is learned of an organization's work of one kind, and how much it counts.
 *
 * A job counts from the moment at which it was created, whenever something becomes known of
 * it, so that no part is ever larger than the whole; a review from when it was written. What
 * is older counts less, by half in each half-life. Weights are relative to the start of the
 * transaction: what happens then weighs 1.
 */
#ifndef JOBS_EVIDENCE_H
#define JOBS_EVIDENCE_H

#include "job.h"

/* Sums of weights; see jobs.ranking_stat. */
typedef enum EvidenceKind
{
	EVIDENCE_RECEIVED,
	EVIDENCE_DECIDED,
	EVIDENCE_ANSWERED,
	EVIDENCE_DECLINED,
	EVIDENCE_EXPIRED,
	EVIDENCE_COMPLETED,
	EVIDENCE_REVIEWS,
	EVIDENCE_STARS,
	EVIDENCE_KINDS
} EvidenceKind;

typedef struct EvidenceKey
{
	int64 organization_id;
	int64 service_id;
} EvidenceKey;

typedef struct Evidence
{
	EvidenceKey key;
	double sums[EVIDENCE_KINDS];
	int64 confirmed_jobs; /* a count, whatever their age */
} Evidence;

/* What became of a job, as far as it says something of the organization. */
typedef struct Outcome
{
	TimestampTz created_at;
	TimestampTz first_response_at; /* DT_NOEND: none yet */
	bool is_declined;			   /* by the organization */
	bool is_expired;
	bool is_confirmed;
} Outcome;

extern void evidence_init(void);

/* Seconds after which something counts half. */
extern int evidence_half_life(void);

/* What happened counts 2^exponent: so many half-lives between two times. */
extern double evidence_half_lives(TimestampTz from, TimestampTz to, int half_life);

/*
 * What happens to jobs is noted as it happens, and written to jobs.ranking_stat at the
 * commit: whoever acts on several jobs holds no row that others wait for meanwhile.
 */
extern void evidence_note_created(const Job *job);
extern void evidence_note_transition(const Call *call, const Job *job, const Transition *transition);
extern void evidence_note_review(const Row *review);

/* What the transaction has noted so far of one kind of work (0: of all): a list of Evidence *. */
extern List *evidence_pending(int64 service_id);

/* Takes back what was noted so far; it is written in another way. */
extern void evidence_cancel_pending(void);

/* Sums by organization and kind of work, for whoever counts it all anew. */
typedef struct HTAB EvidenceTable;
extern EvidenceTable *evidence_table(MemoryContext context);
extern void evidence_add_outcome(EvidenceTable *table, const EvidenceKey *key, const Outcome *outcome);
extern void evidence_add_review(EvidenceTable *table, const EvidenceKey *key, TimestampTz written_at,
								int communication, int quality);

/* In the order of the keys. */
extern List *evidence_sorted(EvidenceTable *table);

#endif
