/*
 * reports.c
 *
 * A queue. Acknowledgements are told one by one, right after each e-mail: what isn't told yet
 * when the mailer dies comes twice.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"
#include "reports.h"

typedef struct Report
{
	struct Report *next;
	char *id;
	char *token;
	char *recipient;
	char *error; /* NULL: it was sent */
	bool is_permanent;
	bool is_untried;
	bool is_repeated; /* the database may have got it already */
} Report;

struct Reports
{
	Report *first;
	Report **end;
};

Reports *
reports_new(void)
{
	Reports *reports = memory_get(sizeof(Reports));

	reports->end = &reports->first;
	return reports;
}

static Report *
reports_add(Reports *reports, const Mail *mail)
{
	Report *report = memory_get(sizeof(Report));

	report->id = memory_copy(mail->id);
	report->token = memory_copy(mail->claim_token);
	report->recipient = memory_copy(mail->recipient);
	*reports->end = report;
	reports->end = &report->next;
	return report;
}

void
reports_add_sent(Reports *reports, const Mail *mail)
{
	reports_add(reports, mail);
}

void
reports_add_failed(Reports *reports, const Mail *mail, const char *error, bool is_permanent)
{
	Report *report = reports_add(reports, mail);

	report->error = memory_copy(error);
	report->is_permanent = is_permanent;
}

void
reports_add_untried(Reports *reports, const Mail *mail, const char *reason)
{
	Report *report = reports_add(reports, mail);

	report->error = memory_copy(reason);
	report->is_untried = true;
}

static void
reports_remove_first(Reports *reports)
{
	Report *report = reports->first;

	reports->first = report->next;
	if (!reports->first)
		reports->end = &reports->first;
	free(report->id);
	free(report->token);
	free(report->recipient);
	free(report->error);
	free(report);
}

static void
reports_log(const Report *report, Reply reply, const char *due_at, Tally *tally)
{
	const char *at = strrchr(report->recipient, '@');
	const char *domain = at ? at + 1 : "?";
	LogLevel level = report->is_untried ? LOG_DETAILS : LOG_EVENTS;
	char *error = report->error ? log_without(report->error, report->recipient) : NULL;

	if (reply == REPLY_STALE && !report->is_repeated)
	{
		tally->stale++;
		if (error)
			log_line(level, "e-mail %s to %s is somebody else's by now, or is gone; it failed here: %s",
					 report->id, domain, error);
		else
			log_line(LOG_PROBLEMS, "e-mail %s to %s was sent after its lease, and may be sent twice",
					 report->id, domain);
	}
	else if (!error)
	{
		tally->sent++;
		log_line(LOG_DETAILS, "e-mail %s to %s is sent", report->id, domain);
	}
	else if (reply == REPLY_DEAD)
	{
		tally->dead++;
		log_line(LOG_PROBLEMS, "e-mail %s to %s is given up: %s", report->id, domain, error);
	}
	else
	{
		if (report->is_untried)
			tally->untried++;
		else
			tally->deferred++;
		log_line(level, "e-mail %s to %s is due again%s%s: %s", report->id, domain,
				 due_at ? " at " : "", due_at ? due_at : "", error);
	}
	free(error);
}

bool
reports_tell(Reports *reports, Database *database, Tally *tally)
{
	while (reports->first)
	{
		Report *report = reports->first;
		const char *due_at = NULL;
		Reply reply;

		if (report->error)
			reply = database_fail(database, report->id, report->token, report->error, report->is_permanent, &due_at);
		else
			reply = database_acknowledge(database, report->id, report->token);
		if (reply == REPLY_NONE)
		{
			report->is_repeated = true;
			return false;
		}
		reports_log(report, reply, due_at, tally);
		reports_remove_first(reports);
	}
	return true;
}

bool
reports_are_told(const Reports *reports)
{
	return reports->first == NULL;
}

int
reports_count_sent(const Reports *reports)
{
	int count = 0;

	for (const Report *report = reports->first; report; report = report->next)
		count += report->error == NULL;
	return count;
}

void
reports_free(Reports *reports)
{
	while (reports->first)
		reports_remove_first(reports);
	free(reports);
}
