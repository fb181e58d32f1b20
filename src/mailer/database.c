/*
 * database.c
 *
 * libpq, with what a long-lived connection needs: it notices that the network is gone, and
 * speaks UTF-8 whatever the database does, but for what can't be said in it. An error of any
 * statement ends the connection, and the next one begins afresh; only an answer that came too
 * late is no error, nor is a claim of what isn't UTF-8. What another transaction got in the way
 * of is tried again.
 *
 * What a role or a database has for settings is meant for other clients. Each transaction
 * brings its own, for behind a pooler the next one may be in another session; and they end
 * with it, for that session is not ours alone. As parameters of the connection, poolers would
 * refuse most of them.
 */
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "backoff.h"
#include "database.h"
#include "log.h"
#include "memory.h"
#include "stop.h"

struct Database
{
	const Settings *settings;
	PGconn *connection; /* NULL: not connected */
};

/* SQLSTATEs, and what they mean to a mailer. */
#define STALE_CLAIM "PT412"
#define NO_SUCH_EMAIL "PT404"
#define NO_CHARACTER "22021" /* bytes that are none in the client's encoding */
#define UNTRANSLATABLE "22P05"
#define SERIALIZATION_FAILURE "40001"
#define DEADLOCK "40P01"
#define CANCELED "57014" /* by an operator, or by a timeout before we could end that */

/* How often a statement is tried that others get in the way of, and the waits between, in seconds. */
#define MOST_TRIES 20
#define SHORTEST_WAIT 0.01
#define LONGEST_WAIT 1.0

/* A timeout of 0 is none. It is the first to be set: a short one might end the others. */
#define NO_TIMEOUT "SET LOCAL statement_timeout TO 0; "

/*
 * What each transaction begins with. Names are all qualified; the search path is one more bar.
 * Whoever locks an e-mail is waited for. A transaction is never idle but for
 * the way of a message; if its mailer was put to sleep there, others wait a minute at most.
 */
#define BEGIN_TRANSACTION \
	"BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; " NO_TIMEOUT \
	"SET LOCAL lock_timeout TO 0; " \
	"SET LOCAL idle_in_transaction_session_timeout TO '1min'; " \
	"SET LOCAL search_path TO pg_catalog, pg_temp; " \
	"SET LOCAL row_security TO on; " \
	"SET LOCAL DateStyle TO ISO, YMD; " \
	"SET LOCAL TimeZone TO 'UTC'"
#define BEGIN_TRANSACTION_17 BEGIN_TRANSACTION "; SET LOCAL transaction_timeout TO 0"

/*
 * No transaction can set for itself alone what holds while the session is idle, or while the
 * transaction has failed and is not rolled back yet.
 */
#define LISTEN \
	"BEGIN; " NO_TIMEOUT "SET idle_session_timeout TO 0; " \
	"SET idle_in_transaction_session_timeout TO '1min'; LISTEN jobs_email; COMMIT"

static const struct
{
	const char *sqlstate;
	const char *advice;
} advices[] = {
	{"3F000", "this database needs: CREATE EXTENSION jobs; SELECT jobs.install()"},
	{"42P01", "this database needs: CREATE EXTENSION jobs; SELECT jobs.install()"},
	{"42883", "this database needs a newer version: ALTER EXTENSION jobs UPDATE"},
	{"42501", "a superuser gives access: SELECT jobs.grant_access('the role', 'mailer')"},
	{"25006", "this is a standby: target_session_attrs=read-write in --database finds the primary"},
};

Database *
database_new(const Settings *settings)
{
	Database *database = memory_get(sizeof(Database));

	database->settings = settings;
	return database;
}

static void
log_notice(void *argument, const char *message)
{
	(void) argument;
	log_line(LOG_DETAILS, "the database says: %s", message);
}

static void
disconnect(Database *database)
{
	PQfinish(database->connection);
	database->connection = NULL;
}

static bool
has_failed_by(const PGresult *result, const char *sqlstate)
{
	const char *actual = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return actual && strcmp(actual, sqlstate) == 0;
}

/*
 * Tells of an error, and ends the connection.
 */
static void
give_up(Database *database, const PGresult *result)
{
	const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *advice = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_HINT) : NULL;

	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
	{
		if (has_failed_by(result, advices[i].sqlstate))
			advice = advices[i].advice;
	}
	if (PQstatus(database->connection) == CONNECTION_OK && message)
		log_line(LOG_PROBLEMS, "the database refuses: %s%s%s", message, advice ? "; " : "", advice ? advice : "");
	else
		log_line(LOG_PROBLEMS, "lost the database: %s", PQerrorMessage(database->connection));
	disconnect(database);
}

static bool
is_good(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
}

/*
 * Runs statements that have no parameters and no result. NULL: it is done; else what failed.
 */
static PGresult *
run_commands(Database *database, const char *sql)
{
	PGresult *result = PQexec(database->connection, sql);

	if (!is_good(result))
		return result;
	PQclear(result);
	return NULL;
}

/*
 * Runs a statement in a transaction of its own. Returns its result, or what failed.
 */
static PGresult *
run_once(Database *database, const char *sql, int count, const char *const *values)
{
	bool has_transaction_timeout = PQserverVersion(database->connection) >= 170000;
	PGresult *failure = run_commands(database, has_transaction_timeout ? BEGIN_TRANSACTION_17 : BEGIN_TRANSACTION);
	PGresult *result;

	if (failure)
		return failure;
	result = PQexecParams(database->connection, sql, count, NULL, values, NULL, NULL, 0);
	if (!is_good(result))
		return result;
	failure = run_commands(database, "COMMIT");
	if (!failure)
		return result;
	PQclear(result);
	return failure;
}

/*
 * Ends the transaction of a statement that failed. False: the connection is lost.
 */
static bool
roll_back(Database *database)
{
	PGresult *failure;
	bool is_done;

	if (PQtransactionStatus(database->connection) == PQTRANS_IDLE)
		return true;
	failure = run_commands(database, "ROLLBACK");
	is_done = failure == NULL;
	PQclear(failure);
	return is_done;
}

/*
 * Did somebody else get in the way, so that it may go well the next time?
 */
static bool
is_in_the_way(const PGresult *result)
{
	return has_failed_by(result, SERIALIZATION_FAILURE) || has_failed_by(result, DEADLOCK) ||
		   has_failed_by(result, CANCELED);
}

/*
 * Runs a statement until it has an answer: its result, or one of the errors that the caller
 * knows what to do with, if any. NULL: it failed. The caller clears the result.
 */
static PGresult *
database_run(Database *database, const char *sql, int count, const char *const *values,
			 bool (*is_answer)(const PGresult *error))
{
	Backoff backoff = {.longest = LONGEST_WAIT / SHORTEST_WAIT};

	while (database->connection)
	{
		PGresult *result = run_once(database, sql, count, values);

		if (is_good(result))
			return result;
		if (is_answer && is_answer(result) && roll_back(database))
			return result;
		if (!is_in_the_way(result) || backoff.failures >= MOST_TRIES - 1 || !roll_back(database))
			give_up(database, result);
		else
			stop_sleep(SHORTEST_WAIT * backoff_next(&backoff));
		PQclear(result);
	}
	return NULL;
}

bool
database_connect(Database *database)
{
	char *timeout = memory_format("%d", database->settings->connect_timeout);
	/* what stands before dbname gives way to what is in it */
	const char *const keywords[] = {"application_name", "connect_timeout", "keepalives_idle", "keepalives_interval",
									"keepalives_count", "tcp_user_timeout", "dbname", "client_encoding", NULL};
	const char *const values[] = {"jobs-mailer", timeout, "30", "10",
								  "3", "60000", database->settings->database, "UTF8", NULL};
	PGresult *failure;

	if (database->connection)
	{
		free(timeout);
		return true;
	}
	database->connection = PQconnectdbParams(keywords, values, 1);
	free(timeout);
	if (PQstatus(database->connection) != CONNECTION_OK)
	{
		log_line(LOG_PROBLEMS, "could not connect to the database: %s", PQerrorMessage(database->connection));
		disconnect(database);
		return false;
	}
	PQsetNoticeProcessor(database->connection, log_notice, NULL);
	failure = run_commands(database, LISTEN);
	for (int tries = 1; is_in_the_way(failure) && tries < MOST_TRIES && roll_back(database); tries++)
	{
		PQclear(failure);
		failure = run_commands(database, LISTEN);
	}
	if (failure)
	{
		give_up(database, failure);
		PQclear(failure);
		return false;
	}
	log_line(LOG_EVENTS, "connected to database %s as %s, claiming as %s", PQdb(database->connection),
			 PQuser(database->connection), database->settings->worker);
	return true;
}

bool
database_has_due(Database *database)
{
	PGresult *result = database_run(database,
									"SELECT FROM jobs.email e "
									"WHERE e.next_attempt_at OPERATOR(pg_catalog.<=) pg_catalog.now() LIMIT 1",
									0, NULL, NULL);
	bool has_due = PQntuples(result) > 0;

	PQclear(result);
	return has_due;
}

static const char *
database_column(const PGresult *rows, int row, int number)
{
	return PQgetisnull(rows, row, number) ? NULL : PQgetvalue(rows, row, number);
}

/*
 * Is there text that has no form in UTF-8?
 */
static bool
is_unreadable(const PGresult *result)
{
	return has_failed_by(result, NO_CHARACTER) || has_failed_by(result, UNTRANSLATABLE);
}

/*
 * Claims so many; NULL: the connection is lost. Where the result may be an error, nothing was
 * claimed.
 */
static PGresult *
claim_rows(Database *database, int count, bool (*is_answer)(const PGresult *error))
{
	char *batch = memory_format("%d", count);
	char *lease = memory_format("%d", database->settings->lease);
	const char *const values[] = {batch, lease, database->settings->worker};
	PGresult *rows =
		database_run(database,
					 "SELECT c.email_id, c.claim_token, c.recipient, c.subject, c.body, c.job_id, c.message_key "
					 "FROM jobs.claim_emails($1::pg_catalog.int4, "
					 "pg_catalog.make_interval(secs => $2::pg_catalog.float8), $3::pg_catalog.text) c",
					 3, values, is_answer);

	free(batch);
	free(lease);
	return rows;
}

/*
 * Claims one e-mail in whatever bytes it has, lest it stand in the way of all others for ever: a
 * mail program shows signs in place of what is no UTF-8.
 */
static PGresult *
claim_unreadable(Database *database)
{
	PGresult *rows = claim_rows(database, 1, is_unreadable);

	if (!rows || !is_unreadable(rows))
		return rows;
	PQclear(rows);
	PQsetClientEncoding(database->connection, "SQL_ASCII");
	rows = claim_rows(database, 1, NULL);
	if (rows && PQntuples(rows) > 0)
		log_line(LOG_PROBLEMS, "e-mail %s has characters that don't exist in UTF-8", PQgetvalue(rows, 0, 0));
	/* a new connection speaks UTF-8, too */
	if (rows && PQsetClientEncoding(database->connection, "UTF8") != 0)
		disconnect(database);
	return rows;
}

bool
database_claim(Database *database, int count, MailBatch *batch)
{
	PGresult *rows;

	batch->ends_at = stop_clock() + database->settings->lease;
	rows = claim_rows(database, count, is_unreadable);
	if (rows && is_unreadable(rows))
	{
		PQclear(rows);
		rows = claim_unreadable(database);
	}
	if (!rows)
		return false;
	batch->rows = rows;
	batch->count = PQntuples(rows);
	batch->mails = memory_get((batch->count + 1) * sizeof(Mail));
	for (int i = 0; i < batch->count; i++)
	{
		Mail *mail = &batch->mails[i];

		mail->id = database_column(rows, i, 0);
		mail->claim_token = database_column(rows, i, 1);
		mail->recipient = database_column(rows, i, 2);
		mail->subject = database_column(rows, i, 3);
		mail->body = database_column(rows, i, 4);
		mail->job_id = database_column(rows, i, 5);
		mail->message_key = database_column(rows, i, 6);
	}
	return true;
}

void
database_forget(MailBatch *batch)
{
	free(batch->mails);
	PQclear(batch->rows);
}

Reply
database_acknowledge(Database *database, const char *id, const char *token)
{
	const char *const values[] = {id, token};
	PGresult *result = database_run(database,
									"SELECT jobs.ack_emails(ARRAY[$1::pg_catalog.int8], ARRAY[$2::pg_catalog.uuid])",
									2, values, NULL);
	Reply reply;

	if (!result)
		return REPLY_NONE;
	reply = strcmp(PQgetvalue(result, 0, 0), "1") == 0 ? REPLY_ACCEPTED : REPLY_STALE;
	PQclear(result);
	return reply;
}

static bool
is_stale(const PGresult *result)
{
	return has_failed_by(result, STALE_CLAIM) || has_failed_by(result, NO_SUCH_EMAIL);
}

Reply
database_fail(Database *database, const char *id, const char *token, const char *error,
			  bool is_permanent, const char **due_at)
{
	static char when[64];
	const char *const values[] = {id, token, error, is_permanent ? "true" : "false"};
	PGresult *result = database_run(database,
									"SELECT pg_catalog.date_trunc('second', jobs.fail_email($1::pg_catalog.int8, "
									"$2::pg_catalog.uuid, $3::pg_catalog.text, $4::pg_catalog.bool))",
									4, values, is_stale);
	Reply reply;

	if (!result)
		return REPLY_NONE;
	if (is_stale(result))
		reply = REPLY_STALE;
	else
	{
		reply = PQgetisnull(result, 0, 0) ? REPLY_DEAD : REPLY_ACCEPTED;
		snprintf(when, sizeof(when), "%s", PQgetvalue(result, 0, 0));
		*due_at = when;
	}
	PQclear(result);
	return reply;
}

/*
 * Has a notification come, be it with the answer to an earlier statement?
 */
static bool
is_notified(Database *database)
{
	PGnotify *notification;
	bool is_notified = false;

	if (!PQconsumeInput(database->connection))
	{
		give_up(database, NULL);
		return true;
	}
	while ((notification = PQnotifies(database->connection)) != NULL)
	{
		is_notified = true;
		PQfreemem(notification);
	}
	return is_notified;
}

void
database_wait(Database *database, double seconds)
{
	double until = stop_clock() + seconds;

	while (!stop_requested() && stop_clock() < until && !is_notified(database))
		stop_wait(PQsocket(database->connection), until - stop_clock());
}

bool
database_is_connected(const Database *database)
{
	return database->connection != NULL;
}

void
database_close(Database *database)
{
	disconnect(database);
	free(database);
}
