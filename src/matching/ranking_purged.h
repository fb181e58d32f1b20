/*
 * ranking_purged.h
 *
 * What jobs and reviews told that are gone: jobs.rebuild_ranking() would no longer find it in their rows.
 */
#ifndef JOBS_RANKING_PURGED_H
#define JOBS_RANKING_PURGED_H

#include "acting/call.h"
#include "matching/evidence.h"

/*
 * Keeps what these told that are about to go: of jobs, and of their reviews. One transaction does so at a
 * time: whoever deletes their events has FEED_LOCK_CONSUMERS.
 */
extern void ranking_purged_add(Rows *rows, EvidenceTable *evidence);

/*
 * Adds all of it to what is counted anew, and has it fade from now on as the rest does. The table is locked
 * against who adds.
 */
extern void ranking_purged_count(Rows *rows, EvidenceTable *evidence);

#endif
