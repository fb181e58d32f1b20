/*
 * account_change.h
 *
 * What follows when the row of an account, or of a store, was changed: an event that names the columns,
 * e-mail that goes to the new address, the work of a member who left. The same for functions and for plain
 * UPDATEs.
 */
#ifndef JOBS_ACCOUNT_CHANGE_H
#define JOBS_ACCOUNT_CHANGE_H

#include "acting/call.h"
#include "feed/event.h"

/* Is the table one of organizations, preferences, members, merchants or stores? */
extern bool account_has_rows_in(TableId id);

/* The row is written. */
extern void account_changed(Call *call, const Row *old, const Row *changed);

/* The event of a row of such a table; details: or NULL. */
extern void account_write_event(Call *call, const Row *row, EventKind kind, Jsonb *details);

/* The number of the member or store, under its name, which the event's own columns don't have; NULL: of neither. */
extern Jsonb *account_details(const Row *row);

#endif
