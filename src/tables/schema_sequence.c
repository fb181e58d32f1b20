/*
 * schema_sequence.c
 *
 * Compares sequences with what they should be. Theirs are the multiples of the number of slots:
 * one that has left them gives ids of other organizations' slots, and is set to the next multiple.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "pg/statement.h"
#include "tables/schema_sequence.h"

static int64
option_of(List *options, const char *name, int64 otherwise)
{
	ListCell *cell;

	foreach (cell, options)
	{
		DefElem *element = lfirst_node(DefElem, cell);

		if (strcmp(element->defname, name) == 0)
			return defGetInt64(element);
	}
	return otherwise;
}

static int64
last_value(const char *name)
{
	bool isnull;
	char *sql = psprintf("SELECT s.last_value FROM %s s", name);

	if (SPI_execute(sql, false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not read sequence %s", name);
	return DatumGetInt64(statement_column(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, "last_value", &isnull));
}

/*
 * A sequence that isn't logged begins anew after a crash, and gives ids twice.
 */
static bool
is_logged(Oid sequence)
{
	return get_rel_persistence(sequence) == RELPERSISTENCE_PERMANENT;
}

List *
schema_mend_sequence(Oid sequence, List *options)
{
	HeapTuple tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(sequence));
	char *name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(sequence)), get_rel_name(sequence));
	Form_pg_sequence form;
	int64 increment = option_of(options, "increment", 1);
	int64 start = option_of(options, "start", 1);
	int64 min = option_of(options, "minvalue", 1);
	int64 max = option_of(options, "maxvalue", PG_INT64_MAX);
	int64 cache = option_of(options, "cache", 1);
	bool is_same;
	int64 last;
	List *mends = NIL;
	StringInfoData sql;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for sequence %u", sequence);
	form = (Form_pg_sequence) GETSTRUCT(tuple);
	is_same = form->seqtypid == INT8OID && form->seqincrement == increment && form->seqstart == start &&
			  form->seqmin == min && form->seqmax == max && form->seqcache == cache && !form->seqcycle;
	ReleaseSysCache(tuple);

	if (!is_logged(sequence))
		mends = lappend(mends, psprintf("ALTER SEQUENCE %s SET LOGGED", name));
	last = last_value(name);
	if (last % increment == 0 && last >= min && last <= max && is_same)
		return mends;

	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "ALTER SEQUENCE %s AS bigint INCREMENT %lld MINVALUE %lld MAXVALUE %lld START %lld CACHE %lld "
					 "NO CYCLE",
					 name, (long long) increment, (long long) min, (long long) max, (long long) start,
					 (long long) cache);
	if (last < min)
		appendStringInfo(&sql, " RESTART %lld", (long long) start);
	else if (last > max)
		appendStringInfo(&sql, " RESTART %lld", (long long) max);
	else if (last % increment != 0)
		appendStringInfo(&sql, " RESTART %lld", (long long) Min((last / increment + 1) * increment, max));
	return lappend(mends, sql.data);
}
