/*
 * order.h
 *
 * The order of ids.
 */
#ifndef JOBS_ORDER_H
#define JOBS_ORDER_H

/* Negative, 0 or positive, as the left one comes before, with or behind the right one. */
static inline int
order_of(int64 left, int64 right)
{
	return left < right ? -1 : left > right;
}

/* The same for qsort() and its like, of an array of int64. */
extern int order_ids(const void *left, const void *right);

#endif
