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
	const char *recipient; /* of the e-mail in hand; NULL: there is none */
	char curl_error[CURL_ERROR_SIZE];
	char *error;
	char *trouble;
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
 * the mailer is to stop. An e-mail whose content is under way is always waited for, an answer to
 * our good-bye never.
 */
static int
check_stop(void *argument, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const Smtp *smtp = argument;

	(void) a;
	(void) b;
	(void) c;
	(void) d;
	if (smtp->dialog.is_over && smtp->dialog.stage != STAGE_CONNECT)
		return 1;
	if (!stop_requested() || smtp->dialog.stage == STAGE_CONTENT)
		return 0;
	return !smtp->recipient || stop_age() > STOP_GRACE;
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
	free(smtp->trouble);
	if (smtp->dialog.code >= 400)
		smtp->error = memory_copy(smtp->dialog.words);
	else
		smtp->error = memory_format("%s, %s", curl_words, dialog_place(&smtp->dialog));
	/* a certificate's names are in UTF-8, which not every database can store */
	for (char *c = smtp->error; *c; c++)
	{
		if ((unsigned char) *c >= 0x80)
			*c = '?';
	}
	smtp->trouble = log_without(smtp->error, smtp->recipient ? smtp->recipient : "");
}

/*
 * Shuts the connection, or a direction of it, if one is open.
 */
static void
shut(Smtp *smtp, int direction)
{
	curl_socket_t socket;

	if (curl_easy_getinfo(smtp->handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK && socket != CURL_SOCKET_BAD)
		(void) shutdown(socket, direction);
}

static CURLcode
smtp_perform(Smtp *smtp)
{
	CURLcode result;

	dialog_begin(&smtp->dialog);
	smtp->curl_error[0] = '\0';
	result = curl_easy_perform(smtp->handle);
	if (result != CURLE_OK)
	{
		note_error(smtp, result);
		/*
		 * Makes the connection unusable, which libcurl leaves open after a timeout. It sees that
		 * by itself, and unlike a good-bye this waits for nobody.
		 */
		shut(smtp, SHUT_RDWR);
	}
	return result;
}

static CURLcode
say(Smtp *smtp, const char *command)
{
	prepare(smtp);
	curl_easy_setopt(smtp->handle, CURLOPT_CUSTOMREQUEST, command);
	return smtp_perform(smtp);
}

/*
 * Was a connection in use already that the server has closed by now, or wants to? Servers do
 * that after some time, and some after a number of e-mails. A timeout was long enough once.
 */
static bool
is_worn_out(Smtp *smtp, CURLcode result)
{
	Verdict verdict = dialog_verdict(&smtp->dialog, result);
	long connections = 0;

	curl_easy_getinfo(smtp->handle, CURLINFO_NUM_CONNECTS, &connections);
	return (verdict == VERDICT_UNTRIED || verdict == VERDICT_INTERRUPTED || verdict == VERDICT_TROUBLE) &&
		   smtp->dialog.stage <= STAGE_SENDER && connections == 0 &&
		   result != CURLE_OPERATION_TIMEDOUT && !stop_requested();
}

bool
smtp_is_usable(Smtp *smtp)
{
	char *command = memory_format("MAIL FROM:%s", smtp->sender);
	CURLcode result;

	smtp->recipient = NULL;
	result = say(smtp, command);
	if (is_worn_out(smtp, result))
		result = say(smtp, command);
	free(command);
	return result == CURLE_OK && say(smtp, "RSET") == CURLE_OK;
}

static CURLcode
send_once(Smtp *smtp, const Mail *mail, const Address *recipient)
{
	struct curl_slist *header = mail_header(mail, &smtp->settings->from, recipient);
	struct curl_slist *recipients = curl_slist_append(NULL, recipient->text);
	curl_mime *body = mail_body(smtp->handle, mail);
	CURLcode result;

	if (!recipients)
		memory_exhausted();
	prepare(smtp);
	curl_easy_setopt(smtp->handle, CURLOPT_MAIL_FROM, smtp->sender);
	curl_easy_setopt(smtp->handle, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(smtp->handle, CURLOPT_HTTPHEADER, header);
	curl_easy_setopt(smtp->handle, CURLOPT_MIMEPOST, body);
	result = smtp_perform(smtp);
	curl_easy_setopt(smtp->handle, CURLOPT_MIMEPOST, NULL);
	curl_mime_free(body);
	curl_slist_free_all(recipients);
	curl_slist_free_all(header);
	return result;
}

Verdict
smtp_send(Smtp *smtp, const Mail *mail)
{
	Address recipient;
	const char *complaint;
	Verdict verdict;

	smtp->recipient = mail->recipient;
	if (!address_parse(mail->recipient, &recipient, &complaint))
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
		CURLcode result = send_once(smtp, mail, &recipient);

		if (is_worn_out(smtp, result))
			result = send_once(smtp, mail, &recipient);
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

const char *
smtp_trouble(const Smtp *smtp)
{
	return smtp->trouble ? smtp->trouble : "";
}

void
smtp_close(Smtp *smtp)
{
	/* libcurl says good-bye, and would wait for the answer */
	shut(smtp, SHUT_RD);
	curl_easy_cleanup(smtp->handle);
	free(smtp->sender);
	free(smtp->error);
	free(smtp->trouble);
	free(smtp);
}
