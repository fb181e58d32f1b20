/*
 * email_render.c
 *
 * Which template an e-mail goes by, and the template with its values.
 *
 * It is the one in the recipient's language, else the English one, else the built-in
 * English text, else general words, for a kind that a later version wrote. A template that
 * doesn't parse, which its trigger lets nobody write, counts as missing.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "mail/email_kind.h"
#include "mail/email_render.h"
#include "mail/email_value.h"
#include "pg/check.h"
#include "pg/template.h"

/* A template, taken apart. */
typedef struct Compiled
{
	char *kind;
	char *language;
	List *subject;
	List *body;
} Compiled;

struct EmailRenderer
{
	MemoryContext context; /* of the templates */
	MemoryContext scratch; /* of one e-mail */
	List *templates;
};

EmailRenderer *
email_renderer_begin(void)
{
	EmailRenderer *renderer = palloc0(sizeof(EmailRenderer));

	renderer->context = AllocSetContextCreate(CurrentMemoryContext, "jobs templates", ALLOCSET_DEFAULT_SIZES);
	renderer->scratch = AllocSetContextCreate(CurrentMemoryContext, "jobs e-mail", ALLOCSET_DEFAULT_SIZES);
	return renderer;
}

void
email_renderer_end(EmailRenderer *renderer)
{
	MemoryContextDelete(renderer->scratch);
	MemoryContextDelete(renderer->context);
	pfree(renderer);
}

/*
 * Takes a text apart. An unknown placeholder, which a later version may know, has no value.
 */
static bool
compile_text(const char *text, List **parts)
{
	const char *stray;
	ListCell *cell;

	*parts = template_parse(text, &stray);
	foreach (cell, *parts)
	{
		TemplatePart *part = lfirst(cell);

		if (part->kind == PART_PLACEHOLDER)
			part->number = placeholder_of_name(part->text);
	}
	return stray == NULL;
}

static bool
compile(Compiled *compiled, EmailText text)
{
	return compile_text(text.subject, &compiled->subject) && compile_text(text.body, &compiled->body);
}

/*
 * The same from the table; false: there is none to go by.
 */
static bool
read_template(Compiled *compiled, const char *kind, const char *language)
{
	Rows *rows = rows_begin();
	ScanKeyData keys[2];
	Row *row;
	bool found = false;

	row_key_text(&keys[0], 1, kind);
	row_key_text(&keys[1], 2, language);
	row = row_find(rows, TABLE_email_template, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	if (row)
	{
		EmailText text = {
			.subject = row_text(row, Col_email_template_subject),
			.body = row_text(row, Col_email_template_body),
		};

		found = compile(compiled, text);
	}
	rows_end(rows);
	return found;
}

static const Compiled *
find_template(EmailRenderer *renderer, const char *kind, const char *language)
{
	const char *english = email_languages[EMAIL_ENGLISH];
	EmailKind known = email_kind_of_name(kind);
	MemoryContext caller;
	Compiled *compiled;
	ListCell *cell;

	foreach (cell, renderer->templates)
	{
		compiled = lfirst(cell);
		if (strcmp(compiled->kind, kind) == 0 && strcmp(compiled->language, language) == 0)
			return compiled;
	}
	caller = MemoryContextSwitchTo(renderer->context);
	compiled = palloc(sizeof(Compiled));
	compiled->kind = pstrdup(kind);
	compiled->language = pstrdup(language);
	if (!read_template(compiled, kind, language) && !read_template(compiled, kind, english))
		(void) compile(compiled, known == EMAIL_NONE ? email_text_general() : email_text(known, EMAIL_ENGLISH));
	renderer->templates = lappend(renderer->templates, compiled);
	MemoryContextSwitchTo(caller);
	return compiled;
}

static const char *
value_of(const TemplatePart *part, void *argument)
{
	return part->number < 0 ? NULL : email_value(argument, part->number);
}

void
email_render(EmailRenderer *renderer, const ClaimedEmail *email, char **subject, char **body)
{
	const Compiled *compiled = find_template(renderer, email->kind, email->language);
	MemoryContext caller = MemoryContextSwitchTo(renderer->scratch);
	EmailFacts *facts = email_facts_begin(email_kind_of_name(email->kind), email->recipient,
										  email->organization_id, email->member_id, email->job_id,
										  email->payload);
	const char *line = template_fill_line(compiled->subject, value_of, facts, LENGTH_NAME);
	const char *text = template_fill_text(compiled->body, value_of, facts);

	email_facts_end(facts);
	MemoryContextSwitchTo(caller);
	*subject = pstrdup(*line ? line : email_text_general().subject);
	*body = pstrdup(text);
	MemoryContextReset(renderer->scratch);
}
