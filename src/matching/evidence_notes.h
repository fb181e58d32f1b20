/*
 * evidence_notes.h
 *
 * What happens to jobs is noted as it happens, and written to jobs.ranking_stat at the
 * commit: whoever acts on several jobs holds no row that others wait for meanwhile.
 */
#ifndef JOBS_EVIDENCE_NOTES_H
#define JOBS_EVIDENCE_NOTES_H

#include "matching/evidence.h"

extern void evidence_notes_init(void);

/* A job was created; something else has become of it; work was reviewed. */
extern void evidence_note_job(const EvidenceKey *key, const JobOutcome *outcome);
extern void evidence_note_change(const EvidenceKey *key, const JobOutcome *before, const JobOutcome *after);
extern void evidence_note_review(const EvidenceKey *key, TimestampTz written_at, int communication, int quality);

/* What the transaction has noted so far of one kind of work (0: of all): a list of Evidence *. */
extern List *evidence_pending(int64 service_id);

/* Takes back what was noted so far; it is written in another way. */
extern void evidence_cancel_pending(void);

#endif
