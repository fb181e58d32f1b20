/*
 * access_policy.h
 *
 * The policies through which a role sees all rows of a table.
 */
#ifndef JOBS_ACCESS_POLICY_H
#define JOBS_ACCESS_POLICY_H

#include "tables/names.h"

/* Has the role a policy of ours on the table that lets it see all rows? Or any, whatever that does? */
extern bool access_policy_stands(TableId table, Oid role);
extern bool access_policy_is_there(TableId table, Oid role);

/* Creates the role's policy, or drops it; inside SPI. */
extern void access_policy_change(TableId table, const char *role, bool create);

#endif
