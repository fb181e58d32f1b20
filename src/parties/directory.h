/*
 * directory.h
 *
 * Who is there, as other rooms ask for it.
 */
#ifndef JOBS_DIRECTORY_H
#define JOBS_DIRECTORY_H

#include "acting/call.h"

/* The rows of one's own side, and all for the system; PT404. The organization's is locked. */
extern Row *organization_lock(Call *call, int64 id, LockTupleMode mode);
extern Row *member_get(Call *call, int64 id);
extern Row *merchant_get(Call *call, int64 id);
extern Row *store_get(Call *call, int64 id);

/* 42501 unless the system acts; `what` ends "the one who acts cannot ...". */
extern void directory_require_system(const Call *call, const char *what);

/* 42501 where one member chooses for another one. */
extern void member_require_self(const Call *call, int64 member_id);

/* PT409 when no other member of the organization, which is locked, is active. */
extern void member_require_not_last(Call *call, const Row *member);

/*
 * PT404 unless the organization is there for whoever acts: a merchant may name each, a member
 * sees its own and those that are listed.
 */
extern void organization_require(Call *call, int64 id);

/* Is the organization of these preferences to be found by strangers? */
extern bool preferences_are_listed(const Row *preferences);

/* PT404 unless there is such a service. */
extern void service_require(Call *call, int64 id);

/* 22023 unless the organization provides the service. */
extern void provided_service_require(Call *call, int64 organization_id, int64 service_id);

/*
 * PT404 unless the store is there for whoever acts, and is the merchant's (0: anyone's).
 * Store 0 is none.
 */
extern void store_require(Call *call, int64 store_id, int64 merchant_id);

/* May a new job be for the store, or was it removed? 0 is none. PT409 when it was. */
extern bool store_is_kept(Call *call, int64 store_id);
extern void store_require_kept(Call *call, int64 store_id);

/* The merchant's row, locked FOR NO KEY UPDATE; PT404, PT409 when it is closed or suspended by then. */
extern Row *merchant_lock(Call *call, int64 id);

/* Is the organization suspended? Nobody asks it for work then: PT409. */
extern bool organization_is_suspended(Call *call, int64 organization_id);
extern void organization_require_unsuspended(Call *call, int64 organization_id);

/*
 * May this merchant contact the organization? PT404 for unknown ones, PT409 when its
 * preferences forbid it, or its account is closed or suspended.
 */
extern void contact_require(Call *call, int64 organization_id, const Row *merchant);

#endif
