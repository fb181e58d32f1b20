/*
 * schema_diff.c
 *
 * Looks in the catalogues for what the statements of the schema make.
 *
 * What isn't looked at is the user's: how rows are stored (storage parameters, compression, access
 * method, tablespace, statistics), the replica identity, clustering, tables that inherit, and whatever
 * stands beside ours. What functions do is the extension's.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_trigger.h"
#include "commands/comment.h"
#include "commands/defrem.h"
#include "commands/policy.h"
#include "commands/trigger.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "rewrite/rewriteHandler.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "pg/compat.h"
#include "tables/names.h"
#include "tables/schema_complain.h"
#include "tables/schema_diff.h"
#include "tables/schema_expression.h"
#include "tables/schema_sequence.h"
#include "tables/schema_table.h"

static bool
is_our_function(Oid function, const char *name)
{
	char *called = get_func_name(function);

	return called && strcmp(called, name) == 0 && get_func_namespace(function) == get_namespace_oid(JOBS_SCHEMA, true);
}

/*
 * The function is looked up last, for that may rebuild what the relation cache holds.
 */
bool
schema_has_trigger(Relation rel, const char *name, int type, const char *function)
{
	const TriggerDesc *all = rel->trigdesc;

	for (int i = 0; all && i < all->numtriggers; i++)
	{
		const Trigger *trigger = &all->triggers[i];

		if (strcmp(trigger->tgname, name) == 0)
			return trigger->tgenabled == TRIGGER_FIRES_ON_ORIGIN && trigger->tgtype == type &&
				   trigger->tgnattr == 0 && trigger->tgqual == NULL && trigger->tgnargs == 0 &&
				   !OidIsValid(trigger->tgconstraint) && !trigger->tgoldtable && !trigger->tgnewtable &&
				   is_our_function(trigger->tgfoid, function);
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

/*
 * Row-level security is on, and not forced on the owner: pg_dump would fail, and whoever administrates
 * would see no rows.
 */
static List *
mend_row_security(const Statement *statement)
{
	const AlterTableStmt *table = (const AlterTableStmt *) statement->node;
	List *mends = NIL;
	HeapTuple tuple;

	if (list_length(table->cmds) != 1 ||
		linitial_node(AlterTableCmd, table->cmds)->subtype != AT_EnableRowSecurity)
		elog(ERROR, "the schema alters a table in an unknown way");

	tuple = SearchSysCache1(RELOID,
							ObjectIdGetDatum(RangeVarGetRelid(table->relation, NoLock, true)));
	if (!HeapTupleIsValid(tuple))
		return list_make1(statement->text);
	if (!((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity)
		mends = lappend(mends, statement->text);
	if (((Form_pg_class) GETSTRUCT(tuple))->relforcerowsecurity)
		mends = lappend(mends, psprintf("ALTER TABLE jobs.%s NO FORCE ROW LEVEL SECURITY",
										quote_identifier(table->relation->relname)));
	ReleaseSysCache(tuple);
	return mends;
}

static bool
is_for_everybody(ArrayType *roles)
{
	return ArrayGetNItems(ARR_NDIM(roles), ARR_DIMS(roles)) == 1 &&
		   ((Oid *) ARR_DATA_PTR(roles))[0] == ACL_ID_PUBLIC;
}

/*
 * As pg_policy has it.
 */
static char
policy_command(const char *name)
{
	return strcmp(name, "select") == 0 ? ACL_SELECT_CHR : strcmp(name, "update") == 0 ? ACL_UPDATE_CHR :
																						'*';
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
			result = policy->polcmd == policy_command(statement->cmd_name) && policy->permissive &&
					 is_for_everybody(policy->roles) && policy->with_check_qual == NULL &&
					 equal(policy->qual, schema_condition(rel, statement->qual, EXPR_KIND_POLICY, "POLICY"));
	}
	table_close(rel, AccessShareLock);
	return result;
}

/*
 * The columns of the view that stands begin with those of the query, or (the shorter list) the
 * other way round.
 */
static bool
view_has_columns(Relation view, const Query *query, bool may_lack)
{
	TupleDesc desc = RelationGetDescr(view);
	int count = 0;
	ListCell *cell;

	foreach (cell, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);
		Form_pg_attribute att;

		if (entry->resjunk)
			continue;
		if (count == desc->natts)
			return may_lack;
		att = TupleDescAttr(desc, count++);
		if (strcmp(NameStr(att->attname), entry->resname) != 0 ||
			att->atttypid != exprType((Node *) entry->expr) || att->atttypmod != exprTypmod((Node *) entry->expr) ||
			att->attcollation != exprCollation((Node *) entry->expr))
			return false;
	}
	return count == desc->natts;
}

/*
 * The query of a view that is to be made, as the server would write it if the view stood. Whether a
 * view has more entries than its query has tables shows in how columns are written.
 */
static char *
query_text(Query *query)
{
	if (COMPAT_VIEWS_HAVE_MORE_ENTRIES)
	{
		RangeTblEntry *entry = makeNode(RangeTblEntry);

		entry->rtekind = RTE_RESULT;
		entry->eref = makeAlias("*RESULT*", NIL);
		query->rtable = lappend(query->rtable, entry);
	}
	return pg_get_querydef(query, false);
}

/*
 * A view that isn't its invoker's shows everybody everything. What it asks is compared as the
 * server would write it: that stays the same when a dump was restored.
 */
static List *
mend_view(const Statement *statement, bool is_older)
{
	const ViewStmt *view = (const ViewStmt *) statement->node;
	RawStmt *raw = makeNode(RawStmt);
	List *mends = list_make1(statement->text);
	Relation rel;
	Query *query;

	if (!relation_stands(view->view))
		return mends;
	rel = relation_openrv(view->view, AccessShareLock);
	if (rel->rd_rel->relkind != RELKIND_VIEW)
		schema_complain_altered("Rename it, and run SELECT jobs.install(); again.", "jobs.%s is not a view.",
								view->view->relname);
	raw->stmt = copyObject(view->query);
	query = parse_analyze_fixedparams(raw, statement->text, NULL, 0, NULL);
	if (!view_has_columns(rel, query, true))
		mends = lcons(psprintf("DROP VIEW jobs.%s", quote_identifier(view->view->relname)), mends);
	else if (!is_older && RelationHasSecurityInvoker(rel) && view_has_columns(rel, query, false) &&
			 strcmp(pg_get_querydef(copyObject(get_view_query(rel)), false), query_text(query)) == 0)
		mends = NIL;
	relation_close(rel, AccessShareLock);
	return mends;
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
 * Is the index made as the statement makes it, but for its name and how it is stored?
 */
static bool
index_is_same(const IndexStmt *statement, Oid indexid)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(indexid));
	Form_pg_index form;
	Relation rel = table_openrv(statement->relation, AccessShareLock);
	Relation index = index_open(indexid, AccessShareLock);
	Oid am = get_index_am_oid(statement->accessMethod, false);
	bool isnull;
	Datum predicate;
	bool same;
	int count = 0;
	ListCell *cell;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for index %u", indexid);
	form = (Form_pg_index) GETSTRUCT(tuple);
	predicate = SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indpred, &isnull);
	same = form->indrelid == RelationGetRelid(rel) && index->rd_rel->relam == am && form->indisvalid &&
		   form->indisready && form->indislive && form->indimmediate && !form->indisexclusion &&
		   form->indisunique == statement->unique &&
		   form->indnullsnotdistinct == statement->nulls_not_distinct &&
		   form->indnatts == list_length(statement->indexParams) &&
		   form->indnkeyatts == form->indnatts &&
		   schema_is_condition(isnull ? NULL : TextDatumGetCString(predicate),
							   statement->whereClause ? schema_condition(rel, statement->whereClause,
																		 EXPR_KIND_INDEX_PREDICATE, "WHERE") :
														NULL);
	foreach (cell, same ? statement->indexParams : NIL)
	{
		AttrNumber attnum = get_attnum(RelationGetRelid(rel), lfirst_node(IndexElem, cell)->name);
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), attnum - 1);

		same = same && form->indkey.values[count] == attnum && index->rd_indoption[count] == 0 &&
			   index->rd_indcollation[count] == att->attcollation &&
			   index->rd_opfamily[count] == get_opclass_family(GetDefaultOpClass(att->atttypid, am));
		count++;
	}
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
	ReleaseSysCache(tuple);
	return same;
}

static List *
mend_index(const Statement *statement)
{
	const IndexStmt *index = (const IndexStmt *) statement->node;
	Oid indexid = get_relname_relid(index->idxname, get_namespace_oid(JOBS_SCHEMA, false));

	if (!OidIsValid(indexid))
		return list_make1(statement->text);
	if (get_rel_relkind(indexid) != RELKIND_INDEX)
		schema_complain_altered("Rename it, and run SELECT jobs.install(); again.", "jobs.%s is not an index.",
								index->idxname);
	if (index_is_same(index, indexid))
		return NIL;
	return list_make2(psprintf("DROP INDEX jobs.%s", quote_identifier(index->idxname)), statement->text);
}

static List *
mend_sequence(const Statement *statement)
{
	const CreateSeqStmt *sequence = (const CreateSeqStmt *) statement->node;
	Oid relid = RangeVarGetRelid(sequence->sequence, NoLock, true);

	if (!OidIsValid(relid))
		return list_make1(statement->text);
	if (get_rel_relkind(relid) != RELKIND_SEQUENCE)
		schema_complain_altered("Rename it, and run SELECT jobs.install(); again.", "jobs.%s is not a sequence.",
								sequence->sequence->relname);
	return schema_mend_sequence(relid, sequence->options);
}

static List *
mend_trigger(const Statement *statement)
{
	const CreateTrigStmt *trigger = (const CreateTrigStmt *) statement->node;
	Oid relid = RangeVarGetRelid(trigger->relation, NoLock, false);

	if (trigger_stands(trigger))
		return NIL;
	/* one that doesn't do what ours does, or does it no more */
	if (OidIsValid(get_trigger_oid(relid, trigger->trigname, true)))
		return list_make2(psprintf("DROP TRIGGER %s ON jobs.%s", quote_identifier(trigger->trigname),
								   quote_identifier(trigger->relation->relname)),
						  statement->text);
	return list_make1(statement->text);
}

static List *
mend_policy(const Statement *statement)
{
	const CreatePolicyStmt *policy = (const CreatePolicyStmt *) statement->node;
	Oid relid = RangeVarGetRelid(policy->table, NoLock, false);

	if (policy_stands(policy))
		return NIL;
	if (OidIsValid(get_relation_policy_oid(relid, policy->policy_name, true)))
		return list_make2(psprintf("DROP POLICY %s ON jobs.%s", quote_identifier(policy->policy_name),
								   quote_identifier(policy->table->relname)),
						  statement->text);
	return list_make1(statement->text);
}

List *
schema_mends(const Statement *statement, bool is_older)
{
	switch (nodeTag(statement->node))
	{
		case T_CreateStmt:
			if (relation_stands(((const CreateStmt *) statement->node)->relation))
				return schema_mend_table((const CreateStmt *) statement->node, statement->source);
			return list_make1(statement->text);
		case T_CreateSeqStmt:
			return mend_sequence(statement);
		case T_IndexStmt:
			return mend_index(statement);
		case T_CreateTrigStmt:
			return mend_trigger(statement);
		case T_CreatePolicyStmt:
			return mend_policy(statement);
		case T_ViewStmt:
			return mend_view(statement, is_older);
		case T_AlterTableStmt:
			return mend_row_security(statement);
		case T_CommentStmt:
			return comment_stands((const CommentStmt *) statement->node) ? NIL : list_make1(statement->text);
		default:
			elog(ERROR, "the schema has a statement of unknown kind %d", (int) nodeTag(statement->node));
	}
	return NIL;
}
