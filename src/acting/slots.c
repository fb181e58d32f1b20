/*
 * slots.c
 *
 * Which slots this database gives. Locks: the row of jobs.node FOR NO KEY UPDATE by who changes
 * them.
 */
#include "postgres.h"

#include "acting/call.h"
#include "acting/entry.h"
#include "acting/slots.h"
#include "pg/check.h"
#include "tables/node.h"
#include "tables/schema_check.h"

int
slots_of_catalogue(Rows *rows)
{
	return row_int32(node_fetch(rows), Col_node_first_slot);
}

/*
 * Organizations take the slots of the database in turn.
 */
int
slots_of_organization(Rows *rows, int64 id)
{
	Row *node = node_fetch(rows);
	int first = row_int32(node, Col_node_first_slot);
	int last = row_int32(node, Col_node_last_slot);

	return first + (int) ((id / SLOTS) % (last - first + 1));
}

/*
 * jobs.set_slots(first, last): the range of slots that organizations which sign up
 * here get. Rows that are there keep theirs.
 */
SQL_FUNCTION(set_slots)
{
	int32 first;
	int32 last;
	Call *call;
	Row *node;
	Row *changed;

	check_not_null(PG_ARGISNULL(ARG_set_slots_first), "first");
	check_not_null(PG_ARGISNULL(ARG_set_slots_last), "last");
	first = PG_GETARG_INT32(ARG_set_slots_first);
	last = PG_GETARG_INT32(ARG_set_slots_last);
	if (first < 0 || last > (SLOTS - 1) || first > last)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d to %d is not a range of slots", first, last),
				 errdetail("Slots go from 0 to %d, and the first is not above the last.", (SLOTS - 1)),
				 errhint("Pass 0 and %d for a database that has all of them.", (SLOTS - 1))));

	call = call_begin_sheltered();
	node = row_lock_found(node_fetch(call->rows), LockTupleNoKeyExclusive, LockWaitBlock);
	if (node == NULL)
		schema_complain("The table jobs.node has lost its row.");
	changed = row_copy(node);
	row_set(changed, Col_node_first_slot, Int32GetDatum(first));
	row_set(changed, Col_node_last_slot, Int32GetDatum(last));
	row_must_update(node, changed);
	call_end(call);
	PG_RETURN_VOID();
}
