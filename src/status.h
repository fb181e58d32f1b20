/*
 * status.h
 *
 * The state machine of a job: eight statuses, the actions that lead from one to
 * another, and who may perform them. One const table, asked by pure functions that
 * touch no database.
 */
#ifndef JOBS_STATUS_H
#define JOBS_STATUS_H

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
	ACTION_CREATE,
	ACTION_OPEN,
	ACTION_MESSAGE,
	ACTION_DECLINE,
	ACTION_EXPIRE,
	ACTION_MARK_INACTIVE,
	ACTION_REACTIVATE,
	ACTION_COMPLETE,
	ACTION_CONFIRM,
	ACTION_REJECT,
	ACTION_ASSIGN,
	ACTION_UNASSIGN,
	ACTION_COUNT
} Action;

/* The side that acts; bits, since a rule may hold for several. */
typedef enum Side
{
	SIDE_NOBODY = 0,
	SIDE_EXPERT = 1,
	SIDE_MERCHANT = 2,
	SIDE_SYSTEM = 4
} Side;

/* What a rule may ask of a job beside its status. */
typedef struct JobFacts
{
	JobStatus status;
	bool from_proposal;		/* made from an accepted proposal */
	bool confirmed;			/* the merchant confirmed its completion */
	bool expert_wrote_last; /* asked only by ACTION_REACTIVATE */
} JobFacts;

typedef struct Transition
{
	Action action;
	int sides;		/* Side bits */
	int from;		/* bits 1 << JobStatus */
	JobStatus to;	/* STATUS_NONE: stays as it is */
	int conditions; /* bits, private to status.c */
} Transition;

/* The transition that the action of this side means, or NULL: there is none. */
extern const Transition *transition_find(Action action, Side side, const JobFacts *facts);

/* Does this side ever perform this action? */
extern bool action_is_of_side(Action action, Side side);

/* True for an action that may be asked for but changes nothing, such as opening an opened job. */
extern bool transition_is_silent(const Transition *transition);

/* The status after the transition. */
extern JobStatus transition_result(const Transition *transition, JobStatus from);

/* Is a job of this status alive, given that it isn't overdue? */
extern bool status_is_live(JobStatus status);

/* Does a deadline for the expert's response run in this status? */
extern bool status_is_waiting(JobStatus status);

extern const char *status_name(JobStatus status);
extern JobStatus status_of_name(const char *name);			   /* STATUS_NONE: no such status */
extern JobStatus status_of_name_or_complain(const char *name); /* 22023 */
extern const char *action_name(Action action);

/* What can't be done to a job, as the end of a sentence that starts "job 42 cannot". */
extern const char *action_phrase(Action action);

#endif
