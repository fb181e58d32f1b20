/*
 * node.c
 *
 * Reads the row of jobs.node, and notes times in it.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"

#include "tables/node.h"
#include "tables/schema_check.h"

Row *
node_find(Rows *rows)
{
	ScanKeyData key;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_BOOLEQ, BoolGetDatum(true));
	return row_find(rows, TABLE_node, PRIMARY_KEY, 1, &key, ForwardScanDirection);
}

Row *
node_fetch(Rows *rows)
{
	Row *node = node_find(rows);

	if (node == NULL)
		schema_complain("The table jobs.node has lost its row.");
	return node;
}

TimestampTz
node_time_here(const Row *node, int time, int database)
{
	if (row_isnull(node, database) || DatumGetObjectId(row_get(node, database)) != MyDatabaseId)
		return DT_NOBEGIN;
	return row_time(node, time, DT_NOBEGIN);
}

void
node_note_here(Row *node, int time, int database)
{
	Row *locked = row_lock_found(node, LockTupleNoKeyExclusive, LockWaitSkip);
	Row *changed;

	if (locked == NULL)
		return;
	changed = row_copy(locked);
	row_set_time(changed, time, GetCurrentTimestamp());
	row_set(changed, database, ObjectIdGetDatum(MyDatabaseId));
	(void) row_update(locked, changed);
}
