/*
 * notifier_slots.c
 *
 * The slots, in shared memory. Which database has which changes under the lock; all else is
 * atomic, for a transaction that has committed may neither wait nor fail.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "pg/notifier_slots.h"

#define SHARED_NAME "jobs notifier"

/* How often a database without a slot looks for one, in milliseconds. */
#define LOOK_INTERVAL 1000

/* In NotifierSlot.channels: what was posted, and above it what the notifier has taken and not sent yet. */
#define POSTED 0xffff
#define TAKEN(channels) ((uint32) (channels) << 16)

typedef struct NotifierSlot
{
	pg_atomic_uint32 database; /* InvalidOid: free */
	pg_atomic_uint32 channels;
	pg_atomic_uint64 posted_at;	 /* when the first of POSTED was posted */
	pg_atomic_uint64 waits_from; /* posted_at of the first of TAKEN */
} NotifierSlot;

typedef struct NotifierShared
{
	LWLock *lock;
	bool has_started;	   /* a notifier has, at some time since the server did */
	Latch *volatile latch; /* of the notifier; NULL: there is none */
	NotifierSlot slots[NOTIFIER_SLOTS];
} NotifierShared;

static NotifierShared *shared;

/* This database's, once it has one. */
static NotifierSlot *own_slot;

static shmem_request_hook_type previous_shmem_request_hook;
static shmem_startup_hook_type previous_shmem_startup_hook;

static void
notifier_request_memory(void)
{
	if (previous_shmem_request_hook)
		previous_shmem_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(NotifierShared)));
	RequestNamedLWLockTranche(SHARED_NAME, 1);
}

static void
notifier_attach_memory(void)
{
	bool found;

	if (previous_shmem_startup_hook)
		previous_shmem_startup_hook();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = ShmemInitStruct(SHARED_NAME, sizeof(NotifierShared), &found);
	if (!found)
	{
		shared->lock = &GetNamedLWLockTranche(SHARED_NAME)->lock;
		shared->has_started = false;
		shared->latch = NULL;
		for (int i = 0; i < NOTIFIER_SLOTS; i++)
		{
			pg_atomic_init_u32(&shared->slots[i].database, InvalidOid);
			pg_atomic_init_u32(&shared->slots[i].channels, 0);
			pg_atomic_init_u64(&shared->slots[i].posted_at, 0);
			pg_atomic_init_u64(&shared->slots[i].waits_from, 0);
		}
	}
	LWLockRelease(AddinShmemInitLock);
}

void
notifier_slots_init(void)
{
	previous_shmem_request_hook = shmem_request_hook;
	shmem_request_hook = notifier_request_memory;
	previous_shmem_startup_hook = shmem_startup_hook;
	shmem_startup_hook = notifier_attach_memory;
}

/*
 * Has this database a slot? Otherwise one that is of `replaced`, if any is, becomes its own.
 */
static bool
claim_slot(Oid replaced)
{
	NotifierSlot *free = NULL;

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	for (int i = 0; i < NOTIFIER_SLOTS && own_slot == NULL; i++)
	{
		NotifierSlot *slot = &shared->slots[i];
		Oid database = pg_atomic_read_u32(&slot->database);

		if (database == MyDatabaseId)
			own_slot = slot;
		else if (database == replaced && free == NULL)
			free = slot;
	}
	if (own_slot == NULL && free)
	{
		pg_atomic_write_u32(&free->channels, 0);
		pg_atomic_write_u32(&free->database, MyDatabaseId);
		own_slot = free;
	}
	LWLockRelease(shared->lock);
	return own_slot != NULL;
}

/*
 * Gives this database the slot of one that is gone. None comes back: nobody can be connected
 * to it, and its oid is not used again as long as it takes to come here.
 */
static bool
claim_slot_of_dropped(void)
{
	for (int i = 0; i < NOTIFIER_SLOTS; i++)
	{
		Oid database = pg_atomic_read_u32(&shared->slots[i].database);

		if (!SearchSysCacheExists1(DATABASEOID, ObjectIdGetDatum(database)) && claim_slot(database))
			return true;
	}
	return false;
}

bool
notifier_slots_find(void)
{
	static TimestampTz looked_at = 0;
	TimestampTz now;

	if (own_slot)
		return true;
	if (shared == NULL || !shared->has_started)
		return false;
	if (claim_slot(InvalidOid))
		return true;

	now = GetCurrentTimestamp();
	if (looked_at != 0 && !TimestampDifferenceExceeds(looked_at, now, LOOK_INTERVAL))
		return false;
	looked_at = now;
	return claim_slot_of_dropped();
}

void
notifier_slots_post(int channels)
{
	Latch *latch;

	/* Others may do so as well at this time, and the times are as good as the same. */
	if ((pg_atomic_read_u32(&own_slot->channels) & POSTED) == 0)
		pg_atomic_write_u64(&own_slot->posted_at, GetCurrentTimestamp());

	/* This is a barrier in both directions: the notifier sees the channels, or we see its latch. */
	if ((channels & ~pg_atomic_fetch_or_u32(&own_slot->channels, channels)) == 0)
		return;
	latch = shared->latch;
	if (latch)
		SetLatch(latch);
}

bool
notifier_slots_are_served(void)
{
	return shared && shared->latch;
}

bool
notifier_slots_lag(int64 *lag)
{
	uint32 channels;
	TimestampTz since;

	if (!notifier_slots_find())
		return false;
	channels = pg_atomic_read_u32(&own_slot->channels);
	*lag = 0;
	if (channels)
	{
		since = pg_atomic_read_u64((channels & ~POSTED) ? &own_slot->waits_from : &own_slot->posted_at);
		/* the clock may have been put back */
		*lag = Max(GetCurrentTimestamp() - since, 0);
	}
	return true;
}

void
notifier_slots_serve(void)
{
	shared->latch = MyLatch;
	shared->has_started = true;
	/* What is posted from now on wakes us, what was posted before is seen. */
	pg_memory_barrier();
}

void
notifier_slots_abandon(void)
{
	shared->latch = NULL;
}

bool
notifier_slots_is_posted(int i)
{
	return pg_atomic_read_u32(&shared->slots[i].channels) != 0;
}

int
notifier_slots_take(int i, Oid *database)
{
	NotifierSlot *slot = &shared->slots[i];
	uint32 before = pg_atomic_read_u32(&slot->channels);
	uint32 channels;

	do
	{
		channels = (before & POSTED) | (before >> 16);
		if (before == channels)
			pg_atomic_write_u64(&slot->waits_from, pg_atomic_read_u64(&slot->posted_at));
	} while (!pg_atomic_compare_exchange_u32(&slot->channels, &before, TAKEN(channels)));

	/* Read last: when another database got the slot meanwhile, that one is woken in vain, not one that is gone. */
	*database = pg_atomic_read_u32(&slot->database);
	return channels;
}

void
notifier_slots_sent(int i)
{
	pg_atomic_fetch_and_u32(&shared->slots[i].channels, POSTED);
}
