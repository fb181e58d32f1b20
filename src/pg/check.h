/*
 * check.h
 *
 * What values must be, on every path: NULL is 22004, anything else that won't do is 22023.
 * `name` is for messages.
 */
#ifndef JOBS_CHECK_H
#define JOBS_CHECK_H

#define LENGTH_NAME 200
#define LENGTH_EMAIL 254

/* What a text may have. */
typedef struct TextLimit
{
	int length; /* in characters */
	bool is_line;
} TextLimit;

#define LIMIT_NAME ((TextLimit){LENGTH_NAME, true}) /* names, titles */
#define LIMIT_TEXT ((TextLimit){20000, false})		/* bodies, descriptions, comments */
#define LIMIT_EMAIL ((TextLimit){LENGTH_EMAIL, true})
#define LIMIT_URL ((TextLimit){2000, true})

struct NumericData;
struct pg_uuid_t;

extern void check_not_null(bool isnull, const char *name);
/* 25006 in a transaction that may not write, above all on a standby. */
extern void check_can_write(void);

extern void check_length(const char *value, const char *name, int limit);
extern void check_text(const char *value, const char *name, TextLimit limit);
extern void check_email(const char *value, const char *name);
extern void check_language(const char *value);
extern void check_currency(const char *value);

/* The currency of a new row; left out, NULL or '', it is the US dollar. */
extern const char *check_currency_given(const char *value);
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
