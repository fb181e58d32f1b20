/*
 * proposal.h
 *
 * A proposal, as other rooms use it.
 */
#ifndef JOBS_PROPOSAL_H
#define JOBS_PROPOSAL_H

#include "mail/email.h"

/* The proposal's row; PT404 when it is missing or hidden. */
extern Row *proposal_get(Call *call, int64 id);

/* Locks the proposal FOR NO KEY UPDATE; PT404 when it is missing or hidden, or gone by then. */
extern Row *proposal_lock(Call *call, int64 id);

/* Does one act who sends proposals? */
extern bool proposal_is_sender(const Call *call);

/* How whoever acts can decide it now: a list of names of actions. */
extern List *proposal_decisions(Call *call, const Row *proposal, const Row *conversation);

/* Was it accepted for a new store, so that no job came of it? */
extern bool proposal_is_for_new_store(const Row *proposal);

/* The status, as people read it. */
extern const char *proposal_status_name(const Row *proposal);

/* An e-mail about a proposal. */
extern Email proposal_email(const Row *proposal, EmailKind kind);

/*
 * The conversation's proposals that nobody has decided by now (Row *), not locked; and their end, in the
 * name of the side that acts, which declines or withdraws them.
 */
extern List *proposal_find_open(Call *call, int64 conversation_id);
extern void proposal_end_open(Call *call, int64 conversation_id);

#endif
