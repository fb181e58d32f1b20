/*
 * action_list.h
 *
 * What can be done to a job: each action with all that it means, and behind it the transitions
 * that it makes. It is the only place of these rules; what triggers and functions allow and do,
 * what jobs.transitions() and jobs.allowed_actions() tell, and what jobs.transition_diagram()
 * draws comes from here.
 *
 *     ACTION(symbol, ...)       fields of an ActionRule
 *     TRANSITION(symbol, sides, from, to, ...)
 *                               who does it, to a job of which statuses, and the status then;
 *                               behind these, further fields of a Transition
 *
 * action.h explains the fields. Of an action's transitions the first one holds that fits. On an
 * overdue job none does, unless it asks for that. Included by action.h and action.c, each with
 * macros of its own; hence no guard.
 */

ACTION(CREATE, .name = "create", .phrase = "be created", .email = EMAIL_JOB_CREATED)
TRANSITION(CREATE, SIDE_MERCHANT | SIDE_SYSTEM, BIT(STATUS_NONE), STATUS_NEW)

ACTION(OPEN, .name = "open", .phrase = "be opened", .is_update = true, .stamped = Col_job_opened_at)
TRANSITION(OPEN, SIDE_EXPERT, BIT(STATUS_NEW), STATUS_OPENED)
TRANSITION(OPEN, SIDE_EXPERT, ANY_STATUS & ~(BIT(STATUS_NEW) | BIT(STATUS_EXPIRED)), UNCHANGED, .is_silent = true)

ACTION(MESSAGE, .name = "message", .phrase = "get a message", .is_response = true, .email = EMAIL_MESSAGE)
TRANSITION(MESSAGE, SIDE_EXPERT, WAITING | BIT(STATUS_AWAITING_RESPONSE), STATUS_RESPONDED, .unless = FACT_SHUT)
TRANSITION(MESSAGE, SIDE_EXPERT, BIT(STATUS_RESPONDED) | BIT(STATUS_INACTIVE) | BIT(STATUS_COMPLETED), UNCHANGED,
		   .unless = FACT_SHUT)
TRANSITION(MESSAGE, SIDE_MERCHANT, BIT(STATUS_RESPONDED) | BIT(STATUS_INACTIVE), STATUS_AWAITING_RESPONSE,
		   .unless = FACT_SHUT)
TRANSITION(MESSAGE, SIDE_MERCHANT, WAITING | BIT(STATUS_AWAITING_RESPONSE) | BIT(STATUS_COMPLETED), UNCHANGED,
		   .unless = FACT_SHUT)

ACTION(DECLINE, .name = "decline", .phrase = "be declined", .is_update = true, .has_reason = true,
	   .email = EMAIL_DECLINED, .evidence = EVIDENCE_OF_DECLINE, .lost_by = SIDE_EXPERT)
TRANSITION(DECLINE, SIDE_EXPERT | SIDE_MERCHANT, LIVE, STATUS_DECLINED)

ACTION(EXPIRE, .name = "expire", .phrase = "expire", .is_update = true, .email = EMAIL_EXPIRED,
	   .evidence = EVIDENCE_OF_EXPIRY, .lost_by = SIDE_SYSTEM)
TRANSITION(EXPIRE, SIDE_SYSTEM, WAITING, STATUS_EXPIRED, .when = FACT_OVERDUE)

ACTION(EXTEND, .name = "extend", .phrase = "get another deadline")
TRANSITION(EXTEND, SIDE_SYSTEM, WAITING, UNCHANGED)

ACTION(MARK_INACTIVE, .name = "mark_inactive", .phrase = "be marked inactive", .is_update = true)
TRANSITION(MARK_INACTIVE, SIDE_EXPERT, BIT(STATUS_RESPONDED) | BIT(STATUS_AWAITING_RESPONSE), STATUS_INACTIVE)

ACTION(REACTIVATE, .name = "reactivate", .phrase = "be reactivated")
TRANSITION(REACTIVATE, SIDE_EXPERT, BIT(STATUS_INACTIVE), STATUS_RESPONDED, .when = FACT_EXPERT_WROTE_LAST)
TRANSITION(REACTIVATE, SIDE_EXPERT, BIT(STATUS_INACTIVE), STATUS_AWAITING_RESPONSE, .unless = FACT_EXPERT_WROTE_LAST)

ACTION(COMPLETE, .name = "complete", .phrase = "be completed", .is_update = true, .is_response = true,
	   .carries_message = true, .stamped = Col_job_completed_at, .email = EMAIL_COMPLETION_REQUESTED)
TRANSITION(COMPLETE, SIDE_EXPERT, LIVE & ~WAITING, STATUS_COMPLETED)
TRANSITION(COMPLETE, SIDE_EXPERT, WAITING, STATUS_COMPLETED, .when = FACT_FROM_PROPOSAL)

ACTION(CONFIRM, .name = "confirm", .phrase = "be confirmed", .stamped = Col_job_confirmed_at,
	   .email = EMAIL_COMPLETION_CONFIRMED, .evidence = EVIDENCE_OF_CONFIRMATION)
TRANSITION(CONFIRM, SIDE_MERCHANT, BIT(STATUS_COMPLETED), UNCHANGED, .unless = FACT_CONFIRMED)

ACTION(REJECT, .name = "reject", .phrase = "be rejected", .carries_message = true, .locks_conversation = true,
	   .cleared = Col_job_completed_at, .email = EMAIL_COMPLETION_REJECTED)
TRANSITION(REJECT, SIDE_MERCHANT, BIT(STATUS_COMPLETED), STATUS_AWAITING_RESPONSE,
		   .unless = FACT_CONFIRMED | FACT_SHUT)

ACTION(ASSIGN, .name = "assign", .phrase = "get an assignment", .email = EMAIL_ASSIGNED)
TRANSITION(ASSIGN, SIDE_EXPERT, LIVE | BIT(STATUS_COMPLETED), UNCHANGED)

ACTION(UNASSIGN, .name = "unassign", .phrase = "lose an assignment")
TRANSITION(UNASSIGN, SIDE_EXPERT, LIVE | BIT(STATUS_COMPLETED), UNCHANGED)
