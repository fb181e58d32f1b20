/*
 * decided.h
 *
 * Decided is decided: a user's BEFORE trigger may fill columns of its own, and suppress a row, but
 * what the library knows of a row stays as the rules decided it.
 *
 * Rows that the library writes are compared here, in row_insert and row_update; rows that
 * somebody's plain DML writes are compared by acting/decided_dml.h.
 */
#ifndef JOBS_DECIDED_H
#define JOBS_DECIDED_H

#include "pg/compat.h"
#include "tables/row.h"

/*
 * Is it text that people write and no rule reads? A trigger may change the words, but not whether
 * there are any.
 */
extern bool decided_is_free_text(TableId id, int column);

/*
 * May a stored text be another one than was sent, by a trigger of a user? Where a call bears the
 * client_key of an earlier one, which says that it is the same, such a text says nothing against it.
 */
extern bool decided_may_differ(const Row *stored, int column);

/* 27000 unless the row is still as it was decided. */
extern void decided_check(const Row *decided, const Row *row);

/* 27000: a trigger changed this column; DECIDED_KEY: the primary key, whichever column of it. */
pg_noreturn extern void decided_complain(TableId id, int column);
#define DECIDED_KEY (-1)

#endif
