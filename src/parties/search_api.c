/*
 * search_api.c
 *
 * jobs.search_organizations(): full-text search in what search.c keeps.
 *
 * What is asked for is in no language of its own: it is read once in each language that
 * an organization may have, and each organization is judged by the reading in its own. One
 * that comes to nothing (stop words alone) gives way to the words as they are written.
 * The index is asked for all readings at once.
 */
#include "postgres.h"

#include <ctype.h>

#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "tsearch/ts_type.h"
#include "tsearch/ts_utils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"

#include "acting/call.h"
#include "acting/function_names.h"
#include "parties/directory.h"
#include "parties/search.h"
#include "pg/argument.h"
#include "pg/language.h"
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
	PARAMETER_ANY,		 /* all readings, joined by OR */
	PARAMETER_WRITTEN,	 /* the words as they are written */
	PARAMETER_LANGUAGES, /* codes of languages in which they are read otherwise */
	PARAMETER_READINGS,	 /* the readings in these */
	PARAMETERS
};

StaticAssertDecl(PARAMETERS <= STATEMENT_MAX_PARAMETERS, "a kept statement has too few parameters");

#define SEARCH_TYPES \
	{ \
		INT8OID, INT8OID, TSQUERYOID, TSQUERYOID, TEXTARRAYOID, TSQUERYARRAYOID \
	}

#define READING "COALESCE(($6)[pg_catalog.array_position($5, o.language)], $4)"
#define RANK "pg_catalog.ts_rank(o.search, " READING " OPERATOR(pg_catalog.||) $4)"
#define FOUND \
	" AND o.search OPERATOR(pg_catalog.@@) $3 AND o.search OPERATOR(pg_catalog.@@) " READING
#define PROVIDED \
	"JOIN jobs.provided_service s ON s.organization_id OPERATOR(pg_catalog.=) o.id " \
	"AND s.service_id OPERATOR(pg_catalog.=) $2 "
#define SEARCH(rank, provided, found) \
	"SELECT o.id AS organization_id, o.name, o.description, " rank "::pg_catalog.float8 AS rank " \
	"FROM jobs.organization o " \
	"JOIN jobs.preferences p ON p.organization_id OPERATOR(pg_catalog.=) o.id " provided \
	"WHERE p.is_listed" found " ORDER BY rank DESC, o.name, o.id LIMIT $1"

/* By whether there are words, and whether there is a service. */
static KeptStatement search_statements[2][2] = {
	{{SEARCH("'0'", "", ""), SEARCH_TYPES}, {SEARCH("'0'", PROVIDED, ""), SEARCH_TYPES}},
	{{SEARCH(RANK, "", FOUND), SEARCH_TYPES}, {SEARCH(RANK, PROVIDED, FOUND), SEARCH_TYPES}},
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
 * A reading of the query. It is never malformed, but may be without words.
 */
static TSQuery
search_read_query(Oid config, text *query)
{
	return DatumGetTSQuery(DirectFunctionCall2(websearch_to_tsquery_byid, ObjectIdGetDatum(config),
											   PointerGetDatum(query)));
}

static bool
search_is_same(TSQuery a, TSQuery b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

/*
 * Fills the parameters that stand for the query; false: it has no word, and there is
 * nothing to look for.
 */
static bool
search_read_in_all_languages(text *query, Datum *values)
{
	int level = search_quiet_begin();
	TSQuery written = search_read_query(language_simple_config(), query);
	TSQuery any = written;
	Datum *codes = palloc(language_count() * sizeof(Datum));
	Datum *readings = palloc(language_count() * sizeof(Datum));
	int count = 0;

	for (int i = 0; i < language_count(); i++)
	{
		Oid config = language_config_of(i);
		TSQuery reading = OidIsValid(config) ? search_read_query(config, query) : written;
		bool is_known = false;

		if (reading->size == 0 || search_is_same(reading, written))
			continue;
		for (int j = 0; j < count && !is_known; j++)
			is_known = search_is_same(reading, DatumGetTSQuery(readings[j]));
		if (!is_known)
			any = DatumGetTSQuery(DirectFunctionCall2(tsquery_or, TSQueryGetDatum(any), TSQueryGetDatum(reading)));
		codes[count] = CStringGetTextDatum(language_code(i));
		readings[count++] = TSQueryGetDatum(reading);
	}
	search_quiet_end(level);
	values[PARAMETER_ANY] = TSQueryGetDatum(any);
	values[PARAMETER_WRITTEN] = TSQueryGetDatum(written);
	values[PARAMETER_LANGUAGES] = PointerGetDatum(construct_array(codes, count, TEXTOID, -1, false, TYPALIGN_INT));
	values[PARAMETER_READINGS] =
		PointerGetDatum(construct_array(readings, count, TSQUERYOID, -1, false, TYPALIGN_INT));
	return written->size > 0;
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

static void
search_require_tables(void)
{
	static const TableId used[] = {TABLE_organization, TABLE_preferences, TABLE_provided_service};

	for (int i = 0; i < lengthof(used); i++)
	{
		const Table *table;

		table_close(table_open_known(used[i], AccessShareLock, &table), NoLock);
	}
}

/*
 * Runs the statement, and adds its rows to the function's result.
 */
static void
search_run(KeptStatement *statement, Datum *values, const char *nulls, ReturnSetInfo *result)
{
	uint64 count;

	SPI_connect();
	count = statement_read(statement, values, nulls);
	for (uint64 i = 0; i < count; i++)
		tuplestore_puttuple(result->setResult, statement_row(i, result->setDesc));
	SPI_finish();
}

/*
 * jobs.search_organizations(query, service_id, max_rows): with the owner's rights, for
 * who appears in searches is no secret.
 */
PG_FUNCTION_INFO_V1(jobs_search_organizations);
Datum
jobs_search_organizations(PG_FUNCTION_ARGS)
{
	text *query = search_arg_query(fcinfo, ARG_search_organizations_query);
	int64 service_id = arg_optional_id(fcinfo, ARG(search_organizations, service_id));
	int max_rows = arg_count(fcinfo, ARG(search_organizations, max_rows));
	Datum values[PARAMETERS] = {0};
	bool has_words;
	Call *call;

	InitMaterializedSRF(fcinfo, 0);
	call = call_begin_system();
	if (service_id != 0)
		service_require(call, service_id);
	search_require_tables();
	values[PARAMETER_MAX_ROWS] = Int64GetDatum(max_rows);
	values[PARAMETER_SERVICE] = Int64GetDatum(service_id);
	has_words = query && search_read_in_all_languages(query, values);
	if (has_words || service_id != 0)
		search_prefer_keys();
	search_run(&search_statements[has_words][service_id != 0], values, has_words ? NULL : "  nnnn",
			   (ReturnSetInfo *) fcinfo->resultinfo);
	call_end(call);
	return (Datum) 0;
}
