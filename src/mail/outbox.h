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

/*
 * For many e-mails: outbox_batch_rows is asked for the rows of the next ones, at most OUTBOX_BATCH
 * together, and begins afresh now and then, so that what they need in memory is freed. The batch's
 * memory is the current one until outbox_batch_end.
 *
 * With more of them together the memory is of a size that malloc gives back to the system each time,
 * and page faults cost more than new rows do.
 */
#define OUTBOX_BATCH 25

typedef struct OutboxBatch
{
	MemoryContext caller;
	MemoryContext memory;
	Rows *rows;
	int count; /* e-mails that these rows were asked for */
} OutboxBatch;

extern void outbox_batch_begin(OutboxBatch *batch);
extern Rows *outbox_batch_rows(OutboxBatch *batch, int emails);
extern void outbox_batch_end(OutboxBatch *batch);

#endif
