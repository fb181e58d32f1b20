/*
 * encoding.h
 *
 * Texts of the library's own, which the sources hold in UTF-8, in the server's encoding; and
 * what that encoding's characters are in Unicode.
 */
#ifndef JOBS_ENCODING_H
#define JOBS_ENCODING_H

#include "mb/pg_wchar.h"

/*
 * The text as the database can hold it: where it has no umlauts, they are written out (ae,
 * oe, ue, ss). It never fails. The result may be the argument itself.
 */
extern const char *encoding_from_utf8(const char *text);

/* A character of the server's encoding, of so many bytes; where nobody can tell, `unknown`. */
extern pg_wchar encoding_to_unicode(const char *character, int length, pg_wchar unknown);

#endif
