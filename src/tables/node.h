/*
 * node.h
 *
 * What this database knows of itself: the one row of jobs.node.
 */
#ifndef JOBS_NODE_H
#define JOBS_NODE_H

#include "tables/row.h"

extern Row *node_fetch(Rows *rows);

/* The same; NULL: it has gone. */
extern Row *node_find(Rows *rows);

/*
 * A time that was noted together with the database: when that was here; DT_NOBEGIN: it never was. A copy of the
 * database has another number.
 */
extern TimestampTz node_time_here(const Row *node, int time, int database);

/* Notes that it is now and here, unless somebody else holds the row. */
extern void node_note_here(Row *node, int time, int database);

#endif
