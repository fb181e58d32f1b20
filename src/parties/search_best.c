/*
 * search_best.c
 *
 * Looks at each organization that has the words once, and asks as little as it can: first for its
 * rank, and only of one that would be among the best, whether its own language has the words and
 * whether it is listed. Of a common word there are many, of which few become candidates.
 *
 * The best are a heap whose top is the worst of them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "acting/function_names.h"
#include "parties/directory.h"
#include "parties/search_best.h"

/* Columns of the query, in the order of this list. */
enum
{
	FOUND_ID,
	FOUND_NAME,
	FOUND_DESCRIPTION,
	FOUND_LANGUAGE,
	FOUND_SEARCH,
	FOUND_COLUMNS
};

static const char *const column_names[FOUND_COLUMNS] = {
	[FOUND_ID] = "id",
	[FOUND_NAME] = "name",
	[FOUND_DESCRIPTION] = "description",
	[FOUND_LANGUAGE] = "language",
	[FOUND_SEARCH] = "search",
};

typedef struct Candidate
{
	double rank;
	int64 id;
	Datum name;
	Datum description;
	bool has_description;
} Candidate;

typedef struct SearchBest
{
	DestReceiver receiver;
	const SearchQuery *query;
	Rows *rows;
	RowScan *preferences; /* NULL: nobody's were asked for yet */
	int columns[FOUND_COLUMNS];
	Oid collation;		   /* of names */
	MemoryContext kept;	   /* of the candidates */
	MemoryContext scratch; /* of one row */
	int wanted;
	int count;
	int room;
	Candidate *heap;
} SearchBest;

/*
 * Does a come after b?
 */
static bool
is_worse(const SearchBest *best, const Candidate *a, const Candidate *b)
{
	int order;

	if (a->rank != b->rank)
		return a->rank < b->rank;
	order = DatumGetInt32(DirectFunctionCall2Coll(bttextcmp, best->collation, a->name, b->name));
	return order != 0 ? order > 0 : a->id > b->id;
}

static void
swap_candidates(Candidate *a, Candidate *b)
{
	Candidate c = *a;

	*a = *b;
	*b = c;
}

/*
 * Lets the candidate at the top sink to its place.
 */
static void
sink(SearchBest *best)
{
	int place = 0;

	for (;;)
	{
		int worst = place;

		for (int child = 2 * place + 1; child <= 2 * place + 2; child++)
		{
			if (child < best->count && is_worse(best, &best->heap[child], &best->heap[worst]))
				worst = child;
		}
		if (worst == place)
			return;
		swap_candidates(&best->heap[place], &best->heap[worst]);
		place = worst;
	}
}

/*
 * Adds a candidate behind the others, and lets it rise to its place.
 */
static void
add_candidate(SearchBest *best, const Candidate *candidate)
{
	int place = best->count++;

	if (place == best->room)
	{
		best->room *= 2;
		best->heap = repalloc_huge(best->heap, best->room * sizeof(Candidate));
	}
	best->heap[place] = *candidate;
	while (place > 0 && is_worse(best, &best->heap[place], &best->heap[(place - 1) / 2]))
	{
		swap_candidates(&best->heap[place], &best->heap[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
}

static void
free_candidate(Candidate *candidate)
{
	pfree(DatumGetPointer(candidate->name));
	if (candidate->has_description)
		pfree(DatumGetPointer(candidate->description));
}

/*
 * Keeps a candidate in the place of the worst one, or of nobody as long as there is room.
 */
static void
keep_candidate(SearchBest *best, Candidate *candidate)
{
	MemoryContext caller = MemoryContextSwitchTo(best->kept);

	candidate->name = PointerGetDatum(PG_DETOAST_DATUM_COPY(candidate->name));
	if (candidate->has_description)
		candidate->description = PointerGetDatum(PG_DETOAST_DATUM_COPY(candidate->description));
	if (best->count < best->wanted)
		add_candidate(best, candidate);
	else
	{
		free_candidate(&best->heap[0]);
		best->heap[0] = *candidate;
		sink(best);
	}
	MemoryContextSwitchTo(caller);
}

static bool
candidate_is_listed(SearchBest *best, int64 organization_id)
{
	ScanKeyData keys[1];
	const Row *preferences;

	row_key_int64(&keys[0], 1, organization_id);
	if (best->preferences)
		row_scan_again(best->preferences, 1, keys);
	else
		best->preferences = row_scan_begin(best->rows, TABLE_preferences, PRIMARY_KEY, 1, keys,
										   ForwardScanDirection);
	preferences = row_scan_pass(best->preferences);
	return preferences && preferences_are_listed(preferences);
}

static Datum
found_column(const SearchBest *best, TupleTableSlot *slot, int column)
{
	bool isnull;
	Datum value = slot_getattr(slot, best->columns[column], &isnull);

	if (isnull && column != FOUND_DESCRIPTION)
		elog(ERROR, "an organization without %s was found", column_names[column]);
	return isnull ? (Datum) 0 : value;
}

static void
judge(SearchBest *best, TupleTableSlot *slot)
{
	const SearchReading *reading =
		search_reading(best->query, DatumGetTextPP(found_column(best, slot, FOUND_LANGUAGE)));
	Datum search = PointerGetDatum(DatumGetTSVector(found_column(best, slot, FOUND_SEARCH)));
	Candidate candidate = {
		.rank = DatumGetFloat4(DirectFunctionCall2(ts_rank_tt, search, TSQueryGetDatum(reading->rank))),
		.name = found_column(best, slot, FOUND_NAME),
		.id = DatumGetInt64(found_column(best, slot, FOUND_ID)),
	};

	if (best->count == best->wanted && !is_worse(best, &best->heap[0], &candidate))
		return;
	if (!best->query->is_one &&
		!DatumGetBool(DirectFunctionCall2(ts_match_vq, search, TSQueryGetDatum(reading->words))))
		return;
	if (!candidate_is_listed(best, candidate.id))
		return;
	candidate.description = found_column(best, slot, FOUND_DESCRIPTION);
	candidate.has_description = candidate.description != (Datum) 0;
	keep_candidate(best, &candidate);
}

static bool
search_best_receive(TupleTableSlot *slot, DestReceiver *self)
{
	SearchBest *best = (SearchBest *) self;
	MemoryContext caller = MemoryContextSwitchTo(best->scratch);

	judge(best, slot);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(best->scratch);
	return true;
}

static void
search_best_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	SearchBest *best = (SearchBest *) self;

	for (int i = 0; i < FOUND_COLUMNS; i++)
	{
		best->columns[i] = SPI_fnumber(desc, column_names[i]);
		if (best->columns[i] <= 0)
			elog(ERROR, "a query has no column \"%s\"", column_names[i]);
	}
	best->collation = TupleDescAttr(desc, best->columns[FOUND_NAME] - 1)->attcollation;
}

static void
search_best_nothing(DestReceiver *self)
{
}

DestReceiver *
search_best_begin(Rows *rows, const SearchQuery *query, int max_rows)
{
	SearchBest *best = palloc0(sizeof(SearchBest));

	best->receiver.receiveSlot = search_best_receive;
	best->receiver.rStartup = search_best_startup;
	best->receiver.rShutdown = search_best_nothing;
	best->receiver.rDestroy = search_best_nothing;
	best->receiver.mydest = DestTuplestore;
	best->query = query;
	best->rows = rows;
	best->wanted = max_rows;
	best->room = 32;
	best->kept = CurrentMemoryContext;
	best->scratch = AllocSetContextCreate(CurrentMemoryContext, "jobs search", ALLOCSET_DEFAULT_SIZES);
	best->heap = palloc(best->room * sizeof(Candidate));
	return &best->receiver;
}

void
search_best_return(DestReceiver *receiver, ReturnSetInfo *result)
{
	SearchBest *best = (SearchBest *) receiver;
	int count = best->count;

	/* the worst is taken from the top, and put behind the others */
	while (best->count > 1)
	{
		best->count--;
		swap_candidates(&best->heap[0], &best->heap[best->count]);
		sink(best);
	}
	for (int i = 0; i < count; i++)
	{
		const Candidate *candidate = &best->heap[i];
		Datum values[NRESULT_search_organizations];
		bool nulls[NRESULT_search_organizations] = {false};

		values[RESULT_search_organizations_organization_id] = Int64GetDatum(candidate->id);
		values[RESULT_search_organizations_name] = candidate->name;
		values[RESULT_search_organizations_description] = candidate->description;
		nulls[RESULT_search_organizations_description] = !candidate->has_description;
		values[RESULT_search_organizations_rank] = Float8GetDatum(candidate->rank);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	if (best->preferences)
		row_scan_end(best->preferences);
	MemoryContextDelete(best->scratch);
}
