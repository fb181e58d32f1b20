/*
 * job.h
 *
 * A job: what rules ask of it, and what moves it from status to status.
 *
 * Every action on a job has this shape, whatever the path:
 *
 *     job = job_lock(...)             PT404; the clock is read after the lock
 *     t = job_require(...)            PT410 overdue, 42501 kind of actor, PT409 status, blocked
 *     job_move(...)                   the row and its history
 *     what goes with it: a message, the record of a decline
 *     consequence_of_action(...)      evidence, e-mail, the next organization: consequence.h
 */
#ifndef JOBS_JOB_H
#define JOBS_JOB_H

#include "utils/jsonb.h"

#include "acting/call.h"
#include "jobs/action.h"

typedef struct Job
{
	Row *row;
	int64 id;
	int64 organization_id;
	int64 merchant_id;
	int64 conversation_id;
	int64 service_id;
	JobStatus status; /* as stored */
	bool is_confirmed;
	TimestampTz due_at; /* DT_NOEND: no deadline runs */
	TimestampTz now;	/* the clock, after the lock */
} Job;

extern void job_init(void);

/* What a row says of a job, now. */
extern Job *job_of_row(Row *row);

/* The job's row, not locked; PT404 when it is missing or hidden from the actor. */
extern Row *job_get(Call *call, int64 id);

/*
 * Locks the job FOR NO KEY UPDATE; PT404 when it is missing or hidden, or gone by then. Several
 * jobs are locked in the order of their ids, except by the last one: see row_lock_out_of_order.
 */
extern Job *job_lock(Call *call, int64 id);
extern Job *job_lock_found(Row *row);
extern Job *job_lock_out_of_order(Row *row);

/* The status in effect: expired when overdue. */
extern JobStatus job_status(const Job *job);

/*
 * The transition that the actor's action means, else an error. Where the rule says so (of
 * rejecting a completion), it locks the job's conversation, after the job.
 */
extern const Transition *job_require(Call *call, Job *job, Action action);

/*
 * The transition that the action of a side means, whoever acts, for what the marketplace does in its place; NULL:
 * the job doesn't allow it.
 */
extern const Transition *job_transition_of(Call *call, Job *job, Action action, Side side);

/* The same as job_require, but NULL when the job's status has no such transition; and the error for that. */
extern const Transition *job_find_transition(Call *call, Job *job, Action action);
pg_noreturn extern void job_complain_status(Call *call, Job *job, Action action);

/* PT410 when the job is expired or overdue; `phrase` ends the sentence "job 42 cannot". */
extern void job_require_unexpired(const Job *job, const char *phrase);

/* What whoever acts can do to the job now: a list of Action, and the same for people. */
extern List *job_allowed_actions(Call *call, Job *job);
extern char *job_list_allowed(Call *call, Job *job);

/*
 * Changes the job's row as the transition says and writes history. False, and no
 * history: a trigger of a user suppressed it.
 */
extern bool job_move(Call *call, Job *job, const Transition *transition, Jsonb *details);

/* The parts of job_move, for rows that somebody's UPDATE writes. */
extern void job_apply(const Job *job, Row *changed, const Transition *transition);
extern void job_record(Call *call, const Job *job, const Transition *transition, Jsonb *details);

/* Writes history of what leaves the job as it is. */
extern void job_record_unmoved(Call *call, const Job *job, Action action, Jsonb *details);

/* What a person fills in a row of jobs.job: 22004, 22023. */
extern void job_check_texts(Row *row);

/* Where a job comes from: its merchant named the organization, or had it found, or found anew; a proposal. */
#define ORIGIN_DIRECT "direct"
#define ORIGIN_MATCH "match"
#define ORIGIN_REMATCH "rematch"
#define ORIGIN_PROPOSAL "proposal"

/*
 * The deadline of a job that waits for a response, and with it the time of its reminder; a deadline that is nearer than
 * that brings no new one.
 */
extern void job_set_deadline(Row *row, TimestampTz until, TimestampTz now);

/*
 * A new job. `row` holds the two sides and what is asked for (title, description, budget, ...);
 * job_fill_new completes it (now: when it is created), job_insert writes it with its
 * history, and its conversation where that is new, and returns its id (0: a trigger of a user
 * suppressed it, and nothing is written). job_record_new is what comes after the row.
 */
extern void job_fill_new(Row *row, const char *origin, int64 conversation_id, TimestampTz now);
extern int64 job_insert(Call *call, Row *row);
extern void job_record_new(Call *call, const Job *job);

/*
 * The conversation's live jobs (Job *) in the order of their ids, not locked; with `latest`, those
 * that others made since the transaction's snapshot, too.
 */
extern List *job_live_in_conversation(Call *call, int64 conversation_id, bool latest);

#endif
