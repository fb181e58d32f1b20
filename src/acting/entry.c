/*
 * entry.c
 *
 * Refuses calls of functions that were declared by another version of the extension, where they don't fit.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "acting/entry.h"
#include "tables/extension.h"

void
entry_refuse_arguments(FunctionCallInfo fcinfo, int expected)
{
	extension_refuse_version("Function %s() was called with %d arguments, and takes %d in jobs %s.",
							 get_func_name(fcinfo->flinfo->fn_oid), PG_NARGS(), expected, JOBS_VERSION);
}

TupleDesc
entry_row(FunctionCallInfo fcinfo, int count, const char *const *names)
{
	TupleDesc desc = NULL;
	bool fits = get_call_result_type(fcinfo, NULL, &desc) == TYPEFUNC_COMPOSITE && desc->natts == count;

	for (int i = 0; fits && i < count; i++)
		fits = strcmp(NameStr(TupleDescAttr(desc, i)->attname), names[i]) == 0;
	if (!fits)
		extension_refuse_version("The columns of the result of function %s() are others in jobs %s.",
								 get_func_name(fcinfo->flinfo->fn_oid), JOBS_VERSION);
	return desc;
}

void
entry_begin_rows(FunctionCallInfo fcinfo, int count, const char *const *names)
{
	(void) entry_row(fcinfo, count, names);
	InitMaterializedSRF(fcinfo, 0);
}
