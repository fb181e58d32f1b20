/*
 * email_text.h
 *
 * What e-mails say as long as the operator says nothing else.
 */
#ifndef JOBS_EMAIL_TEXT_H
#define JOBS_EMAIL_TEXT_H

#include "email.h"

typedef enum EmailLanguage
{
	EMAIL_ENGLISH,
	EMAIL_GERMAN,
	EMAIL_LANGUAGES
} EmailLanguage;

/* A subject and a body, with placeholders. */
typedef struct EmailText
{
	const char *subject;
	const char *body;
} EmailText;

/* The two letters of each. */
extern const char *const email_languages[EMAIL_LANGUAGES];

/* The built-in text, in the server's encoding. */
extern EmailText email_text(EmailKind kind, EmailLanguage language);

/* What is said of a kind that is unknown, because a later version of the library wrote it. */
extern EmailText email_text_general(void);

#endif
