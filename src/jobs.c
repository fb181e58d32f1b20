/*
 * jobs.c
 *
 * Loads the library: settings and callbacks, each defined in its own room.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "acting/access.h"
#include "acting/binding.h"
#include "acting/current_actor.h"
#include "feed/numbering.h"
#include "jobs/job.h"
#include "mail/outbox.h"
#include "matching/evidence.h"
#include "matching/evidence_notes.h"
#include "ops/maintenance.h"
#include "pg/notifier.h"
#include "pg/notify.h"
#include "pg/rights.h"
#include "tables/commit_prepared.h"
#include "tables/table.h"

PG_MODULE_MAGIC;

void _PG_init(void);

void
_PG_init(void)
{
	actor_init();
	evidence_init();
	job_init();
	maintenance_init();
	notifier_init();
	notify_init();
	outbox_init();
	MarkGUCPrefixReserved("jobs");

	access_init();
	binding_init();
	commit_prepared_init();
	evidence_notes_init();
	numbering_init();
	rights_init();
	table_init();
}
