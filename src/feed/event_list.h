/*
 * event_list.h
 *
 * What happens to conversations, proposals, reviews and accounts, by its name in jobs.event. What
 * happens to jobs has the names of jobs/action_list.h.
 *
 *     EVENT(symbol, name)
 *
 * Included by event.h and event.c, each with a macro of its own; hence no guard.
 */

EVENT(CONVERSATION_START, "conversation_start")
EVENT(CONVERSATION_MESSAGE, "conversation_message") /* without a job, and without a proposal */
EVENT(CONVERSATION_BLOCK, "conversation_block")
EVENT(CONVERSATION_UNBLOCK, "conversation_unblock")
EVENT(PROPOSAL_SEND, "proposal_send")
EVENT(PROPOSAL_ACCEPT, "proposal_accept")
EVENT(PROPOSAL_DECLINE, "proposal_decline")
EVENT(PROPOSAL_WITHDRAW, "proposal_withdraw")
EVENT(REVIEW_REQUEST, "review_request")
EVENT(REVIEW_WRITE, "review_write")
EVENT(REVIEW_REPLY, "review_reply")
EVENT(ORGANIZATION_UPDATE, "organization_update")
EVENT(ORGANIZATION_CLOSE, "organization_close")
EVENT(ORGANIZATION_REOPEN, "organization_reopen")
EVENT(PREFERENCES_UPDATE, "preferences_update")
EVENT(MEMBER_UPDATE, "member_update")
EVENT(MEMBER_DEACTIVATE, "member_deactivate")
EVENT(MEMBER_ACTIVATE, "member_activate")
EVENT(MERCHANT_UPDATE, "merchant_update")
EVENT(MERCHANT_CLOSE, "merchant_close")
EVENT(MERCHANT_REOPEN, "merchant_reopen")
EVENT(STORE_UPDATE, "store_update")
EVENT(STORE_REMOVE, "store_remove")
EVENT(SUSPEND, "suspend")
EVENT(REINSTATE, "reinstate")
EVENT(ERASE, "erase")
