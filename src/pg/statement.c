/*
 * statement.c
 *
 * Kept queries, how they are planned, and the columns of what they find.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/guc.h"

#include "pg/statement.h"

/*
 * A plan that was made for a small table is kept while the table grows. So it is made
 * for a big one from the start: by way of indexes, whatever the statistics say. Where
 * there is no such way (jobs.node has one row), what is switched off costs so much on
 * paper that the statement would be compiled.
 */
void
statement_prefer_indexes(void)
{
	static const char *const settings[] = {"enable_seqscan", "enable_bitmapscan", "enable_sort", "jit"};

	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i], "off", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
}

static int
statement_parameters(const KeptStatement *statement)
{
	int count = 0;

	while (count < STATEMENT_MAX_PARAMETERS && OidIsValid(statement->types[count]))
		count++;
	return count;
}

/*
 * The server makes a stale plan anew; a nested call must not free ours.
 */
static SPIPlanPtr
statement_plan(KeptStatement *statement)
{
	SPIPlanPtr plan;

	if (statement->plan)
		return statement->plan;
	plan = SPI_prepare_cursor(statement->sql, statement_parameters(statement), statement->types,
							  statement->is_planned_by_value ? 0 : CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	SPI_keepplan(plan);
	statement->plan = plan;
	return plan;
}

void
statement_send(KeptStatement *statement, Datum *values, DestReceiver *receiver)
{
	ParamListInfo parameters = makeParamList(statement_parameters(statement));
	SPIExecuteOptions options = {.params = parameters, .read_only = true, .dest = receiver};
	int result;

	for (int i = 0; i < parameters->numParams; i++)
	{
		parameters->params[i].value = values[i];
		parameters->params[i].isnull = false;
		parameters->params[i].ptype = statement->types[i];
		parameters->params[i].pflags = PARAM_FLAG_CONST;
	}
	result = SPI_execute_plan_extended(statement_plan(statement), &options);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(result));
}

uint64
statement_read(KeptStatement *statement, Datum *values, const char *nulls)
{
	int result = SPI_execute_plan(statement_plan(statement), values, nulls, true, 0);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
	return SPI_processed;
}

static int
column_number(TupleDesc desc, const char *name)
{
	int number = SPI_fnumber(desc, name);

	if (number <= 0)
		elog(ERROR, "a query has no column \"%s\"", name);
	return number;
}

Datum
statement_column(HeapTuple row, TupleDesc desc, const char *name, bool *isnull)
{
	return SPI_getbinval(row, desc, column_number(desc, name), isnull);
}

char *
statement_text(uint64 row, const char *name)
{
	TupleDesc desc = SPI_tuptable->tupdesc;

	return SPI_getvalue(SPI_tuptable->vals[row], desc, column_number(desc, name));
}

HeapTuple
statement_row(uint64 row, TupleDesc result)
{
	Datum *values = palloc(result->natts * sizeof(Datum));
	bool *nulls = palloc(result->natts * sizeof(bool));
	HeapTuple tuple;

	for (int i = 0; i < result->natts; i++)
		values[i] = statement_column(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
									 NameStr(TupleDescAttr(result, i)->attname), &nulls[i]);
	tuple = heap_form_tuple(result, values, nulls);
	pfree(values);
	pfree(nulls);
	return tuple;
}
