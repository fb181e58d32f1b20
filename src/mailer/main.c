/*
 * main.c
 *
 * jobs-mailer, which sends the e-mails of a marketplace's outbox by SMTP: see jobs.claim_emails().
 */
#include <locale.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "mailer.h"
#include "memory.h"
#include "settings.h"
#include "stop.h"

int
main(int argc, char **argv)
{
	static Settings settings;
	int status;

	/* libcurl reads international domains by the locale; nothing else here does */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		setlocale(LC_CTYPE, "");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		memory_exhausted();
	settings_read(&settings, argc, argv);
	log_init(settings.is_quiet ? LOG_PROBLEMS : settings.is_verbose ? LOG_DETAILS :
																	  LOG_EVENTS);
	srand48((long) time(NULL) ^ (long) getpid() << 16);
	stop_init();
	log_line(LOG_EVENTS, "jobs-mailer " JOBS_VERSION " sends as %s by %s",
			 settings.from.address.text, settings.smtp_url);
	status = mailer_run(&settings);
	log_line(LOG_EVENTS, "the mailer ends");
	curl_global_cleanup();
	return status;
}
