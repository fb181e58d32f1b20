/*
 * binding.c
 *
 * Finds the member or merchant that a database role is bound to.
 *
 * A binding holds for a role's name and oid together: neither a role that was created anew
 * under the name nor one that was renamed becomes somebody. In another server, after a
 * restore, the oids differ as a rule; where roles were created there in the same order, they
 * don't, so that bindings are to be made anew.
 *
 * What was looked up is kept, and holds as long as the table does. The table can change without
 * our functions, where triggers are silent (in a replica, by hand), and nothing tells other sessions
 * of that; but each change of a row leaves its place in the log on the row's page. As long as
 * these stand still, and nobody is left who could have made the last change and not have committed
 * it yet, what was found is what would be found. That costs some 2 us,
 * where looking up takes 6, and is done once in each call.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/procarray.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "acting/binding.h"

/* A table of more pages, some hundred bindings, is looked up each time. */
#define MAX_BLOCKS 8

/* How the table stood. */
typedef struct TableState
{
	XLogRecPtr changed; /* its last change */
	Oid relid;
	BlockNumber blocks;
} TableState;

/* What is known of one role, until the table or a role changes. */
static struct
{
	Oid role; /* InvalidOid: nothing is known */
	bool is_bound;
	Actor actor;
	TableState state;
} known;

/* The state that was met last, and the first transaction that can't have led to it. */
static TableState seen;
static TransactionId next_xid = InvalidTransactionId;

static void
binding_roles_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	known.role = InvalidOid;
}

static void
relations_changed(Datum arg, Oid relid)
{
	known.role = InvalidOid;
	next_xid = InvalidTransactionId;
}

void
binding_init(void)
{
	CacheRegisterSyscacheCallback(AUTHOID, binding_roles_changed, (Datum) 0);
	CacheRegisterRelcacheCallback(relations_changed, (Datum) 0);
}

Row *
binding_find(Rows *rows, const char *role)
{
	ScanKeyData key;
	RowScan *scan;
	Row *row;

	row_key_text(&key, 1, role);
	scan = row_scan_begin_latest(rows, TABLE_role_binding, PRIMARY_KEY, 1, &key, ForwardScanDirection);
	row = row_scan_next(scan);
	row_scan_end(scan);
	return row;
}

/*
 * Reads the table's size, and how far the log was at its last change. False: that says nothing.
 */
static bool
read_state(TableState *state)
{
	Oid relid = known.role != InvalidOid ? known.state.relid : table_oid(TABLE_role_binding);
	Relation rel = OidIsValid(relid) ? try_table_open(relid, AccessShareLock) : NULL;
	bool is_known;

	if (rel == NULL)
		return false;
	state->relid = relid;
	is_known = rel->rd_rel->relkind == RELKIND_RELATION && RelationNeedsWAL(rel);
	if (is_known)
		state->blocks = RelationGetNumberOfBlocks(rel);
	is_known &= state->blocks <= MAX_BLOCKS;
	for (BlockNumber block = 0; is_known && block < state->blocks; block++)
	{
		Buffer buffer = ReadBuffer(rel, block);

		state->changed = Max(state->changed, BufferGetLSNAtomic(buffer));
		ReleaseBuffer(buffer);
	}
	table_close(rel, NoLock);
	return is_known;
}

static bool
look_up(Oid role, Actor *actor)
{
	char *name = GetUserNameFromId(role, true);
	bool is_bound = false;
	Rows *rows;
	Row *row;

	/* older tables, or none, bind nobody */
	if (name == NULL || !OidIsValid(table_oid(TABLE_role_binding)))
		return false;
	rows = rows_begin();
	row = binding_find(rows, name);
	if (row && DatumGetObjectId(row_get(row, Col_role_binding_role_oid)) == role)
		is_bound = actor_parse(row_text(row, Col_role_binding_actor), actor);
	rows_end(rows);
	return is_bound;
}

bool
binding_of_role(Oid role, Actor *actor)
{
	TableState state = {0};
	bool is_known;
	bool is_settled;

	/* in a transaction that takes no new locks, nobody else asks what others have changed */
	AcceptInvalidationMessages();
	is_known = read_state(&state);
	if (known.role == role && is_known && memcmp(&state, &known.state, sizeof(state)) == 0)
	{
		*actor = known.actor;
		return known.is_bound;
	}

	/* whoever made the last change had its number before it */
	if (memcmp(&state, &seen, sizeof(state)) != 0 || !TransactionIdIsNormal(next_xid))
	{
		seen = state;
		next_xid = ReadNextTransactionId();
	}
	/* a standby doesn't say who runs */
	is_settled = is_known && !RecoveryInProgress() &&
				 TransactionIdFollowsOrEquals(GetOldestActiveTransactionId(), next_xid);
	memset(actor, 0, sizeof(Actor));
	known.role = InvalidOid;
	/* an empty table, which many marketplaces have, needs no index */
	known.is_bound = !(is_known && state.blocks == 0) && look_up(role, actor);
	known.actor = *actor;
	known.state = state;
	known.role = is_settled ? role : InvalidOid;
	return known.is_bound;
}

bool
binding_of_role_again(Oid role, Actor *actor)
{
	if (known.role != role)
		return binding_of_role(role, actor);
	*actor = known.actor;
	return known.is_bound;
}
