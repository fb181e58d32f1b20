/*
 * redirect.c
 *
 * Gives e-mails that wait another recipient.
 *
 * All that is pending is looked at: it is short where mailers keep up, and no index has the recipient.
 *
 * An e-mail to a member names it. Of those to an organization's or a merchant's own address only the
 * address tells whose they are: where both have the same one, nobody's is touched.
 *
 * Locks: each e-mail FOR NO KEY UPDATE, in the order of the ids.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "mail/email.h"
#include "mail/outbox.h"
#include "mail/redirect.h"
#include "pg/id_list.h"
#include "pg/json.h"
#include "tables/row_batch.h"

/*
 * The own address of the other side of the conversation that an e-mail is about; NULL: there is none.
 */
static char *
other_address(Rows *rows, const Addressee *addressee, const Row *conversation)
{
	Row *row;

	if (addressee->merchant_id)
	{
		row = row_fetch(rows, TABLE_preferences, row_int64(conversation, Col_conversation_organization_id));
		return row ? row_text(row, Col_preferences_notification_email) : NULL;
	}
	row = row_fetch(rows, TABLE_merchant, row_int64(conversation, Col_conversation_merchant_id));
	return row ? row_text(row, Col_merchant_email) : NULL;
}

static bool
is_own_address(Rows *rows, const Addressee *addressee, const Row *email, const char *from)
{
	int64 conversation_id = json_get_id(DatumGetJsonbP(row_get(email, Col_email_payload)), "conversation_id");
	Row *conversation = row_fetch(rows, TABLE_conversation, conversation_id);
	char *other;

	if (conversation == NULL || !row_isnull(email, Col_email_member_id))
		return false;
	if (addressee->merchant_id ?
			row_int64(conversation, Col_conversation_merchant_id) != addressee->merchant_id :
			row_int64(conversation, Col_conversation_organization_id) != addressee->organization_id)
		return false;
	other = other_address(rows, addressee, conversation);
	return other == NULL || !email_same_address(other, from);
}

static bool
is_redirected(Rows *rows, const Addressee *addressee, const Row *email, const char *from)
{
	if (!outbox_is_pending(email) || outbox_is_leased(email) ||
		!email_same_address(row_text(email, Col_email_recipient), from))
		return false;
	if (addressee->member_id)
		return row_int64(email, Col_email_member_id) == addressee->member_id;
	return is_own_address(rows, addressee, email, from);
}

/*
 * The ids, in order, of what is to be redirected.
 */
static IdList
find_redirected(Rows *rows, const Addressee *addressee, const char *from)
{
	RowScan *scan = row_scan_begin(rows, TABLE_email, INDEX_email_pending, 0, NULL, ForwardScanDirection);
	const Row *email;
	IdList found;

	id_list_begin(&found);
	while ((email = row_scan_pass(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (is_redirected(rows, addressee, email, from))
			id_list_add(&found, row_int64(email, Col_email_id));
	}
	row_scan_end(scan);
	id_list_sort(&found);
	return found;
}

void
redirect_emails(Call *call, const Addressee *addressee, const char *from, const char *to)
{
	IdList found = find_redirected(call->rows, addressee, from);
	RowBatch batch;

	row_batch_begin(&batch);
	for (int64 i = 0; i < found.count; i++)
	{
		Rows *rows = row_batch_rows(&batch, 1);
		Row *email = row_lock(rows, TABLE_email, found.ids[i], LockTupleNoKeyExclusive, LockWaitBlock);
		Row *changed;

		CHECK_FOR_INTERRUPTS();
		/* it may have been sent while we waited */
		if (email == NULL || !is_redirected(rows, addressee, email, from))
			continue;
		changed = row_copy(email);
		row_set_text(changed, Col_email_recipient, to);
		(void) row_update(email, changed);
	}
	row_batch_end(&batch);
}
