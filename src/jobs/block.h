/*
 * block.h
 *
 * Blocking a conversation, as other rooms use it.
 */
#ifndef JOBS_BLOCK_H
#define JOBS_BLOCK_H

#include "acting/call.h"

/* What whoever acts can do to it now: "block" or "unblock", as it is not yet; NULL: neither. */
extern const char *block_action(const Call *call, const Row *conversation);

#endif
