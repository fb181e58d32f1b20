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

typedef struct Dml
{
	Call *call;
	TriggerData *data;
	Row *old;			   /* of UPDATE and DELETE */
	Row *new;			   /* of INSERT and UPDATE; BEFORE: to be completed */
	MemoryContext context; /* of who fired the trigger */
	bool actor_exists;	   /* else dml_require_actor complains */
} Dml;

/*
 * Checks that the function runs as a row trigger of this table, and for what it was made
 * (TRIGGER_TYPE_BEFORE or _AFTER, and a mask of _INSERT, _UPDATE and _DELETE), and begins
 * a call. An AFTER trigger finds the new row as the BEFORE trigger left it, else 27000.
 */
extern Dml *dml_begin(FunctionCallInfo fcinfo, TableId id, int timing, int events);

/*
 * 42501 when nobody acts, P0002 when whoever acts isn't there: asked after the values that
 * need no look at other rows, as functions check their arguments first.
 */
extern void dml_require_actor(const Dml *dml);

/* Ends it; the result is the trigger's. */
extern Datum dml_end(Dml *dml);

#define DML_IS_INSERT(dml) TRIGGER_FIRED_BY_INSERT((dml)->data->tg_event)
#define DML_IS_UPDATE(dml) TRIGGER_FIRED_BY_UPDATE((dml)->data->tg_event)
#define DML_IS_DELETE(dml) TRIGGER_FIRED_BY_DELETE((dml)->data->tg_event)

/*
 * Columns of a new row that the trigger fills. NULL counts as left out; a value that
 * is not the one filled in is 42501.
 */
extern void dml_fill_int64(Dml *dml, int column, int64 value); /* 0: NULL */
extern void dml_fill_text(Dml *dml, int column, const char *value);
extern void dml_refuse(Dml *dml, int column); /* must be NULL */

/* 42501: the column is not the writer's. */
pg_noreturn extern void dml_complain(const Dml *dml, int column);

/* 42501 if the UPDATE changes one of our columns that is not among those listed. */
extern void dml_allow_changes(Dml *dml, const int *columns, int count);

extern bool dml_changes(const Dml *dml, int column);

#endif
