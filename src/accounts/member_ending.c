/*
 * member_ending.c
 *
 * Ends the assignments of a member who left.
 *
 * Locks: the member FOR UPDATE, which waits for those who assign it at this very moment; then each job FOR NO
 * KEY UPDATE. Who deactivates a member by function holds all jobs but those by then. One who assigns it to
 * another job holds that job and waits for the member: one of the two gets 40P01.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "accounts/member_ending.h"
#include "jobs/assignment.h"

/*
 * 40001 when the job is newer than the transaction's snapshot.
 */
static void
end_assignment(Call *call, int64 job_id, int64 member_id)
{
	ScanKeyData keys[1];
	Row *row;
	Job *job;

	row_key_int64(&keys[0], 1, job_id);
	row = row_find_latest(call->rows, TABLE_job, PRIMARY_KEY, 1, keys);
	if (row == NULL || row_lock_out_of_order(row, LockTupleNoKeyExclusive) == NULL)
		return;
	job = job_of_row(row);
	if (status_is_live(job_status(job)))
		(void) assignment_end(call, job, member_id);
}

/*
 * The system does it for the organization, whose assignments they are.
 */
void
member_end_assignments(Call *call, const Row *member)
{
	int64 id = row_int64(member, Col_member_id);
	Side behalf = call->behalf;
	int64 *ids;
	int count;

	(void) row_lock(call->rows, TABLE_member, id, LockTupleExclusive, LockWaitBlock);
	count = assignment_live_jobs(call, row_int64(member, Col_member_organization_id), id, &ids);
	call->behalf = SIDE_EXPERT;
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		end_assignment(call, ids[i], id);
	}
	call->behalf = behalf;
}
