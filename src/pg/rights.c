/*
 * rights.c
 *
 * Switching to the tables' owner and back.
 *
 * What the owner planted (a trigger, a default) then runs with the owner's rights,
 * even when a superuser called. LOCAL_USERID_CHANGE keeps it from SET ROLE.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/syscache.h"

#include "pg/compat.h"
#include "pg/rights.h"

/* Answers of rights_may_become_superuser, as long as no role and no membership changes. */
static struct
{
	Oid role;
	bool answer;
} known[4];
static int known_count = 0;

static void
rights_roles_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	known_count = 0;
}

void
rights_init(void)
{
	CacheRegisterSyscacheCallback(AUTHOID, rights_roles_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, rights_roles_changed, (Datum) 0);
}

/*
 * Is it the way to a superuser's rights: one, or what runs programs or changes files as the
 * server does, or what grants that?
 */
static bool
is_powerful(Form_pg_authid role)
{
	return role->rolsuper || compat_grants_any_role(role) ||
		   role->oid == ROLE_PG_EXECUTE_SERVER_PROGRAM || role->oid == ROLE_PG_WRITE_SERVER_FILES ||
		   role->oid == ROLE_PG_READ_SERVER_FILES;
}

static bool
is_member_of_powerful(Oid role)
{
	Relation catalog = table_open(AuthIdRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;
	bool result = false;

	while (!result && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_authid form = (Form_pg_authid) GETSTRUCT(tuple);

		result = is_powerful(form) && is_member_of_role_nosuper(role, form->oid);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return result;
}

bool
rights_may_become_superuser(Oid role)
{
	bool answer;

	for (int i = 0; i < known_count; i++)
	{
		if (known[i].role == role)
			return known[i].answer;
	}
	answer = is_member_of_powerful(role);
	if (known_count == lengthof(known))
		known_count = 0;
	known[known_count].role = role;
	known[known_count].answer = answer;
	known_count++;
	return answer;
}

void
rights_switch(Rights *before, Oid role, int flags)
{
	GetUserIdAndSecContext(&before->user, &before->context);
	SetUserIdAndSecContext(role, before->context | SECURITY_LOCAL_USERID_CHANGE | flags);
	before->settings = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

void
rights_restore(const Rights *before)
{
	/* as on abort: a SET that was planted in between must not outlive this */
	AtEOXact_GUC(false, before->settings);
	SetUserIdAndSecContext(before->user, before->context);
}
