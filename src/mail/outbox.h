/*
 * outbox.h
 *
 * Handing e-mails to mailers: jobs.claim_emails() and what answers a claim.
 */
#ifndef JOBS_OUTBOX_H
#define JOBS_OUTBOX_H

/* Defines the settings. */
extern void outbox_init(void);

#endif
