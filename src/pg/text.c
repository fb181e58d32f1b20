/*
 * text.c
 *
 * Characters of texts in the server's encoding, and texts for messages.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "pg/encoding.h"
#include "pg/text.h"

char *
text_excerpt(const char *text, int limit)
{
	return pnstrdup(text, pg_mbcharcliplen(text, strlen(text), limit));
}

char *
text_vformat(const char *format, va_list args)
{
	size_t size = 256;

	for (;;)
	{
		char *text = palloc(size);
		va_list again;
		size_t needed;

		va_copy(again, args);
		needed = pvsnprintf(text, size, format, again);
		va_end(again);
		if (needed < size)
			return text;
		pfree(text);
		size = needed;
	}
}

/*
 * In UTF-8 and ASCII it costs no look at the catalogue.
 */
pg_wchar
text_next_character(const char **text)
{
	const char *c = *text;
	int length = pg_mblen(c);

	*text += length;
	return IS_HIGHBIT_SET(*c) ? encoding_to_unicode(c, length, TEXT_UNKNOWN) : *c;
}

const char *
text_skip_ascii(const char *text, bool *is_visible)
{
	const char *c = text;
	bool shows = false;

	for (; *c >= ' ' && *c < 0x7f; c++)
		shows |= *c != ' ';
	*is_visible |= shows;
	return c;
}

/*
 * Ends a line, or does anything else but show.
 */
bool
text_is_control(pg_wchar c)
{
	return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/*
 * What shows nothing, beside control characters: Unicode's spaces (Zs), what it says to be ignored
 * where it can't be shown (Default_Ignorable_Code_Point), other marks of format (Cf) that have no
 * sign of their own, blanks among signs, and what is no character.
 */
static const struct
{
	pg_wchar first;
	pg_wchar last;
} blanks[] = {
	{0x0020, 0x0020},
	{0x00a0, 0x00a0},
	{0x00ad, 0x00ad},
	{0x034f, 0x034f},
	{0x061c, 0x061c},
	{0x115f, 0x1160},
	{0x1680, 0x1680},
	{0x17b4, 0x17b5},
	{0x180b, 0x180f},
	{0x2000, 0x200f},
	{0x2028, 0x202f},
	{0x205f, 0x206f},
	{0x2800, 0x2800},
	{0x3000, 0x3000},
	{0x3164, 0x3164},
	{0xfdd0, 0xfdef},
	{0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},
	{0xffa0, 0xffa0},
	{0xfff0, 0xfffc},
	{0xfffe, 0xffff},
	{0x13430, 0x1345f},
	{0x16fe4, 0x16fe4},
	{0x1bca0, 0x1bca3},
	{0x1d159, 0x1d159},
	{0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff},
};

/*
 * The planes 4 to 13 are empty, and each plane ends with two numbers that never become characters.
 */
bool
text_is_blank(pg_wchar c)
{
	if (text_is_control(c) || (c >= 0x40000 && c < 0xe0000) || (c < TEXT_UNKNOWN && (c & 0xfffe) == 0xfffe))
		return true;
	for (int i = 0; i < lengthof(blanks) && blanks[i].first <= c; i++)
	{
		if (c <= blanks[i].last)
			return true;
	}
	return false;
}

/*
 * The server's own table knows which characters take no room: those that combine with others.
 */
bool
text_is_visible(pg_wchar c)
{
	unsigned char utf8[MAX_MULTIBYTE_CHAR_LEN + 1] = {0};

	if (text_is_blank(c))
		return false;
	if (c < 0x80 || c == TEXT_UNKNOWN)
		return true;
	(void) unicode_to_utf8(c, utf8);
	return pg_encoding_dsplen(PG_UTF8, (char *) utf8) != 0;
}

/* Unicode's marks of direction that hold until they are ended. */
#define LEFT_TO_RIGHT_EMBEDDING 0x202a
#define POP_FORMATTING 0x202c /* ends an embedding or override */
#define LEFT_TO_RIGHT_OVERRIDE 0x202d
#define RIGHT_TO_LEFT_OVERRIDE 0x202e
#define LEFT_TO_RIGHT_ISOLATE 0x2066
#define POP_ISOLATE 0x2069 /* ends an isolate, and what was begun in it */

bool
text_is_override(pg_wchar c)
{
	return c == LEFT_TO_RIGHT_OVERRIDE || c == RIGHT_TO_LEFT_OVERRIDE;
}

bool
text_is_turning(pg_wchar c)
{
	return (c >= LEFT_TO_RIGHT_EMBEDDING && c <= RIGHT_TO_LEFT_OVERRIDE) ||
		   (c >= LEFT_TO_RIGHT_ISOLATE && c <= POP_ISOLATE);
}

/*
 * As Unicode's algorithm pairs them. It looks no deeper than 125, and neither does this.
 */
bool
text_is_balanced(const char *text)
{
	bool isolates[125];
	int depth = 0;

	while (*text)
	{
		pg_wchar c = text_next_character(&text);

		if (c == POP_FORMATTING)
			depth -= depth > 0 && !isolates[depth - 1];
		else if (c == POP_ISOLATE)
		{
			int outer = depth;

			while (outer > 0 && !isolates[outer - 1])
				outer--;
			if (outer > 0)
				depth = outer - 1;
		}
		else if (text_is_turning(c))
		{
			if (depth == lengthof(isolates))
				return false;
			isolates[depth++] = c >= LEFT_TO_RIGHT_ISOLATE;
		}
	}
	return depth == 0;
}
