/*
 * dialog.h
 *
 * What was said between us and the SMTP server, as far as it tells how an e-mail fared: how
 * far we got, and the server's words there. Our own words, which hold passwords, are not kept.
 */
#ifndef MAILER_DIALOG_H
#define MAILER_DIALOG_H

#include <stdbool.h>

#include <curl/curl.h>

#include "fault.h"

/* The longest answer of a server that is kept. */
#define DIALOG_WORDS 1000

/* What we said last. */
typedef enum Stage
{
	STAGE_CONNECT, /* nothing */
	STAGE_HELLO,
	STAGE_TLS,
	STAGE_AUTH,
	STAGE_SENDER,
	STAGE_RECIPIENT,
	STAGE_DATA,
	STAGE_CONTENT /* the e-mail itself */
} Stage;

typedef struct Dialog
{
	Stage stage;
	int code; /* of the server's answer to it; 0: there was none */
	char words[DIALOG_WORDS];
	Status status;	   /* whose fault it is, as the words say */
	bool is_complete;  /* the answer's last line was there */
	bool is_over;	   /* we said good-bye: what the server says to that is no answer */
	bool has_smtputf8; /* the server takes addresses in UTF-8 */
} Dialog;

/* How an e-mail fared. */
typedef enum Verdict
{
	VERDICT_SENT,
	VERDICT_REFUSED,	 /* this e-mail will never be taken */
	VERDICT_DEFERRED,	 /* this e-mail isn't taken now */
	VERDICT_TROUBLE,	 /* the server doesn't take it, for a reason that it says is its own or ours */
	VERDICT_INTERRUPTED, /* trouble that the e-mail may have to do with, or may be sent in spite of */
	VERDICT_UNTRIED		 /* trouble before it came to this e-mail */
} Verdict;

/*
 * Something new begins, maybe on the same connection.
 */
extern void dialog_begin(Dialog *dialog);

/*
 * For CURLOPT_DEBUGFUNCTION.
 */
extern int dialog_watch(CURL *handle, curl_infotype kind, char *data, size_t size, void *dialog);

extern Verdict dialog_verdict(const Dialog *dialog, CURLcode result);

/*
 * In words, where it ended: while ...
 */
extern const char *dialog_place(const Dialog *dialog);

#endif
