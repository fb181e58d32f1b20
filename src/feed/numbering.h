/*
 * numbering.h
 *
 * Positions of events: given when somebody reads, ascending, and never again.
 */
#ifndef JOBS_NUMBERING_H
#define JOBS_NUMBERING_H

#include "tables/row.h"

typedef struct Numbering Numbering;

extern void numbering_init(void);

/* Is there an event without a position, as of now? */
extern bool numbering_is_due(Rows *rows);

/*
 * The highest position that an event has or had; with `latest`, whatever the transaction's
 * snapshot.
 */
extern int64 numbering_highest(Rows *rows, bool latest);

/*
 * Gives positions to the events that are committed when it begins: up to `count` of them at
 * a time, and returns how many; less: there are no others. FEED_LOCK_NUMBERS is held. 40001
 * where the transaction's snapshot doesn't see what others have numbered.
 */
extern Numbering *numbering_begin(void);
extern int numbering_go_on(Numbering *numbering, int count);
extern void numbering_end(Numbering *numbering);

#endif
