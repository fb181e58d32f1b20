/*
 * feed.c
 *
 * Whose events are read, along which index, and what one transaction does at a time.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lock.h"

#include "feed/feed.h"

/* SQL's advisory locks have 1 and 2 there, client_key.c has another one. */
#define LOCK_KIND 0x6a66

Feed
feed_of_actor(const Actor *actor)
{
	Feed feed = {actor->organization_id, actor->kind == ACTOR_MERCHANT ? actor->id : 0};

	return feed;
}

static bool
is_hidden_action(const char *action)
{
	size_t length = strlen(action);

	for (const char *name = FEED_HIDDEN_ACTIONS; *name != '}';)
	{
		name++;
		if (strncmp(name, action, length) == 0 && strcspn(name, ",}") == length)
			return true;
		name += strcspn(name, ",}");
	}
	return false;
}

bool
feed_shows(const Feed *feed, const Row *event)
{
	return feed->merchant_id == 0 || !is_hidden_action(row_text(event, Col_event_action));
}

bool
feed_lock(FeedLock what, bool wait)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, (uint32) what, LOCK_KIND);
	return LockAcquire(&tag, ExclusiveLock, false, !wait) != LOCKACQUIRE_NOT_AVAIL;
}

RowScan *
feed_scan(Rows *rows, const Feed *feed, int64 above, int64 up_to, bool latest)
{
	IndexId index = INDEX_event_position;
	ScanKeyData keys[3];
	int count = 0;

	if (!FEED_IS_SYSTEMS(feed))
	{
		bool is_organizations = feed->organization_id != 0;

		index = is_organizations ? INDEX_event_organization : INDEX_event_merchant;
		row_key_int64(&keys[count++], 1, is_organizations ? feed->organization_id : feed->merchant_id);
	}
	row_key_above(&keys[count], count + 1, above);
	row_key_up_to(&keys[count + 1], count + 1, up_to);
	count += 2;
	return latest ? row_scan_begin_latest(rows, TABLE_event, index, count, keys, ForwardScanDirection) :
					row_scan_begin(rows, TABLE_event, index, count, keys, ForwardScanDirection);
}
