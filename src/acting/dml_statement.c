/*
 * dml_statement.c
 *
 * Remembers the statements that run, and forgets them when they end.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "acting/dml_statement.h"

/* The innermost one comes first. */
static DmlStatement *statements = NULL;
static DmlStatement *put_off = NULL;

static void
forget_statement(void *arg)
{
	for (DmlStatement **place = &statements; *place; place = &(*place)->outer)
	{
		if (*place == arg)
		{
			*place = (*place)->outer;
			break;
		}
	}
	if (put_off == arg)
		put_off = NULL;
}

static DmlStatement *
make_statement(MemoryContext memory)
{
	DmlStatement *statement = MemoryContextAllocZero(memory, sizeof(DmlStatement));
	MemoryContextCallback *callback = MemoryContextAllocZero(memory, sizeof(MemoryContextCallback));

	statement->memory = memory;
	callback->func = forget_statement;
	callback->arg = statement;
	MemoryContextRegisterResetCallback(memory, callback);
	return statement;
}

DmlStatement *
dml_statement_current(void)
{
	CommandId command = GetActiveSnapshot()->curcid;

	for (DmlStatement *statement = statements; statement; statement = statement->outer)
	{
		if (statement->command == command)
			return statement;
	}
	return NULL;
}

DmlStatement *
dml_statement_put_off(void)
{
	return put_off;
}

DmlStatement *
dml_statement_begin(MemoryContext query, const Actor *actor, bool is_put_off)
{
	DmlStatement *statement = is_put_off ? put_off : dml_statement_current();

	if (statement)
		return statement;
	if (is_put_off)
		return put_off = make_statement(AllocSetContextCreate(TopTransactionContext, "jobs decided rows",
															  ALLOCSET_SMALL_SIZES));
	statement = make_statement(query);
	statement->command = GetActiveSnapshot()->curcid;
	statement->actor = *actor;
	statement->outer = statements;
	return statements = statement;
}
