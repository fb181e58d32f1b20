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
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "acting/ids.h"
#include "tables/schema_check.h"

/*
 * What this session knows of a table's sequence, to tell an id that a column's default
 * drew from one that somebody chose. Installing anew makes another sequence, and
 * restarting one gives it another file: then the numbers come again.
 */
typedef struct Sequence
{
	Oid oid;
	Oid file;
	TimestampTz statement; /* start of the running statement */
	bool has_drawn;		   /* in this statement, for certain */
	int64 floor;		   /* defaults of this statement drew more than this */
	int64 known;		   /* the last id that a row took, or that we drew */
} Sequence;

static Sequence sequences[TABLE_COUNT];

static Sequence *
sequence_now(TableId id)
{
	Sequence *sequence = &sequences[id];

	if (sequence->statement != GetCurrentStatementStartTimestamp())
	{
		sequence->statement = GetCurrentStatementStartTimestamp();
		sequence->has_drawn = false;
		sequence->floor = sequence->known;
	}
	return sequence;
}

int64
ids_assign(Row *row, int slot)
{
	Sequence *sequence = sequence_now(row->table->id);
	int64 id = nextval_internal(row_sequence(row), false);

	sequence->known = id;
	id += slot;
	row_set(row, row->table->id_column, Int64GetDatum(id));
	return id;
}

static Sequence *
sequence_of(const Row *row)
{
	Sequence *sequence = sequence_now(row->table->id);
	Oid oid = row_sequence(row);
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(oid));
	Oid file;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", oid);
	file = ((Form_pg_class) GETSTRUCT(tuple))->relfilenode;
	ReleaseSysCache(tuple);
	if (sequence->oid != oid || sequence->file != file)
		*sequence = (Sequence){.oid = oid, .file = file, .statement = sequence->statement};
	return sequence;
}

/*
 * What this session last drew, or 0. The server answers that with an error in a
 * session that drew nothing since DISCARD, hence the subtransaction, once a statement.
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

/*
 * Did the column's default draw this id? It is the last one that the session drew, unless a
 * row took that; or, where functions in the same statement drew others since, one of this
 * statement's.
 */
static bool
is_drawn_by_default(Sequence *sequence, int64 id)
{
	int64 last;

	if (SLOT_OF(id) != 0)
		return false;
	last = last_drawn(sequence);
	return (id == last && id != sequence->known) || (id > sequence->floor && id <= last);
}

static void
ids_complain_chosen(const Row *row, int64 id, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the id of a new row of jobs.%s cannot be chosen", table_name(row->table->id)),
			 errdetail("%lld %s.", (long long) id, detail),
			 errhint("Leave the column id out, or send NULL.")));
}

void
ids_assign_dml(Call *call, Row *row, int slot, IdOrder order)
{
	Sequence *sequence;
	int64 id;

	if (row_int64(row, row->table->id_column) == 0)
	{
		ids_assign(row, slot);
		return;
	}

	id = row_int64(row, row->table->id_column);
	sequence = sequence_of(row);
	if (is_drawn_by_default(sequence, id))
	{
		bool is_last = id == last_drawn(sequence) && id != sequence->known;

		if (is_last && order != ID_ORDERED)
		{
			sequence->known = id;
			row_set(row, row->table->id_column, Int64GetDatum(id + slot));
			return;
		}
		/* another row may have it by now; but what the system sends may be its choice */
		if (call->actor.kind != ACTOR_SYSTEM)
		{
			ids_assign(row, slot);
			return;
		}
	}
	if (call->actor.kind != ACTOR_SYSTEM || id <= 0 || id > ID_MAX)
		ids_complain_chosen(row, id, "is not what the table's sequence just gave to this session");
	if (order != ID_OF_CATALOGUE && SLOT_OF(id) != slot)
		ids_complain_chosen(row, id, "has not the slot of the organization's rows");
}

int64
ids_draw_request(Rows *rows)
{
	Oid sequence = get_relname_relid("request_id_seq", get_namespace_oid(JOBS_SCHEMA, false));

	if (!OidIsValid(sequence))
		schema_complain("The sequence jobs.request_id_seq is missing.");
	return nextval_internal(sequence, false) + slots_of_catalogue(rows);
}
