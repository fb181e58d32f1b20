/*
 * former.c
 *
 * What is said of who was erased. Tables of the version before lack the column: nobody is erased there.
 */
#include "postgres.h"

#include "acting/former.h"
#include "pg/encoding.h"
#include "pg/refusal.h"

/* The first language stands in for those that are not there. */
static const struct
{
	const char *language;
	const char *member;
	const char *merchant;
	const char *store;
} words[] = {
	{FORMER_LANGUAGE, "Former member", "Former merchant", "Former store"},
	{"de", "Ehemaliges Mitglied", "Ehemaliger Händler", "Ehemaliger Store"},
};

bool
former_is(const Row *row)
{
	Row *merchant;

	if (row->table->id == TABLE_member)
		return !row_isnull(row, Col_member_erased_at);
	if (row->table->id == TABLE_merchant)
		return !row_isnull(row, Col_merchant_erased_at);
	/* who is erased has no store any more */
	if (row->table->id != TABLE_store || row_isnull(row, Col_store_removed_at))
		return false;
	merchant = row_fetch(row->rows, TABLE_merchant, row_int64(row, Col_store_merchant_id));
	return merchant && former_is(merchant);
}

const char *
former_name(TableId table, const char *language)
{
	int i = lengthof(words) - 1;

	while (i > 0 && strcmp(words[i].language, language) != 0)
		i--;
	return encoding_from_utf8(table == TABLE_member	  ? words[i].member :
							  table == TABLE_merchant ? words[i].merchant :
														words[i].store);
}

void
former_refuse(const Row *person)
{
	if (former_is(person))
		ereport(ERROR,
				(refused_by(REFUSAL_PERSON_ERASED),
				 errmsg("%s %lld was erased", table_name(person->table->id),
						(long long) row_int64(person, table_id_column(person->table->id))),
				 errdetail("Nothing is kept of the person, and nothing is written about it any more."),
				 errhint("Who comes back signs up anew.")));
}
