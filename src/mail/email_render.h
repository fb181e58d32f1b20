/*
 * email_render.h
 *
 * Subject and body of an e-mail, from the templates that stand in jobs.email_template.
 */
#ifndef JOBS_EMAIL_RENDER_H
#define JOBS_EMAIL_RENDER_H

#include "utils/jsonb.h"

/* Renders the e-mails of one claim: a template is read and taken apart once. */
typedef struct EmailRenderer EmailRenderer;
extern EmailRenderer *email_renderer_begin(void);
extern void email_renderer_end(EmailRenderer *renderer);

/* An e-mail, as its row has it; ids may be 0. */
typedef struct ClaimedEmail
{
	const char *kind;
	const char *recipient;
	const char *language;
	int64 organization_id;
	int64 member_id;
	int64 job_id;
	Jsonb *payload;
} ClaimedEmail;

/* Texts in the caller's memory. What isn't there any more leaves a gap, never an error. */
extern void email_render(EmailRenderer *renderer, const ClaimedEmail *email, char **subject, char **body);

#endif
