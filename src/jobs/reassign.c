/*
 * reassign.c
 *
 * Gives the live jobs of a member to a colleague, for the one who left. It is the operator's, in place of the
 * organization: what its members may do to a job is done, and the history names the system.
 *
 * Locks: the jobs in the order of their ids, then in each the assignment that is taken back. A job to which the
 * member is assigned meanwhile is left out; who wants it as well calls again.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "acting/account.h"
#include "acting/entry.h"
#include "jobs/assignment.h"
#include "pg/argument.h"

static Row *
require_colleague(Call *call, int64 id)
{
	Row *member = row_fetch(call->rows, TABLE_member, id);

	if (member == NULL)
		actor_complain_missing("member", id);
	return member;
}

/*
 * An active member of the organization; others are as if they were not there, as for who assigns members.
 */
static void
require_successor(Call *call, int64 id, int64 organization_id)
{
	Row *member = require_colleague(call, id);

	if (!row_bool(member, Col_member_is_active) || row_int64(member, Col_member_organization_id) != organization_id)
		actor_complain_missing("member", id);
	account_require_unsuspended(member);
}

/*
 * The jobs (Row *) of the organization to which the member is assigned, in the order of their ids; not locked. No
 * index leads from a member to the jobs: all assignments of the organization are looked through.
 */
static List *
find_jobs(Call *call, int64 organization_id, int64 member_id)
{
	List *jobs = NIL;
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *assignment;

	row_key_int64(&keys[0], 1, organization_id);
	scan = row_scan_begin_latest(call->rows, TABLE_assignment, PRIMARY_KEY, 1, keys, ForwardScanDirection);
	while ((assignment = row_scan_pass(scan)) != NULL)
	{
		Row *job;

		CHECK_FOR_INTERRUPTS();
		if (row_int64(assignment, Col_assignment_member_id) != member_id)
			continue;
		job = row_fetch(call->rows, TABLE_job, row_int64(assignment, Col_assignment_job_id));
		if (job && row_isnull(job, Col_job_ended_at))
			jobs = lappend(jobs, job);
	}
	row_scan_end(scan);
	return jobs;
}

/*
 * The same (Job *), locked, as far as they live.
 */
static List *
lock_live(List *jobs)
{
	List *live = NIL;
	ListCell *cell;

	foreach (cell, jobs)
	{
		Job *job = NULL;

		CHECK_FOR_INTERRUPTS();
		if (row_lock_found(lfirst(cell), LockTupleNoKeyExclusive, LockWaitBlock))
			job = job_of_row(lfirst(cell));
		if (job && status_is_live(job_status(job)))
			live = lappend(live, job);
	}
	return live;
}

/*
 * False: the member was taken off it meanwhile.
 */
static bool
hand_over(Call *call, Job *job, int64 from, int64 to)
{
	const Transition *unassign = job_transition_of(call, job, ACTION_UNASSIGN, SIDE_EXPERT);
	const Transition *assign = job_transition_of(call, job, ACTION_ASSIGN, SIDE_EXPERT);

	Assert(unassign && assign);
	if (!assignment_remove(call, job, unassign, from))
		return false;
	(void) assignment_add(call, job, assign, to);
	return true;
}

/*
 * jobs.reassign_jobs(from_member_id, to_member_id)
 */
SQL_FUNCTION(reassign_jobs)
{
	int64 from = arg_id(fcinfo, ARG(reassign_jobs, from_member_id));
	int64 to = arg_id(fcinfo, ARG(reassign_jobs, to_member_id));
	int64 organization_id;
	int handed_over = 0;
	Call *call;
	ListCell *cell;

	if (from == to)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("from_member_id and to_member_id are the same"),
				 errdetail("Both are %lld.", (long long) from),
				 errhint("Pass the colleague who goes on with the jobs.")));
	check_can_write();
	call = call_begin_operation();
	organization_id = row_int64(require_colleague(call, from), Col_member_organization_id);
	require_successor(call, to, organization_id);
	foreach (cell, lock_live(find_jobs(call, organization_id, from)))
	{
		CHECK_FOR_INTERRUPTS();
		if (hand_over(call, lfirst(cell), from, to))
			handed_over++;
	}
	call_end(call);
	PG_RETURN_INT32(handed_over);
}
