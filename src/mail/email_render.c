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

/*
 * E-mails that share what was read for them. They are claimed in the order in which they were
 * written, so that those of one event come together; a message may be long.
 */
#define SHARING_EMAILS 100

struct EmailRenderer
{
	MemoryContext context; /* of the templates */
	MemoryContext scratch; /* of one e-mail */
	MemoryContext shared;  /* of what was read */
	Rows *rows;
	RowCache *cache;
	int count; /* of e-mails that shared it */
	List *templates;
};

static void
begin_sharing(EmailRenderer *renderer)
{
	MemoryContext caller = MemoryContextSwitchTo(renderer->shared);

	renderer->rows = rows_begin();
	renderer->cache = row_cache_begin(renderer->rows);
	renderer->count = 0;
	MemoryContextSwitchTo(caller);
}

static void
end_sharing(EmailRenderer *renderer)
{
	row_cache_end(renderer->cache);
	rows_end(renderer->rows);
	MemoryContextReset(renderer->shared);
}

EmailRenderer *
email_renderer_begin(void)
{
	EmailRenderer *renderer = palloc0(sizeof(EmailRenderer));

	renderer->context = AllocSetContextCreate(CurrentMemoryContext, "jobs templates", ALLOCSET_DEFAULT_SIZES);
	renderer->scratch = AllocSetContextCreate(CurrentMemoryContext, "jobs e-mail", ALLOCSET_DEFAULT_SIZES);
	renderer->shared = AllocSetContextCreate(CurrentMemoryContext, "jobs e-mail rows", ALLOCSET_DEFAULT_SIZES);
	begin_sharing(renderer);
	return renderer;
}

void
email_renderer_end(EmailRenderer *renderer)
{
	end_sharing(renderer);
	MemoryContextDelete(renderer->shared);
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
read_template(Rows *rows, Compiled *compiled, const char *kind, const char *language)
{
	ScanKeyData keys[2];
	Row *row;
	EmailText text;

	row_key_text(&keys[0], 1, kind);
	row_key_text(&keys[1], 2, language);
	row = row_find(rows, TABLE_email_template, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	if (row == NULL)
		return false;
	text.subject = row_text(row, Col_email_template_subject);
	text.body = row_text(row, Col_email_template_body);
	return compile(compiled, text);
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
	if (!read_template(renderer->rows, compiled, kind, language) &&
		!read_template(renderer->rows, compiled, kind, english))
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
	const Compiled *compiled;
	MemoryContext caller;
	EmailFacts *facts;
	const char *line;
	const char *text;

	if (renderer->count == SHARING_EMAILS)
	{
		end_sharing(renderer);
		begin_sharing(renderer);
	}
	renderer->count++;
	compiled = find_template(renderer, email->kind, email->language);
	caller = MemoryContextSwitchTo(renderer->scratch);
	facts = email_facts(renderer->cache, email_kind_of_name(email->kind), email->recipient,
						email->language, email->organization_id, email->member_id, email->job_id, email->payload);
	line = template_fill_line(compiled->subject, value_of, facts, LENGTH_NAME);
	text = template_fill_text(compiled->body, value_of, facts);
	MemoryContextSwitchTo(caller);
	*subject = pstrdup(*line ? line : email_text_general().subject);
	*body = pstrdup(text);
	MemoryContextReset(renderer->scratch);
}
