/*
 * ids.h
 *
 * Ids: a multiple of 1024 from the table's sequence, plus a slot (slots.h).
 */
#ifndef JOBS_IDS_H
#define JOBS_IDS_H

#include "acting/call.h"
#include "acting/slots.h"

/* Gives a new row its id. */
extern int64 ids_assign(Row *row, int slot);

/* What is asked of the ids of a table. */
typedef enum IdOrder
{
	ID_OF_CATALOGUE, /* the system may choose any */
	ID_OF_TENANT,	 /* the system may choose one of the organization's slot */
	ID_ORDERED		 /* the same, and ids are in the order in which locks were had */
} IdOrder;

/*
 * The same for a row that somebody INSERTed: NULL, 0 and what the column's default just
 * drew count as left out, and any other id is 22023 except for the system.
 */
extern void ids_assign_dml(Call *call, Row *row, int slot, IdOrder order);

/* A number for a request, which spans organizations. */
extern int64 ids_draw_request(Rows *rows);

#endif
