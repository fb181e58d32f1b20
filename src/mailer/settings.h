/*
 * settings.h
 *
 * What the mailer is told by options and by the environment.
 */
#ifndef MAILER_SETTINGS_H
#define MAILER_SETTINGS_H

#include <stdbool.h>

#include "mail.h"

typedef enum TlsMode
{
	TLS_REQUIRED,
	TLS_OPPORTUNISTIC,
	TLS_OFF
} TlsMode;

typedef struct Settings
{
	const char *database; /* a connection string; empty: libpq's variables say it all */
	Sender from;
	Address envelope_from; /* where refusals go that come later */
	char *smtp_url;		   /* without user and password */
	char *smtp_user;	   /* NULL: no login */
	char *smtp_password;
	TlsMode tls;
	const char *tls_ca; /* NULL: the system's */
	const char *worker;
	int batch;
	int lease; /* this and the others in seconds */
	int poll;
	int timeout;
	int connect_timeout;
	bool is_once;
	bool is_quiet;
	bool is_verbose;
} Settings;

/*
 * Reads them all. What is wrong is said on stderr, and ends the program, as --help does.
 */
extern void settings_read(Settings *settings, int argc, char **argv);

#endif
