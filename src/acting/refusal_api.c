/*
 * refusal_api.c
 *
 * Lists the rules that refuse.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "acting/entry.h"
#include "pg/refusal.h"

/*
 * jobs.refusals(): the rules that refuse, a row for each.
 */
SQL_FUNCTION_OF_ROWS(refusals)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	for (int i = 0; i < refusal_count; i++)
	{
		Datum values[NRESULT_refusals];
		bool nulls[NRESULT_refusals] = {false};

		values[RESULT_refusals_rule] = CStringGetTextDatum(refusal_rules[i].name);
		values[RESULT_refusals_sqlstate] = CStringGetTextDatum(refusal_rules[i].sqlstate);
		values[RESULT_refusals_meaning] = CStringGetTextDatum(refusal_rules[i].meaning);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
