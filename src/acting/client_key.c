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
#include "acting/ids.h"

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

/* Columns of the tables that have keys. `written` is filled with the clock, always. */
static const struct
{
	TableId table;
	int key;
	int organization;
	int merchant;
	int written;
} columns[] = {
	{TABLE_message, Col_message_client_key, Col_message_organization_id, Col_message_merchant_id, Col_message_sent_at},
	{TABLE_proposal, Col_proposal_client_key, Col_proposal_organization_id, Col_proposal_merchant_id,
	 Col_proposal_sent_at},
	{TABLE_job, Col_job_client_key, Col_job_organization_id, Col_job_merchant_id, Col_job_created_at},
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

static Row *
find(Rows *rows, TableId id, IndexId index, int64 tenant, const pg_uuid_t *key)
{
	ScanKeyData keys[2];

	rows_renew(rows);
	row_key_int64(&keys[0], 1, tenant);
	row_key_uuid(&keys[1], 2, key);
	return row_find_latest(rows, id, index, 2, keys);
}

/* Where the table's keys of this side are; -1: it has none. */
static int
place_of_keys(TableId id, Side side)
{
	for (int i = 0; i < lengthof(keyed); i++)
	{
		if (keyed[i].table == id && keyed[i].side == side)
			return i;
	}
	return -1;
}

Row *
client_key_find(Call *call, TableId id, const pg_uuid_t *key)
{
	Side side = actor_side(&call->actor);
	int64 tenant = side == SIDE_EXPERT ? call->actor.organization_id : call->actor.id;
	int place = place_of_keys(id, side);

	if (place < 0 || key == NULL)
		return NULL;
	Assert(!rows_hold_any(call->rows));
	lock_key(keyed[place].index, tenant, key);
	return find(call->rows, id, keyed[place].index, tenant, key);
}

static int
columns_of(TableId id)
{
	for (int i = 0; i < lengthof(columns); i++)
	{
		if (columns[i].table == id)
			return i;
	}
	elog(ERROR, "jobs.%s has no client_key", table_name(id));
}

/*
 * The earlier row with the new one's key. What the system writes is a merchant's.
 */
static Row *
find_earlier(const Dml *dml)
{
	const Row *row = dml->new;
	TableId id = row->table->id;
	const Actor *actor = &dml->call->actor;
	Side side = actor_side(actor) == SIDE_EXPERT ? SIDE_EXPERT : SIDE_MERCHANT;
	int place = place_of_keys(id, side);
	int i = columns_of(id);
	int64 tenant = actor->id;

	if (place < 0 || row_isnull(row, columns[i].key))
		return NULL;
	if (side == SIDE_EXPERT)
		tenant = actor->organization_id;
	else if (actor->kind != ACTOR_MERCHANT)
		tenant = row_int64(row, columns[i].merchant);
	return find(row->rows, id, keyed[place].index, tenant, DatumGetUUIDP(row_get(row, columns[i].key)));
}

bool
client_key_let_through(Dml *dml, const int *sent, int count)
{
	Row *row = dml->new;
	TableId id = row->table->id;
	int i = columns_of(id);
	Row *earlier = find_earlier(dml);

	if (earlier == NULL)
		return false;
	for (int column = 0; column < table_column_count(id); column++)
	{
		bool is_kept = column == table_id_column(id);

		for (int s = 0; s < count; s++)
			is_kept |= sent[s] == column && !row_isnull(row, column);
		if (is_kept)
			continue;
		if (row_isnull(earlier, column))
			row_set_null(row, column);
		else
			row_set(row, column, row_get(earlier, column));
	}
	row_set_time(row, columns[i].written, DT_NOBEGIN);
	/* what else was sent gets nowhere */
	dml->filled = NULL;
	ids_assign_dml(dml->call, row, SLOT_OF(row_int64(earlier, columns[i].organization)), ID_OF_TENANT);
	return true;
}

void
client_key_require_refused(const Dml *dml)
{
	TableId id = dml->new->table->id;

	if (row_time(dml->new, columns[columns_of(id)].written, DT_NOEND) == DT_NOBEGIN)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("a trigger deleted the row of jobs.%s that bears a repeated client_key", table_name(id)),
				 errdetail("The new row was to be refused by the unique index, and no rule was asked."),
				 errhint("Let no trigger delete such rows.")));
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
