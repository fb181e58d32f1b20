/*
 * names.h
 *
 * What the tables are called: every table, column and index that C code names.
 */
#ifndef JOBS_NAMES_H
#define JOBS_NAMES_H

#define JOBS_SCHEMA "jobs"
#define JOBS_SCHEMA_VERSION 1

/* The name that each trigger of ours starts with: it sorts before all others. */
#define JOBS_TRIGGER_PREFIX "00_jobs_"

/* Every table and the columns that C code names. */
/* clang-format off */
#define JOBS_TABLES(T) \
	T(assignment) T(conversation) T(decline) T(email) T(email_template) T(event_consumer) T(job) \
	T(job_event) T(member) T(merchant) T(message) T(node) T(organization) T(preferences) T(proposal) \
	T(provided_service) T(ranking_stat) T(review) T(role_binding) \
	T(service) T(store)

#define COLUMNS_assignment(C) \
	C(assignment, organization_id) C(assignment, job_id) C(assignment, member_id) \
	C(assignment, assigned_by) C(assignment, assigned_at)
#define COLUMNS_conversation(C) \
	C(conversation, id) C(conversation, organization_id) C(conversation, merchant_id) \
	C(conversation, is_blocked) C(conversation, created_at)
#define COLUMNS_decline(C) \
	C(decline, organization_id) C(decline, job_id) C(decline, merchant_id) \
	C(decline, service_id) C(decline, declined_by) C(decline, actor) C(decline, reason) \
	C(decline, comment) C(decline, from_status) C(decline, declined_at)
#define COLUMNS_email(C) \
	C(email, id) C(email, organization_id) C(email, job_id) C(email, member_id) \
	C(email, kind) C(email, recipient) C(email, language) C(email, payload) \
	C(email, created_at) C(email, attempts) C(email, next_attempt_at) C(email, claim_token) \
	C(email, claimed_by) C(email, sent_at) C(email, dead_at) C(email, cancelled_at) \
	C(email, last_error)
#define COLUMNS_email_template(C) \
	C(email_template, kind) C(email_template, language) C(email_template, subject) \
	C(email_template, body) C(email_template, is_changed)
#define COLUMNS_event_consumer(C) \
	C(event_consumer, id) C(event_consumer, organization_id) C(event_consumer, merchant_id) \
	C(event_consumer, name) C(event_consumer, position) C(event_consumer, created_at) \
	C(event_consumer, acked_at)
#define COLUMNS_job(C) \
	C(job, id) C(job, organization_id) C(job, merchant_id) C(job, store_id) \
	C(job, conversation_id) C(job, proposal_id) C(job, request_id) C(job, origin) \
	C(job, auto_rematch) C(job, service_id) \
	C(job, title) C(job, description) C(job, budget) C(job, currency) C(job, status) \
	C(job, created_at) C(job, respond_by) C(job, due_at) C(job, remind_at) C(job, opened_at) \
	C(job, first_response_at) C(job, completed_at) C(job, confirmed_at) C(job, client_key)
#define COLUMNS_job_event(C) \
	C(job_event, id) C(job_event, organization_id) C(job_event, merchant_id) \
	C(job_event, job_id) C(job_event, action) C(job_event, from_status) \
	C(job_event, to_status) C(job_event, actor) C(job_event, occurred_at) \
	C(job_event, details) C(job_event, position)
#define COLUMNS_member(C) \
	C(member, id) C(member, organization_id) C(member, name) C(member, email) \
	C(member, language) C(member, email_scope) C(member, is_active) C(member, created_at)
#define COLUMNS_merchant(C) \
	C(merchant, id) C(merchant, name) C(merchant, email) C(merchant, language) \
	C(merchant, is_dropshipper) C(merchant, created_at)
#define COLUMNS_message(C) \
	C(message, id) C(message, organization_id) C(message, merchant_id) \
	C(message, conversation_id) C(message, job_id) C(message, proposal_id) \
	C(message, author) C(message, body) C(message, sent_at) C(message, client_key)
#define COLUMNS_node(C) \
	C(node, id) C(node, schema_version) C(node, first_slot) C(node, last_slot) \
	C(node, marketplace_id) C(node, grants) C(node, last_sweep_at) \
	C(node, purged_position)
#define COLUMNS_organization(C) \
	C(organization, id) C(organization, name) C(organization, description) \
	C(organization, language) C(organization, slot) C(organization, search) \
	C(organization, created_at)
#define COLUMNS_preferences(C) \
	C(preferences, organization_id) C(preferences, is_available) C(preferences, is_listed) \
	C(preferences, accepts_dropshipping) C(preferences, notification_email)
#define COLUMNS_proposal(C) \
	C(proposal, id) C(proposal, organization_id) C(proposal, merchant_id) \
	C(proposal, conversation_id) C(proposal, service_id) C(proposal, title) \
	C(proposal, work) C(proposal, price) C(proposal, currency) C(proposal, status) \
	C(proposal, store_id) C(proposal, sent_by) C(proposal, sent_at) \
	C(proposal, decided_at) C(proposal, review_requested_at) C(proposal, client_key)
#define COLUMNS_provided_service(C) \
	C(provided_service, organization_id) C(provided_service, service_id) \
	C(provided_service, min_price) C(provided_service, max_price) \
	C(provided_service, currency)
#define COLUMNS_ranking_stat(C) \
	C(ranking_stat, organization_id) C(ranking_stat, service_id) C(ranking_stat, part) \
	C(ranking_stat, landmark) \
	C(ranking_stat, half_life) C(ranking_stat, received) C(ranking_stat, decided) \
	C(ranking_stat, answered) C(ranking_stat, declined) C(ranking_stat, expired) \
	C(ranking_stat, completed) C(ranking_stat, reviews) C(ranking_stat, stars) \
	C(ranking_stat, confirmed_jobs)
#define COLUMNS_review(C) \
	C(review, id) C(review, organization_id) C(review, merchant_id) C(review, service_id) \
	C(review, job_id) C(review, proposal_id) C(review, communication) C(review, quality) \
	C(review, comment) C(review, written_at) C(review, reply) C(review, replied_by) \
	C(review, replied_at)
#define COLUMNS_role_binding(C) \
	C(role_binding, role_name) C(role_binding, role_oid) C(role_binding, actor) \
	C(role_binding, bound_at)
#define COLUMNS_service(C) \
	C(service, id) C(service, name)
#define COLUMNS_store(C) \
	C(store, id) C(store, merchant_id) C(store, name) C(store, url) C(store, created_at)

/* TABLE_job and so on */
#define TABLE_ENUMERATOR(t) TABLE_##t,
typedef enum TableId
{
	JOBS_TABLES(TABLE_ENUMERATOR)
	TABLE_COUNT
} TableId;

/* Col_job_status and so on: positions in Table.att, not attribute numbers */
#define COLUMN_ENUMERATOR(t, c) Col_##t##_##c,
#define COLUMN_ENUM(t) enum { COLUMNS_##t(COLUMN_ENUMERATOR) Ncol_##t };
JOBS_TABLES(COLUMN_ENUM)

/* Indexes that are scanned, beside primary keys. */
#define JOBS_INDEXES(I) \
	I(conversation_parties) I(email_pending) I(event_consumer_owner) \
	I(event_consumer_position) I(event_consumer_slowest) I(job_client_key) I(job_conversation) I(job_due) \
	I(job_event_merchant) I(job_event_organization) I(job_event_position) \
	I(job_event_unnumbered) I(job_remind) I(job_request) I(member_organization) \
	I(message_expert_key) I(message_job) I(message_merchant_key) I(proposal_client_key) \
	I(provided_service_service) I(ranking_stat_service) I(review_job) I(review_proposal)

/* INDEX_job_due and so on */
#define INDEX_ENUMERATOR(i) INDEX_##i,
typedef enum IndexId
{
	JOBS_INDEXES(INDEX_ENUMERATOR)
	INDEX_COUNT,
	PRIMARY_KEY = INDEX_COUNT
} IndexId;
/* clang-format on */

extern const char *table_name(TableId id);

/* InvalidOid when there is no such table. */
extern Oid table_oid(TableId id);

/* Name of a column, and how many columns of the table the library knows. */
extern const char *table_column(TableId id, int column);
extern int table_column_count(TableId id);

extern const char *index_name(IndexId id);

/*
 * The role that owns the first of the tables that stands, whatever state they are in;
 * InvalidOid: none stands.
 */
extern Oid tables_standing_owner(void);

#endif
