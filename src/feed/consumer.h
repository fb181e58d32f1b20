/*
 * consumer.h
 *
 * Consumers of the event feed: who reads it, and how far each is. A consumer belongs to an
 * organization, a merchant or the system, and its name is unique among theirs.
 */
#ifndef JOBS_CONSUMER_H
#define JOBS_CONSUMER_H

#include "feed/feed.h"

/* The consumer, or PT404; and the same, locked. */
extern Row *consumer_require(Rows *rows, const Feed *feed, const char *name);
extern Row *consumer_lock(Rows *rows, const Feed *feed, const char *name, LockTupleMode mode);

/* Moves a locked consumer on. */
extern void consumer_acknowledge(const Row *consumer, int64 up_to);

/* The lowest position among the consumers of exactly this feed, as of now; -1: there is none. */
extern int64 consumer_lowest(Rows *rows, const Feed *feed);

/* The feeds that have consumers, each once, as of now; returns how many. */
extern int consumer_feeds(Rows *rows, Feed **feeds);

#endif
