/*
 * purge.h
 *
 * What functions that delete old rows have in common.
 *
 * Ids grow with time, so old rows are looked for along the primary key, and no further than to the first
 * row that is too young to be old: when there are none, that is one probe. Rows that come from another
 * database may have ids among the old ones; then the walk ends sooner than it could, until they are old as
 * well.
 */
#ifndef JOBS_PURGE_H
#define JOBS_PURGE_H

#include "acting/call.h"

/* Rows that are read with one call, and kept in memory until it ends. */
#define PURGE_ROUND_ROWS 1000

/*
 * Deletes up to max_rows among the rows behind the id `after`, which moves on, and returns how many; `is_over`:
 * there are no others to look at. What was done with before the time `before` is old.
 */
typedef int (*PurgeRound)(TimestampTz before, int max_rows, int64 *after, bool *is_over);

/* The time that lies so far back as the argument older_than says; `what` is kept that long: "e-mails". */
extern TimestampTz purge_arg_older_than(FunctionCallInfo fcinfo, int argno, const char *what);

/* The rows that such a round looks at. */
typedef struct PurgeWalk
{
	TableId table;
	int id;			/* its columns */
	int created_at; /* nothing was done with before */
	bool (*take)(Row *row, TimestampTz before, void *argument);
} PurgeWalk;

/* Goes along them, and returns how many were taken, up to max_rows. */
extern int purge_walk(Call *call, const PurgeWalk *walk, void *argument, TimestampTz before, int max_rows,
					  int64 *after, bool *is_over);

/* Round after round, up to max_rows; returns how many were deleted. */
extern int64 purge_all(PurgeRound round, TimestampTz before, int max_rows);

#endif
