/*
 * action.c
 *
 * The state machine of a job, as action_list.h has it, and what SQL is told of it.
 */
#include "postgres.h"

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "acting/entry.h"
#include "jobs/action.h"
#include "pg/argument.h"
#include "pg/encoding.h"
#include "pg/text.h"

#define BIT(status) (1 << (status))
#define ANY_STATUS (BIT(STATUS_COUNT) - 1)
#define LIVE \
	(BIT(STATUS_NEW) | BIT(STATUS_OPENED) | BIT(STATUS_RESPONDED) | \
	 BIT(STATUS_AWAITING_RESPONSE) | BIT(STATUS_INACTIVE))
#define WAITING (BIT(STATUS_NEW) | BIT(STATUS_OPENED))

#define UNCHANGED STATUS_NONE

/* clang-format off */
const ActionRule action_rules[ACTION_COUNT] = {
#define ACTION(symbol, ...) [ACTION_##symbol] = {__VA_ARGS__},
#define TRANSITION(...)
#include "jobs/action_list.h"
#undef ACTION
#undef TRANSITION
};

static const Transition machine[] = {
#define ACTION(...)
#define TRANSITION(symbol, ...) {ACTION_##symbol, __VA_ARGS__},
#include "jobs/action_list.h"
#undef ACTION
#undef TRANSITION
};
/* clang-format on */

static const struct
{
	const char *name;
	const char *english;
	const char *german;
} statuses[STATUS_COUNT] = {
	[STATUS_NEW] = {"new", "New", "Neu"},
	[STATUS_OPENED] = {"opened", "Opened", "Geöffnet"},
	[STATUS_RESPONDED] = {"responded", "Responded", "Beantwortet"},
	[STATUS_AWAITING_RESPONSE] = {"awaiting_response", "Awaiting response", "Auf Antwort wird gewartet"},
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

/* Facts, as jobs.transitions() tells them; that a job isn't overdue goes without saying. */
static const struct
{
	JobFact fact;
	const char *holds;
	const char *holds_not;
} facts[] = {
	{FACT_OVERDUE, "overdue", "not overdue"},
	{FACT_FROM_PROPOSAL, "made from a proposal", "not made from a proposal"},
	{FACT_CONFIRMED, "confirmed", "not confirmed"},
	{FACT_EXPERT_WROTE_LAST, "the expert wrote last", "the expert did not write last"},
	{FACT_SHUT, "conversation blocked", "conversation not blocked"},
};

/*
 * The first fact that stands against a transition; 0: none does.
 */
static JobFact
find_obstacle(const Transition *transition, JobFactReader reader, void *job)
{
	int unless = transition->unless | (transition->when & FACT_OVERDUE ? 0 : FACT_OVERDUE);

	for (int fact = 1; fact <= (transition->when | unless); fact <<= 1)
	{
		if (((transition->when | unless) & fact) && reader(job, fact) != ((transition->when & fact) != 0))
			return fact;
	}
	return 0;
}

const Transition *
transition_find(Action action, Side side, JobStatus status, JobFactReader reader, void *job, JobFact *obstacle)
{
	*obstacle = 0;
	for (int i = 0; i < lengthof(machine); i++)
	{
		const Transition *t = &machine[i];

		if (t->action != action || !(t->sides & side) || !(t->from & BIT(status)))
			continue;
		*obstacle = find_obstacle(t, reader, job);
		if (*obstacle == 0)
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

Action
action_of_update(JobStatus status)
{
	for (int i = 0; i < lengthof(machine); i++)
	{
		if (machine[i].to == status && action_rules[machine[i].action].is_update)
			return machine[i].action;
	}
	return ACTION_COUNT;
}

bool
action_is_response(Action action, Side side)
{
	return action_rules[action].is_response && side == SIDE_EXPERT;
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
				 errmsg("\"%s\" is not a status of a job", text_excerpt(name, 40)),
				 errdetail("A job has one of eight statuses."),
				 errhint("SELECT DISTINCT to_status FROM jobs.transitions() lists them.")));
	return status;
}

/*
 * What a transition asks of the job beside its status; NULL: nothing.
 */
static char *
describe_condition(const Transition *transition)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < lengthof(facts); i++)
	{
		if ((transition->when | transition->unless) & facts[i].fact)
			appendStringInfo(&text, "%s%s", text.len ? ", " : "",
							 transition->when & facts[i].fact ? facts[i].holds : facts[i].holds_not);
	}
	return text.len ? text.data : NULL;
}

/*
 * jobs.transitions(): the machine, a row for each action, side and status.
 */
SQL_FUNCTION_OF_ROWS(transitions)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	for (int i = 0; i < lengthof(machine); i++)
	{
		const Transition *t = &machine[i];
		char *condition = describe_condition(t);

		for (int s = 0; s < lengthof(sides) && !t->is_silent; s++)
		{
			for (int from = 0; from <= STATUS_NONE; from++)
			{
				Datum values[NRESULT_transitions];
				bool nulls[NRESULT_transitions] = {false};

				if (!(t->sides & sides[s].side) || !(t->from & BIT(from)))
					continue;
				values[RESULT_transitions_action] = CStringGetTextDatum(action_rules[t->action].name);
				values[RESULT_transitions_actor_kind] = CStringGetTextDatum(sides[s].name);
				nulls[RESULT_transitions_from_status] = from == STATUS_NONE;
				if (from != STATUS_NONE)
					values[RESULT_transitions_from_status] = CStringGetTextDatum(statuses[from].name);
				values[RESULT_transitions_to_status] = CStringGetTextDatum(statuses[transition_result(t, from)].name);
				nulls[RESULT_transitions_condition] = condition == NULL;
				if (condition)
					values[RESULT_transitions_condition] = CStringGetTextDatum(condition);
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

		if (t->is_silent || !(t->from & BIT(from)) || transition_result(t, from) != to)
			continue;
		for (int s = 0; s < lengthof(sides); s++)
		{
			if (t->sides & sides[s].side)
				appendStringInfo(&label, "%s%s %s", label.len ? ", " : "",
								 sides[s].name, action_rules[t->action].name);
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
SQL_FUNCTION(transition_diagram)
{
	char *format = arg_text(fcinfo, ARG(transition_diagram, format), LIMIT_NAME);
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
 * jobs.status_label(status, language): how a person reads a status. In a language that has no
 * words for it, as in e-mails, these are English.
 */
SQL_FUNCTION(status_label)
{
	char *name = arg_text(fcinfo, ARG(status_label, status), LIMIT_NAME);
	char *language = arg_language(fcinfo, ARG_status_label_language);
	JobStatus status = status_of_name_or_complain(name);

	if (strcmp(language, "de") == 0)
		PG_RETURN_TEXT_P(cstring_to_text(encoding_from_utf8(statuses[status].german)));
	PG_RETURN_TEXT_P(cstring_to_text(statuses[status].english));
}
