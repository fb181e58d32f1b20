/*
 * migration.c
 *
 * Runs what sql/migrations has, which is compiled in.
 *
 * A step changes what stands; what is new beside it (tables, indexes, constraints, triggers, policies,
 * views, comments) the schema's text makes afterwards. All steps and what follows are one transaction.
 * No trigger or rule on the tables fires meanwhile, neither our triggers, which would judge and mail,
 * nor users': the rows don't change for anybody but us.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "tables/migration.h"
#include "tables/migration_text.inc"
#include "tables/quiet.h"
#include "tables/schema.h"
#include "tables/schema_complain.h"

typedef struct Migration
{
	int version; /* that it leads to */
	const char *name;
	const char *text;
} Migration;

#define MIGRATION_ENTRY(version, name, text) {version, name, text},
static const Migration migrations[] = {MIGRATIONS(MIGRATION_ENTRY){0, NULL, NULL}};

#define COLUMN_ENTRY(version, table, column, is_new) {version, table, column, is_new},
static const struct
{
	int version;
	const char *table;
	const char *column;
	bool is_new;
} made_columns[] = {MIGRATION_COLUMNS(COLUMN_ENTRY){0, NULL, NULL, false}};

bool
migration_is_due(int version)
{
	return version >= 1 && version < JOBS_SCHEMA_VERSION;
}

bool
migration_makes_column(int version, TableId id, const char *column)
{
	for (int i = 0; made_columns[i].version != 0; i++)
	{
		if (made_columns[i].version > version && strcmp(made_columns[i].table, table_name(id)) == 0 &&
			strcmp(made_columns[i].column, column) == 0)
			return true;
	}
	return false;
}

void
migration_check_free(int version, TableId id, Relation rel)
{
	for (int i = 0; made_columns[i].version != 0; i++)
	{
		const char *column = made_columns[i].column;

		if (made_columns[i].is_new && made_columns[i].version > version &&
			strcmp(made_columns[i].table, table_name(id)) == 0 && schema_attnum(rel, column) != InvalidAttrNumber)
			schema_complain_altered(psprintf("Rename it: ALTER TABLE jobs.%s RENAME %s TO ...; then run "
											 "SELECT jobs.install();",
											 table_name(id), column),
									"jobs.%s has a column %s, and is to get one of that name.", table_name(id), column);
	}
}

List *
migration_relations(void)
{
	Relation catalog = table_open(RelationRelationId, AccessShareLock);
	List *relations = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_class_relnamespace, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(get_namespace_oid(JOBS_SCHEMA, false)));
	scan = systable_beginscan(catalog, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		if (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_VIEW)
			relations = list_concat_unique_oid(relations, find_all_inheritors(form->oid, NoLock, NULL));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return relations;
}

static void
name_step(void *arg)
{
	const Migration *step = arg;

	errcontext("step %04d_%s of jobs.install()", step->version, step->name);
}

static void
run_step(const Migration *step)
{
	ErrorContextCallback context = {.previous = error_context_stack, .callback = name_step, .arg = (void *) step};

	error_context_stack = &context;
	if (SPI_execute(step->text, false, 0) < 0)
		elog(ERROR, "could not run the step");
	if (SPI_execute(psprintf("UPDATE jobs.node SET schema_version = %d", step->version), false, 0) != SPI_OK_UPDATE ||
		SPI_processed != 1)
		elog(ERROR, "could not write the version %d", step->version);
	error_context_stack = context.previous;
}

void
migration_run(int version, List *relations)
{
	char *disabled = quiet_begin(relations);

	for (const Migration *step = migrations; step->version != 0; step++)
	{
		CHECK_FOR_INTERRUPTS();
		if (step->version > version)
			run_step(step);
	}
	quiet_end(disabled);
}
