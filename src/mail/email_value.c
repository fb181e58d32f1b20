/*
 * email_value.c
 *
 * What e-mails tell, looked up in the tables by the ids that an e-mail carries. What is
 * told is as of now, not as of the event: a job's title doesn't change, a name can.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "acting/former.h"
#include "mail/email_value.h"
#include "pg/json.h"

struct EmailFacts
{
	RowCache *cache;
	EmailKind kind;
	const char *recipient;
	const char *language;	   /* of what is told */
	int64 ids[TABLE_COUNT];	   /* what it is about; 0: not about such a row */
	Row *found[TABLE_COUNT];   /* NULL: not there */
	bool is_read[TABLE_COUNT]; /* or not looked for yet */
};

/* Whom an e-mail goes to that goes to no member. */
typedef enum Addressee
{
	EITHER, /* the other side than the author's */
	ORGANIZATION,
	MERCHANT
} Addressee;

typedef const char *(*Value)(EmailFacts *facts);
typedef const char *(*Format)(const Row *row, int column);

static const char *recipient_name(EmailFacts *facts);
static const char *other_name(EmailFacts *facts);
static const char *merchant_name(EmailFacts *facts);
static const char *store_name(EmailFacts *facts);
static const char *author_name(EmailFacts *facts);
static const char *title(EmailFacts *facts);
static const char *as_text(const Row *row, int column);
static const char *as_id(const Row *row, int column);
static const char *as_count(const Row *row, int column);
static const char *as_time(const Row *row, int column);
static const char *as_amount(const Row *row, int column);

/* Of every e-mail, and of each that has an author. */
#define ABOUT_ANYTHING 0
#define ABOUT_AUTHOR 32

/*
 * The placeholders, with what an e-mail must be about to have them, and where the value stands. A review is
 * of a job or of a proposal, and a message may be of no job: then they have no value.
 */
static const struct
{
	const char *name;
	int about;
	Value value; /* NULL: a column's */
	TableId table;
	int column;
	Format format;
} placeholders[] = {
	{"recipient_name", ABOUT_ANYTHING, recipient_name},
	{"other_name", ABOUT_ANYTHING, other_name},
	{"organization_name", ABOUT_ANYTHING, NULL, TABLE_organization, Col_organization_name, as_text},
	{"merchant_name", ABOUT_ANYTHING, merchant_name},
	{"conversation_id", ABOUT_ANYTHING, NULL, TABLE_conversation, Col_conversation_id, as_id},
	{"service_name", ABOUT_ANYTHING, NULL, TABLE_service, Col_service_name, as_text},
	{"title", ABOUT_ANYTHING, title},
	{"job_id", ABOUT_JOB, NULL, TABLE_job, Col_job_id, as_id},
	{"job_title", ABOUT_JOB, NULL, TABLE_job, Col_job_title, as_text},
	{"job_description", ABOUT_JOB, NULL, TABLE_job, Col_job_description, as_text},
	{"budget", ABOUT_JOB, NULL, TABLE_job, Col_job_budget, as_amount},
	{"respond_by", ABOUT_JOB, NULL, TABLE_job, Col_job_respond_by, as_time},
	{"store_name", ABOUT_JOB, store_name},
	{"author_name", ABOUT_AUTHOR, author_name},
	{"message", ABOUT_MESSAGE, NULL, TABLE_message, Col_message_body, as_text},
	{"reason", ABOUT_DECLINE, NULL, TABLE_decline, Col_decline_reason, as_text},
	{"comment", ABOUT_DECLINE, NULL, TABLE_decline, Col_decline_comment, as_text},
	{"proposal_id", ABOUT_PROPOSAL, NULL, TABLE_proposal, Col_proposal_id, as_id},
	{"proposal_title", ABOUT_PROPOSAL, NULL, TABLE_proposal, Col_proposal_title, as_text},
	{"proposal_work", ABOUT_PROPOSAL, NULL, TABLE_proposal, Col_proposal_work, as_text},
	{"price", ABOUT_PROPOSAL, NULL, TABLE_proposal, Col_proposal_price, as_amount},
	{"communication", ABOUT_REVIEW, NULL, TABLE_review, Col_review_communication, as_count},
	{"quality", ABOUT_REVIEW, NULL, TABLE_review, Col_review_quality, as_count},
	{"review_comment", ABOUT_REVIEW, NULL, TABLE_review, Col_review_comment, as_text},
};

/* Where the ids stand that an e-mail doesn't carry itself, in the order of looking. */
static const struct
{
	TableId wanted;
	TableId table;
	int column;
} references[] = {
	{TABLE_job, TABLE_review, Col_review_job_id},
	{TABLE_proposal, TABLE_review, Col_review_proposal_id},
	{TABLE_conversation, TABLE_job, Col_job_conversation_id},
	{TABLE_conversation, TABLE_proposal, Col_proposal_conversation_id},
	{TABLE_merchant, TABLE_job, Col_job_merchant_id},
	{TABLE_merchant, TABLE_proposal, Col_proposal_merchant_id},
	{TABLE_merchant, TABLE_conversation, Col_conversation_merchant_id},
	{TABLE_service, TABLE_job, Col_job_service_id},
	{TABLE_service, TABLE_proposal, Col_proposal_service_id},
	{TABLE_store, TABLE_job, Col_job_store_id},
};

/* The ids that the payload carries. */
static const struct
{
	const char *name;
	TableId table;
} payload_ids[] = {
	{"conversation_id", TABLE_conversation},
	{"message_id", TABLE_message},
	{"proposal_id", TABLE_proposal},
	{"review_id", TABLE_review},
};

int
placeholder_of_name(const char *name)
{
	for (int i = 0; i < lengthof(placeholders); i++)
	{
		if (strcmp(placeholders[i].name, name) == 0)
			return i;
	}
	return -1;
}

bool
placeholder_has_value(int number, EmailKind kind)
{
	const EmailRule *rule = &email_rules[kind];
	int about = rule->about | (rule->author.table != TABLE_COUNT ? ABOUT_AUTHOR : 0);

	return placeholders[number].about == ABOUT_ANYTHING || (placeholders[number].about & about) != 0;
}

char *
placeholder_list(EmailKind kind)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < lengthof(placeholders); i++)
	{
		if (placeholder_has_value(i, kind))
			appendStringInfo(&list, "%s{%s}", list.len ? ", " : "", placeholders[i].name);
	}
	return list.data;
}

EmailFacts *
email_facts(RowCache *cache, EmailKind kind, const char *recipient, const char *language, int64 organization_id,
			int64 member_id, int64 job_id, Jsonb *payload)
{
	EmailFacts *facts = palloc0(sizeof(EmailFacts));

	facts->cache = cache;
	facts->kind = kind;
	facts->recipient = recipient;
	facts->language = language;
	facts->ids[TABLE_organization] = organization_id;
	facts->ids[TABLE_preferences] = organization_id;
	facts->ids[TABLE_member] = member_id;
	facts->ids[TABLE_job] = job_id;
	for (int i = 0; i < lengthof(payload_ids); i++)
		facts->ids[payload_ids[i].table] = json_get_id(payload, payload_ids[i].name);
	return facts;
}

static Row *find_row(EmailFacts *facts, TableId table);

/*
 * The e-mail's row of this table, or NULL.
 */
static Row *
row_of(EmailFacts *facts, TableId table)
{
	if (!facts->is_read[table])
	{
		facts->is_read[table] = true;
		facts->found[table] = find_row(facts, table);
	}
	return facts->found[table];
}

static Row *
find_row(EmailFacts *facts, TableId table)
{
	int64 id = facts->ids[table];

	if (table == TABLE_decline || table == TABLE_assignment)
	{
		int64 keys[] = {facts->ids[TABLE_organization], facts->ids[TABLE_job], facts->ids[TABLE_member]};

		return row_cache_find(facts->cache, table, table == TABLE_decline ? 2 : 3, keys);
	}
	for (int i = 0; i < lengthof(references) && id == 0; i++)
	{
		Row *row = references[i].wanted == table ? row_of(facts, references[i].table) : NULL;

		if (row)
			id = row_int64(row, references[i].column);
	}
	return id == 0 ? NULL : row_cache_fetch(facts->cache, table, id);
}

const char *
email_value(EmailFacts *facts, int number)
{
	Row *row;

	if (placeholders[number].value)
		return placeholders[number].value(facts);
	row = row_of(facts, placeholders[number].table);
	if (row == NULL || row_isnull(row, placeholders[number].column))
		return NULL;
	return placeholders[number].format(row, placeholders[number].column);
}

static const char *
text_of(EmailFacts *facts, TableId table, int column)
{
	Row *row = row_of(facts, table);

	return row ? row_text(row, column) : NULL;
}

/*
 * The name in a row of somebody or of a store; NULL: there is no row. Who was erased has none any more.
 */
static const char *
name_in(EmailFacts *facts, const Row *row, int column)
{
	if (row == NULL)
		return NULL;
	return former_is(row) ? former_name(row->table->id, facts->language) : row_text(row, column);
}

static const char *
member_name(EmailFacts *facts, int64 id)
{
	return name_in(facts, row_cache_fetch(facts->cache, TABLE_member, id), Col_member_name);
}

static const char *
merchant_name(EmailFacts *facts)
{
	return name_in(facts, row_of(facts, TABLE_merchant), Col_merchant_name);
}

static const char *
store_name(EmailFacts *facts)
{
	return name_in(facts, row_of(facts, TABLE_store), Col_store_name);
}

/*
 * Who wrote, declined, assigned or proposed; nobody where that isn't known.
 */
static Actor
author(EmailFacts *facts)
{
	const EmailAuthor *column = &email_rules[facts->kind].author;
	Actor actor = {ACTOR_NOBODY, 0, 0};
	const char *text = NULL;

	if (facts->kind != EMAIL_NONE && column->table != TABLE_COUNT)
		text = text_of(facts, column->table, column->column);
	if (text == NULL || !actor_parse(text, &actor))
		actor.kind = ACTOR_NOBODY;
	return actor;
}

static const char *
author_name(EmailFacts *facts)
{
	Actor actor = author(facts);

	if (actor.kind == ACTOR_MERCHANT)
		return merchant_name(facts);
	return actor.kind == ACTOR_MEMBER ? member_name(facts, actor.id) : NULL;
}

/*
 * The side of an address that is no member's. Of a job that expired both sides are told:
 * the address tells, unless it has changed since.
 */
static Addressee
addressee(EmailFacts *facts)
{
	int to = email_rules[facts->kind].to;
	bool is_organizations = to & (TO_ORGANIZATION | TO_ASSIGNEES_ELSE_ORGANIZATION);
	bool is_merchants = to & TO_MERCHANT;
	Actor actor;
	const char *address;

	if (is_organizations != is_merchants)
		return is_merchants ? MERCHANT : ORGANIZATION;
	actor = author(facts);
	if (actor.kind == ACTOR_MEMBER || actor.kind == ACTOR_MERCHANT)
		return actor.kind == ACTOR_MEMBER ? MERCHANT : ORGANIZATION;
	address = text_of(facts, TABLE_preferences, Col_preferences_notification_email);
	if (address && strcmp(address, facts->recipient) == 0)
		return ORGANIZATION;
	address = text_of(facts, TABLE_merchant, Col_merchant_email);
	return address && strcmp(address, facts->recipient) == 0 ? MERCHANT : EITHER;
}

static const char *
name_of_side(EmailFacts *facts, Addressee side)
{
	if (side == EITHER)
		return NULL;
	return side == MERCHANT ? merchant_name(facts) : text_of(facts, TABLE_organization, Col_organization_name);
}

static const char *
recipient_name(EmailFacts *facts)
{
	int64 member_id = facts->ids[TABLE_member];

	return member_id ? member_name(facts, member_id) : name_of_side(facts, addressee(facts));
}

static const char *
other_name(EmailFacts *facts)
{
	Addressee side = facts->ids[TABLE_member] ? ORGANIZATION : addressee(facts);

	return name_of_side(facts, side == MERCHANT ? ORGANIZATION : side == ORGANIZATION ? MERCHANT :
																						EITHER);
}

static const char *
title(EmailFacts *facts)
{
	return row_of(facts, TABLE_job) ? text_of(facts, TABLE_job, Col_job_title) :
									  text_of(facts, TABLE_proposal, Col_proposal_title);
}

static const char *
as_text(const Row *row, int column)
{
	return row_text(row, column);
}

static const char *
as_id(const Row *row, int column)
{
	return psprintf(INT64_FORMAT, row_int64(row, column));
}

static const char *
as_count(const Row *row, int column)
{
	return psprintf("%d", DatumGetInt32(row_get(row, column)));
}

/*
 * In UTC, to the minute: 2026-11-27 17:30 UTC.
 */
static const char *
as_time(const Row *row, int column)
{
	TimestampTz time = row_time(row, column, DT_NOEND);
	struct pg_tm tm;
	fsec_t fraction;

	if (TIMESTAMP_NOT_FINITE(time) || timestamp2tm(time, NULL, &tm, &fraction, NULL, NULL) != 0)
		return NULL;
	return psprintf("%04d-%02d-%02d %02d:%02d UTC", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min);
}

/*
 * With its currency.
 */
static const char *
as_amount(const Row *row, int column)
{
	int currency = row->table->id == TABLE_job ? Col_job_currency : Col_proposal_currency;

	return psprintf("%s %s", DatumGetCString(DirectFunctionCall1(numeric_out, row_get(row, column))),
					row_text(row, currency));
}
