/*
 * answers.c
 *
 * A queue. Acknowledgements are told one by one, right after each e-mail: what isn't told yet
 * when the mailer dies comes twice.
 */
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "log.h"
#include "memory.h"

typedef struct Answer
{
	struct Answer *next;
	char *id;
	char *token;
	char *recipient;
	char *error; /* NULL: it was sent */
	bool is_permanent;
	bool is_untried;
	bool is_repeated; /* the database may have got it already */
} Answer;

struct Answers
{
	Answer *first;
	Answer **end;
};

Answers *
answers_new(void)
{
	Answers *answers = memory_get(sizeof(Answers));

	answers->end = &answers->first;
	return answers;
}

static Answer *
add(Answers *answers, const Email *email)
{
	Answer *answer = memory_get(sizeof(Answer));

	answer->id = memory_copy(email->id);
	answer->token = memory_copy(email->claim_token);
	answer->recipient = memory_copy(email->recipient);
	*answers->end = answer;
	answers->end = &answer->next;
	return answer;
}

void
answers_add_sent(Answers *answers, const Email *email)
{
	add(answers, email);
}

void
answers_add_failed(Answers *answers, const Email *email, const char *error, bool is_permanent)
{
	Answer *answer = add(answers, email);

	answer->error = memory_copy(error);
	answer->is_permanent = is_permanent;
}

void
answers_add_untried(Answers *answers, const Email *email, const char *reason)
{
	Answer *answer = add(answers, email);

	answer->error = memory_copy(reason);
	answer->is_untried = true;
}

static void
remove_first(Answers *answers)
{
	Answer *answer = answers->first;

	answers->first = answer->next;
	if (!answers->first)
		answers->end = &answers->first;
	free(answer->id);
	free(answer->token);
	free(answer->recipient);
	free(answer->error);
	free(answer);
}

static void
report(const Answer *answer, Outcome outcome, const char *due_at, Tally *tally)
{
	const char *at = strrchr(answer->recipient, '@');
	const char *domain = at ? at + 1 : "?";
	LogLevel level = answer->is_untried ? LOG_DETAILS : LOG_EVENTS;
	char *error = answer->error ? log_without(answer->error, answer->recipient) : NULL;

	if (outcome == OUTCOME_STALE && !answer->is_repeated)
	{
		tally->stale++;
		if (error)
			log_line(level, "e-mail %s to %s is somebody else's by now, or is gone; it failed here: %s",
					 answer->id, domain, error);
		else
			log_line(LOG_PROBLEMS, "e-mail %s to %s was sent after its lease, and may be sent twice",
					 answer->id, domain);
	}
	else if (!error)
	{
		tally->sent++;
		log_line(LOG_DETAILS, "e-mail %s to %s is sent", answer->id, domain);
	}
	else if (outcome == OUTCOME_DEAD)
	{
		tally->dead++;
		log_line(LOG_PROBLEMS, "e-mail %s to %s is given up: %s", answer->id, domain, error);
	}
	else
	{
		if (answer->is_untried)
			tally->untried++;
		else
			tally->deferred++;
		log_line(level, "e-mail %s to %s is due again%s%s: %s", answer->id, domain,
				 due_at ? " at " : "", due_at ? due_at : "", error);
	}
	free(error);
}

bool
answers_tell(Answers *answers, Database *database, Tally *tally)
{
	while (answers->first)
	{
		Answer *answer = answers->first;
		const char *due_at = NULL;
		Outcome outcome;

		if (answer->error)
			outcome = database_fail(database, answer->id, answer->token, answer->error, answer->is_permanent, &due_at);
		else
			outcome = database_acknowledge(database, answer->id, answer->token);
		if (outcome == OUTCOME_UNKNOWN)
		{
			answer->is_repeated = true;
			return false;
		}
		report(answer, outcome, due_at, tally);
		remove_first(answers);
	}
	return true;
}

bool
answers_are_told(const Answers *answers)
{
	return answers->first == NULL;
}

int
answers_count_sent(const Answers *answers)
{
	int count = 0;

	for (const Answer *answer = answers->first; answer; answer = answer->next)
		count += answer->error == NULL;
	return count;
}

void
answers_free(Answers *answers)
{
	while (answers->first)
		remove_first(answers);
	free(answers);
}
