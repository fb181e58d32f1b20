/*
 * entry.h
 *
 * What SQL calls. A function of the extension may have been declared by another version of it than the
 * library's, until ALTER EXTENSION has run or the server loads the library anew. Then it works, or it is
 * 55000: its arguments are counted, and the columns of its result have to be those that are returned.
 */
#ifndef JOBS_ENTRY_H
#define JOBS_ENTRY_H

#include "fmgr.h"
#include "funcapi.h"

#include "acting/function_names.h"
#include "pg/compat.h"

/*
 * The head of jobs.function(), which SQL knows as jobs_function. Triggers do without: they have no
 * arguments.
 */
#define SQL_FUNCTION(function) SQL_FUNCTION_AFTER(function, (void) 0)

/* Of one that returns any number of rows, which go where InitMaterializedSRF says. */
#define SQL_FUNCTION_OF_ROWS(function) SQL_FUNCTION_AFTER(function, entry_begin_rows(fcinfo, RESULT(function)))

#define SQL_FUNCTION_AFTER(function, preparation) \
	static Datum sql_##function(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(jobs_##function); \
	Datum jobs_##function(PG_FUNCTION_ARGS) \
	{ \
		if (PG_NARGS() != NARG_##function) \
			entry_refuse_arguments(fcinfo, NARG_##function); \
		preparation; \
		return sql_##function(fcinfo); \
	} \
	static Datum sql_##function(PG_FUNCTION_ARGS)

/* How many columns its result has, and their names. */
#define RESULT(function) \
	NRESULT_##function, (const char *const[]) \
	{ \
		RESULT_NAMES_##function \
	}

pg_noreturn extern void entry_refuse_arguments(FunctionCallInfo fcinfo, int expected);

extern void entry_begin_rows(FunctionCallInfo fcinfo, int count, const char *const *names);

/* Describes the row that is to be returned, by a function that returns one. */
extern TupleDesc entry_row(FunctionCallInfo fcinfo, int count, const char *const *names);

#endif
