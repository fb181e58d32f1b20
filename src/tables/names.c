/*
 * names.c
 *
 * Names of tables, columns and indexes, and what the catalogues have under them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "tables/names.h"

#define TABLE_NAME(t) #t,
static const char *const table_names[] = {JOBS_TABLES(TABLE_NAME)};

#define COLUMN_NAME(t, c) #c,
#define COLUMN_NAMES(t) static const char *const columns_##t[] = {COLUMNS_##t(COLUMN_NAME)};
JOBS_TABLES(COLUMN_NAMES)

#define COLUMN_LIST(t) {columns_##t, Ncol_##t},
static const struct
{
	const char *const *names;
	int count;
} table_columns[] = {JOBS_TABLES(COLUMN_LIST)};

/* clang-format off */
#define IDENTITY(t, c) [TABLE_##t] = Col_##t##_##c + 1,
static const int identities[TABLE_COUNT] = {JOBS_IDENTITIES(IDENTITY)};
/* clang-format on */

#define INDEX_NAME(i) #i,
static const char *const index_names[] = {JOBS_INDEXES(INDEX_NAME)};

const char *
table_name(TableId id)
{
	return table_names[id];
}

const char *
table_column(TableId id, int column)
{
	return table_columns[id].names[column];
}

int
table_column_count(TableId id)
{
	return table_columns[id].count;
}

int
table_id_column(TableId id)
{
	return identities[id] - 1;
}

Oid
table_oid(TableId id)
{
	Oid schema = get_namespace_oid(JOBS_SCHEMA, true);

	return OidIsValid(schema) ? get_relname_relid(table_names[id], schema) : InvalidOid;
}

const char *
index_name(IndexId id)
{
	return index_names[id];
}

Oid
tables_standing_owner(void)
{
	for (int i = 0; i < TABLE_COUNT; i++)
	{
		HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table_oid(i)));
		Oid owner;

		if (!HeapTupleIsValid(tuple))
			continue;
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
		return owner;
	}
	return InvalidOid;
}
