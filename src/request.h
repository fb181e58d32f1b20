/*
 * request.h
 *
 * A merchant asks an organization for a job.
 */
#ifndef JOBS_REQUEST_H
#define JOBS_REQUEST_H

#include "call.h"

/*
 * May the job in this row be asked for? Both sides, the service and the store exist
 * and go together, and the preferences allow it.
 */
extern void request_check(Call *call, Row *row);

/* The conversation of the two sides, opened if there was none. */
extern int64 request_open_conversation(Call *call, Row *row);

/* P0002 unless the store exists and is the merchant's; 0 is none. */
extern void request_check_store(Call *call, int64 store_id, int64 merchant_id);

/* 22023 unless the organization provides the service; P0002 when nobody does. */
extern void request_check_service(Call *call, int64 service_id, int64 organization_id);

#endif
