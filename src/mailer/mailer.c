/*
 * mailer.c
 *
 * Sends only what it holds a lease of, and claims only what it can send: the SMTP server is
 * tried before each claim, so that no e-mail uses up its attempts while the server is down.
 * When it goes down in the middle of a batch, the rest of the batch is kept for as long as
 * the lease allows, and then handed back. A server may let itself be tried and yet refuse each
 * recipient: after trouble one e-mail at a time is claimed, until one fares well.
 *
 * Nothing is sent while an answer is untold: so the mailer's death, or the loss of the
 * database, makes one e-mail come twice at most.
 */
#include <math.h>
#include <stdlib.h>

#include "backoff.h"
#include "log.h"
#include "mailer.h"
#include "memory.h"
#include "reports.h"
#include "smtp.h"
#include "stop.h"

/* The longest waits between attempts to reach a server, in seconds. */
#define DATABASE_LONGEST 30
#define SMTP_LONGEST 60

/* With --once: so many e-mails in a row that met trouble show that it is not theirs. */
#define TROUBLES_IN_A_ROW 10

/* How much of a lease is left for the answers, in seconds. */
#define ANSWER_TIME 10

/* How long a mailer that is to end tries to tell the database what it has sent, in seconds. */
#define FAREWELL_TIME 30

typedef struct Mailer
{
	const Settings *settings;
	Database *database;
	Smtp *smtp;
	Reports *reports;
	Backoff database_backoff;
	Backoff smtp_backoff;
	Tally tally;
	bool has_met_trouble; /* the server has refused an e-mail for a reason that was not the e-mail's */
} Mailer;

/*
 * Connects to the database again, after some time. False: the mailer is to end, and there is
 * nothing to tell, or no more time for it. `since`: when the trouble began.
 */
static bool
reconnect(Mailer *mailer, double since)
{
	while (!stop_requested() || !reports_are_told(mailer->reports))
	{
		double seconds = backoff_next(&mailer->database_backoff);
		bool is_last = stop_requested() || mailer->settings->is_once;
		double age = stop_requested() ? stop_age() : stop_clock() - since;

		if (is_last && (reports_are_told(mailer->reports) || age + seconds > FAREWELL_TIME))
			return false;
		if (is_last)
			stop_sleep(seconds);
		else
			stop_wait(-1, seconds);
		if (database_connect(mailer->database))
			return true;
	}
	return false;
}

/*
 * Tells the database what became of e-mails. False: it could not be told.
 */
static bool
tell(Mailer *mailer)
{
	double since = stop_clock();

	/* a database may refuse an answer as often as it lets us in */
	while (!reports_tell(mailer->reports, mailer->database, &mailer->tally))
	{
		if (!reconnect(mailer, since))
			return false;
	}
	return true;
}

/*
 * The SMTP server makes trouble: leaves it alone for some time. False: that would be longer
 * than `until`, or it was the only try.
 */
static bool
pause_for_smtp(Mailer *mailer, double until)
{
	double seconds = backoff_next(&mailer->smtp_backoff);
	const char *error = smtp_trouble(mailer->smtp);

	if (stop_requested())
		return true;
	if (mailer->settings->is_once || stop_clock() + seconds > until)
	{
		log_line(LOG_PROBLEMS, "the SMTP server makes trouble: %s", error);
		return false;
	}
	log_line(LOG_PROBLEMS, "the SMTP server makes trouble: %s; next try in %.1f s", error, seconds);
	stop_wait(-1, seconds);
	return true;
}

/*
 * Waits until the SMTP server can be used, at most until then.
 */
static bool
reach_smtp(Mailer *mailer, double until)
{
	while (!stop_requested() && !smtp_is_usable(mailer->smtp))
	{
		if (!pause_for_smtp(mailer, until))
			return false;
	}
	return !stop_requested();
}

/*
 * Sends an e-mail, and notes what became of it. False: there is trouble with the server;
 * *is_done: it had to do with this e-mail, or may have.
 */
static bool
send_one(Mailer *mailer, const Mail *mail, bool *is_done)
{
	Verdict verdict = smtp_send(mailer->smtp, mail);

	*is_done = verdict != VERDICT_UNTRIED;
	if (verdict == VERDICT_SENT)
		reports_add_sent(mailer->reports, mail);
	else if (*is_done)
		reports_add_failed(mailer->reports, mail, smtp_error(mailer->smtp), verdict == VERDICT_REFUSED);
	if (verdict == VERDICT_TROUBLE)
		mailer->has_met_trouble = true;
	if (verdict == VERDICT_UNTRIED || verdict == VERDICT_INTERRUPTED || verdict == VERDICT_TROUBLE)
		return false;
	if (mailer->smtp_backoff.failures > 0)
		log_line(LOG_EVENTS, "the SMTP server works again");
	backoff_end(&mailer->smtp_backoff);
	return true;
}

static void
hand_back(Mailer *mailer, const MailBatch *batch, int from, const char *reason)
{
	for (int i = from; i < batch->count; i++)
		reports_add_untried(mailer->reports, &batch->mails[i], reason);
	tell(mailer);
}

/*
 * NULL: the next e-mail of a batch can be sent.
 */
static const char *
why_not_go_on(double until)
{
	if (stop_requested())
		return "the mailer was stopped";
	if (stop_clock() > until)
		return "others took so long that the lease was nearly over";
	return NULL;
}

/*
 * After trouble: waits until it can go on, at most until then. With --once there is no
 * waiting, but trouble that may come from one e-mail is no reason to leave out the others.
 */
static bool
recover(Mailer *mailer, double until, bool may_be_the_email)
{
	if (!mailer->settings->is_once || !may_be_the_email)
		return pause_for_smtp(mailer, until) && reach_smtp(mailer, until);
	(void) backoff_next(&mailer->smtp_backoff);
	log_line(LOG_PROBLEMS, "the SMTP server makes trouble: %s", smtp_trouble(mailer->smtp));
	return mailer->smtp_backoff.failures < TROUBLES_IN_A_ROW && reach_smtp(mailer, until);
}

/*
 * Sends what was claimed. False: not all of it was tried.
 */
static bool
send_batch(Mailer *mailer, const MailBatch *batch)
{
	double until = batch->ends_at - mailer->settings->timeout - ANSWER_TIME;
	int next = 0;

	while (next < batch->count)
	{
		const char *reason = why_not_go_on(until);
		bool is_well;
		bool is_done;

		if (reason)
		{
			hand_back(mailer, batch, next, reason);
			return false;
		}
		is_well = send_one(mailer, &batch->mails[next], &is_done);
		next += is_done;
		if (!tell(mailer))
			return false;
		if (is_well || stop_requested())
			continue;
		if (!recover(mailer, until, is_done) && !stop_requested())
		{
			hand_back(mailer, batch, next, smtp_trouble(mailer->smtp));
			return false;
		}
	}
	return true;
}

static void
log_tally(const Tally *tally, double seconds)
{
	char *line;
	size_t size;
	FILE *stream = memory_open(&line, &size);

	fprintf(stream, "sent %d, deferred %d, dead %d", tally->sent, tally->deferred, tally->dead);
	if (tally->untried > 0)
		fprintf(stream, ", not tried %d", tally->untried);
	if (tally->stale > 0)
		fprintf(stream, ", too late %d", tally->stale);
	memory_close(stream);
	log_line(LOG_EVENTS, "%s in %.1f s", line, seconds);
	free(line);
}

/*
 * Claims and sends until nothing is due. False: something went wrong, and was waited for.
 */
static bool
drain(Mailer *mailer)
{
	while (!stop_requested())
	{
		MailBatch batch;
		double begin;
		bool is_sent;

		if (!database_has_due(mailer->database))
			return database_is_connected(mailer->database);
		if (!reach_smtp(mailer, HUGE_VAL))
			return false;
		if (!database_claim(mailer->database, mailer->smtp_backoff.failures > 0 ? 1 : mailer->settings->batch, &batch))
			return false;
		backoff_end(&mailer->database_backoff);
		if (batch.count == 0)
		{
			/* others were faster */
			backoff_end(&mailer->smtp_backoff);
			database_forget(&batch);
			return true;
		}
		begin = stop_clock();
		mailer->tally = (Tally){0};
		is_sent = send_batch(mailer, &batch);
		database_forget(&batch);
		log_tally(&mailer->tally, stop_clock() - begin);
		if (!is_sent)
			return false;
	}
	return true;
}

static int
work(Mailer *mailer)
{
	if (!database_connect(mailer->database) && mailer->settings->is_once)
		return 1;
	while (!stop_requested())
	{
		bool is_drained = database_is_connected(mailer->database) && drain(mailer);

		if (mailer->settings->is_once)
			return is_drained && !mailer->has_met_trouble ? 0 : 1;
		if (is_drained)
		{
			backoff_end(&mailer->database_backoff);
			database_wait(mailer->database, mailer->settings->poll);
		}
		else if (!database_is_connected(mailer->database))
			reconnect(mailer, stop_clock());
	}
	return reports_are_told(mailer->reports) ? 0 : 1;
}

int
mailer_run(const Settings *settings)
{
	Mailer mailer = {
		.settings = settings,
		.database = database_new(settings),
		.smtp = smtp_open(settings),
		.reports = reports_new(),
		.database_backoff = {.longest = DATABASE_LONGEST},
		.smtp_backoff = {.longest = SMTP_LONGEST},
	};
	int status = work(&mailer);
	int untold = reports_count_sent(mailer.reports);

	if (untold > 0)
		log_line(LOG_PROBLEMS, "%d e-mails were sent that the database doesn't know of: they are sent again", untold);
	smtp_close(mailer.smtp);
	database_close(mailer.database);
	reports_free(mailer.reports);
	return status;
}
