/*
 * proposal.h
 *
 * A proposal, as other rooms use it.
 */
#ifndef JOBS_PROPOSAL_H
#define JOBS_PROPOSAL_H

#include "mail/email.h"

/* Locks the proposal FOR NO KEY UPDATE; P0002 when it is missing or hidden, or gone by then. */
extern Row *proposal_lock(Call *call, int64 id);

/* Was it accepted for a new store, so that no job came of it? */
extern bool proposal_is_for_new_store(const Row *proposal);

/* The status, as people read it. */
extern const char *proposal_status_name(const Row *proposal);

/* An e-mail about a proposal. */
extern Email proposal_email(const Row *proposal, EmailKind kind);

#endif
