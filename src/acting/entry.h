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
#define SQL_FUNCTION(function) \
	static Datum sql_##function(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(jobs_##function); \
	Datum jobs_##function(PG_FUNCTION_ARGS) \
	{ \
		if (PG_NARGS() != NARG_##function) \
			entry_refuse_arguments(fcinfo, NARG_##function); \
		return sql_##function(fcinfo); \
	} \
	static Datum sql_##function(PG_FUNCTION_ARGS)

/* The columns of its result, for the functions below. */
#define RESULT(function) \
	NRESULT_##function, (const char *const[]) \
	{ \
		RESULT_NAMES_##function \
	}

pg_noreturn extern void entry_refuse_arguments(FunctionCallInfo fcinfo, int expected);

/* Describes the row that is to be returned. */
extern TupleDesc entry_result_row(FunctionCallInfo fcinfo, int count, const char *const *names);

/* Begins a result of any number of rows, as InitMaterializedSRF does. */
extern void entry_result_rows(FunctionCallInfo fcinfo, int count, const char *const *names);

#endif
