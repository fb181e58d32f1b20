/*
 * email.h
 *
 * The outbox: an e-mail for each recipient, written in the transaction of its cause.
 */
#ifndef JOBS_EMAIL_H
#define JOBS_EMAIL_H

#include "acting/call.h"
#include "mail/email_kind.h"

typedef struct Email
{
	EmailKind kind;
	int64 organization_id;
	int64 merchant_id;
	int64 conversation_id;
	int64 job_id; /* 0: about no job */
	int64 message_id;
	int64 proposal_id;
	int64 review_id;
	int64 member_id; /* for TO_MEMBER */
} Email;

/*
 * Writes a row for each recipient that the kind has, as the directory names them now. A job is
 * locked.
 */
extern void email_queue(Call *call, const Email *email);

/* Are they the same address, but for case? */
extern bool email_same_address(const char *a, const char *b);

#endif
