/*
 * member_leave.h
 *
 * Members who leave, as who erases people has them leave.
 */
#ifndef JOBS_MEMBER_LEAVE_H
#define JOBS_MEMBER_LEAVE_H

#include "acting/call.h"

/* Has the member leave. Who has left already stays as it is. */
extern void member_leave(Call *call, int64 member_id);

#endif
