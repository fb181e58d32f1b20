/*
 * schema_table.c
 *
 * Compares columns and constraints with what they should be, by what they do. A constraint may
 * have another name than ours; one of our name that does something else is replaced.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_trigger.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "pg/compat.h"
#include "tables/schema_expression.h"
#include "tables/schema_sequence.h"
#include "tables/schema_table.h"

/* A constraint that should be there. */
typedef struct Wanted
{
	char type; /* as in pg_constraint */
	char *name;
	List *columns; /* char * */
	Oid parent;	   /* of a foreign key: the table it refers to, by its primary key */
	Node *check;
	char *definition;
} Wanted;

/* What is found for it. */
typedef struct Found
{
	char *name;			/* does what is wanted, or has its name; NULL: none */
	bool does_it;		/* it does what is wanted ... */
	bool is_valid;		/* ... for all rows ... */
	bool is_deferrable; /* ... though at the commit */
	bool is_in_force;	/* with all that carries it out */
	Oid invalid_index;
} Found;

/* A table while it is looked at. */
typedef struct Comparison
{
	const char *source; /* the piece that the table stands in, which locations count from */
	Relation rel;
	const char *table;
	List *mends;
} Comparison;

static void pg_attribute_printf(2, 3)
	add_mend(Comparison *c, const char *format, ...)
{
	va_list args;
	StringInfoData action;

	initStringInfo(&action);
	appendStringInfo(&action, "ALTER TABLE jobs.%s ", quote_identifier(c->table));
	for (;;)
	{
		int needed;

		va_start(args, format);
		needed = appendStringInfoVA(&action, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&action, needed);
	}
	c->mends = lappend(c->mends, action.data);
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

static Form_pg_attribute
column_of(const Comparison *c, const char *column)
{
	AttrNumber attnum = get_attnum(RelationGetRelid(c->rel), column);

	if (attnum == InvalidAttrNumber)
		elog(ERROR, "table jobs.%s has no column %s", c->table, column);
	return TupleDescAttr(RelationGetDescr(c->rel), attnum - 1);
}

/*
 * Are the keys that a constraint keeps the columns of the relation, in this order?
 */
static bool
has_keys(HeapTuple tuple, AttrNumber keys, Oid relid, const List *columns)
{
	bool isnull;
	Datum datum = SysCacheGetAttr(CONSTROID, tuple, keys, &isnull);
	ArrayType *array = isnull ? NULL : DatumGetArrayTypeP(datum);
	int count = 0;
	ListCell *cell;

	if (array == NULL || ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) != list_length(columns))
		return false;
	foreach (cell, columns)
	{
		if (((AttrNumber *) ARR_DATA_PTR(array))[count++] != get_attnum(relid, lfirst(cell)))
			return false;
	}
	return true;
}

/*
 * Does the foreign key refer to the primary key of the parent?
 */
static bool
refers_to(HeapTuple tuple, Oid parent)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	Relation rel;
	Bitmapset *keys;
	int attnum = -1;
	List *columns = NIL;

	if (form->confrelid != parent || form->confupdtype != FKCONSTR_ACTION_NOACTION ||
		form->confdeltype != FKCONSTR_ACTION_NOACTION || form->confmatchtype != FKCONSTR_MATCH_SIMPLE)
		return false;
	rel = table_open(parent, AccessShareLock);
	keys = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	while ((attnum = bms_next_member(keys, attnum)) >= 0)
		columns = lappend(columns, get_attname(parent, attnum + FirstLowInvalidHeapAttributeNumber, false));
	table_close(rel, AccessShareLock);
	return has_keys(tuple, Anum_pg_constraint_confkey, parent, columns);
}

static bool
does_it(const Comparison *c, const Wanted *wanted, HeapTuple tuple)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	bool isnull;
	Datum datum;

	if (form->contype != wanted->type)
		return false;
	if (wanted->type == CONSTRAINT_CHECK)
	{
		datum = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_conbin, &isnull);
		return !isnull && !form->connoinherit && schema_is_condition(TextDatumGetCString(datum), wanted->check);
	}
	return has_keys(tuple, Anum_pg_constraint_conkey, RelationGetRelid(c->rel), wanted->columns) &&
		   (wanted->type != CONSTRAINT_FOREIGN || refers_to(tuple, wanted->parent));
}

/*
 * Are the triggers switched on that carry a foreign key out, on both sides?
 */
static bool
triggers_fire(Oid constraint)
{
	Relation catalog = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	bool result = true;

	ScanKeyInit(&key, Anum_pg_trigger_tgconstraint, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(constraint));
	scan = systable_beginscan(catalog, TriggerConstraintIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		result = result && ((Form_pg_trigger) GETSTRUCT(tuple))->tgenabled == TRIGGER_FIRES_ON_ORIGIN;
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return result;
}

/*
 * Looks at what carries the constraint out: its index or its triggers.
 */
static void
look_at_means(Oid constraint, Form_pg_constraint form, Found *found)
{
	HeapTuple tuple;
	Form_pg_index index;

	if (form->contype == CONSTRAINT_FOREIGN)
		found->is_in_force = found->is_in_force && triggers_fire(constraint);
	if (form->contype != CONSTRAINT_PRIMARY && form->contype != CONSTRAINT_UNIQUE)
		return;
	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(form->conindid));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for index %u", form->conindid);
	index = (Form_pg_index) GETSTRUCT(tuple);
	if (!index->indisvalid || !index->indisready)
		found->invalid_index = form->conindid;
	found->is_in_force = found->is_in_force && index->indislive && index->indisunique && !index->indnullsnotdistinct;
	ReleaseSysCache(tuple);
}

/*
 * What does what is wanted comes before what only has its name.
 */
static Found
find_constraint(const Comparison *c, const Wanted *wanted)
{
	Relation catalog = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	Found found = {NULL};

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationGetRelid(c->rel)));
	scan = systable_beginscan(catalog, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
		Found other = {NULL};

		other.does_it = does_it(c, wanted, tuple);
		if (!other.does_it && strcmp(NameStr(form->conname), wanted->name) != 0 &&
			!(wanted->type == CONSTRAINT_PRIMARY && form->contype == CONSTRAINT_PRIMARY))
			continue;
		other.name = pstrdup(NameStr(form->conname));
		other.is_valid = form->convalidated;
		other.is_deferrable = form->condeferrable;
		other.is_in_force = compat_is_enforced(form);
		look_at_means(form->oid, form, &other);
		if (found.name == NULL || (other.does_it && !found.does_it) ||
			(other.does_it && other.is_valid && other.is_in_force && !other.is_deferrable))
			found = other;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

/*
 * Whatever isn't checked any more is checked anew, since what it forbids may have come in.
 */
static void
compare_constraint(Comparison *c, const Wanted *wanted)
{
	Found found = find_constraint(c, wanted);

	if (found.name == NULL)
		add_mend(c, "ADD CONSTRAINT %s %s", quote_identifier(wanted->name), wanted->definition);
	else if (!found.does_it || !found.is_in_force ||
			 (found.is_deferrable && wanted->type != CONSTRAINT_FOREIGN))
		add_mend(c, "DROP CONSTRAINT %s, ADD CONSTRAINT %s %s", quote_identifier(found.name),
				 quote_identifier(wanted->name), wanted->definition);
	else
	{
		if (found.is_deferrable)
			add_mend(c, "ALTER CONSTRAINT %s NOT DEFERRABLE", quote_identifier(found.name));
		if (!found.is_valid)
			add_mend(c, "VALIDATE CONSTRAINT %s", quote_identifier(found.name));
		if (OidIsValid(found.invalid_index))
			c->mends = lappend(c->mends, psprintf("REINDEX INDEX jobs.%s",
												  quote_identifier(get_rel_name(found.invalid_index))));
	}
}

/*
 * A constraint of the table, on a column or (NULL) on several. Its name is the one that the
 * server chose, where the schema gives none.
 */
static void
compare_key_or_check(Comparison *c, const char *column, const Constraint *constraint)
{
	Wanted wanted = {.columns = column ? list_make1(pstrdup(column)) : NIL};
	StringInfoData columns;
	const char *label = NULL;
	ListCell *cell;

	foreach (cell, constraint->keys)
		wanted.columns = lappend(wanted.columns, strVal(lfirst(cell)));
	initStringInfo(&columns);
	foreach (cell, wanted.columns)
		appendStringInfo(&columns, "%s%s", columns.len ? ", " : "", quote_identifier(lfirst(cell)));

	switch (constraint->contype)
	{
		case CONSTR_PRIMARY:
			wanted.type = CONSTRAINT_PRIMARY;
			label = "pkey";
			wanted.definition = psprintf("PRIMARY KEY (%s)", columns.data);
			break;
		case CONSTR_UNIQUE:
			wanted.type = CONSTRAINT_UNIQUE;
			label = "key";
			wanted.definition = psprintf("UNIQUE (%s)", columns.data);
			break;
		case CONSTR_FOREIGN:
			wanted.type = CONSTRAINT_FOREIGN;
			label = "fkey";
			wanted.parent = RangeVarGetRelid(constraint->pktable, NoLock, true);
			wanted.definition = psprintf("FOREIGN KEY (%s) REFERENCES jobs.%s", columns.data,
										 quote_identifier(constraint->pktable->relname));
			break;
		case CONSTR_CHECK:
			wanted.type = CONSTRAINT_CHECK;
			label = "check";
			wanted.check = schema_condition(c->rel, constraint->raw_expr, EXPR_KIND_CHECK_CONSTRAINT, "CHECK");
			wanted.definition =
				strstr(text_through_parentheses(c->source + constraint->location), "CHECK");
			break;
		default:
			elog(ERROR, "the schema has a constraint of unknown kind %d", (int) constraint->contype);
	}
	wanted.name = constraint->conname ?
					  constraint->conname :
					  makeObjectName(c->table, wanted.type == CONSTRAINT_PRIMARY ? NULL : column, label);
	/* a parent that is missing takes its keys along when it is made anew */
	if (wanted.type != CONSTRAINT_FOREIGN || OidIsValid(wanted.parent))
		compare_constraint(c, &wanted);
}

/*
 * A column that may be NULL, or may have been: rows that were there before are to be looked at.
 */
static void
compare_not_null(Comparison *c, Form_pg_attribute att)
{
	HeapTuple tuple;

	if (!att->attnotnull)
	{
		add_mend(c, "ALTER %s SET NOT NULL", quote_identifier(NameStr(att->attname)));
		return;
	}
	tuple = compat_find_not_null(RelationGetRelid(c->rel), att->attnum);
	if (HeapTupleIsValid(tuple) && !((Form_pg_constraint) GETSTRUCT(tuple))->convalidated)
		add_mend(c, "VALIDATE CONSTRAINT %s",
				 quote_identifier(NameStr(((Form_pg_constraint) GETSTRUCT(tuple))->conname)));
}

static void
compare_identity(Comparison *c, const char *column, const Constraint *constraint)
{
	Form_pg_attribute att = column_of(c, column);
	Oid sequence = compat_identity_sequence(c->rel, att->attnum);

	compare_not_null(c, att);
	if (att->attidentity == '\0' || !OidIsValid(sequence))
	{
		if (att->attidentity != '\0')
			add_mend(c, "ALTER %s DROP IDENTITY", quote_identifier(column));
		else if (!schema_is_default(c->rel, att->attnum, NULL))
			add_mend(c, "ALTER %s DROP DEFAULT", quote_identifier(column));
		add_mend(c, "ALTER %s ADD %s", quote_identifier(column),
				 text_through_parentheses(c->source + constraint->location));
		return;
	}
	if (att->attidentity != constraint->generated_when)
		add_mend(c, "ALTER %s SET GENERATED BY DEFAULT", quote_identifier(column));
	c->mends = list_concat(c->mends, schema_mend_sequence(sequence, constraint->options));
}

/*
 * What a column has and shouldn't have is a default alone; a constraint may be a user's.
 */
static void
compare_column(Comparison *c, const ColumnDef *column)
{
	Form_pg_attribute att = column_of(c, column->colname);
	const Node *value = NULL;
	bool is_identity = false;
	ListCell *cell;

	foreach (cell, column->constraints)
	{
		Constraint *constraint = lfirst_node(Constraint, cell);

		switch (constraint->contype)
		{
			case CONSTR_IDENTITY:
				is_identity = true;
				compare_identity(c, column->colname, constraint);
				break;
			case CONSTR_NOTNULL:
				compare_not_null(c, att);
				break;
			case CONSTR_DEFAULT:
				value = constraint->raw_expr;
				if (!schema_is_default(c->rel, att->attnum, value))
					add_mend(c, "ALTER %s SET DEFAULT %s", quote_identifier(column->colname),
							 schema_default_text(c->rel, att->attnum, value));
				break;
			default:
				compare_key_or_check(c, column->colname, constraint);
		}
	}
	if (value == NULL && !is_identity && !schema_is_default(c->rel, att->attnum, NULL))
		add_mend(c, "ALTER %s DROP DEFAULT", quote_identifier(column->colname));
}

List *
schema_mend_table(const CreateStmt *table, const char *source)
{
	Comparison c = {.source = source, .table = table->relation->relname};
	ListCell *cell;

	c.rel = table_openrv(table->relation, AccessShareLock);
	if (c.rel->rd_rel->relpersistence == RELPERSISTENCE_UNLOGGED)
		add_mend(&c, "SET LOGGED");
	foreach (cell, table->tableElts)
	{
		if (IsA(lfirst(cell), ColumnDef))
			compare_column(&c, lfirst(cell));
		else
			compare_key_or_check(&c, NULL, lfirst_node(Constraint, cell));
	}
	table_close(c.rel, AccessShareLock);
	return c.mends;
}
