/*
 * former.h
 *
 * Who was erased: a member or a merchant whose row says nothing of the person any more. It says so in
 * erased_at, and whoever reads the name reads neutral words in the own language instead. So does who reads
 * the name of a store of such a merchant.
 */
#ifndef JOBS_FORMER_H
#define JOBS_FORMER_H

#include "tables/row.h"

/* What stands in place of an address; .invalid is nobody's. */
#define FORMER_ADDRESS "nobody@erased.invalid"

/* Is it the row of a member or merchant who was erased, or of a store of such a merchant? */
extern bool former_is(const Row *row);

/* The neutral words for a member, a merchant or a store, in a language (two letters) or else in English. */
extern const char *former_name(TableId table, const char *language);

/* The language of those that are stored. */
#define FORMER_LANGUAGE "en"

/* PT409 when the member or merchant was erased: its row stays as it is. */
extern void former_refuse(const Row *person);

#endif
