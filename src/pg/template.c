/*
 * template.c
 *
 * Texts with placeholders. Values are put in as they are, in one pass: a brace in a value
 * is a brace.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "pg/template.h"
#include "pg/text.h"

static List *
add_part(List *parts, TemplatePartKind kind, const char *start, int length)
{
	TemplatePart *part = palloc(sizeof(TemplatePart));

	part->kind = kind;
	part->text = start ? pnstrdup(start, length) : NULL;
	part->number = -1;
	return lappend(parts, part);
}

static List *
add_words(List *parts, StringInfo words)
{
	if (words->len > 0)
		parts = add_part(parts, PART_TEXT, words->data, words->len);
	resetStringInfo(words);
	return parts;
}

List *
template_parse(const char *template, const char **stray)
{
	List *parts = NIL;
	const char *c = template;
	StringInfoData words;

	*stray = NULL;
	initStringInfo(&words);
	while (*stray == NULL && *c)
	{
		if ((*c == '{' || *c == '}') && c[1] == c[0])
		{
			appendStringInfoChar(&words, *c);
			c += 2;
		}
		else if (*c == '{')
		{
			int length = strcspn(c + 1, "{}\n");

			parts = add_words(parts, &words);
			if (c[1 + length] == '}')
				parts = add_part(parts, PART_PLACEHOLDER, c + 1, length);
			else
				*stray = c;
			c += length + 2;
		}
		else if (*c == '}')
			*stray = c;
		else if (*c == '\n' || (*c == '\r' && c[1] == '\n'))
		{
			parts = add_part(add_words(parts, &words), PART_LINE_END, NULL, 0);
			c += *c == '\r' ? 2 : 1;
		}
		else
			appendStringInfoChar(&words, *c++);
	}
	return add_words(parts, &words);
}

/*
 * Puts the values in as they are, and leaves lines out if told to.
 */
static char *
fill_template(const List *parts, TemplateValue value, void *argument, bool leave_out)
{
	StringInfoData out;
	int line = 0; /* where the last line begins */
	bool has_placeholders = false;
	bool has_values = false;
	bool after_blank = true; /* nothing, or an empty line, stands before this one */
	bool skip_blank = false; /* a line was left out there */
	ListCell *cell;

	initStringInfo(&out);
	foreach (cell, parts)
	{
		const TemplatePart *part = lfirst(cell);

		if (part->kind == PART_TEXT)
			appendStringInfoString(&out, part->text);
		else if (part->kind == PART_PLACEHOLDER)
		{
			const char *text = value(part, argument);

			has_placeholders = true;
			has_values |= text && *text;
			appendStringInfoString(&out, text ? text : "");
		}
		if (part->kind != PART_LINE_END && lnext(parts, cell))
			continue;

		/* the end of a line */
		if (leave_out && has_placeholders && !has_values)
		{
			out.len = line;
			skip_blank |= after_blank;
		}
		else if (out.len > line || !skip_blank)
		{
			after_blank = out.len == line;
			skip_blank = false;
			if (part->kind == PART_LINE_END)
				appendStringInfoChar(&out, '\n');
		}
		out.data[out.len] = '\0';
		line = out.len;
		has_placeholders = has_values = false;
	}
	return out.data;
}

/*
 * How many bytes stand at the beginning that are printable ASCII, and so what they are. In the
 * encodings that a server may have, no other character contains any.
 */
static int
plain_length(const char *text)
{
	const char *c = text;

	while ((unsigned char) (*c - ' ') <= '~' - ' ')
		c++;
	return c - text;
}

/*
 * Adds what is plain, and moves on behind it.
 */
static void
copy_plain(StringInfo out, const char **rest)
{
	int length = plain_length(*rest);

	appendBinaryStringInfo(out, *rest, length);
	*rest += length;
}

/*
 * Ends a line: in UTF-8 some characters beyond ASCII do.
 */
static bool
is_line_end(pg_wchar c)
{
	return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

char *
template_fill_line(const List *parts, TemplateValue value, void *argument, int limit)
{
	const char *rest = fill_template(parts, value, argument, false);
	StringInfoData out;

	initStringInfo(&out);
	for (copy_plain(&out, &rest); *rest; copy_plain(&out, &rest))
	{
		const char *start = rest;
		pg_wchar c = text_next_character(&rest);

		if (text_is_control(c))
			appendStringInfoChar(&out, ' ');
		else if (!text_is_turning(c))
			appendBinaryStringInfo(&out, start, rest - start);
	}
	for (rest = out.data; *rest == ' ';)
		rest++;
	out.len = rest - out.data + pg_mbcharcliplen(rest, strlen(rest), limit);
	while (out.len > 0 && out.data[out.len - 1] == ' ')
		out.len--;
	out.data[out.len] = '\0';
	return rest <= out.data + out.len ? pstrdup(rest) : pstrdup("");
}

char *
template_fill_text(const List *parts, TemplateValue value, void *argument)
{
	const char *rest = fill_template(parts, value, argument, true);
	StringInfoData out;

	initStringInfo(&out);
	for (copy_plain(&out, &rest); *rest; copy_plain(&out, &rest))
	{
		const char *start = rest;
		pg_wchar c = text_next_character(&rest);

		if (is_line_end(c))
		{
			appendStringInfoChar(&out, '\n');
			if (c == '\r' && *rest == '\n')
				rest++;
		}
		else if (c == '\t')
			appendStringInfoChar(&out, ' ');
		else if (!text_is_control(c) && !text_is_override(c))
			appendBinaryStringInfo(&out, start, rest - start);
	}
	/* what was left out at the end leaves no empty lines behind */
	while (out.len > 1 && out.data[out.len - 1] == '\n' && out.data[out.len - 2] == '\n')
		out.data[--out.len] = '\0';
	return out.data;
}
