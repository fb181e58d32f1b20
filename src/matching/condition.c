/*
 * condition.c
 *
 * The conditions of matching. Preferences are read with the rights of the tables' owner: who asks sees none
 * but their own. Takes no locks.
 */
#include "postgres.h"

#include "utils/fmgrprotos.h"

#include "acting/account.h"
#include "matching/condition.h"
#include "parties/conversation.h"

static bool provides_service(Candidate *candidate);
static bool fits_budget(Candidate *candidate);
static bool accepts_work(Candidate *candidate);
static bool accepts_listing(Candidate *candidate);
static bool is_active_account(Candidate *candidate);
static bool accepts_merchant(Candidate *candidate);
static bool conversation_is_free(Candidate *candidate);
static char *tell_service(Candidate *candidate, bool holds);
static char *tell_budget(Candidate *candidate, bool holds);
static char *tell_available(Candidate *candidate, bool holds);
static char *tell_listed(Candidate *candidate, bool holds);
static char *tell_account(Candidate *candidate, bool holds);
static char *tell_merchant(Candidate *candidate, bool holds);
static char *tell_conversation(Candidate *candidate, bool holds);

const Condition conditions[] = {
	{"provides_service", CONDITION_OF_OFFER, provides_service, tell_service},
	{"fits_budget", CONDITION_OF_OFFER, fits_budget, tell_budget},
	{"is_available", CONDITION_OF_WILL, accepts_work, tell_available},
	{"is_listed", CONDITION_OF_WILL, accepts_listing, tell_listed},
	{"account_active", CONDITION_OF_WILL, is_active_account, tell_account},
	{"accepts_dropshipping", CONDITION_OF_WILL, accepts_merchant, tell_merchant},
	{"conversation_open", CONDITION_OF_WILL, conversation_is_free, tell_conversation},
};
const int condition_count = lengthof(conditions);

void
condition_end(Judge *judge)
{
	if (judge->provided)
		row_scan_end(judge->provided);
	if (judge->preferences)
		row_scan_end(judge->preferences);
}

void
condition_judge(Candidate *candidate, Judge *judge, int64 organization_id, const Row *provided)
{
	memset(candidate, 0, sizeof(Candidate));
	candidate->judge = judge;
	candidate->organization_id = organization_id;
	candidate->provided = provided;
	candidate->provided_is_read = provided != NULL;
}

bool
conditions_hold(Candidate *candidate, ConditionStage stage)
{
	for (int i = 0; i < condition_count; i++)
	{
		if (conditions[i].stage == stage && !conditions[i].holds(candidate))
			return false;
	}
	return true;
}

/*
 * The row with these keys, by a scan that is used again for the next organization.
 */
static const Row *
look_up_candidate(Judge *judge, RowScan **scan, TableId table, int nkeys, ScanKey keys)
{
	if (*scan == NULL)
		*scan = row_scan_begin(judge->rows, table, PRIMARY_KEY, nkeys, keys, ForwardScanDirection);
	else
		row_scan_again(*scan, nkeys, keys);
	return row_scan_pass(*scan);
}

const Row *
condition_provided(Candidate *candidate)
{
	Judge *judge = candidate->judge;
	ScanKeyData keys[2];

	if (!candidate->provided_is_read)
	{
		row_key_int64(&keys[0], 1, candidate->organization_id);
		row_key_int64(&keys[1], 2, judge->query->service_id);
		candidate->provided = look_up_candidate(judge, &judge->provided, TABLE_provided_service, 2, keys);
		candidate->provided_is_read = true;
	}
	return candidate->provided;
}

static const Row *
preferences_of(Candidate *candidate)
{
	Judge *judge = candidate->judge;
	ScanKeyData keys[1];

	if (!candidate->preferences_are_read)
	{
		row_key_int64(&keys[0], 1, candidate->organization_id);
		candidate->preferences = look_up_candidate(judge, &judge->preferences, TABLE_preferences, 1, keys);
		candidate->preferences_are_read = true;
	}
	return candidate->preferences;
}

static bool
prefers(Candidate *candidate, int column)
{
	const Row *preferences = preferences_of(candidate);

	return preferences && row_bool(preferences, column);
}

static bool
is_dropshipper(const MatchQuery *query)
{
	return query->merchant && row_bool(query->merchant, Col_merchant_is_dropshipper);
}

static bool
provides_service(Candidate *candidate)
{
	return condition_provided(candidate) != NULL;
}

static char *
tell_service(Candidate *candidate, bool holds)
{
	return holds ? "It provides the service." : "The service is not among those that it provides.";
}

bool
condition_price_is_known(const MatchQuery *query, const Row *provided)
{
	return query->budget && (!row_isnull(provided, Col_provided_service_min_price) ||
							 !row_isnull(provided, Col_provided_service_max_price));
}

bool
condition_price_is_above(const MatchQuery *query, const Row *provided, int column)
{
	return !row_isnull(provided, column) &&
		   DatumGetInt32(DirectFunctionCall2(numeric_cmp, row_get(provided, column),
											 NumericGetDatum(query->budget))) > 0;
}

static bool
is_in_currency(const MatchQuery *query, const Row *provided)
{
	return strcmp(row_text(provided, Col_provided_service_currency), query->currency) == 0;
}

/*
 * Can the budget pay for it? A price in another currency can't be told to fit. Who has no price for the
 * service has none that is too high.
 */
static bool
fits_budget(Candidate *candidate)
{
	const MatchQuery *query = candidate->judge->query;
	const Row *provided = condition_provided(candidate);

	if (provided == NULL || !condition_price_is_known(query, provided))
		return true;
	return is_in_currency(query, provided) &&
		   !condition_price_is_above(query, provided, Col_provided_service_min_price);
}

static char *
tell_budget(Candidate *candidate, bool holds)
{
	const MatchQuery *query = candidate->judge->query;
	const Row *provided = condition_provided(candidate);

	if (query->budget == NULL)
		return "No budget was said.";
	if (provided == NULL || !condition_price_is_known(query, provided))
		return "It has no price for the service.";
	if (!is_in_currency(query, provided))
		return psprintf("Its price is in %s, and the budget in %s.",
						row_text(provided, Col_provided_service_currency), query->currency);
	if (row_isnull(provided, Col_provided_service_min_price))
		return "It has no lowest price.";
	return psprintf("Its lowest price is %s %s.",
					DatumGetCString(DirectFunctionCall1(numeric_out,
														row_get(provided, Col_provided_service_min_price))),
					query->currency);
}

static bool
accepts_work(Candidate *candidate)
{
	return prefers(candidate, Col_preferences_is_available);
}

static char *
tell_available(Candidate *candidate, bool holds)
{
	if (preferences_of(candidate) == NULL)
		return "It has no preferences.";
	return holds ? "It is available for work." : "Its preferences say that it is not available for work.";
}

static bool
accepts_listing(Candidate *candidate)
{
	return prefers(candidate, Col_preferences_is_listed);
}

static char *
tell_listed(Candidate *candidate, bool holds)
{
	if (preferences_of(candidate) == NULL)
		return "It has no preferences.";
	return holds ? "It is listed." : "Its preferences say that it is not listed.";
}

static bool
is_active_account(Candidate *candidate)
{
	const Row *preferences = preferences_of(candidate);

	return preferences && account_is_active(preferences);
}

static char *
tell_account(Candidate *candidate, bool holds)
{
	return holds ? "Its account is neither closed nor suspended." : "Its account is closed, or suspended.";
}

static bool
accepts_merchant(Candidate *candidate)
{
	return !is_dropshipper(candidate->judge->query) || prefers(candidate, Col_preferences_accepts_dropshipping);
}

static char *
tell_merchant(Candidate *candidate, bool holds)
{
	if (candidate->judge->query->merchant == NULL)
		return "No merchant was named.";
	if (!is_dropshipper(candidate->judge->query))
		return "The merchant is no dropshipper.";
	if (preferences_of(candidate) == NULL)
		return "It has no preferences.";
	return holds ? "It works with dropshippers." : "The merchant is a dropshipper, and it does not work with them.";
}

static Row *
conversation_of(Candidate *candidate)
{
	const Row *merchant = candidate->judge->query->merchant;

	return merchant ? conversation_find(candidate->judge->rows, candidate->organization_id,
										row_int64(merchant, Col_merchant_id)) :
					  NULL;
}

/*
 * Asked last, of the few that are good enough.
 */
static bool
conversation_is_free(Candidate *candidate)
{
	Row *conversation = conversation_of(candidate);

	return conversation == NULL || !conversation_is_blocked(conversation);
}

static char *
tell_conversation(Candidate *candidate, bool holds)
{
	Row *conversation = conversation_of(candidate);

	if (candidate->judge->query->merchant == NULL)
		return "No merchant was named.";
	if (conversation == NULL)
		return "The two have no conversation yet.";
	return psprintf(holds ? "Conversation %lld is open." : "Conversation %lld is blocked.",
					(long long) row_int64(conversation, Col_conversation_id));
}
