/*
 * outbox.c
 *
 * Hands e-mails to mailers. Who writes the outbox is in email.c.
 *
 * A claim is a lease: until it ends, nobody else gets the e-mail, and the random token
 * of the claim is what its mailer answers with, by jobs.ack_emails() or
 * jobs.fail_email(). email.claim_token is that of the claim which nobody has answered
 * yet; the end of the lease alone doesn't make it stale, for a mailer that was slow has
 * sent the e-mail all the same. email.next_attempt_at says when an e-mail is due, and
 * is NULL once it was sent, given up or cancelled, so that the index email_pending holds
 * just what is left to do.
 *
 * A claim cancels what is for a member who was unassigned since it was written. That is
 * found out then, by a probe for each e-mail, because nothing else asks for the e-mails of
 * a job: an index for it would cost more than it saves.
 *
 * Rows are locked FOR NO KEY UPDATE; a claim passes over those that somebody holds.
 */
#include "postgres.h"

#include <math.h>

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "acting/call.h"
#include "mail/email_render.h"
#include "mail/outbox.h"
#include "pg/argument.h"
#include "pg/interval.h"
#include "pg/notify.h"
#include "pg/statement.h"
#include "tables/schema_check.h"
#include "tables/table.h"

/* The first wait after a failure, which doubles, and the longest; seconds. */
#define BACKOFF_FIRST 30
#define BACKOFF_LONGEST (6 * 60 * 60)

/* A longer lease would keep an e-mail from everybody when its mailer dies. */
#define LEASE_LONGEST_DAYS 366

/* A claim looks at no more at a time, unless more are wanted. */
#define MAX_BATCH 1000

/* Characters of a mailer's error that are kept. */
#define ERROR_LENGTH 2000

static KeptStatement lock_due = {
	"SELECT e.id, e.attempts, e.organization_id, e.job_id, e.member_id, e.created_at, e.next_attempt_at "
	"FROM jobs.email e "
	"WHERE e.next_attempt_at OPERATOR(pg_catalog.>=) $1 AND e.next_attempt_at OPERATOR(pg_catalog.<=) $2 "
	"ORDER BY e.next_attempt_at "
	"LIMIT $3 "
	"FOR NO KEY UPDATE SKIP LOCKED",
	{TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID}};

static KeptStatement claim = {
	"WITH claimed AS ("
	"UPDATE jobs.email e "
	"SET attempts = e.attempts OPERATOR(pg_catalog.+) 1, next_attempt_at = $2, "
	"claim_token = pg_catalog.gen_random_uuid(), claimed_by = $3 "
	"WHERE e.id OPERATOR(pg_catalog.=) ANY ($1) "
	"RETURNING e.id, e.attempts, e.claim_token, e.kind, e.recipient, e.language, e.job_id, "
	"e.payload, e.created_at, e.organization_id, e.member_id) "
	"SELECT c.id, c.attempts, c.claim_token, c.kind, c.recipient, c.language, c.job_id, "
	"(n.marketplace_id::pg_catalog.text OPERATOR(pg_catalog.||) '-') "
	"OPERATOR(pg_catalog.||) c.id::pg_catalog.text AS message_key, c.payload, "
	"c.organization_id, c.member_id "
	"FROM claimed c CROSS JOIN jobs.node n "
	"ORDER BY c.created_at, c.id",
	{INT8ARRAYOID, TIMESTAMPTZOID, TEXTOID}};

static KeptStatement bury = {
	"UPDATE jobs.email e "
	"SET next_attempt_at = NULL, dead_at = $2, claim_token = NULL, "
	"last_error = CASE WHEN e.claim_token IS NULL THEN e.last_error "
	"ELSE 'The lease of the last attempt ended without an answer.' END "
	"WHERE e.id OPERATOR(pg_catalog.=) ANY ($1) "
	"RETURNING e.next_attempt_at IS NULL AS is_out",
	{INT8ARRAYOID, TIMESTAMPTZOID}};

static KeptStatement call_off = {
	"UPDATE jobs.email e "
	"SET next_attempt_at = NULL, cancelled_at = $2, claim_token = NULL "
	"WHERE e.id OPERATOR(pg_catalog.=) ANY ($1) "
	"RETURNING e.next_attempt_at IS NULL AS is_out",
	{INT8ARRAYOID, TIMESTAMPTZOID}};

static KeptStatement call_off_before = {
	"UPDATE jobs.email e "
	"SET next_attempt_at = NULL, cancelled_at = $2, claim_token = NULL "
	"WHERE e.id OPERATOR(pg_catalog.=) ANY (ARRAY("
	"SELECT p.id FROM jobs.email p "
	"WHERE p.next_attempt_at IS NOT NULL AND p.created_at OPERATOR(pg_catalog.<) $1 "
	"ORDER BY p.id FOR NO KEY UPDATE))",
	{TIMESTAMPTZOID, TIMESTAMPTZOID}};

static KeptStatement acknowledge = {
	"UPDATE jobs.email e "
	"SET sent_at = $3, next_attempt_at = NULL, claim_token = NULL "
	"WHERE e.id OPERATOR(pg_catalog.=) $1 AND e.claim_token OPERATOR(pg_catalog.=) $2",
	{INT8OID, UUIDOID, TIMESTAMPTZOID}};

static KeptStatement lock_one = {
	"SELECT e.attempts, e.claim_token, e.sent_at IS NOT NULL AS is_sent, "
	"e.dead_at IS NOT NULL AS is_dead, e.cancelled_at IS NOT NULL AS is_cancelled "
	"FROM jobs.email e "
	"WHERE e.id OPERATOR(pg_catalog.=) $1 "
	"FOR NO KEY UPDATE",
	{INT8OID}};

static KeptStatement note_failure = {
	"UPDATE jobs.email e "
	"SET next_attempt_at = $2, dead_at = $3, claim_token = NULL, last_error = $4 "
	"WHERE e.id OPERATOR(pg_catalog.=) $1",
	{INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID}};

static KeptStatement make_due = {
	"UPDATE jobs.email e "
	"SET next_attempt_at = $2, attempts = 0, dead_at = NULL, cancelled_at = NULL "
	"WHERE e.id OPERATOR(pg_catalog.=) $1",
	{INT8OID, TIMESTAMPTZOID}};

/* An e-mail, locked. */
typedef struct Held
{
	int attempts;
	bool is_claimed; /* by a claim that nobody has answered */
	pg_uuid_t token; /* of that claim */
	bool is_sent;
	bool is_dead;
	bool is_cancelled;
} Held;

/* A claim while it runs. */
typedef struct Claim
{
	Call *call;
	ReturnSetInfo *result;
	TimestampTz now;
	TimestampTz until; /* the end of the lease */
	const char *worker;
	TimestampTz from; /* what was due before was looked at */
	int batch;		  /* how many to look at, at least */
} Claim;

/* What a claim does with an e-mail that is due. */
typedef enum Fate
{
	FATE_CLAIMED,
	FATE_DEAD,
	FATE_CANCELLED,
	FATES
} Fate;

static int email_max_attempts = 10;

static Call *outbox_begin(void);
static void outbox_end(Call *call);
static int claim_some(Claim *c, int wanted, bool *again);
static void lock_email(int64 id, Held *held);
pg_noreturn static void complain_stale(int64 id, const Held *held);

void
outbox_init(void)
{
	DefineCustomIntVariable("jobs.email_max_attempts",
							"How often an e-mail is handed to a mailer before it is given up.",
							"An e-mail that is given up is kept as a dead letter, for jobs.retry_email().",
							&email_max_attempts, 10, 1, 1000, PGC_SUSET, 0, NULL, NULL, NULL);
}

/*
 * When a lease that begins now ends.
 */
static TimestampTz
arg_lease(FunctionCallInfo fcinfo, int argno, TimestampTz now)
{
	Interval *lease;
	TimestampTz until;

	check_not_null(PG_ARGISNULL(argno), "lease");
	lease = PG_GETARG_INTERVAL_P(argno);
	if (!interval_move(now, false, lease, LEASE_LONGEST_DAYS, &until) || until <= now)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a lease must be positive, and not longer than a year"),
				 errdetail("It is %s.",
						   DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(lease)))),
				 errhint("Pass the time that a mailer may take for one batch, such as '5 minutes'.")));
	return until;
}

/*
 * jobs.claim_emails(max_rows, lease, worker): hands out e-mails that are due, those
 * that are due for longest first.
 */
PG_FUNCTION_INFO_V1(jobs_claim_emails);
Datum
jobs_claim_emails(PG_FUNCTION_ARGS)
{
	Claim c = {.now = GetCurrentTimestamp(), .from = DT_NOBEGIN, .batch = 1};
	int max_rows = arg_count(fcinfo, 0, "max_rows");
	int claimed = 0;
	bool again = true;

	c.until = arg_lease(fcinfo, 1, c.now);
	c.worker = arg_optional_text(fcinfo, 2, "worker", LIMIT_NAME);
	InitMaterializedSRF(fcinfo, 0);
	c.result = (ReturnSetInfo *) fcinfo->resultinfo;
	c.call = outbox_begin();

	/*
	 * A mailer sends as soon as it has committed. Were the commit lost in a crash, the
	 * e-mail would be claimed and sent once more.
	 */
	ForceSyncCommit();

	while (again && claimed < max_rows)
	{
		CHECK_FOR_INTERRUPTS();
		claimed += claim_some(&c, max_rows - claimed, &again);
	}
	outbox_end(c.call);
	return (Datum) 0;
}

/* An e-mail that a mailer has sent, and the token of its claim. */
typedef struct Answer
{
	int64 id;
	pg_uuid_t token;
} Answer;

static int
compare_answers(const void *a, const void *b)
{
	int64 left = ((const Answer *) a)->id;
	int64 right = ((const Answer *) b)->id;

	return left < right ? -1 : left > right;
}

/*
 * jobs.ack_emails(email_ids, claim_tokens): these were sent. Pairs that don't match,
 * or no longer, are passed over.
 */
PG_FUNCTION_INFO_V1(jobs_ack_emails);
Datum
jobs_ack_emails(PG_FUNCTION_ARGS)
{
	int64 *ids;
	int count = arg_ids(fcinfo, 0, "email_ids", &ids);
	pg_uuid_t *tokens;
	int token_count = arg_uuids(fcinfo, 1, "claim_tokens", &tokens);
	Answer *answers;
	int acknowledged = 0;
	Datum now = TimestampTzGetDatum(GetCurrentTimestamp());
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
	qsort(answers, count, sizeof(Answer), compare_answers);

	call = outbox_begin();
	for (int i = 0; i < count; i++)
	{
		Datum values[3];

		CHECK_FOR_INTERRUPTS();
		values[0] = Int64GetDatum(answers[i].id);
		values[1] = UUIDPGetDatum(&answers[i].token);
		values[2] = now;
		acknowledged += statement_run(&acknowledge, values, NULL, SPI_OK_UPDATE);
	}
	outbox_end(call);

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
backoff(int attempts)
{
	double seconds = Min(ldexp(BACKOFF_FIRST, Min(attempts - 1, 20)), BACKOFF_LONGEST);

	return (int64) (seconds * (0.5 + 0.5 * pg_prng_double(&pg_global_prng_state)) * USECS_PER_SEC);
}

/*
 * jobs.fail_email(email_id, claim_token, error, is_permanent): it could not be sent.
 * Returns when it is due again; NULL: it is given up.
 */
PG_FUNCTION_INFO_V1(jobs_fail_email);
Datum
jobs_fail_email(PG_FUNCTION_ARGS)
{
	int64 id = arg_id(fcinfo, 0, "email_id");
	pg_uuid_t *token;
	char *error;
	bool is_permanent;
	bool is_dead;
	Held held;
	TimestampTz now;
	TimestampTz next;
	Datum values[4];
	char nulls[] = "    ";
	Call *call;

	check_not_null(PG_ARGISNULL(1), "claim_token");
	token = PG_GETARG_UUID_P(1);
	check_not_null(PG_ARGISNULL(2), "error");
	error = text_to_cstring(PG_GETARG_TEXT_PP(2));
	error[pg_mbcharcliplen(error, strlen(error), ERROR_LENGTH)] = '\0';
	is_permanent = arg_bool(fcinfo, 3, "is_permanent");

	call = outbox_begin();
	lock_email(id, &held);
	if (!held.is_claimed || memcmp(&held.token, token, sizeof(pg_uuid_t)) != 0)
		complain_stale(id, &held);

	now = GetCurrentTimestamp();
	is_dead = is_permanent || held.attempts >= email_max_attempts;
	next = now + backoff(held.attempts);
	values[0] = Int64GetDatum(id);
	values[1] = TimestampTzGetDatum(next);
	values[2] = TimestampTzGetDatum(now);
	values[3] = CStringGetTextDatum(error);
	nulls[is_dead ? 1 : 2] = 'n';
	statement_run(&note_failure, values, nulls, SPI_OK_UPDATE);
	outbox_end(call);

	if (is_dead)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(next);
}

/*
 * jobs.retry_email(email_id): makes an e-mail due now, as if nobody had tried yet, or
 * cancelled it. A claim that nobody has answered stays valid until the next one: if its mailer has sent
 * the e-mail after all, it isn't sent twice.
 */
PG_FUNCTION_INFO_V1(jobs_retry_email);
Datum
jobs_retry_email(PG_FUNCTION_ARGS)
{
	int64 id = arg_id(fcinfo, 0, "email_id");
	Held held;
	Datum values[2];
	Call *call;

	call = outbox_begin();
	lock_email(id, &held);
	if (held.is_sent)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("e-mail %lld cannot be tried again", (long long) id),
				 errdetail("A mailer has sent it."),
				 errhint("No action is needed.")));
	values[0] = Int64GetDatum(id);
	values[1] = TimestampTzGetDatum(GetCurrentTimestamp());
	statement_run(&make_due, values, NULL, SPI_OK_UPDATE);
	jobs_wake(WAKE_EMAIL);
	outbox_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.cancel_emails(before): whatever was written before that time and is not sent yet
 * isn't sent any more.
 */
PG_FUNCTION_INFO_V1(jobs_cancel_emails);
Datum
jobs_cancel_emails(PG_FUNCTION_ARGS)
{
	Datum values[2];
	uint64 cancelled;
	Call *call;

	check_not_null(PG_ARGISNULL(0), "before");
	values[0] = PG_GETARG_DATUM(0);
	values[1] = TimestampTzGetDatum(GetCurrentTimestamp());
	call = outbox_begin();
	cancelled = statement_run(&call_off_before, values, NULL, SPI_OK_UPDATE);
	outbox_end(call);
	PG_RETURN_INT64((int64) cancelled);
}

/*
 * Begins a call in which SQL runs with the owner's rights: who may execute the function
 * may do what it does.
 */
static Call *
outbox_begin(void)
{
	Call *call;
	const Table *table;
	Relation rel;

	check_can_write();
	call = call_begin_system();
	rel = table_open_known(TABLE_email, RowExclusiveLock, &table);

	schema_check_rules(TABLE_email, rel);
	table_close(rel, NoLock);
	statement_prefer_indexes();
	SPI_connect();
	return call;
}

static void
outbox_end(Call *call)
{
	SPI_finish();
	call_end(call);
}

/*
 * Column of the result's row; the type is the statement's.
 */
static Datum
column(int row, int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, isnull);
}

static Datum
id_array(Datum *ids, int count)
{
	return PointerGetDatum(construct_array(ids, count, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static int64
id_column(int row, int number)
{
	bool isnull;
	Datum value = column(row, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static void
render(EmailRenderer *renderer, int row, char **subject, char **body)
{
	bool isnull;
	ClaimedEmail email = {
		.kind = TextDatumGetCString(column(row, 4, &isnull)),
		.recipient = TextDatumGetCString(column(row, 5, &isnull)),
		.language = TextDatumGetCString(column(row, 6, &isnull)),
		.job_id = id_column(row, 7),
		.payload = DatumGetJsonbP(column(row, 9, &isnull)),
		.organization_id = id_column(row, 10),
		.member_id = id_column(row, 11),
	};

	email_render(renderer, &email, subject, body);
}

/*
 * Adds the claimed rows that SPI_tuptable holds to the function's result.
 */
static void
return_claimed(ReturnSetInfo *result)
{
	EmailRenderer *renderer = email_renderer_begin();
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext, "jobs e-mail", ALLOCSET_DEFAULT_SIZES);

	for (uint64 i = 0; i < SPI_tuptable->numvals; i++)
	{
		Datum values[11];
		bool nulls[11] = {false};
		char *subject;
		char *body;
		MemoryContext caller = MemoryContextSwitchTo(row);

		for (int j = 0; j < 6; j++) /* id to language */
			values[j] = column(i, j + 1, &nulls[j]);
		render(renderer, i, &subject, &body);
		values[6] = CStringGetTextDatum(subject);
		values[7] = CStringGetTextDatum(body);
		for (int j = 8; j < 11; j++) /* job_id to payload */
			values[j] = column(i, j - 1, &nulls[j]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row);
	}
	MemoryContextDelete(row);
	email_renderer_end(renderer);
}

/*
 * Is the member active? Nobody writes e-mail to one who isn't.
 */
static bool
is_active(Call *call, int64 member_id)
{
	Row *member = row_fetch(call->rows, TABLE_member, member_id);

	return member && row_bool(member, Col_member_is_active);
}

/*
 * Is the due e-mail of this row for a member who is no longer assigned to its job, was
 * assigned anew since, or is no longer active? Assignments are those that are committed by now,
 * whatever the transaction sees.
 */
static bool
is_called_off(Call *call, int row)
{
	bool is_no_job;
	bool is_no_member;
	bool isnull;
	Datum job_id = column(row, 4, &is_no_job);
	Datum member_id = column(row, 5, &is_no_member);
	ScanKeyData keys[3];
	RowScan *scan;
	Row *assignment;

	if (is_no_member)
		return false;
	if (!is_active(call, DatumGetInt64(member_id)))
		return true;
	if (is_no_job)
		return false;
	row_key_int64(&keys[0], 1, DatumGetInt64(column(row, 3, &isnull)));
	row_key_int64(&keys[1], 2, DatumGetInt64(job_id));
	row_key_int64(&keys[2], 3, DatumGetInt64(member_id));
	scan = row_scan_begin_latest(call->rows, TABLE_assignment, PRIMARY_KEY, 3, keys, ForwardScanDirection);
	assignment = row_scan_next(scan);
	row_scan_end(scan);
	return assignment == NULL || row_time(assignment, Col_assignment_assigned_at, DT_NOBEGIN) >
									 DatumGetTimestampTz(column(row, 6, &isnull));
}

static Fate
fate_of(Call *call, int row)
{
	bool isnull;

	if (is_called_off(call, row))
		return FATE_CANCELLED;
	return DatumGetInt32(column(row, 2, &isnull)) < email_max_attempts ? FATE_CLAIMED : FATE_DEAD;
}

/*
 * Takes e-mails out of what is left to do. False: none went, for a trigger of a user may
 * keep them due.
 */
static bool
take_out(KeptStatement *statement, Datum *ids, int count, TimestampTz now)
{
	Datum values[2] = {id_array(ids, count), TimestampTzGetDatum(now)};
	bool is_some_out = false;
	int written;

	if (count == 0)
		return false;
	written = (int) statement_run(statement, values, NULL, SPI_OK_UPDATE_RETURNING);
	for (int i = 0; i < written; i++)
	{
		bool isnull;

		is_some_out |= DatumGetBool(column(i, 1, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	return is_some_out;
}

/*
 * One pass of a claim: gives up what has no attempt left, cancels what was called off,
 * claims the rest, and returns how many. `again`: what was not claimed took the place of
 * others, who are waiting; they are looked for from there on.
 */
static int
claim_some(Claim *c, int wanted, bool *again)
{
	int batch = Max(c->batch, wanted);
	Datum lock_values[3] = {TimestampTzGetDatum(c->from), TimestampTzGetDatum(c->now), Int64GetDatum(batch)};
	int due = (int) statement_run(&lock_due, lock_values, NULL, SPI_OK_SELECT);
	Datum *ids[FATES];
	int counts[FATES] = {0};

	/* an e-mail that was just found may have come with its assignment */
	rows_renew(c->call->rows);
	for (int fate = 0; fate < FATES; fate++)
		ids[fate] = palloc(Max(due, 1) * sizeof(Datum));
	for (int i = 0; i < due; i++)
	{
		bool isnull;
		Fate fate = fate_of(c->call, i);

		c->from = DatumGetTimestampTz(column(i, 7, &isnull));
		if (fate == FATE_CLAIMED && counts[fate] == wanted)
			break;
		ids[fate][counts[fate]++] = Int64GetDatum(DatumGetInt64(column(i, 1, &isnull)));
	}
	SPI_freetuptable(SPI_tuptable);

	*again = take_out(&bury, ids[FATE_DEAD], counts[FATE_DEAD], c->now);
	*again |= take_out(&call_off, ids[FATE_CANCELLED], counts[FATE_CANCELLED], c->now);
	/* where nothing can be sent, there may be much of the kind */
	c->batch = Min(2 * batch, MAX_BATCH);
	if (counts[FATE_CLAIMED] > 0)
	{
		Datum values[3] = {id_array(ids[FATE_CLAIMED], counts[FATE_CLAIMED]),
						   TimestampTzGetDatum(c->until)};

		if (c->worker)
			values[2] = CStringGetTextDatum(c->worker);
		counts[FATE_CLAIMED] = (int) statement_run(&claim, values, c->worker ? NULL : "  n", SPI_OK_SELECT);
		return_claimed(c->result);
		SPI_freetuptable(SPI_tuptable);
	}
	return counts[FATE_CLAIMED];
}

/*
 * Locks an e-mail; P0002 when there is none.
 */
static void
lock_email(int64 id, Held *held)
{
	Datum values[1] = {Int64GetDatum(id)};
	Datum token;
	bool isnull;

	if (statement_run(&lock_one, values, NULL, SPI_OK_SELECT) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("e-mail %lld does not exist", (long long) id),
				 errdetail("The outbox has no e-mail of that number."),
				 errhint("Pass an email_id that jobs.claim_emails() returned, or an id of jobs.email.")));
	held->attempts = DatumGetInt32(column(0, 1, &isnull));
	token = column(0, 2, &isnull);
	held->is_claimed = !isnull;
	if (held->is_claimed)
		held->token = *DatumGetUUIDP(token);
	held->is_sent = DatumGetBool(column(0, 3, &isnull));
	held->is_dead = DatumGetBool(column(0, 4, &isnull));
	held->is_cancelled = DatumGetBool(column(0, 5, &isnull));
}

static void
complain_stale(int64 id, const Held *held)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the claim of e-mail %lld is stale", (long long) id),
			 held->is_sent		? errdetail("The e-mail was acknowledged as sent.") :
			 held->is_dead		? errdetail("The e-mail was given up.") :
			 held->is_cancelled ? errdetail("The e-mail was cancelled.") :
			 held->is_claimed	? errdetail("The token is not that of its latest claim.") :
								  errdetail("The claim has been answered, or there was none."),
			 errhint("Leave the e-mail alone, and claim again what is due.")));
}
