/*
 * schema.c
 *
 * Compares the database with the schema's text, which is compiled in, and runs the
 * statements whose result isn't there.
 *
 * Nothing is locked against writers before something has to change: every statement
 * is looked up in the catalogues first, though IF NOT EXISTS would do, because a
 * statement that then does nothing takes its lock all the same.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_trigger.h"
#include "commands/defrem.h"
#include "commands/policy.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "pg/text.h"
#include "tables/schema.h"
#include "tables/schema_diff.h"
#include "tables/schema_text.inc"

/* One statement of the schema's text. */
typedef struct Statement
{
	Node *node;
	char *text;
	const char *source; /* the piece that it stands in, which the node's locations count from */
} Statement;

#define TRIGGER_ENTRY(table, name, type, function) {TABLE_##table, name, type, function},
static const struct
{
	TableId table;
	const char *name;
	int type;
	const char *function;
} triggers[] = {SCHEMA_TRIGGERS(TRIGGER_ENTRY)};

#define COLUMN_ENTRY(table, name, type, is_required) {TABLE_##table, name, type, is_required},
static const struct
{
	TableId table;
	const char *name;
	Oid type;
	bool is_required;
} columns[] = {SCHEMA_COLUMNS(COLUMN_ENTRY)};

#define INDEX_ENTRY(table, name, columns, is_unique, is_partial) {#table, name, columns, is_unique, is_partial},
static const struct
{
	const char *table;
	const char *name;
	const char *columns;
	bool is_unique;
	bool is_partial;
} indexes[] = {SCHEMA_INDEXES(INDEX_ENTRY)};

static List *read_statements(void);

/*
 * Adds what a table has lost: constraints, and the sequences of its ids.
 */
static int
mend_table(const CreateStmt *statement, const char *source)
{
	List *parts = schema_missing_parts(statement, source);
	ListCell *cell;

	foreach (cell, parts)
		schema_run("ALTER TABLE jobs.%s %s", quote_identifier(statement->relation->relname),
				   (char *) lfirst(cell));
	return list_length(parts);
}

static void
drop_trigger(const CreateTrigStmt *trigger)
{
	Oid relid = RangeVarGetRelid(trigger->relation, NoLock, true);

	if (OidIsValid(relid) && OidIsValid(get_trigger_oid(relid, trigger->trigname, true)))
		schema_run("DROP TRIGGER %s ON jobs.%s", quote_identifier(trigger->trigname),
				   quote_identifier(trigger->relation->relname));
}

static void
drop_policy(const CreatePolicyStmt *policy)
{
	Oid relid = RangeVarGetRelid(policy->table, NoLock, true);

	if (OidIsValid(relid) && OidIsValid(get_relation_policy_oid(relid, policy->policy_name, true)))
		schema_run("DROP POLICY %s ON jobs.%s", quote_identifier(policy->policy_name),
				   quote_identifier(policy->table->relname));
}

int
schema_apply(bool is_older)
{
	int count = 0;
	ListCell *cell;

	foreach (cell, read_statements())
	{
		Statement *statement = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (schema_has(statement->node, is_older))
		{
			if (IsA(statement->node, CreateStmt))
				count += mend_table((CreateStmt *) statement->node, statement->source);
			continue;
		}
		/* one that doesn't do what ours does, or does it no more */
		if (IsA(statement->node, CreateTrigStmt))
			drop_trigger((CreateTrigStmt *) statement->node);
		else if (IsA(statement->node, CreatePolicyStmt))
			drop_policy((CreatePolicyStmt *) statement->node);
		schema_run("%s", statement->text);
		count++;
	}
	return count;
}

static void
append_name(StringInfo list, const RangeVar *relation)
{
	if (OidIsValid(RangeVarGetRelid(relation, NoLock, true)))
		appendStringInfo(list, "%sjobs.%s", list->len ? ", " : "",
						 quote_identifier(relation->relname));
}

/*
 * Users' objects that depend on ours stop it: there is no CASCADE.
 */
void
schema_drop(bool with_data)
{
	StringInfoData views;
	StringInfoData tables;
	StringInfoData sequences;
	List *statements = read_statements();
	ListCell *cell;

	initStringInfo(&views);
	initStringInfo(&tables);
	initStringInfo(&sequences);
	foreach (cell, statements)
	{
		Node *node = ((Statement *) lfirst(cell))->node;

		if (IsA(node, ViewStmt))
			append_name(&views, ((ViewStmt *) node)->view);
		else if (IsA(node, CreateStmt))
			append_name(&tables, ((CreateStmt *) node)->relation);
		else if (IsA(node, CreateSeqStmt))
			append_name(&sequences, ((CreateSeqStmt *) node)->sequence);
	}

	if (views.len > 0)
		schema_run("DROP VIEW %s", views.data);
	foreach (cell, statements)
	{
		Node *node = ((Statement *) lfirst(cell))->node;

		if (IsA(node, CreateTrigStmt))
			drop_trigger((CreateTrigStmt *) node);
		else if (IsA(node, CreatePolicyStmt))
			drop_policy((CreatePolicyStmt *) node);
	}
	if (with_data && tables.len > 0)
		schema_run("DROP TABLE %s", tables.data);
	if (with_data && sequences.len > 0)
		schema_run("DROP SEQUENCE %s", sequences.data);
}

const char *
schema_missing_trigger(TableId id, Relation rel)
{
	for (int i = 0; i < lengthof(triggers); i++)
	{
		if (triggers[i].table == id &&
			!schema_has_trigger(rel, triggers[i].name, triggers[i].type, triggers[i].function))
			return triggers[i].name;
	}
	return NULL;
}

const char *
schema_altered_column(TableId id, Relation rel, char **type)
{
	for (int i = 0; i < lengthof(columns); i++)
	{
		AttrNumber attnum;
		Form_pg_attribute att;

		if (columns[i].table != id)
			continue;
		*type = format_type_be(columns[i].type);
		attnum = get_attnum(RelationGetRelid(rel), columns[i].name);
		if (attnum == InvalidAttrNumber)
			return columns[i].name;
		att = TupleDescAttr(RelationGetDescr(rel), attnum - 1);
		if (att->atttypid != columns[i].type || att->atttypmod != -1 || att->attgenerated)
			return columns[i].name;
	}
	return NULL;
}

const char *
schema_nullable_column(TableId id, Relation rel)
{
	for (int i = 0; i < lengthof(columns); i++)
	{
		AttrNumber attnum;

		if (columns[i].table != id || !columns[i].is_required)
			continue;
		attnum = get_attnum(RelationGetRelid(rel), columns[i].name);
		if (!TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attnotnull)
			return columns[i].name;
	}
	return NULL;
}

/*
 * Does the index have these columns (names, separated by commas), in ascending order and
 * with the operators that their types have by default?
 */
static bool
has_columns(Relation index, const char *columns)
{
	Oid relid = index->rd_index->indrelid;
	int count = 0;
	List *names;
	ListCell *cell;

	if (!SplitIdentifierString(pstrdup(columns), ',', &names) ||
		list_length(names) != index->rd_index->indnkeyatts)
		return false;
	foreach (cell, names)
	{
		AttrNumber attnum = get_attnum(relid, lfirst(cell));
		Oid type = get_atttype(relid, attnum);

		if (index->rd_index->indkey.values[count] != attnum || index->rd_indoption[count] != 0 ||
			index->rd_opfamily[count] != get_opclass_family(GetDefaultOpClass(type, BTREE_AM_OID)))
			return false;
		count++;
	}
	return true;
}

bool
schema_index_is_good(Oid indexid, Oid relid, const char *name)
{
	Relation index = index_open(indexid, AccessShareLock);
	bool result = false;

	for (int i = 0; i < lengthof(indexes); i++)
	{
		if (strcmp(indexes[i].name, name) == 0)
			result = index->rd_index->indrelid == relid && index->rd_index->indisvalid &&
					 index->rd_rel->relam == BTREE_AM_OID &&
					 (index->rd_index->indisunique || !indexes[i].is_unique) &&
					 (RelationGetIndexPredicate(index) != NIL) == indexes[i].is_partial &&
					 has_columns(index, indexes[i].columns);
	}
	index_close(index, AccessShareLock);
	return result;
}

const char *
schema_bad_index(void)
{
	Oid schema = get_namespace_oid(JOBS_SCHEMA, false);

	for (int i = 0; i < lengthof(indexes); i++)
	{
		Oid index = get_relname_relid(indexes[i].name, schema);

		if (OidIsValid(index) &&
			!schema_index_is_good(index, get_relname_relid(indexes[i].table, schema), indexes[i].name))
			return indexes[i].name;
	}
	return NULL;
}

void
schema_lock(void)
{
	/* conflicts with itself and with DROP SCHEMA, not with who creates a table */
	LockDatabaseObject(NamespaceRelationId, get_namespace_oid(JOBS_SCHEMA, false), 0,
					   ShareUpdateExclusiveLock);
}

void
schema_run(const char *format, ...)
{
	va_list args;
	char *sql;

	va_start(args, format);
	sql = text_vformat(format, args);
	va_end(args);
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "not a utility statement: %s", sql);
	pfree(sql);
}

static List *
read_statements(void)
{
	List *statements = NIL;

	for (int i = 0; i < lengthof(schema_text); i++)
	{
		ListCell *cell;

		foreach (cell, raw_parser(schema_text[i], RAW_PARSE_DEFAULT))
		{
			RawStmt *raw = lfirst_node(RawStmt, cell);
			Statement *statement = palloc(sizeof(Statement));
			const char *start = schema_text[i] + raw->stmt_location;

			statement->node = raw->stmt;
			statement->source = schema_text[i];
			statement->text = raw->stmt_len > 0 ? pnstrdup(start, raw->stmt_len) : pstrdup(start);
			statements = lappend(statements, statement);
		}
	}
	return statements;
}
