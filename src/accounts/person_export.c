/*
 * person_export.c
 *
 * jobs.export_person(): all that is kept of a person, by table. Rows are handed out whole, with columns that
 * users added.
 *
 * It is asked rarely, so that nothing is kept of how its queries are planned; they go by indexes alone, whatever
 * the statistics say.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/jsonb.h"

#include "accounts/person.h"
#include "acting/call.h"
#include "acting/entry.h"
#include "pg/statement.h"

/* Parameters of all queries, of which each uses some: $1 and so on. */
enum
{
	PARAMETER_ID,			/* the person's number */
	PARAMETER_ACTOR,		/* the same as rows name it */
	PARAMETER_ORGANIZATION, /* of a member */
	PARAMETER_EMAILS,		/* ids of e-mails to it */
	PARAMETERS
};

/* A table's rows t, of which the rest of the query tells which ones. */
#define ROWS_OF(rest) "SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t.*)) AS rows FROM " rest

#define IS " OPERATOR(pg_catalog.=) "
#define MERCHANTS "merchant_id" IS "$1"
#define ORGANIZATIONS "organization_id" IS "$3"
#define BY(column) " AND t." column IS "$2"

/* Those of a table that are the person's side's; and the same by its conversations and jobs. */
#define OF(table, side) "jobs." table " t WHERE t." side
#define OF_CONVERSATIONS(table, side) \
	"jobs.conversation c JOIN jobs." table " t ON t.conversation_id" IS "c.id WHERE c." side
#define OF_JOBS(table, side) "jobs.job j JOIN jobs." table " t ON t.job_id" IS "j.id WHERE j." side

/* Each kind of review has an index of its own. */
#define REVIEWS_OF(subject) "SELECT r.* FROM jobs.review r WHERE r." ORGANIZATIONS " AND r." subject " IS NOT NULL"

/* What is kept of a merchant, of a member, and (ACTOR_NOBODY) of both. */
static const struct
{
	ActorKind kind;
	const char *table;
	const char *sql;
} queries[] = {
	{ACTOR_MERCHANT, "merchant", ROWS_OF(OF("merchant", "id" IS "$1"))},
	{ACTOR_MERCHANT, "store", ROWS_OF(OF("store", MERCHANTS))},
	{ACTOR_MERCHANT, "conversation", ROWS_OF(OF("conversation", MERCHANTS))},
	{ACTOR_MERCHANT, "job", ROWS_OF(OF("job", MERCHANTS))},
	{ACTOR_MERCHANT, "message", ROWS_OF(OF_CONVERSATIONS("message", MERCHANTS) BY("author"))},
	{ACTOR_MERCHANT, "proposal", ROWS_OF(OF_CONVERSATIONS("proposal", MERCHANTS) BY("decided_by"))},
	{ACTOR_MERCHANT, "decline",
	 ROWS_OF(OF_JOBS("decline", MERCHANTS) " AND t.organization_id" IS "j.organization_id" BY("actor"))},
	{ACTOR_MERCHANT, "review", ROWS_OF(OF("review", MERCHANTS))},
	{ACTOR_MERCHANT, "event", ROWS_OF(OF_JOBS("event", MERCHANTS) BY("actor"))},
	{ACTOR_MERCHANT, "event_consumer", ROWS_OF(OF("event_consumer", MERCHANTS) " AND t.organization_id IS NULL")},
	{ACTOR_MEMBER, "member", ROWS_OF(OF("member", "id" IS "$1"))},
	{ACTOR_MEMBER, "assignment", ROWS_OF(OF("assignment", ORGANIZATIONS) " AND t.member_id" IS "$1")},
	{ACTOR_MEMBER, "conversation", ROWS_OF(OF("conversation", ORGANIZATIONS) BY("blocked_by"))},
	{ACTOR_MEMBER, "message", ROWS_OF(OF_CONVERSATIONS("message", ORGANIZATIONS) BY("author"))},
	{ACTOR_MEMBER, "proposal",
	 ROWS_OF(OF_CONVERSATIONS("proposal", ORGANIZATIONS) " AND (t.sent_by" IS "$2 OR t.decided_by" IS "$2)")},
	{ACTOR_MEMBER, "decline", ROWS_OF(OF("decline", ORGANIZATIONS) BY("actor"))},
	{ACTOR_MEMBER, "review",
	 ROWS_OF("(" REVIEWS_OF("job_id") " UNION ALL " REVIEWS_OF("proposal_id") ") t WHERE t.replied_by" IS "$2")},
	{ACTOR_MEMBER, "event", ROWS_OF(OF_JOBS("event", ORGANIZATIONS) BY("actor"))},
	{ACTOR_MEMBER, "event_consumer", ROWS_OF(OF("event_consumer", ORGANIZATIONS) BY("created_by"))},
	{ACTOR_NOBODY, "email", ROWS_OF("jobs.email t WHERE t.id" IS "ANY ($4)")},
	{ACTOR_NOBODY, "role_binding", ROWS_OF("jobs.role_binding t WHERE t.actor" IS "$2")},
};

static void
prefer_keys(void)
{
	static const char *const settings[] = {"enable_hashjoin", "enable_mergejoin", "enable_material"};

	statement_prefer_indexes();
	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i], "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

static Datum
array_of_ids(const IdList *list)
{
	Datum *values = palloc(Max(list->count, 1) * sizeof(Datum));

	for (int64 i = 0; i < list->count; i++)
		values[i] = Int64GetDatum(list->ids[i]);
	return PointerGetDatum(construct_array(values, list->count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

/*
 * The rows that a query finds, as an array; NULL: it finds none.
 */
static Jsonb *
read_rows(const char *sql, Datum *values)
{
	Oid types[PARAMETERS] = {INT8OID, TEXTOID, INT8OID, INT8ARRAYOID};
	int result = SPI_execute_with_args(sql, PARAMETERS, types, values, NULL, true, 0);
	Datum rows;
	bool isnull;

	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(result));
	rows = statement_column(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, "rows", &isnull);
	return isnull ? NULL : DatumGetJsonbP(rows);
}

static void
push_rows(JsonbParseState **state, const char *table, Jsonb *rows)
{
	JsonbValue value;

	if (rows == NULL)
		return;
	value.type = jbvString;
	value.val.string.val = unconstify(char *, table);
	value.val.string.len = strlen(table);
	pushJsonbValue(state, WJB_KEY, &value);
	value.type = jbvBinary;
	value.val.binary.data = &rows->root;
	value.val.binary.len = VARSIZE_ANY_EXHDR(rows);
	pushJsonbValue(state, WJB_VALUE, &value);
}

static Jsonb *export(const Person *person, Datum *values)
{
	JsonbParseState *state = NULL;
	Jsonb *all;
	Jsonb *result;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < lengthof(queries); i++)
	{
		if (queries[i].kind == person->actor.kind || queries[i].kind == ACTOR_NOBODY)
			push_rows(&state, queries[i].table, read_rows(queries[i].sql, values));
	}
	all = JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
	/* outlives SPI */
	result = SPI_palloc(VARSIZE(all));
	memcpy(result, all, VARSIZE(all));
	return result;
}

/*
 * jobs.export_person(actor_text)
 */
SQL_FUNCTION(export_person)
{
	Datum values[PARAMETERS];
	Person person;
	IdList emails;
	Rows *rows;
	Call *call;
	Jsonb *all;

	person_argument(fcinfo, ARG_export_person_actor_text, &person);
	call = call_begin_sheltered();
	rows = rows_begin_in_query();
	(void) person_require(rows, &person);
	person_find_dealings(rows, &person);
	emails = person_find_emails(rows, &person);
	values[PARAMETER_ID] = Int64GetDatum(person.actor.id);
	values[PARAMETER_ACTOR] = actor_datum(&person.actor);
	values[PARAMETER_ORGANIZATION] = Int64GetDatum(person.actor.organization_id);
	values[PARAMETER_EMAILS] = array_of_ids(&emails);
	rows_end(rows);
	prefer_keys();
	SPI_connect();
	all = export(&person, values);
	SPI_finish();
	call_end(call);
	PG_RETURN_JSONB_P(all);
}
