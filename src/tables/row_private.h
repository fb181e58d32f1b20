/*
 * row_private.h
 *
 * What reading and writing rows have in common: the state of one action.
 */
#ifndef JOBS_ROW_PRIVATE_H
#define JOBS_ROW_PRIVATE_H

#include "commands/trigger.h"
#include "executor/executor.h"

#include "tables/row.h"

/* A table as one action uses it. */
typedef struct Target
{
	const Table *table; /* NULL: not used yet */
	Relation rel;
	Relation primary_key; /* NULL: not scanned yet */
	ResultRelInfo *rri;	  /* NULL: not written to yet */
	Bitmapset **updated;  /* where updated columns are noted */
	TriggerDesc *triggers[TRIGGER_SETS];

	/* for users' triggers with transition tables, else NULL */
	TransitionCaptureState *inserted;
	TransitionCaptureState *changed;
	TransitionCaptureState *deleted;
} Target;

/* A row that this action holds, so that nobody deletes it meanwhile. */
typedef struct HeldRow
{
	TableId table;
	int64 key; /* its id or, where there is none, its first key column; 0: that is no number */
} HeldRow;

struct Rows
{
	MemoryContext context;
	Target targets[TABLE_COUNT];
	List *slots;
	HeldRow *held;
	int held_count;
	int held_room;
	Snapshot snapshot; /* NULL: the next read takes a fresh one */
	EState *estate;	   /* NULL: nothing written yet */
	bool ran_triggers; /* a user's BEFORE trigger has run */
	EPQState epq;
};

/* The snapshot of the next read: renewed after each lock and write. */
extern Snapshot rows_snapshot(Rows *rows);

/* The table, opened at its first use in this action. */
extern Target *rows_use_table(Rows *rows, TableId id, LOCKMODE lockmode);

/* Do these rows hold this one? */
extern bool rows_hold(const Rows *rows, TableId table, int64 key);

extern TupleTableSlot *rows_make_slot(Rows *rows, Target *target);
extern Row *rows_make_row(Rows *rows, Target *target, TupleTableSlot *slot);

/* 40001, and 27000: a user's BEFORE trigger changed the very row. */
extern void rows_complain_serialization(void);
extern void rows_complain_self_modified(const Table *table);

#endif
