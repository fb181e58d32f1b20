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
	ereport(ERROR,
			(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
			 errmsg("jobs cannot write in a read-only transaction"),
			 RecoveryInProgress() ? errdetail("This server is a standby, which only follows its primary.") :
									errdetail("The transaction is READ ONLY, or transactions are by default."),
			 RecoveryInProgress() ? errhint("Connect to the primary; target_session_attrs=read-write finds it.") :
									errhint("Call it in a transaction that may write: BEGIN READ WRITE.")));
}

void
check_length(const char *value, const char *name, int limit)
{
	int length = pg_mbstrlen(value);

	if (length > limit)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is too long", name),
				 errdetail("It has %d characters; %d are allowed.", length, limit),
				 errhint("Shorten %s.", name)));
}

/*
 * Not blank, not longer than the limit, and one line unless it is a long text.
 */
void
check_text(const char *value, const char *name, int limit)
{
	bool is_visible = false;

	check_length(value, name, limit);
	for (const char *rest = value; *rest;)
	{
		pg_wchar c = text_next_character(&rest);

		is_visible |= !text_is_blank(c);
		if (text_is_control(c) && limit != LIMIT_TEXT)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be one line", name),
					 errdetail("It has a line break or another control character."),
					 errhint("Take it out.")));
	}
	if (!is_visible)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be blank", name),
				 errdetail("It has no visible character."),
				 errhint("Pass a text for %s.", name)));
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
				 errdetail("\"%s\" is not of the form name@domain.", text_excerpt(value, LIMIT_EMAIL)),
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

void
check_price(Numeric value, const char *name)
{
	Numeric zero = int64_to_numeric(0);

	if (numeric_is_nan(value) || numeric_is_inf(value) ||
		DatumGetBool(DirectFunctionCall2(numeric_lt, NumericGetDatum(value), NumericGetDatum(zero))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a number of at least 0", name),
				 errdetail("It is %s.", DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value)))),
				 errhint("Pass an amount, or NULL where none is known.")));
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
