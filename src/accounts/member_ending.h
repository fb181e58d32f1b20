/*
 * member_ending.h
 *
 * What a member who left its organization was at comes to an end.
 */
#ifndef JOBS_MEMBER_ENDING_H
#define JOBS_MEMBER_ENDING_H

#include "acting/call.h"

/* Ends the assignments to live jobs of a member who is not active any more: its row is written. */
extern void member_end_assignments(Call *call, const Row *member);

#endif
