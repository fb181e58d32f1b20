/*
 * ids.c
 *
 * Draws ids and puts slots into them.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/sequence.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "ids.h"
#include "install.h"
#include "node.h"

/* Per table: has this session drawn an id, and which was the last that a row took? */
static bool has_drawn[TABLE_COUNT];
static int64 last_taken[TABLE_COUNT];

int64
ids_assign(Row *row, int slot)
{
	int64 id = nextval_internal(row->table->sequence, false) + slot;

	row_set(row, 0, Int64GetDatum(id));
	return id;
}

/*
 * What this session last drew, or 0. The server answers that with an error in a
 * session that drew nothing yet, hence the subtransaction, once a session and table.
 */
static int64
last_drawn(const Table *table)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile int64 drawn = 0;

	if (has_drawn[table->id])
		return DatumGetInt64(DirectFunctionCall1(currval_oid, ObjectIdGetDatum(table->sequence)));

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		drawn = DatumGetInt64(DirectFunctionCall1(currval_oid, ObjectIdGetDatum(table->sequence)));
		ReleaseCurrentSubTransaction();
		has_drawn[table->id] = true;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		if (geterrcode() != ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return drawn;
}

void
ids_assign_dml(Call *call, Row *row, int slot)
{
	int64 id;

	if (row_isnull(row, 0))
	{
		ids_assign(row, slot);
		return;
	}

	id = row_int64(row, 0);
	if (SLOT_OF(id) == 0 && id != last_taken[row->table->id] && id == last_drawn(row->table))
	{
		last_taken[row->table->id] = id;
		row_set(row, 0, Int64GetDatum(id + slot));
		return;
	}
	if (call->actor.kind != ACTOR_SYSTEM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the id of a new row of jobs.%s cannot be chosen", table_name(row->table->id)),
				 errdetail("%lld is not what the table's sequence just gave to this session.", (long long) id),
				 errhint("Leave the column id out, or send NULL.")));
}

static void
read_slots(Rows *rows, int *first, int *last)
{
	Row *node = node_fetch(rows);

	*first = DatumGetInt32(row_get(node, Col_node_first_slot));
	*last = DatumGetInt32(row_get(node, Col_node_last_slot));
}

int
ids_catalogue_slot(Rows *rows)
{
	int first;
	int last;

	read_slots(rows, &first, &last);
	return first;
}

/*
 * Organizations take the slots of the database in turn.
 */
int
ids_organization_slot(Rows *rows, int64 id)
{
	int first;
	int last;

	read_slots(rows, &first, &last);
	return first + (int) ((id / SLOTS) % (last - first + 1));
}

int64
ids_draw_request(Rows *rows)
{
	Oid sequence = get_relname_relid("request_id_seq", get_namespace_oid(JOBS_SCHEMA, false));

	if (!OidIsValid(sequence))
		install_complain("The sequence jobs.request_id_seq is missing.");
	return nextval_internal(sequence, false) + ids_catalogue_slot(rows);
}
