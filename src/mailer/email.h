/*
 * email.h
 *
 * An e-mail of the outbox, and the mail that it becomes.
 */
#ifndef MAILER_EMAIL_H
#define MAILER_EMAIL_H

#include <curl/curl.h>

#include "address.h"

/* As a claim returns it; all of it is the claim's. */
typedef struct Email
{
	const char *id;
	const char *claim_token;
	const char *recipient;
	const char *subject;
	const char *body;
	const char *job_id; /* NULL: it is about no job */
	const char *message_key;
} Email;

/* Whom all mail comes from. */
typedef struct Sender
{
	char *name; /* empty: none */
	Address address;
} Sender;

/*
 * The header, but for what libcurl adds. The caller frees it.
 */
extern struct curl_slist *email_header(const Email *email, const Sender *sender, const Address *recipient);

/*
 * The body. The caller frees it.
 */
extern curl_mime *email_body(CURL *handle, const Email *email);

#endif
