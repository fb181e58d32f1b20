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
 * The character of Unicode that a text begins with, behind which the text is moved on. What the
 * encoding doesn't tell is TEXT_UNKNOWN, which counts as visible.
 */
#define TEXT_UNKNOWN 0x110000
extern pg_wchar text_next_character(const char **text);

/*
 * The first character that is no sign or space of ASCII. These need no second look: in no encoding of a
 * server are they part of another character. `is_visible` becomes true when one of them is no space.
 */
extern const char *text_skip_ascii(const char *text, bool *is_visible);

/* Does it end a line, or never show? Does it show nothing, whatever stands beside it? */
extern bool text_is_control(pg_wchar c);
extern bool text_is_blank(pg_wchar c);

/* Does it show something by itself, as an accent without a letter doesn't? */
extern bool text_is_visible(pg_wchar c);

/*
 * Does it turn the direction of what stands behind it: a mark that overrides, embeds or isolates,
 * or ends that? And is it one that overrides?
 */
extern bool text_is_turning(pg_wchar c);
extern bool text_is_override(pg_wchar c);

/* Is all that turns the direction ended within the text? */
extern bool text_is_balanced(const char *text);

/* A text made as printf does, of any length. */
extern char *text_vformat(const char *format, va_list args) pg_attribute_printf(1, 0);

#endif
