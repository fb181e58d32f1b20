/*
 * id_list.c
 *
 * A list of ids that grows.
 */
#include "postgres.h"

#include "lib/qunique.h"

#include "pg/id_list.h"
#include "pg/order.h"

void
id_list_begin(IdList *list)
{
	list->count = 0;
	list->capacity = 64;
	list->ids = palloc(list->capacity * sizeof(int64));
}

void
id_list_add(IdList *list, int64 id)
{
	if (list->count == list->capacity)
	{
		list->capacity *= 2;
		list->ids = repalloc_huge(list->ids, list->capacity * sizeof(int64));
	}
	list->ids[list->count++] = id;
}

void
id_list_sort(IdList *list)
{
	qsort(list->ids, list->count, sizeof(int64), order_ids);
	list->count = qunique(list->ids, list->count, sizeof(int64), order_ids);
}

int64
id_list_find(const IdList *list, int64 id)
{
	int64 *found = bsearch(&id, list->ids, list->count, sizeof(int64), order_ids);

	return found ? found - list->ids : -1;
}
