/*
 * email_purge.h
 *
 * Deletes e-mails that are done with and old.
 */
#ifndef JOBS_EMAIL_PURGE_H
#define JOBS_EMAIL_PURGE_H

#include "acting/purge.h"

/* A PurgeRound. */
extern int email_purge_round(TimestampTz before, int max_rows, int64 *after, bool *is_over);

#endif
