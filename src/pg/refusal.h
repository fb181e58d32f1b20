/*
 * refusal.h
 *
 * Refusals by a rule of the marketplace, told apart by programs: each rule has a name and an
 * SQLSTATE, in refusal_list.h.
 */
#ifndef JOBS_REFUSAL_H
#define JOBS_REFUSAL_H

typedef enum Refusal
{
#define REFUSAL(symbol, sqlstate, name, meaning) REFUSAL_##symbol,
#include "pg/refusal_list.h"
#undef REFUSAL
} Refusal;

typedef struct RefusalRule
{
	const char *sqlstate;
	const char *name; /* in the error's constraint field */
	const char *meaning;
} RefusalRule;

extern const RefusalRule refusal_rules[];
extern const int refusal_count;

/* Within ereport(), in place of errcode(): the rule's SQLSTATE, and its name. */
extern int refused_by(Refusal rule);

#endif
