/*
 * schema_complain.h
 *
 * What is said of tables that can't be worked with: 55000.
 */
#ifndef JOBS_SCHEMA_COMPLAIN_H
#define JOBS_SCHEMA_COMPLAIN_H

#include "pg/compat.h"

/* The tables are not ready, and install() cures it: `format` is a sentence that says what is wrong. */
pg_noreturn extern void schema_complain(const char *format, ...) pg_attribute_printf(1, 2);

/*
 * Somebody altered the tables in a way that install() can't make good; `format` is a sentence that
 * says what, `hint` what to do, the statement included.
 */
pg_noreturn extern void schema_complain_altered(const char *hint, const char *format, ...) pg_attribute_printf(2, 3);

/* Complains when the functions are not in schema jobs any more. */
extern void schema_refuse_renamed(void);

#endif
