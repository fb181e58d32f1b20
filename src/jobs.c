/*
 * jobs.c
 *
 * Loads the library: settings and callbacks, each defined in its own room.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "access.h"
#include "actor.h"
#include "binding.h"
#include "evidence.h"
#include "job.h"
#include "notify.h"
#include "numbering.h"
#include "outbox.h"
#include "rights.h"
#include "table.h"

PG_MODULE_MAGIC;

void _PG_init(void);

void
_PG_init(void)
{
	actor_init();
	evidence_init();
	job_init();
	notify_init();
	outbox_init();
	MarkGUCPrefixReserved("jobs");

	access_init();
	binding_init();
	numbering_init();
	rights_init();
	table_init();
}
