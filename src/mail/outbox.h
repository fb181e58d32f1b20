/*
 * outbox.h
 *
 * An e-mail in the outbox: what its row says of how far it has come. It is pending until it was
 * sent, given up (dead) or cancelled; due when its next attempt may begin; claimed while a mailer
 * owes an answer.
 */
#ifndef JOBS_OUTBOX_H
#define JOBS_OUTBOX_H

#include "tables/row.h"

/* Defines the settings. */
extern void outbox_init(void);

/* The e-mail, locked; PT404 when there is none. */
extern Row *outbox_lock(Rows *rows, int64 id);

/* The same, not locked. */
extern Row *outbox_get(Rows *rows, int64 id);

extern bool outbox_is_pending(const Row *email);
extern bool outbox_is_due(const Row *email, TimestampTz now);

/* Does a mailer hold it? */
extern bool outbox_is_leased(const Row *email);

/* Was it claimed as often as jobs.email_max_attempts says? */
extern bool outbox_is_used_up(const Row *email);

/*
 * A copy that is pending no more, nor claimed; `column` (sent_at, dead_at or cancelled_at) says
 * how it ended. The caller writes it.
 */
extern Row *outbox_end(const Row *email, int column, TimestampTz now);

#endif
