/*
 * wakeups.c
 *
 * How long it takes from a commit until a session that listens on jobs_email is woken. Prints
 * one time a line, in milliseconds, from when the writer knows of its commit.
 *
 * usage: wakeups idle|beside COUNT STATEMENT
 *
 * `beside` is for a database in which others write, too: what has come by the time that the
 * writer knows of its commit may have been theirs, and doesn't count.
 */
#include <libpq-fe.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Milliseconds after which a wake-up is taken for lost. */
#define PATIENCE 10000

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000.0 + time.tv_nsec / 1000000.0;
}

static void
run(PGconn *session, const char *statement)
{
	PGresult *result = PQexec(session, statement);

	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		fprintf(stderr, "%s: %s", statement, PQerrorMessage(session));
		exit(1);
	}
	PQclear(result);
}

/* Takes what has come; did anything? */
static bool
is_woken(PGconn *session)
{
	PGnotify *notify;
	bool woken = false;

	if (!PQconsumeInput(session))
	{
		fprintf(stderr, "%s", PQerrorMessage(session));
		exit(1);
	}
	while ((notify = PQnotifies(session)) != NULL)
	{
		woken = true;
		PQfreemem(notify);
	}
	return woken;
}

int
main(int argc, char **argv)
{
	PGconn *writer = PQconnectdb("");
	PGconn *listener = PQconnectdb("");
	struct pollfd socket = {PQsocket(listener), POLLIN, 0};

	if (argc != 4)
	{
		fprintf(stderr, "usage: wakeups idle|beside COUNT STATEMENT\n");
		return 2;
	}
	run(listener, "LISTEN jobs_email");
	for (int i = atoi(argv[2]); i > 0; i--)
	{
		double committed;

		usleep(20000 + random() % 30000);
		is_woken(listener);
		run(writer, argv[3]);
		committed = now();
		if (strcmp(argv[1], "beside") == 0)
			is_woken(listener);
		while (!is_woken(listener))
		{
			if (poll(&socket, 1, PATIENCE) == 0)
			{
				fprintf(stderr, "a wake-up is lost\n");
				return 1;
			}
		}
		printf("%.3f\n", now() - committed);
	}
	return 0;
}
