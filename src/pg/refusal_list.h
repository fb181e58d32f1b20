/*
 * refusal_list.h
 *
 * What the rules of the marketplace refuse: for each rule its SQLSTATE and its name, which is in
 * the error's constraint field, and what it says. It is the only place of these; errors are raised
 * by it, and jobs.refusals() lists it.
 *
 *     REFUSAL(symbol, SQLSTATE, name, meaning)
 *
 * The class PT is one of our own, after a convention: gateways make the HTTP status of the three
 * digits behind it.
 *
 * PT404  there is no such row, or whoever acts does not see it
 * PT409  what there is forbids it
 * PT410  the job is expired
 * PT412  the claim is stale
 *
 * Who may not do it, values that don't fit what there is, and names that are taken keep
 * PostgreSQL's own codes. Included by refusal.h and refusal.c, each with a macro of its own; hence
 * no guard.
 */

REFUSAL(ROW_MISSING, "PT404", "row_missing", "there is no such row, or whoever acts does not see it")
REFUSAL(ACTOR_MISSING, "PT404", "actor_missing", "there is no such member or merchant, or it is not active")

REFUSAL(JOB_STATUS, "PT409", "job_status", "the job's status does not allow the action")
REFUSAL(COMPLETION_UNCONFIRMED, "PT409", "completion_unconfirmed",
		"a job is reviewed once the merchant has confirmed its completion")
REFUSAL(CONVERSATION_BLOCKED, "PT409", "conversation_blocked",
		"nobody writes, offers or asks in a blocked conversation")
REFUSAL(ACCOUNT_CLOSED, "PT409", "account_closed", "nothing is written by a closed account, or to it")
REFUSAL(SUSPENDED, "PT409", "suspended", "who is suspended reads, and does nothing else")
REFUSAL(HAS_LIVE_JOBS, "PT409", "has_live_jobs", "nobody is erased who has live jobs")
REFUSAL(PERSON_ERASED, "PT409", "person_erased", "who was erased does not come back")
REFUSAL(LAST_MEMBER, "PT409", "last_member", "an organization keeps one active member")
REFUSAL(STORE_REMOVED, "PT409", "store_removed", "no new job is for a store that was removed")
REFUSAL(ORGANIZATION_UNAVAILABLE, "PT409", "organization_unavailable", "the organization is not available for work")
REFUSAL(DROPSHIPPING_REFUSED, "PT409", "dropshipping_refused", "the organization does not work with dropshippers")
REFUSAL(NOBODY_MATCHES, "PT409", "nobody_matches", "no organization can be asked for the service")
REFUSAL(REQUEST_WITHDRAWN, "PT409", "request_withdrawn", "nobody is asked under a request that was withdrawn")
REFUSAL(PROPOSAL_DECIDED, "PT409", "proposal_decided", "a proposal is accepted, declined or withdrawn once")
REFUSAL(PROPOSAL_WITHOUT_WORK, "PT409", "proposal_without_work",
		"work is reviewed under a proposal that was accepted for a new store")
REFUSAL(REVIEW_UNREQUESTED, "PT409", "review_unrequested",
		"work for a new store is reviewed once the organization has asked for it")
REFUSAL(REVIEW_WRITTEN, "PT409", "review_written", "work is reviewed once")
REFUSAL(REVIEW_REPLIED, "PT409", "review_replied", "a review is replied to once")
REFUSAL(EMAIL_SENT, "PT409", "email_sent", "an e-mail that was sent is not tried again")
REFUSAL(ORGANIZATION_IN_USE, "PT409", "organization_in_use",
		"an organization that has had a conversation, or whose member is a role, is not deleted")
REFUSAL(ACTION_RUNNING, "PT409", "action_running", "who acts does not change while an action runs")

REFUSAL(JOB_EXPIRED, "PT410", "job_expired", "nothing is done to an expired or overdue job")

REFUSAL(CLAIM_STALE, "PT412", "claim_stale", "an e-mail is answered by the token of its latest claim, once")

REFUSAL(NOBODY_ACTS, "42501", "nobody_acts", "a member, a merchant or the system must act")
REFUSAL(ACTOR_KIND, "42501", "actor_kind", "the action is for actors of another kind")

REFUSAL(SERVICE_NOT_PROVIDED, "22023", "service_not_provided", "the organization does not provide the service")
REFUSAL(SEVERAL_LIVE_JOBS, "22023", "several_live_jobs",
		"a message names its job where the conversation has several live ones")
REFUSAL(JOB_OF_OTHER_CONVERSATION, "22023", "job_of_other_conversation", "a message and its job share a conversation")
REFUSAL(CLIENT_KEY_USED, "22023", "client_key_used", "a client_key stands for one call with its arguments")

REFUSAL(CONSUMER_EXISTS, "23505", "consumer_exists", "one side has one consumer of a name")
