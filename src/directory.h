/*
 * directory.h
 *
 * Who is there, as other rooms ask for it.
 */
#ifndef JOBS_DIRECTORY_H
#define JOBS_DIRECTORY_H

#include "row.h"

/* The organization's row of jobs.provided_service for the service, or NULL. */
extern Row *provided_service_find(Rows *rows, int64 organization_id, int64 service_id);

#endif
