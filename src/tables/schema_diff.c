/*
 * schema_diff.c
 *
 * Looks in the catalogues for what the statements of the schema make.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "commands/comment.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "parser/parse_clause.h"
#include "parser/parse_collate.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "pg/compat.h"
#include "tables/names.h"
#include "tables/schema_diff.h"

/*
 * Works on a copy: a lookup may rebuild what the relation cache holds.
 */
bool
schema_has_trigger(Relation rel, const char *name, int type, const char *function)
{
	TriggerDesc *all = CopyTriggerDesc(rel->trigdesc);

	for (int i = 0; all && i < all->numtriggers; i++)
	{
		const Trigger *trigger = &all->triggers[i];
		char *called;

		if (strcmp(trigger->tgname, name) != 0)
			continue;
		called = get_func_name(trigger->tgfoid);
		return trigger->tgenabled == TRIGGER_FIRES_ON_ORIGIN && trigger->tgtype == type &&
			   trigger->tgnattr == 0 && trigger->tgqual == NULL && called &&
			   strcmp(called, function) == 0 &&
			   get_func_namespace(trigger->tgfoid) == get_namespace_oid(JOBS_SCHEMA, true);
	}
	return false;
}

static bool
trigger_stands(const CreateTrigStmt *statement)
{
	Relation rel = table_openrv(statement->relation, AccessShareLock);
	int type = statement->timing | statement->events | (statement->row ? TRIGGER_TYPE_ROW : 0);
	bool result = schema_has_trigger(rel, statement->trigname, type, strVal(llast(statement->funcname)));

	table_close(rel, AccessShareLock);
	return result;
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

/*
 * The policy's condition as the server keeps it.
 */
static Node *
policy_condition(const CreatePolicyStmt *statement, Relation rel)
{
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *item = addRangeTableEntryForRelation(pstate, rel, AccessShareLock, NULL, false, false);
	Node *condition;

	addNSItemToQuery(pstate, item, false, true, true);
	condition = transformWhereClause(pstate, copyObject(statement->qual), EXPR_KIND_POLICY, "POLICY");
	assign_expr_collations(pstate, condition);
	free_parsestate(pstate);
	return condition;
}

static bool
is_for_everybody(ArrayType *roles)
{
	return ArrayGetNItems(ARR_NDIM(roles), ARR_DIMS(roles)) == 1 &&
		   ((Oid *) ARR_DATA_PTR(roles))[0] == ACL_ID_PUBLIC;
}

static bool
policy_stands(const CreatePolicyStmt *statement)
{
	Relation rel = table_openrv(statement->table, AccessShareLock);
	bool result = false;
	ListCell *cell;

	foreach (cell, rel->rd_rsdesc ? rel->rd_rsdesc->policies : NIL)
	{
		RowSecurityPolicy *policy = lfirst(cell);

		if (strcmp(policy->policy_name, statement->policy_name) == 0)
			result = policy->polcmd == '*' && policy->permissive && is_for_everybody(policy->roles) &&
					 policy->with_check_qual == NULL &&
					 equal(policy->qual, policy_condition(statement, rel));
	}
	table_close(rel, AccessShareLock);
	return result;
}

/*
 * A view that isn't its invoker's shows everybody everything.
 */
static bool
view_stands(const ViewStmt *statement)
{
	Relation rel;
	bool result;

	if (!relation_stands(statement->view))
		return false;
	rel = relation_openrv(statement->view, AccessShareLock);
	result = rel->rd_rel->relkind == RELKIND_VIEW && RelationHasSecurityInvoker(rel);
	relation_close(rel, AccessShareLock);
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

bool
schema_has(const Node *statement, bool is_older)
{
	switch (nodeTag(statement))
	{
		case T_CreateStmt:
			return relation_stands(((const CreateStmt *) statement)->relation);
		case T_CreateSeqStmt:
			return relation_stands(((const CreateSeqStmt *) statement)->sequence);
		case T_IndexStmt:
			return OidIsValid(get_relname_relid(((const IndexStmt *) statement)->idxname,
												get_namespace_oid(JOBS_SCHEMA, false)));
		case T_AlterTableStmt:
			return row_security_stands((const AlterTableStmt *) statement);
		case T_CreateTrigStmt:
			return trigger_stands((const CreateTrigStmt *) statement);
		case T_CreatePolicyStmt:
			return policy_stands((const CreatePolicyStmt *) statement);
		case T_ViewStmt:
			return !is_older && view_stands((const ViewStmt *) statement);
		case T_CommentStmt:
			return comment_stands((const CommentStmt *) statement);
		default:
			elog(ERROR, "the schema has a statement of unknown kind %d", (int) nodeTag(statement));
	}
	return false; /* not reached */
}

/*
 * The text from here to the end of its first parentheses.
 */
static char *
text_through_parentheses(const char *text)
{
	int depth = 0;
	const char *end = text;

	do
	{
		if (*end == '(')
			depth++;
		else if (*end == ')')
			depth--;
		if (*end++ == '\0')
			elog(ERROR, "unbalanced parentheses in the schema");
	} while (depth > 0 || end[-1] != ')');
	return pnstrdup(text, end - text);
}

static bool
has_primary_key(Oid relid)
{
	Relation rel = table_open(relid, AccessShareLock);
	bool result = OidIsValid(compat_primary_key(rel));

	table_close(rel, AccessShareLock);
	return result;
}

static Form_pg_attribute
column_of(Oid relid, const char *column)
{
	HeapTuple tuple = SearchSysCacheCopyAttName(relid, column);

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "table %u has no column %s", relid, column);
	return (Form_pg_attribute) GETSTRUCT(tuple);
}

/*
 * Adds the constraint of a table, on a column or (NULL) on several, unless it stands. Its
 * name is the one that the server chose, where the schema gives none.
 */
static List *
add_constraint(List *parts, const CreateStmt *statement, const char *column,
			   const Constraint *constraint, const char *source)
{
	const char *table = statement->relation->relname;
	Oid relid = RangeVarGetRelid(statement->relation, NoLock, false);
	const char *label;
	StringInfoData columns;
	char *definition;
	char *name;
	ListCell *cell;

	initStringInfo(&columns);
	if (column)
		appendStringInfoString(&columns, quote_identifier(column));
	foreach (cell, constraint->keys)
		appendStringInfo(&columns, "%s%s", columns.len ? ", " : "", quote_identifier(strVal(lfirst(cell))));

	switch (constraint->contype)
	{
		case CONSTR_IDENTITY:
			if (column_of(relid, column)->attidentity != '\0')
				return parts;
			return lappend(parts, psprintf("ALTER %s ADD %s", quote_identifier(column),
										   text_through_parentheses(source + constraint->location)));
		case CONSTR_NOTNULL:
			if (column_of(relid, column)->attnotnull)
				return parts;
			return lappend(parts, psprintf("ALTER %s SET NOT NULL", quote_identifier(column)));
		case CONSTR_PRIMARY:
			if (has_primary_key(relid))
				return parts;
			label = "pkey";
			definition = psprintf("PRIMARY KEY (%s)", columns.data);
			break;
		case CONSTR_UNIQUE:
			label = "key";
			definition = psprintf("UNIQUE (%s)", columns.data);
			break;
		case CONSTR_FOREIGN:
			label = "fkey";
			definition = psprintf("FOREIGN KEY (%s) REFERENCES jobs.%s", columns.data,
								  quote_identifier(constraint->pktable->relname));
			break;
		case CONSTR_CHECK:
			label = "check";
			definition = strstr(text_through_parentheses(source + constraint->location), "CHECK");
			break;
		default:
			return parts;
	}
	name = constraint->conname ? constraint->conname :
								 makeObjectName(table, constraint->contype == CONSTR_PRIMARY ? NULL : column, label);
	if (OidIsValid(get_relation_constraint_oid(relid, name, true)))
		return parts;
	return lappend(parts, psprintf("ADD CONSTRAINT %s %s", quote_identifier(name), definition));
}

List *
schema_missing_parts(const CreateStmt *statement, const char *source)
{
	List *parts = NIL;
	ListCell *cell;

	foreach (cell, statement->tableElts)
	{
		Node *element = lfirst(cell);

		if (IsA(element, ColumnDef))
		{
			ColumnDef *column = (ColumnDef *) element;
			ListCell *inner;

			foreach (inner, column->constraints)
				parts = add_constraint(parts, statement, column->colname, lfirst(inner), source);
		}
		else
			parts = add_constraint(parts, statement, NULL, castNode(Constraint, element), source);
	}
	return parts;
}
