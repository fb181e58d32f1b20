/*
 * encoding.h
 *
 * Texts of the library's own, which the sources hold in UTF-8, in the server's encoding.
 */
#ifndef JOBS_ENCODING_H
#define JOBS_ENCODING_H

/*
 * The text as the database can hold it: where it has no umlauts, they are written out (ae,
 * oe, ue, ss). It never fails. The result may be the argument itself.
 */
extern const char *encoding_from_utf8(const char *text);

#endif
