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

/* Complains unless the tables are there in a version that the library works with. Takes no SPI. */
extern void install_check_version(void);

/* Complains unless all triggers of ours guard the table. */
extern void install_check_triggers(TableId id, Relation rel);

/* Keeps others from installing and granting until the transaction ends. */
extern void install_lock(void);

#endif
