/*
 * text.h
 *
 * Texts in the server's encoding, character by character, and texts for messages.
 */
#ifndef JOBS_TEXT_H
#define JOBS_TEXT_H

#include "mb/pg_wchar.h"

/* The start of a text, for messages: up to `limit` characters. */
extern char *text_excerpt(const char *text, int limit);

/*
 * The character that a text begins with, behind which the text is moved on; does it end a line, or
 * never show? Does it show nothing?
 */
extern pg_wchar text_next_character(const char **text);
extern bool text_is_control(pg_wchar c);
extern bool text_is_blank(pg_wchar c);

/* A text made as printf does, of any length. */
extern char *text_vformat(const char *format, va_list args) pg_attribute_printf(1, 0);

#endif
