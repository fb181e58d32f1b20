/*
 * directory.h
 *
 * Who is there, as other rooms ask for it.
 */
#ifndef JOBS_DIRECTORY_H
#define JOBS_DIRECTORY_H

#include "acting/call.h"

/*
 * PT404 unless the organization is there for whoever acts: a merchant may name each, a member
 * sees its own and those that are listed.
 */
extern void organization_require(Call *call, int64 id);

/* PT404 unless there is such a service. */
extern void service_require(Call *call, int64 id);

/* 22023 unless the organization provides the service. */
extern void provided_service_require(Call *call, int64 organization_id, int64 service_id);

/*
 * PT404 unless the store is there for whoever acts, and is the merchant's (0: anyone's).
 * Store 0 is none.
 */
extern void store_require(Call *call, int64 store_id, int64 merchant_id);

/* The merchant's row, locked FOR NO KEY UPDATE; PT404. */
extern Row *merchant_lock(Call *call, int64 id);

/*
 * May this merchant contact the organization? PT404 for unknown ones, PT409 when its
 * preferences forbid it.
 */
extern void contact_require(Call *call, int64 organization_id, const Row *merchant);

#endif
