/*
 * argument.c
 *
 * Arguments of functions, taken and checked.
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#include "pg/argument.h"

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
arg_text(FunctionCallInfo fcinfo, int argno, const char *name, TextLimit limit)
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

void
arg_refuse_zero(int64 id, const char *name)
{
	if (id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be 0", name),
				 errdetail("No row has that number."),
				 errhint("Pass NULL to name none.")));
}

int64
arg_optional_id(FunctionCallInfo fcinfo, int argno, const char *name)
{
	if (PG_ARGISNULL(argno))
		return 0;
	arg_refuse_zero(PG_GETARG_INT64(argno), name);
	return PG_GETARG_INT64(argno);
}

char *
arg_optional_text(FunctionCallInfo fcinfo, int argno, const char *name, TextLimit limit)
{
	return PG_ARGISNULL(argno) ? NULL : arg_text(fcinfo, argno, name, limit);
}

char *
arg_clearable_text(FunctionCallInfo fcinfo, int argno, const char *name, TextLimit limit)
{
	if (!PG_ARGISNULL(argno) && VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(argno)) == 0)
		return "";
	return arg_optional_text(fcinfo, argno, name, limit);
}

char *
arg_optional_language(FunctionCallInfo fcinfo, int argno)
{
	return PG_ARGISNULL(argno) ? NULL : arg_language(fcinfo, argno);
}

char *
arg_optional_email(FunctionCallInfo fcinfo, int argno, const char *name)
{
	return PG_ARGISNULL(argno) ? NULL : arg_email(fcinfo, argno, name);
}

char *
arg_optional_reason(FunctionCallInfo fcinfo, int argno)
{
	char *value;

	if (PG_ARGISNULL(argno))
		return NULL;
	value = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	check_reason(value);
	return value;
}

Numeric
arg_optional_price(FunctionCallInfo fcinfo, int argno, const char *name)
{
	if (PG_ARGISNULL(argno))
		return NULL;
	return check_price(PG_GETARG_NUMERIC(argno), name);
}

pg_uuid_t *
arg_optional_client_key(FunctionCallInfo fcinfo, int argno)
{
	if (PG_ARGISNULL(argno))
		return NULL;
	check_client_key(PG_GETARG_UUID_P(argno));
	return PG_GETARG_UUID_P(argno);
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
