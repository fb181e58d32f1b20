/*
 * header.c
 *
 * Text that is not plain becomes encoded-words of RFC 2047, which are broken between
 * characters, never within one.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"
#include "memory.h"

/* The longest line with an encoded-word, and what stands around the word's text. */
#define LINE_LENGTH 76
#define WORD_BEGIN "=?UTF-8?B?"
#define WORD_END "?="

/* A longer ASCII word is encoded, too, since only that can be broken. */
#define PLAIN_WORD_LENGTH 60

/*
 * Length of the UTF-8 character that stands there; 0: none does.
 */
static size_t
character_length(const char *text)
{
	unsigned char first = text[0];
	size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 :
								   first < 0xe0		? 2 :
								   first < 0xf0		? 3 :
								   first < 0xf5		? 4 :
													  0;

	for (size_t i = 1; i < length; i++)
	{
		if (((unsigned char) text[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

/*
 * The text without control characters, and with a sign in place of what is not UTF-8.
 */
static char *
cleaned(const char *text)
{
	char *clean;
	size_t size;
	FILE *stream = memory_open(&clean, &size);

	while (*text)
	{
		size_t length = character_length(text);
		unsigned char c = text[0];

		if (length == 0)
			fputs("\xEF\xBF\xBD", stream);
		else if ((length == 1 && (c < ' ' || c == 127)) || (c == 0xc2 && (unsigned char) text[1] < 0xa0))
			fputc(' ', stream);
		else
			fwrite(text, 1, length, stream);
		text += length ? length : 1;
	}
	memory_close(stream);
	return clean;
}

/*
 * Can it stand as it is, folded at its blanks, and be read back the same?
 */
static bool
is_plain(const char *text)
{
	size_t word = 0;

	if (strstr(text, "=?") || text[0] == ' ')
		return false;
	for (; *text; text++)
	{
		if ((unsigned char) *text >= 0x80)
			return false;
		if (*text == ' ' && (text[1] == ' ' || text[1] == '\0'))
			return false;
		word = *text == ' ' ? 0 : word + 1;
		if (word > PLAIN_WORD_LENGTH)
			return false;
	}
	return true;
}

static void
write_plain(FILE *stream, size_t column, const char *text)
{
	while (*text)
	{
		size_t word = strcspn(text + 1, " ") + 1; /* with the blank before it */

		if (*text == ' ' && column + word > LINE_LENGTH)
		{
			fputs("\r\n", stream);
			column = 0;
		}
		fwrite(text, 1, word, stream);
		column += word;
		text += word;
	}
}

static void
write_base64(FILE *stream, const char *bytes, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < size; i += 3)
	{
		unsigned long three = (unsigned long) (unsigned char) bytes[i] << 16;

		if (i + 1 < size)
			three |= (unsigned long) (unsigned char) bytes[i + 1] << 8;
		if (i + 2 < size)
			three |= (unsigned char) bytes[i + 2];
		fputc(digits[three >> 18], stream);
		fputc(digits[three >> 12 & 63], stream);
		fputc(i + 1 < size ? digits[three >> 6 & 63] : '=', stream);
		fputc(i + 2 < size ? digits[three & 63] : '=', stream);
	}
}

static void
write_encoded(FILE *stream, size_t column, const char *text)
{
	while (*text)
	{
		size_t most = (LINE_LENGTH - column - strlen(WORD_BEGIN WORD_END)) / 4 * 3;
		size_t size = 0;

		while (text[size] && size + character_length(text + size) <= most)
			size += character_length(text + size);
		fputs(WORD_BEGIN, stream);
		write_base64(stream, text, size);
		fputs(WORD_END, stream);
		text += size;
		if (*text)
			fputs("\r\n ", stream);
		column = 1;
	}
}

char *
header_text(const char *field, const char *text)
{
	char *clean = cleaned(text);
	char *line;
	size_t size;
	FILE *stream = memory_open(&line, &size);
	size_t column = fprintf(stream, "%s: ", field);

	if (is_plain(clean))
		write_plain(stream, column, clean);
	else
		write_encoded(stream, column, clean);
	memory_close(stream);
	free(clean);
	return line;
}

char *
header_address(const char *field, const char *name, const char *address)
{
	char *clean = cleaned(name);
	char *line;
	size_t size;
	FILE *stream = memory_open(&line, &size);
	size_t column = fprintf(stream, "%s: ", field);

	if (*clean == '\0')
		fputs(address, stream);
	else
	{
		if (is_plain(clean) && strlen(clean) <= PLAIN_WORD_LENGTH)
		{
			fputc('"', stream);
			for (const char *c = clean; *c; c++)
			{
				if (*c == '"' || *c == '\\')
					fputc('\\', stream);
				fputc(*c, stream);
			}
			fputc('"', stream);
		}
		else
			write_encoded(stream, column, clean);
		fflush(stream);
		column = size + 1 - (strrchr(line, '\n') ? strrchr(line, '\n') + 1 - line : 0);
		fprintf(stream, "%s <%s>", column + strlen(address) + 2 > LINE_LENGTH ? "\r\n" : "", address);
	}
	memory_close(stream);
	free(clean);
	return line;
}
