/*
 * access_problems.h
 *
 * Roles that access or bindings are kept for, and that are not what they were.
 */
#ifndef JOBS_ACCESS_PROBLEMS_H
#define JOBS_ACCESS_PROBLEMS_H

#include "nodes/pg_list.h"

/*
 * What is wrong with each of them, up to a hundred: a sentence (char *), and what to do. With
 * `in_query`, as the query sees it that calls. As the tables' owner, inside SPI.
 */
extern List *access_problems(bool in_query);

#endif
