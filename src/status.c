/*
 * status.c
 *
 * The state machine of a job.
 *
 * `machine` is the only place where the rules stand. What triggers and functions
 * allow, what jobs.transitions() lists and what jobs.transition_diagram() draws is
 * read from it.
 */
#include "postgres.h"

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "args.h"
#include "encoding.h"
#include "status.h"

#define BIT(status) (1 << (status))
#define ANY_STATUS (BIT(STATUS_COUNT) - 1)
#define LIVE \
	(BIT(STATUS_NEW) | BIT(STATUS_OPENED) | BIT(STATUS_RESPONDED) | \
	 BIT(STATUS_AWAITING_RESPONSE) | BIT(STATUS_INACTIVE))
#define WAITING (BIT(STATUS_NEW) | BIT(STATUS_OPENED))

/* conditions of a transition */
#define FROM_PROPOSAL 1
#define UNCONFIRMED 2
#define EXPERT_WROTE_LAST 4
#define MERCHANT_WROTE_LAST 8
#define SILENT 16 /* allowed, but nothing happens and nothing is recorded */

static const Transition machine[] = {
	{ACTION_CREATE, SIDE_MERCHANT | SIDE_SYSTEM, BIT(STATUS_NONE), STATUS_NEW, 0},

	{ACTION_OPEN, SIDE_EXPERT, BIT(STATUS_NEW), STATUS_OPENED, 0},
	{ACTION_OPEN, SIDE_EXPERT, ANY_STATUS & ~(BIT(STATUS_NEW) | BIT(STATUS_EXPIRED)), STATUS_NONE, SILENT},

	{ACTION_MESSAGE, SIDE_EXPERT, WAITING | BIT(STATUS_AWAITING_RESPONSE), STATUS_RESPONDED, 0},
	{ACTION_MESSAGE, SIDE_EXPERT, BIT(STATUS_RESPONDED) | BIT(STATUS_INACTIVE) | BIT(STATUS_COMPLETED), STATUS_NONE, 0},
	{ACTION_MESSAGE, SIDE_MERCHANT, BIT(STATUS_RESPONDED) | BIT(STATUS_INACTIVE), STATUS_AWAITING_RESPONSE, 0},
	{ACTION_MESSAGE, SIDE_MERCHANT, WAITING | BIT(STATUS_AWAITING_RESPONSE) | BIT(STATUS_COMPLETED), STATUS_NONE, 0},

	{ACTION_DECLINE, SIDE_EXPERT | SIDE_MERCHANT, LIVE, STATUS_DECLINED, 0},

	{ACTION_EXPIRE, SIDE_SYSTEM, WAITING, STATUS_EXPIRED, 0},

	{ACTION_MARK_INACTIVE, SIDE_EXPERT, BIT(STATUS_RESPONDED) | BIT(STATUS_AWAITING_RESPONSE), STATUS_INACTIVE, 0},
	{ACTION_REACTIVATE, SIDE_EXPERT, BIT(STATUS_INACTIVE), STATUS_RESPONDED, EXPERT_WROTE_LAST},
	{ACTION_REACTIVATE, SIDE_EXPERT, BIT(STATUS_INACTIVE), STATUS_AWAITING_RESPONSE, MERCHANT_WROTE_LAST},

	{ACTION_COMPLETE, SIDE_EXPERT, LIVE & ~WAITING, STATUS_COMPLETED, 0},
	{ACTION_COMPLETE, SIDE_EXPERT, WAITING, STATUS_COMPLETED, FROM_PROPOSAL},
	{ACTION_CONFIRM, SIDE_MERCHANT, BIT(STATUS_COMPLETED), STATUS_NONE, UNCONFIRMED},
	{ACTION_REJECT, SIDE_MERCHANT, BIT(STATUS_COMPLETED), STATUS_AWAITING_RESPONSE, UNCONFIRMED},

	{ACTION_ASSIGN, SIDE_EXPERT, LIVE | BIT(STATUS_COMPLETED), STATUS_NONE, 0},
	{ACTION_UNASSIGN, SIDE_EXPERT, LIVE | BIT(STATUS_COMPLETED), STATUS_NONE, 0},
};

static const struct
{
	const char *name;
	const char *phrase;
} actions[ACTION_COUNT] = {
	[ACTION_CREATE] = {"create", "be created"},
	[ACTION_OPEN] = {"open", "be opened"},
	[ACTION_MESSAGE] = {"message", "get a message"},
	[ACTION_DECLINE] = {"decline", "be declined"},
	[ACTION_EXPIRE] = {"expire", "expire"},
	[ACTION_MARK_INACTIVE] = {"mark_inactive", "be marked inactive"},
	[ACTION_REACTIVATE] = {"reactivate", "be reactivated"},
	[ACTION_COMPLETE] = {"complete", "be completed"},
	[ACTION_CONFIRM] = {"confirm", "be confirmed"},
	[ACTION_REJECT] = {"reject", "be rejected"},
	[ACTION_ASSIGN] = {"assign", "get an assignment"},
	[ACTION_UNASSIGN] = {"unassign", "lose an assignment"},
};

static const struct
{
	const char *name;
	const char *english;
	const char *german;
} statuses[STATUS_COUNT] = {
	[STATUS_NEW] = {"new", "New", "Neu"},
	[STATUS_OPENED] = {"opened", "Opened", "Geöffnet"},
	[STATUS_RESPONDED] = {"responded", "Responded", "Beantwortet"},
	[STATUS_AWAITING_RESPONSE] = {"awaiting_response", "Awaiting response", "Wartet auf Antwort"},
	[STATUS_INACTIVE] = {"inactive", "Inactive", "Inaktiv"},
	[STATUS_COMPLETED] = {"completed", "Completed", "Abgeschlossen"},
	[STATUS_DECLINED] = {"declined", "Declined", "Abgelehnt"},
	[STATUS_EXPIRED] = {"expired", "Expired", "Abgelaufen"},
};

static const struct
{
	Side side;
	const char *name;
} sides[] = {
	{SIDE_EXPERT, "expert"},
	{SIDE_MERCHANT, "merchant"},
	{SIDE_SYSTEM, "system"},
};

const Transition *
transition_find(Action action, Side side, const JobFacts *facts)
{
	for (int i = 0; i < lengthof(machine); i++)
	{
		const Transition *t = &machine[i];

		if (t->action != action || !(t->sides & side) || !(t->from & BIT(facts->status)))
			continue;
		if ((t->conditions & FROM_PROPOSAL) && !facts->from_proposal)
			continue;
		if ((t->conditions & UNCONFIRMED) && facts->confirmed)
			continue;
		if ((t->conditions & EXPERT_WROTE_LAST) && !facts->expert_wrote_last)
			continue;
		if ((t->conditions & MERCHANT_WROTE_LAST) && facts->expert_wrote_last)
			continue;
		return t;
	}
	return NULL;
}

bool
action_is_of_side(Action action, Side side)
{
	for (int i = 0; i < lengthof(machine); i++)
	{
		if (machine[i].action == action && (machine[i].sides & side))
			return true;
	}
	return false;
}

bool
transition_is_silent(const Transition *transition)
{
	return (transition->conditions & SILENT) != 0;
}

JobStatus
transition_result(const Transition *transition, JobStatus from)
{
	return transition->to == STATUS_NONE ? from : transition->to;
}

bool
status_is_live(JobStatus status)
{
	return (BIT(status) & LIVE) != 0;
}

bool
status_is_waiting(JobStatus status)
{
	return (BIT(status) & WAITING) != 0;
}

const char *
status_name(JobStatus status)
{
	return status < STATUS_COUNT ? statuses[status].name : NULL;
}

JobStatus
status_of_name(const char *name)
{
	for (int i = 0; i < STATUS_COUNT; i++)
	{
		if (strcmp(statuses[i].name, name) == 0)
			return i;
	}
	return STATUS_NONE;
}

JobStatus
status_of_name_or_complain(const char *name)
{
	JobStatus status = status_of_name(name);

	if (status == STATUS_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a status of a job", args_excerpt(name, 40)),
				 errdetail("A job has one of eight statuses."),
				 errhint("SELECT DISTINCT to_status FROM jobs.transitions() lists them.")));
	return status;
}

const char *
action_name(Action action)
{
	return actions[action].name;
}

const char *
action_phrase(Action action)
{
	return actions[action].phrase;
}

/*
 * jobs.transitions(): the machine, a row for each action, side and status.
 */
PG_FUNCTION_INFO_V1(jobs_transitions);
Datum
jobs_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < lengthof(machine); i++)
	{
		const Transition *t = &machine[i];

		for (int s = 0; s < lengthof(sides) && !transition_is_silent(t); s++)
		{
			for (int from = 0; from <= STATUS_NONE; from++)
			{
				Datum values[4];
				bool nulls[4] = {false};

				if (!(t->sides & sides[s].side) || !(t->from & BIT(from)))
					continue;
				values[0] = CStringGetTextDatum(actions[t->action].name);
				values[1] = CStringGetTextDatum(sides[s].name);
				nulls[2] = from == STATUS_NONE;
				values[2] = nulls[2] ? (Datum) 0 : CStringGetTextDatum(statuses[from].name);
				values[3] = CStringGetTextDatum(statuses[transition_result(t, from)].name);
				tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
			}
		}
	}
	return (Datum) 0;
}

/*
 * One arrow of the diagram for each pair of statuses, labelled with all that leads
 * from one to the other.
 */
static void
draw_arrow(StringInfo out, bool mermaid, int from, int to)
{
	StringInfoData label;

	initStringInfo(&label);
	for (int i = 0; i < lengthof(machine); i++)
	{
		const Transition *t = &machine[i];

		if (transition_is_silent(t) || !(t->from & BIT(from)) || transition_result(t, from) != to)
			continue;
		for (int s = 0; s < lengthof(sides); s++)
		{
			if (t->sides & sides[s].side)
				appendStringInfo(&label, "%s%s %s", label.len ? ", " : "",
								 sides[s].name, actions[t->action].name);
		}
	}
	if (label.len == 0)
		return;
	if (mermaid)
		appendStringInfo(out, "    %s --> %s: %s\n",
						 from == STATUS_NONE ? "[*]" : statuses[from].name,
						 statuses[to].name, label.data);
	else
		appendStringInfo(out, "    %s -> %s [label=\"%s\"];\n",
						 from == STATUS_NONE ? "start" : statuses[from].name,
						 statuses[to].name, label.data);
}

/*
 * jobs.transition_diagram(format): the machine drawn for Mermaid or Graphviz. What
 * leaves a job's status as it is has no arrow.
 */
PG_FUNCTION_INFO_V1(jobs_transition_diagram);
Datum
jobs_transition_diagram(PG_FUNCTION_ARGS)
{
	char *format = arg_text(fcinfo, 0, "format", LIMIT_NAME);
	bool mermaid = strcmp(format, "mermaid") == 0;
	StringInfoData out;

	if (!mermaid && strcmp(format, "dot") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown diagram format \"%s\"", format),
				 errdetail("The state machine is drawn for Mermaid or for Graphviz."),
				 errhint("Pass 'mermaid' or 'dot'.")));

	initStringInfo(&out);
	appendStringInfoString(&out, mermaid ? "stateDiagram-v2\n" :
										   "digraph job {\n    start [shape=point];\n");
	for (int step = 0; step <= STATUS_COUNT; step++)
	{
		/* creation first */
		int from = step == 0 ? STATUS_NONE : step - 1;

		for (int to = 0; to < STATUS_COUNT; to++)
		{
			if (from != to)
				draw_arrow(&out, mermaid, from, to);
		}
	}
	if (!mermaid)
		appendStringInfoString(&out, "}\n");
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}

/*
 * jobs.status_label(status, language): how a person reads a status.
 */
PG_FUNCTION_INFO_V1(jobs_status_label);
Datum
jobs_status_label(PG_FUNCTION_ARGS)
{
	char *name = arg_text(fcinfo, 0, "status", LIMIT_NAME);
	char *language = arg_text(fcinfo, 1, "language", LIMIT_NAME);
	JobStatus status = status_of_name_or_complain(name);

	if (strcmp(language, "de") == 0)
		PG_RETURN_TEXT_P(cstring_to_text(encoding_from_utf8(statuses[status].german)));
	if (strcmp(language, "en") == 0)
		PG_RETURN_TEXT_P(cstring_to_text(statuses[status].english));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("no status labels in language \"%s\"", language),
			 errdetail("Labels exist in English and German."),
			 errhint("Pass 'en' or 'de'.")));
}
