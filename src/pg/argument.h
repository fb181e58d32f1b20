/*
 * argument.h
 *
 * Arguments of functions, checked as check.h says: NULL is 22004, anything else that won't do
 * is 22023.
 */
#ifndef JOBS_ARGUMENT_H
#define JOBS_ARGUMENT_H

#include "fmgr.h"

#include "pg/check.h"

/*
 * An argument by its number, and its name for messages: arg_text(fcinfo, ARG(open_job, job_id)),
 * for instance. The numbers come from the pieces of SQL: see acting/entry.h.
 */
#define ARG(function, argument) ARG_##function##_##argument, #argument

/* Required ones. */
extern int64 arg_id(FunctionCallInfo fcinfo, int argno, const char *name);
extern int32 arg_count(FunctionCallInfo fcinfo, int argno, const char *name);
extern bool arg_bool(FunctionCallInfo fcinfo, int argno, const char *name);
extern char *arg_text(FunctionCallInfo fcinfo, int argno, const char *name, TextLimit limit);
extern char *arg_email(FunctionCallInfo fcinfo, int argno, const char *name);
extern char *arg_language(FunctionCallInfo fcinfo, int argno);
extern char *arg_currency(FunctionCallInfo fcinfo, int argno);

/* Optional ones: NULL or 0 stands for SQL's NULL. */
extern int64 arg_optional_id(FunctionCallInfo fcinfo, int argno, const char *name);
extern char *arg_optional_text(FunctionCallInfo fcinfo, int argno, const char *name, TextLimit limit);
/* The same, but '' is "", which clears what is there. */
extern char *arg_clearable_text(FunctionCallInfo fcinfo, int argno, const char *name, TextLimit limit);
extern char *arg_optional_language(FunctionCallInfo fcinfo, int argno);
extern char *arg_optional_email(FunctionCallInfo fcinfo, int argno, const char *name);
extern char *arg_optional_reason(FunctionCallInfo fcinfo, int argno);
extern struct NumericData *arg_optional_price(FunctionCallInfo fcinfo, int argno, const char *name);
extern struct pg_uuid_t *arg_optional_client_key(FunctionCallInfo fcinfo, int argno);

/* 22023 for 0, where an id or NULL is expected; for ids that come in rows, too. */
extern void arg_refuse_zero(int64 id, const char *name);

/* An array without NULLs, copied; returns how many elements it has. */
extern int arg_ids(FunctionCallInfo fcinfo, int argno, const char *name, int64 **ids);
extern int arg_uuids(FunctionCallInfo fcinfo, int argno, const char *name, struct pg_uuid_t **uuids);

#endif
