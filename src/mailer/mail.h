/*
 * mail.h
 *
 * An e-mail of the outbox, and the mail that it becomes.
 */
#ifndef MAILER_MAIL_H
#define MAILER_MAIL_H

#include <curl/curl.h>

#include "address.h"

/* As a claim returns it; all of it is the claim's. */
typedef struct Mail
{
	const char *id;
	const char *claim_token;
	const char *recipient;
	const char *subject;
	const char *body;
	const char *job_id; /* NULL: it is about no job */
	const char *message_key;
} Mail;

/* Whom all mail comes from. */
typedef struct Sender
{
	char *name; /* empty: none */
	Address address;
} Sender;

/*
 * The header, but for what libcurl adds. The caller frees it.
 */
extern struct curl_slist *mail_header(const Mail *mail, const Sender *sender, const Address *recipient);

/*
 * The body. The caller frees it.
 */
extern curl_mime *mail_body(CURL *handle, const Mail *mail);

#endif
