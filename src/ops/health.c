/*
 * health.c
 *
 * Whether the marketplace keeps up. The whole of it costs a few probes of indexes, and one
 * for each consumer of events, however large the tables are: what would take counting is
 * counted up to a limit.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "acting/access_problems.h"
#include "acting/entry.h"
#include "feed/feed.h"
#include "ops/maintenance.h"
#include "ops/schedule_problem.h"
#include "pg/notifier_slots.h"
#include "pg/rights.h"
#include "pg/statement.h"
#include "tables/table.h"

#define HIDDEN "'" FEED_HIDDEN_ACTIONS "'::pg_catalog.text[]"

/*
 * Read as a whole, so that the figures belong to the same moment. The e-mail that is
 * next is seldom the oldest, so the oldest is looked for among the 10,000 next ones. How
 * long a consumer of events has slept is the age of the first event behind its position that
 * it may see; or, since nobody may have read at all, of the first without a position.
 */
static KeptStatement health_report = {
	"WITH waiting AS MATERIALIZED ("
	"SELECT w.organization_id, w.merchant_id, pg_catalog.min(w.occurred_at) AS since "
	"FROM (SELECT u.organization_id, u.occurred_at, "
	"CASE WHEN u.action OPERATOR(pg_catalog.=) ANY (" HIDDEN ") THEN -1 ELSE u.merchant_id END AS merchant_id "
	"FROM jobs.event u "
	"WHERE u.position IS NULL ORDER BY u.id LIMIT 10000) w "
	"GROUP BY GROUPING SETS ((w.organization_id), (w.merchant_id), ())), "
	"lag AS ("
	"SELECT c.name, CASE WHEN c.organization_id IS NOT NULL "
	"THEN 'organization:' OPERATOR(pg_catalog.||) c.organization_id::pg_catalog.text "
	"WHEN c.merchant_id IS NOT NULL "
	"THEN 'merchant:' OPERATOR(pg_catalog.||) c.merchant_id::pg_catalog.text "
	"ELSE 'system' END AS owner, LEAST(u.since, e.since) AS since "
	"FROM jobs.event_consumer c "
	"LEFT JOIN waiting u ON COALESCE(u.organization_id, 0) OPERATOR(pg_catalog.=) COALESCE(c.organization_id, 0) "
	"AND COALESCE(u.merchant_id, 0) OPERATOR(pg_catalog.=) COALESCE(c.merchant_id, 0) "
	"LEFT JOIN LATERAL ("
	"(SELECT s.occurred_at AS since FROM jobs.event s "
	"WHERE c.organization_id IS NULL AND c.merchant_id IS NULL "
	"AND s.position OPERATOR(pg_catalog.>) c.position ORDER BY s.position LIMIT 1) "
	"UNION ALL (SELECT o.occurred_at FROM jobs.event o "
	"WHERE o.organization_id OPERATOR(pg_catalog.=) c.organization_id "
	"AND o.position OPERATOR(pg_catalog.>) c.position ORDER BY o.position LIMIT 1) "
	"UNION ALL (SELECT m.occurred_at FROM jobs.event m "
	"WHERE m.merchant_id OPERATOR(pg_catalog.=) c.merchant_id "
	"AND m.action OPERATOR(pg_catalog.<>) ALL (" HIDDEN ") "
	"AND m.position OPERATOR(pg_catalog.>) c.position ORDER BY m.position LIMIT 1)) e ON true "
	"WHERE LEAST(u.since, e.since) IS NOT NULL "
	"ORDER BY LEAST(u.since, e.since) LIMIT 1) "
	"SELECT COALESCE(pg_catalog.statement_timestamp() OPERATOR(pg_catalog.-) j.due_at, "
	"pg_catalog.make_interval()) AS expiry_lag, "
	"(SELECT pg_catalog.count(*) FROM (SELECT FROM jobs.job o "
	"WHERE o.due_at OPERATOR(pg_catalog.<=) pg_catalog.statement_timestamp() LIMIT 10000) c) AS overdue_jobs, "
	"pg_catalog.statement_timestamp() OPERATOR(pg_catalog.-) e.created_at AS oldest_unsent_email, "
	"n.last_sweep_at, "
	"e.depth AS outbox_depth, "
	"(SELECT pg_catalog.count(*) FROM (SELECT FROM jobs.email d "
	"WHERE d.dead_at IS NOT NULL LIMIT 10000) c) AS dead_letters, "
	"pg_catalog.pg_notification_queue_usage() AS notification_queue_usage, "
	"l.name AS slowest_consumer, "
	"l.owner AS slowest_consumer_owner, "
	"pg_catalog.statement_timestamp() OPERATOR(pg_catalog.-) l.since AS oldest_unacked_event, "
	"CASE WHEN n.last_run_database OPERATOR(pg_catalog.=) $1 THEN n.last_run_at END AS last_run_at, "
	"COALESCE(pg_catalog.statement_timestamp() OPERATOR(pg_catalog.-) r.remind_at, "
	"pg_catalog.make_interval()) AS reminder_lag, "
	"GREATEST(pg_catalog.statement_timestamp() OPERATOR(pg_catalog.-) (SELECT w.rematch_at FROM jobs.job w "
	"WHERE w.rematch_at IS NOT NULL ORDER BY w.rematch_at LIMIT 1), pg_catalog.make_interval()) AS rematch_lag "
	"FROM jobs.node n "
	"LEFT JOIN (SELECT pg_catalog.min(p.remind_at) AS remind_at "
	"FROM (SELECT o.remind_at, o.due_at FROM jobs.job o "
	"WHERE o.remind_at OPERATOR(pg_catalog.<=) pg_catalog.statement_timestamp() "
	"ORDER BY o.remind_at LIMIT 10000) p "
	"WHERE p.due_at OPERATOR(pg_catalog.>) pg_catalog.statement_timestamp()) r ON true "
	"LEFT JOIN (SELECT o.due_at FROM jobs.job o "
	"WHERE o.due_at OPERATOR(pg_catalog.<=) pg_catalog.statement_timestamp() "
	"ORDER BY o.due_at LIMIT 1) j ON true "
	"LEFT JOIN (SELECT pg_catalog.min(p.created_at) AS created_at, pg_catalog.count(*) AS depth "
	"FROM (SELECT m.created_at FROM jobs.email m "
	"WHERE m.next_attempt_at IS NOT NULL ORDER BY m.next_attempt_at LIMIT 10000) p) e ON true "
	"LEFT JOIN lag l ON true",
	{OIDOID}};

/*
 * Sentences as one text; NULL: there are none.
 */
static char *
join_sentences(List *problems)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach (cell, problems)
		appendStringInfo(&text, "%s%s", text.len ? " " : "", (char *) lfirst(cell));
	return text.len ? text.data : NULL;
}

static void
set_health_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	values[column] = text ? CStringGetTextDatum(text) : (Datum) 0;
}

static void
set_health_notifier(Datum *values, bool *nulls)
{
	Interval *lag = palloc0(sizeof(Interval));

	nulls[RESULT_health_report_notifier_running] = false;
	values[RESULT_health_report_notifier_running] = BoolGetDatum(notifier_slots_are_served());
	nulls[RESULT_health_report_notifier_lag] = !notifier_slots_lag(&lag->time);
	values[RESULT_health_report_notifier_lag] = IntervalPGetDatum(lag);
}

/*
 * Of the sweep, and of maintenance.
 */
static char *
scheduling_problem(Oid owner, TimestampTz last_run)
{
	char *problems[] = {
		schedule_problem(&cron_expiry, owner, last_run),
		schedule_problem(&cron_maintenance, owner, maintenance_last_end()),
	};
	List *told = NIL;

	for (int i = 0; i < lengthof(problems); i++)
	{
		if (problems[i])
			told = lappend(told, problems[i]);
	}
	return join_sentences(told);
}

/*
 * jobs.health_report(): the row of the view jobs.health, with the owner's rights, since
 * who watches sees no row of the tables.
 */
SQL_FUNCTION(health_report)
{
	TupleDesc desc = entry_row(fcinfo, RESULT(health_report));
	Rights caller;
	Oid owner = tables_owner();
	Datum database = ObjectIdGetDatum(MyDatabaseId);
	Datum values[NRESULT_health_report];
	bool nulls[NRESULT_health_report];
	char *problem;
	HeapTuple tuple;
	MemoryContext context = CurrentMemoryContext;

	SPI_connect();
	rights_switch(&caller, owner, SECURITY_NOFORCE_RLS | SECURITY_RESTRICTED_OPERATION);
	statement_prefer_indexes();
	if (statement_read(&health_report, &database, NULL) != 1)
		elog(ERROR, "could not read the health of jobs");
	for (int i = 0; i < RESULT_health_report_schedule_ok; i++)
		values[i] = statement_column(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
									 NameStr(TupleDescAttr(desc, i)->attname), &nulls[i]);
	set_health_text(values, nulls, RESULT_health_report_access_problem, join_sentences(access_problems(true)));
	rights_restore(&caller);

	problem = scheduling_problem(owner, nulls[RESULT_health_report_last_run_at] ?
											DT_NOBEGIN :
											DatumGetTimestampTz(values[RESULT_health_report_last_run_at]));
	set_health_text(values, nulls, RESULT_health_report_schedule_problem, problem);
	set_health_notifier(values, nulls);
	nulls[RESULT_health_report_schedule_ok] = false;
	values[RESULT_health_report_schedule_ok] = BoolGetDatum(problem == NULL);

	/* the row outlives SPI */
	MemoryContextSwitchTo(context);
	tuple = heap_form_tuple(BlessTupleDesc(desc), values, nulls);
	SPI_finish();
	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
