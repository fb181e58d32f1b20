/*
 * extension.c
 *
 * Looks up the extension's row in the catalogue.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_extension.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "pg/text.h"
#include "tables/extension.h"

/*
 * The schema of the extension, and its version; InvalidOid: there is no extension.
 */
static Oid
read_extension(char **version)
{
	Relation catalog = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	Oid schema = InvalidOid;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum("jobs"));
	scan = systable_beginscan(catalog, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool isnull;

		schema = ((Form_pg_extension) GETSTRUCT(tuple))->extnamespace;
		*version = TextDatumGetCString(heap_getattr(tuple, Anum_pg_extension_extversion, RelationGetDescr(catalog),
													&isnull));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return schema;
}

Oid
extension_schema(void)
{
	char *version;

	return read_extension(&version);
}

/*
 * Are the functions of an earlier version than the library? Numbers are compared, one after another.
 */
static bool
is_earlier(const char *functions, const char *library)
{
	int a[3] = {0};
	int b[3] = {0};

	(void) sscanf(functions, "%d.%d.%d", &a[0], &a[1], &a[2]);
	(void) sscanf(library, "%d.%d.%d", &b[0], &b[1], &b[2]);
	for (int i = 0; i < lengthof(a); i++)
	{
		if (a[i] != b[i])
			return a[i] < b[i];
	}
	return false;
}

void
extension_refuse_version(const char *format, ...)
{
	char *version = "";
	va_list args;
	char *detail;

	(void) read_extension(&version);
	va_start(args, format);
	detail = text_vformat(format, args);
	va_end(args);
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the functions of jobs are of another version than its library"),
			 errdetail_internal("%s", detail),
			 is_earlier(version, JOBS_VERSION) ?
				 errhint("Run ALTER EXTENSION jobs UPDATE; then SELECT jobs.install();") :
				 errhint("Connect anew, so that the new library is loaded. If jobs is in shared_preload_libraries, "
						 "restart the server.")));
}

void
extension_check_version(void)
{
	char *version = JOBS_VERSION;

	if (OidIsValid(read_extension(&version)) && strcmp(version, JOBS_VERSION) != 0)
		extension_refuse_version("The functions are of jobs %s, the library is of jobs %s.", version, JOBS_VERSION);
}
