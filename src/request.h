/*
 * request.h
 *
 * A merchant asks for a job: a named organization, or the best ones, each of which gets a
 * job of its own under one number. Organizations are asked one after another for a
 * merchant, whose row is locked meanwhile.
 */
#ifndef JOBS_REQUEST_H
#define JOBS_REQUEST_H

#include "utils/numeric.h"
#include "utils/uuid.h"

#include "call.h"

/* What is asked for. */
typedef struct Request
{
	int64 request_id;
	int64 merchant_id;
	int64 organization_id; /* 0: the best are chosen */
	int64 service_id;
	int64 store_id; /* 0: none */
	char *title;
	char *description;
	Numeric budget; /* NULL: not said */
	char *currency;
	bool auto_rematch;
	pg_uuid_t *client_key; /* NULL: none */
} Request;

/* How many organizations are to be asked at once. */
extern int request_arg_max_matches(FunctionCallInfo fcinfo, int argno);

/* The jobs of a request in the order of their ids, as they are by now: a list of Row *. */
extern List *request_jobs(Call *call, int64 request_id);

/*
 * Asks the best organizations that none of these jobs are of, up to so many; returns the new
 * jobs, best first. The merchant is locked.
 */
extern List *request_ask_best(Call *call, const Request *request, const Row *merchant, const List *jobs,
							  int max_matches, const char *origin);

/*
 * May whoever acts ask for the job in this row? P0002 when the organization, the service
 * or the store is not there for them, 42501 when theirs is not to ask.
 */
extern void request_require_asker(Call *call, const Row *row);

/*
 * Locks the merchant of the row. May it ask this organization? 22023 when it doesn't provide the
 * service, 55000 when its preferences forbid it.
 */
extern void request_require_welcome(Call *call, const Row *row);

/* The conversation of the two sides, opened if there was none; 55000 when it is blocked. */
extern int64 request_open_conversation(Call *call, Row *row);

#endif
