/*
 * database.h
 *
 * The connection to the database, and the calls that a mailer makes there. Each is a
 * transaction of its own.
 */
#ifndef MAILER_DATABASE_H
#define MAILER_DATABASE_H

#include <stdbool.h>

#include "email.h"
#include "settings.h"

typedef struct Database Database;

/* What became of an e-mail whose failure was told. */
typedef enum Outcome
{
	OUTCOME_UNKNOWN,  /* the database could not be told: tell it again */
	OUTCOME_ANSWERED, /* sent, or due again */
	OUTCOME_DEAD,	  /* given up */
	OUTCOME_STALE	  /* somebody else has claimed it meanwhile, or it is gone */
} Outcome;

/* E-mails that were claimed together. */
typedef struct Claim
{
	int count;
	Email *emails;
	double ends_at; /* on stop_clock(), when the lease does, at the earliest */
	void *rows;
} Claim;

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
 * Claims e-mails, maybe none.
 */
extern bool database_claim(Database *database, Claim *claim);

extern void database_forget(Claim *claim);

/*
 * It was sent.
 */
extern Outcome database_acknowledge(Database *database, const char *id, const char *token);

/*
 * It could not be sent. *due_at is when it is due again, in a static buffer.
 */
extern Outcome database_fail(Database *database, const char *id, const char *token, const char *error,
							 bool is_permanent, const char **due_at);

/*
 * Waits for a notification, at most for so many seconds, or until it is time to stop. Ends as
 * well when the connection is lost.
 */
extern void database_wait(Database *database, double seconds);

extern bool database_is_connected(const Database *database);

extern void database_close(Database *database);

#endif
