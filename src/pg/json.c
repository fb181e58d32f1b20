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
push_word(JsonbParseState **state, JsonbIteratorToken token, const char *word)
{
	JsonbValue value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, word);
	value.val.string.len = strlen(word);
	pushJsonbValue(state, token, &value);
}

static void
push_key(JsonbParseState **state, const char *name)
{
	push_word(state, WJB_KEY, name);
}

/*
 * Nothing, where the id is 0.
 */
static void
push_id(JsonbParseState **state, const char *name, int64 id)
{
	JsonbValue value;

	if (id == 0)
		return;
	push_key(state, name);
	value.type = jbvNumeric;
	value.val.numeric = int64_to_numeric(id);
	pushJsonbValue(state, WJB_VALUE, &value);
}

Jsonb *
json_of_ids(const IdPair *pairs, int count)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < count; i++)
		push_id(&state, pairs[i].name, pairs[i].id);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

Jsonb *
json_of_id_and_words(const char *name, int64 id, const char *words_name, const List *words)
{
	JsonbParseState *state = NULL;
	ListCell *cell;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_id(&state, name, id);
	push_key(&state, words_name);
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	foreach (cell, words)
		push_word(&state, WJB_ELEM, lfirst(cell));
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
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

	if (text == NULL)
		return NULL;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_key(&state, name);
	push_word(&state, WJB_VALUE, text);
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
