/*
 * fault.h
 *
 * Whose fault a refusal is: what the enhanced status code (RFC 3463) says that stands behind
 * the reply code of an SMTP server's answer.
 */
#ifndef MAILER_FAULT_H
#define MAILER_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/* Sorted by how little can be given up for it. */
typedef enum Fault
{
	FAULT_UNSAID, /* there is no code, or it speaks of nothing */
	FAULT_RECIPIENT,
	FAULT_MESSAGE,
	FAULT_SERVER /* the server's or ours: system, network, protocol, policy, sender */
} Fault;

/* What the lines of one answer say. */
typedef struct Status
{
	Fault fault;
	bool is_temporary; /* a code says so, whatever the reply code does */
} Status;

/*
 * Adds a line of an answer, from behind its reply code on. All lines should have the same
 * code; if not, what counts is the one for which least can be given up.
 */
extern void status_add(Status *status, const char *text, size_t size);

#endif
