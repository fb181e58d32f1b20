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

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/comment.h"
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

#include "schema.h"
#include "schema_text.inc"

/* One statement of the schema's text. */
typedef struct Statement
{
	Node *node;
	char *text;
} Statement;

#define TRIGGER_ENTRY(table, name) {TABLE_##table, name},
static const struct
{
	TableId table;
	const char *name;
} triggers[] = {SCHEMA_TRIGGERS(TRIGGER_ENTRY)};

static List *read_statements(void);
static bool stands(const Node *node, bool is_older);

int
schema_apply(bool is_older)
{
	int count = 0;
	ListCell *cell;

	foreach (cell, read_statements())
	{
		Statement *statement = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (stands(statement->node, is_older))
			continue;
		if (IsA(statement->node, CreateTrigStmt))
		{
			CreateTrigStmt *trigger = (CreateTrigStmt *) statement->node;

			/* one that doesn't do what ours does, or does it no more */
			if (OidIsValid(get_trigger_oid(RangeVarGetRelid(trigger->relation, NoLock, false),
										   trigger->trigname, true)))
				schema_run("DROP TRIGGER %s ON jobs.%s", quote_identifier(trigger->trigname),
						   quote_identifier(trigger->relation->relname));
		}
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
		{
			CreateTrigStmt *trigger = (CreateTrigStmt *) node;
			Oid relid = RangeVarGetRelid(trigger->relation, NoLock, true);

			if (OidIsValid(relid) && OidIsValid(get_trigger_oid(relid, trigger->trigname, true)))
				schema_run("DROP TRIGGER %s ON jobs.%s", quote_identifier(trigger->trigname),
						   quote_identifier(trigger->relation->relname));
		}
		else if (IsA(node, CreatePolicyStmt) && stands(node, false))
		{
			CreatePolicyStmt *policy = (CreatePolicyStmt *) node;

			schema_run("DROP POLICY %s ON jobs.%s", quote_identifier(policy->policy_name),
					   quote_identifier(policy->table->relname));
		}
	}
	if (with_data && tables.len > 0)
		schema_run("DROP TABLE %s", tables.data);
	if (with_data && sequences.len > 0)
		schema_run("DROP SEQUENCE %s", sequences.data);
}

/*
 * Fires for rows that sessions write, calls a function of ours, and always.
 */
static bool
trigger_guards(const Trigger *trigger)
{
	return trigger->tgenabled == TRIGGER_FIRES_ON_ORIGIN && trigger->tgqual == NULL &&
		   get_func_namespace(trigger->tgfoid) == get_namespace_oid(JOBS_SCHEMA, true);
}

/*
 * Works on a copy: a lookup may rebuild what the relation cache holds.
 */
static const Trigger *
find_trigger(Relation rel, const char *name)
{
	TriggerDesc *all = CopyTriggerDesc(rel->trigdesc);

	for (int i = 0; all && i < all->numtriggers; i++)
	{
		if (strcmp(all->triggers[i].tgname, name) == 0)
			return &all->triggers[i];
	}
	return NULL;
}

const char *
schema_missing_trigger(TableId id, Relation rel)
{
	for (int i = 0; i < lengthof(triggers); i++)
	{
		const Trigger *trigger;

		if (triggers[i].table != id)
			continue;
		trigger = find_trigger(rel, triggers[i].name);
		if (trigger == NULL || !trigger_guards(trigger))
			return triggers[i].name;
	}
	return NULL;
}

void
schema_run(const char *format, ...)
{
	StringInfoData sql;
	int needed;

	initStringInfo(&sql);
	for (;;)
	{
		va_list args;

		va_start(args, format);
		needed = appendStringInfoVA(&sql, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&sql, needed);
	}
	if (SPI_execute(sql.data, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "not a utility statement: %s", sql.data);
	pfree(sql.data);
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
			statement->text = raw->stmt_len > 0 ? pnstrdup(start, raw->stmt_len) : pstrdup(start);
			statements = lappend(statements, statement);
		}
	}
	return statements;
}

static bool
relation_stands(const RangeVar *relation)
{
	return OidIsValid(RangeVarGetRelid(relation, NoLock, true));
}

static bool
row_security_stands(const AlterTableStmt *statement)
{
	HeapTuple tuple;
	bool enabled;

	if (list_length(statement->cmds) != 1 ||
		linitial_node(AlterTableCmd, statement->cmds)->subtype != AT_EnableRowSecurity)
		elog(ERROR, "the schema alters a table in an unknown way");

	tuple = SearchSysCache1(RELOID,
							ObjectIdGetDatum(RangeVarGetRelid(statement->relation, NoLock, false)));
	if (!HeapTupleIsValid(tuple))
		return false;
	enabled = ((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity;
	ReleaseSysCache(tuple);
	return enabled;
}

static bool
trigger_stands(const CreateTrigStmt *statement)
{
	Relation rel = table_openrv(statement->relation, AccessShareLock);
	const Trigger *trigger = find_trigger(rel, statement->trigname);
	bool result = false;

	if (trigger && trigger_guards(trigger))
	{
		int type = statement->timing | statement->events |
				   (statement->row ? TRIGGER_TYPE_ROW : 0);
		char *function = get_func_name(trigger->tgfoid);

		result = trigger->tgtype == type && function &&
				 strcmp(function, strVal(llast(statement->funcname))) == 0;
	}
	table_close(rel, AccessShareLock);
	return result;
}

static bool
comment_stands(const CommentStmt *statement)
{
	Relation rel;
	ObjectAddress address;
	char *comment;

	address = get_object_address(statement->objtype, statement->object, &rel,
								 AccessShareLock, false);
	comment = GetComment(address.objectId, address.classId, address.objectSubId);
	if (rel)
		relation_close(rel, AccessShareLock);
	return comment && strcmp(comment, statement->comment) == 0;
}

/*
 * Is there what the statement makes?
 */
static bool
stands(const Node *node, bool is_older)
{
	switch (nodeTag(node))
	{
		case T_CreateStmt:
			return relation_stands(((const CreateStmt *) node)->relation);
		case T_CreateSeqStmt:
			return relation_stands(((const CreateSeqStmt *) node)->sequence);
		case T_IndexStmt:
			return OidIsValid(get_relname_relid(((const IndexStmt *) node)->idxname,
												get_namespace_oid(JOBS_SCHEMA, false)));
		case T_AlterTableStmt:
			return row_security_stands((const AlterTableStmt *) node);
		case T_CreateTrigStmt:
			return trigger_stands((const CreateTrigStmt *) node);
		case T_CreatePolicyStmt:
		{
			const CreatePolicyStmt *policy = (const CreatePolicyStmt *) node;
			Oid relid = RangeVarGetRelid(policy->table, NoLock, true);

			return OidIsValid(relid) &&
				   OidIsValid(get_relation_policy_oid(relid, policy->policy_name, true));
		}
		case T_ViewStmt:
			return !is_older && relation_stands(((const ViewStmt *) node)->view);
		case T_CommentStmt:
			return comment_stands((const CommentStmt *) node);
		default:
			elog(ERROR, "the schema has a statement of unknown kind %d", (int) nodeTag(node));
	}
	return false; /* not reached */
}
