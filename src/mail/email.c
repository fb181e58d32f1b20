/*
 * email.c
 *
 * Finds the recipients of an event and writes the outbox. What becomes of an e-mail then is in
 * outbox.c, claim.c and answer.c.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "common/string.h"
#include "utils/formatting.h"

#include "acting/account.h"
#include "acting/ids.h"
#include "mail/email.h"
#include "pg/json.h"
#include "pg/notify.h"

typedef struct Recipient
{
	int64 member_id; /* 0: an organization's or a merchant's address, or one of several members */
	char *address;
	char *language;
} Recipient;

bool
email_same_address(const char *a, const char *b)
{
	if (pg_strcasecmp(a, b) == 0)
		return true;
	if (pg_is_ascii(a) || pg_is_ascii(b))
		return false;
	return strcmp(str_tolower(a, strlen(a), DEFAULT_COLLATION_OID),
				  str_tolower(b, strlen(b), DEFAULT_COLLATION_OID)) == 0;
}

/*
 * Adds a recipient unless the address is there already. What goes to an address of several
 * members is no single one's: it stays, whoever of them is unassigned.
 */
static List *
add_recipient(List *recipients, int64 member_id, char *address, char *language)
{
	Recipient *recipient;
	ListCell *cell;

	foreach (cell, recipients)
	{
		recipient = lfirst(cell);
		if (email_same_address(recipient->address, address))
		{
			recipient->member_id = 0;
			return recipients;
		}
	}
	recipient = palloc(sizeof(Recipient));
	recipient->member_id = member_id;
	recipient->address = address;
	recipient->language = language;
	return lappend(recipients, recipient);
}

/*
 * Does the member want no such e-mail? Of scope "messages" there is what somebody wrote alone.
 */
static bool
is_muted(const Row *member, const Email *email)
{
	char *scope = row_text(member, Col_member_email_scope);

	return strcmp(scope, "all") != 0 && (email->message_id == 0 || strcmp(scope, "messages") != 0);
}

static List *
add_member_recipient(List *recipients, Rows *rows, int64 member_id, const Email *email)
{
	Row *member = row_fetch(rows, TABLE_member, member_id);

	if (member == NULL || !row_bool(member, Col_member_is_active) || is_muted(member, email))
		return recipients;
	return add_recipient(recipients, member_id, row_text(member, Col_member_email),
						 row_text(member, Col_member_language));
}

static List *
add_assignees(List *recipients, Call *call, const Email *email)
{
	int64 acting = call->actor.kind == ACTOR_MEMBER ? call->actor.id : 0;
	ScanKeyData keys[2];
	RowScan *scan;
	Row *assignment;

	row_key_int64(&keys[0], 1, email->organization_id);
	row_key_int64(&keys[1], 2, email->job_id);
	/* who was assigned before us, in the order of the job's lock, gets mail */
	scan = row_scan_begin_latest(call->rows, TABLE_assignment, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	while ((assignment = row_scan_next(scan)) != NULL)
	{
		int64 member_id = row_int64(assignment, Col_assignment_member_id);

		if (member_id != acting)
			recipients = add_member_recipient(recipients, call->rows, member_id, email);
	}
	row_scan_end(scan);
	return recipients;
}

static List *
add_organization(List *recipients, Rows *rows, int64 organization_id)
{
	Row *preferences = row_fetch(rows, TABLE_preferences, organization_id);
	Row *organization = row_fetch(rows, TABLE_organization, organization_id);

	if (preferences == NULL || organization == NULL || account_is_closed(preferences))
		return recipients;
	return add_recipient(recipients, 0, row_text(preferences, Col_preferences_notification_email),
						 row_text(organization, Col_organization_language));
}

static List *
find_recipients(Call *call, const Email *email)
{
	int to = email_rules[email->kind].to;
	List *recipients = NIL;

	if (to & TO_OTHER_SIDE)
		to |= call_side(call) == SIDE_MERCHANT ? TO_ORGANIZATION : TO_MERCHANT;
	if (to & TO_ORGANIZATION)
		recipients = add_organization(recipients, call->rows, email->organization_id);
	if (email->job_id != 0 && (to & (TO_ASSIGNEES | TO_ASSIGNEES_ELSE_ORGANIZATION)))
		recipients = add_assignees(recipients, call, email);
	if ((to & TO_ASSIGNEES_ELSE_ORGANIZATION) && recipients == NIL)
		recipients = add_organization(recipients, call->rows, email->organization_id);
	if (to & TO_MEMBER)
		recipients = add_member_recipient(recipients, call->rows, email->member_id, email);
	if (to & TO_MERCHANT)
	{
		Row *merchant = row_fetch(call->rows, TABLE_merchant, email->merchant_id);

		if (merchant && !account_is_closed(merchant))
			recipients = add_recipient(recipients, 0, row_text(merchant, Col_merchant_email),
									   row_text(merchant, Col_merchant_language));
	}
	return recipients;
}

static Jsonb *
payload_of(const Email *email)
{
	IdPair pairs[] = {
		{"conversation_id", email->conversation_id},
		{"job_id", email->job_id},
		{"message_id", email->message_id},
		{"proposal_id", email->proposal_id},
		{"review_id", email->review_id},
	};

	return json_of_ids(pairs, lengthof(pairs));
}

void
email_queue(Call *call, const Email *email)
{
	TimestampTz now = GetCurrentTimestamp();
	List *recipients = find_recipients(call, email);
	Datum payload;
	ListCell *cell;

	if (recipients == NIL)
		return;
	payload = JsonbPGetDatum(payload_of(email));
	foreach (cell, recipients)
	{
		Recipient *recipient = lfirst(cell);
		Row *row = row_new(call->rows, TABLE_email);

		ids_assign(row, SLOT_OF(email->organization_id));
		row_set_int64(row, Col_email_organization_id, email->organization_id);
		row_set_int64(row, Col_email_job_id, email->job_id);
		row_set_int64(row, Col_email_member_id, recipient->member_id);
		row_set_text(row, Col_email_kind, email_rules[email->kind].name);
		row_set_text(row, Col_email_recipient, recipient->address);
		row_set_text(row, Col_email_language, recipient->language);
		row_set(row, Col_email_payload, payload);
		row_set_time(row, Col_email_created_at, now);
		row_set(row, Col_email_attempts, Int32GetDatum(0));
		row_set_time(row, Col_email_next_attempt_at, now);
		row_insert(row);
	}
	jobs_wake(WAKE_EMAIL);
}
