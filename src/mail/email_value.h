/*
 * email_value.h
 *
 * The {placeholders} of e-mails: which there are, for which kinds, and what stands for them
 * in one e-mail.
 */
#ifndef JOBS_EMAIL_VALUE_H
#define JOBS_EMAIL_VALUE_H

#include "utils/jsonb.h"

#include "mail/email.h"
#include "tables/row_cache.h"

/* A placeholder's number by its name; -1: there is none. */
extern int placeholder_of_name(const char *name);

/* Do e-mails of this kind have, or can they have, a value for it? */
extern bool placeholder_has_value(int number, EmailKind kind);

/* Those of a kind, as templates write them. */
extern char *placeholder_list(EmailKind kind);

/*
 * An e-mail of the outbox, by what its row says. E-mails of one event are about the same rows,
 * which the cache reads once.
 */
typedef struct EmailFacts EmailFacts;
extern EmailFacts *email_facts(RowCache *cache, EmailKind kind, const char *recipient, const char *language,
							   int64 organization_id, int64 member_id, int64 job_id, Jsonb *payload);

/*
 * What stands for the placeholder; NULL: nothing. Rows are read when their values are
 * asked for, once. It never fails for want of a row.
 */
extern const char *email_value(EmailFacts *facts, int number);

#endif
