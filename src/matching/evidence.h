/*
 * evidence.h
 *
 * What is learned of an organization's work of one kind, and how much it counts.
 *
 * A job counts from the moment at which it was created, whenever something becomes known of
 * it, so that no part is ever larger than the whole; a review from when it was written. What
 * is older counts less, by half in each half-life. Weights are relative to the start of the
 * transaction: what happens then weighs 1, and nothing weighs more.
 */
#ifndef JOBS_EVIDENCE_H
#define JOBS_EVIDENCE_H

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

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
typedef struct JobOutcome
{
	TimestampTz created_at;
	TimestampTz first_response_at; /* DT_NOEND: none yet */
	bool is_declined;			   /* by the organization */
	bool is_expired;
	bool is_confirmed;
} JobOutcome;

extern void evidence_init(void);

/* Seconds after which something counts half. */
extern int evidence_half_life(void);

/* What happened counts 2^exponent: so many half-lives between two times. */
extern double evidence_half_lives(TimestampTz from, TimestampTz to, int half_life);

/* Sums by organization and kind of work, for whoever counts it all anew. */
typedef struct HTAB EvidenceTable;
extern EvidenceTable *evidence_table(MemoryContext context);
extern void evidence_add_outcome(EvidenceTable *table, const EvidenceKey *key, const JobOutcome *outcome);
extern void evidence_add_review(EvidenceTable *table, const EvidenceKey *key, TimestampTz written_at,
								int communication, int quality);

/* What became of a job is no more `before` but `after`. */
extern void evidence_add_change(EvidenceTable *table, const EvidenceKey *key, const JobOutcome *before,
								const JobOutcome *after);

/* Adds what was noted elsewhere, or (-1) takes it away. */
extern void evidence_merge(EvidenceTable *table, const Evidence *other, int sign);

/* In the order of the keys. */
extern List *evidence_sorted(EvidenceTable *table);

#endif
