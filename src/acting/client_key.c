/*
 * client_key.c
 *
 * Finds what an earlier call with the same key wrote.
 *
 * Locks: an advisory lock on table, tenant and key, of a kind that SQL's advisory locks
 * never take, before any row. The unique index alone would make the second of two calls fail.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lock.h"

#include "acting/client_key.h"

/* SQL's advisory locks have 1 and 2 there. */
#define LOCK_KIND 0x6a6b

/*
 * So many locks a transaction takes. All sessions share the room for locks: a transaction
 * that writes thousands of keys goes on without, and where somebody sends one of them at the
 * same time, the unique index refuses the second.
 */
#define MAX_LOCKS 100

static TimestampTz transaction = 0; /* start of the one that took the locks */
static int lock_count = 0;

/* Whose key it is, by the side that acts; the index starts with that side's id. */
static const struct
{
	TableId table;
	Side side;
	IndexId index;
} keyed[] = {
	{TABLE_message, SIDE_EXPERT, INDEX_message_expert_key},
	{TABLE_message, SIDE_MERCHANT, INDEX_message_merchant_key},
	{TABLE_proposal, SIDE_EXPERT, INDEX_proposal_client_key},
	{TABLE_job, SIDE_MERCHANT, INDEX_job_client_key},
};

static void
lock_key(IndexId index, int64 tenant, const pg_uuid_t *key)
{
	unsigned char bytes[sizeof(index) + sizeof(tenant) + UUID_LEN];
	uint64 hash;
	LOCKTAG tag;

	if (transaction != GetCurrentTransactionStartTimestamp())
	{
		transaction = GetCurrentTransactionStartTimestamp();
		lock_count = 0;
	}
	if (lock_count++ >= MAX_LOCKS)
		return;
	memcpy(bytes, &index, sizeof(index));
	memcpy(bytes + sizeof(index), &tenant, sizeof(tenant));
	memcpy(bytes + sizeof(index) + sizeof(tenant), key->data, UUID_LEN);
	hash = hash_bytes_extended(bytes, sizeof(bytes), 0);
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash, LOCK_KIND);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

Row *
client_key_find(Call *call, TableId id, const pg_uuid_t *key)
{
	Side side = actor_side(&call->actor);
	int64 tenant = side == SIDE_EXPERT ? call->actor.organization_id : call->actor.id;
	ScanKeyData keys[2];

	for (int i = 0; i < lengthof(keyed) && key; i++)
	{
		if (keyed[i].table != id || keyed[i].side != side)
			continue;
		Assert(!rows_hold_any(call->rows));
		lock_key(keyed[i].index, tenant, key);
		rows_renew(call->rows);
		row_key_int64(&keys[0], 1, tenant);
		row_key_uuid(&keys[1], 2, key);
		return row_find_latest(call->rows, id, keyed[i].index, 2, keys);
	}
	return NULL;
}

void
client_key_complain_reused(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("client_key was used before"),
			 errdetail("An earlier call with this key had other arguments."),
			 errhint("Make a new key for each new call; repeat a key with the same arguments alone.")));
}
