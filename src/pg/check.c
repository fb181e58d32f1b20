/*
 * check.c
 *
 * Checks of values, the same for functions and for triggers.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#include "pg/check.h"
#include "pg/text.h"

void
check_not_null(bool isnull, const char *name)
{
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be NULL", name),
				 errdetail("NULL was given where a value is required."),
				 errhint("Pass a value for %s.", name)));
}

void
check_can_write(void)
{
	if (!XactReadOnly)
		return;
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("jobs cannot write in a read-only transaction"),
				 errdetail("This server is a standby, which only follows its primary."),
				 errhint("Connect to the primary; with target_session_attrs=read-write, libpq finds it.")));
	ereport(ERROR,
			(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
			 errmsg("jobs cannot write in a read-only transaction"),
			 errdetail("The transaction is READ ONLY, or transactions are by default."),
			 errhint("Call it in a transaction that may write: BEGIN READ WRITE.")));
}

void
check_length(const char *value, const char *name, int limit)
{
	/* no character is shorter than a byte */
	int length = strlen(value) > limit ? pg_mbstrlen(value) : 0;

	if (length > limit)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is too long", name),
				 errdetail("It has %d characters; %d are allowed.", length, limit),
				 errhint("Shorten %s.", name)));
}

static void
complain_turning(const char *name, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must not turn the direction of writing", name),
			 errdetail("%s", detail),
			 errhint("Take it out; words of right-to-left scripts do without.")));
}

/*
 * Something that shows, not longer than the limit. A text of one line has no control character,
 * and nothing that turns the direction of what is written around it. In a long one directions may
 * change for a stretch, as where people paste names, but letters keep their order.
 */
void
check_text(const char *value, const char *name, TextLimit limit)
{
	bool is_visible = false;
	bool is_turning = false;

	check_length(value, name, limit.length);
	for (const char *rest = text_skip_ascii(value, &is_visible); *rest; rest = text_skip_ascii(rest, &is_visible))
	{
		pg_wchar c = text_next_character(&rest);

		is_visible = is_visible || text_is_visible(c);
		is_turning = is_turning || text_is_turning(c);
		if (text_is_control(c) && limit.is_line)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be one line", name),
					 errdetail("It has a line break or another control character."),
					 errhint("Take it out.")));
		if (text_is_override(c) || (is_turning && limit.is_line))
			complain_turning(name, psprintf("It has the mark U+%04X, which does that to what stands behind it.", c));
	}
	if (!is_visible)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be blank", name),
				 errdetail("It has no visible character."),
				 errhint("Pass a text for %s.", name)));
	if (is_turning && !text_is_balanced(value))
		complain_turning(name, "It changes the direction and doesn't end that.");
}

/*
 * Dots stand between something.
 */
static bool
has_stray_dot(const char *part, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (part[i] == '.' && (i == 0 || i == length - 1 || part[i + 1] == '.'))
			return true;
	}
	return false;
}

/*
 * An address that a mailer can use: something@something, no blank or control
 * character, so that none can end a header line.
 */
void
check_email(const char *value, const char *name)
{
	const char *at = strchr(value, '@');
	bool good = at != NULL && at != value && at[1] != '\0' && strchr(at + 1, '@') == NULL &&
				!has_stray_dot(value, at - value) && !has_stray_dot(at + 1, strlen(at + 1));

	for (const char *rest = value; *rest && good;)
	{
		pg_wchar c = text_next_character(&rest);

		good = !text_is_blank(c) && (c >= 0x80 || strchr("<>()[],;:\\\"", (int) c) == NULL);
	}
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not an e-mail address", name),
				 errdetail("\"%s\" is not of the form name@domain.", text_excerpt(value, LENGTH_EMAIL)),
				 errhint("Pass one bare address, such as ann@example.com.")));
	check_text(value, name, LIMIT_EMAIL);
}

void
check_language(const char *value)
{
	if (strlen(value) != 2 || strspn(value, "abcdefghijklmnopqrstuvwxyz") != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a language code", text_excerpt(value, 20)),
				 errdetail("A language is two lower-case letters of ISO 639-1."),
				 errhint("Pass 'en' or 'de', for instance.")));
}

void
check_currency(const char *value)
{
	if (strlen(value) != 3 || strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a currency code", text_excerpt(value, 20)),
				 errdetail("A currency is three capital letters of ISO 4217."),
				 errhint("Pass 'USD' or 'EUR', for instance.")));
}

const char *
check_currency_given(const char *value)
{
	if (value == NULL || *value == '\0')
		return "USD";
	check_currency(value);
	return value;
}

void
check_email_scope(const char *value)
{
	if (strcmp(value, "all") != 0 && strcmp(value, "messages") != 0 && strcmp(value, "none") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a scope of e-mail", text_excerpt(value, 20)),
				 errdetail("A member wants all e-mail, messages alone, or none."),
				 errhint("Pass 'all', 'messages' or 'none'.")));
}

void
check_reason(const char *value)
{
	size_t length = strlen(value);

	if (length < 1 || length > 40 || strspn(value, "abcdefghijklmnopqrstuvwxyz_") != length)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a reason", text_excerpt(value, 100)),
				 errdetail("A reason is 1 to 40 lower-case letters and underscores."),
				 errhint("Pass a word such as 'too_busy', and put sentences into the comment.")));
}

/*
 * A client that left its key out, or whose library failed to make one, may send zeros; two such
 * calls would be taken for one.
 */
void
check_client_key(const pg_uuid_t *value)
{
	static const pg_uuid_t nil;

	if (memcmp(value, &nil, UUID_LEN) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the nil UUID is no client_key"),
				 errdetail("All of its digits are 0, as where no key was made."),
				 errhint("Make a random key for each call, or pass NULL.")));
}

/*
 * What counts is the value: 5.0000000 is 5, as an average has it, and 1e-7 is refused, for it
 * would be rounded to something else. A number can have 147,455 digits, so a message quotes its start at most.
 */
Numeric
check_price(Numeric value, const char *name)
{
	Datum datum = NumericGetDatum(value);

	if (numeric_is_nan(value) || numeric_is_inf(value) ||
		DatumGetBool(DirectFunctionCall2(numeric_lt, datum, NumericGetDatum(int64_to_numeric(0)))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a number of at least 0", name),
				 errdetail("It is %s.",
						   text_excerpt(DatumGetCString(DirectFunctionCall1(numeric_out, datum)), 40)),
				 errhint("Pass an amount, or NULL where none is known.")));
	if (DatumGetBool(DirectFunctionCall2(numeric_ge, datum, NumericGetDatum(int64_to_numeric(PRICE_BOUND)))) ||
		DatumGetInt32(DirectFunctionCall1(numeric_min_scale, datum)) > PRICE_DECIMAL_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has too many digits", name),
				 errdetail("Up to %d may stand before the point and %d behind it.",
						   PRICE_WHOLE_DIGITS, PRICE_DECIMAL_DIGITS),
				 errhint("Round it, or take a larger unit.")));
	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, datum)) > PRICE_DECIMAL_DIGITS)
		return DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, datum));
	return value;
}

void
check_price_range(Numeric min, Numeric max)
{
	if (min && max &&
		DatumGetBool(DirectFunctionCall2(numeric_lt, NumericGetDatum(max), NumericGetDatum(min))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_price is below min_price"),
				 errdetail("The highest price can't be lower than the lowest."),
				 errhint("Exchange the two.")));
}
