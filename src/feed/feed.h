/*
 * feed.h
 *
 * The event feed: all events, in an order that each reader finds the same.
 */
#ifndef JOBS_FEED_H
#define JOBS_FEED_H

#include "acting/call.h"

/* Whose events somebody may see: an organization's, a merchant's, or (both 0) all. */
typedef struct Feed
{
	int64 organization_id;
	int64 merchant_id;
} Feed;

#define FEED_IS_SYSTEMS(feed) ((feed)->organization_id == 0 && (feed)->merchant_id == 0)

/*
 * Actions that merchants don't see, as SQL has them: whom an organization assigns is its own business.
 * The policy of jobs.event says the same.
 */
#define FEED_HIDDEN_ACTIONS "{assign,unassign}"

extern Feed feed_of_actor(const Actor *actor);

/* May it be seen by who reads this feed, whose event it is? */
extern bool feed_shows(const Feed *feed, const Row *event);

/* What one transaction does at a time, until it ends. */
typedef enum FeedLock
{
	FEED_LOCK_NUMBERS,	/* giving events their positions */
	FEED_LOCK_CONSUMERS /* adding a consumer, and deleting what consumers have acknowledged */
} FeedLock;

/* False: somebody else does it, and it was not to be waited for. */
extern bool feed_lock(FeedLock what, bool wait);

/*
 * The numbered events of a feed above a position and up to another one, in their order;
 * with `latest`, whatever the transaction's snapshot.
 */
extern RowScan *feed_scan(Rows *rows, const Feed *feed, int64 above, int64 up_to, bool latest);

#endif
