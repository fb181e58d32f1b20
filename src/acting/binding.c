/*
 * binding.c
 *
 * Finds the member or merchant that a database role is bound to.
 *
 * A binding holds for a role's name and oid together: neither a role that was created anew
 * under the name nor one that was renamed becomes somebody. In another server, after a
 * restore, the oids differ as a rule; where roles were created there in the same order, they
 * don't, so that bindings are to be made anew.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/inval.h"
#include "utils/syscache.h"

#include "acting/binding.h"

/* What is known of one role, until a binding or a role changes. */
static struct
{
	Oid role; /* InvalidOid: nothing is known */
	bool is_bound;
	Actor actor;
} known;

static void
binding_roles_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	known.role = InvalidOid;
}

static void
relations_changed(Datum arg, Oid relid)
{
	known.role = InvalidOid;
}

void
binding_init(void)
{
	CacheRegisterSyscacheCallback(AUTHOID, binding_roles_changed, (Datum) 0);
	CacheRegisterRelcacheCallback(relations_changed, (Datum) 0);
}

Row *
binding_find(Rows *rows, const char *role)
{
	ScanKeyData key;
	RowScan *scan;
	Row *row;

	row_key_text(&key, 1, role);
	scan = row_scan_begin_latest(rows, TABLE_role_binding, PRIMARY_KEY, 1, &key, ForwardScanDirection);
	row = row_scan_next(scan);
	row_scan_end(scan);
	return row;
}

static bool
look_up(Oid role, Actor *actor)
{
	char *name = GetUserNameFromId(role, true);
	bool is_bound = false;
	Rows *rows;
	Row *row;

	/* older tables, or none, bind nobody */
	if (name == NULL || !OidIsValid(table_oid(TABLE_role_binding)))
		return false;
	rows = rows_begin();
	row = binding_find(rows, name);
	if (row && DatumGetObjectId(row_get(row, Col_role_binding_role_oid)) == role)
		is_bound = actor_parse(row_text(row, Col_role_binding_actor), actor);
	rows_end(rows);
	return is_bound;
}

bool
binding_of_role(Oid role, Actor *actor)
{
	/* in a transaction that takes no new locks, nobody else asks what others have changed */
	AcceptInvalidationMessages();
	if (known.role != role)
	{
		Actor found = {ACTOR_NOBODY, 0, 0};
		bool is_bound = look_up(role, &found);

		known.role = role;
		known.is_bound = is_bound;
		known.actor = found;
	}
	*actor = known.actor;
	return known.is_bound;
}
