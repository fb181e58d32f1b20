/*
 * attempt.h
 *
 * Work of which a part may fail without ending the whole.
 */
#ifndef JOBS_ATTEMPT_H
#define JOBS_ATTEMPT_H

typedef void (*AttemptWork)(void *argument);

/*
 * Does the work in a subtransaction, with memory of its own that goes with it. NULL: it is done. Else it is
 * undone, and that is why: an error that says something of these very rows, such as one that a trigger of a
 * user raises. All others go on, for the transaction is to be run again, or not at all.
 */
extern ErrorData *attempt(AttemptWork work, void *argument);

#endif
