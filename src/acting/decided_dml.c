/*
 * decided_dml.c
 *
 * Remembers of each row a number for each column that the library knows, until its AFTER
 * trigger, or to the statement's end.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "acting/decided_dml.h"
#include "tables/decided.h"

/* No primary key has more columns. */
#define MAX_KEYS 3

/* What stands for NULL; no value has it. */
#define NUMBER_OF_NULL 0

/* What a row is known by: the place of its old version, or the primary key of a new one. */
typedef struct RowKey
{
	int64 values[MAX_KEYS];
} RowKey;

typedef struct Remembered
{
	RowKey key;
	uint32 numbers[FLEXIBLE_ARRAY_MEMBER]; /* one for each column that the library knows */
} Remembered;

static DmlEvent
event_of(const TriggerData *data)
{
	return TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? DML_UPDATE : DML_INSERT;
}

bool
decided_may_be_changed(const TriggerData *data)
{
	const TriggerDesc *triggers = data->tg_relation->trigdesc;
	DmlEvent event = event_of(data);

	for (int i = 0; i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (TRIGGER_FOR_ROW(trigger->tgtype) && TRIGGER_FOR_BEFORE(trigger->tgtype) &&
			(event == DML_INSERT ? TRIGGER_FOR_INSERT(trigger->tgtype) : TRIGGER_FOR_UPDATE(trigger->tgtype)) &&
			!table_trigger_is_ours(trigger))
			return true;
	}
	return false;
}

static HTAB *
table_of(DmlStatement *statement, TableId id, DmlEvent event)
{
	HTAB **table = &statement->decided[id][event];

	if (*table == NULL)
	{
		HASHCTL control = {
			.keysize = sizeof(RowKey),
			.entrysize = offsetof(Remembered, numbers) + table_column_count(id) * sizeof(uint32),
			.hcxt = statement->memory,
		};

		*table = hash_create("jobs decided rows", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	return *table;
}

/*
 * Equal for what row_differs takes for the same: 5.00 is 5.
 */
static uint32
number_of(const Row *row, int column)
{
	Form_pg_attribute att;
	uint32 number;

	if (row_isnull(row, column))
		return NUMBER_OF_NULL;
	att = TupleDescAttr(row->table->desc, row->table->att[column] - 1);
	if (decided_is_free_text(row->table->id, column))
		return NUMBER_OF_NULL + 1;
	if (att->atttypid == NUMERICOID)
		number = DatumGetUInt32(DirectFunctionCall1(hash_numeric, row_get(row, column)));
	else
		number = datum_image_hash(row_get(row, column), att->attbyval, att->attlen);
	return number == NUMBER_OF_NULL ? NUMBER_OF_NULL + 1 : number;
}

/*
 * A column of a key: a number, or a short text.
 */
static int64
key_value(TupleTableSlot *slot, AttrNumber attnum)
{
	bool isnull;
	Datum value = slot_getattr(slot, attnum, &isnull);

	if (isnull)
		return 0;
	if (TupleDescAttr(slot->tts_tupleDescriptor, attnum - 1)->atttypid == INT8OID)
		return DatumGetInt64(value);
	return DatumGetInt64(DirectFunctionCall2Coll(hashtextextended, C_COLLATION_OID, value, Int64GetDatum(0)));
}

static RowKey
key_of_row(const TriggerData *data, const Row *row)
{
	RowKey key = {{0}};
	int count = 0;
	int attnum = -1;
	Bitmapset *columns;

	if (event_of(data) == DML_UPDATE)
	{
		const ItemPointerData *place = &data->tg_trigslot->tts_tid;

		key.values[0] = ItemPointerGetBlockNumber(place);
		key.values[1] = ItemPointerGetOffsetNumber(place);
		return key;
	}
	columns = RelationGetIndexAttrBitmap(data->tg_relation, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	while ((attnum = bms_next_member(columns, attnum)) >= 0)
	{
		Assert(count < MAX_KEYS);
		key.values[count++] = key_value(row->slot, attnum + FirstLowInvalidHeapAttributeNumber);
	}
	bms_free(columns);
	return key;
}

void
decided_remember(DmlStatement *statement, const TriggerData *data, const Row *row)
{
	TableId id = row->table->id;
	RowKey key = key_of_row(data, row);
	Remembered *entry = hash_search(table_of(statement, id, event_of(data)), &key, HASH_ENTER, NULL);

	for (int column = 0; column < table_column_count(id); column++)
		entry->numbers[column] = number_of(row, column);
}

/*
 * What the statement remembers of a row; NULL: nothing.
 */
static const Remembered *
recall(DmlStatement *statement, const TriggerData *data, TableId id, const RowKey *key)
{
	return statement ? hash_search(table_of(statement, id, event_of(data)), key, HASH_FIND, NULL) : NULL;
}

void
decided_require_kept(const TriggerData *data, const Row *row)
{
	TableId id = row->table->id;
	RowKey key = key_of_row(data, row);
	DmlStatement *statement = dml_statement_current();
	const Remembered *entry = recall(statement, data, id, &key);

	if (entry == NULL)
	{
		statement = dml_statement_put_off();
		entry = recall(statement, data, id, &key);
	}
	if (entry == NULL)
		decided_complain(id, DECIDED_KEY);
	for (int column = 0; column < table_column_count(id); column++)
	{
		if (entry->numbers[column] != number_of(row, column))
			decided_complain(id, column);
	}
	(void) hash_search(table_of(statement, id, event_of(data)), &key, HASH_REMOVE, NULL);
}
