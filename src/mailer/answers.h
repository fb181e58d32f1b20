/*
 * answers.h
 *
 * What the database has yet to be told of e-mails: kept until it is, over lost connections,
 * since an e-mail that was sent and not acknowledged is sent once more.
 */
#ifndef MAILER_ANSWERS_H
#define MAILER_ANSWERS_H

#include <stdbool.h>

#include "database.h"

typedef struct Answers Answers;

/* What became of e-mails. */
typedef struct Tally
{
	int sent;
	int deferred;
	int dead;
	int untried;
	int stale; /* it was too late for an answer */
} Tally;

extern Answers *answers_new(void);

/*
 * It was sent.
 */
extern void answers_add_sent(Answers *answers, const Email *email);

/*
 * It was not, and why.
 */
extern void answers_add_failed(Answers *answers, const Email *email, const char *error, bool is_permanent);

/*
 * It was not even tried, for that reason: as a failure, but not worth a line in the log.
 */
extern void answers_add_untried(Answers *answers, const Email *email, const char *reason);

/*
 * Tells the database. False: some are left, for the connection is lost.
 */
extern bool answers_tell(Answers *answers, Database *database, Tally *tally);

/*
 * Is none left?
 */
extern bool answers_are_told(const Answers *answers);

/*
 * How many are left of e-mails that were sent.
 */
extern int answers_count_sent(const Answers *answers);

extern void answers_free(Answers *answers);

#endif
