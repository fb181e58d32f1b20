/*
 * person.c
 *
 * Finds a person, and its rows by way of indexes.
 *
 * An e-mail to a member names it, unless several share its address. Of those to an organization's or a
 * merchant's own address only the address tells whose they are. A merchant's are all those of its
 * conversations that went to nobody of the organization, so that addresses that it had before are found, too.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "accounts/person.h"
#include "acting/former.h"
#include "mail/email.h"
#include "pg/argument.h"
#include "pg/json.h"

void
person_argument(FunctionCallInfo fcinfo, int argno, Person *person)
{
	memset(person, 0, sizeof(Person));
	check_not_null(PG_ARGISNULL(argno), "actor_text");
	actor_parse_or_complain(text_to_cstring(PG_GETARG_TEXT_PP(argno)), &person->actor);
	if (person->actor.kind != ACTOR_MEMBER && person->actor.kind != ACTOR_MERCHANT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a person is a member or a merchant"),
				 errdetail("The system and nobody are no persons."),
				 errhint("Pass 'member:...' or 'merchant:...'.")));
	(void) actor_format(&person->actor, person->text);
}

Row *
person_require(Rows *rows, Person *person)
{
	bool is_member = person->actor.kind == ACTOR_MEMBER;
	Row *row = row_fetch(rows, is_member ? TABLE_member : TABLE_merchant, person->actor.id);

	if (row == NULL)
		actor_complain_missing(is_member ? "member" : "merchant", person->actor.id);
	if (is_member)
		person->actor.organization_id = row_int64(row, Col_member_organization_id);
	if (!former_is(row))
		person->address = row_text(row, is_member ? Col_member_email : Col_merchant_email);
	return row;
}

bool
person_is_in(const Person *person, const Row *row, int column)
{
	return !row_isnull(row, column) && strcmp(row_text(row, column), person->text) == 0;
}

/*
 * What the visitor needs for one row in memory is freed before the next one.
 */
static void
visit_found(RowScan *scan, PersonVisitor visit, void *argument)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "jobs person", ALLOCSET_DEFAULT_SIZES);
	const Row *row;

	while ((row = row_scan_pass(scan)) != NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(scratch);

		CHECK_FOR_INTERRUPTS();
		visit(row, argument);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
}

void
person_visit(Rows *rows, TableId table, IndexId index, const IdList *parents, PersonVisitor visit, void *argument)
{
	RowScan *scan = NULL;
	ScanKeyData keys[1];

	for (int64 i = 0; i < parents->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		row_key_int64(&keys[0], 1, parents->ids[i]);
		if (scan)
			row_scan_again(scan, 1, keys);
		else
			scan = row_scan_begin(rows, table, index, 1, keys, ForwardScanDirection);
		visit_found(scan, visit, argument);
	}
	if (scan)
		row_scan_end(scan);
}

static void
add_conversation(const Row *row, void *argument)
{
	Person *person = argument;

	id_list_add(&person->conversations, row_int64(row, Col_conversation_id));
	id_list_add(&person->organizations, row_int64(row, Col_conversation_organization_id));
}

static void
add_job(const Row *row, void *argument)
{
	Person *person = argument;

	id_list_add(&person->jobs, row_int64(row, Col_job_id));
}

void
person_find_dealings(Rows *rows, Person *person)
{
	bool is_member = person->actor.kind == ACTOR_MEMBER;
	int64 id = is_member ? person->actor.organization_id : person->actor.id;
	IdList own = {&id, 1, 1};

	id_list_begin(&person->conversations);
	id_list_begin(&person->jobs);
	id_list_begin(&person->organizations);
	if (is_member)
		id_list_add(&person->organizations, id);
	person_visit(rows, TABLE_conversation, is_member ? INDEX_conversation_parties : INDEX_conversation_merchant, &own,
				 add_conversation, person);
	person_visit(rows, TABLE_job, is_member ? INDEX_job_organization : INDEX_job_merchant, &own, add_job, person);
	id_list_sort(&person->conversations);
	id_list_sort(&person->jobs);
	id_list_sort(&person->organizations);
}

/* What is looked for among e-mails. */
typedef struct EmailSearch
{
	const Person *person;
	List **addresses; /* of each of the person's organizations: its own and its members', without the person */
	IdList found;
} EmailSearch;

/* The addresses of an organization's people, as they are added. */
typedef struct Addresses
{
	const Person *person;
	MemoryContext memory;
	List *list; /* of char * */
} Addresses;

static void
add_member_address(const Row *row, void *argument)
{
	Addresses *addresses = argument;
	MemoryContext scratch = MemoryContextSwitchTo(addresses->memory);

	if (addresses->person->actor.kind != ACTOR_MEMBER ||
		row_int64(row, Col_member_id) != addresses->person->actor.id)
		addresses->list = lappend(addresses->list, row_text(row, Col_member_email));
	MemoryContextSwitchTo(scratch);
}

static List *
find_addresses(Rows *rows, const Person *person, int64 organization_id)
{
	IdList organization = {&organization_id, 1, 1};
	Row *preferences = row_fetch(rows, TABLE_preferences, organization_id);
	Addresses addresses = {person, CurrentMemoryContext, NIL};

	if (preferences)
		addresses.list = lappend(addresses.list, row_text(preferences, Col_preferences_notification_email));
	person_visit(rows, TABLE_member, INDEX_member_organization, &organization, add_member_address, &addresses);
	return addresses.list;
}

static bool
is_among(const List *addresses, const char *address)
{
	ListCell *cell;

	foreach (cell, addresses)
	{
		if (email_same_address(lfirst(cell), address))
			return true;
	}
	return false;
}

/*
 * Is an e-mail to no member the person's? An address that another one shares stays with the other.
 */
static bool
is_to_address(const EmailSearch *search, const Row *email)
{
	const Person *person = search->person;
	int64 place = id_list_find(&person->organizations, row_int64(email, Col_email_organization_id));
	const char *recipient = row_text(email, Col_email_recipient);
	int64 conversation_id;

	if (place < 0 || is_among(search->addresses[place], recipient))
		return false;
	if (person->actor.kind == ACTOR_MEMBER)
		return person->address && email_same_address(recipient, person->address);
	conversation_id = json_get_id(DatumGetJsonbP(row_get(email, Col_email_payload)), "conversation_id");
	return id_list_find(&person->conversations, conversation_id) >= 0;
}

static void
add_email(const Row *email, void *argument)
{
	EmailSearch *search = argument;
	bool is_own = row_isnull(email, Col_email_member_id) ?
					  is_to_address(search, email) :
					  search->person->actor.kind == ACTOR_MEMBER &&
						  row_int64(email, Col_email_member_id) == search->person->actor.id;

	if (is_own)
		id_list_add(&search->found, row_int64(email, Col_email_id));
}

/*
 * E-mails about no job, by their organization.
 */
static void
visit_jobless(Rows *rows, int64 organization_id, EmailSearch *search)
{
	ScanKeyData keys[2];
	RowScan *scan;

	row_key_optional_int64(&keys[0], 1, 0);
	row_key_int64(&keys[1], 2, organization_id);
	scan = row_scan_begin(rows, TABLE_email, INDEX_email_job, 2, keys, ForwardScanDirection);
	visit_found(scan, add_email, search);
	row_scan_end(scan);
}

IdList
person_find_emails(Rows *rows, const Person *person)
{
	EmailSearch search = {.person = person};

	id_list_begin(&search.found);
	search.addresses = palloc(person->organizations.count * sizeof(List *));
	for (int64 i = 0; i < person->organizations.count; i++)
		search.addresses[i] = find_addresses(rows, person, person->organizations.ids[i]);
	person_visit(rows, TABLE_email, INDEX_email_job, &person->jobs, add_email, &search);
	for (int64 i = 0; i < person->organizations.count; i++)
		visit_jobless(rows, person->organizations.ids[i], &search);
	id_list_sort(&search.found);
	return search.found;
}
