/*
 * action.h
 *
 * The state machine of a job: eight statuses, the actions that lead from one to another, who
 * may perform them, and what each means. The rules stand in action_list.h; pure functions ask
 * them, and touch no database.
 */
#ifndef JOBS_ACTION_H
#define JOBS_ACTION_H

#include "acting/actor.h"
#include "mail/email_kind.h"

typedef enum JobStatus
{
	STATUS_NEW,
	STATUS_OPENED,
	STATUS_RESPONDED,
	STATUS_AWAITING_RESPONSE,
	STATUS_INACTIVE,
	STATUS_COMPLETED,
	STATUS_DECLINED,
	STATUS_EXPIRED,
	STATUS_COUNT,
	STATUS_NONE = STATUS_COUNT /* before a job is created */
} JobStatus;

typedef enum Action
{
#define ACTION(symbol, ...) ACTION_##symbol,
#define TRANSITION(...)
#include "jobs/action_list.h"
#undef ACTION
#undef TRANSITION
	ACTION_COUNT
} Action;

/* What an action says of the organization, for matching; that it responded, is_response tells. */
typedef enum ActionEvidence
{
	EVIDENCE_OF_NOTHING,
	EVIDENCE_OF_DECLINE,
	EVIDENCE_OF_EXPIRY,
	EVIDENCE_OF_CONFIRMATION
} ActionEvidence;

typedef struct ActionRule
{
	const char *name;		 /* in the history, and for jobs.transitions() */
	const char *phrase;		 /* what can't be done to a job: ends a sentence that starts "job 42 cannot" */
	bool is_update;			 /* a plain UPDATE of the status may ask for it */
	bool is_response;		 /* by the expert it is a response: the first one's time is kept, and it opens a new job */
	bool carries_message;	 /* a message may go with it */
	bool locks_conversation; /* the job lives again: a block of its conversation must not miss it */
	bool has_reason;		 /* why it was done is recorded in jobs.decline */
	int stamped;			 /* the column of jobs.job that gets the time; 0: none */
	int cleared;			 /* the column of jobs.job that becomes NULL; 0: none */
	EmailKind email;
	ActionEvidence evidence;
	int lost_by; /* Side bits: done by these, the organization has lost the job. That counts against it, and the
				  * next one is asked where the request says so. */
} ActionRule;

/* What a rule may ask of a job beside its status; bits. */
typedef enum JobFact
{
	FACT_OVERDUE = 1,		/* its deadline has passed */
	FACT_FROM_PROPOSAL = 2, /* it was made from an accepted proposal */
	FACT_CONFIRMED = 4,		/* the merchant confirmed its completion */
	FACT_EXPERT_WROTE_LAST = 8,
	FACT_SHUT = 16 /* nobody writes in its conversation: it is blocked, or a side's account closed */
} JobFact;

/* Tells a fact. Asked only when a rule wants to know, for some are read from tables. */
typedef bool (*JobFactReader)(void *job, JobFact fact);

typedef struct Transition
{
	Action action;
	int sides;		/* Side bits */
	int from;		/* bits 1 << JobStatus */
	JobStatus to;	/* STATUS_NONE: stays as it is */
	int when;		/* JobFact bits that must hold; of all other transitions FACT_OVERDUE must not */
	int unless;		/* JobFact bits that must not */
	bool is_silent; /* allowed, but nothing happens and nothing is recorded, such as opening an opened job */
} Transition;

/* Of each action. */
extern const ActionRule action_rules[ACTION_COUNT];

/*
 * The transition that the action of this side means for a job of this status, or NULL: there is
 * none. `obstacle` is the fact that stood against the last one that was tried; 0: none did.
 */
extern const Transition *transition_find(Action action, Side side, JobStatus status, JobFactReader reader, void *job,
										 JobFact *obstacle);

/* The status after the transition. */
extern JobStatus transition_result(const Transition *transition, JobStatus from);

/* Does this side ever perform this action? */
extern bool action_is_of_side(Action action, Side side);

/* The action that an UPDATE to this status asks for; ACTION_COUNT: none leads there. */
extern Action action_of_update(JobStatus status);

/* Is the action, done by this side, an expert's response? */
extern bool action_is_response(Action action, Side side);

/* Is a job of this status alive, given that it isn't overdue? */
extern bool status_is_live(JobStatus status);

/* Does a deadline for the expert's response run in this status? */
extern bool status_is_waiting(JobStatus status);

extern const char *status_name(JobStatus status);			   /* NULL for STATUS_NONE */
extern JobStatus status_of_name(const char *name);			   /* STATUS_NONE: no such status */
extern JobStatus status_of_name_or_complain(const char *name); /* 22023 */

#endif
