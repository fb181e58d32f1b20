/*
 * access_policy.h
 *
 * The policies through which a role sees all rows of a table.
 */
#ifndef JOBS_ACCESS_POLICY_H
#define JOBS_ACCESS_POLICY_H

#include "tables/names.h"

typedef enum AccessPolicy
{
	POLICY_NONE,
	POLICY_TO_READ,	 /* shows all rows */
	POLICY_TO_WRITE, /* and lets all be written, as far as the role has the rights */
	POLICY_OTHER	 /* has the name of ours, and was altered */
} AccessPolicy;

/* The policy of ours that the role has on the table. */
extern AccessPolicy access_policy_of(TableId table, Oid role);

/* Makes `wanted` the role's policy, the first three of the kinds; inside SPI. */
extern void access_policy_set(TableId table, const char *role, AccessPolicy wanted);

#endif
