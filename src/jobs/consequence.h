/*
 * consequence.h
 *
 * What follows from an action once its job is moved and its history is written, as the action's
 * rule says: evidence for matching, e-mail, and the next organization that is asked.
 */
#ifndef JOBS_CONSEQUENCE_H
#define JOBS_CONSEQUENCE_H

#include "jobs/job.h"
#include "mail/email.h"

/* What an action is about beside its job; ids may be 0. */
typedef struct Subject
{
	int64 message_id;
	int64 member_id; /* who was assigned */
} Subject;

/* `job` is as it was before the transition; subject: or NULL. */
extern void consequence_of_action(Call *call, const Job *job, const Transition *transition, const Subject *subject);

/* The same for a job that was just created. */
extern void consequence_of_creation(Call *call, const Job *job);

/*
 * A sweep's part of it: after jobs that were lost while somebody held the merchant, asks the next
 * organizations. Up to max_rows, beginning with those put off at `from`, which moves on; returns
 * after how many jobs it is done.
 */
extern int consequence_rematch_batch(Call *call, int max_rows, TimestampTz *from);

/* An e-mail about a job. */
extern Email consequence_email(const Job *job, EmailKind kind);

#endif
