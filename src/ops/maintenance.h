/*
 * maintenance.h
 *
 * Deletes what is old, by settings that say how long it is kept.
 */
#ifndef JOBS_MAINTENANCE_H
#define JOBS_MAINTENANCE_H

#include "datatype/timestamp.h"

extern void maintenance_init(void);

/* When it last came to its end in this database; DT_NOBEGIN: never. */
extern TimestampTz maintenance_last_end(void);

#endif
