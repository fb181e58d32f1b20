/*
 * email.h
 *
 * The outbox: an e-mail for each recipient, written in the transaction of its cause.
 */
#ifndef JOBS_EMAIL_H
#define JOBS_EMAIL_H

#include "job.h"

typedef enum EmailKind
{
	EMAIL_ASSIGNED,
	EMAIL_MESSAGE,
	EMAIL_JOB_CREATED,
	EMAIL_DECLINED,
	EMAIL_EXPIRED,
	EMAIL_EXPIRING_SOON,
	EMAIL_COMPLETION_REQUESTED,
	EMAIL_COMPLETION_CONFIRMED,
	EMAIL_COMPLETION_REJECTED,
	EMAIL_PROPOSAL_SENT,
	EMAIL_PROPOSAL_ACCEPTED,
	EMAIL_PROPOSAL_DECLINED,
	EMAIL_REVIEW_REQUESTED,
	EMAIL_REVIEW_RECEIVED,
	EMAIL_KINDS
} EmailKind;

/* Who gets it; bits. */
#define TO_ORGANIZATION 1 /* its notification address */
#define TO_ASSIGNEES 2	  /* of the job, less the member who acts */
#define TO_MERCHANT 4
#define TO_MEMBER 8						  /* one member */
#define TO_ASSIGNEES_ELSE_ORGANIZATION 16 /* assignees who want such e-mail; the organization where there are none */

typedef struct Email
{
	EmailKind kind;
	int to;
	int64 organization_id;
	int64 merchant_id;
	int64 conversation_id;
	int64 job_id; /* 0: about no job */
	int64 message_id;
	int64 proposal_id;
	int64 review_id;
	int64 member_id; /* for TO_MEMBER */
} Email;

/* The kinds as the column `kind` names them. */
extern const char *const email_kinds[EMAIL_KINDS];

/* EMAIL_KINDS when there is no such kind. */
extern EmailKind email_kind_of_name(const char *name);

/* An e-mail about a job. */
extern Email email_about(const Job *job, EmailKind kind, int to);

/* Writes a row for each recipient, as the directory names them now. A job is locked. */
extern void email_queue(Call *call, const Email *email);

#endif
