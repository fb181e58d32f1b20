/*
 * node.c
 *
 * Reads the row of jobs.node.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "utils/fmgroids.h"

#include "tables/node.h"
#include "tables/schema_check.h"

Row *
node_find(Rows *rows)
{
	ScanKeyData key;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_BOOLEQ, BoolGetDatum(true));
	return row_find(rows, TABLE_node, PRIMARY_KEY, 1, &key, ForwardScanDirection);
}

Row *
node_fetch(Rows *rows)
{
	Row *node = node_find(rows);

	if (node == NULL)
		schema_complain("The table jobs.node has lost its row.");
	return node;
}
