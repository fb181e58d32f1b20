/*
 * client_key.h
 *
 * Keys with which a call can be repeated that may have been lost with its connection. A key is
 * unique in a table for one tenant: the organization or the merchant that acts, or that the new row
 * belongs to. What belongs to neither has the keys of the marketplace.
 *
 * A key tells nobody of what others wrote: rights are asked first, and whoever can name a tenant is
 * of it, or sees all of it. The marketplace's keys, of organizations, merchants and services, are used by
 * operators and by those alone who may sign up, that is, by who may act for any member and merchant.
 * So it does no harm that the key of an organization stands in a row that others see.
 */
#ifndef JOBS_CLIENT_KEY_H
#define JOBS_CLIENT_KEY_H

#include "utils/uuid.h"

#include "acting/dml.h"

/*
 * The row of the table that an earlier call with this key of the tenant (0: the marketplace) wrote,
 * or NULL, also when the key is NULL. Calls with the same key wait for one another, until their transactions end.
 */
extern Row *client_key_find(Call *call, TableId id, int64 tenant, const pg_uuid_t *key);

/*
 * 22023 unless the earlier row says the same in these columns as the new one; a text that a trigger of
 * a user may have changed says nothing.
 */
extern void client_key_require_same(const Row *earlier, const Row *row, const int *columns, int count);

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
