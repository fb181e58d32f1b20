/*
 * install_foreign.c
 *
 * What others put into the schema, which install() refuses to work beside.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "ops/install_foreign.h"
#include "tables/names.h"

/*
 * Whoever owns a table in our place would see what is written to it, and run code
 * with the rights of who writes.
 */
void
foreign_refuse_relations(Oid owner)
{
	Relation catalog = table_open(RelationRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_class_relnamespace, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(get_namespace_oid(JOBS_SCHEMA, false)));
	scan = systable_beginscan(catalog, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		if (form->relowner != owner)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("schema jobs holds what does not belong to the tables' owner"),
					 errdetail("jobs.%s belongs to role \"%s\", not to \"%s\".", NameStr(form->relname),
							   GetUserNameFromId(form->relowner, true), GetUserNameFromId(owner, false)),
					 errhint("Move it to another schema, drop it, or change its owner.")));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

/*
 * Complains of the catalogue's first object in the schema that isn't the extension's.
 */
static void
refuse_planted(Oid catalogid, AttrNumber oid, AttrNumber namespace)
{
	Oid extension = get_extension_oid("jobs", false);
	Relation catalog = table_open(catalogid, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, namespace, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(get_namespace_oid(JOBS_SCHEMA, false)));
	scan = systable_beginscan(catalog, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool isnull;
		ObjectAddress object;

		ObjectAddressSet(object, catalogid,
						 DatumGetObjectId(heap_getattr(tuple, oid, RelationGetDescr(catalog), &isnull)));
		if (getExtensionOfObject(catalogid, object.objectId) != extension)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("schema jobs holds what the extension did not put there"),
					 errdetail("It holds %s, which could be called in place of the extension's own.",
							   getObjectDescription(&object, false)),
					 errhint("Drop it, or move it to another schema, then run SELECT jobs.install();")));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

void
foreign_refuse_functions(void)
{
	refuse_planted(ProcedureRelationId, Anum_pg_proc_oid, Anum_pg_proc_pronamespace);
	refuse_planted(OperatorRelationId, Anum_pg_operator_oid, Anum_pg_operator_oprnamespace);
}
