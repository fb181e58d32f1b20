/*
 * ids.c
 *
 * Draws ids and puts slots into them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/sequence.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "ids.h"
#include "install.h"
#include "node.h"

/*
 * What this session knows of a table's sequence. Installing anew makes another one,
 * and restarting gives it another file: then the numbers come again.
 */
typedef struct Sequence
{
	Oid oid;
	Oid file;
	bool has_drawn;	  /* did this session draw an id? */
	int64 last_taken; /* the last one that a row took */
} Sequence;

static Sequence sequences[TABLE_COUNT];

int64
ids_assign(Row *row, int slot)
{
	int64 id = nextval_internal(row->table->sequence, false) + slot;

	row_set(row, 0, Int64GetDatum(id));
	return id;
}

static Sequence *
sequence_of(const Table *table)
{
	Sequence *sequence = &sequences[table->id];
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table->sequence));
	Oid file;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", table->sequence);
	file = ((Form_pg_class) GETSTRUCT(tuple))->relfilenode;
	ReleaseSysCache(tuple);
	if (sequence->oid != table->sequence || sequence->file != file)
		*sequence = (Sequence){.oid = table->sequence, .file = file};
	return sequence;
}

/*
 * What this session last drew, or 0. The server answers that with an error in a
 * session that drew nothing yet, hence the subtransaction, once a session and table.
 */
static int64
last_drawn(Sequence *sequence)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile int64 drawn = 0;

	if (sequence->has_drawn)
		return DatumGetInt64(DirectFunctionCall1(currval_oid, ObjectIdGetDatum(sequence->oid)));

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		drawn = DatumGetInt64(DirectFunctionCall1(currval_oid, ObjectIdGetDatum(sequence->oid)));
		ReleaseCurrentSubTransaction();
		sequence->has_drawn = true;
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
	Sequence *sequence;
	int64 id;

	if (row_isnull(row, 0))
	{
		ids_assign(row, slot);
		return;
	}

	id = row_int64(row, 0);
	sequence = sequence_of(row->table);
	if (SLOT_OF(id) == 0 && id != sequence->last_taken && id == last_drawn(sequence))
	{
		sequence->last_taken = id;
		row_set(row, 0, Int64GetDatum(id + slot));
		return;
	}
	if (call->actor.kind != ACTOR_SYSTEM || id <= 0 || id > ID_MAX)
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
