/*
 * database.h
 *
 * The connection to the database, and the calls that a mailer makes there. Each is a
 * transaction of its own.
 */
#ifndef MAILER_DATABASE_H
#define MAILER_DATABASE_H

#include <stdbool.h>

#include "mail.h"
#include "settings.h"

typedef struct Database Database;

/* What became of an e-mail whose failure was told. */
typedef enum Reply
{
	REPLY_NONE,		/* the database could not be told: tell it again */
	REPLY_ACCEPTED, /* sent, or due again */
	REPLY_DEAD,		/* given up */
	REPLY_STALE		/* somebody else has claimed it meanwhile, or it is gone */
} Reply;

/* E-mails that were claimed together. */
typedef struct MailBatch
{
	int count;
	Mail *mails;
	double ends_at; /* on stop_clock(), when the lease does, at the earliest */
	void *rows;
} MailBatch;

extern Database *database_new(const Settings *settings);

/*
 * Connects, unless it is, and listens. False: it can't be done, which is in the log.
 */
extern bool database_connect(Database *database);

/*
 * Is an e-mail due? False as well when the connection is lost, as all of these.
 */
extern bool database_has_due(Database *database);

/*
 * Claims so many e-mails at most, maybe none.
 */
extern bool database_claim(Database *database, int count, MailBatch *batch);

extern void database_forget(MailBatch *batch);

/*
 * It was sent.
 */
extern Reply database_acknowledge(Database *database, const char *id, const char *token);

/*
 * It could not be sent. *due_at is when it is due again, in a static buffer.
 */
extern Reply database_fail(Database *database, const char *id, const char *token, const char *error,
						   bool is_permanent, const char **due_at);

/*
 * Waits for a notification, at most for so many seconds, or until it is time to stop. Ends as
 * well when the connection is lost.
 */
extern void database_wait(Database *database, double seconds);

extern bool database_is_connected(const Database *database);

extern void database_close(Database *database);

#endif
