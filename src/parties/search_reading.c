/*
 * search_reading.c
 *
 * What is asked for is in no language of its own: it is read once in each language that there is
 * an organization of, and each organization is judged by the reading in its own. One that comes to
 * nothing (stop words alone) gives way to the words as they are written. To read in languages that
 * nobody has would load their dictionaries.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"

#include "parties/search.h"
#include "parties/search_reading.h"
#include "pg/language.h"

/*
 * A reading of the query. It is never malformed, but may be without words.
 */
static TSQuery
read_in(Oid config, text *query)
{
	return DatumGetTSQuery(DirectFunctionCall2(websearch_to_tsquery_byid, ObjectIdGetDatum(config),
											   PointerGetDatum(query)));
}

static bool
is_same_reading(TSQuery a, TSQuery b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

static TSQuery
either(TSQuery a, TSQuery b)
{
	return DatumGetTSQuery(DirectFunctionCall2(tsquery_or, TSQueryGetDatum(a), TSQueryGetDatum(b)));
}

/*
 * Adds the reading in a language, unless it says the same as the words that are written.
 */
static void
add_reading(SearchQuery *query, text *words, text *language)
{
	TSQuery written = query->written.words;
	Oid config = language_config(text_to_cstring(language));
	TSQuery reading = OidIsValid(config) ? read_in(config, words) : written;
	bool is_known = false;

	if (reading->size == 0 || is_same_reading(reading, written))
		return;
	for (int i = 0; i < query->count && !is_known; i++)
		is_known = is_same_reading(reading, query->readings[i].words);
	if (!is_known)
		query->any = either(query->any, reading);
	query->is_one = false;
	query->readings = repalloc(query->readings, (query->count + 1) * sizeof(SearchReading));
	query->readings[query->count++] = (SearchReading){
		.language = language,
		.words = reading,
		.rank = either(reading, written),
	};
}

/*
 * Languages are found by the index that has them, by one probe each.
 */
static void
add_readings(SearchQuery *query, Rows *rows, text *words)
{
	text *language = cstring_to_text("");
	ScanKeyData keys[1];
	RowScan *scan;
	Row *organization;

	ScanKeyInit(&keys[0], 1, BTGreaterStrategyNumber, F_TEXT_GT, PointerGetDatum(language));
	scan = row_scan_begin(rows, TABLE_organization, INDEX_organization_language, 1, keys, ForwardScanDirection);
	while ((organization = row_scan_next(scan)) != NULL)
	{
		language = DatumGetTextPP(row_get(organization, Col_organization_language));
		add_reading(query, words, language);
		keys[0].sk_argument = PointerGetDatum(language);
		row_scan_again(scan, 1, keys);
	}
	row_scan_end(scan);
}

SearchQuery *
search_read(Rows *rows, text *query)
{
	SearchQuery *read = palloc0(sizeof(SearchQuery));
	int level = search_quiet_begin();
	TSQuery written = read_in(language_simple_config(), query);

	if (written->size > 0)
	{
		read->any = written;
		read->is_one = true;
		read->written.words = written;
		read->written.rank = either(written, written);
		read->readings = palloc(sizeof(SearchReading));
		add_readings(read, rows, query);
	}
	search_quiet_end(level);
	return written->size > 0 ? read : NULL;
}

const SearchReading *
search_reading(const SearchQuery *query, const text *language)
{
	for (int i = 0; i < query->count; i++)
	{
		const text *known = query->readings[i].language;

		if (VARSIZE_ANY_EXHDR(known) == VARSIZE_ANY_EXHDR(language) &&
			memcmp(VARDATA_ANY(known), VARDATA_ANY(language), VARSIZE_ANY_EXHDR(language)) == 0)
			return &query->readings[i];
	}
	return &query->written;
}
