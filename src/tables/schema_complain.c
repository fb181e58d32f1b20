/*
 * schema_complain.c
 *
 * Errors of tables that can't be worked with.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/text.h"
#include "tables/extension.h"
#include "tables/names.h"
#include "tables/schema_complain.h"

void
schema_complain(const char *format, ...)
{
	va_list args;
	char *detail;

	/* the hint wouldn't help there */
	schema_refuse_renamed();
	va_start(args, format);
	detail = text_vformat(format, args);
	va_end(args);
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the tables of jobs are not ready"),
			 errdetail_internal("%s", detail),
			 errhint("Run SELECT jobs.install();")));
}

void
schema_complain_altered(const char *hint, const char *format, ...)
{
	va_list args;
	char *detail;

	va_start(args, format);
	detail = text_vformat(format, args);
	va_end(args);
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the tables of jobs were altered"),
			 errdetail_internal("%s", detail),
			 errhint("%s", hint)));
}

void
schema_refuse_renamed(void)
{
	Oid expected = get_namespace_oid(JOBS_SCHEMA, true);
	Oid schema = extension_schema();

	if (!OidIsValid(schema) || schema == expected)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("schema jobs was renamed"),
			 errdetail("The extension and its tables are in schema \"%s\", and work in schema jobs alone.",
					   get_namespace_name(schema)),
			 errhint("%sRun ALTER SCHEMA %s RENAME TO jobs;",
					 OidIsValid(expected) ? "Rename or drop the schema that is called jobs now. " : "",
					 quote_identifier(get_namespace_name(schema)))));
}
