/*
 * template.h
 *
 * A text with {placeholders}: taken apart, and put together with values. It knows nothing
 * of what the placeholders stand for.
 *
 * {{ and }} stand for braces. Of a text of several lines, one that has placeholders, all of
 * them without a value, is left out, and so is the empty line behind it when there is one
 * before it.
 */
#ifndef JOBS_TEMPLATE_H
#define JOBS_TEMPLATE_H

#include "nodes/pg_list.h"

typedef enum TemplatePartKind
{
	PART_TEXT,
	PART_PLACEHOLDER,
	PART_LINE_END
} TemplatePartKind;

typedef struct TemplatePart
{
	TemplatePartKind kind;
	char *text; /* the words, or the placeholder's name; NULL for the end of a line */
	int number; /* of the placeholder, for whoever knows them; -1 */
} TemplatePart;

/*
 * The parts (TemplatePart *) of a template. Where its braces don't go together, `stray` is
 * set to the first brace that doesn't, which else is NULL.
 */
extern List *template_parse(const char *template, const char **stray);

/* The value of a placeholder; NULL: it has none. */
typedef const char *(*TemplateValue)(const TemplatePart *part, void *argument);

/*
 * The template with its values, on one line or on several. Control characters are taken out
 * of either, and so is what would turn the direction of all that follows; a line of its own is
 * trimmed and cut to `limit` characters.
 */
extern char *template_fill_line(const List *parts, TemplateValue value, void *argument, int limit);
extern char *template_fill_text(const List *parts, TemplateValue value, void *argument);

#endif
