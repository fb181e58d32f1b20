/*
 * email_text.h
 *
 * Subject and body of an e-mail, by its kind.
 */
#ifndef JOBS_EMAIL_TEXT_H
#define JOBS_EMAIL_TEXT_H

extern void email_text(const char *kind, const char **subject, const char **body);

#endif
