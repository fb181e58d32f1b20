/*
 * search_api.c
 *
 * jobs.search_organizations(): full-text search in what search.c keeps.
 *
 * The index is asked for all readings of the query at once (search_reading.c), and of what it
 * finds the best are kept (search_best.c).
 */
#include "postgres.h"

#include <ctype.h>

#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "acting/call.h"
#include "acting/entry.h"
#include "parties/directory.h"
#include "parties/search_best.h"
#include "parties/search_reading.h"
#include "pg/argument.h"
#include "pg/statement.h"
#include "pg/text.h"
#include "tables/table.h"

/*
 * Characters of a query: few enough that none of its words is too long for a tsquery,
 * which would be an error.
 */
#define LIMIT_QUERY 500

/* An even number that is below the server's 32. */
#define LIMIT_NEGATIONS 20

/* Parameters of all statements, of which each uses some. */
enum
{
	PARAMETER_MAX_ROWS,
	PARAMETER_SERVICE,
	PARAMETER_ANY, /* all readings, joined by OR */
	PARAMETERS
};

StaticAssertDecl(PARAMETERS <= STATEMENT_MAX_PARAMETERS, "a kept statement has too few parameters");

#define SEARCH_TYPES \
	{ \
		INT8OID, INT8OID, TSQUERYOID \
	}

#define PROVIDED \
	" JOIN jobs.provided_service s ON s.organization_id OPERATOR(pg_catalog.=) o.id " \
	"AND s.service_id OPERATOR(pg_catalog.=) $2"

/* All that are listed. By whether accounts can be closed and suspended here, and whether there is a service. */
#define LISTED(provided, active) \
	"SELECT o.id AS organization_id, o.name, o.description, '0'::pg_catalog.float8 AS rank " \
	"FROM jobs.organization o " \
	"JOIN jobs.preferences p ON p.organization_id OPERATOR(pg_catalog.=) o.id" provided \
	" WHERE p.is_listed" active " ORDER BY o.name, o.id LIMIT $1"

#define ACTIVE " AND p.closed_at IS NULL AND p.suspended_at IS NULL"

static KeptStatement listed_statements[2][2] = {
	{{LISTED("", ""), SEARCH_TYPES}, {LISTED(PROVIDED, ""), SEARCH_TYPES}},
	{{LISTED("", ACTIVE), SEARCH_TYPES}, {LISTED(PROVIDED, ACTIVE), SEARCH_TYPES}},
};

/* All that have the words in any reading, listed or not. */
#define FOUND(provided) \
	"SELECT o.id, o.name, o.description, o.language, o.search FROM jobs.organization o" provided \
	" WHERE o.search OPERATOR(pg_catalog.@@) $3"

static KeptStatement found_statements[2] = {
	{FOUND(""), SEARCH_TYPES},
	/* whether the word or the service is the rarer one decides where to begin */
	{FOUND(PROVIDED), SEARCH_TYPES, .is_planned_by_value = true},
};

/*
 * The query as a text; NULL: there is none, or it is blank. It may be anything else:
 * people type it. The server's parser alone has a limit, to negations of negations, so of
 * so many minus signs without a word in between the last ones are left out.
 */
static text *
search_arg_query(FunctionCallInfo fcinfo, int argno)
{
	char *query;
	bool is_visible = false;
	int negations = 0;

	if (PG_ARGISNULL(argno))
		return NULL;
	query = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	check_length(query, "query", LIMIT_QUERY);
	for (const char *rest = query; *rest;)
	{
		char *c = query + (rest - query);
		bool is_blank = text_is_blank(text_next_character(&rest));

		is_visible |= !is_blank;
		if (*c == '-' && ++negations > LIMIT_NEGATIONS)
			*c = ' ';
		else if (isalnum((unsigned char) *c) || (IS_HIGHBIT_SET(*c) && !is_blank))
			negations = 0;
	}
	return is_visible ? cstring_to_text(query) : NULL;
}

/*
 * A plan that was made for small tables is kept while they grow. So it is made for big
 * ones from the start, and reads nothing but by a key: bitmaps alone can't do without, so
 * they are what is left. Without words and service, all organizations are read anyway.
 */
static void
search_prefer_keys(void)
{
	static const char *const settings[] = {"enable_seqscan", "enable_indexscan", "enable_indexonlyscan",
										   "enable_hashjoin", "enable_mergejoin", "jit"};

	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i], "off", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
}

/*
 * True: accounts can be closed and suspended here. The tables of the previous version don't say so.
 */
static bool
search_require_tables(void)
{
	static const TableId used[] = {TABLE_organization, TABLE_provided_service};
	const Table *table;

	for (int i = 0; i < lengthof(used); i++)
		table_close(table_open_known(used[i], AccessShareLock, &table), NoLock);
	table_close(table_open_known(TABLE_preferences, AccessShareLock, &table), NoLock);
	return table->att[Col_preferences_closed_at] != 0 && table->att[Col_preferences_suspended_at] != 0;
}

/*
 * Adds all that are listed to the function's result.
 */
static void
search_all(int accounts, int service, Datum *values, ReturnSetInfo *result)
{
	uint64 count;

	SPI_connect();
	count = statement_read(&listed_statements[accounts][service], values, "  n");
	for (uint64 i = 0; i < count; i++)
		tuplestore_puttuple(result->setResult, statement_row(i, result->setDesc));
	SPI_finish();
}

/*
 * Adds the best of those who have the words.
 */
static void
search_words(int service, Datum *values, Rows *rows, const SearchQuery *query, ReturnSetInfo *result)
{
	DestReceiver *best = search_best_begin(rows, query, DatumGetInt64(values[PARAMETER_MAX_ROWS]));

	values[PARAMETER_ANY] = TSQueryGetDatum(query->any);
	SPI_connect();
	statement_send(&found_statements[service], values, best);
	SPI_finish();
	search_best_return(best, result);
}

/*
 * jobs.search_organizations(query, service_id, max_rows): with the owner's rights, for
 * who appears in searches is no secret.
 */
SQL_FUNCTION_OF_ROWS(search_organizations)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	text *words = search_arg_query(fcinfo, ARG_search_organizations_query);
	int64 service_id = arg_optional_id(fcinfo, ARG(search_organizations, service_id));
	int max_rows = arg_count(fcinfo, ARG(search_organizations, max_rows));
	Datum values[PARAMETERS] = {0};
	SearchQuery *query;
	Rows *rows;
	Call *call;
	bool has_accounts;

	call = call_begin_system();
	if (service_id != 0)
		service_require(call, service_id);
	has_accounts = search_require_tables();
	values[PARAMETER_MAX_ROWS] = Int64GetDatum(max_rows);
	values[PARAMETER_SERVICE] = Int64GetDatum(service_id);
	rows = rows_begin_in_query();
	query = words ? search_read(rows, words) : NULL;
	if (query || service_id != 0)
		search_prefer_keys();
	if (query)
		search_words(service_id != 0, values, rows, query, result);
	else
		search_all(has_accounts, service_id != 0, values, result);
	rows_end(rows);
	call_end(call);
	return (Datum) 0;
}
