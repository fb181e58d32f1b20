/*
 * database.c
 *
 * libpq, with what a long-lived connection needs: it notices that the network is gone, and
 * speaks UTF-8 whatever the database does. An error of any statement ends the connection,
 * and the next one begins afresh; only an answer that came too late is no error.
 */
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

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
#define STALE_CLAIM "55000"
#define NO_SUCH_EMAIL "P0002"

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

/*
 * Tells of an error, and ends the connection.
 */
static void
give_up(Database *database, const PGresult *result)
{
	const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *advice = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_HINT) : NULL;

	for (size_t i = 0; sqlstate && i < sizeof(advices) / sizeof(advices[0]); i++)
	{
		if (strcmp(sqlstate, advices[i].sqlstate) == 0)
			advice = advices[i].advice;
	}
	if (PQstatus(database->connection) == CONNECTION_OK && message)
		log_line(LOG_PROBLEMS, "the database refuses: %s%s%s", message, advice ? "; " : "", advice ? advice : "");
	else
		log_line(LOG_PROBLEMS, "lost the database: %s", PQerrorMessage(database->connection));
	disconnect(database);
}

/*
 * Runs a statement; NULL: it failed. The caller clears the result.
 */
static PGresult *
run(Database *database, const char *sql, int count, const char *const *values)
{
	PGresult *result;

	if (!database->connection)
		return NULL;
	result = PQexecParams(database->connection, sql, count, NULL, values, NULL, NULL, 0);
	if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK)
		return result;
	give_up(database, result);
	PQclear(result);
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
	PGresult *result;

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
	result = run(database, "LISTEN jobs_email", 0, NULL);
	if (!result)
		return false;
	PQclear(result);
	log_line(LOG_EVENTS, "connected to database %s as %s, claiming as %s", PQdb(database->connection),
			 PQuser(database->connection), database->settings->worker);
	return true;
}

bool
database_has_due(Database *database)
{
	PGresult *result = run(database,
						   "SELECT FROM jobs.email e "
						   "WHERE e.next_attempt_at OPERATOR(pg_catalog.<=) pg_catalog.now() LIMIT 1",
						   0, NULL);
	bool has_due = PQntuples(result) > 0;

	PQclear(result);
	return has_due;
}

static const char *
column(const PGresult *rows, int row, int number)
{
	return PQgetisnull(rows, row, number) ? NULL : PQgetvalue(rows, row, number);
}

bool
database_claim(Database *database, Claim *claim)
{
	char *batch = memory_format("%d", database->settings->batch);
	char *lease = memory_format("%d", database->settings->lease);
	const char *const values[] = {batch, lease, database->settings->worker};
	PGresult *rows;

	claim->ends_at = stop_clock() + database->settings->lease;
	rows = run(database,
			   "SELECT c.email_id, c.claim_token, c.recipient, c.subject, c.body, c.job_id, c.message_key "
			   "FROM jobs.claim_emails($1::pg_catalog.int4, "
			   "pg_catalog.make_interval(secs => $2::pg_catalog.float8), $3::pg_catalog.text) c",
			   3, values);
	free(batch);
	free(lease);
	if (!rows)
		return false;
	claim->rows = rows;
	claim->count = PQntuples(rows);
	claim->emails = memory_get((claim->count + 1) * sizeof(Email));
	for (int i = 0; i < claim->count; i++)
	{
		Email *email = &claim->emails[i];

		email->id = column(rows, i, 0);
		email->claim_token = column(rows, i, 1);
		email->recipient = column(rows, i, 2);
		email->subject = column(rows, i, 3);
		email->body = column(rows, i, 4);
		email->job_id = column(rows, i, 5);
		email->message_key = column(rows, i, 6);
	}
	return true;
}

void
database_forget(Claim *claim)
{
	free(claim->emails);
	PQclear(claim->rows);
}

Outcome
database_acknowledge(Database *database, const char *id, const char *token)
{
	const char *const values[] = {id, token};
	PGresult *result = run(database,
						   "SELECT jobs.ack_emails(ARRAY[$1::pg_catalog.int8], ARRAY[$2::pg_catalog.uuid])",
						   2, values);
	Outcome outcome;

	if (!result)
		return OUTCOME_UNKNOWN;
	outcome = strcmp(PQgetvalue(result, 0, 0), "1") == 0 ? OUTCOME_ANSWERED : OUTCOME_STALE;
	PQclear(result);
	return outcome;
}

Outcome
database_fail(Database *database, const char *id, const char *token, const char *error,
			  bool is_permanent, const char **due_at)
{
	static char when[64];
	const char *const values[] = {id, token, error, is_permanent ? "true" : "false"};
	const char *sqlstate;
	PGresult *result;
	Outcome outcome = OUTCOME_UNKNOWN;

	if (!database->connection)
		return OUTCOME_UNKNOWN;
	result = PQexecParams(database->connection,
						  "SELECT pg_catalog.date_trunc('second', jobs.fail_email($1::pg_catalog.int8, "
						  "$2::pg_catalog.uuid, $3::pg_catalog.text, $4::pg_catalog.bool))",
						  4, NULL, values, NULL, NULL, 0);
	sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
	{
		outcome = PQgetisnull(result, 0, 0) ? OUTCOME_DEAD : OUTCOME_ANSWERED;
		snprintf(when, sizeof(when), "%s", PQgetvalue(result, 0, 0));
		*due_at = when;
	}
	else if (sqlstate && (strcmp(sqlstate, STALE_CLAIM) == 0 || strcmp(sqlstate, NO_SUCH_EMAIL) == 0))
		outcome = OUTCOME_STALE;
	else
		give_up(database, result);
	PQclear(result);
	return outcome;
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
