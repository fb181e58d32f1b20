/*
 * text.c
 *
 * Characters of texts in the server's encoding, and texts for messages.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

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
 * Does the encoding number characters as ISO 8859 does, with control characters from 0x80 on?
 */
static bool
is_iso_8859(int encoding)
{
	return (encoding >= PG_LATIN1 && encoding <= PG_LATIN10) ||
		   (encoding >= PG_ISO_8859_5 && encoding <= PG_ISO_8859_8);
}

/*
 * The character that a text begins with, of which the text is moved on. In encodings
 * other than UTF-8 and ISO 8859 a character beyond ASCII is taken for a visible one.
 */
pg_wchar
text_next_character(const char **text)
{
	const unsigned char *c = (const unsigned char *) *text;
	int length = pg_mblen(*text);

	*text += length;
	if (*c < 0xa0 && (*c < 0x80 || is_iso_8859(GetDatabaseEncoding())))
		return *c;
	return GetDatabaseEncoding() == PG_UTF8 ? utf8_to_unicode(c) : 0xffff;
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
 * Shows nothing: Unicode's spaces, joiners and marks of direction, too.
 */
bool
text_is_blank(pg_wchar c)
{
	return c == ' ' || text_is_control(c) || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
		   (c >= 0x202a && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x3000 || c == 0xfeff;
}
