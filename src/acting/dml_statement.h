/*
 * dml_statement.h
 *
 * Somebody's plain INSERT, UPDATE or DELETE, from its first BEFORE trigger of ours to its end: for
 * whom it is judged, and what was decided of its rows.
 *
 * A statement is known by the number of its command, which the snapshot of the query bears in BEFORE
 * and AFTER triggers alike, and which no other has that runs at the same time. It lives as long as
 * the memory of its query; only what a foreign key's action sets off has its AFTER triggers later, with
 * those of the statement that caused it. That is kept in one for all of these, to the end of the
 * transaction.
 */
#ifndef JOBS_DML_STATEMENT_H
#define JOBS_DML_STATEMENT_H

#include "utils/hsearch.h"

#include "acting/actor.h"
#include "tables/names.h"

/* What fires the triggers; a row that is deleted has nothing to remember. */
typedef enum DmlEvent
{
	DML_INSERT,
	DML_UPDATE,
	DML_EVENTS
} DmlEvent;

typedef struct DmlStatement
{
	MemoryContext memory; /* ends with it */
	CommandId command;
	Actor actor;							/* for whom its first row was judged */
	HTAB *decided[TABLE_COUNT][DML_EVENTS]; /* of decided_dml.c; NULL: nothing */
	struct DmlStatement *outer;
} DmlStatement;

/*
 * The one whose BEFORE trigger runs, with `query` as its memory, for whoever acts. `is_put_off`:
 * its AFTER triggers may come when it is over.
 */
extern DmlStatement *dml_statement_begin(MemoryContext query, const Actor *actor, bool is_put_off);

/* The one whose AFTER trigger runs, and the one that keeps what was put off; NULL: there is none. */
extern DmlStatement *dml_statement_current(void);
extern DmlStatement *dml_statement_put_off(void);

#endif
