/*
 * compat.h
 *
 * Differences between PostgreSQL 15, 16, 17 and 18, all in one place.
 */
#ifndef JOBS_COMPAT_H
#define JOBS_COMPAT_H

#include "access/genam.h"
#include "access/tableam.h"
#include "catalog/dependency.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_proc.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "parser/parse_relation.h"
#include "storage/procarray.h"
#if PG_VERSION_NUM < 170000
#include "storage/sinvaladt.h"
#endif
#include "utils/acl.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#if PG_VERSION_NUM < 150000
#error "jobs needs PostgreSQL 15 or later"
#endif

/* 18 has it, in front of a declaration */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

#if PG_VERSION_NUM >= 160000
#define compat_proc_aclcheck(proc, role, mode) object_aclcheck(ProcedureRelationId, proc, role, mode)
#define compat_EvalPlanQualInit(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1, NIL)
#define compat_ExecInsertIndexTuples(rri, slot, estate, update, summarizing) \
	ExecInsertIndexTuples(rri, slot, estate, update, false, NULL, NIL, summarizing)
typedef TU_UpdateIndexes CompatUpdateIndexes;
#define COMPAT_NO_INDEXES TU_None
#define COMPAT_SUMMARIZING_ONLY(which) ((which) == TU_Summarizing)
#else
#define compat_proc_aclcheck(proc, role, mode) pg_proc_aclcheck(proc, role, mode)
#define compat_EvalPlanQualInit(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1)
#define compat_ExecInsertIndexTuples(rri, slot, estate, update, summarizing) \
	ExecInsertIndexTuples(rri, slot, estate, update, false, NULL, NIL)
typedef bool CompatUpdateIndexes;
#define COMPAT_NO_INDEXES false
#define COMPAT_SUMMARIZING_ONLY(which) false
#endif

#if PG_VERSION_NUM >= 180000
#define compat_index_beginscan(rel, index, snapshot, nkeys) \
	index_beginscan(rel, index, snapshot, NULL, nkeys, 0)
#define compat_primary_key(rel) RelationGetPrimaryKeyIndex(rel, false)
#define compat_check_exprs(rri) ((rri)->ri_CheckConstraintExprs)
#define compat_ExecBRUpdateTriggers(estate, epq, rri, tid, slot, tmfd) \
	ExecBRUpdateTriggers(estate, epq, rri, tid, NULL, slot, NULL, tmfd, false)
#else
#define compat_index_beginscan(rel, index, snapshot, nkeys) \
	index_beginscan(rel, index, snapshot, nkeys, 0)
#define compat_primary_key(rel) RelationGetPrimaryKeyIndex(rel)
#define compat_check_exprs(rri) ((rri)->ri_ConstraintExprs)
#if PG_VERSION_NUM >= 160000
#define compat_ExecBRUpdateTriggers(estate, epq, rri, tid, slot, tmfd) \
	ExecBRUpdateTriggers(estate, epq, rri, tid, NULL, slot, NULL, tmfd)
#else
#define compat_ExecBRUpdateTriggers(estate, epq, rri, tid, slot, tmfd) \
	ExecBRUpdateTriggers(estate, epq, rri, tid, NULL, slot, tmfd)
#endif
#endif

/* of a row that is locked, so that nobody else can have changed it */
#if PG_VERSION_NUM >= 180000
#define compat_ExecBRDeleteTriggers(estate, epq, rri, tid) \
	ExecBRDeleteTriggers(estate, epq, rri, tid, NULL, NULL, NULL, NULL, false)
#elif PG_VERSION_NUM >= 160000
#define compat_ExecBRDeleteTriggers(estate, epq, rri, tid) \
	ExecBRDeleteTriggers(estate, epq, rri, tid, NULL, NULL, NULL, NULL)
#else
#define compat_ExecBRDeleteTriggers(estate, epq, rri, tid) \
	ExecBRDeleteTriggers(estate, epq, rri, tid, NULL, NULL)
#endif

/* since 18, a constraint can be there and not be enforced, and NOT NULL is one */
#if PG_VERSION_NUM >= 180000
#define compat_is_enforced(constraint) ((constraint)->conenforced)
#define compat_find_not_null(relid, attnum) findNotNullConstraintAttnum(relid, attnum)
#else
#define compat_is_enforced(constraint) true
#define compat_find_not_null(relid, attnum) ((HeapTuple) NULL)
#endif

/* the process of a virtual transaction; 0: it has none, for it was prepared */
#if PG_VERSION_NUM >= 170000
#define compat_proc_of(vxid) ProcNumberGetProc((vxid).procNumber)
#define compat_lxid(proc) ((proc)->vxid.lxid)
#else
#define compat_proc_of(vxid) BackendIdGetProc((vxid).backendId)
#define compat_lxid(proc) ((proc)->lxid)
#endif

/* until 15, a view that stands has entries for itself in its query's range table */
#if PG_VERSION_NUM >= 160000
#define COMPAT_VIEWS_HAVE_MORE_ENTRIES false
#else
#define COMPAT_VIEWS_HAVE_MORE_ENTRIES true
#endif

/* since 16, CREATEROLE grants what the role may pass on alone */
#if PG_VERSION_NUM >= 160000
#define compat_grants_any_role(role) false
#else
#define compat_grants_any_role(role) ((role)->rolcreaterole)
#endif

#if PG_VERSION_NUM >= 170000
#define compat_identity_sequence(rel, attnum) getIdentitySequence(rel, attnum, true)
#else
#define compat_identity_sequence(rel, attnum) \
	getIdentitySequence(RelationGetRelid(rel), attnum, true)
#endif

/*
 * Adds the range table entry of a relation that is going to be written to, and
 * returns where its updated columns are noted.
 */
static inline Bitmapset **
compat_add_result_rte(EState *estate, RangeTblEntry *rte)
{
	estate->es_range_table = lappend(estate->es_range_table, rte);
	estate->es_range_table_size = list_length(estate->es_range_table);
#if PG_VERSION_NUM >= 160000
	return &addRTEPermissionInfo(&estate->es_rteperminfos, rte)->updatedCols;
#else
	return &rte->updatedCols;
#endif
}

#endif
