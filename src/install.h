/*
 * install.h
 *
 * Installing the tables, and refusing to work with ones that aren't ready.
 */
#ifndef JOBS_INSTALL_H
#define JOBS_INSTALL_H

#include "compat.h"
#include "table.h"

/* 55000, the tables are not ready: `format` is a sentence that says what is wrong. */
pg_noreturn extern void install_complain(const char *format, ...) pg_attribute_printf(1, 2);

/*
 * 55000, somebody altered the tables in a way that install() can't make good; `format` is a
 * sentence that says what.
 */
pg_noreturn extern void install_complain_altered(const char *format, ...) pg_attribute_printf(1, 2);

/* Complains unless the table and our columns of it are as the schema has them. */
extern void install_check_columns(TableId id, Relation rel);

/* Complains unless the tables are there in a version that the library works with. Takes no SPI. */
extern void install_check_version(void);

/* Complains unless all triggers of ours guard the table. */
extern void install_check_triggers(TableId id, Relation rel);

/* Keeps others from installing and granting until the transaction ends. */
extern void install_lock(void);

#endif
