/*
 * event.h
 *
 * Events: one row of jobs.event for each thing that happened to a job, a proposal, a review, a
 * conversation or an account. Those of a job are its history.
 *
 * Ids give the order of what one lock keeps apart: an event is written under the lock of what it is
 * about. A job's events, with those of its review, are written under the job's lock; a proposal's, with those
 * of its review, under the proposal's. In a conversation its start comes first, and its lock is held by
 * what blocks it, opens it again, accepts a proposal or makes a job; other events of it are
 * written without. Readers of the event feed number the rows: numbering.h.
 */
#ifndef JOBS_EVENT_H
#define JOBS_EVENT_H

#include "utils/jsonb.h"

#include "acting/call.h"

/* What happens beside the actions on a job. */
typedef enum EventKind
{
#define EVENT(symbol, name) EVENT_##symbol,
#include "feed/event_list.h"
#undef EVENT
	EVENT_KIND_COUNT
} EventKind;

extern const char *const event_names[EVENT_KIND_COUNT];

/* What happened, in the words of jobs.event. */
typedef struct Event
{
	int64 organization_id; /* 0: it is about a merchant's account */
	int64 merchant_id;	   /* 0: it is about an organization's account */
	int64 job_id;		   /* 0: it is about none; the same of the ids below */
	int64 conversation_id;
	int64 proposal_id;
	int64 review_id;
	const char *action;		 /* one of event_names, or an action on a job */
	const char *from_status; /* of the job; NULL: there is none, or was none before */
	const char *to_status;	 /* NULL: there is no job */
	TimestampTz occurred_at;
	Jsonb *details; /* NULL: nothing to add */
} Event;

/*
 * Can the table hold an event that is of one side alone? Not before jobs.install() has brought it up to
 * date.
 */
extern bool event_of_one_side_fits(Call *call);

/* Writes what happened, and who did it. What it is about is locked, or new, and written. */
extern void event_write(Call *call, const Event *event);

/* Deletes the row of an event, which is locked. False: a trigger of a user keeps it. */
extern bool event_delete(Row *event);

#endif
