/*
 * email_template.h
 *
 * The table of what e-mails say.
 */
#ifndef JOBS_EMAIL_TEMPLATE_H
#define JOBS_EMAIL_TEMPLATE_H

/*
 * Writes the built-in texts that are missing, and brings those up to date that nobody
 * changed; returns how many rows were written. For the tables' owner, inside of jobs.install().
 */
extern int email_template_fill_table(void);

#endif
