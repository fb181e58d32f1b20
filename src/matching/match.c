/*
 * match.c
 *
 * Finds the organizations that may be asked, and the best of them. Who may be asked stands in
 * condition.c.
 *
 * An organization is scored first; whether it may be asked is looked up where it is good enough.
 * Those that evidence speaks for come first, best first as far as that can be told, until nobody
 * who is left can be good enough any more. Where that is not to be, because the best don't
 * exceed the mean, which anybody without evidence has, or too many of them may not be asked, all who
 * provide the service are gone through, in the order of their ids. Both ways end with the same
 * matches. Takes no locks: who asks for a job checks again what must hold.
 */
#include "postgres.h"

#include "funcapi.h"
#include "lib/binaryheap.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "acting/entry.h"
#include "matching/match.h"
#include "matching/ranking_read.h"
#include "parties/directory.h"
#include "pg/argument.h"

/*
 * To read an organization by itself costs about as much as this many of them one after another.
 */
#define LOOK_UP_COST 8

/* How far a score may be above its bound, for it is computed in another way. */
#define ROUNDING 1e-9

/* Digits of the share of a price range behind the point. */
#define PRICE_DIGITS 6

/* One search. */
typedef struct Search
{
	Call *call;
	const MatchQuery *query;
	Judge judge;
	Ranking *ranking;
	ScoreMeans means;
	MemoryContext scratch;
	binaryheap *best; /* the worst of them on top */
	int max_count;
} Search;

/*
 * The better one has more points; of equals, the one that was asked less lately, so that
 * newcomers take turns, and then the older one.
 */
static int
compare_matches(const Match *a, const Match *b)
{
	if (a->score != b->score)
		return a->score > b->score ? 1 : -1;
	if (a->received != b->received)
		return a->received < b->received ? 1 : -1;
	return a->organization_id < b->organization_id ? 1 : -1;
}

static int
compare_in_heap(Datum a, Datum b, void *arg)
{
	return -compare_matches((const Match *) DatumGetPointer(a), (const Match *) DatumGetPointer(b));
}

static bool
was_asked(const MatchQuery *query, int64 organization_id)
{
	for (int i = 0; i < query->asked_count; i++)
	{
		if (query->asked[i] == organization_id)
			return true;
	}
	return false;
}

/*
 * The share of the price range that the budget covers; in numeric and rounded, for a price can
 * have more digits than a float.
 */
static double
price_fit_of(const Row *provided, Numeric budget)
{
	Datum min = row_isnull(provided, Col_provided_service_min_price) ?
					NumericGetDatum(int64_to_numeric(0)) :
					row_get(provided, Col_provided_service_min_price);
	Datum range = DirectFunctionCall2(numeric_sub, row_get(provided, Col_provided_service_max_price), min);
	Datum covered = DirectFunctionCall2(numeric_sub, NumericGetDatum(budget), min);

	Datum share = DirectFunctionCall2(numeric_round, DirectFunctionCall2(numeric_div, covered, range),
									  Int32GetDatum(PRICE_DIGITS));

	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, share));
}

/*
 * The share of the price range within the budget, which the lowest price is; -1: not known.
 */
static double
price_fit(const MatchQuery *query, const Row *provided)
{
	if (!condition_price_is_known(query, provided) || row_isnull(provided, Col_provided_service_max_price))
		return -1;
	return condition_price_is_above(query, provided, Col_provided_service_max_price) ?
			   price_fit_of(provided, query->budget) :
			   1;
}

/*
 * Is it better than the worst of as many as are wanted?
 */
static bool
is_good_enough(const Search *search, const Match *match)
{
	return search->best->bh_size < search->max_count ||
		   compare_matches(match, (const Match *) DatumGetPointer(binaryheap_first(search->best))) > 0;
}

static void
keep(Search *search, const Match *match)
{
	binaryheap *best = search->best;
	Match *kept;

	if (best->bh_size < search->max_count)
	{
		kept = MemoryContextAlloc(GetMemoryChunkContext(best), sizeof(Match));
		*kept = *match;
		binaryheap_add(best, PointerGetDatum(kept));
		return;
	}
	kept = (Match *) DatumGetPointer(binaryheap_first(best));
	*kept = *match;
	binaryheap_replace_first(best, PointerGetDatum(kept));
}

/*
 * Is it one of the best? Each question costs more than the one before. `provided`: NULL, if that
 * it provides the service is not known yet.
 */
static void
consider_organization(Search *search, int64 organization_id, const Evidence *evidence, const Row *provided)
{
	const MatchQuery *query = search->query;
	Candidate candidate;
	Match match;
	Match at_best_price;

	match.organization_id = organization_id;
	score_match(&match, evidence, &search->means);
	at_best_price = match;
	score_add_price(&at_best_price, query->budget ? 1 : 0);
	if (!is_good_enough(search, &at_best_price) || was_asked(query, organization_id))
		return;
	condition_judge(&candidate, &search->judge, organization_id, provided);
	if (!conditions_hold(&candidate, CONDITION_OF_OFFER))
		return;
	score_add_price(&match, price_fit(query, condition_provided(&candidate)));
	if (is_good_enough(search, &match) && conditions_hold(&candidate, CONDITION_OF_WILL))
		keep(search, &match);
}

static void
consider_in_scratch(Search *search, int64 organization_id, const Evidence *evidence, const Row *provided)
{
	MemoryContext caller = MemoryContextSwitchTo(search->scratch);

	consider_organization(search, organization_id, evidence, provided);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(search->scratch);
}

/*
 * How many could there be at most? The heap is made for so many.
 */
static int
count_providers(Search *search)
{
	ScanKeyData keys[1];
	RowScan *scan;
	int count = 0;

	row_key_int64(&keys[0], 1, search->query->service_id);
	scan = row_scan_begin(search->call->rows, TABLE_provided_service, INDEX_provided_service_service, 1, keys,
						  ForwardScanDirection);
	while (count < search->max_count && row_scan_pass(scan) != NULL)
		count++;
	row_scan_end(scan);
	return count;
}

static void
consider_all(Search *search)
{
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *provided;

	search->max_count = count_providers(search);
	search->best = binaryheap_allocate(Max(search->max_count, 1), compare_in_heap, NULL);
	if (search->max_count == 0)
		return;
	row_key_int64(&keys[0], 1, search->query->service_id);
	scan = row_scan_begin(search->call->rows, TABLE_provided_service, INDEX_provided_service_service, 1, keys,
						  ForwardScanDirection);
	while ((provided = row_scan_pass(scan)) != NULL)
	{
		int64 organization_id = row_int64(provided, Col_provided_service_organization_id);

		CHECK_FOR_INTERRUPTS();
		consider_in_scratch(search, organization_id, ranking_go_to(search->ranking, organization_id), provided);
	}
	row_scan_end(scan);
}

/*
 * By how much more than the mean evidence must be worth to be among the best; not above 0: it need not.
 */
static double
least_gain(const Search *search)
{
	double mean = search->query->budget ? SCORE_PRICE_WORTH : 0;

	if (search->best->bh_size < search->max_count)
		return 0;
	for (int group = 0; group < SCORE_GROUPS; group++)
		mean += search->means.worth[group];
	return ((const Match *) DatumGetPointer(binaryheap_first(search->best)))->score - mean - ROUNDING;
}

/*
 * Considers those that evidence speaks for; false: others may be among the best, too.
 */
static bool
consider_best(Search *search, int64 max_effort)
{
	HASHCTL control = {.keysize = sizeof(int64), .entrysize = sizeof(int64), .hcxt = CurrentMemoryContext};
	HTAB *considered;
	int64 effort = 0;
	int64 organization_id = 0;

	if (search->max_count > max_effort / LOOK_UP_COST)
		return false;
	considered = hash_create("jobs considered", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	search->best = binaryheap_allocate(search->max_count, compare_in_heap, NULL);
	while (effort <= max_effort)
	{
		double least = Max(least_gain(search), ROUNDING);
		bool is_again;

		organization_id = ranking_next_best(search->ranking, &search->means, least, &effort);
		if (organization_id == 0)
			break;
		(void) hash_search(considered, &organization_id, HASH_ENTER, &is_again);
		if (is_again)
			continue;
		effort++;
		consider_in_scratch(search, organization_id, ranking_look_up(search->ranking, organization_id), NULL);
	}
	hash_destroy(considered);
	return organization_id == 0 && least_gain(search) > 0;
}

static void
find_matches(Search *search)
{
	double sums[EVIDENCE_KINDS];
	int64 row_count = ranking_total(search->ranking, sums);

	search->means = score_means(sums);
	if (!consider_best(search, row_count / LOOK_UP_COST))
		consider_all(search);
}

Match *
match_find(Call *call, const MatchQuery *query, int max_count, int *count)
{
	Search search = {
		.call = call,
		.query = query,
		.judge = {.rows = call->rows, .query = query},
		.max_count = max_count,
	};
	Match *matches;

	rows_renew(call->rows);
	search.ranking = ranking_begin(call->rows, query->service_id);
	search.scratch = AllocSetContextCreate(CurrentMemoryContext, "jobs match", ALLOCSET_SMALL_SIZES);
	find_matches(&search);
	ranking_end(search.ranking);
	condition_end(&search.judge);
	MemoryContextDelete(search.scratch);

	*count = search.best->bh_size;
	matches = MemoryContextAllocHuge(CurrentMemoryContext, Max(*count, 1) * sizeof(Match));
	for (int i = *count - 1; i >= 0; i--)
		matches[i] = *(Match *) DatumGetPointer(binaryheap_remove_first(search.best));
	return matches;
}

/*
 * The merchant for whom it is, or NULL: the one who is named, or else who acts. Others are as if
 * they were not there, except for who acts for nobody and may act for anyone.
 */
static Row *
find_merchant(Call *call, int64 merchant_id, const Actor *who, bool may_name_others)
{
	Row *merchant;

	if (merchant_id == 0 && who->kind == ACTOR_MERCHANT)
		merchant_id = who->id;
	if (merchant_id == 0)
		return NULL;
	merchant = row_fetch(call->rows, TABLE_merchant, merchant_id);
	if (merchant == NULL || !(who->kind == ACTOR_NOBODY ? may_name_others : actor_sees(who, 0, merchant_id)))
		actor_complain_missing("merchant", merchant_id);
	return merchant;
}

static void
return_match(ReturnSetInfo *result, const Match *match)
{
	Datum values[NRESULT_match_organizations] = {
		[RESULT_match_organizations_organization_id] = Int64GetDatum(match->organization_id),
		[RESULT_match_organizations_score] = Float8GetDatum(match->score),
		[RESULT_match_organizations_decline_share] = Float8GetDatum(match->shares[PART_DECLINE]),
		[RESULT_match_organizations_expiry_share] = Float8GetDatum(match->shares[PART_EXPIRY]),
		[RESULT_match_organizations_answered_within_24h] = Float8GetDatum(match->shares[PART_ANSWER]),
		[RESULT_match_organizations_rating] = Float8GetDatum(match->shares[PART_RATING]),
		[RESULT_match_organizations_completed] = Int64GetDatum(match->confirmed_jobs),
		[RESULT_match_organizations_completion_share] = Float8GetDatum(match->shares[PART_COMPLETION]),
		[RESULT_match_organizations_received] = Float8GetDatum(match->received),
		[RESULT_match_organizations_decline_part] = Float8GetDatum(match->parts[PART_DECLINE]),
		[RESULT_match_organizations_expiry_part] = Float8GetDatum(match->parts[PART_EXPIRY]),
		[RESULT_match_organizations_answer_part] = Float8GetDatum(match->parts[PART_ANSWER]),
		[RESULT_match_organizations_completion_part] = Float8GetDatum(match->parts[PART_COMPLETION]),
		[RESULT_match_organizations_rating_part] = Float8GetDatum(match->parts[PART_RATING]),
		[RESULT_match_organizations_price_part] = Float8GetDatum(match->parts[PART_PRICE]),
	};
	bool nulls[NRESULT_match_organizations] = {false};

	/* nothing is shown without evidence; it counts as the mean */
	nulls[RESULT_match_organizations_decline_share] = !match->has_jobs;
	nulls[RESULT_match_organizations_expiry_share] = !match->has_jobs;
	nulls[RESULT_match_organizations_answered_within_24h] = !match->has_jobs;
	nulls[RESULT_match_organizations_completion_share] = !match->has_jobs;
	nulls[RESULT_match_organizations_rating] = !match->has_reviews;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * jobs.match_organizations(service_id, merchant_id, budget, currency, max_rows)
 */
SQL_FUNCTION_OF_ROWS(match_organizations)
{
	MatchQuery query = {0};
	int64 merchant_id;
	int max_rows;
	Call *call;
	Match *matches;
	int count;
	Actor who = actor_looking();
	bool may_name_others = actor_may_name_others();

	query.service_id = arg_id(fcinfo, ARG(match_organizations, service_id));
	merchant_id = arg_optional_id(fcinfo, ARG(match_organizations, merchant_id));
	query.budget = arg_optional_price(fcinfo, ARG(match_organizations, budget));
	query.currency = arg_currency(fcinfo, ARG_match_organizations_currency);
	max_rows = arg_count(fcinfo, ARG(match_organizations, max_rows));
	actor_resolve(&who, ACTOR_READS);
	call = call_begin_system();
	query.merchant = find_merchant(call, merchant_id, &who, may_name_others);
	service_require(call, query.service_id);
	matches = match_find(call, &query, max_rows, &count);
	for (int i = 0; i < count; i++)
		return_match((ReturnSetInfo *) fcinfo->resultinfo, &matches[i]);
	call_end(call);
	return (Datum) 0;
}
