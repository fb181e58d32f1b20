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

#endif
