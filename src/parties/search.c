/*
 * search.c
 *
 * Keeps organization.search: each organization's name (weight A), the names of the
 * services that it provides (B) and its description (C), as a tsvector.
 *
 * Every word stands in it twice at one position: as it is written, and in the form that
 * the organization's language has for it. What jobs.search_organizations() asks for is in
 * search_api.c.
 *
 * A document changes with the organization's row, with what it provides, and with a
 * service's name. Whoever changes one of them writes the organization's row, under its
 * lock, so that a document is always made of what is there. Locks: services first (FOR KEY
 * SHARE by who adds one to an organization; a new name takes FOR UPDATE, for it is
 * unique), then organizations FOR NO KEY UPDATE, in the order of their ids. A plain DELETE of
 * what an organization provides has its row before the organization: see lock_order.h.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "tsearch/ts_utils.h"
#include "utils/builtins.h"
#include "utils/elog.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "acting/dml.h"
#include "parties/search.h"
#include "pg/language.h"

/* Organizations that are refreshed together, and whose rows are in memory together. */
#define BATCH 100

/*
 * Bytes of services' names that a document has at most. A tsvector ends at 1 MB, and
 * providing one service more should not fail for it.
 */
#define SERVICES_LENGTH 65536

int
search_quiet_begin(void)
{
	int level = NewGUCNestLevel();

	if (client_min_messages < WARNING)
		(void) set_config_option("client_min_messages", "warning", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	if (log_min_messages < WARNING)
		(void) set_config_option("log_min_messages", "warning", PGC_SUSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

void
search_quiet_end(int level)
{
	AtEOXact_GUC(false, level);
}

static void
search_begin_words(ParsedText *words)
{
	words->lenwords = 64;
	words->words = palloc(words->lenwords * sizeof(ParsedWord));
	words->curwords = 0;
	words->pos = 0;
}

/*
 * Adds the words of a text, as they are and in the forms of the language (InvalidOid: in
 * none). A gap in front of them keeps phrases from spanning two texts.
 */
static void
search_add_words(ParsedText *words, Oid config, char *text)
{
	int length = strlen(text);
	int start = words->pos + 1;
	int end;

	words->pos = start;
	parsetext(language_simple_config(), words, text, length);
	if (!OidIsValid(config))
		return;
	end = words->pos;
	words->pos = start;
	parsetext(config, words, text, length);
	words->pos = Max(words->pos, end);
}

/*
 * The names of what the organization provides, in the order of the services' ids.
 */
static void
search_add_services(ParsedText *words, Oid config, Rows *rows, int64 organization_id)
{
	size_t length = 0;
	ScanKeyData keys[1];
	RowScan *scan;
	Row *provided;

	row_key_int64(&keys[0], 1, organization_id);
	scan = row_scan_begin(rows, TABLE_provided_service, PRIMARY_KEY, 1, keys, ForwardScanDirection);
	while ((provided = row_scan_next(scan)) != NULL)
	{
		Row *service = row_fetch(rows, TABLE_service, row_int64(provided, Col_provided_service_service_id));
		char *name = service ? row_text(service, Col_service_name) : "";

		length += strlen(name);
		if (length > SERVICES_LENGTH)
			break;
		search_add_words(words, config, name);
	}
	row_scan_end(scan);
}

/*
 * The document with the words, which are of this weight, behind it.
 */
static Datum
search_append_words(Datum document, ParsedText *words, char weight)
{
	Datum part = DirectFunctionCall2(tsvector_setweight, TSVectorGetDatum(make_tsvector(words)),
									 CharGetDatum(weight));

	return DirectFunctionCall2(tsvector_concat, document, part);
}

void
search_fill(Row *organization)
{
	Oid config = language_config(row_text(organization, Col_organization_language));
	char *description = row_text(organization, Col_organization_description);
	int level = search_quiet_begin();
	ParsedText words;
	Datum document;

	search_begin_words(&words);
	document = TSVectorGetDatum(make_tsvector(&words));

	search_begin_words(&words);
	search_add_words(&words, config, row_text(organization, Col_organization_name));
	document = search_append_words(document, &words, 'A');

	search_begin_words(&words);
	search_add_services(&words, config, organization->rows, row_int64(organization, Col_organization_id));
	document = search_append_words(document, &words, 'B');

	if (description)
	{
		search_begin_words(&words);
		search_add_words(&words, config, description);
		document = search_append_words(document, &words, 'C');
	}
	search_quiet_end(level);
	row_set(organization, Col_organization_search, document);
}

void
search_refresh(Row *organization)
{
	Row *changed = row_copy(organization);

	search_fill(changed);
	/* false: a user's trigger wants the row to stay as it is */
	(void) row_update(organization, changed);
}

Row *
search_hold_service(Rows *rows, int64 service_id)
{
	return row_lock(rows, TABLE_service, service_id, LockTupleKeyShare, LockWaitBlock);
}

/*
 * Locks and refreshes an organization; 40001 when there is one that the transaction's
 * snapshot doesn't see. Nothing happens to one that is gone.
 */
static void
search_refresh_by_id(Rows *rows, int64 organization_id)
{
	ScanKeyData keys[1];
	Row *organization;

	row_key_int64(&keys[0], 1, organization_id);
	organization = row_find_latest(rows, TABLE_organization, PRIMARY_KEY, 1, keys);
	if (organization && row_lock_found(organization, LockTupleNoKeyExclusive, LockWaitBlock))
		search_refresh(organization);
}

/*
 * Refreshes the next organizations that provide the service, those behind `last`, which
 * moves on. Returns how many these were.
 */
static int
search_refresh_some(Rows *rows, int64 service_id, int64 *last)
{
	int count = 0;
	ScanKeyData keys[2];
	RowScan *scan;
	Row *provided;

	row_key_int64(&keys[0], 1, service_id);
	ScanKeyInit(&keys[1], 2, BTGreaterStrategyNumber, F_INT8GT, Int64GetDatum(*last));
	scan = row_scan_begin_latest(rows, TABLE_provided_service, INDEX_provided_service_service, 2, keys,
								 ForwardScanDirection);
	while (count < BATCH && (provided = row_scan_next(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		*last = row_int64(provided, Col_provided_service_organization_id);
		search_refresh_by_id(rows, *last);
		count++;
	}
	row_scan_end(scan);
	return count;
}

static void
search_refresh_providers(int64 service_id)
{
	MemoryContext batch = AllocSetContextCreate(CurrentMemoryContext, "jobs search", ALLOCSET_DEFAULT_SIZES);
	int64 last = PG_INT64_MIN;
	int count;

	do
	{
		MemoryContext caller = MemoryContextSwitchTo(batch);
		Rows *rows = rows_begin();

		count = search_refresh_some(rows, service_id, &last);
		rows_end(rows);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(batch);
	} while (count == BATCH);
	MemoryContextDelete(batch);
}

/*
 * Triggers. What the library writes itself doesn't come by here.
 */
PG_FUNCTION_INFO_V1(jobs_provided_service_record);
Datum
jobs_provided_service_record(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_provided_service, TRIGGER_TYPE_AFTER,
						 TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE);

	/* what is provided doesn't change, prices do */
	if (!DML_IS_UPDATE(dml))
		search_refresh_by_id(dml->call->rows,
							 row_int64(dml->new ? dml->new : dml->old, Col_provided_service_organization_id));
	return dml_end(dml);
}

PG_FUNCTION_INFO_V1(jobs_service_record);
Datum
jobs_service_record(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_service, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);

	if (DML_IS_UPDATE(dml) && dml_changes(dml, Col_service_name))
		search_refresh_providers(row_int64(dml->new, Col_service_id));
	return dml_end(dml);
}

int
search_backfill(void)
{
	MemoryContext batch = AllocSetContextCreate(CurrentMemoryContext, "jobs search", ALLOCSET_DEFAULT_SIZES);
	Rows *found = rows_begin();
	RowScan *scan = row_scan_begin(found, TABLE_organization, PRIMARY_KEY, 0, NULL, ForwardScanDirection);
	Rows *rows = NULL;
	int count = 0;
	const Row *organization;
	MemoryContext caller = MemoryContextSwitchTo(batch);

	while ((organization = row_scan_pass(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (!row_isnull(organization, Col_organization_search))
			continue;
		if (count % BATCH == 0)
		{
			if (rows)
				rows_end(rows);
			MemoryContextReset(batch);
			rows = rows_begin();
		}
		search_refresh_by_id(rows, row_int64(organization, Col_organization_id));
		count++;
	}
	if (rows)
		rows_end(rows);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(batch);
	row_scan_end(scan);
	rows_end(found);
	return count;
}
