/*
 * args.c
 *
 * Checks of arguments and column values. They hold on every path, so that functions
 * and triggers both call them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "args.h"

char *
args_excerpt(const char *text, int limit)
{
	return pnstrdup(text, pg_mbcharcliplen(text, strlen(text), limit));
}

char *
args_vformat(const char *format, va_list args)
{
	size_t size = 256;

	for (;;)
	{
		char *text = palloc(size);
		va_list again;
		size_t needed;

		va_copy(again, args);
		needed = pvsnprintf(text, size, format, again);
		va_end(again);
		if (needed < size)
			return text;
		pfree(text);
		size = needed;
	}
}

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

/*
 * Does the encoding number characters as ISO 8859 does, with control characters from 0x80 on?
 */
static bool
is_iso_8859(int encoding)
{
	return (encoding >= PG_LATIN1 && encoding <= PG_LATIN10) ||
		   (encoding >= PG_ISO_8859_5 && encoding <= PG_ISO_8859_8);
}

/*
 * The character that a text begins with, of which the text is moved on. In encodings
 * other than UTF-8 and ISO 8859 a character beyond ASCII is taken for a visible one.
 */
pg_wchar
args_next_character(const char **text)
{
	const unsigned char *c = (const unsigned char *) *text;
	int length = pg_mblen(*text);

	*text += length;
	if (*c < 0xa0 && (*c < 0x80 || is_iso_8859(GetDatabaseEncoding())))
		return *c;
	return GetDatabaseEncoding() == PG_UTF8 ? utf8_to_unicode(c) : 0xffff;
}

/*
 * Ends a line, or does anything else but show.
 */
bool
args_is_control(pg_wchar c)
{
	return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/*
 * Shows nothing: Unicode's spaces, joiners and marks of direction, too.
 */
bool
args_is_blank(pg_wchar c)
{
	return c == ' ' || args_is_control(c) || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
		   (c >= 0x202a && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x3000 || c == 0xfeff;
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
		pg_wchar c = args_next_character(&rest);

		is_visible |= !args_is_blank(c);
		if (args_is_control(c) && limit != LIMIT_TEXT)
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
		pg_wchar c = args_next_character(&rest);

		good = !args_is_blank(c) && (c >= 0x80 || strchr("<>()[],;:\\\"", (int) c) == NULL);
	}
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not an e-mail address", name),
				 errdetail("\"%s\" is not of the form name@domain.", args_excerpt(value, LIMIT_EMAIL)),
				 errhint("Pass one bare address, such as ann@example.com.")));
	check_text(value, name, LIMIT_EMAIL);
}

void
check_language(const char *value)
{
	if (strlen(value) != 2 || strspn(value, "abcdefghijklmnopqrstuvwxyz") != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a language code", args_excerpt(value, 20)),
				 errdetail("A language is two lower-case letters of ISO 639-1."),
				 errhint("Pass 'en' or 'de', for instance.")));
}

void
check_currency(const char *value)
{
	if (strlen(value) != 3 || strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a currency code", args_excerpt(value, 20)),
				 errdetail("A currency is three capital letters of ISO 4217."),
				 errhint("Pass 'USD' or 'EUR', for instance.")));
}

void
check_email_scope(const char *value)
{
	if (strcmp(value, "all") != 0 && strcmp(value, "messages") != 0 && strcmp(value, "none") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a scope of e-mail", args_excerpt(value, 20)),
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
				 errmsg("\"%s\" is not a reason", args_excerpt(value, 100)),
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

/*
 * What is far beyond would overflow, so it is sorted out first.
 */
bool
args_move_time(TimestampTz time, bool is_back, Interval *span, int days, TimestampTz *moved)
{
	Interval longest = {.day = days};
	Interval shortest = {.day = -days};
	Datum value = IntervalPGetDatum(span);

	if (DatumGetBool(DirectFunctionCall2(interval_gt, value, IntervalPGetDatum(&longest))) ||
		DatumGetBool(DirectFunctionCall2(interval_lt, value, IntervalPGetDatum(&shortest))))
		return false;
	*moved = DatumGetTimestampTz(DirectFunctionCall2(is_back ? timestamptz_mi_interval : timestamptz_pl_interval,
													 TimestampTzGetDatum(time), value));
	return true;
}

int64
arg_id(FunctionCallInfo fcinfo, int argno, const char *name)
{
	check_not_null(PG_ARGISNULL(argno), name);
	return PG_GETARG_INT64(argno);
}

/*
 * A number of rows: at least one.
 */
int32
arg_count(FunctionCallInfo fcinfo, int argno, const char *name)
{
	int32 value;

	check_not_null(PG_ARGISNULL(argno), name);
	value = PG_GETARG_INT32(argno);
	if (value < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be at least 1", name),
				 errdetail("It is %d.", value),
				 errhint("Pass a positive number for %s.", name)));
	return value;
}

bool
arg_bool(FunctionCallInfo fcinfo, int argno, const char *name)
{
	check_not_null(PG_ARGISNULL(argno), name);
	return PG_GETARG_BOOL(argno);
}

char *
arg_text(FunctionCallInfo fcinfo, int argno, const char *name, int limit)
{
	char *value;

	check_not_null(PG_ARGISNULL(argno), name);
	value = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	check_text(value, name, limit);
	return value;
}

char *
arg_email(FunctionCallInfo fcinfo, int argno, const char *name)
{
	char *value;

	check_not_null(PG_ARGISNULL(argno), name);
	value = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	check_email(value, name);
	return value;
}

char *
arg_language(FunctionCallInfo fcinfo, int argno)
{
	char *value;

	check_not_null(PG_ARGISNULL(argno), "language");
	value = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	check_language(value);
	return value;
}

char *
arg_currency(FunctionCallInfo fcinfo, int argno)
{
	char *value;

	check_not_null(PG_ARGISNULL(argno), "currency");
	value = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	check_currency(value);
	return value;
}

int64
arg_optional_id(FunctionCallInfo fcinfo, int argno, const char *name)
{
	if (PG_ARGISNULL(argno))
		return 0;
	if (PG_GETARG_INT64(argno) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be 0", name),
				 errdetail("No row has that number."),
				 errhint("Pass NULL to name none.")));
	return PG_GETARG_INT64(argno);
}

char *
arg_optional_text(FunctionCallInfo fcinfo, int argno, const char *name, int limit)
{
	return PG_ARGISNULL(argno) ? NULL : arg_text(fcinfo, argno, name, limit);
}

Numeric
arg_optional_price(FunctionCallInfo fcinfo, int argno, const char *name)
{
	if (PG_ARGISNULL(argno))
		return NULL;
	check_price(PG_GETARG_NUMERIC(argno), name);
	return PG_GETARG_NUMERIC(argno);
}

pg_uuid_t *
arg_optional_uuid(FunctionCallInfo fcinfo, int argno)
{
	return PG_ARGISNULL(argno) ? NULL : PG_GETARG_UUID_P(argno);
}

/*
 * An array of one dimension without NULLs, its elements of this size; returns how many.
 */
static int
array_argument(FunctionCallInfo fcinfo, int argno, const char *name, size_t size, void **elements)
{
	ArrayType *array;
	int count;

	check_not_null(PG_ARGISNULL(argno), name);
	array = PG_GETARG_ARRAYTYPE_P(argno);
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain NULL", name),
				 errdetail("One of the elements is NULL."),
				 errhint("Leave it out.")));
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have one dimension", name),
				 errdetail("It has %d.", ARR_NDIM(array)),
				 errhint("Pass the elements one after another.")));
	count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	*elements = palloc(Max(count, 1) * size);
	if (count > 0)
		memcpy(*elements, ARR_DATA_PTR(array), count * size);
	return count;
}

int
arg_ids(FunctionCallInfo fcinfo, int argno, const char *name, int64 **ids)
{
	return array_argument(fcinfo, argno, name, sizeof(int64), (void **) ids);
}

int
arg_uuids(FunctionCallInfo fcinfo, int argno, const char *name, pg_uuid_t **uuids)
{
	return array_argument(fcinfo, argno, name, sizeof(pg_uuid_t), (void **) uuids);
}
