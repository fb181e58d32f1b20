/*
 * encoding.c
 *
 * The library speaks German in databases of any encoding.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "common/string.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "pg/encoding.h"

static const struct
{
	const char *letter;
	const char *ascii;
} letters[] = {
	{"ä", "ae"},
	{"ö", "oe"},
	{"ü", "ue"},
	{"Ä", "Ae"},
	{"Ö", "Oe"},
	{"Ü", "Ue"},
	{"ß", "ss"},
};

static const char *
ascii_of(const char *letter, int length)
{
	for (int i = 0; i < lengthof(letters); i++)
	{
		if (strlen(letters[i].letter) == length && memcmp(letters[i].letter, letter, length) == 0)
			return letters[i].ascii;
	}
	return "?";
}

static char *
write_out(const char *text)
{
	StringInfoData out;

	initStringInfo(&out);
	while (*text)
	{
		int length = pg_utf_mblen((const unsigned char *) text);

		if (length == 1)
			appendStringInfoChar(&out, *text);
		else
			appendStringInfoString(&out, ascii_of(text, length));
		text += length;
	}
	return out.data;
}

/*
 * A conversion that raises no error. Of a database without an encoding nobody knows which
 * one its clients take it for.
 */
const char *
encoding_from_utf8(const char *text)
{
	int encoding = GetDatabaseEncoding();
	int length = strlen(text);
	Oid conversion;
	char *converted;

	if (encoding == PG_UTF8 || pg_is_ascii(text))
		return text;
	conversion = encoding == PG_SQL_ASCII ? InvalidOid : FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(conversion))
		return write_out(text);
	converted = palloc(length * MAX_CONVERSION_GROWTH + 1);
	if (pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding,
									  (unsigned char *) unconstify(char *, text), length,
									  (unsigned char *) converted, length * MAX_CONVERSION_GROWTH + 1,
									  true) < length)
		return write_out(text);
	return converted;
}
