/*
 * smtp.h
 *
 * The connection to the SMTP server: one, kept open over many e-mails.
 */
#ifndef MAILER_SMTP_H
#define MAILER_SMTP_H

#include <stdbool.h>

#include "dialog.h"
#include "mail.h"
#include "settings.h"

typedef struct Smtp Smtp;

extern Smtp *smtp_open(const Settings *settings);

/*
 * Would the server take an e-mail now? Connects if need be, logs in, and names the sender.
 */
extern bool smtp_is_usable(Smtp *smtp);

/*
 * Sends an e-mail.
 */
extern Verdict smtp_send(Smtp *smtp, const Mail *mail);

/*
 * Why the last of these two failed: the server's words, or libcurl's.
 */
extern const char *smtp_error(const Smtp *smtp);

/*
 * The same without the recipient's address: for the log, and as a reason for other e-mails.
 */
extern const char *smtp_trouble(const Smtp *smtp);

extern void smtp_close(Smtp *smtp);

#endif
