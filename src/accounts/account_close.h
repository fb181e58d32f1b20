/*
 * account_close.h
 *
 * Closing accounts, as who erases people does it.
 */
#ifndef JOBS_ACCOUNT_CLOSE_H
#define JOBS_ACCOUNT_CLOSE_H

#include "acting/call.h"

/* Closes the account of a merchant, who is locked. Closed already, nothing happens. */
extern void account_close_merchant(Call *call, const Row *merchant);

#endif
