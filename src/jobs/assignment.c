/*
 * assignment.c
 *
 * Assigning and unassigning members, by function and by plain INSERT and DELETE.
 *
 * Locks: the job FOR NO KEY UPDATE, then the member FOR SHARE, for which a plain UPDATE of it waits, too, or
 * the assignment that is taken back; a plain DELETE has the assignment first: see lock_order.h.
 */
#include "postgres.h"

#include "lib/qunique.h"
#include "miscadmin.h"

#include "acting/account.h"
#include "acting/dml.h"
#include "acting/entry.h"
#include "jobs/assignment.h"
#include "jobs/consequence.h"
#include "pg/argument.h"
#include "pg/json.h"
#include "pg/order.h"

static Row *
find_assignment(Call *call, const Job *job, int64 member_id)
{
	ScanKeyData keys[3];

	row_key_int64(&keys[0], 1, job->organization_id);
	row_key_int64(&keys[1], 2, job->id);
	row_key_int64(&keys[2], 3, member_id);
	return row_find_latest(call->rows, TABLE_assignment, PRIMARY_KEY, 3, keys);
}

/*
 * An active member of the job's organization; others are as if they were not there. Asked
 * for those who may assign: nobody else learns who works where.
 */
static void
require_member(Call *call, const Job *job, int64 member_id)
{
	Row *member;

	if (call->actor.kind != ACTOR_MEMBER)
		return;
	member = row_fetch(call->rows, TABLE_member, member_id);
	/* of others: whoever waited for the row would learn that it is there */
	if (member && row_int64(member, Col_member_organization_id) != job->organization_id)
		member = NULL;
	/* who leaves at this very moment ends the assignments that are there by then */
	if (member)
		member = row_lock_found(member, LockTupleShare, LockWaitBlock);
	if (member == NULL || !row_bool(member, Col_member_is_active))
		actor_complain_missing("member", member_id);
	account_require_unsuspended(member);
}

static void
fill_assignment(Row *row, const Call *call, const Job *job)
{
	row_set_int64(row, Col_assignment_organization_id, job->organization_id);
	row_set_int64(row, Col_assignment_job_id, job->id);
	row_set(row, Col_assignment_assigned_by, actor_datum(&call->actor));
	row_set_time(row, Col_assignment_assigned_at, job->now);
}

/*
 * What follows from a new assignment, or from one that is gone.
 */
static void
record_assignment(Call *call, Job *job, const Transition *transition, int64 member_id)
{
	Subject subject = {.member_id = member_id};

	job_record_unmoved(call, job, transition->action, json_of_id("member_id", member_id));
	consequence_of_action(call, job, transition, &subject);
}

bool
assignment_add(Call *call, Job *job, const Transition *transition, int64 member_id)
{
	Row *row;

	if (find_assignment(call, job, member_id))
		return false;
	row = row_new(call->rows, TABLE_assignment);
	row_set_int64(row, Col_assignment_member_id, member_id);
	fill_assignment(row, call, job);
	row_must_insert(row);
	record_assignment(call, job, transition, member_id);
	return true;
}

bool
assignment_remove(Call *call, Job *job, const Transition *transition, int64 member_id)
{
	Row *row = find_assignment(call, job, member_id);

	if (row == NULL || row_lock_found(row, LockTupleExclusive, LockWaitBlock) == NULL)
		return false;
	row_must_delete(row);
	record_assignment(call, job, transition, member_id);
	return true;
}

bool
assignment_end(Call *call, Job *job, int64 member_id)
{
	return assignment_remove(call, job, job_require(call, job, ACTION_UNASSIGN), member_id);
}

/*
 * Has the member left? Who leaves at this very moment ends no assignment of a job that was over until now.
 * It holds no conversation, which whoever lets a job live again does.
 */
static bool
is_gone(Rows *rows, int64 member_id)
{
	Row *member = row_fetch(rows, TABLE_member, member_id);

	if (member)
		member = row_lock_out_of_order(member, LockTupleShare);
	return member && !row_bool(member, Col_member_is_active);
}

void
assignment_end_of_gone(Call *call, Job *job)
{
	Side behalf = call->behalf;
	List *assignments = NIL;
	ListCell *cell;
	ScanKeyData keys[2];
	RowScan *scan;
	Row *row;

	row_key_int64(&keys[0], 1, job->organization_id);
	row_key_int64(&keys[1], 2, job->id);
	scan = row_scan_begin_latest(call->rows, TABLE_assignment, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	while ((row = row_scan_next(scan)) != NULL)
		assignments = lappend(assignments, row);
	row_scan_end(scan);
	call->behalf = SIDE_EXPERT;
	foreach (cell, assignments)
	{
		int64 member_id = row_int64(lfirst(cell), Col_assignment_member_id);

		CHECK_FOR_INTERRUPTS();
		if (is_gone(call->rows, member_id))
			(void) assignment_end(call, job, member_id);
	}
	call->behalf = behalf;
}

static bool
is_live(Rows *rows, int64 job_id)
{
	Row *row = row_fetch_latest(rows, TABLE_job, job_id);

	return row && status_is_live(job_status(job_of_row(row)));
}

int
assignment_live_jobs(Call *call, int64 organization_id, int64 member_id, int64 **job_ids)
{
	int count = 0;
	int capacity = 16;
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *row;

	*job_ids = palloc(capacity * sizeof(int64));
	rows_renew(call->rows);
	row_key_int64(&keys[0], 1, organization_id);
	scan = row_scan_begin_latest(call->rows, TABLE_assignment, PRIMARY_KEY, 1, keys, ForwardScanDirection);
	while ((row = row_scan_pass(scan)) != NULL)
	{
		int64 job_id = row_int64(row, Col_assignment_job_id);

		CHECK_FOR_INTERRUPTS();
		if (row_int64(row, Col_assignment_member_id) != member_id || !is_live(call->rows, job_id))
			continue;
		if (count == capacity)
			*job_ids = repalloc(*job_ids, (capacity *= 2) * sizeof(int64));
		(*job_ids)[count++] = job_id;
	}
	row_scan_end(scan);
	return count;
}

StaticAssertDecl((int) ARG_assign_members_job_id == (int) ARG_unassign_members_job_id &&
					 (int) ARG_assign_members_member_ids == (int) ARG_unassign_members_member_ids &&
					 (int) ARG_assign_members_actor == (int) ARG_unassign_members_actor,
				 "assigning and unassigning take the same arguments");

/*
 * Assigns or unassigns members, each once and in the order of their ids.
 */
static int
change_members(FunctionCallInfo fcinfo, Action action)
{
	int64 job_id = arg_id(fcinfo, ARG(assign_members, job_id));
	int64 *member_ids;
	int count = arg_ids(fcinfo, ARG(assign_members, member_ids), &member_ids);
	Call *call = call_begin(fcinfo, ARG_assign_members_actor);
	Job *job = job_lock(call, job_id);
	const Transition *transition;
	int changed = 0;

	qsort(member_ids, count, sizeof(int64), order_ids);
	count = qunique(member_ids, count, sizeof(int64), order_ids);
	for (int i = 0; i < count && action == ACTION_ASSIGN; i++)
		require_member(call, job, member_ids[i]);
	transition = job_require(call, job, action);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (action == ACTION_ASSIGN ? assignment_add(call, job, transition, member_ids[i]) :
									  assignment_remove(call, job, transition, member_ids[i]))
			changed++;
	}
	call_end(call);
	return changed;
}

SQL_FUNCTION(assign_members)
{
	PG_RETURN_INT32(change_members(fcinfo, ACTION_ASSIGN));
}

SQL_FUNCTION(unassign_members)
{
	PG_RETURN_INT32(change_members(fcinfo, ACTION_UNASSIGN));
}

SQL_FUNCTION(assign_self)
{
	int64 job_id = arg_id(fcinfo, ARG(assign_self, job_id));
	Call *call = call_begin(fcinfo, ARG_assign_self_actor);
	Job *job = job_lock(call, job_id);
	bool assigned;

	require_member(call, job, call->actor.id);
	assigned = assignment_add(call, job, job_require(call, job, ACTION_ASSIGN), call->actor.id);
	call_end(call);
	PG_RETURN_BOOL(assigned);
}

/*
 * Is the row deleted after its job, by a foreign key that a user made cascade?
 */
static bool
job_is_gone(const Dml *dml)
{
	return row_fetch(dml->call->rows, TABLE_job, row_int64(dml->old, Col_assignment_job_id)) == NULL;
}

PG_FUNCTION_INFO_V1(jobs_assignment_fill);
Datum
jobs_assignment_fill(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_assignment, TRIGGER_TYPE_BEFORE,
						 TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE);
	Job *job;

	if (DML_IS_UPDATE(dml))
	{
		dml_require_actor(dml);
		dml_allow_changes(dml, NULL, 0);
		return dml_end(dml);
	}
	if (DML_IS_INSERT(dml))
	{
		check_not_null(row_isnull(dml->new, Col_assignment_job_id), "job_id");
		check_not_null(row_isnull(dml->new, Col_assignment_member_id), "member_id");
	}
	dml_require_actor(dml);
	if (DML_IS_DELETE(dml) && job_is_gone(dml))
		return dml_end(dml);
	job = job_lock(dml->call, row_int64(dml->new ? dml->new : dml->old, Col_assignment_job_id));
	if (DML_IS_INSERT(dml))
		require_member(dml->call, job, row_int64(dml->new, Col_assignment_member_id));
	(void) job_require(dml->call, job, dml->new ? ACTION_ASSIGN : ACTION_UNASSIGN);
	if (DML_IS_INSERT(dml))
	{
		static const int sent[] = {Col_assignment_job_id, Col_assignment_member_id};

		dml_fill_all_but(dml, sent, lengthof(sent));
		fill_assignment(dml->new, dml->call, job);
	}
	return dml_end(dml);
}

PG_FUNCTION_INFO_V1(jobs_assignment_record);
Datum
jobs_assignment_record(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_assignment, TRIGGER_TYPE_AFTER,
						 TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE);
	Row *row = dml->new ? dml->new : dml->old;
	Action action = dml->new ? ACTION_ASSIGN : ACTION_UNASSIGN;
	Job *job;

	dml_require_actor(dml);
	if (DML_IS_UPDATE(dml) || (DML_IS_DELETE(dml) && job_is_gone(dml)))
		return dml_end(dml);
	job = job_lock(dml->call, row_int64(row, Col_assignment_job_id));
	record_assignment(dml->call, job, job_require(dml->call, job, action), row_int64(row, Col_assignment_member_id));
	return dml_end(dml);
}
