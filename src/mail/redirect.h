/*
 * redirect.h
 *
 * Unsent e-mail follows whoever changes the address.
 */
#ifndef JOBS_REDIRECT_H
#define JOBS_REDIRECT_H

#include "acting/call.h"

/* Whose address it is: one of these, the others are 0. */
typedef struct Addressee
{
	int64 organization_id; /* its own address for messages and jobs */
	int64 member_id;
	int64 merchant_id;
} Addressee;

/*
 * What waits to be sent to the old address of this addressee goes to the new one. What a mailer holds at this
 * moment stays as it is: no mailer waits for people. So does what transactions have written that are not committed.
 */
extern void redirect_emails(Call *call, const Addressee *addressee, const char *from, const char *to);

#endif
