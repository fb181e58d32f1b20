/*
 * client_key.h
 *
 * Keys with which a call can be repeated that may have been lost with its connection.
 * A key is unique in a table for the organization or the merchant that acts.
 */
#ifndef JOBS_CLIENT_KEY_H
#define JOBS_CLIENT_KEY_H

#include "utils/uuid.h"

#include "acting/call.h"

/*
 * The row of the table that an earlier call with this key wrote, or NULL, also when the
 * key is NULL. Calls with the same key wait for one another, until their transactions end.
 */
extern Row *client_key_find(Call *call, TableId id, const pg_uuid_t *key);

/* 22023: the earlier call had other arguments. */
pg_noreturn extern void client_key_complain_reused(void);

#endif
