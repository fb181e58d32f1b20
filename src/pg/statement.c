/*
 * statement.c
 *
 * Kept statements, and how they are planned.
 */
#include "postgres.h"

#include "miscadmin.h"
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

/*
 * Users' deferred triggers are refused: at the commit they would have the rights of
 * whoever commits.
 */
uint64
statement_run(KeptStatement *statement, Datum *values, const char *nulls, int expected)
{
	int result;
	Oid user;
	int context;

	/* the server makes a stale plan anew; a nested claim must not free ours */
	if (statement->plan == NULL)
	{
		int count = 0;
		SPIPlanPtr plan;

		while (count < STATEMENT_MAX_PARAMETERS && OidIsValid(statement->types[count]))
			count++;
		plan = SPI_prepare(statement->sql, count, statement->types);
		if (plan == NULL)
			elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
		SPI_keepplan(plan);
		statement->plan = plan;
	}
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(user, context | SECURITY_RESTRICTED_OPERATION);
	result = SPI_execute_plan(statement->plan, values, nulls, false, 0);
	SetUserIdAndSecContext(user, context);
	if (result != expected)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
	return SPI_processed;
}
