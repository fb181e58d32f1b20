/*
 * log.c
 *
 * A line is written at once, so that those of several mailers don't mix.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "memory.h"

static LogLevel most_wanted = LOG_EVENTS;

/* The journal has the time and the process in columns of its own. */
static int is_journal;

void
log_init(LogLevel most)
{
	most_wanted = most;
	is_journal = getenv("JOURNAL_STREAM") != NULL;
}

void
log_line(LogLevel level, const char *format, ...)
{
	va_list arguments;
	char *line;
	size_t size;
	FILE *stream;

	if (level > most_wanted)
		return;
	stream = memory_open(&line, &size);
	if (!is_journal)
	{
		time_t now = time(NULL);
		struct tm parts;
		char when[32];

		gmtime_r(&now, &parts);
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%SZ", &parts);
		fprintf(stream, "%s jobs-mailer[%d]: ", when, (int) getpid());
	}
	va_start(arguments, format);
	vfprintf(stream, format, arguments);
	va_end(arguments);
	memory_close(stream);

	/* libpq's messages end with a newline */
	while (size > 0 && line[size - 1] == '\n')
		line[--size] = '\0';
	for (char *c = line; *c; c++)
	{
		if ((unsigned char) *c < ' ' || *c == 127)
			*c = ' ';
	}
	line[size] = '\n';
	if (write(STDERR_FILENO, line, size + 1) < 0)
		line[0] = '\0'; /* there is nobody to tell */
	free(line);
}

char *
log_without(const char *words, const char *recipient)
{
	const char *at = strrchr(recipient, '@');
	size_t length = at ? (size_t) (at - recipient) + 1 : strlen(recipient);
	char *name = memory_format("%.*s", (int) length, recipient);
	const char *found;
	char *text;
	size_t size;
	FILE *stream = memory_open(&text, &size);

	/* not all servers repeat it letter by letter */
	while (length > 0 && (found = strcasestr(words, name)) != NULL)
	{
		fprintf(stream, "%.*s...%s", (int) (found - words), words, at ? "@" : "");
		words = found + length;
	}
	fputs(words, stream);
	memory_close(stream);
	free(name);
	return text;
}
