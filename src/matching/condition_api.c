/*
 * condition_api.c
 *
 * Tells operators why an organization is not matched.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "acting/entry.h"
#include "matching/condition.h"
#include "parties/directory.h"
#include "pg/argument.h"

static const Row *
require_row(Call *call, TableId table, int64 id)
{
	Row *row = row_fetch(call->rows, table, id);

	if (row == NULL)
		actor_complain_missing(table_name(table), id);
	return row;
}

static void
return_condition(ReturnSetInfo *result, const Condition *condition, Candidate *candidate)
{
	bool holds = condition->holds(candidate);
	Datum values[NRESULT_why_not_matched] = {
		[RESULT_why_not_matched_condition] = CStringGetTextDatum(condition->name),
		[RESULT_why_not_matched_holds] = BoolGetDatum(holds),
		[RESULT_why_not_matched_detail] = CStringGetTextDatum(condition->tell(candidate, holds)),
	};
	bool nulls[NRESULT_why_not_matched] = {false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * jobs.why_not_matched(organization_id, service_id, merchant_id, budget, currency)
 */
SQL_FUNCTION_OF_ROWS(why_not_matched)
{
	MatchQuery query = {0};
	int64 organization_id = arg_id(fcinfo, ARG(why_not_matched, organization_id));
	int64 merchant_id;
	Call *call;
	Judge judge = {.query = &query};
	Candidate candidate;

	query.service_id = arg_id(fcinfo, ARG(why_not_matched, service_id));
	merchant_id = arg_optional_id(fcinfo, ARG(why_not_matched, merchant_id));
	query.budget = arg_optional_price(fcinfo, ARG(why_not_matched, budget));
	query.currency = arg_currency(fcinfo, ARG_why_not_matched_currency);
	call = call_begin_sheltered();
	(void) require_row(call, TABLE_organization, organization_id);
	service_require(call, query.service_id);
	if (merchant_id != 0)
		query.merchant = require_row(call, TABLE_merchant, merchant_id);
	judge.rows = call->rows;
	condition_judge(&candidate, &judge, organization_id, NULL);
	for (int i = 0; i < condition_count; i++)
		return_condition((ReturnSetInfo *) fcinfo->resultinfo, &conditions[i], &candidate);
	condition_end(&judge);
	call_end(call);
	return (Datum) 0;
}
