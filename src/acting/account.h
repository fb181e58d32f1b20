/*
 * account.h
 *
 * How an account stands: that of an organization, a merchant or a member. It may be closed, by its own
 * side, and suspended, by an operator. Its row says so: for an organization that of jobs.preferences,
 * which its own side alone reads.
 *
 * Who is suspended reads, and does nothing else. With who is closed nobody deals any more, either.
 */
#ifndef JOBS_ACCOUNT_H
#define JOBS_ACCOUNT_H

#include "tables/row.h"

/* Where an account's row stands, and what says there how it stands; -1: there is no such column. */
typedef struct AccountColumns
{
	TableId table;
	const char *kind; /* as people name it: organization, merchant, member */
	int id;
	int closed_at;
	int suspended_at;
	int suspension_reason;
} AccountColumns;

/* Of the account whose row is in this table; NULL: none is. */
extern const AccountColumns *account_columns(TableId table);

/* The same by its kind. */
extern const AccountColumns *account_columns_of_kind(const char *kind);

/* Questions to an account's row. */
extern bool account_is_closed(const Row *account);
extern bool account_is_suspended(const Row *account);

/* Neither of both: others find it, and ask it for work. */
extern bool account_is_active(const Row *account);

/* PT409 when it is closed, or suspended. */
extern void account_require_unclosed(const Row *account);
extern void account_require_unsuspended(const Row *account);

#endif
