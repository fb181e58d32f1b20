/*
 * memory.h
 *
 * Memory that is always there: without it the program ends, and says so. A lease makes
 * sure that nothing is lost with it.
 */
#ifndef MAILER_MEMORY_H
#define MAILER_MEMORY_H

#include <stddef.h>
#include <stdio.h>

/*
 * Zeroed.
 */
extern void *memory_get(size_t size);

extern char *memory_copy(const char *text);

extern char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A stream that writes into *text, which is the caller's to free after memory_close().
 */
extern FILE *memory_open(char **text, size_t *size);

extern void memory_close(FILE *stream);

/*
 * Says that there is no memory, and ends the program.
 */
extern void memory_exhausted(void) __attribute__((noreturn));

#endif
