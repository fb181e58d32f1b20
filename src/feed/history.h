/*
 * history.h
 *
 * The history of a job: one row for each thing that happened to it, written under the
 * job's lock, so that ids give the order. Readers of the event feed number the rows: numbering.h.
 */
#ifndef JOBS_HISTORY_H
#define JOBS_HISTORY_H

#include "utils/jsonb.h"

#include "acting/call.h"

/* What happened to a job, in the words of jobs.job_event. */
typedef struct Event
{
	int64 organization_id;
	int64 merchant_id;
	int64 job_id;
	const char *action;
	const char *from_status; /* NULL: there was no job before */
	const char *to_status;
	TimestampTz occurred_at;
	Jsonb *details; /* NULL: nothing to add */
} Event;

/* Writes what happened to a job, which is locked (or new), and who did it. */
extern void history_write(Call *call, const Event *event);

/* Deletes the row of an event, which is locked. False: a trigger of a user keeps it. */
extern bool history_delete(Row *event);

#endif
