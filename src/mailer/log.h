/*
 * log.h
 *
 * What the operator reads, on stderr, a line an event.
 *
 * An e-mail is named by its id and its recipient's domain: enough to see whose server makes
 * trouble, and to find the rest in jobs.email, which not everybody may read who may read a log.
 */
#ifndef MAILER_LOG_H
#define MAILER_LOG_H

typedef enum LogLevel
{
	LOG_PROBLEMS, /* what the operator should look at */
	LOG_EVENTS,	  /* what was done, with counts */
	LOG_DETAILS	  /* each e-mail */
} LogLevel;

/*
 * Leaves out what is beyond this level.
 */
extern void log_init(LogLevel most);

/*
 * The text becomes one line: control characters, which a server may have sent, are blanks.
 */
extern void log_line(LogLevel level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * A server's words, without the part before the @ of a recipient whom they name. The caller
 * frees them.
 */
extern char *log_without(const char *words, const char *recipient);

#endif
