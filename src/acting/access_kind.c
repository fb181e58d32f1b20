/*
 * access_kind.c
 *
 * A kind of access gives functions, and rights on tables and views; const tables below say
 * which. Nothing is granted to PUBLIC, and nothing that would let a role empty, hook or refer to
 * a table.
 *
 * Who acts for nobody, such as an operator, sees all rows of what it reads, through a
 * policy of its own on each table. As one arm more of the others' policies, it would turn
 * their index scans into sequential ones.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "acting/access_kind.h"
#include "acting/access_policy.h"
#include "acting/function_names.h"
#include "tables/schema.h"

/* Kinds of access, as bits. */
#define APP 1
#define BOUND 2
#define MAILER 4
#define OPERATOR 8
#define MONITOR 16
#define VIEWER 32

/* Who acts for members and merchants, and who is one. */
#define DELEGATES (APP | OPERATOR)
#define ACTORS (APP | BOUND | OPERATOR)
/* Who reads what they write. */
#define READERS (ACTORS | VIEWER)
#define MAILERS (MAILER | OPERATOR)
#define WATCHERS (MONITOR | OPERATOR | VIEWER)
#define VIEWERS (OPERATOR | VIEWER)
#define OPERATORS OPERATOR
#define EVERYBODY (APP | BOUND | MAILER | OPERATOR | MONITOR | VIEWER)

/* What administers the tables themselves is given to nobody but their owner. */
#define OWNER 0

static const struct
{
	const char *name;
	AccessKinds bit;
} kinds_by_name[] = {
	{"app", APP},
	{"bound", BOUND},
	{"mailer", MAILER},
	{"operator", OPERATOR},
	{"monitor", MONITOR},
	{"viewer", VIEWER},
};

/* Functions, as the pieces of SQL say before each of them. */
#define FUNCTION_ENTRY(name, kinds) {#name, kinds},
static const struct
{
	const char *name;
	AccessKinds kinds;
} functions[] = {JOBS_FUNCTIONS(FUNCTION_ENTRY)};

/* Tables: who reads them, and who writes them through triggers that hold the rules. */
static const struct
{
	TableId table;
	AccessKinds readers;
	AccessKinds writers;
	const char *verbs;
} tables[] = {
	{TABLE_assignment, READERS, ACTORS, "INSERT, DELETE"},
	{TABLE_conversation, READERS, ACTORS, "INSERT, UPDATE"},
	{TABLE_decline, READERS, 0, NULL},
	{TABLE_email, MAILERS | VIEWER, 0, NULL},
	{TABLE_email_template, MAILERS | VIEWER, OPERATORS, "INSERT, UPDATE, DELETE"},
	{TABLE_event_caller, READERS, 0, NULL},
	{TABLE_event_consumer, READERS, 0, NULL},
	{TABLE_job, READERS, ACTORS, "INSERT, UPDATE"},
	{TABLE_event, READERS, 0, NULL},
	{TABLE_member, READERS, OPERATORS, "INSERT"},
	{TABLE_member, 0, ACTORS, "UPDATE"},
	{TABLE_merchant, READERS, OPERATORS, "INSERT"},
	{TABLE_merchant, 0, ACTORS, "UPDATE"},
	{TABLE_message, READERS, ACTORS, "INSERT"},
	{TABLE_node, VIEWERS, 0, NULL},
	{TABLE_organization, READERS, OPERATORS, "INSERT"},
	{TABLE_organization, 0, ACTORS, "UPDATE"},
	{TABLE_preferences, READERS, OPERATORS, "INSERT"},
	{TABLE_preferences, 0, ACTORS, "UPDATE"},
	{TABLE_proposal, READERS, ACTORS, "INSERT, UPDATE"},
	{TABLE_provided_service, READERS, OPERATORS, "INSERT, UPDATE"},
	{TABLE_ranking_purged, VIEWERS, 0, NULL},
	{TABLE_ranking_stat, READERS, 0, NULL},
	{TABLE_ranking_total, VIEWERS, 0, NULL},
	{TABLE_review, READERS, 0, NULL},
	{TABLE_role_binding, VIEWERS, 0, NULL},
	{TABLE_service, READERS, OPERATORS, "INSERT, UPDATE"},
	{TABLE_store, READERS, OPERATORS, "INSERT"},
	{TABLE_store, 0, ACTORS, "UPDATE"},
};

static const struct
{
	const char *name;
	AccessKinds readers;
} views[] = {
	{"job_list", READERS},
	{"proposals_and_jobs", READERS},
	{"job_timeline", READERS},
	{"health", WATCHERS},
};

AccessKinds
access_kind_bound(void)
{
	return BOUND;
}

AccessKinds
access_kind_of(const char *name)
{
	for (int i = 0; i < lengthof(kinds_by_name); i++)
	{
		if (strcmp(kinds_by_name[i].name, name) == 0)
			return kinds_by_name[i].bit;
	}
	return 0;
}

Datum
access_kind_names(AccessKinds kinds)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < lengthof(kinds_by_name); i++)
	{
		if (kinds & kinds_by_name[i].bit)
			appendStringInfo(&names, "%s\"%s\"", names.len ? ", " : "", kinds_by_name[i].name);
	}
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(psprintf("[%s]", names.data)));
}

List *
access_kind_functions(AccessKinds kinds)
{
	List *names = NIL;

	for (int i = 0; i < lengthof(functions); i++)
	{
		if (functions[i].kinds & kinds)
			names = lappend(names, pstrdup(functions[i].name));
	}
	return names;
}

/*
 * The policy that these kinds need on the table of entry `i`: none for those who see the rows of whom
 * they act for.
 */
static AccessPolicy
policy_for(int i, AccessKinds kinds)
{
	AccessKinds seeing_all = tables[i].readers & kinds & ~(APP | BOUND);

	if (seeing_all == 0)
		return POLICY_NONE;
	return seeing_all == VIEWER ? POLICY_TO_READ : POLICY_TO_WRITE;
}

List *
access_kind_tables(Oid role, AccessKinds before, AccessKinds after)
{
	List *relations = NIL;

	for (int i = 0; i < lengthof(tables); i++)
	{
		if (tables[i].readers != 0 && OidIsValid(table_oid(tables[i].table)) &&
			policy_for(i, before | after) != POLICY_NONE &&
			access_policy_of(tables[i].table, role) != policy_for(i, after))
			relations = lappend_oid(relations, table_oid(tables[i].table));
	}
	return relations;
}

/*
 * Grants or revokes what the kinds give beyond what `others` do.
 */
static void
change_right(const char *role, AccessKinds kinds, AccessKinds others, bool give)
{
	const char *verb = give ? "GRANT" : "REVOKE";
	const char *direction = give ? "TO" : "FROM";
	const char *quoted = quote_identifier(role);
	Oid schema = get_namespace_oid(JOBS_SCHEMA, false);
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < lengthof(functions); i++)
	{
		if ((functions[i].kinds & kinds) && !(functions[i].kinds & others))
			appendStringInfo(&list, "%sjobs.%s", list.len ? ", " : "", functions[i].name);
	}
	if (list.len > 0)
		schema_run("%s EXECUTE ON ROUTINE %s %s %s", verb, list.data, direction, quoted);

	for (int i = 0; i < lengthof(tables); i++)
	{
		const char *name = table_name(tables[i].table);

		if (!OidIsValid(table_oid(tables[i].table)))
			continue;
		if ((tables[i].readers & kinds) && !(tables[i].readers & others))
			schema_run("%s SELECT ON jobs.%s %s %s", verb, name, direction, quoted);
		if ((tables[i].writers & kinds) && !(tables[i].writers & others))
			schema_run("%s %s ON jobs.%s %s %s", verb, tables[i].verbs, name, direction, quoted);
		if (policy_for(i, kinds) != POLICY_NONE)
			access_policy_set(tables[i].table, role, policy_for(i, give ? kinds | others : others));
	}

	for (int i = 0; i < lengthof(views); i++)
	{
		if ((views[i].readers & kinds) && !(views[i].readers & others) &&
			OidIsValid(get_relname_relid(views[i].name, schema)))
			schema_run("%s SELECT ON jobs.%s %s %s", verb, views[i].name, direction, quoted);
	}

	if (others == 0)
		schema_run("%s USAGE ON SCHEMA jobs %s %s", verb, direction, quoted);
}

void
access_kind_give(const char *role, AccessKinds kinds, AccessKinds others)
{
	change_right(role, kinds, others, true);
}

void
access_kind_take(const char *role, AccessKinds kinds, AccessKinds others)
{
	change_right(role, kinds, others, false);
}

void
access_kind_drop_policies(const char *role)
{
	for (int i = 0; i < lengthof(tables); i++)
	{
		if (OidIsValid(table_oid(tables[i].table)))
			access_policy_set(tables[i].table, role, POLICY_NONE);
	}
}

static AclMode
mode_of(const char *verbs)
{
	return (strstr(verbs, "INSERT") ? ACL_INSERT : 0) | (strstr(verbs, "UPDATE") ? ACL_UPDATE : 0) |
		   (strstr(verbs, "DELETE") ? ACL_DELETE : 0);
}

bool
access_kind_is_held(Oid role, AccessKinds kinds, bool is_older)
{
	Oid schema = get_namespace_oid(JOBS_SCHEMA, false);

	for (int i = 0; i < lengthof(tables); i++)
	{
		Oid table = table_oid(tables[i].table);

		if (!OidIsValid(table))
			continue;
		if (((tables[i].readers & kinds) && pg_class_aclcheck(table, role, ACL_SELECT) != ACLCHECK_OK) ||
			(!is_older && (tables[i].writers & kinds) &&
			 pg_class_aclmask(table, role, mode_of(tables[i].verbs), ACLMASK_ALL) != mode_of(tables[i].verbs)))
			return false;
	}
	for (int i = 0; i < lengthof(views); i++)
	{
		Oid view = get_relname_relid(views[i].name, schema);

		if ((views[i].readers & kinds) && OidIsValid(view) && pg_class_aclcheck(view, role, ACL_SELECT) != ACLCHECK_OK)
			return false;
	}
	return access_kind_tables(role, 0, kinds) == NIL &&
		   DatumGetBool(DirectFunctionCall3(has_schema_privilege_id_id, ObjectIdGetDatum(role),
											ObjectIdGetDatum(schema), CStringGetTextDatum("USAGE")));
}
