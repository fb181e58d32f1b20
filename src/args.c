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
#include "utils/uuid.h"

#include "args.h"

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
 * Not blank, not longer than the limit. Lengths are characters.
 */
void
check_text(const char *value, const char *name, int limit)
{
	int length = pg_mbstrlen(value);

	if (length > limit)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is too long", name),
				 errdetail("It has %d characters; %d are allowed.", length, limit),
				 errhint("Shorten %s.", name)));
	if (value[strspn(value, " \t\r\n\v\f")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be blank", name),
				 errdetail("It has no visible character."),
				 errhint("Pass a text for %s.", name)));
}

/*
 * An address that a mailer can use: something@something, no blank or control
 * character, so that none can end a header line.
 */
void
check_email(const char *value, const char *name)
{
	const char *at = strrchr(value, '@');
	bool good = at != NULL && at != value && at[1] != '\0' && at[1] != '.' &&
				value[strlen(value) - 1] != '.' && strstr(at, "..") == NULL;

	for (const char *c = value; *c && good; c++)
	{
		if ((unsigned char) *c <= ' ' || *c == 0x7f || strchr("<>()[],;:\\\"", *c) != NULL)
			good = false;
		if (*c == '@' && c != at)
			good = false;
	}
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not an e-mail address", name),
				 errdetail("\"%.254s\" is not of the form name@domain.", value),
				 errhint("Pass one bare address, such as ann@example.com.")));
	check_text(value, name, LIMIT_EMAIL);
}

void
check_language(const char *value)
{
	if (strlen(value) != 2 || strspn(value, "abcdefghijklmnopqrstuvwxyz") != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%.20s\" is not a language code", value),
				 errdetail("A language is two lower-case letters of ISO 639-1."),
				 errhint("Pass 'en' or 'de', for instance.")));
}

void
check_currency(const char *value)
{
	if (strlen(value) != 3 || strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%.20s\" is not a currency code", value),
				 errdetail("A currency is three capital letters of ISO 4217."),
				 errhint("Pass 'USD' or 'EUR', for instance.")));
}

void
check_reason(const char *value)
{
	size_t length = strlen(value);

	if (length < 1 || length > 40 || strspn(value, "abcdefghijklmnopqrstuvwxyz_") != length)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%.100s\" is not a reason", value),
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

int
arg_ids(FunctionCallInfo fcinfo, int argno, const char *name, int64 **ids)
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
				 errhint("Pass ids alone.")));
	count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	*ids = palloc(Max(count, 1) * sizeof(int64));
	if (count > 0)
		memcpy(*ids, ARR_DATA_PTR(array), count * sizeof(int64));
	return count;
}

void
args_complain_key_reused(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("client_key was used before"),
			 errdetail("An earlier call with this key had other arguments."),
			 errhint("Make a new key for each new call; repeat a key with the same arguments alone.")));
}
