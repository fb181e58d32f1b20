/*
 * lock_order.h
 *
 * The order in which rows are locked, for everybody: whoever holds a row waits for none that
 * comes before it, so that no two actions wait for each other. Rows of one table are locked in the
 * order of their ids. lock_order.c has the table. On a server with assertions each lock that
 * waits is checked against what the same Rows hold.
 *
 * Before all rows come locks that are no row's: of a client_key, of what a feed does (feed.h:
 * consumers, then numbers), of installing and granting.
 *
 * These may come late. Nothing breaks: the server finds the deadlock and ends one of the two
 * transactions, 40P01, and the application runs it again, as it does after 40001.
 *
 * - A plain UPDATE or DELETE locks its rows in the order in which it meets them, before any
 *   trigger is asked. So an assignment that it deletes comes before its job, a row of
 *   provided_service before its organization. The functions take both in order.
 * - Several actions in one transaction: each keeps the order, all together may not.
 * - row_lock_out_of_order(), where a row is found only under the lock of a later one. Its callers
 *   say with whom they may collide.
 *
 * Foreign keys are checked at the end of an action, and lock the row that is referred to FOR KEY
 * SHARE: they wait for those alone who delete it or change its key, or a service's name, which
 * is unique.
 *
 * Sweeps, rematching that an action sets off, and what is added to rankings skip rows that somebody
 * holds: they wait for nobody, in whatever order. E-mails are claimed in that way, too. Rebuilding
 * rankings waits, with the tables locked.
 */
#ifndef JOBS_LOCK_ORDER_H
#define JOBS_LOCK_ORDER_H

#include "tables/names.h"

/* Where a table's rows come; -1: nobody waits for one of them. */
extern int lock_order_of(TableId id);

#endif
