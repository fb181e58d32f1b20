/*
 * settings.c
 *
 * Each option that takes a value has a variable in the environment, JOBS_MAILER_ and its
 * name. Passwords come from the environment or a file alone, for everybody on the machine
 * can read a command line.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "file.h"
#include "memory.h"
#include "settings.h"

#define VARIABLE_PREFIX "JOBS_MAILER_"

/* The longest files, in bytes. All certificates of a system are some hundred thousand. */
#define PASSWORD_FILE_MOST ((size_t) 64 * 1024)
#define CERTIFICATE_FILE_MOST ((size_t) 16 * 1024 * 1024)

/* What has to be left of a lease after the slowest e-mail, in seconds. */
#define LEASE_MARGIN 30

typedef enum OptionId
{
	OPTION_DATABASE,
	OPTION_FROM,
	OPTION_ENVELOPE_FROM,
	OPTION_SMTP_URL,
	OPTION_SMTP_USER,
	OPTION_SMTP_PASSWORD_FILE,
	OPTION_TLS,
	OPTION_TLS_CA,
	OPTION_BATCH,
	OPTION_LEASE,
	OPTION_POLL,
	OPTION_TIMEOUT,
	OPTION_CONNECT_TIMEOUT,
	OPTION_WORKER,
	OPTION_ONCE,
	OPTION_QUIET,
	OPTION_VERBOSE,
	OPTION_HELP,
	OPTION_VERSION,
	OPTIONS
} OptionId;

static const struct
{
	const char *name;
	const char *argument; /* NULL: it takes none */
	const char *preset;	  /* NULL: there is none */
	const char *text;
} options[OPTIONS] = {
	[OPTION_DATABASE] = {"database", "CONNINFO", NULL,
						 "connection string or URI of the database, beside libpq's variables"},
	[OPTION_FROM] = {"from", "MAILBOX", NULL, "sender of all mail, such as 'Jobs <jobs@example.com>'; required"},
	[OPTION_ENVELOPE_FROM] = {"envelope-from", "ADDRESS", NULL, "where bounces go; the sender if not given"},
	[OPTION_SMTP_URL] = {"smtp-url", "URL", NULL,
						 "smtp://HOST[:PORT][/NAME] or smtps://...; it greets with NAME; required"},
	[OPTION_SMTP_USER] = {"smtp-user", "NAME", NULL, "user to log in as; not given: no login"},
	[OPTION_SMTP_PASSWORD_FILE] = {"smtp-password-file", "FILE", NULL, "file whose first line is the password"},
	[OPTION_TLS] = {"tls", "MODE", "required", "STARTTLS for smtp://: required, opportunistic or off"},
	[OPTION_TLS_CA] = {"tls-ca", "FILE", NULL, "certificates to trust in place of the system's, PEM"},
	[OPTION_BATCH] = {"batch", "COUNT", "100", "how many e-mails to claim at a time"},
	[OPTION_LEASE] = {"lease", "SECONDS", "300", "how long a claim holds its e-mails"},
	[OPTION_POLL] = {"poll", "SECONDS", "30", "the longest wait without a notification"},
	[OPTION_TIMEOUT] = {"timeout", "SECONDS", "120", "the longest time for one e-mail"},
	[OPTION_CONNECT_TIMEOUT] = {"connect-timeout", "SECONDS", "15", "the longest time to connect to a server"},
	[OPTION_WORKER] = {"worker", "NAME", NULL, "name in jobs.email.claimed_by; HOST/PID if not given"},
	[OPTION_ONCE] = {"once", NULL, NULL, "send what is due and exit; not 0 if something could not be tried"},
	[OPTION_QUIET] = {"quiet", NULL, NULL, "log problems only"},
	[OPTION_VERBOSE] = {"verbose", NULL, NULL, "log each e-mail"},
	[OPTION_HELP] = {"help", NULL, NULL, "print this, and exit"},
	[OPTION_VERSION] = {"version", NULL, NULL, "print the version, and exit"},
};

static void
complain(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void
complain(const char *format, ...)
{
	va_list arguments;

	fputs("jobs-mailer: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\nTry jobs-mailer --help.\n", stderr);
	exit(2);
}

/*
 * The option's variable; the caller frees it.
 */
static char *
variable_of(OptionId id)
{
	char *name = memory_format(VARIABLE_PREFIX "%s", options[id].name);

	for (char *c = name; *c; c++)
		*c = *c == '-' ? '_' : (char) toupper((unsigned char) *c);
	return name;
}

static void
print_help(void)
{
	puts("jobs-mailer sends the e-mails of a marketplace's outbox.\n\n"
		 "Usage: jobs-mailer [OPTION]...\n");
	for (OptionId id = 0; id < OPTIONS; id++)
	{
		char *usage = memory_format("--%s%s%s", options[id].name, options[id].argument ? "=" : "",
									options[id].argument ? options[id].argument : "");

		printf("  %-26s %s", usage, options[id].text);
		if (options[id].preset)
			printf(" (%s)", options[id].preset);
		putchar('\n');
		free(usage);
	}
	puts("\nIn place of an option with a value, the environment may have it: " VARIABLE_PREFIX "FROM for\n"
		 "--from, and so on. Passwords are never options: " VARIABLE_PREFIX "SMTP_PASSWORD, or a user and\n"
		 "password within " VARIABLE_PREFIX "SMTP_URL, or --smtp-password-file; for the database PGPASSFILE.\n\n"
		 "Exit status: 0 done, 1 something could not be done, 2 wrong settings.");
}

static int
settings_number(OptionId id, const char *value, int least, int most)
{
	char *end;
	long result;

	errno = 0;
	result = strtol(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || result < least || result > most)
		complain("--%s is \"%s\", not a number from %d to %d", options[id].name, value, least, most);
	return (int) result;
}

/*
 * A password on a command line is everybody's to read, from the moment the program starts.
 * What libpq says of a string that it can't read may quote the password.
 */
static void
check_database(const char *value, bool is_option)
{
	char *error = NULL;
	PQconninfoOption *parsed = PQconninfoParse(value, &error);

	if (!parsed && (strstr(value, "password") || strchr(value, '@')))
		complain("--database is neither a connection string nor a URI; it may have a password, and isn't shown");
	if (!parsed && is_option)
		complain("--database: %s", error ? error : "out of memory");
	PQfreemem(error);
	for (PQconninfoOption *option = parsed; option && option->keyword; option++)
	{
		if (is_option && option->val && strstr(option->keyword, "password"))
			complain("--database has a password, which everybody on this machine can read on the command line; "
					 "put it into a file for PGPASSFILE, or the environment");
	}
	PQconninfoFree(parsed);
}

/*
 * libpq reads the files that a connection string or its variables name, and so the passwords in
 * them, only if they are regular ones; but OpenSSL reads these to their end. Those that don't
 * exist are libpq's matter.
 */
static void
check_database_files(const char *value)
{
	static const char *const names[] = {"sslcert", "sslkey", "sslrootcert", "sslcrl"};
	PQconninfoOption *parsed = PQconninfoParse(value, NULL);
	char *complaint;

	for (PQconninfoOption *option = parsed; option && option->keyword; option++)
	{
		const char *path = option->val ? option->val : option->envvar ? getenv(option->envvar) :
																		NULL;

		for (size_t i = 0; path && i < sizeof(names) / sizeof(names[0]); i++)
		{
			if (strcmp(option->keyword, names[i]) == 0 && access(path, F_OK) == 0 &&
				!file_check(path, CERTIFICATE_FILE_MOST, &complaint))
				complain("--database: %s: %s", names[i], complaint);
		}
	}
	PQconninfoFree(parsed);
}

/*
 * A part of the URL, decoded; NULL: it isn't there. The caller frees it.
 */
static char *
url_part(CURLU *url, CURLUPart part)
{
	char *value = NULL;
	char *copy;

	if (curl_url_get(url, part, &value, CURLU_URLDECODE) != CURLUE_OK)
		return NULL;
	copy = memory_copy(value);
	curl_free(value);
	return copy;
}

/*
 * Takes the URL apart: what is kept has neither user nor password.
 */
static void
read_url(Settings *settings, const char *value, bool is_option)
{
	CURLU *url = curl_url();
	char *scheme;
	char *rest = NULL;

	if (!url)
		memory_exhausted();
	if (curl_url_set(url, CURLUPART_URL, value, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
		complain("--smtp-url is not a URL, such as smtp://mail.example.com:587");
	scheme = url_part(url, CURLUPART_SCHEME);
	if (!scheme || (strcmp(scheme, "smtp") != 0 && strcmp(scheme, "smtps") != 0))
		complain("--smtp-url begins with neither smtp:// nor smtps://");
	free(scheme);

	settings->smtp_user = url_part(url, CURLUPART_USER);
	settings->smtp_password = url_part(url, CURLUPART_PASSWORD);
	if (settings->smtp_password && is_option)
		complain("--smtp-url has a password, which everybody on this machine can read on the command line; "
				 "put it into " VARIABLE_PREFIX "SMTP_PASSWORD, or into a file for --smtp-password-file");
	curl_url_set(url, CURLUPART_USER, NULL, 0);
	curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	if (curl_url_get(url, CURLUPART_URL, &rest, 0) != CURLUE_OK)
		memory_exhausted();
	settings->smtp_url = memory_copy(rest);
	curl_free(rest);
	curl_url_cleanup(url);
}

static void
read_login(Settings *settings, const char *user, const char *password_file)
{
	const char *password = getenv(VARIABLE_PREFIX "SMTP_PASSWORD");
	char *complaint;

	if (user && *user)
		settings->smtp_user = memory_copy(user);
	if (password_file && *password_file)
	{
		settings->smtp_password = file_first_line(password_file, PASSWORD_FILE_MOST, &complaint);
		if (!settings->smtp_password)
			complain("--smtp-password-file: %s", complaint);
	}
	else if (password && *password)
		settings->smtp_password = memory_copy(password);
	if (settings->smtp_password && !settings->smtp_user)
		complain("there is a password for the SMTP server, but no --smtp-user");
	if (settings->smtp_user && !settings->smtp_password)
		complain("there is a user for the SMTP server, but no password: set " VARIABLE_PREFIX
				 "SMTP_PASSWORD or --smtp-password-file");
}

/*
 * libcurl reads the file, anew for each connection: it may be replaced, or come later.
 */
static const char *
read_tls_ca(const char *path)
{
	char *complaint;

	if (!path || !*path)
		return NULL;
	if (access(path, F_OK) == 0 && !file_check(path, CERTIFICATE_FILE_MOST, &complaint))
		complain("--tls-ca: %s", complaint);
	return path;
}

static TlsMode
read_tls(const char *value)
{
	if (strcmp(value, "required") == 0)
		return TLS_REQUIRED;
	if (strcmp(value, "opportunistic") == 0)
		return TLS_OPPORTUNISTIC;
	if (strcmp(value, "off") == 0)
		return TLS_OFF;
	complain("--tls is \"%s\", not required, opportunistic or off", value);
}

static void
read_sender(Settings *settings, const char *from, const char *envelope_from)
{
	const char *complaint;

	if (!address_parse_named(from, &settings->from.address, &settings->from.name, &complaint))
		complain("--from: %s", complaint);
	if (!settings->from.address.is_ascii)
		complain("--from: the address is not in ASCII, which not every server takes");
	if (!envelope_from || !*envelope_from)
		envelope_from = settings->from.address.text;
	if (!address_parse(envelope_from, &settings->envelope_from, &complaint))
		complain("--envelope-from: %s", complaint);
	if (!settings->envelope_from.is_ascii)
		complain("--envelope-from: the address is not in ASCII, which not every server takes");
}

static const char *
default_worker(void)
{
	char host[HOST_NAME_MAX + 1] = "";

	(void) gethostname(host, sizeof(host) - 1);
	return memory_format("%s/%d", host, (int) getpid());
}

/*
 * The values as they are given: an option wins over its variable.
 */
static void
gather(int argc, char **argv, const char *values[], bool *is_url_option)
{
	struct option known[OPTIONS + 1] = {{0}};
	int id;

	for (int i = 0; i < OPTIONS; i++)
	{
		char *variable = variable_of(i);

		values[i] = options[i].argument ? getenv(variable) : NULL;
		if (!values[i])
			values[i] = options[i].preset;
		free(variable);
		if (i == OPTION_DATABASE && values[i])
			check_database(values[i], false);
		known[i].name = options[i].name;
		known[i].has_arg = options[i].argument ? required_argument : no_argument;
		known[i].val = i;
	}
	while ((id = getopt_long(argc, argv, "", known, NULL)) != -1)
	{
		if (id == '?')
			complain("the options are wrong");
		values[id] = options[id].argument ? optarg : "";
		if (id == OPTION_SMTP_URL)
			*is_url_option = true;
		if (id == OPTION_DATABASE)
			check_database(optarg, true);
	}
	if (optind < argc)
		complain("\"%s\" is no option", argv[optind]);
}

void
settings_read(Settings *settings, int argc, char **argv)
{
	const char *values[OPTIONS];
	bool is_url_option = false;

	gather(argc, argv, values, &is_url_option);
	if (values[OPTION_HELP])
	{
		print_help();
		exit(0);
	}
	if (values[OPTION_VERSION])
	{
		puts("jobs-mailer " JOBS_VERSION);
		exit(0);
	}
	if (!values[OPTION_FROM] || !*values[OPTION_FROM])
		complain("--from is missing");
	if (!values[OPTION_SMTP_URL] || !*values[OPTION_SMTP_URL])
		complain("--smtp-url is missing");

	settings->database = values[OPTION_DATABASE] ? values[OPTION_DATABASE] : "";
	check_database_files(settings->database);
	read_sender(settings, values[OPTION_FROM], values[OPTION_ENVELOPE_FROM]);
	read_url(settings, values[OPTION_SMTP_URL], is_url_option);
	read_login(settings, values[OPTION_SMTP_USER], values[OPTION_SMTP_PASSWORD_FILE]);
	settings->tls = read_tls(values[OPTION_TLS]);
	settings->tls_ca = read_tls_ca(values[OPTION_TLS_CA]);
	settings->worker = values[OPTION_WORKER] ? values[OPTION_WORKER] : default_worker();
	settings->batch = settings_number(OPTION_BATCH, values[OPTION_BATCH], 1, 10000);
	settings->lease = settings_number(OPTION_LEASE, values[OPTION_LEASE], 1, 24 * 60 * 60);
	settings->poll = settings_number(OPTION_POLL, values[OPTION_POLL], 1, 24 * 60 * 60);
	settings->timeout = settings_number(OPTION_TIMEOUT, values[OPTION_TIMEOUT], 1, 60 * 60);
	settings->connect_timeout = settings_number(OPTION_CONNECT_TIMEOUT, values[OPTION_CONNECT_TIMEOUT], 1, 60 * 60);
	settings->is_once = values[OPTION_ONCE] != NULL;
	settings->is_quiet = values[OPTION_QUIET] != NULL;
	settings->is_verbose = values[OPTION_VERBOSE] != NULL;
	if (settings->lease < settings->timeout + LEASE_MARGIN)
		complain("--lease is %d seconds; it must be at least %d longer than --timeout, which is %d",
				 settings->lease, LEASE_MARGIN, settings->timeout);
}
