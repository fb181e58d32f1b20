/*
 * visibility.c
 *
 * What crosses from one side to the other: names, and which organizations are known
 * to whom. Asked by policies and views, with the tables read directly: through the
 * other side's policies nobody would see anything.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "acting/current_actor.h"
#include "acting/entry.h"
#include "acting/former.h"
#include "parties/conversation.h"
#include "parties/directory.h"

/*
 * Who looks, as far as it still exists. A merchant who doesn't exist needs no look: what
 * it could see are rows that refer to it, and there are none.
 */
static Actor
who_looks(Rows *rows)
{
	Actor actor = actor_looking();

	if (actor.kind != ACTOR_MERCHANT && !actor_find_among(rows, &actor))
		actor.kind = ACTOR_NOBODY;
	return actor;
}

/*
 * Does the viewer belong to one of the two, or have a conversation with it?
 */
static bool
deals_with_organization(Rows *rows, const Actor *actor, int64 organization_id)
{
	return actor_sees(actor, organization_id, 0) ||
		   (actor->kind == ACTOR_MERCHANT && conversation_find(rows, organization_id, actor->id));
}

static bool
deals_with_merchant(Rows *rows, const Actor *actor, int64 merchant_id)
{
	return actor_sees(actor, 0, merchant_id) ||
		   (actor->kind == ACTOR_MEMBER && conversation_find(rows, actor->organization_id, merchant_id));
}

/*
 * The name in the row of somebody or of a store; of who was erased, neutral words in the language of
 * whoever looks.
 */
static const char *
name_shown(const Row *row, int column, const Actor *actor)
{
	bool is_member = actor->kind == ACTOR_MEMBER;
	Row *viewer = NULL;

	if (!former_is(row))
		return row_text(row, column);
	if (is_member || actor->kind == ACTOR_MERCHANT)
		viewer = row_fetch(row->rows, is_member ? TABLE_member : TABLE_merchant, actor->id);
	return former_name(row->table->id,
					   viewer ? row_text(viewer, is_member ? Col_member_language : Col_merchant_language) :
								FORMER_LANGUAGE);
}

static const char *
name_of(Rows *rows, const Actor *actor, const Actor *bearer)
{
	Row *row;

	switch (bearer->kind)
	{
		case ACTOR_MEMBER:
			row = row_fetch(rows, TABLE_member, bearer->id);
			if (row && deals_with_organization(rows, actor, row_int64(row, Col_member_organization_id)))
				return name_shown(row, Col_member_name, actor);
			break;
		case ACTOR_MERCHANT:
			row = row_fetch(rows, TABLE_merchant, bearer->id);
			if (row && deals_with_merchant(rows, actor, bearer->id))
				return name_shown(row, Col_merchant_name, actor);
			break;
		case ACTOR_SYSTEM:
			return "system";
		case ACTOR_NOBODY:
			break;
	}
	return NULL;
}

/*
 * jobs.display_name(actor): the name, or NULL for whom the viewer doesn't deal with.
 */
SQL_FUNCTION(display_name)
{
	Actor actor;
	Actor bearer;
	const char *name;
	Rows *rows;

	if (PG_ARGISNULL(ARG_display_name_actor))
		PG_RETURN_NULL();
	actor_parse_or_complain(text_to_cstring(PG_GETARG_TEXT_PP(ARG_display_name_actor)), &bearer);
	rows = rows_begin_in_query();
	actor = who_looks(rows);
	name = name_of(rows, &actor, &bearer);
	rows_end(rows);
	if (name == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name));
}

/*
 * jobs.store_name(job_id): the name of a job's store, for who sees the job.
 */
SQL_FUNCTION(store_name)
{
	Actor actor;
	const char *name = NULL;
	Rows *rows;
	Row *job;

	if (PG_ARGISNULL(ARG_store_name_job_id))
		PG_RETURN_NULL();
	rows = rows_begin_in_query();
	actor = who_looks(rows);
	job = row_fetch(rows, TABLE_job, PG_GETARG_INT64(ARG_store_name_job_id));
	if (job && !row_isnull(job, Col_job_store_id) &&
		actor_sees(&actor, row_int64(job, Col_job_organization_id), row_int64(job, Col_job_merchant_id)))
	{
		Row *store = row_fetch(rows, TABLE_store, row_int64(job, Col_job_store_id));

		name = store ? name_shown(store, Col_store_name, &actor) : NULL;
	}
	rows_end(rows);
	if (name == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name));
}

/*
 * jobs.sees_organization(organization_id): listed, one's own, or dealt with.
 */
SQL_FUNCTION(sees_organization)
{
	Actor actor;
	bool sees;
	Rows *rows;
	Row *preferences;
	int64 organization_id;

	if (PG_ARGISNULL(ARG_sees_organization_organization_id))
		PG_RETURN_BOOL(false);
	organization_id = PG_GETARG_INT64(ARG_sees_organization_organization_id);
	rows = rows_begin_in_query();
	/* most are listed, and who looks is asked for only where that decides */
	preferences = row_fetch(rows, TABLE_preferences, organization_id);
	sees = preferences && preferences_are_listed(preferences);
	if (!sees)
	{
		actor = who_looks(rows);
		sees = deals_with_organization(rows, &actor, organization_id);
	}
	rows_end(rows);
	PG_RETURN_BOOL(sees);
}
