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
#include "pg/refusal.h"
#include "tables/decided.h"

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

/* Sides that act; nobody is one, for signing up. */
#define ANY_SIDE (-1)
#define MERCHANT_OR_SYSTEM (SIDE_MERCHANT | SIDE_SYSTEM)

/* The key belongs to the marketplace as a whole. */
#define NO_TENANT (-1)

/*
 * Where the keys are of what a side writes. The index starts with the column that says whose the
 * key is: an organization's or a merchant's.
 */
static const struct
{
	TableId table;
	int sides;
	IndexId index;
	int tenant;
} keyed[] = {
	{TABLE_message, SIDE_EXPERT, INDEX_message_expert_key, Col_message_organization_id},
	{TABLE_message, MERCHANT_OR_SYSTEM, INDEX_message_merchant_key, Col_message_merchant_id},
	{TABLE_proposal, SIDE_EXPERT, INDEX_proposal_client_key, Col_proposal_organization_id},
	{TABLE_job, MERCHANT_OR_SYSTEM, INDEX_job_client_key, Col_job_merchant_id},
	{TABLE_organization, ANY_SIDE, INDEX_organization_client_key, NO_TENANT},
	{TABLE_service, ANY_SIDE, INDEX_service_client_key, NO_TENANT},
	{TABLE_merchant, ANY_SIDE, INDEX_merchant_client_key, NO_TENANT},
	{TABLE_member, ANY_SIDE, INDEX_member_client_key, Col_member_organization_id},
	{TABLE_store, ANY_SIDE, INDEX_store_client_key, Col_store_merchant_id},
};

/*
 * Columns of the tables whose rules a plain INSERT with a known key is not asked. `written` is filled
 * with the clock, always.
 */
static const struct
{
	TableId table;
	int key;
	int organization;
	int written;
} columns[] = {
	{TABLE_message, Col_message_client_key, Col_message_organization_id, Col_message_sent_at},
	{TABLE_proposal, Col_proposal_client_key, Col_proposal_organization_id, Col_proposal_sent_at},
	{TABLE_job, Col_job_client_key, Col_job_organization_id, Col_job_created_at},
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
find(Rows *rows, int place, int64 tenant, const pg_uuid_t *key)
{
	ScanKeyData keys[2];
	int count = 0;

	rows_renew(rows);
	if (keyed[place].tenant != NO_TENANT)
		row_key_int64(&keys[count++], 1, tenant);
	row_key_uuid(&keys[count], count + 1, key);
	return row_find_latest(rows, keyed[place].table, keyed[place].index, count + 1, keys);
}

/* Where the table's keys are that whoever acts uses; -1: it has none. */
static int
place_of_keys(TableId id, const Actor *actor)
{
	for (int i = 0; i < lengthof(keyed); i++)
	{
		if (keyed[i].table == id && (keyed[i].sides == ANY_SIDE || (keyed[i].sides & actor_side(actor))))
			return i;
	}
	return -1;
}

Row *
client_key_find(Call *call, TableId id, int64 tenant, const pg_uuid_t *key)
{
	int place = place_of_keys(id, &call->actor);

	if (place < 0 || key == NULL || (tenant == 0 && keyed[place].tenant != NO_TENANT))
		return NULL;
	Assert(!rows_hold_any(call->rows));
	lock_key(keyed[place].index, tenant, key);
	return find(call->rows, place, tenant, key);
}

void
client_key_require_same(const Row *earlier, const Row *row, const int *columns, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (!decided_may_differ(earlier, columns[i]) && row_differs(earlier, row, row->table->att[columns[i]]))
			client_key_complain_reused();
	}
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
 * The earlier row with the new one's key. What the system writes is whose the row says.
 */
static Row *
find_earlier(const Dml *dml)
{
	const Row *row = dml->new;
	const Actor *actor = &dml->call->actor;
	int place = place_of_keys(row->table->id, actor);
	int key = columns[columns_of(row->table->id)].key;
	int64 tenant = actor_tenant(actor);

	if (place < 0 || row_isnull(row, key))
		return NULL;
	if (tenant == 0)
		tenant = row_int64(row, keyed[place].tenant);
	return find(row->rows, place, tenant, DatumGetUUIDP(row_get(row, key)));
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
			(refused_by(REFUSAL_CLIENT_KEY_USED),
			 errmsg("client_key was used before"),
			 errdetail("An earlier call with this key had other arguments, or what it wrote was changed since."),
			 errhint("Make a new key for each new call; repeat a key with the same arguments alone.")));
}
