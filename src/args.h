/*
 * args.h
 *
 * Arguments of functions and values of columns, checked the same way on every path:
 * NULL is 22004, anything else that won't do is 22023.
 */
#ifndef JOBS_ARGS_H
#define JOBS_ARGS_H

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"

#include "compat.h"

/* Characters that a text may have. */
#define LIMIT_NAME 200	 /* names, titles */
#define LIMIT_TEXT 20000 /* bodies, descriptions, comments; all others are one line */
#define LIMIT_EMAIL 254
#define LIMIT_URL 2000

/* Arguments by number: required ones; `name` is for messages. */
extern int64 arg_id(FunctionCallInfo fcinfo, int argno, const char *name);
extern int32 arg_count(FunctionCallInfo fcinfo, int argno, const char *name);
extern bool arg_bool(FunctionCallInfo fcinfo, int argno, const char *name);
extern char *arg_text(FunctionCallInfo fcinfo, int argno, const char *name, int limit);
extern char *arg_email(FunctionCallInfo fcinfo, int argno, const char *name);
extern char *arg_language(FunctionCallInfo fcinfo, int argno);
extern char *arg_currency(FunctionCallInfo fcinfo, int argno);

/* Optional ones: NULL or 0 stands for SQL's NULL. */
extern int64 arg_optional_id(FunctionCallInfo fcinfo, int argno, const char *name);
extern char *arg_optional_text(FunctionCallInfo fcinfo, int argno, const char *name, int limit);
extern struct NumericData *arg_optional_price(FunctionCallInfo fcinfo, int argno, const char *name);
extern struct pg_uuid_t *arg_optional_uuid(FunctionCallInfo fcinfo, int argno);

/* An array without NULLs, copied; returns how many elements it has. */
extern int arg_ids(FunctionCallInfo fcinfo, int argno, const char *name, int64 **ids);
extern int arg_uuids(FunctionCallInfo fcinfo, int argno, const char *name, struct pg_uuid_t **uuids);

/*
 * The time that lies so far behind or before another one. False: the interval is longer than
 * so many days, in either direction; a month counts 30 then. Its sign alone doesn't tell where
 * the result lies, for a month has no fixed length.
 */
extern bool args_move_time(TimestampTz time, bool is_back, Interval *span, int days, TimestampTz *moved);

/* The start of a text, for messages: up to `limit` characters. */
extern char *args_excerpt(const char *text, int limit);

/*
 * The character that a text begins with, behind which the text is moved on; does it end a line, or
 * never show? Does it show nothing?
 */
extern pg_wchar args_next_character(const char **text);
extern bool args_is_control(pg_wchar c);
extern bool args_is_blank(pg_wchar c);

/* A text made as printf does, of any length. */
extern char *args_vformat(const char *format, va_list args) pg_attribute_printf(1, 0);

/* The same rules for a value that comes from elsewhere. */
extern void check_not_null(bool isnull, const char *name);
extern void check_length(const char *value, const char *name, int limit);
extern void check_text(const char *value, const char *name, int limit);
extern void check_email(const char *value, const char *name);
extern void check_language(const char *value);
extern void check_currency(const char *value);
extern void check_email_scope(const char *value);
extern void check_reason(const char *value);
extern void check_price(struct NumericData *value, const char *name);
extern void check_price_range(struct NumericData *min, struct NumericData *max); /* NULL: not said */

#endif
