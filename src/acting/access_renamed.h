/*
 * access_renamed.h
 *
 * Roles that have another name than the one that access was given under.
 */
#ifndef JOBS_ACCESS_RENAMED_H
#define JOBS_ACCESS_RENAMED_H

#include "nodes/pg_list.h"

/*
 * What the role is called now that had the name `role`, and with it the right to execute these
 * functions (char *); NULL: it was dropped. Where that can't be told, an error that names those whom it may
 * be, or NULL without `is_required`. As the tables' owner, inside SPI.
 */
extern char *access_renamed_role(const char *role, List *functions, bool is_required);

#endif
