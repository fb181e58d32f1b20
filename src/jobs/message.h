/*
 * message.h
 *
 * Messages of a conversation, in a job or without one.
 */
#ifndef JOBS_MESSAGE_H
#define JOBS_MESSAGE_H

#include "utils/uuid.h"

#include "jobs/job.h"

/* A message that somebody wants to send. */
typedef struct Draft
{
	int64 conversation_id; /* 0: the job's */
	int64 job_id;		   /* 0: none, or as find_job says */
	bool find_job;		   /* the conversation's only live job */
	int64 proposal_id;	   /* 0: carries none */
	bool is_part;		   /* of an action that means more: 27000 when a user's trigger suppresses it */
	const char *body;
	const pg_uuid_t *client_key; /* NULL: none */
} Draft;

/* Sends it, with all that follows; the message's id, or 0: a user's trigger suppressed it. */
extern int64 message_send(Call *call, const Draft *draft);

/*
 * The conversation to which an earlier call with the same key sent it, or 0; 22023 when that was
 * another message, or went to another organization. Asked before any row is locked.
 */
extern int64 message_find_repeated(Call *call, const Draft *draft, int64 organization_id);

/*
 * For a message without a job that no earlier call sent, from the merchant who acts: the same, in
 * a conversation that conversation_open() numbered, and opens it where it is new.
 */
extern int64 message_send_first(Call *call, const Draft *draft, int64 organization_id);

/*
 * Adds a message to a job whose cause is told otherwise: no e-mail, and the job stays
 * where its cause put it. The message's id; 27000 when a user's trigger suppressed it.
 */
extern int64 message_add(Call *call, int64 job_id, const char *body);

#endif
