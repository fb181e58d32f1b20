/*
 * schema_lock.c
 *
 * Whoever changes tables locks them all before the first change, so that nothing is waited for
 * with a lock in hand: an application's transaction, which has its own order of locks, would wait
 * for that lock in turn, and one of the two would be ended as a deadlock.
 *
 * An attempt waits for one lock with empty hands. The others it then only tries for, without
 * standing in line where the server looks for deadlocks, for a tenth of a second: so long at most
 * others wait for it in vain. Meanwhile it gives back what somebody waits for who holds what it lacks.
 * If that isn't enough, it gives back all, lets others pass, and waits for what it lacked first.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "common/pg_prng.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "pg/check.h"
#include "pg/compat.h"
#include "tables/names.h"
#include "tables/schema_complain.h"
#include "tables/schema_lock.h"

/* For how long an attempt keeps others waiting, and after how long nothing more is tried; milliseconds. */
#define ATTEMPT_TIME 100
#define LONGEST_WAIT 10000

/*
 * Who holds the lock, or waits in front of us: for an error.
 */
static char *
describe_holders(const LOCKTAG *tag, LOCKMODE mode)
{
	int count;
	VirtualTransactionId *holders = GetLockConflicts(tag, mode, &count);
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < count; i++)
	{
		PGPROC *proc = compat_proc_of(holders[i]);

		if (proc && proc->pid != 0 && compat_lxid(proc) == holders[i].localTransactionId)
			appendStringInfo(&list, "%sprocess %d", list.len ? ", " : "", proc->pid);
		else
			appendStringInfo(&list, "%sa prepared transaction", list.len ? ", " : "");
	}
	return list.len ? list.data : "somebody who is gone by now";
}

pg_noreturn static void
complain_locked(const char *what, const LOCKTAG *tag, LOCKMODE mode)
{
	char *holders = describe_holders(tag, mode);

	ereport(ERROR,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 errmsg("could not lock %s", what),
			 errdetail("It is held by %s.", holders),
			 errhint("Nothing was changed. Wait until that has ended, or end it: pg_stat_activity and "
					 "pg_prepared_xacts tell what it is. Then try again.")));
}

/*
 * The caller's lock_timeout, where it is shorter.
 */
static int
longest_wait(void)
{
	return LockTimeout > 0 ? Min(LockTimeout, LONGEST_WAIT) : LONGEST_WAIT;
}

/*
 * Waits for a lock in the line of all who want it, for this time at most.
 */
static bool
wait_for_lock(const LOCKTAG *tag, LOCKMODE mode, int milliseconds)
{
	MemoryContext context = CurrentMemoryContext;
	int caller = LockTimeout;
	volatile bool got = true;

	PG_TRY();
	{
		LockTimeout = Max(milliseconds, 1);
		(void) LockAcquire(tag, mode, false, false);
		LockTimeout = caller;
	}
	PG_CATCH();
	{
		ErrorData *error;

		LockTimeout = caller;
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE)
			PG_RE_THROW();
		FlushErrorState();
		FreeErrorData(error);
		got = false;
	}
	PG_END_TRY();
	return got;
}

void
schema_lock(void)
{
	LOCKTAG tag;

	check_can_write();
	schema_refuse_renamed();
	/* conflicts with itself and with DROP SCHEMA, not with who creates a table */
	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, NamespaceRelationId, get_namespace_oid(JOBS_SCHEMA, false), 0);
	/* the transaction goes no further */
	if (!wait_for_lock(&tag, ShareUpdateExclusiveLock, longest_wait()))
		complain_locked("schema jobs against others who install or give access", &tag, ShareUpdateExclusiveLock);
	AcceptInvalidationMessages();
}

static void
set_relation_tag(LOCKTAG *tag, Oid relid)
{
	SET_LOCKTAG_RELATION(*tag, MyDatabaseId, relid);
}

/*
 * The relation that a process waits for a lock on; InvalidOid: none.
 */
static Oid
awaited_relation(int pid)
{
	BlockedProcsData *data = GetBlockerStatusData(pid);

	if (data->nprocs > 0 && data->procs[0].num_locks > 0)
	{
		const LOCKTAG *tag = &data->locks[data->procs[0].first_lock].locktag;

		if (tag->locktag_type == LOCKTAG_RELATION && tag->locktag_field1 == MyDatabaseId)
			return tag->locktag_field2;
	}
	return InvalidOid;
}

/*
 * Gives back each lock that is waited for by somebody who holds what we lack: they would wait for
 * us, and we for them.
 */
static void
give_way(List **held, List **missing, LOCKMODE mode)
{
	ListCell *cell;
	List *waited_for = NIL;

	foreach (cell, *missing)
	{
		LOCKTAG tag;
		int count;
		VirtualTransactionId *holders;

		set_relation_tag(&tag, lfirst_oid(cell));
		holders = GetLockConflicts(&tag, mode, &count);
		for (int i = 0; i < count; i++)
		{
			PGPROC *proc = compat_proc_of(holders[i]);
			Oid awaited = proc && proc->pid != 0 ? awaited_relation(proc->pid) : InvalidOid;

			if (OidIsValid(awaited) && list_member_oid(*held, awaited))
				waited_for = list_append_unique_oid(waited_for, awaited);
		}
	}
	foreach (cell, waited_for)
	{
		UnlockRelationOid(lfirst_oid(cell), mode);
		*held = list_delete_oid(*held, lfirst_oid(cell));
		*missing = lappend_oid(*missing, lfirst_oid(cell));
	}
}

/*
 * Tries for all locks, the first one in line; returns one that it lacks, InvalidOid: none.
 */
static Oid
try_for_all(List *relations, LOCKMODE mode, int milliseconds)
{
	List *held = list_make1_oid(linitial_oid(relations));
	List *missing = list_copy_tail(relations, 1);
	TimestampTz end;
	LOCKTAG tag;

	set_relation_tag(&tag, linitial_oid(relations));
	if (!wait_for_lock(&tag, mode, milliseconds))
		return linitial_oid(relations);
	AcceptInvalidationMessages();
	end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), milliseconds);
	for (;;)
	{
		ListCell *cell;

		foreach (cell, missing)
		{
			if (!ConditionalLockRelationOid(lfirst_oid(cell), mode))
				continue;
			held = lappend_oid(held, lfirst_oid(cell));
			missing = foreach_delete_current(missing, cell);
		}
		if (missing == NIL)
			return InvalidOid;
		if (GetCurrentTimestamp() >= end)
			return linitial_oid(missing);
		CHECK_FOR_INTERRUPTS();
		give_way(&held, &missing, mode);
		pg_usleep(1000);
	}
}

/*
 * The same in a subtransaction, which gives back what it got when it didn't get all.
 */
static Oid
attempt_all(List *relations, LOCKMODE mode, int milliseconds)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Oid lacking;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	lacking = try_for_all(relations, mode, milliseconds);
	if (OidIsValid(lacking))
		RollbackAndReleaseCurrentSubTransaction();
	else
		ReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return lacking;
}

/*
 * Lets others pass, for a time that differs from one to the next.
 */
static void
let_pass(int milliseconds)
{
	milliseconds = milliseconds / 2 + (int) (pg_prng_double(&pg_global_prng_state) * milliseconds);
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

void
schema_lock_relations(List *relations, LOCKMODE mode)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), longest_wait());
	List *order = list_copy(relations);
	int pause = ATTEMPT_TIME;
	Oid lacking;

	while (order != NIL)
	{
		int rest = (int) ((end - GetCurrentTimestamp()) / 1000);
		LOCKTAG tag;

		lacking = attempt_all(order, mode, Max(Min(rest, ATTEMPT_TIME), 1));
		if (!OidIsValid(lacking))
			break;
		if (rest <= pause)
		{
			set_relation_tag(&tag, lacking);
			complain_locked(psprintf("jobs.%s", get_rel_name(lacking)), &tag, mode);
		}
		let_pass(pause);
		pause = Min(pause * 2, 1000);
		order = lcons_oid(lacking, list_delete_oid(order, lacking));
	}
}
