/*
 * notifier_slots.h
 *
 * Shared memory between those who commit and the notifier. Each database has a slot, in which
 * transactions post channels after their commit and from which the notifier takes them. A
 * channel stays there until the notifier says that it was sent, so that none is lost with a
 * notifier that ends in between.
 *
 * There is such memory only where the library is preloaded.
 */
#ifndef JOBS_NOTIFIER_SLOTS_H
#define JOBS_NOTIFIER_SLOTS_H

#include "datatype/timestamp.h"

/* How many databases the notifier serves. In others, transactions notify by themselves. */
#define NOTIFIER_SLOTS 64

/* Called while libraries are preloaded. */
extern void notifier_slots_init(void);

/*
 * Has this database a slot, and has a notifier begun to work since the server started? Gives
 * it one that is free. May fail, so it is asked before the commit.
 */
extern bool notifier_slots_find(void);

/* Posts channels, bits of WakeChannel, once their rows are visible. The slot was found. Can't fail. */
extern void notifier_slots_post(int channels);

/* Does the notifier run? */
extern bool notifier_slots_are_served(void);

/*
 * False: this database has none, nor could it have one. Else for how long the first of what was
 * posted waits, in microseconds; 0: nothing does.
 */
extern bool notifier_slots_lag(int64 *lag);

/* The rest is the notifier's. */

/* From now on this process is woken when something is posted. */
extern void notifier_slots_serve(void);
extern void notifier_slots_abandon(void);

/* Is there anything to take? */
extern bool notifier_slots_is_posted(int slot);

/* What was posted in a slot, and whose it is. */
extern int notifier_slots_take(int slot, Oid *database);

/* What was taken is sent; if not, the next notifier_slots_take() takes it again. */
extern void notifier_slots_sent(int slot);

#endif
