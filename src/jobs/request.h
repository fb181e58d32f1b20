/*
 * request.h
 *
 * A merchant asks for a job: a named organization, or the best ones, each of which gets a
 * job of its own under one number. Organizations are asked one after another for a
 * merchant, whose row is locked meanwhile.
 */
#ifndef JOBS_REQUEST_H
#define JOBS_REQUEST_H

#include "utils/uuid.h"

#include "acting/call.h"

/* The columns of jobs.job that hold what is asked for: the same in each job of a request. */
extern const int request_columns[];
extern const int request_column_count;

/* How many organizations are to be asked at once. */
extern int request_arg_max_matches(FunctionCallInfo fcinfo, int argno);

/* The jobs of a request in the order of their ids, as they are by now: a list of Row *. */
extern List *request_jobs(Call *call, int64 request_id);

/* What the best organizations are asked for, and which of them. */
typedef struct Ask
{
	const Row *wanted;	 /* a row of jobs.job, written or not: what is asked for, the merchant, the request */
	const Row *merchant; /* locked */
	const List *asked;	 /* jobs, whose organizations were asked before */
	int max_matches;
	const char *origin;
	const pg_uuid_t *client_key; /* that the first new job bears; NULL: none */
	LockWaitPolicy wait;		 /* for conversations that somebody else holds: LockWaitBlock or LockWaitSkip */
} Ask;

typedef enum Asking
{
	ASKING_DONE,
	ASKING_NOBODY, /* there was none to ask */
	ASKING_HELD	   /* it ended at a conversation that somebody else holds */
} Asking;

/*
 * Asks the best organizations; `made` gets the new jobs' rows, best first, but for those that a trigger
 * of a user suppressed. In place of one whose conversation was blocked a moment ago, the next best is
 * asked.
 */
extern Asking request_ask_best(Call *call, const Ask *ask, List **made);

/*
 * The jobs that an earlier call with the same key asked for, or NIL; 22023 when it asked for
 * something else. Those that were added to them later are not what it returned.
 */
extern List *request_find_repeated(Call *call, const Row *wanted, const pg_uuid_t *client_key);

/* The same of a call that asked others under the request which this job is of. */
extern List *request_find_repeated_rematch(Call *call, const Row *any, const pg_uuid_t *client_key);

/*
 * May whoever acts ask for the job in this row? PT404 when the organization, the service
 * or the store is not there for them, 42501 when theirs is not to ask.
 */
extern void request_require_asker(Call *call, const Row *row);

/*
 * Locks the merchant of the row. May it ask this organization? 22023 when it doesn't provide the
 * service, PT409 when its preferences forbid it.
 */
extern void request_require_welcome(Call *call, const Row *row);

/* The conversation of the two sides, opened if there was none; PT409 when it is blocked. */
extern int64 request_open_conversation(Call *call, Row *row);

#endif
