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
#include "pg/id_list.h"

/*
 * Locks what lives in these conversations, whose ids are in order, in the order of lock_order.h: jobs, then
 * proposals, then the conversations. So what makes a job, or lets one live again, has come before, or
 * finds what the caller has written by then.
 */
extern void ending_lock(Call *call, const IdList *conversations);

/*
 * Ends what lives in a conversation by now; the reason stands in the jobs' records of decline. Whoever
 * makes a job in it, or lets one live again, has to find it shut.
 */
extern void ending_of_conversation(Call *call, int64 conversation_id, const char *reason);

/* The same in all of these. */
extern void ending_of_conversations(Call *call, const IdList *conversations, const char *reason);

#endif
