/*
 * decided_dml.h
 *
 * Decided is decided, for rows that somebody's plain INSERT or UPDATE writes. Our BEFORE trigger
 * comes first, users' come after it, our AFTER trigger sees the row as it was written: what was
 * decided is remembered from one to the other, where users have BEFORE triggers.
 *
 * A rule is asked anew by the AFTER trigger, for a fact of a job that a BEFORE trigger read is stale
 * when another row of the statement moved the job. A row's own decided columns are not: nobody
 * but its own statement writes that row between the two. Of what is remembered:
 *
 * - Each AFTER trigger comes behind the BEFORE trigger of the same row and version. An entry that
 *   was left behind, by a row that a trigger suppressed, by ON CONFLICT, or by a subtransaction
 *   that was rolled back, is overwritten by that one.
 * - What was left behind goes with the statement.
 * - An updated row is known by the place of its old version, which no other row gets before the
 *   transaction ends; so that an AFTER trigger of one row may update another row of the statement.
 * - A new row is known by its primary key. A trigger that deletes it and writes one of the same key
 *   anew, in the midst of the statement, ends that: 27000, and nothing gets through.
 * - ON CONFLICT DO UPDATE calls the BEFORE triggers of both; each has its entry, and the one of
 *   the INSERT is never asked for.
 * - Whether users have such triggers can't change in between: a table in use takes no new ones.
 */
#ifndef JOBS_DECIDED_DML_H
#define JOBS_DECIDED_DML_H

#include "commands/trigger.h"

#include "acting/dml_statement.h"
#include "tables/row.h"

/* Have users BEFORE triggers on this table for rows such as the one that this trigger fires for? */
extern bool decided_may_be_changed(const TriggerData *data);

/* At the end of our BEFORE trigger: remembers the row. */
extern void decided_remember(DmlStatement *statement, const TriggerData *data, const Row *row);

/* At the beginning of our AFTER trigger: 27000 unless the row is as it was decided. */
extern void decided_require_kept(const TriggerData *data, const Row *row);

#endif
