/*
 * order.c
 *
 * The order of ids.
 */
#include "postgres.h"

#include "pg/order.h"

int
order_ids(const void *left, const void *right)
{
	return order_of(*(const int64 *) left, *(const int64 *) right);
}
