/*
 * json.h
 *
 * Small objects of jsonb: ids and words under their names.
 */
#ifndef JOBS_JSON_H
#define JOBS_JSON_H

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

/* An object of one member: an id, or a word; NULL for none. */
extern Jsonb *json_of_id(const char *name, int64 id);
extern Jsonb *json_of_text(const char *name, const char *value);

/* An object of ids; those that are 0 are left out. */
typedef struct IdPair
{
	const char *name;
	int64 id;
} IdPair;
extern Jsonb *json_of_ids(const IdPair *pairs, int count);

/* An object of one id, if it is not 0, and of a list of words (char *). */
extern Jsonb *json_of_id_and_words(const char *name, int64 id, const char *words_name, const List *words);

/* An id of such an object; 0: it has none of that name, or it is none, for an owner can write anything. */
extern int64 json_get_id(Jsonb *object, const char *name);

#endif
