/*
 * person_erase.c
 *
 * jobs.erase_person(): what tells of a person leaves its rows, and those of what it wrote and what was sent to
 * it. History, statuses, evidence and counts stay.
 *
 * Who is erased leaves by that, or closes the account, so that nothing is written by it any more. What it writes
 * at this very moment may be missed: erasing once more meets it.
 *
 * Locks: of a member the organization FOR NO KEY UPDATE, of a merchant its row, and, unless it is closed already,
 * what closing its account locks (ending.h): its stores and jobs come after that, and whoever rejects the
 * completion of one of these jobs at that very moment may meet 40P01. Then each row that changes FOR NO KEY UPDATE,
 * in the order of lock_order.h; a member, before it leaves, behind its jobs.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/inval.h"

#include "accounts/account_change.h"
#include "accounts/account_close.h"
#include "accounts/member_leave.h"
#include "accounts/person.h"
#include "acting/entry.h"
#include "acting/former.h"
#include "jobs/assignment.h"
#include "mail/outbox.h"
#include "parties/directory.h"
#include "pg/argument.h"
#include "pg/check.h"
#include "pg/json.h"
#include "pg/refusal.h"
#include "tables/row_batch.h"

/* What stands in place of words that must not be missing. */
#define ERASED_TEXT "[erased]"

/* Who wrote what stands in a column. */
typedef enum Writer
{
	WRITER_ACTOR,	 /* a column names the actor */
	WRITER_MERCHANT, /* a column has the merchant's number */
	WRITER_OF_JOB	 /* who sent the proposal that the job came from, or else its merchant */
} Writer;

/* What goes of the rows that the person wrote. */
static const struct
{
	TableId table;
	int column;
	const char *replacement; /* NULL: nothing */
	bool is_text;			 /* goes with the texts alone */
	Writer writer;
	int writer_column;
} written[] = {
	{TABLE_job, Col_job_client_key, NULL, false, WRITER_MERCHANT, Col_job_merchant_id},
	{TABLE_job, Col_job_title, ERASED_TEXT, true, WRITER_OF_JOB},
	{TABLE_job, Col_job_description, ERASED_TEXT, true, WRITER_OF_JOB},
	{TABLE_proposal, Col_proposal_client_key, NULL, false, WRITER_ACTOR, Col_proposal_sent_by},
	{TABLE_proposal, Col_proposal_title, ERASED_TEXT, true, WRITER_ACTOR, Col_proposal_sent_by},
	{TABLE_proposal, Col_proposal_work, ERASED_TEXT, true, WRITER_ACTOR, Col_proposal_sent_by},
	{TABLE_decline, Col_decline_comment, NULL, true, WRITER_ACTOR, Col_decline_actor},
	{TABLE_review, Col_review_comment, NULL, true, WRITER_MERCHANT, Col_review_merchant_id},
	/* without a reply, somebody could write another one */
	{TABLE_review, Col_review_reply, ERASED_TEXT, true, WRITER_ACTOR, Col_review_replied_by},
	{TABLE_message, Col_message_client_key, NULL, false, WRITER_ACTOR, Col_message_author},
	{TABLE_message, Col_message_body, ERASED_TEXT, true, WRITER_ACTOR, Col_message_author},
};

typedef struct Erasure
{
	Call *call;
	Person person;
	bool texts;
	int64 changed;	  /* rows */
	IdList found;	  /* of the table that is gone through */
	IdList proposals; /* of a member: what it sent */
} Erasure;

static bool
wrote_job(const Person *person, const Row *job)
{
	Row *proposal;

	if (row_isnull(job, Col_job_proposal_id))
		return person->actor.kind == ACTOR_MERCHANT && row_int64(job, Col_job_merchant_id) == person->actor.id;
	if (person->actor.kind != ACTOR_MEMBER)
		return false;
	proposal = row_fetch(job->rows, TABLE_proposal, row_int64(job, Col_job_proposal_id));
	return proposal && person_is_in(person, proposal, Col_proposal_sent_by);
}

static bool
wrote(const Person *person, const Row *row, int i)
{
	switch (written[i].writer)
	{
		case WRITER_ACTOR:
			return person_is_in(person, row, written[i].writer_column);
		case WRITER_MERCHANT:
			return person->actor.kind == ACTOR_MERCHANT && row_int64(row, written[i].writer_column) == person->actor.id;
		case WRITER_OF_JOB:
			return wrote_job(person, row);
	}
	return false;
}

/*
 * Does what stands in the column have to go?
 */
static bool
is_to_go(const Erasure *erasure, const Row *row, int i)
{
	const char *replacement = written[i].replacement;

	if (written[i].table != row->table->id || (written[i].is_text && !erasure->texts) ||
		row_isnull(row, written[i].column))
		return false;
	if (replacement && strcmp(row_text(row, written[i].column), replacement) == 0)
		return false;
	return wrote(&erasure->person, row, i);
}

static bool
has_something_to_go(const Erasure *erasure, const Row *row)
{
	for (int i = 0; i < lengthof(written); i++)
	{
		if (is_to_go(erasure, row, i))
			return true;
	}
	return false;
}

static void
add_if_to_go(const Row *row, void *argument)
{
	Erasure *erasure = argument;

	if (has_something_to_go(erasure, row))
		id_list_add(&erasure->found, row_int64(row, table_id_column(row->table->id)));
}

static void
write_if_changed(Erasure *erasure, const Row *old, Row *changed)
{
	for (int column = 0; column < table_column_count(old->table->id); column++)
	{
		if (row_differs(old, changed, old->table->att[column]))
		{
			row_must_update(old, changed);
			erasure->changed++;
			return;
		}
	}
}

/*
 * Colleagues go on with what a member proposed: it can't do without its words.
 */
static void
require_ended(const Person *person, const Row *row)
{
	if (row->table->id == TABLE_job && row_isnull(row, Col_job_ended_at))
		ereport(ERROR,
				(refused_by(REFUSAL_HAS_LIVE_JOBS),
				 errmsg("the texts of %s cannot be erased", person->text),
				 errdetail("Job %lld, which came of its proposal, is live.",
						   (long long) row_int64(row, Col_job_id)),
				 errhint("Erase the person without its texts now, and these when the job has ended.")));
}

/*
 * Takes from a row what has to go by the time that it is locked.
 */
static void
erase_written(Erasure *erasure, Row *row)
{
	Row *changed;

	row = row_lock_found(row, LockTupleNoKeyExclusive, LockWaitBlock);
	if (row == NULL)
		return;
	changed = row_copy(row);
	for (int i = 0; i < lengthof(written); i++)
	{
		if (!is_to_go(erasure, row, i))
			continue;
		if (written[i].is_text)
			require_ended(&erasure->person, row);
		if (written[i].replacement)
			row_set_text(changed, written[i].column, written[i].replacement);
		else
			row_set_null(changed, written[i].column);
	}
	write_if_changed(erasure, row, changed);
}

/*
 * The same for all rows of a table that were found.
 */
static void
erase_found(Erasure *erasure, TableId table, void (*erase)(Erasure *erasure, Row *row))
{
	RowBatch batch;

	id_list_sort(&erasure->found);
	row_batch_begin(&batch);
	for (int64 i = 0; i < erasure->found.count; i++)
	{
		Row *row = row_fetch(row_batch_rows(&batch, 1), table, erasure->found.ids[i]);

		CHECK_FOR_INTERRUPTS();
		if (row)
			erase(erasure, row);
	}
	row_batch_end(&batch);
	erasure->found.count = 0;
}

static void
find_written(Erasure *erasure, TableId table, IndexId index, const IdList *parents)
{
	person_visit(erasure->call->rows, table, index, parents, add_if_to_go, erasure);
}

static void
add_sent(const Row *proposal, void *argument)
{
	Erasure *erasure = argument;

	if (person_is_in(&erasure->person, proposal, Col_proposal_sent_by))
		id_list_add(&erasure->proposals, row_int64(proposal, Col_proposal_id));
}

static void
erase_jobs(Erasure *erasure)
{
	Person *person = &erasure->person;
	IdList own = {&person->actor.id, 1, 1};

	if (person->actor.kind == ACTOR_MERCHANT)
		find_written(erasure, TABLE_job, INDEX_job_merchant, &own);
	else if (erasure->texts)
	{
		person_visit(erasure->call->rows, TABLE_proposal, INDEX_proposal_conversation, &person->conversations, add_sent,
					 erasure);
		find_written(erasure, TABLE_job, INDEX_job_proposal, &erasure->proposals);
	}
	erase_found(erasure, TABLE_job, erase_written);
}

/*
 * A decline has no number of its own, but that of its job.
 */
static void
erase_decline(Erasure *erasure, Row *job)
{
	ScanKeyData keys[2];
	Row *decline;

	row_key_int64(&keys[0], 1, row_int64(job, Col_job_organization_id));
	row_key_int64(&keys[1], 2, row_int64(job, Col_job_id));
	decline = row_find(job->rows, TABLE_decline, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	if (decline && has_something_to_go(erasure, decline))
		erase_written(erasure, decline);
}

static void
erase_declines(Erasure *erasure)
{
	if (!erasure->texts)
		return;
	for (int64 i = 0; i < erasure->person.jobs.count; i++)
		id_list_add(&erasure->found, erasure->person.jobs.ids[i]);
	erase_found(erasure, TABLE_job, erase_decline);
}

static void
erase_reviews(Erasure *erasure)
{
	Person *person = &erasure->person;
	IdList merchant = {&person->actor.id, 1, 1};

	if (!erasure->texts)
		return;
	if (person->actor.kind == ACTOR_MERCHANT)
		find_written(erasure, TABLE_review, INDEX_review_merchant, &merchant);
	else
	{
		find_written(erasure, TABLE_review, INDEX_review_job, &person->organizations);
		find_written(erasure, TABLE_review, INDEX_review_proposal, &person->organizations);
	}
	erase_found(erasure, TABLE_review, erase_written);
}

static void
erase_email(Erasure *erasure, Row *email)
{
	Row *changed;

	email = row_lock_found(email, LockTupleNoKeyExclusive, LockWaitBlock);
	if (email == NULL)
		return;
	changed = outbox_is_pending(email) ? outbox_end(email, Col_email_cancelled_at, GetCurrentTimestamp()) :
										 row_copy(email);
	row_set_text(changed, Col_email_recipient, FORMER_ADDRESS);
	row_set_null(changed, Col_email_last_error);
	row_set_null(changed, Col_email_claimed_by);
	row_set_null(changed, Col_email_claim_token);
	row_set_null(changed, Col_email_failed_token);
	write_if_changed(erasure, email, changed);
}

/*
 * The person's own row, which is locked already, and has left or is closed.
 */
static void
erase_self(Erasure *erasure)
{
	bool is_member = erasure->person.actor.kind == ACTOR_MEMBER;
	TableId table = is_member ? TABLE_member : TABLE_merchant;
	Row *row = row_lock(erasure->call->rows, table, erasure->person.actor.id, LockTupleNoKeyExclusive, LockWaitBlock);
	Row *changed;

	if (row == NULL)
		actor_complain_missing(is_member ? "member" : "merchant", erasure->person.actor.id);
	changed = row_copy(row);
	row_set_text(changed, is_member ? Col_member_name : Col_merchant_name, former_name(table, FORMER_LANGUAGE));
	row_set_text(changed, is_member ? Col_member_email : Col_merchant_email, FORMER_ADDRESS);
	row_set_null(changed, is_member ? Col_member_client_key : Col_merchant_client_key);
	row_set_null(changed, is_member ? Col_member_suspension_reason : Col_merchant_suspension_reason);
	if (!former_is(row))
		row_set_time(changed, is_member ? Col_member_erased_at : Col_merchant_erased_at, GetCurrentTimestamp());
	write_if_changed(erasure, row, changed);
}

static void
add_id(const Row *row, void *argument)
{
	id_list_add(argument, row_int64(row, table_id_column(row->table->id)));
}

static void
erase_store(Erasure *erasure, Row *store)
{
	Row *changed;

	store = row_lock_found(store, LockTupleNoKeyExclusive, LockWaitBlock);
	if (store == NULL)
		return;
	changed = row_copy(store);
	row_set_text(changed, Col_store_name, former_name(TABLE_store, FORMER_LANGUAGE));
	row_set_null(changed, Col_store_url);
	row_set_null(changed, Col_store_client_key);
	if (row_isnull(store, Col_store_removed_at))
		row_set_time(changed, Col_store_removed_at, GetCurrentTimestamp());
	write_if_changed(erasure, store, changed);
}

static void
erase_stores(Erasure *erasure)
{
	IdList own = {&erasure->person.actor.id, 1, 1};

	if (erasure->person.actor.kind != ACTOR_MERCHANT)
		return;
	person_visit(erasure->call->rows, TABLE_store, INDEX_store_merchant, &own, add_id, &erasure->found);
	erase_found(erasure, TABLE_store, erase_store);
}

static void
drop_row(Erasure *erasure, Row *row)
{
	row = row_lock_found(row, LockTupleExclusive, LockWaitBlock);
	if (row == NULL)
		return;
	row_must_delete(row);
	erasure->changed++;
}

/*
 * Those of a merchant. An organization's go on, whoever of its members made them.
 */
static void
delete_consumers(Erasure *erasure)
{
	ScanKeyData keys[2];
	RowScan *scan;
	const Row *row;

	if (erasure->person.actor.kind != ACTOR_MERCHANT)
		return;
	row_key_optional_int64(&keys[0], 1, 0);
	row_key_int64(&keys[1], 2, erasure->person.actor.id);
	scan = row_scan_begin(erasure->call->rows, TABLE_event_consumer, INDEX_event_consumer_owner, 2, keys,
						  ForwardScanDirection);
	while ((row = row_scan_pass(scan)) != NULL)
		id_list_add(&erasure->found, row_int64(row, Col_event_consumer_id));
	row_scan_end(scan);
	erase_found(erasure, TABLE_event_consumer, drop_row);
}

/*
 * No index has the actor: there are as many as roles.
 */
static void
delete_bindings(Erasure *erasure)
{
	RowScan *scan = row_scan_begin(erasure->call->rows, TABLE_role_binding, PRIMARY_KEY, 0, NULL, ForwardScanDirection);
	List *bindings = NIL;
	ListCell *cell;
	Row *row;

	while ((row = row_scan_next(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (person_is_in(&erasure->person, row, Col_role_binding_actor))
			bindings = lappend(bindings, row);
	}
	row_scan_end(scan);
	foreach (cell, bindings)
		drop_row(erasure, lfirst(cell));
	if (bindings != NIL)
		CacheInvalidateRelcacheByRelid(table_oid(TABLE_role_binding));
}

pg_noreturn static void
complain_live(const Person *person, const char *hint)
{
	ereport(ERROR,
			(refused_by(REFUSAL_HAS_LIVE_JOBS),
			 errmsg("%s cannot be erased", person->text),
			 errdetail("It has live jobs."),
			 errhint("%s", hint)));
}

/*
 * Holds back whoever makes a job or an assignment of the person. Returns its row.
 */
static Row *
lock_person(Call *call, const Person *person, Row *row)
{
	if (person->actor.kind == ACTOR_MEMBER)
	{
		(void) organization_lock(call, person->actor.organization_id, LockTupleNoKeyExclusive);
		return row;
	}
	row = row_lock_found(row, LockTupleNoKeyExclusive, LockWaitBlock);
	if (row == NULL)
		actor_complain_missing("merchant", person->actor.id);
	return row;
}

static void
require_no_live_jobs(Call *call, const Person *person)
{
	int64 *live;

	if (person->actor.kind == ACTOR_MEMBER)
	{
		if (assignment_live_jobs(call, person->actor.organization_id, person->actor.id, &live) > 0)
			complain_live(person, "Call jobs.deactivate_member() first, which unassigns it.");
		return;
	}
	for (int64 i = 0; i < person->conversations.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (job_live_in_conversation(call, person->conversations.ids[i], true) != NIL)
			complain_live(person, "Call jobs.close_merchant() first, which declines them.");
	}
}

/*
 * Whoever dealt with a merchant is told, so that it may follow.
 */
static void
write_merchant_events(Erasure *erasure)
{
	Call *call = erasure->call;
	Person *person = &erasure->person;
	Rows *rows = call->rows;
	RowBatch batch;

	row_batch_begin(&batch);
	for (int64 i = 0; i < person->conversations.count; i++)
	{
		Event event = {.merchant_id = person->actor.id, .action = event_names[EVENT_ERASE]};
		Row *conversation;

		CHECK_FOR_INTERRUPTS();
		call->rows = row_batch_rows(&batch, 1);
		conversation = row_fetch(call->rows, TABLE_conversation, person->conversations.ids[i]);
		if (conversation == NULL)
			continue;
		event.organization_id = row_int64(conversation, Col_conversation_organization_id);
		event.conversation_id = person->conversations.ids[i];
		event.occurred_at = GetCurrentTimestamp();
		event_write(call, &event);
	}
	call->rows = rows;
	row_batch_end(&batch);
}

static void
write_events(Erasure *erasure, const Row *person)
{
	if (erasure->changed == 0)
		return;
	if (erasure->person.actor.kind == ACTOR_MERCHANT && erasure->person.conversations.count > 0)
		write_merchant_events(erasure);
	else
		account_write_event(erasure->call, person, EVENT_ERASE, account_details(person));
}

/*
 * In the order in which rows are locked.
 */
static void
erase(Erasure *erasure)
{
	Person *person = &erasure->person;

	erase_stores(erasure);
	erase_jobs(erasure);
	if (person->actor.kind == ACTOR_MEMBER)
		member_leave(erasure->call, person->actor.id);
	erase_self(erasure);
	if (person->actor.kind == ACTOR_MEMBER)
		find_written(erasure, TABLE_proposal, INDEX_proposal_conversation, &person->conversations);
	erase_found(erasure, TABLE_proposal, erase_written);
	erase_declines(erasure);
	erase_reviews(erasure);
	find_written(erasure, TABLE_message, INDEX_message_conversation, &person->conversations);
	erase_found(erasure, TABLE_message, erase_written);
	delete_consumers(erasure);
	erasure->found = person_find_emails(erasure->call->rows, person);
	erase_found(erasure, TABLE_email, erase_email);
	delete_bindings(erasure);
}

/*
 * jobs.erase_person(actor_text, texts)
 */
SQL_FUNCTION(erase_person)
{
	Erasure erasure = {0};
	Person *person = &erasure.person;
	Call *call;
	Row *row;

	person_argument(fcinfo, ARG_erase_person_actor_text, person);
	erasure.texts = arg_bool(fcinfo, ARG(erase_person, texts));
	check_can_write();
	call = erasure.call = call_begin_sheltered();
	/* the history tells which operator it was */
	call->is_automatic = false;
	row = person_require(call->rows, person);
	row_require_column(row, person->actor.kind == ACTOR_MEMBER ? Col_member_erased_at : Col_merchant_erased_at);
	row = lock_person(call, person, row);
	person_find_dealings(call->rows, person);
	require_no_live_jobs(call, person);
	if (person->actor.kind == ACTOR_MERCHANT)
		account_close_merchant(call, row);
	id_list_begin(&erasure.found);
	id_list_begin(&erasure.proposals);
	erase(&erasure);
	write_events(&erasure, row);
	call_end(call);
	PG_RETURN_INT64(erasure.changed);
}
