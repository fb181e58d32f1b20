/*
 * extension.h
 *
 * The extension as this database has it: its functions may be of another version than the library.
 */
#ifndef JOBS_EXTENSION_H
#define JOBS_EXTENSION_H

#include "pg/compat.h"

#ifndef JOBS_VERSION
#error "JOBS_VERSION must be defined: the Makefile reads it from jobs.control"
#endif

/* The schema that its functions are in; InvalidOid: there is no extension. */
extern Oid extension_schema(void);

/* 55000 with this as the detail, and what makes the library and the functions be of one version. */
pg_noreturn extern void extension_refuse_version(const char *format, ...) pg_attribute_printf(1, 2);

/* Complains unless the functions are of the library's version. */
extern void extension_check_version(void);

#endif
