/*
 * smtp.c
 *
 * One handle of libcurl does it all: its connection stays open between transfers, as long as
 * all of them have the same settings. After a failure it is never used again: an answer that
 * comes late would be taken for that to the next command.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "memory.h"
#include "smtp.h"
#include "stop.h"

#if LIBCURL_VERSION_NUM < 0x075800
#error "libcurl 7.88 or later is needed"
#endif

/* How long an e-mail that isn't under way yet holds up a mailer that is to stop, in seconds. */
#define STOP_GRACE 5

struct Smtp
{
	CURL *handle;
	const Settings *settings;
	char *sender; /* of the envelope, as MAIL FROM has it */
	Dialog dialog;
	bool is_probe; /* no e-mail is in hand */
	char curl_error[CURL_ERROR_SIZE];
	char *error;
};

static size_t
discard(char *data, size_t size, size_t count, void *argument)
{
	(void) data;
	(void) argument;
	return size * count;
}

/*
 * Called by libcurl about once a second, and whenever something happens: ends what hangs when
 * the mailer is to stop. An e-mail whose content is under way is always waited for.
 */
static int
check_stop(void *argument, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const Smtp *smtp = argument;

	(void) a;
	(void) b;
	(void) c;
	(void) d;
	if (!stop_requested() || smtp->dialog.stage == STAGE_CONTENT)
		return 0;
	return smtp->is_probe || stop_age() > STOP_GRACE;
}

Smtp *
smtp_open(const Settings *settings)
{
	Smtp *smtp = memory_get(sizeof(Smtp));

	smtp->settings = settings;
	smtp->sender = memory_format("<%s>", settings->envelope_from.text);
	smtp->handle = curl_easy_init();
	if (!smtp->handle)
		memory_exhausted();
	return smtp;
}

/*
 * Settings that all transfers share.
 */
static void
prepare(Smtp *smtp)
{
	static const long use_ssl[] = {
		[TLS_REQUIRED] = CURLUSESSL_ALL,
		[TLS_OPPORTUNISTIC] = CURLUSESSL_TRY,
		[TLS_OFF] = CURLUSESSL_NONE,
	};
	const Settings *settings = smtp->settings;
	CURL *handle = smtp->handle;

	/* connections survive it */
	curl_easy_reset(handle);
	curl_easy_setopt(handle, CURLOPT_URL, settings->smtp_url);
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(handle, CURLOPT_PROXY, "");
	curl_easy_setopt(handle, CURLOPT_USERNAME, settings->smtp_user);
	curl_easy_setopt(handle, CURLOPT_PASSWORD, settings->smtp_password);
	curl_easy_setopt(handle, CURLOPT_USE_SSL, use_ssl[settings->tls]);
	curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	if (settings->tls_ca)
	{
		curl_easy_setopt(handle, CURLOPT_CAINFO, settings->tls_ca);
		curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(handle, CURLOPT_MAXCONNECTS, 1L);
	curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long) settings->connect_timeout);
	curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long) settings->timeout);
	curl_easy_setopt(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long) settings->timeout);
	curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, dialog_watch);
	curl_easy_setopt(handle, CURLOPT_DEBUGDATA, &smtp->dialog);
	curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, smtp->curl_error);
	curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, discard);
	curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, check_stop);
	curl_easy_setopt(handle, CURLOPT_XFERINFODATA, smtp);
}

/*
 * Keeps why it failed.
 */
static void
note_error(Smtp *smtp, CURLcode result)
{
	const char *curl_words = smtp->curl_error[0] ? smtp->curl_error : curl_easy_strerror(result);

	free(smtp->error);
	if (smtp->dialog.code >= 400)
		smtp->error = memory_copy(smtp->dialog.words);
	else
		smtp->error = memory_format("%s, %s", curl_words, dialog_place(&smtp->dialog));
}

/*
 * Makes the connection unusable, which libcurl leaves open after a timeout. It sees that by
 * itself, and unlike a good-bye this waits for nobody.
 */
static void
hang_up(Smtp *smtp)
{
	curl_socket_t socket;

	if (curl_easy_getinfo(smtp->handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK && socket != CURL_SOCKET_BAD)
		(void) shutdown(socket, SHUT_RDWR);
}

static CURLcode
perform(Smtp *smtp)
{
	CURLcode result;

	dialog_begin(&smtp->dialog);
	smtp->curl_error[0] = '\0';
	result = curl_easy_perform(smtp->handle);
	if (result != CURLE_OK)
	{
		note_error(smtp, result);
		hang_up(smtp);
	}
	return result;
}

static CURLcode
say(Smtp *smtp, const char *command)
{
	prepare(smtp);
	curl_easy_setopt(smtp->handle, CURLOPT_CUSTOMREQUEST, command);
	return perform(smtp);
}

/*
 * Was a connection in use already that the server has closed by now, or wants to? Servers do
 * that after some time, and some after a number of e-mails. A timeout was long enough once.
 */
static bool
is_worn_out(Smtp *smtp, CURLcode result)
{
	long connections = 0;

	curl_easy_getinfo(smtp->handle, CURLINFO_NUM_CONNECTS, &connections);
	return dialog_verdict(&smtp->dialog, result) == VERDICT_UNTRIED && connections == 0 &&
		   result != CURLE_OPERATION_TIMEDOUT && !stop_requested();
}

bool
smtp_is_usable(Smtp *smtp)
{
	char *command = memory_format("MAIL FROM:%s", smtp->sender);
	CURLcode result;

	smtp->is_probe = true;
	result = say(smtp, command);
	if (is_worn_out(smtp, result))
		result = say(smtp, command);
	free(command);
	return result == CURLE_OK && say(smtp, "RSET") == CURLE_OK;
}

static CURLcode
send_once(Smtp *smtp, const Email *email, const Address *recipient)
{
	struct curl_slist *header = email_header(email, &smtp->settings->from, recipient);
	struct curl_slist *recipients = curl_slist_append(NULL, recipient->text);
	curl_mime *body = email_body(smtp->handle, email);
	CURLcode result;

	if (!recipients)
		memory_exhausted();
	prepare(smtp);
	curl_easy_setopt(smtp->handle, CURLOPT_MAIL_FROM, smtp->sender);
	curl_easy_setopt(smtp->handle, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(smtp->handle, CURLOPT_HTTPHEADER, header);
	curl_easy_setopt(smtp->handle, CURLOPT_MIMEPOST, body);
	result = perform(smtp);
	curl_easy_setopt(smtp->handle, CURLOPT_MIMEPOST, NULL);
	curl_mime_free(body);
	curl_slist_free_all(recipients);
	curl_slist_free_all(header);
	return result;
}

Verdict
smtp_send(Smtp *smtp, const Email *email)
{
	Address recipient;
	const char *complaint;
	Verdict verdict;

	smtp->is_probe = false;
	if (!address_parse(email->recipient, &recipient, &complaint))
	{
		free(smtp->error);
		smtp->error = memory_copy(complaint);
		return VERDICT_REFUSED;
	}
	if (!recipient.is_ascii && !smtp->dialog.has_smtputf8)
	{
		free(smtp->error);
		smtp->error = memory_copy("the address is not in ASCII, and the server has no SMTPUTF8");
		verdict = VERDICT_REFUSED;
	}
	else
	{
		CURLcode result = send_once(smtp, email, &recipient);

		if (is_worn_out(smtp, result))
			result = send_once(smtp, email, &recipient);
		verdict = dialog_verdict(&smtp->dialog, result);
	}
	address_free(&recipient);
	return verdict;
}

const char *
smtp_error(const Smtp *smtp)
{
	return smtp->error ? smtp->error : "";
}

void
smtp_close(Smtp *smtp)
{
	curl_easy_cleanup(smtp->handle);
	free(smtp->sender);
	free(smtp->error);
	free(smtp);
}
