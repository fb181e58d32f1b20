/*
 * id_list.h
 *
 * A list of ids that grows.
 */
#ifndef JOBS_ID_LIST_H
#define JOBS_ID_LIST_H

typedef struct IdList
{
	int64 *ids;
	int64 count;
	int64 capacity;
} IdList;

/* An empty one in the current memory, which it stays in. */
extern void id_list_begin(IdList *list);
extern void id_list_add(IdList *list, int64 id);

/* Puts them in order, each once. */
extern void id_list_sort(IdList *list);

/* The place of an id in a list in order; -1: it isn't there. */
extern int64 id_list_find(const IdList *list, int64 id);

#endif
