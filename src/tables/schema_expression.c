/*
 * schema_expression.c
 *
 * Turns conditions and defaults of the schema's text into what the server makes of them, so that
 * they can be compared with what it keeps. Texts couldn't: casts that were implied are written
 * out after a restore, and column numbers differ.
 */
#include "postgres.h"

#include "catalog/heap.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_clause.h"
#include "parser/parse_collate.h"
#include "parser/parse_relation.h"
#include "utils/ruleutils.h"

#include "tables/schema_expression.h"

Node *
schema_condition(Relation rel, const Node *raw, ParseExprKind kind, const char *what)
{
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *item = addRangeTableEntryForRelation(pstate, rel, AccessShareLock, NULL, false, false);
	Node *condition;

	addNSItemToQuery(pstate, item, false, true, true);
	condition = transformWhereClause(pstate, copyObject((Node *) raw), kind, what);
	assign_expr_collations(pstate, condition);
	free_parsestate(pstate);
	return condition;
}

/*
 * The server keeps the conditions of an index as a list in parts of its code, and so may have
 * taken them apart.
 */
bool
schema_is_condition(const char *kept, Node *condition)
{
	if (kept == NULL || condition == NULL)
		return kept == NULL && condition == NULL;
	return equal(make_ands_implicit(stringToNode(kept)), make_ands_implicit((Expr *) condition));
}

static Node *
cook_default(Relation rel, AttrNumber attnum, const Node *raw)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), attnum - 1);
	ParseState *pstate = make_parsestate(NULL);
	Node *value = cookDefault(pstate, copyObject((Node *) raw), att->atttypid, att->atttypmod,
							  NameStr(att->attname), 0);

	free_parsestate(pstate);
	return value;
}

bool
schema_is_default(Relation rel, AttrNumber attnum, const Node *raw)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	const char *kept = NULL;

	for (int i = 0; constr && i < constr->num_defval; i++)
	{
		if (constr->defval[i].adnum == attnum)
			kept = constr->defval[i].adbin;
	}
	if (kept == NULL || raw == NULL)
		return kept == NULL && raw == NULL;
	return equal(stringToNode(kept), cook_default(rel, attnum, raw));
}

char *
schema_default_text(Relation rel, AttrNumber attnum, const Node *raw)
{
	return deparse_expression(cook_default(rel, attnum, raw), NIL, false, false);
}
