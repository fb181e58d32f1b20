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
#include "catalog/pg_opfamily.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/policy.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "utils/varlena.h"

#include "pg/text.h"
#include "tables/schema.h"
#include "tables/schema_diff.h"
#include "tables/schema_text.inc"

#define TRIGGER_ENTRY(table, name, type, function) {TABLE_##table, name, type, function},
static const struct
{
	TableId table;
	const char *name;
	int type;
	const char *function;
} triggers[] = {SCHEMA_TRIGGERS(TRIGGER_ENTRY)};

#define COLUMN_ENTRY(table, name, type, is_required) {TABLE_##table, name, type, is_required},
static const SchemaColumn columns[] = {SCHEMA_COLUMNS(COLUMN_ENTRY)};

#define INDEX_ENTRY(table, name, columns, is_unique, is_partial) {name, columns, is_unique, is_partial},
static const struct
{
	const char *name;
	const char *columns;
	bool is_unique;
	bool is_partial;
} indexes[] = {SCHEMA_INDEXES(INDEX_ENTRY)};

static List *read_statements(void);

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

/*
 * The table, sequence or view that the statement makes or changes; NULL: it changes none.
 */
static const RangeVar *
changed_relation(const Node *node)
{
	switch (nodeTag(node))
	{
		case T_CreateStmt:
			return ((const CreateStmt *) node)->relation;
		case T_CreateSeqStmt:
			return ((const CreateSeqStmt *) node)->sequence;
		case T_IndexStmt:
			return ((const IndexStmt *) node)->relation;
		case T_CreateTrigStmt:
			return ((const CreateTrigStmt *) node)->relation;
		case T_CreatePolicyStmt:
			return ((const CreatePolicyStmt *) node)->table;
		case T_ViewStmt:
			return ((const ViewStmt *) node)->view;
		case T_AlterTableStmt:
			return ((const AlterTableStmt *) node)->relation;
		default:
			return NULL;
	}
}

bool
schema_differs(bool is_older)
{
	ListCell *cell;

	foreach (cell, read_statements())
	{
		Statement *statement = lfirst(cell);
		const RangeVar *relation = changed_relation(statement->node);

		if (relation && (!OidIsValid(RangeVarGetRelid(relation, NoLock, true)) ||
						 schema_mends(statement, is_older) != NIL))
			return true;
	}
	return false;
}

List *
schema_relations(void)
{
	List *relations = NIL;
	ListCell *cell;

	foreach (cell, read_statements())
	{
		Node *node = ((Statement *) lfirst(cell))->node;
		Oid relid = InvalidOid;

		if (IsA(node, ViewStmt) || IsA(node, CreateStmt) || IsA(node, CreateSeqStmt))
			relid = RangeVarGetRelid(changed_relation(node), NoLock, true);
		if (OidIsValid(relid))
			relations = lappend_oid(relations, relid);
	}
	return relations;
}

/*
 * Runs a statement that makes something good. What rows or other objects stand in its way is
 * passed on, with what to do about it.
 */
static void
run_mend(const char *sql)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		schema_run("%s", sql);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION &&
			error->sqlerrcode != ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST)
			PG_RE_THROW();
		FlushErrorState();
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the tables of jobs were altered"),
				 errdetail("What would mend them is \"%s\"; but %s.%s%s", sql, error->message,
						   error->detail ? " " : "", error->detail ? error->detail : ""),
				 errhint("Correct or remove what is in the way, then run SELECT jobs.install();")));
	}
	PG_END_TRY();
}

int
schema_apply(bool is_older)
{
	int count = 0;
	ListCell *cell;

	foreach (cell, read_statements())
	{
		ListCell *mend;

		CHECK_FOR_INTERRUPTS();
		foreach (mend, schema_mends(lfirst(cell), is_older))
		{
			run_mend(lfirst(mend));
			count++;
		}
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

static AttrNumber
find_column(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return att->attnum;
	}
	return InvalidAttrNumber;
}

AttrNumber
schema_attnum(Relation rel, const char *name)
{
	return find_column(RelationGetDescr(rel), name);
}

const SchemaColumn *
schema_altered_column(TableId id, Relation rel, const SchemaColumn *after)
{
	for (int i = after ? after - columns + 1 : 0; i < lengthof(columns); i++)
	{
		AttrNumber attnum;
		Form_pg_attribute att;

		if (columns[i].table != id)
			continue;
		attnum = schema_attnum(rel, columns[i].name);
		if (attnum == InvalidAttrNumber)
			return &columns[i];
		att = TupleDescAttr(RelationGetDescr(rel), attnum - 1);
		if (att->atttypid != columns[i].type || att->atttypmod != -1 || att->attgenerated ||
			att->attcollation != get_typcollation(att->atttypid))
			return &columns[i];
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
		attnum = schema_attnum(rel, columns[i].name);
		if (!TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attnotnull)
			return columns[i].name;
	}
	return NULL;
}

/*
 * The operators that a type has in a btree by default. The server looks at all classes of operators
 * to find them, in each session anew.
 */
static Oid
default_family(Oid type)
{
	switch (type)
	{
		case BOOLOID:
			return BOOL_BTREE_FAM_OID;
		case INT4OID:
		case INT8OID:
			return INTEGER_BTREE_FAM_OID;
		case TEXTOID:
			return TEXT_BTREE_FAM_OID;
		default:
			return lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	}
}

/*
 * Does the index have these columns of the table (names, separated by commas), in ascending order and
 * with the operators that their types have by default?
 */
static bool
index_has_columns(Relation index, TupleDesc desc, const char *columns)
{
	int count = 0;
	List *names;
	ListCell *cell;

	if (!SplitIdentifierString(pstrdup(columns), ',', &names) ||
		list_length(names) != index->rd_index->indnkeyatts)
		return false;
	foreach (cell, names)
	{
		AttrNumber attnum = find_column(desc, lfirst(cell));

		if (attnum == InvalidAttrNumber || index->rd_index->indkey.values[count] != attnum ||
			index->rd_indoption[count] != 0 ||
			index->rd_opfamily[count] != default_family(TupleDescAttr(desc, attnum - 1)->atttypid))
			return false;
		count++;
	}
	return true;
}

bool
schema_index_is_good(Oid indexid, const char *name, Oid relid, TupleDesc desc)
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
					 index_has_columns(index, desc, indexes[i].columns);
	}
	index_close(index, AccessShareLock);
	return result;
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

/*
 * The schema's statements. Views are made of tables of several pieces, so that each piece's first
 * view and what stands behind it comes last.
 */
static List *
read_statements(void)
{
	List *tables = NIL;
	List *views = NIL;

	for (int i = 0; i < lengthof(schema_text); i++)
	{
		bool is_view = false;
		ListCell *cell;

		foreach (cell, raw_parser(schema_text[i], RAW_PARSE_DEFAULT))
		{
			RawStmt *raw = lfirst_node(RawStmt, cell);
			Statement *statement = palloc(sizeof(Statement));
			const char *start = schema_text[i] + raw->stmt_location;

			statement->node = raw->stmt;
			statement->source = schema_text[i];
			statement->text = raw->stmt_len > 0 ? pnstrdup(start, raw->stmt_len) : pstrdup(start);
			is_view |= IsA(raw->stmt, ViewStmt);
			if (is_view)
				views = lappend(views, statement);
			else
				tables = lappend(tables, statement);
		}
	}
	return list_concat(tables, views);
}
