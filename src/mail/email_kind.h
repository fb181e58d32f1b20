/*
 * email_kind.h
 *
 * What kinds of e-mail there are. All that is known of a kind stands in its row of
 * email_kind_list.h.
 */
#ifndef JOBS_EMAIL_KIND_H
#define JOBS_EMAIL_KIND_H

#include "tables/names.h"

typedef enum EmailKind
{
	EMAIL_NONE, /* no e-mail, or a kind that this library doesn't know */
#define EMAIL_KIND(symbol, ...) EMAIL_##symbol,
#include "mail/email_kind_list.h"
#undef EMAIL_KIND
	EMAIL_KINDS
} EmailKind;

#define EMAIL_FIRST_KIND (EMAIL_NONE + 1)

/* Who gets it; bits. */
#define TO_ORGANIZATION 1 /* its notification address */
#define TO_ASSIGNEES 2	  /* of the job, less the member who acts */
#define TO_MERCHANT 4
#define TO_OTHER_SIDE 8					  /* the organization when the merchant acts, else the merchant */
#define TO_MEMBER 16					  /* one member */
#define TO_ASSIGNEES_ELSE_ORGANIZATION 32 /* assignees who want such e-mail; the organization where there are none */

/* What it can be about; bits. There are placeholders for each. */
#define ABOUT_JOB 1
#define ABOUT_MESSAGE 2
#define ABOUT_DECLINE 4
#define ABOUT_PROPOSAL 8
#define ABOUT_REVIEW 16

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

/* A column that names an actor. */
typedef struct EmailAuthor
{
	TableId table; /* TABLE_COUNT: there is no author */
	int column;
} EmailAuthor;

typedef struct EmailRule
{
	const char *name; /* in jobs.email.kind */
	int to;
	int about;
	EmailAuthor author;
	EmailText texts[EMAIL_LANGUAGES]; /* in UTF-8 */
} EmailRule;

/* Of each kind but EMAIL_NONE. */
extern const EmailRule email_rules[EMAIL_KINDS];

/* EMAIL_NONE when there is no such kind. */
extern EmailKind email_kind_of_name(const char *name);

/* The two letters of each. */
extern const char *const email_languages[EMAIL_LANGUAGES];

/* The built-in text, in the server's encoding. */
extern EmailText email_text(EmailKind kind, EmailLanguage language);

/* What is said of a kind that is unknown, because a later version of the library wrote it. */
extern EmailText email_text_general(void);

#endif
