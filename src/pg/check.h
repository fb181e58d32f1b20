/*
 * check.h
 *
 * What values must be, on every path: NULL is 22004, anything else that won't do is 22023.
 * `name` is for messages.
 */
#ifndef JOBS_CHECK_H
#define JOBS_CHECK_H

/* Characters that a text may have. */
#define LIMIT_NAME 200	 /* names, titles */
#define LIMIT_TEXT 20000 /* bodies, descriptions, comments; all others are one line */
#define LIMIT_EMAIL 254
#define LIMIT_URL 2000

struct NumericData;
struct pg_uuid_t;

extern void check_not_null(bool isnull, const char *name);
/* 25006 in a transaction that may not write, above all on a standby. */
extern void check_can_write(void);

extern void check_length(const char *value, const char *name, int limit);
extern void check_text(const char *value, const char *name, int limit);
extern void check_email(const char *value, const char *name);
extern void check_language(const char *value);
extern void check_currency(const char *value);
extern void check_email_scope(const char *value);
extern void check_reason(const char *value);
extern void check_client_key(const struct pg_uuid_t *value);

/* Digits that a price may have before the point and behind it. */
#define PRICE_WHOLE_DIGITS 15
#define PRICE_BOUND INT64CONST(1000000000000000) /* a number of one digit more */
#define PRICE_DECIMAL_DIGITS 6

/* The price as it is stored: zeros that stand further behind the point than decimals may are cut off. */
extern struct NumericData *check_price(struct NumericData *value, const char *name);
extern void check_price_range(struct NumericData *min, struct NumericData *max); /* NULL: not said */

#endif
