/*
 * dialog.c
 *
 * libcurl says that a command failed and with which number; whose fault that was is in the
 * enhanced status code behind the number. Without one it depends on the command. What concerns
 * the one e-mail, a refused recipient or content, is its verdict. All else, a policy of the
 * server's, a refused password or sender, a broken connection, is trouble with the server or the
 * settings, and no e-mail is given up for it.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "dialog.h"

/* Answers that speak of the session, whatever they are an answer to. */
static const int session_codes[] = {
	421, /* the server is closing down */
	503, /* commands in a wrong order */
	530, /* authentication is needed, or TLS */
	534, /* a stronger authentication is */
	535, /* authentication failed */
	538, /* TLS is needed for it */
};

/* The e-mail is too long, which may be the answer to its announced size. */
#define CODE_TOO_LONG 552

static const struct
{
	const char *verb;
	Stage stage;
} commands[] = {
	{"EHLO", STAGE_HELLO}, /* HELO, which may come behind it, is part of it */
	{"STARTTLS", STAGE_TLS},
	{"AUTH", STAGE_AUTH},
	{"MAIL", STAGE_SENDER},
	{"RSET", STAGE_SENDER},
	{"RCPT", STAGE_RECIPIENT},
	{"DATA", STAGE_DATA},
};

void
dialog_begin(Dialog *dialog)
{
	dialog->stage = STAGE_CONNECT;
	dialog->code = 0;
	dialog->words[0] = '\0';
	dialog->status = (Status){0};
	dialog->is_complete = true;
	dialog->is_over = false;
}

/*
 * We sent a command. The lines of an authentication don't begin with a verb of the list, or
 * only by chance: base64 is not followed by a blank.
 */
static void
hear_ourselves(Dialog *dialog, const char *data, size_t size)
{
	if (size >= 4 && strncasecmp(data, "QUIT", 4) == 0)
		dialog->is_over = true;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
	{
		size_t length = strlen(commands[i].verb);

		if (size > length && strncasecmp(data, commands[i].verb, length) == 0 &&
			(data[length] == ' ' || data[length] == '\r'))
		{
			dialog_begin(dialog);
			dialog->stage = commands[i].stage;
			if (dialog->stage == STAGE_HELLO)
				dialog->has_smtputf8 = false;
			return;
		}
	}
}

/*
 * Adds a line to the server's words, in printable ASCII: they go into a log, and into a
 * database of whatever encoding.
 */
static void
dialog_add_words(Dialog *dialog, const char *data, size_t size)
{
	size_t length = strlen(dialog->words);

	if (length > 0 && length < DIALOG_WORDS - 1)
		dialog->words[length++] = ' ';
	for (size_t i = 0; i < size && length < DIALOG_WORDS - 1; i++)
	{
		unsigned char c = data[i];

		dialog->words[length++] = c >= 127 ? '?' : c < ' ' ? ' ' :
															 (char) c;
	}
	while (length > 0 && dialog->words[length - 1] == ' ')
		length--;
	dialog->words[length] = '\0';
}

/*
 * The server sent a line.
 */
static void
hear_line(Dialog *dialog, const char *line, size_t size)
{
	bool is_answer = size >= 3 && isdigit((unsigned char) line[0]) && isdigit((unsigned char) line[1]) &&
					 isdigit((unsigned char) line[2]);
	int code = is_answer ? (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0' : 0;

	if (dialog->stage == STAGE_HELLO && size >= 12 && strncasecmp(line + 4, "SMTPUTF8", 8) == 0)
		dialog->has_smtputf8 = true;
	if (dialog->is_complete)
	{
		dialog->words[0] = '\0';
		dialog->status = (Status){0};
	}
	if (is_answer && size > 4)
		status_add(&dialog->status, line + 4, size - 4);
	if (!dialog->is_complete && is_answer && size > 4) /* once is enough of the code */
		dialog_add_words(dialog, line + 4, size - 4);
	else
		dialog_add_words(dialog, line, size);
	dialog->is_complete = !(is_answer && size > 3 && line[3] == '-');
	if (is_answer)
		dialog->code = code;
	if (dialog->stage == STAGE_DATA && dialog->code == 354)
	{
		dialog_begin(dialog);
		dialog->stage = STAGE_CONTENT;
	}
}

int
dialog_watch(CURL *handle, curl_infotype kind, char *data, size_t size, void *dialog)
{
	(void) handle;
	if (kind == CURLINFO_HEADER_OUT)
		hear_ourselves(dialog, data, size);
	else if (kind == CURLINFO_HEADER_IN && !((const Dialog *) dialog)->is_over)
		hear_line(dialog, data, size);
	return 0;
}

static bool
is_about_session(int code)
{
	for (size_t i = 0; i < sizeof(session_codes) / sizeof(session_codes[0]); i++)
	{
		if (session_codes[i] == code)
			return true;
	}
	return false;
}

/*
 * Whose fault a refusal is.
 */
static Fault
dialog_fault(const Dialog *dialog)
{
	Fault fault = dialog->status.fault;

	if (dialog->stage > STAGE_SENDER)
		return fault == FAULT_UNSAID && !is_about_session(dialog->code) ? FAULT_RECIPIENT : fault;
	/* the sender comes with the e-mail's size, and whether its recipient is in UTF-8 */
	if (fault == FAULT_UNSAID && dialog->code == CODE_TOO_LONG)
		return FAULT_MESSAGE;
	/* the server doesn't know the recipient yet: the mailbox is the sender's */
	return fault == FAULT_RECIPIENT ? FAULT_SERVER : fault;
}

Verdict
dialog_verdict(const Dialog *dialog, CURLcode result)
{
	Fault fault;

	if (result == CURLE_OK)
		return VERDICT_SENT;
	if (dialog->stage < STAGE_SENDER)
		return VERDICT_UNTRIED;
	if (dialog->code < 400 || dialog->code >= 600 || !dialog->is_complete)
		return VERDICT_INTERRUPTED;
	fault = dialog_fault(dialog);
	if (fault == FAULT_SERVER)
		return VERDICT_TROUBLE;
	if (fault == FAULT_UNSAID || is_about_session(dialog->code))
		return VERDICT_INTERRUPTED;
	return dialog->code >= 500 && !dialog->status.is_temporary ? VERDICT_REFUSED : VERDICT_DEFERRED;
}

const char *
dialog_place(const Dialog *dialog)
{
	static const char *const places[] = {
		[STAGE_CONNECT] = "while connecting",
		[STAGE_HELLO] = "after the greeting",
		[STAGE_TLS] = "while starting TLS",
		[STAGE_AUTH] = "while logging in",
		[STAGE_SENDER] = "when told the sender",
		[STAGE_RECIPIENT] = "when told the recipient",
		[STAGE_DATA] = "before the e-mail was sent",
		[STAGE_CONTENT] = "after the e-mail was sent, which may have arrived",
	};

	return places[dialog->stage];
}
