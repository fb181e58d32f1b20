/*
 * rights.c
 *
 * Switching to the tables' owner and back.
 *
 * What the owner planted (a trigger, a default) then runs with the owner's rights,
 * even when a superuser called. LOCAL_USERID_CHANGE keeps it from SET ROLE.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"

#include "rights.h"

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
