/*
 * ending.h
 *
 * What lives between an organization and a merchant comes to an end: the live jobs of their conversation
 * and its open proposals. A block ends one conversation; whoever closes an account ends all of its own.
 *
 * The side that acts ends them: it declines the jobs, which counts as any of its declines does, and declines
 * or withdraws the proposals.
 */
#ifndef JOBS_ENDING_H
#define JOBS_ENDING_H

#include "acting/call.h"

/*
 * Locks what lives in these conversations (a list of Row *), in the order of lock_order.h: jobs, then
 * proposals, then the conversations. So what makes a job, or lets one live again, has come before, or
 * finds what the caller has written by then.
 */
extern void ending_lock(Call *call, const List *conversations);

/*
 * Ends what lives in a conversation by now; the reason stands in the jobs' records of decline. Whoever
 * makes a job in it, or lets one live again, has to find it shut.
 */
extern void ending_of_conversation(Call *call, int64 conversation_id, const char *reason);

#endif
