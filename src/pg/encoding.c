/*
 * encoding.c
 *
 * The library speaks German in databases of any encoding, and knows what their characters are.
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

/*
 * A byte that an encoding of single bytes has no character for is a control character, as ISO 8859
 * has them from 0x80 on: clients of other encodings couldn't even read it.
 */
pg_wchar
encoding_to_unicode(const char *character, int length, pg_wchar unknown)
{
	int encoding = GetDatabaseEncoding();
	unsigned char first = (unsigned char) *character;
	unsigned char utf8[MAX_MULTIBYTE_CHAR_LEN * MAX_CONVERSION_GROWTH + 1] = {0};
	Oid conversion;

	if (encoding == PG_UTF8)
		return utf8_to_unicode((const unsigned char *) character);
	conversion = encoding == PG_SQL_ASCII ? InvalidOid : FindDefaultConversionProc(encoding, PG_UTF8);
	if (!OidIsValid(conversion))
		return unknown;
	if (pg_do_encoding_conversion_buf(conversion, encoding, PG_UTF8,
									  (unsigned char *) unconstify(char *, character), length,
									  utf8, sizeof(utf8), true) < length)
		return length == 1 && first < 0xa0 ? first : unknown;
	return utf8_to_unicode(utf8);
}
