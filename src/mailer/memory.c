/*
 * memory.c
 *
 * Wrappers of what can run out of memory.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

void
memory_exhausted(void)
{
	fputs("jobs-mailer: out of memory\n", stderr);
	exit(1);
}

void *
memory_get(size_t size)
{
	void *block = calloc(1, size);

	if (!block)
		memory_exhausted();
	return block;
}

char *
memory_copy(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		memory_exhausted();
	return copy;
}

char *
memory_format(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		memory_exhausted();
	return text;
}

FILE *
memory_open(char **text, size_t *size)
{
	FILE *stream = open_memstream(text, size);

	if (!stream)
		memory_exhausted();
	return stream;
}

void
memory_close(FILE *stream)
{
	if (fclose(stream) != 0)
		memory_exhausted();
}
