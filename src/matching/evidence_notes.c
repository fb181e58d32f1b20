/*
 * evidence_notes.c
 *
 * Keeps what happens to jobs in memory until the transaction commits.
 *
 * Just before the commit, the sums are written in the order of their keys, one row for each
 * organization and kind of work, however much happened. So rows of jobs.ranking_stat are held
 * for a moment only, and nobody acts on jobs meanwhile. What a rolled-back subtransaction noted
 * is forgotten with it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#include "matching/evidence_notes.h"
#include "matching/ranking_row.h"

/* What a (sub)transaction noted. */
typedef struct Frame
{
	int level; /* nest level of the (sub)transaction */
	MemoryContext context;
	EvidenceTable *table;
	struct Frame *outer;
} Frame;

static Frame *frames = NULL;

/*
 * What the running (sub)transaction notes.
 */
static EvidenceTable *
noted(void)
{
	int level = GetCurrentTransactionNestLevel();

	if (frames == NULL || frames->level < level)
	{
		MemoryContext context = AllocSetContextCreate(TopTransactionContext, "jobs evidence",
													  ALLOCSET_SMALL_SIZES);
		Frame *frame = MemoryContextAlloc(context, sizeof(Frame));

		frame->level = level;
		frame->context = context;
		frame->table = evidence_table(context);
		frame->outer = frames;
		frames = frame;
	}
	return frames->table;
}

void
evidence_note_job(const EvidenceKey *key, const JobOutcome *outcome)
{
	evidence_add_outcome(noted(), key, outcome);
}

void
evidence_note_change(const EvidenceKey *key, const JobOutcome *before, const JobOutcome *after)
{
	evidence_add_change(noted(), key, before, after);
}

void
evidence_note_review(const EvidenceKey *key, TimestampTz written_at, int communication, int quality)
{
	evidence_add_review(noted(), key, written_at, communication, quality);
}

/*
 * Everything that the transaction noted, in one table.
 */
static EvidenceTable *
all_noted(MemoryContext context)
{
	EvidenceTable *sum = evidence_table(context);

	for (Frame *frame = frames; frame; frame = frame->outer)
	{
		HASH_SEQ_STATUS status;
		Evidence *evidence;

		hash_seq_init(&status, frame->table);
		while ((evidence = hash_seq_search(&status)) != NULL)
			evidence_merge(sum, evidence, 1);
	}
	return sum;
}

List *
evidence_pending(int64 service_id)
{
	List *pending = NIL;
	ListCell *cell;

	if (frames == NULL)
		return NIL;
	foreach (cell, evidence_sorted(all_noted(CurrentMemoryContext)))
	{
		Evidence *evidence = lfirst(cell);

		if (service_id == 0 || evidence->key.service_id == service_id)
			pending = lappend(pending, evidence);
	}
	return pending;
}

void
evidence_cancel_pending(void)
{
	ListCell *cell;

	/* of this subtransaction: where it is rolled back, what was noted before it counts again */
	foreach (cell, evidence_pending(0))
		evidence_merge(noted(), lfirst(cell), -1);
}

static void
drop_frame(void)
{
	Frame *frame = frames;

	frames = frame->outer;
	MemoryContextDelete(frame->context);
}

static void
notes_end_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	Frame *frame = frames;

	if (frame == NULL || frame->level < GetCurrentTransactionNestLevel())
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		drop_frame();
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		HASH_SEQ_STATUS status;
		Evidence *evidence;

		if (frame->outer == NULL || frame->outer->level < frame->level - 1)
		{
			frame->level--;
			return;
		}
		hash_seq_init(&status, frame->table);
		while ((evidence = hash_seq_search(&status)) != NULL)
			evidence_merge(frame->outer->table, evidence, 1);
		drop_frame();
	}
}

/*
 * Writes what the innermost frame noted, in its own memory: that of a procedure that commits would
 * be kept until it ends.
 */
static void
write_frame(void)
{
	Frame *frame = frames;
	MemoryContext caller = MemoryContextSwitchTo(frame->context);

	frames = frame->outer;
	ranking_row_write(evidence_sorted(frame->table));
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(frame->context);
}

static void
notes_end_transaction(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			/* what a trigger of a user does meanwhile may add to it */
			while (frames)
			{
				write_frame();
				/* what the server does after deferred triggers: nothing stays open */
				(void) PreCommit_Portals(event == XACT_EVENT_PRE_PREPARE);
			}
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			/* the memory goes with the transaction's */
			frames = NULL;
			break;
		default:
			break;
	}
}

void
evidence_notes_init(void)
{
	RegisterSubXactCallback(notes_end_subtransaction, NULL);
	RegisterXactCallback(notes_end_transaction, NULL);
}
