/*
 * table.h
 *
 * What the library knows of each table: its columns by name, its owner, the
 * sequence of its ids, the triggers that guard it. Looked up once and kept until
 * the relation cache says that the table changed.
 */
#ifndef JOBS_TABLE_H
#define JOBS_TABLE_H

#include "access/attnum.h"
#include "nodes/pg_list.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"
#include "utils/reltrigger.h"

#include "tables/names.h"

#define TABLE_MAX_COLUMNS 32
#define TABLE_MAX_IMPLIED 2

/*
 * Triggers that stand on a table, less those that a row of ours doesn't need: see
 * row.h.
 */
typedef enum TriggerSet
{
	TRIGGERS_PARENT_UNLOCKED, /* all foreign keys are checked */
	TRIGGERS_PARENT_LOCKED,	  /* not those that the locked job implies */
	TRIGGERS_CHILDREN_GONE,	  /* all, but of a job that goes, none of ours is looked for that refers to it */
	TRIGGER_SETS
} TriggerSet;

/* A foreign key, of one bigint, that needs no check as long as a job is locked. */
typedef struct ImpliedKey
{
	AttrNumber attnum;
	TableId parent;
} ImpliedKey;

typedef struct Table
{
	TableId id;
	bool valid;
	Oid relid;
	Oid owner;
	Oid primary_key;
	int id_column;	/* that draws ids; -1: there is none */
	Oid sequence;	/* of that column; InvalidOid: not asked for yet, see table_sequence() */
	TupleDesc desc; /* a copy that is not counted: pins of one descriptor by thousands of rows add up */

	/* 0: jobs.install() is yet to make the column */
	AttrNumber att[TABLE_MAX_COLUMNS];
	List *user_defaults; /* UserDefault: columns that the library doesn't know */
	int ncheck;
	struct Expr **checks; /* CHECK constraints, planned */
	TriggerDesc *triggers[TRIGGER_SETS];
	int nimplied;
	ImpliedKey implied[TABLE_MAX_IMPLIED];
	MemoryContext context;
} Table;

/* A user's own column and what it is filled with. */
typedef struct UserDefault
{
	AttrNumber attnum;
	struct Expr *value;
} UserDefault;

extern void table_init(void);

/* The table's relation, opened and locked, and what is known of it; 55000 with a hint when it isn't there. */
extern Relation table_open_known(TableId id, LOCKMODE lockmode, const Table **table);

/* What is known by now of a table that is open. */
extern const Table *table_known(TableId id, Relation rel);

/* Did jobs.install() make this trigger? */
extern bool table_trigger_is_ours(const Trigger *trigger);

/* The role that owns the tables. */
extern Oid tables_owner(void);

/* One of the indexes that are no primary keys. */
extern Oid table_index(IndexId id, const Table *table);

/* The sequence of the column that draws ids, of a table that is open. */
extern Oid table_sequence(const Table *table, Relation rel);

#endif
