/*
 * pause.h
 *
 * Whether e-mail waits, because an operator wants it to.
 */
#ifndef JOBS_PAUSE_H
#define JOBS_PAUSE_H

#include "tables/row.h"

/* As everybody has committed it by now, whatever the transaction sees. */
extern bool pause_is_on(Rows *rows);

#endif
