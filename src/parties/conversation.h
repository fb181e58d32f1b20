/*
 * conversation.h
 *
 * The one conversation between an organization and a merchant.
 */
#ifndef JOBS_CONVERSATION_H
#define JOBS_CONVERSATION_H

#include "acting/call.h"

/* The conversation's row; PT404 when it is missing or hidden from the actor. */
extern Row *conversation_get(Call *call, int64 id);

/*
 * The same, locked FOR NO KEY UPDATE: for what makes a job in it, and for what blocks it, so
 * that one waits for the other.
 */
extern Row *conversation_lock(Call *call, int64 id);

/* Has somebody blocked it? */
extern bool conversation_is_blocked(const Row *conversation);

/* May the two write in it? Not in one that is blocked, and not where one of the accounts is closed. PT409. */
extern bool conversation_is_open(const Row *conversation);
extern void conversation_require_open(const Row *conversation);

/* Blocks it in the name of the actor, or (NULL) opens it: in the row alone, which is to be written. */
extern void conversation_set_blocked(Row *conversation, const Actor *by);

/* Does one act who writes in conversations, a member or a merchant? 42501 unless that is so. */
extern bool conversation_is_party(const Call *call);
extern void conversation_require_party(const Call *call, int64 id);

/*
 * May whoever acts open it again, which is blocked? The side that blocked it may, and the system. 42501.
 */
extern bool conversation_is_unblocker(const Call *call, const Row *conversation);
extern void conversation_require_unblocker(const Call *call, const Row *conversation);

/* 42501 unless a merchant acts, who alone starts a conversation. */
extern void conversation_require_starter(const Call *call);

/*
 * The number of the conversation of the two, or of the one that they will have; PT409 when it is
 * blocked. The caller holds the merchant's row (merchant_lock), so that it can't be opened twice,
 * and calls conversation_write_if_new() once what needs the conversation is written: a job or a
 * message. Foreign keys are checked after that.
 */
extern int64 conversation_open(Call *call, int64 organization_id, int64 merchant_id);

/* The same, where a job is about to be made in it: nobody blocks it before the job is there. */
extern int64 conversation_open_for_job(Call *call, int64 organization_id, int64 merchant_id);

/*
 * The same, where another organization may be asked instead. Held by somebody else, with
 * LockWaitSkip, it may be blocked or not.
 */
typedef enum ConversationState
{
	CONVERSATION_OPEN,
	CONVERSATION_BLOCKED,
	CONVERSATION_HELD
} ConversationState;
extern ConversationState conversation_try_open_for_job(Call *call, int64 organization_id, int64 merchant_id,
													   LockWaitPolicy wait, int64 *id);

extern void conversation_write_if_new(Call *call, int64 id, int64 organization_id, int64 merchant_id);

/* Writes the event of a conversation that was started; that was blocked, or opened again. It is locked, and written. */
extern void conversation_record_start(Call *call, const Row *conversation);
extern void conversation_record_block(Call *call, const Row *conversation);

/* The conversation of the two, or NULL. */
extern Row *conversation_find(Rows *rows, int64 organization_id, int64 merchant_id);

#endif
