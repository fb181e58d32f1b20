/*
 * slots.h
 *
 * Slots: an organization gets one once, and the ids of all of its rows carry it, so that an id
 * alone tells where a row lives. Rows of the catalogues carry the first slot of the database.
 */
#ifndef JOBS_SLOTS_H
#define JOBS_SLOTS_H

#include "tables/row.h"

#define SLOTS 1024

/* The largest id: exact in a double, too. */
#define ID_MAX INT64CONST(9007199254740991)

/* The slot that an id carries. */
#define SLOT_OF(id) ((int) ((id) & (SLOTS - 1)))

/* The slot of catalogue rows, and the one that an organization gets with this number of the sequence. */
extern int slots_of_catalogue(Rows *rows);
extern int slots_of_organization(Rows *rows, int64 id);

#endif
