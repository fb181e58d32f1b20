/*
 * review.c
 *
 * Reviews of finished work: of a job once its completion is confirmed, or of a proposal that
 * was accepted for a new store once the expert asked for it.
 *
 * Locks: the job or the proposal FOR NO KEY UPDATE, so that it is reviewed once, and that its events
 * have their order; then the review that is replied to, in the same way.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "acting/entry.h"
#include "acting/ids.h"
#include "feed/event.h"
#include "jobs/job.h"
#include "jobs/proposal.h"
#include "jobs/repeated.h"
#include "jobs/review.h"
#include "mail/email.h"
#include "matching/evidence_notes.h"
#include "parties/conversation.h"
#include "pg/argument.h"
#include "pg/refusal.h"

/* What is reviewed: a job or a proposal, the other being 0. It is locked. */
typedef struct ReviewSubject
{
	int64 organization_id;
	int64 merchant_id;
	int64 conversation_id;
	int64 service_id;
	int64 job_id;
	JobStatus status; /* of the job; STATUS_NONE of a proposal */
	int64 proposal_id;
} ReviewSubject;

/* What the merchant says of it. */
typedef struct Opinion
{
	int32 communication;
	int32 quality;
	char *comment; /* or NULL */
} Opinion;

static int32
arg_stars(FunctionCallInfo fcinfo, int argno, const char *name)
{
	int32 value;

	check_not_null(PG_ARGISNULL(argno), name);
	value = PG_GETARG_INT32(argno);
	if (value < 1 || value > 5)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be from 1 to 5", name),
				 errdetail("It is %d.", value),
				 errhint("Pass 1 for the worst and 5 for the best.")));
	return value;
}

StaticAssertDecl((int) ARG_review_job_communication == (int) ARG_review_proposal_communication &&
					 (int) ARG_review_job_quality == (int) ARG_review_proposal_quality &&
					 (int) ARG_review_job_comment == (int) ARG_review_proposal_comment,
				 "jobs and proposals are reviewed with the same arguments");

static Opinion
arg_opinion(FunctionCallInfo fcinfo)
{
	Opinion opinion;

	opinion.communication = arg_stars(fcinfo, ARG(review_job, communication));
	opinion.quality = arg_stars(fcinfo, ARG(review_job, quality));
	opinion.comment = arg_optional_text(fcinfo, ARG(review_job, comment), LIMIT_TEXT);
	return opinion;
}

static const char *
subject_name(const ReviewSubject *subject)
{
	return subject->job_id ? "job" : "proposal";
}

static int64
subject_id(const ReviewSubject *subject)
{
	return subject->job_id ? subject->job_id : subject->proposal_id;
}

static bool
is_reviewer(const Call *call)
{
	return call->actor.kind == ACTOR_MERCHANT;
}

static bool
is_expert(const Call *call)
{
	return call->actor.kind == ACTOR_MEMBER;
}

static void
require_reviewer(const Call *call, const ReviewSubject *subject)
{
	if (!is_reviewer(call))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("only the merchant reviews %s %lld", subject_name(subject), (long long) subject_id(subject)),
				 errdetail("A review is what a merchant says of work that was done for it."),
				 errhint("Pass actor => 'merchant:...'.")));
}

static void
require_expert(const Call *call, const char *what, int64 id)
{
	if (!is_expert(call))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("only a member of the organization %s %lld", what, (long long) id),
				 errdetail("The one who acts is none."),
				 errhint("Pass actor => 'member:...'.")));
}

/*
 * The one review of it, or NULL; with `latest`, as row_find_latest finds it.
 */
static Row *
find_review(Call *call, const ReviewSubject *subject, bool latest)
{
	IndexId index = subject->job_id ? INDEX_review_job : INDEX_review_proposal;
	ScanKeyData keys[2];

	row_key_int64(&keys[0], 1, subject->organization_id);
	row_key_int64(&keys[1], 2, subject_id(subject));
	return latest ? row_find_latest(call->rows, TABLE_review, index, 2, keys) :
					row_find(call->rows, TABLE_review, index, 2, keys, ForwardScanDirection);
}

/*
 * There is one review. Whoever wrote it held the lock that is held now. Returns its id if it says
 * the same, which is what a repeated call is told; 0: there is none.
 */
static int64
find_repeated_review(Call *call, const ReviewSubject *subject, const Opinion *opinion)
{
	Row *review = find_review(call, subject, true);

	if (review == NULL)
		return 0;
	if (row_int32(review, Col_review_communication) != opinion->communication ||
		row_int32(review, Col_review_quality) != opinion->quality ||
		!repeated_text(review, Col_review_comment, opinion->comment))
		ereport(ERROR,
				(refused_by(REFUSAL_REVIEW_WRITTEN),
				 errmsg("%s %lld was reviewed before", subject_name(subject), (long long) subject_id(subject)),
				 errdetail("There is review %lld.", (long long) row_int64(review, Col_review_id)),
				 errhint("Work is reviewed once; jobs.review has what was said.")));
	return row_int64(review, Col_review_id);
}

/*
 * A job's status stays as it is, whatever is said of the work.
 */
static void
write_review_event(Call *call, const ReviewSubject *subject, EventKind kind, int64 review_id)
{
	Event event = {
		.organization_id = subject->organization_id,
		.merchant_id = subject->merchant_id,
		.job_id = subject->job_id,
		.conversation_id = subject->conversation_id,
		.proposal_id = subject->proposal_id,
		.review_id = review_id,
		.action = event_names[kind],
		.from_status = status_name(subject->status),
		.to_status = status_name(subject->status),
		.occurred_at = GetCurrentTimestamp(),
	};

	event_write(call, &event);
}

/*
 * What follows from a review, once it is written.
 */
static void
follow_up_review(Call *call, const ReviewSubject *subject, const Row *review)
{
	Email email = {
		.kind = EMAIL_REVIEW_RECEIVED,
		.organization_id = subject->organization_id,
		.merchant_id = subject->merchant_id,
		.conversation_id = subject->conversation_id,
		.job_id = subject->job_id,
		.proposal_id = subject->proposal_id,
		.review_id = row_int64(review, Col_review_id),
	};
	EvidenceKey key = {subject->organization_id, subject->service_id};

	write_review_event(call, subject, EVENT_REVIEW_WRITE, email.review_id);
	evidence_note_review(&key, row_time(review, Col_review_written_at, 0), row_int32(review, Col_review_communication),
						 row_int32(review, Col_review_quality));
	email_queue(call, &email);
}

/*
 * Writes the review; its id, or 0: a trigger of a user suppressed it.
 */
static int64
write_review(Call *call, const ReviewSubject *subject, const Opinion *opinion)
{
	Row *row = row_new(call->rows, TABLE_review);
	int64 id = ids_assign(row, SLOT_OF(subject->organization_id));

	row_set_int64(row, Col_review_organization_id, subject->organization_id);
	row_set_int64(row, Col_review_merchant_id, subject->merchant_id);
	row_set_int64(row, Col_review_service_id, subject->service_id);
	row_set_int64(row, Col_review_job_id, subject->job_id);
	row_set_int64(row, Col_review_proposal_id, subject->proposal_id);
	row_set(row, Col_review_communication, Int32GetDatum(opinion->communication));
	row_set(row, Col_review_quality, Int32GetDatum(opinion->quality));
	row_set_text(row, Col_review_comment, opinion->comment);
	row_set_time(row, Col_review_written_at, GetCurrentTimestamp());
	if (!row_insert(row))
		return 0;
	follow_up_review(call, subject, row);
	return id;
}

static Datum
id_result(int64 id, FunctionCallInfo fcinfo)
{
	if (id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(id);
}

static void
require_confirmed(const Job *job)
{
	if (!job->is_confirmed)
		ereport(ERROR,
				(refused_by(REFUSAL_COMPLETION_UNCONFIRMED),
				 errmsg("job %lld cannot be reviewed", (long long) job->id),
				 errdetail("The job is %s, and no completion of it is confirmed.",
						   status_name(job->status)),
				 errhint("A job is reviewed once the merchant called jobs.confirm_completion().")));
}

static ReviewSubject
subject_of_job(const Job *job)
{
	ReviewSubject subject = {
		.organization_id = job->organization_id,
		.merchant_id = job->merchant_id,
		.conversation_id = job->conversation_id,
		.service_id = job->service_id,
		.job_id = job->id,
		.status = job->status,
	};

	return subject;
}

bool
review_is_due(Call *call, const Job *job)
{
	ReviewSubject subject = subject_of_job(job);

	return job_status(job) != STATUS_EXPIRED && is_reviewer(call) && job->is_confirmed &&
		   find_review(call, &subject, false) == NULL;
}

/*
 * jobs.review_job(job_id, communication, quality, comment, actor)
 */
SQL_FUNCTION(review_job)
{
	int64 job_id = arg_id(fcinfo, ARG(review_job, job_id));
	Opinion opinion = arg_opinion(fcinfo);
	Call *call = call_begin(fcinfo, ARG_review_job_actor);
	Job *job = job_lock(call, job_id);
	ReviewSubject subject = subject_of_job(job);
	int64 id;

	job_require_unexpired(job, "be reviewed");
	require_reviewer(call, &subject);
	require_confirmed(job);
	id = find_repeated_review(call, &subject, &opinion);
	if (id == 0)
		id = write_review(call, &subject, &opinion);
	call_end(call);
	return id_result(id, fcinfo);
}

/*
 * Of the work that proposals lead to, that for a new store alone has no job to review.
 */
static void
require_new_store(const Row *proposal)
{
	bool has_job = !row_isnull(proposal, Col_proposal_store_id);

	if (!proposal_is_for_new_store(proposal))
		ereport(ERROR,
				(refused_by(REFUSAL_PROPOSAL_WITHOUT_WORK),
				 errmsg("proposal %lld has no work to review", (long long) row_int64(proposal, Col_proposal_id)),
				 has_job ? errdetail("It was accepted for a store, and a job came of it.") :
						   errdetail("The proposal is %s.", proposal_status_name(proposal)),
				 has_job ? errhint("The merchant reviews the job, with jobs.review_job().") :
						   errhint("A proposal is reviewed when it was accepted for a new store.")));
}

static bool
is_requested(const Row *proposal)
{
	return !row_isnull(proposal, Col_proposal_review_requested_at);
}

static ReviewSubject
subject_of_proposal(const Row *proposal)
{
	ReviewSubject subject = {
		.organization_id = row_int64(proposal, Col_proposal_organization_id),
		.merchant_id = row_int64(proposal, Col_proposal_merchant_id),
		.conversation_id = row_int64(proposal, Col_proposal_conversation_id),
		.service_id = row_int64(proposal, Col_proposal_service_id),
		.status = STATUS_NONE,
		.proposal_id = row_int64(proposal, Col_proposal_id),
	};

	return subject;
}

/*
 * Asks the merchant, who is told by e-mail. The row is locked.
 */
static void
ask_for_review(Call *call, const Row *proposal)
{
	ReviewSubject subject = subject_of_proposal(proposal);
	Row *changed = row_copy(proposal);
	Email email = proposal_email(proposal, EMAIL_REVIEW_REQUESTED);

	row_set_time(changed, Col_proposal_review_requested_at, GetCurrentTimestamp());
	row_must_update(proposal, changed);
	write_review_event(call, &subject, EVENT_REVIEW_REQUEST, 0);
	email_queue(call, &email);
}

/*
 * jobs.request_review(proposal_id, actor)
 */
SQL_FUNCTION(request_review)
{
	int64 proposal_id = arg_id(fcinfo, ARG(request_review, proposal_id));
	Call *call = call_begin(fcinfo, ARG_request_review_actor);
	Row *proposal = proposal_lock(call, proposal_id);

	require_expert(call, "asks for a review of proposal", proposal_id);
	require_new_store(proposal);
	if (!is_requested(proposal))
	{
		conversation_require_open(conversation_get(call, row_int64(proposal, Col_proposal_conversation_id)));
		ask_for_review(call, proposal);
	}
	call_end(call);
	PG_RETURN_VOID();
}

static void
require_requested(const Row *proposal)
{
	if (!is_requested(proposal))
		ereport(ERROR,
				(refused_by(REFUSAL_REVIEW_UNREQUESTED),
				 errmsg("no review of proposal %lld was asked for", (long long) row_int64(proposal, Col_proposal_id)),
				 errdetail("The organization asks for it when the work is done."),
				 errhint("A member calls jobs.request_review() first.")));
}

const char *
review_action(Call *call, const Row *proposal, const Row *conversation)
{
	ReviewSubject subject = subject_of_proposal(proposal);

	if (!proposal_is_for_new_store(proposal))
		return NULL;
	if (is_expert(call) && !is_requested(proposal) && conversation_is_open(conversation))
		return "request_review";
	if (is_reviewer(call) && is_requested(proposal) && find_review(call, &subject, false) == NULL)
		return "review";
	return NULL;
}

/*
 * jobs.review_proposal(proposal_id, communication, quality, comment, actor)
 */
SQL_FUNCTION(review_proposal)
{
	int64 proposal_id = arg_id(fcinfo, ARG(review_proposal, proposal_id));
	Opinion opinion = arg_opinion(fcinfo);
	Call *call = call_begin(fcinfo, ARG_review_proposal_actor);
	Row *proposal = proposal_lock(call, proposal_id);
	ReviewSubject subject = subject_of_proposal(proposal);
	int64 id;

	require_reviewer(call, &subject);
	require_new_store(proposal);
	require_requested(proposal);
	id = find_repeated_review(call, &subject, &opinion);
	if (id == 0)
		id = write_review(call, &subject, &opinion);
	call_end(call);
	return id_result(id, fcinfo);
}

/*
 * Locks a review, and before that what it is about.
 */
static Row *
lock_review(Call *call, int64 id, ReviewSubject *subject)
{
	Row *review = row_fetch(call->rows, TABLE_review, id);

	call_require_seen(call, review, Col_review_organization_id, Col_review_merchant_id, "review", id);
	*subject = row_isnull(review, Col_review_job_id) ?
				   subject_of_proposal(proposal_lock(call, row_int64(review, Col_review_proposal_id))) :
				   subject_of_job(job_lock(call, row_int64(review, Col_review_job_id)));
	if (row_lock_found(review, LockTupleNoKeyExclusive, LockWaitBlock) == NULL)
		actor_complain_missing("review", id);
	return review;
}

static void
write_reply(Call *call, const ReviewSubject *subject, const Row *review, const char *body)
{
	Row *changed = row_copy(review);

	row_set_text(changed, Col_review_reply, body);
	row_set(changed, Col_review_replied_by, actor_datum(&call->actor));
	row_set_time(changed, Col_review_replied_at, GetCurrentTimestamp());
	row_must_update(review, changed);
	write_review_event(call, subject, EVENT_REVIEW_REPLY, row_int64(review, Col_review_id));
}

/*
 * jobs.reply_to_review(review_id, body, actor)
 */
SQL_FUNCTION(reply_to_review)
{
	int64 review_id = arg_id(fcinfo, ARG(reply_to_review, review_id));
	char *body = arg_text(fcinfo, ARG(reply_to_review, body), LIMIT_TEXT);
	Call *call = call_begin(fcinfo, ARG_reply_to_review_actor);
	ReviewSubject subject;
	Row *review = lock_review(call, review_id, &subject);

	require_expert(call, "replies to review", review_id);
	if (row_isnull(review, Col_review_reply))
		write_reply(call, &subject, review, body);
	else if (!repeated_by_actor(call, review, Col_review_replied_by) || !repeated_text(review, Col_review_reply, body))
		ereport(ERROR,
				(refused_by(REFUSAL_REVIEW_REPLIED),
				 errmsg("review %lld has a reply", (long long) review_id),
				 errdetail("A member of the organization wrote it before."),
				 errhint("A review is replied to once; write a message to say more.")));
	call_end(call);
	PG_RETURN_VOID();
}
