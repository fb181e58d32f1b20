/*
 * actor.c
 *
 * Actors as values: their texts, what they see, the side that they stand on.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "acting/actor.h"
#include "pg/refusal.h"
#include "pg/text.h"

bool
actor_parse_id(const char *text, int64 *id)
{
	uint64 value = 0;

	if (*text < '1' || *text > '9')
		return false;
	for (; *text; text++)
	{
		if (*text < '0' || *text > '9' || value > (PG_INT64_MAX - (*text - '0')) / 10)
			return false;
		value = value * 10 + (*text - '0');
	}
	*id = value;
	return true;
}

bool
actor_parse(const char *text, Actor *actor)
{
	memset(actor, 0, sizeof(Actor));
	if (*text == '\0')
		return true;
	if (strcmp(text, "system") == 0)
	{
		actor->kind = ACTOR_SYSTEM;
		return true;
	}
	if (strncmp(text, "member:", 7) == 0)
	{
		actor->kind = ACTOR_MEMBER;
		return actor_parse_id(text + 7, &actor->id);
	}
	if (strncmp(text, "merchant:", 9) == 0)
	{
		actor->kind = ACTOR_MERCHANT;
		return actor_parse_id(text + 9, &actor->id);
	}
	return false;
}

char *
actor_format(const Actor *actor, char *buffer)
{
	switch (actor->kind)
	{
		case ACTOR_MEMBER:
			memcpy(buffer, "member:", 7);
			buffer[7 + pg_lltoa(actor->id, buffer + 7)] = '\0';
			break;
		case ACTOR_MERCHANT:
			memcpy(buffer, "merchant:", 9);
			buffer[9 + pg_lltoa(actor->id, buffer + 9)] = '\0';
			break;
		case ACTOR_SYSTEM:
			strcpy(buffer, "system");
			break;
		case ACTOR_NOBODY:
			buffer[0] = '\0';
			break;
	}
	return buffer;
}

Datum
actor_datum(const Actor *actor)
{
	char buffer[ACTOR_TEXT_SIZE];

	return CStringGetTextDatum(actor_format(actor, buffer));
}

void
actor_parse_or_complain(const char *text, Actor *actor)
{
	if (actor_parse(text, actor))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is not an actor", text_excerpt(text, 100)),
			 errdetail("An actor is member:ID, merchant:ID, system, or empty for nobody."),
			 errhint("Pass 'member:7', for instance.")));
}

bool
actor_sees(const Actor *actor, int64 organization_id, int64 merchant_id)
{
	switch (actor->kind)
	{
		case ACTOR_MEMBER:
			return actor->organization_id == organization_id;
		case ACTOR_MERCHANT:
			return actor->id == merchant_id;
		case ACTOR_SYSTEM:
			return true;
		case ACTOR_NOBODY:
			break;
	}
	return false;
}

int64
actor_tenant(const Actor *actor)
{
	switch (actor->kind)
	{
		case ACTOR_MEMBER:
			return actor->organization_id;
		case ACTOR_MERCHANT:
			return actor->id;
		case ACTOR_SYSTEM:
		case ACTOR_NOBODY:
			break;
	}
	return 0;
}

void
actor_complain_missing(const char *what, int64 id)
{
	ereport(ERROR,
			(refused_by(REFUSAL_ROW_MISSING),
			 errmsg("%s %lld does not exist", what, (long long) id),
			 errdetail("The one who acts sees no %s of that number.", what),
			 errhint("Check the number, and who acts.")));
}

Side
actor_side(const Actor *actor)
{
	switch (actor->kind)
	{
		case ACTOR_MEMBER:
			return SIDE_EXPERT;
		case ACTOR_MERCHANT:
			return SIDE_MERCHANT;
		case ACTOR_SYSTEM:
			return SIDE_SYSTEM;
		case ACTOR_NOBODY:
			break;
	}
	return SIDE_NOBODY;
}
