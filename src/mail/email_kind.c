/*
 * email_kind.c
 *
 * The kinds of e-mail as a table, and their built-in texts. jobs.install() puts these into
 * jobs.email_template.
 */
#include "postgres.h"

#include "mail/email_kind.h"
#include "pg/check.h"
#include "pg/encoding.h"

const char *const email_languages[EMAIL_LANGUAGES] = {
	[EMAIL_ENGLISH] = "en",
	[EMAIL_GERMAN] = "de",
};

/* clang-format off */
#define AUTHOR(table, column) {TABLE_##table, Col_##table##_##column}
#define NO_AUTHOR {TABLE_COUNT, 0}

const EmailRule email_rules[EMAIL_KINDS] = {
#define EMAIL_KIND(symbol, name, to, about, author, subject, body, german_subject, german_body) \
	[EMAIL_##symbol] = {name, to, about, author, {{subject, body}, {german_subject, german_body}}},
#include "mail/email_kind_list.h"
#undef EMAIL_KIND
};

/* Every kind goes to somebody, is about something, and says something that a subject has room for. */
#define IS_SUBJECT(text) (sizeof(text) > 1 && sizeof(text) <= LENGTH_NAME + 1)
#define EMAIL_KIND(symbol, name, to, about, author, subject, body, german_subject, german_body) \
	StaticAssertDecl(sizeof(name) > 1 && (to) != 0 && (about) != 0, "e-mail kind is incomplete: " #symbol); \
	StaticAssertDecl(IS_SUBJECT(subject) && IS_SUBJECT(german_subject), "no subject: " #symbol); \
	StaticAssertDecl(sizeof(body) > 1 && sizeof(german_body) > 1, "no body: " #symbol);
#include "mail/email_kind_list.h"
#undef EMAIL_KIND
/* clang-format on */

EmailKind
email_kind_of_name(const char *name)
{
	for (int kind = EMAIL_FIRST_KIND; kind < EMAIL_KINDS; kind++)
	{
		if (strcmp(email_rules[kind].name, name) == 0)
			return kind;
	}
	return EMAIL_NONE;
}

EmailText
email_text(EmailKind kind, EmailLanguage language)
{
	const EmailText *built_in = &email_rules[kind].texts[language];
	EmailText text = {
		.subject = encoding_from_utf8(built_in->subject),
		.body = encoding_from_utf8(built_in->body),
	};

	return text;
}

EmailText
email_text_general(void)
{
	EmailText text = {
		.subject = "There is news on your work",
		.body = "Something happened in one of your jobs or conversations.\n\n"
				"Open the marketplace to see what it is.\n",
	};

	return text;
}
