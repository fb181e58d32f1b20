/*
 * client_key.h
 *
 * Keys with which a call can be repeated that may have been lost with its connection.
 * A key is unique in a table for the organization or the merchant that acts.
 */
#ifndef JOBS_CLIENT_KEY_H
#define JOBS_CLIENT_KEY_H

#include "utils/uuid.h"

#include "acting/dml.h"

/*
 * The row of the table that an earlier call with this key wrote, or NULL, also when the
 * key is NULL. Calls with the same key wait for one another, until their transactions end.
 */
extern Row *client_key_find(Call *call, TableId id, const pg_uuid_t *key);

/*
 * A plain INSERT of a row whose key an earlier row bears: no rule is asked then, the unique index
 * refuses the row, so that ON CONFLICT DO NOTHING does nothing. True: it is such a row, and was
 * completed with what the earlier one has, but for the columns listed that people sent. It is
 * marked by a time that no row has which stands. Nobody is waited for.
 */
extern bool client_key_let_through(Dml *dml, const int *sent, int count);

/* After the row was written: 27000 when it is one of these, which the index has not refused. */
extern void client_key_require_refused(const Dml *dml);

/* 22023: the earlier call had other arguments. */
pg_noreturn extern void client_key_complain_reused(void);

#endif
