/*
 * condition.h
 *
 * What must hold of an organization, so that it is matched. The conditions stand in one list, by which
 * matching goes, and which jobs.why_not_matched() tells.
 */
#ifndef JOBS_CONDITION_H
#define JOBS_CONDITION_H

#include "utils/numeric.h"

#include "tables/row.h"

/* What work it is, and for whom. */
typedef struct MatchQuery
{
	int64 service_id;
	const Row *merchant; /* NULL: of no particular merchant */
	Numeric budget;		 /* NULL: not said */
	const char *currency;
	const int64 *asked; /* organizations that are left out */
	int asked_count;
} MatchQuery;

/* Judges organizations by a query, one after another. */
typedef struct Judge
{
	Rows *rows;
	const MatchQuery *query;
	RowScan *provided;	  /* by organization; NULL: none was looked up yet */
	RowScan *preferences; /* the same */
} Judge;

/* The organization that is judged. Rows are read when a condition asks for them, and stand until the next one. */
typedef struct Candidate
{
	Judge *judge;
	int64 organization_id;
	const Row *provided;	/* what it says of the service; NULL: nothing */
	const Row *preferences; /* NULL: it has none */
	bool provided_is_read;
	bool preferences_are_read;
} Candidate;

/* When matching asks: what tells the price comes before the score is known, the rest of those who are good enough. */
typedef enum ConditionStage
{
	CONDITION_OF_OFFER,
	CONDITION_OF_WILL
} ConditionStage;

typedef struct Condition
{
	const char *name;
	ConditionStage stage;
	bool (*holds)(Candidate *candidate);
	char *(*tell)(Candidate *candidate, bool holds); /* a sentence for people */
} Condition;

/* In the order in which they are asked: each costs more than the one before, or as much. */
extern const Condition conditions[];
extern const int condition_count;

extern void condition_end(Judge *judge);

/* `provided`: NULL, if that it provides the service is not known yet. */
extern void condition_judge(Candidate *candidate, Judge *judge, int64 organization_id, const Row *provided);

/* Do all conditions of this stage hold? */
extern bool conditions_hold(Candidate *candidate, ConditionStage stage);

/* What the organization says of the service. Known to be there once the conditions of the offer hold. */
extern const Row *condition_provided(Candidate *candidate);

/* Has it a price that the budget can be compared with? */
extern bool condition_price_is_known(const MatchQuery *query, const Row *provided);

/* Is the price in this column above the budget? */
extern bool condition_price_is_above(const MatchQuery *query, const Row *provided, int column);

#endif
