/*
 * stop.c
 *
 * The signal handler writes into a pipe, which every wait watches: a signal that comes just
 * before the wait ends it, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stop.h"

static volatile sig_atomic_t is_requested = 0;
static int pipe_ends[2];

static void
handle_signal(int number)
{
	int saved_errno = errno;
	ssize_t written;

	(void) number;
	is_requested = 1;
	/* a pipe that is full serves as well */
	written = write(pipe_ends[1], "", 1);
	(void) written;
	errno = saved_errno;
}

void
stop_init(void)
{
	struct sigaction action;

	if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0)
	{
		perror("jobs-mailer: could not make a pipe");
		exit(1);
	}
	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	action.sa_flags = SA_RESTART;
	action.sa_handler = handle_signal;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

bool
stop_requested(void)
{
	return is_requested != 0;
}

double
stop_age(void)
{
	static double since = 0;

	if (!is_requested)
		return 0;
	if (since == 0)
		since = stop_clock();
	return stop_clock() - since;
}

void
stop_wait(int fd, double seconds)
{
	struct pollfd watched[2] = {{.fd = pipe_ends[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};

	if (seconds > 0)
		(void) poll(watched, fd < 0 ? 1 : 2, (int) (seconds * 1000) + 1);
}

void
stop_sleep(double seconds)
{
	(void) poll(NULL, 0, (int) (seconds * 1000) + 1);
}

/*
 * A lease ends while the machine sleeps, too, where the system has a clock that knows.
 */
double
stop_clock(void)
{
#ifdef CLOCK_BOOTTIME
	const clockid_t clock = CLOCK_BOOTTIME;
#else
	const clockid_t clock = CLOCK_MONOTONIC;
#endif
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}
