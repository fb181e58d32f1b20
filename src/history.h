/*
 * history.h
 *
 * The history of a job: one row for each thing that happened to it, written under the
 * job's lock, so that ids give the order. Readers of the event feed number the rows: numbering.h.
 */
#ifndef JOBS_HISTORY_H
#define JOBS_HISTORY_H

#include "utils/jsonb.h"

#include "job.h"

/* Writes what happened to a job, which is locked (or new). */
extern void history_write(Call *call, const Job *job, Action action, JobStatus from, JobStatus to,
						  Jsonb *details);

/* An object of one member: an id, or a word; NULL for none. */
extern Jsonb *details_id(const char *name, int64 id);
extern Jsonb *details_text(const char *name, const char *value);

/* An object of ids; those that are 0 are left out. */
typedef struct IdPair
{
	const char *name;
	int64 id;
} IdPair;
extern Jsonb *details_ids(const IdPair *pairs, int count);

#endif
