/*
 * proposal.h
 *
 * An expert's proposal in a conversation, and what the merchant makes of it.
 */
#ifndef JOBS_PROPOSAL_H
#define JOBS_PROPOSAL_H

#include "call.h"

typedef enum ProposalStatus
{
	PROPOSAL_SENT,
	PROPOSAL_ACCEPTED,
	PROPOSAL_DECLINED,
	PROPOSAL_WITHDRAWN
} ProposalStatus;

/* Checks and completes a new proposal: everything but the id. */
extern void proposal_fill_new(Call *call, Row *row);

/* What follows from a new one: its message, its e-mail. */
extern void proposal_sent(Call *call, Row *row);

/* May it be decided so? 55000, 42501. The row is locked. */
extern void proposal_require(Call *call, const Row *proposal, ProposalStatus to);

/* Notes the decision in the row that is going to be written. */
extern void proposal_apply(Call *call, Row *changed, ProposalStatus to);

/* What follows from a decision; the id of the job that comes of it, or 0. */
extern int64 proposal_decided(Call *call, Row *proposal);

extern const char *proposal_status_name(ProposalStatus status);

#endif
