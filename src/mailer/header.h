/*
 * header.h
 *
 * Lines of a mail's header. Whatever the text, the result is one field: folded, in ASCII.
 */
#ifndef MAILER_HEADER_H
#define MAILER_HEADER_H

/*
 * A field of free text. The caller frees it.
 */
extern char *header_text(const char *field, const char *text);

/*
 * A field with one address, and its name if that isn't empty. The caller frees it.
 */
extern char *header_address(const char *field, const char *name, const char *address);

#endif
