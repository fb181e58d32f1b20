/*
 * reports.h
 *
 * What the database has yet to be told of e-mails: kept until it is, over lost connections,
 * since an e-mail that was sent and not acknowledged is sent once more.
 */
#ifndef MAILER_REPORTS_H
#define MAILER_REPORTS_H

#include <stdbool.h>

#include "database.h"

typedef struct Reports Reports;

/* What became of e-mails. */
typedef struct Tally
{
	int sent;
	int deferred;
	int dead;
	int untried;
	int stale; /* it was too late for an answer */
} Tally;

extern Reports *reports_new(void);

/*
 * It was sent.
 */
extern void reports_add_sent(Reports *reports, const Mail *mail);

/*
 * It was not, and why.
 */
extern void reports_add_failed(Reports *reports, const Mail *mail, const char *error, bool is_permanent);

/*
 * It was not even tried, for that reason: as a failure, but not worth a line in the log.
 */
extern void reports_add_untried(Reports *reports, const Mail *mail, const char *reason);

/*
 * Tells the database. False: some are left, for the connection is lost.
 */
extern bool reports_tell(Reports *reports, Database *database, Tally *tally);

/*
 * Is none left?
 */
extern bool reports_are_told(const Reports *reports);

/*
 * How many are left of e-mails that were sent.
 */
extern int reports_count_sent(const Reports *reports);

extern void reports_free(Reports *reports);

#endif
