/*
 * sequences.c
 *
 * Raises sequences that lag behind their tables.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "acting/sequences.h"
#include "acting/slots.h"
#include "pg/compat.h"
#include "tables/names.h"

/*
 * Sets a sequence that lags behind its table, as it does where rows were copied without
 * it, to where the next id is free. Ids that no sequence gives are left out.
 */
static void
raise_sequence(const char *table, const char *sequence)
{
	Oid types[3] = {TEXTOID, INT8OID, INT8OID};
	Datum values[3];
	char *sql;

	/* reads one end of the primary key's index */
	sql = psprintf("SELECT pg_catalog.setval($1::pg_catalog.regclass, "
				   "m.id OPERATOR(pg_catalog.-) (m.id OPERATOR(pg_catalog.%%) $2)) "
				   "FROM (SELECT pg_catalog.max(t.id) AS id FROM %s t "
				   "WHERE t.id OPERATOR(pg_catalog.<=) $3) m, %s s "
				   "WHERE m.id OPERATOR(pg_catalog.>=) (s.last_value OPERATOR(pg_catalog.+) "
				   "CASE WHEN s.is_called THEN $2 ELSE 0::pg_catalog.int8 END) "
				   "AND m.id OPERATOR(pg_catalog.>=) $2",
				   table, sequence);
	values[0] = CStringGetTextDatum(sequence);
	values[1] = Int64GetDatum(SLOTS);
	values[2] = Int64GetDatum(ID_MAX);
	if (SPI_execute_with_args(sql, 3, types, values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not raise sequence %s", sequence);
	pfree(sql);
}

/*
 * The same for the numbers of requests, which stand in jobs but in no index: the newest
 * jobs have the largest ones.
 */
static void
raise_request_sequence(void)
{
	if (!OidIsValid(get_relname_relid("request_id_seq", get_namespace_oid(JOBS_SCHEMA, false))) ||
		!OidIsValid(table_oid(TABLE_job)))
		return;
	raise_sequence("(SELECT j.request_id AS id FROM jobs.job j WHERE j.request_id IS NOT NULL "
				   "ORDER BY j.id DESC LIMIT 10000)",
				   "jobs.request_id_seq");
}

void
sequences_raise(void)
{
	for (int i = 0; i < TABLE_COUNT; i++)
	{
		Oid relid = table_oid(i);
		int column = table_id_column(i);
		AttrNumber attnum = OidIsValid(relid) && column >= 0 ? get_attnum(relid, table_column(i, column)) :
															   InvalidAttrNumber;
		Relation rel;
		Oid sequence;

		if (attnum == InvalidAttrNumber)
			continue;
		rel = table_open(relid, AccessShareLock);
		sequence = compat_identity_sequence(rel, attnum);
		table_close(rel, AccessShareLock);
		if (OidIsValid(sequence))
			raise_sequence(quote_qualified_identifier(JOBS_SCHEMA, table_name(i)),
						   quote_qualified_identifier(get_namespace_name(get_rel_namespace(sequence)),
													  get_rel_name(sequence)));
	}
	raise_request_sequence();
}
