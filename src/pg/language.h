/*
 * language.h
 *
 * Languages whose word forms PostgreSQL knows: the text search configurations of pg_catalog.
 */
#ifndef JOBS_LANGUAGE_H
#define JOBS_LANGUAGE_H

/* Languages by number, from 0 on. */
extern int language_count(void);

/* Two letters, as in organization.language. */
extern const char *language_code(int language);

/* InvalidOid where this server has none, or it can't be used in this database. */
extern Oid language_config_of(int language);
extern Oid language_config(const char *code);

/* Words as they are written. */
extern Oid language_simple_config(void);

#endif
