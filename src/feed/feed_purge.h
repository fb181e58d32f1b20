/*
 * feed_purge.h
 *
 * Which events consumers keep, and deleting the others. Whoever deletes events has FEED_LOCK_CONSUMERS, so
 * that no consumer is added meanwhile.
 */
#ifndef JOBS_FEED_PURGE_H
#define JOBS_FEED_PURGE_H

#include "acting/purge.h"
#include "feed/feed.h"

/* Is there a consumer that may see the event, and has not acknowledged it? */
extern bool feed_is_held(Rows *rows, const Row *event);

/* Deletes a locked event, and notes its position in `highest`. False: a trigger of a user keeps it. */
extern bool feed_delete(Row *event, int64 *highest);

/* The next position is above this one, even when nobody is left who has acknowledged it; 0: none was purged. */
extern void feed_remember_purged(Rows *rows, int64 position);

/* A PurgeRound: of events that happened before that time. */
extern int feed_purge_round(TimestampTz before, int max_rows, int64 *after, bool *is_over);

#endif
