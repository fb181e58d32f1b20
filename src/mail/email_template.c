/*
 * email_template.c
 *
 * The table of what e-mails say: checked when the operator writes to it, filled by
 * jobs.install().
 *
 * Locks: a row FOR NO KEY UPDATE before it is brought up to date, so that a change which
 * the operator is just making is seen.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "acting/dml.h"
#include "mail/email_kind.h"
#include "mail/email_template.h"
#include "mail/email_value.h"
#include "pg/check.h"
#include "pg/refusal.h"
#include "pg/template.h"
#include "pg/text.h"

static EmailKind
check_kind(const char *name)
{
	EmailKind kind = email_kind_of_name(name);
	StringInfoData known;

	if (kind != EMAIL_NONE)
		return kind;
	initStringInfo(&known);
	for (int i = EMAIL_FIRST_KIND; i < EMAIL_KINDS; i++)
		appendStringInfo(&known, "%s%s", known.len ? ", " : "", email_rules[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is not a kind of e-mail", text_excerpt(name, 40)),
			 errdetail("No e-mail would be written with this template."),
			 errhint("The kinds are %s.", known.data)));
}

static void
check_placeholder(const char *name, const char *column, EmailKind kind)
{
	int number = placeholder_of_name(name);

	if (number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has an unknown placeholder", column),
				 errdetail("There is no {%s}.", text_excerpt(name, 40)),
				 errhint("E-mails of kind %s know %s; {{ and }} stand for braces.", email_rules[kind].name,
						 placeholder_list(kind))));
	if (!placeholder_has_value(number, kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has a placeholder of other kinds of e-mail", column),
				 errdetail("In e-mails of kind %s there is nothing that {%s} could stand for.",
						   email_rules[kind].name, name),
				 errhint("They know %s.", placeholder_list(kind))));
}

static void
check_template(const char *text, const char *column, EmailKind kind)
{
	const char *stray;
	List *parts = template_parse(text, &stray);
	ListCell *cell;

	foreach (cell, parts)
	{
		const TemplatePart *part = lfirst(cell);

		if (part->kind == PART_PLACEHOLDER)
			check_placeholder(part->text, column, kind);
	}
	if (stray)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has a brace that belongs to no placeholder", column),
				 errdetail("It is \"%c\", character %d.", *stray, pg_mbstrlen_with_len(text, stray - text) + 1),
				 errhint("Write {{ or }} for a brace; e-mails of kind %s know %s.", email_rules[kind].name,
						 placeholder_list(kind))));
}

static void
check_texts(const Row *row)
{
	static const int columns[] = {
		Col_email_template_kind, Col_email_template_language,
		Col_email_template_subject, Col_email_template_body};
	EmailKind kind;

	for (int i = 0; i < lengthof(columns); i++)
		check_not_null(row_isnull(row, columns[i]), table_column(TABLE_email_template, columns[i]));
	kind = check_kind(row_text(row, Col_email_template_kind));
	check_language(row_text(row, Col_email_template_language));
	check_text(row_text(row, Col_email_template_subject), "subject", LIMIT_NAME);
	check_text(row_text(row, Col_email_template_body), "body", LIMIT_TEXT);
	check_template(row_text(row, Col_email_template_subject), "subject", kind);
	check_template(row_text(row, Col_email_template_body), "body", kind);
}

/*
 * Is the row the operator's own from now on? Setting is_changed back gives the text up to
 * jobs.install(); sending a row back as it was, as ORMs do, changes nothing.
 */
static bool
is_changed(const Dml *dml)
{
	bool wanted = row_bool(dml->new, Col_email_template_is_changed);

	if (DML_IS_INSERT(dml))
		return true;
	if (row_bool(dml->old, Col_email_template_is_changed) && !wanted)
		return row_isnull(dml->new, Col_email_template_is_changed);
	return wanted || dml_changes(dml, Col_email_template_kind) || dml_changes(dml, Col_email_template_language) ||
		   dml_changes(dml, Col_email_template_subject) || dml_changes(dml, Col_email_template_body);
}

PG_FUNCTION_INFO_V1(jobs_email_template_fill);
Datum
jobs_email_template_fill(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_email_template, TRIGGER_TYPE_BEFORE, TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);

	check_texts(dml->new);
	dml_require_actor(dml);
	if (dml->call->actor.kind != ACTOR_SYSTEM)
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("what e-mails say is not for members and merchants to change"),
				 errdetail("Table jobs.email_template is written by operators."),
				 errhint("Connect with operator access, and act for nobody.")));
	row_set(dml->new, Col_email_template_is_changed, BoolGetDatum(is_changed(dml)));
	return dml_end(dml);
}

static bool
is_text(const Row *row, EmailText text)
{
	return strcmp(row_text(row, Col_email_template_subject), text.subject) == 0 &&
		   strcmp(row_text(row, Col_email_template_body), text.body) == 0;
}

static void
set_text(Row *row, EmailText text)
{
	row_set_text(row, Col_email_template_subject, text.subject);
	row_set_text(row, Col_email_template_body, text.body);
}

/*
 * Puts one row right; false: there was nothing to write, or a user's trigger suppressed it.
 */
static bool
fill_row(Rows *rows, const char *kind, const char *language, EmailText text)
{
	ScanKeyData keys[2];
	Row *row;
	Row *changed;

	row_key_text(&keys[0], 1, kind);
	row_key_text(&keys[1], 2, language);
	row = row_find_latest(rows, TABLE_email_template, PRIMARY_KEY, 2, keys);
	if (row == NULL)
	{
		row = row_new(rows, TABLE_email_template);
		row_set_text(row, Col_email_template_kind, kind);
		row_set_text(row, Col_email_template_language, language);
		row_set(row, Col_email_template_is_changed, BoolGetDatum(false));
		set_text(row, text);
		return row_insert(row);
	}
	if (row_bool(row, Col_email_template_is_changed) || is_text(row, text))
		return false;
	row = row_lock_found(row, LockTupleNoKeyExclusive, LockWaitBlock);
	if (row == NULL || row_bool(row, Col_email_template_is_changed))
		return false;
	changed = row_copy(row);
	set_text(changed, text);
	return row_update(row, changed);
}

int
email_template_fill_table(void)
{
	Rows *rows = rows_begin();
	int written = 0;

	for (int kind = EMAIL_FIRST_KIND; kind < EMAIL_KINDS; kind++)
	{
		for (int language = 0; language < EMAIL_LANGUAGES; language++)
			written += fill_row(rows, email_rules[kind].name, email_languages[language], email_text(kind, language));
	}
	rows_end(rows);
	return written;
}
