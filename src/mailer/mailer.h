/*
 * mailer.h
 *
 * The mailer's work: claims e-mails, sends them, answers the claims.
 */
#ifndef MAILER_MAILER_H
#define MAILER_MAILER_H

#include "settings.h"

/*
 * Works until it is to stop, or with --once until nothing is due. Returns the exit status.
 */
extern int mailer_run(const Settings *settings);

#endif
