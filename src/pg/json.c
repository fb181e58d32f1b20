/*
 * json.c
 *
 * Makes and reads small objects of jsonb.
 */
#include "postgres.h"

#include <errno.h>

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "pg/json.h"

static void
push_key(JsonbParseState **state, const char *name)
{
	JsonbValue key;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = strlen(name);
	pushJsonbValue(state, WJB_KEY, &key);
}

Jsonb *
json_of_ids(const IdPair *pairs, int count)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < count; i++)
	{
		JsonbValue value;

		if (pairs[i].id == 0)
			continue;
		push_key(&state, pairs[i].name);
		value.type = jbvNumeric;
		value.val.numeric = int64_to_numeric(pairs[i].id);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

Jsonb *
json_of_id(const char *name, int64 id)
{
	IdPair pair = {name, id};

	return json_of_ids(&pair, 1);
}

Jsonb *
json_of_text(const char *name, const char *text)
{
	JsonbParseState *state = NULL;
	JsonbValue value;

	if (text == NULL)
		return NULL;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_key(&state, name);
	value.type = jbvString;
	value.val.string.val = unconstify(char *, text);
	value.val.string.len = strlen(text);
	pushJsonbValue(&state, WJB_VALUE, &value);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

int64
json_get_id(Jsonb *object, const char *name)
{
	JsonbValue buffer;
	JsonbValue *value = NULL;
	char *text;
	char *end;
	int64 id;

	if (JB_ROOT_IS_OBJECT(object))
		value = getKeyJsonValueFromContainer(&object->root, name, strlen(name), &buffer);
	if (value == NULL || value->type != jbvNumeric)
		return 0;
	text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	errno = 0;
	id = strtoi64(text, &end, 10);
	return errno == 0 && *end == '\0' ? id : 0;
}
