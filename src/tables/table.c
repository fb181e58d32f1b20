/*
 * table.c
 *
 * Finds the tables and what stands on them, and refuses to work with what is not
 * whole: missing, of another schema version, or bereft of a trigger.
 *
 * One entry a table is kept for the session. A callback of the relation cache marks
 * entries invalid; a marked one is built anew at its next use. The old one is left
 * to whoever still reads it and freed at the end of the transaction.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "rewrite/rewriteHandler.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "pg/compat.h"
#include "pg/rights.h"
#include "tables/schema.h"
#include "tables/schema_check.h"
#include "tables/table.h"

#define COLUMNS_FIT(t) StaticAssertDecl(Ncol_##t <= TABLE_MAX_COLUMNS, "too many columns: " #t);
/* clang-format off */
JOBS_TABLES(COLUMNS_FIT)
/* clang-format on */

/*
 * Columns whose foreign key needs no check while the job is locked: the job is
 * there, and through its own key its conversation. Those of jobs are all that refer to them.
 */
static const struct
{
	TableId table;
	int column;
	TableId parent;
} implied_keys[] = {
	{TABLE_message, Col_message_job_id, TABLE_job},
	{TABLE_message, Col_message_conversation_id, TABLE_conversation},
	{TABLE_event, Col_event_job_id, TABLE_job},
	{TABLE_email, Col_email_job_id, TABLE_job},
	{TABLE_assignment, Col_assignment_job_id, TABLE_job},
	{TABLE_decline, Col_decline_job_id, TABLE_job},
	{TABLE_review, Col_review_job_id, TABLE_job},
};

static Oid indexes[INDEX_COUNT]; /* InvalidOid: not looked up, or it may have changed */

static Table *entries[TABLE_COUNT];

/* Counts what the relation cache told us: an entry is good if nothing came while it was built. */
static uint64 invalidations = 0;

/* Is the version of the tables known to be one that we work with? It stands in jobs.node. */
static bool version_checked = false;
static Oid node_relid = InvalidOid;

static Table *table_build(TableId id, Relation rel);
static void table_release(void *arg);

/*
 * A relation changed, or (InvalidOid) any may have.
 */
static void
table_invalidate(Datum arg, Oid relid)
{
	invalidations++;
	for (int i = 0; i < TABLE_COUNT; i++)
	{
		if (entries[i] && (relid == InvalidOid || entries[i]->relid == relid))
			entries[i]->valid = false;
	}
	if (relid == InvalidOid || relid == node_relid)
		version_checked = false;
	for (int i = 0; i < INDEX_COUNT; i++)
	{
		if (relid == InvalidOid || indexes[i] == relid)
			indexes[i] = InvalidOid;
	}
}

void
table_init(void)
{
	CacheRegisterRelcacheCallback(table_invalidate, (Datum) 0);
}

Oid
table_index(IndexId id, const Table *table)
{
	if (!OidIsValid(indexes[id]))
	{
		uint64 before = invalidations;
		Oid index = get_relname_relid(index_name(id), get_namespace_oid(JOBS_SCHEMA, false));

		if (!OidIsValid(index))
			schema_complain("The index jobs.%s is missing.", index_name(id));
		if (!schema_index_is_good(index, index_name(id), table->relid, table->desc))
			schema_complain("The index jobs.%s is not as it was made, or is not ready.", index_name(id));
		if (before != invalidations)
			return index;
		indexes[id] = index;
	}
	return indexes[id];
}

Oid
table_sequence(const Table *table, Relation rel)
{
	TableId id = table->id;
	Oid sequence = table->sequence;

	if (OidIsValid(sequence))
		return sequence;
	sequence = compat_identity_sequence(rel, table->att[table->id_column]);
	if (!OidIsValid(sequence))
		schema_complain("The sequence of jobs.%s.%s is missing.", table_name(id), table_column(id, table->id_column));
	if (entries[id] == table)
		entries[id]->sequence = sequence;
	return sequence;
}

Relation
table_open_known(TableId id, LOCKMODE lockmode, const Table **table)
{
	Relation rel;

	/* jobs.node tells the version, and is looked at by its columns alone */
	if (!version_checked && id != TABLE_node)
	{
		uint64 before = invalidations;

		schema_check_version();
		node_relid = table_oid(TABLE_node);
		version_checked = before == invalidations;
	}

	for (;;)
	{
		Table *entry = entries[id];
		Oid relid = entry && entry->valid ? entry->relid : table_oid(id);

		rel = OidIsValid(relid) ? try_table_open(relid, lockmode) : NULL;
		if (rel == NULL)
		{
			if (entry)
				entry->valid = false;
			if (relid == InvalidOid || !OidIsValid(table_oid(id)))
				schema_complain("The table jobs.%s is missing.", table_name(id));
			continue;
		}

		/* opening it may have told us that it changed */
		entry = entries[id];
		if (entry && entry->valid && entry->relid == relid)
		{
			*table = entry;
			return rel;
		}
		if (table_oid(id) == relid)
		{
			*table = table_build(id, rel);
			return rel;
		}
		table_close(rel, lockmode);
	}
}

const Table *
table_known(TableId id, Relation rel)
{
	Table *entry = entries[id];

	if (entry && entry->valid && entry->relid == RelationGetRelid(rel))
		return entry;
	return table_build(id, rel);
}

Oid
tables_owner(void)
{
	const Table *table;
	Relation rel = table_open_known(TABLE_job, AccessShareLock, &table);

	table_close(rel, NoLock);
	return table->owner;
}

/*
 * NULL, as far as the domain allows it.
 */
static Node *
null_of_domain(Form_pg_attribute att)
{
	Node *value = (Node *) makeNullConst(getBaseType(att->atttypid), -1, att->attcollation);

	return coerce_to_domain(value, InvalidOid, -1, att->atttypid, COERCION_IMPLICIT,
							COERCE_IMPLICIT_CAST, -1, false);
}

/*
 * Notes the columns: known ones by name, the user's own with their defaults.
 */
static void
note_columns(Table *table, Relation rel)
{
	TupleDesc desc = RelationGetDescr(rel);

	for (int i = 0; i < table_column_count(table->id); i++)
	{
		/* 0: the tables are of the previous version, which schema_check_columns allows */
		table->att[i] = schema_attnum(rel, table_column(table->id, i));
	}

	for (int i = 0; i < lengthof(implied_keys); i++)
	{
		if (implied_keys[i].table != table->id)
			continue;
		table->implied[table->nimplied].attnum = table->att[implied_keys[i].column];
		table->implied[table->nimplied].parent = implied_keys[i].parent;
		table->nimplied++;
		Assert(table->nimplied <= TABLE_MAX_IMPLIED);
	}

	for (int attnum = 1; attnum <= desc->natts; attnum++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, attnum - 1);
		bool known = att->attisdropped || att->attgenerated;
		Node *value;

		for (int i = 0; i < table_column_count(table->id) && !known; i++)
			known = table->att[i] == attnum;
		value = known ? NULL : build_column_default(rel, attnum);
		if (!known && value == NULL && get_typtype(att->atttypid) == TYPTYPE_DOMAIN)
			value = null_of_domain(att);
		if (value)
		{
			UserDefault *d = palloc(sizeof(UserDefault));

			d->attnum = attnum;
			d->value = copyObject(expression_planner((Expr *) value));
			table->user_defaults = lappend(table->user_defaults, d);
		}
	}
}

/*
 * The column of a foreign key that has one alone, else InvalidAttrNumber.
 */
static AttrNumber
only_key_column(Oid constraint)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	AttrNumber attnum = InvalidAttrNumber;
	Datum conkey;
	bool isnull;

	if (!HeapTupleIsValid(tuple))
		return InvalidAttrNumber;
	conkey = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_conkey, &isnull);
	if (!isnull)
	{
		ArrayType *array = DatumGetArrayTypeP(conkey);

		if (ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) == 1)
			attnum = ((AttrNumber *) ARR_DATA_PTR(array))[0];
	}
	ReleaseSysCache(tuple);
	return attnum;
}

/*
 * Is this the trigger of a foreign key that a locked job implies?
 */
static bool
key_is_implied(const Table *table, const Trigger *trigger)
{
	if (trigger->tgfoid != F_RI_FKEY_CHECK_INS || !OidIsValid(trigger->tgconstraint))
		return false;
	for (int i = 0; i < lengthof(implied_keys); i++)
	{
		if (implied_keys[i].table == table->id &&
			trigger->tgconstrrelid == table_oid(implied_keys[i].parent) &&
			table->att[implied_keys[i].column] == only_key_column(trigger->tgconstraint))
			return true;
	}
	return false;
}

/*
 * Is this the trigger that looks whether a row of ours refers to one that goes?
 */
static bool
child_is_known(const Table *table, const Trigger *trigger)
{
	if (trigger->tgfoid != F_RI_FKEY_NOACTION_DEL || !OidIsValid(trigger->tgconstraint))
		return false;
	for (int i = 0; i < lengthof(implied_keys); i++)
	{
		if (implied_keys[i].parent == table->id && trigger->tgconstrrelid == table_oid(implied_keys[i].table) &&
			get_attnum(trigger->tgconstrrelid, table_column(implied_keys[i].table, implied_keys[i].column)) ==
				only_key_column(trigger->tgconstraint))
			return true;
	}
	return false;
}

/*
 * Is there a BEFORE trigger of a user, for these events?
 */
static bool
users_come_before(const TriggerDesc *triggers, int events)
{
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (TRIGGER_FOR_BEFORE(trigger->tgtype) && (trigger->tgtype & events) && !table_trigger_is_ours(trigger))
			return true;
	}
	return false;
}

bool
table_trigger_is_ours(const Trigger *trigger)
{
	return strncmp(trigger->tgname, JOBS_TRIGGER_PREFIX, strlen(JOBS_TRIGGER_PREFIX)) == 0;
}

/*
 * The triggers for rows that the library writes itself. Its own are left out: the
 * code that they would run has just decided on this very row. Everything else that
 * stands on the table fires, users' triggers and keys included; users' deferred
 * triggers fire with the action, as the tables' owner, for at the commit they would
 * have the rights of whoever commits. A foreign key's update trigger is left out
 * where nobody but the library can have changed a column, for it never changes a key;
 * and its delete trigger, by which the library has looked itself, along better indexes.
 */
static TriggerDesc *
note_triggers(const Table *table, Relation rel, TriggerSet set)
{
	/* a copy: the lookups below may rebuild what the relation cache holds */
	TriggerDesc *all = CopyTriggerDesc(rel->trigdesc);
	TriggerDesc *desc = palloc0(sizeof(TriggerDesc));
	bool keys_are_safe;
	bool children_are_gone;

	if (all == NULL)
		return NULL;
	desc->triggers = all->triggers;
	desc->numtriggers = all->numtriggers;
	keys_are_safe = !users_come_before(all, TRIGGER_TYPE_UPDATE);
	children_are_gone = set == TRIGGERS_CHILDREN_GONE && !users_come_before(all, TRIGGER_TYPE_DELETE);
	for (int i = 0; i < all->numtriggers; i++)
	{
		Trigger *trigger = &all->triggers[i];
		bool is_key = RI_FKey_trigger_type(trigger->tgfoid) != RI_TRIGGER_NONE;

		if (!TRIGGER_FOR_ROW(trigger->tgtype) || table_trigger_is_ours(trigger) ||
			(is_key && keys_are_safe && TRIGGER_FOR_UPDATE(trigger->tgtype)) ||
			(set == TRIGGERS_PARENT_LOCKED && key_is_implied(table, trigger)) ||
			(children_are_gone && child_is_known(table, trigger)))
		{
			/* not for our rows; but a cascade that our rows set off fires it by its oid */
			trigger->tgenabled = TRIGGER_DISABLED;
			continue;
		}
		if (!trigger->tgisinternal)
		{
			trigger->tgdeferrable = false;
			trigger->tginitdeferred = false;
		}
		if (TRIGGER_FOR_BEFORE(trigger->tgtype))
		{
			desc->trig_insert_before_row |= TRIGGER_FOR_INSERT(trigger->tgtype);
			desc->trig_update_before_row |= TRIGGER_FOR_UPDATE(trigger->tgtype);
			desc->trig_delete_before_row |= TRIGGER_FOR_DELETE(trigger->tgtype);
		}
		else
		{
			desc->trig_insert_after_row |= TRIGGER_FOR_INSERT(trigger->tgtype);
			desc->trig_update_after_row |= TRIGGER_FOR_UPDATE(trigger->tgtype);
			desc->trig_delete_after_row |= TRIGGER_FOR_DELETE(trigger->tgtype);
		}
		desc->trig_insert_new_table |= TRIGGER_FOR_INSERT(trigger->tgtype) && trigger->tgnewtable;
		desc->trig_update_new_table |= TRIGGER_FOR_UPDATE(trigger->tgtype) && trigger->tgnewtable;
		desc->trig_update_old_table |= TRIGGER_FOR_UPDATE(trigger->tgtype) && trigger->tgoldtable;
		desc->trig_delete_old_table |= TRIGGER_FOR_DELETE(trigger->tgtype) && trigger->tgoldtable;
	}
	return desc;
}

static void
note_checks(Table *table, Relation rel)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;

	if (constr == NULL || constr->num_check == 0)
		return;
	table->ncheck = constr->num_check;
	table->checks = palloc(table->ncheck * sizeof(Expr *));
	for (int i = 0; i < table->ncheck; i++)
		table->checks[i] = expression_planner(stringToNode(constr->check[i].ccbin));
}

/*
 * Is the table as it was made, as far as the library relies on it?
 */
static void
check_table(TableId id, Relation rel, Oid primary_key)
{
	schema_check_columns(id, rel);
	schema_check_not_null(id, rel);
	schema_check_triggers(id, rel);
	if (!OidIsValid(primary_key))
		schema_complain("The primary key of jobs.%s is missing.", table_name(id));
	if (!schema_index_is_good(primary_key, psprintf("%s_pkey", table_name(id)), RelationGetRelid(rel),
							  RelationGetDescr(rel)))
		schema_complain("The primary key of jobs.%s is not as it was made.", table_name(id));
}

/*
 * Builds the entry of an open relation. It becomes the valid one last, so that an
 * error on the way leaves nothing half made behind.
 */
static Table *
table_build(TableId id, Relation rel)
{
	uint64 before = invalidations;
	Oid primary_key = compat_primary_key(rel);
	MemoryContext context;
	MemoryContext caller;
	Table *table;
	Table *old;
	Rights rights;

	check_table(id, rel, primary_key);
	context = AllocSetContextCreate(CurrentMemoryContext, "jobs table", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	table = palloc0(sizeof(Table));
	table->id = id;
	table->context = context;
	table->relid = RelationGetRelid(rel);
	table->owner = rel->rd_rel->relowner;
	table->primary_key = primary_key;

	/* planning calls functions that are said to be immutable: the owner's, as the owner */
	rights_switch(&rights, table->owner, SECURITY_RESTRICTED_OPERATION);
	table->desc = CreateTupleDescCopyConstr(RelationGetDescr(rel));
	note_columns(table, rel);
	note_checks(table, rel);
	rights_restore(&rights);

	table->id_column = table_id_column(id);
	for (int set = 0; set < TRIGGER_SETS; set++)
		table->triggers[set] = note_triggers(table, rel, set);

	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, CacheMemoryContext);
	/* else it serves once, and is built anew at the next use */
	table->valid = before == invalidations;
	/* only now, for the owner's code may have had the same table built meanwhile */
	old = entries[id];
	entries[id] = table;

	if (old)
	{
		MemoryContextCallback *callback = MemoryContextAllocZero(TopTransactionContext,
																 sizeof(MemoryContextCallback));

		callback->func = table_release;
		callback->arg = old->context;
		MemoryContextRegisterResetCallback(TopTransactionContext, callback);
	}
	return table;
}

/*
 * Frees an entry that was replaced, once nobody can be reading it any more.
 */
static void
table_release(void *arg)
{
	MemoryContextDelete((MemoryContext) arg);
}
