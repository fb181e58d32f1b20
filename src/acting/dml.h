/*
 * dml.h
 *
 * A row trigger of ours: what somebody's plain INSERT, UPDATE or DELETE says, judged
 * and completed. Refusals of columns that are not the writer's are all made here.
 */
#ifndef JOBS_DML_H
#define JOBS_DML_H

#include "catalog/pg_trigger.h"
#include "commands/trigger.h"

#include "acting/call.h"
#include "acting/dml_statement.h"

typedef struct Dml
{
	Call *call;
	TriggerData *data;
	Row *old;				 /* of UPDATE and DELETE */
	Row *new;				 /* of INSERT and UPDATE; BEFORE: to be completed */
	Row *given;				 /* the new row as it was sent; NULL: the rules fill nothing in it */
	Bitmapset *filled;		 /* the columns that they do */
	MemoryContext context;	 /* of who fired the trigger: of a row, below that of the query */
	DmlStatement *statement; /* BEFORE */
	bool actor_exists;		 /* else dml_require_actor complains */
} Dml;

/*
 * Checks that the function runs as a row trigger of this table, and for what it was made
 * (TRIGGER_TYPE_BEFORE or _AFTER, and a mask of _INSERT, _UPDATE and _DELETE), and begins
 * a call. An AFTER trigger finds the new row as the BEFORE trigger left it, and who acts is the one
 * for whom that judged it, else 27000.
 *
 * Before an UPDATE is judged, values that came back as well as the client could keep them are what
 * they were: a time that lost its microseconds, a number with other zeros behind its point.
 */
extern Dml *dml_begin(FunctionCallInfo fcinfo, TableId id, int timing, int events);

/*
 * 42501 when nobody acts, PT404 when whoever acts isn't there, PT409 when it is suspended, or its account
 * closed: asked after the values that need no look at other rows, as functions check their arguments first.
 */
extern void dml_require_actor(const Dml *dml);

/* Ends it; the result is the trigger's. */
extern Datum dml_end(Dml *dml);

/* The table on which a trigger stands that serves several. */
extern TableId dml_table(FunctionCallInfo fcinfo, int timing, int events);

/* The whole of an AFTER trigger that has nothing else to do: what was decided must stand in the row. */
extern Datum dml_keep(FunctionCallInfo fcinfo, TableId id, int events);

#define DML_IS_INSERT(dml) TRIGGER_FIRED_BY_INSERT((dml)->data->tg_event)
#define DML_IS_UPDATE(dml) TRIGGER_FIRED_BY_UPDATE((dml)->data->tg_event)
#define DML_IS_DELETE(dml) TRIGGER_FIRED_BY_DELETE((dml)->data->tg_event)

/*
 * Columns of a new row that the rules fill are emptied by these: one column, or all but those that
 * people send, and the id. Once the rules have filled them, dml_end() asks what was sent there.
 *
 * Clients that send every column fill ours as well: NULL, 0, '' and times of the year 1 count as
 * left out, a clock of theirs gives way to ours, and the value that the rules give anyway is no
 * offence. Any other value is 42501.
 */
extern void dml_fill(Dml *dml, int column);
extern void dml_fill_all_but(Dml *dml, const int *columns, int count);

/*
 * The same question at once, as far as it has an answer: not of those listed, which other rows tell.
 * What may not be written is refused before what is hidden.
 */
extern void dml_judge_given(const Dml *dml, const int *later, int count);

/* 42501: the column is not the writer's. */
pg_noreturn extern void dml_complain(const Dml *dml, int column);

/*
 * 42501 if the UPDATE changes one of our columns that is not among those listed. Where the column
 * is NULL, what counts as left out in a new row is no change.
 */
extern void dml_allow_changes(Dml *dml, const int *columns, int count);

extern bool dml_changes(const Dml *dml, int column);

/* The column of a table that the rules fill with the clock; -1: there is none. */
extern int dml_clock_column(TableId id);

#endif
