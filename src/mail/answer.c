/*
 * answer.c
 *
 * What mailers answer: that an e-mail was sent, or why it could not be.
 *
 * The token of the claim tells whose answer counts. The end of the lease alone doesn't make it
 * stale, for a mailer that was slow has sent the e-mail all the same.
 *
 * Locks: each e-mail FOR NO KEY UPDATE, in the order of the ids.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "common/pg_prng.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "acting/call.h"
#include "acting/entry.h"
#include "mail/outbox.h"
#include "pg/argument.h"
#include "pg/check.h"
#include "pg/order.h"
#include "pg/refusal.h"
#include "tables/row_batch.h"
#include "tables/row_cache.h"

/* The first wait after a failure, which doubles, and the longest; seconds. */
#define BACKOFF_FIRST 30
#define BACKOFF_LONGEST (6 * 60 * 60)

/* Characters of a mailer's error that are kept. */
#define ERROR_LENGTH 2000

/* An e-mail that a mailer has sent, and the token of its claim. */
typedef struct Answer
{
	int64 id;
	pg_uuid_t token;
} Answer;

static int
answer_compare(const void *a, const void *b)
{
	return order_of(((const Answer *) a)->id, ((const Answer *) b)->id);
}

/*
 * Is the token that of a claim which nobody has answered?
 */
static bool
answer_counts(const Row *email, const pg_uuid_t *token)
{
	return !row_isnull(email, Col_email_claim_token) &&
		   memcmp(DatumGetUUIDP(row_get(email, Col_email_claim_token)), token, sizeof(pg_uuid_t)) == 0;
}

/*
 * Is this the failure that the e-mail was told of last, and nothing has come since? Then its answer
 * was lost, and is given again.
 */
static bool
answer_is_repeated(const Row *email, const pg_uuid_t *token, const char *error, bool is_permanent)
{
	if (row_isnull(email, Col_email_failed_token) || !row_isnull(email, Col_email_claim_token) ||
		memcmp(DatumGetUUIDP(row_get(email, Col_email_failed_token)), token, sizeof(pg_uuid_t)) != 0)
		return false;
	if (row_isnull(email, Col_email_next_attempt_at) && row_isnull(email, Col_email_dead_at))
		return false;
	/* who administrates may have removed what a server said */
	if (row_isnull(email, Col_email_last_error))
		return false;
	return strcmp(row_text(email, Col_email_last_error), error) == 0 &&
		   (!is_permanent || !row_isnull(email, Col_email_dead_at));
}

/*
 * Notes that an e-mail, as it was found, was sent. A stale answer waits for nobody.
 */
static bool
answer_acknowledge(Row *email, const Answer *answer, TimestampTz now)
{
	/* the trigger may have changed it, as long as it was not locked */
	if (email && rows_ran_triggers(email->rows))
		email = row_fetch(email->rows, TABLE_email, answer->id);
	if (email == NULL || !answer_counts(email, &answer->token))
		return false;
	email = row_lock_found(email, LockTupleNoKeyExclusive, LockWaitBlock);
	return email && answer_counts(email, &answer->token) &&
		   row_update(email, outbox_end(email, Col_email_sent_at, now));
}

/*
 * Notes that these e-mails, at most ROW_BATCH, were sent; returns how many of them count. All are
 * found before one is written.
 */
static int
answer_acknowledge_some(Rows *rows, const Answer *answers, int count, TimestampTz now)
{
	RowCache *found = row_cache_begin(rows);
	Row *emails[ROW_BATCH];
	int acknowledged = 0;

	for (int i = 0; i < count; i++)
		emails[i] = row_cache_fetch(found, TABLE_email, answers[i].id);
	row_cache_end(found);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		acknowledged += answer_acknowledge(emails[i], &answers[i], now);
	}
	return acknowledged;
}

/*
 * jobs.ack_emails(email_ids, claim_tokens): these were sent. Pairs that don't match,
 * or no longer, are passed over.
 */
SQL_FUNCTION(ack_emails)
{
	int64 *ids;
	int count = arg_ids(fcinfo, ARG(ack_emails, email_ids), &ids);
	pg_uuid_t *tokens;
	int token_count = arg_uuids(fcinfo, ARG(ack_emails, claim_tokens), &tokens);
	TimestampTz now = GetCurrentTimestamp();
	Answer *answers;
	int acknowledged = 0;
	RowBatch batch;
	Call *call;

	if (token_count != count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("email_ids and claim_tokens differ in length"),
				 errdetail("There are %d ids and %d tokens.", count, token_count),
				 errhint("Pass one token for each id, in the same order.")));

	/* in the order of the ids, as all who lock several do */
	answers = palloc(Max(count, 1) * sizeof(Answer));
	for (int i = 0; i < count; i++)
	{
		answers[i].id = ids[i];
		answers[i].token = tokens[i];
	}
	qsort(answers, count, sizeof(Answer), answer_compare);

	check_can_write();
	call = call_begin_sheltered();
	row_batch_begin(&batch);
	for (int i = 0; i < count; i += ROW_BATCH)
	{
		int some = Min(count - i, ROW_BATCH);

		acknowledged += answer_acknowledge_some(row_batch_rows(&batch, some), &answers[i], some, now);
	}
	row_batch_end(&batch);
	call_end(call);

	/*
	 * A mailer that has its answer forgets the e-mail. Were the commit lost in a crash, it
	 * would be sent once more when the lease ends, though no mailer died.
	 */
	if (acknowledged > 0)
		ForceSyncCommit();
	PG_RETURN_INT32(acknowledged);
}

/*
 * How long to wait after this many attempts, in microseconds.
 *
 * Exponential back-off with equal jitter: 30 seconds, doubled by each further attempt,
 * at most 6 hours; half of that for certain, and a random share of the other half. So
 * what failed together, because a mail server was down, doesn't come back together, and
 * yet nothing is tried again at once, as full jitter might.
 */
static int64
answer_backoff(int attempts)
{
	double seconds = Min(ldexp(BACKOFF_FIRST, Min(attempts - 1, 20)), BACKOFF_LONGEST);

	return (int64) (seconds * (0.5 + 0.5 * pg_prng_double(&pg_global_prng_state)) * USECS_PER_SEC);
}

/*
 * Notes why a claimed e-mail could not be sent, and when it is due again, or that it is given up.
 */
static Row *
answer_fail(const Row *email, const char *error, bool is_permanent)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz next = now + answer_backoff(row_int32(email, Col_email_attempts));
	Row *changed;

	if (is_permanent || outbox_is_used_up(email))
		changed = outbox_end(email, Col_email_dead_at, now);
	else
	{
		changed = row_copy(email);
		row_set_null(changed, Col_email_claim_token);
		row_set_time(changed, Col_email_next_attempt_at, next);
	}
	row_set(changed, Col_email_failed_token, row_get(email, Col_email_claim_token));
	row_set_text(changed, Col_email_last_error, error);
	row_must_update(email, changed);
	return changed;
}

pg_noreturn static void
answer_complain_stale(const Row *email)
{
	bool is_sent = !row_isnull(email, Col_email_sent_at);
	bool is_dead = !row_isnull(email, Col_email_dead_at);
	bool is_cancelled = !row_isnull(email, Col_email_cancelled_at);
	bool is_claimed = !row_isnull(email, Col_email_claim_token);

	ereport(ERROR,
			(refused_by(REFUSAL_CLAIM_STALE),
			 errmsg("the claim of e-mail %lld is stale", (long long) row_int64(email, Col_email_id)),
			 is_sent	  ? errdetail("The e-mail was acknowledged as sent.") :
			 is_dead	  ? errdetail("The e-mail was given up.") :
			 is_cancelled ? errdetail("The e-mail was cancelled.") :
			 is_claimed	  ? errdetail("The token is not that of its latest claim.") :
							errdetail("The claim has been answered, or there was none."),
			 errhint("Leave the e-mail alone, and claim again what is due.")));
}

/*
 * jobs.fail_email(email_id, claim_token, error, is_permanent): it could not be sent.
 * Returns when it is due again; NULL: it is given up. So does the same call once more.
 */
SQL_FUNCTION(fail_email)
{
	int64 id = arg_id(fcinfo, ARG(fail_email, email_id));
	char *error;
	bool is_permanent;
	const pg_uuid_t *token;
	TimestampTz next;
	Row *email;
	Call *call;

	check_not_null(PG_ARGISNULL(ARG_fail_email_claim_token), "claim_token");
	check_not_null(PG_ARGISNULL(ARG_fail_email_error), "error");
	error = text_to_cstring(PG_GETARG_TEXT_PP(ARG_fail_email_error));
	error[pg_mbcharcliplen(error, strlen(error), ERROR_LENGTH)] = '\0';
	token = PG_GETARG_UUID_P(ARG_fail_email_claim_token);
	is_permanent = arg_bool(fcinfo, ARG(fail_email, is_permanent));

	check_can_write();
	call = call_begin_sheltered();
	email = outbox_lock(call->rows, id);
	if (!answer_is_repeated(email, token, error, is_permanent))
	{
		if (!answer_counts(email, token))
			answer_complain_stale(email);
		email = answer_fail(email, error, is_permanent);
	}
	next = row_time(email, Col_email_next_attempt_at, DT_NOEND);
	call_end(call);

	if (TIMESTAMP_IS_NOEND(next))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(next);
}
