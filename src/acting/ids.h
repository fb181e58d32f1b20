/*
 * ids.h
 *
 * Ids: a multiple of 1024 from the table's sequence, plus a slot. An organization
 * gets its slot once, and all of its rows inherit it, so that an id alone tells where
 * a row lives. Rows of the catalogues carry the first slot of the database.
 */
#ifndef JOBS_IDS_H
#define JOBS_IDS_H

#include "acting/call.h"

#define SLOTS 1024

/* The largest: exact in a double, too. */
#define ID_MAX INT64CONST(9007199254740991)

/* The slot that an id carries. */
#define SLOT_OF(id) ((int) ((id) & (SLOTS - 1)))

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
 * The same for a row that somebody INSERTed: NULL and what the column's default just drew
 * count as left out, and any other id is 22023 except for the system.
 */
extern void ids_assign_dml(Call *call, Row *row, int slot, IdOrder order);

/* The slot of catalogue rows, and the one that the next organization gets. */
extern int ids_catalogue_slot(Rows *rows);
extern int ids_organization_slot(Rows *rows, int64 id);

/* A number for a request, which spans organizations. */
extern int64 ids_draw_request(Rows *rows);

/* Sets sequences that lag behind their tables to where ids are free; inside SPI. */
extern void ids_raise_sequences(void);

#endif
