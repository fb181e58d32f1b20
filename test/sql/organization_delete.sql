-- Deleting an organization that nobody has dealt with.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT * FROM regress.directory('organization_delete') \gset
SELECT regress.state() AS empty \gset
SELECT jobs.create_organization('Twice', 'twice@organization_delete.example', client_key => '00000000-0000-0000-0000-0000000000de') AS twice \gset
SELECT jobs.add_member(:twice, 'Tim', 'tim@organization_delete.example') AS tim_id \gset
SELECT jobs.add_member(:twice, 'Tom', 'tom@organization_delete.example') IS NOT NULL;
SELECT jobs.provide_service(:twice, :service, 5, 9), jobs.provide_service(:twice, :unprovided);
SELECT jobs.create_consumer('feed', actor => 'member:' || :tim_id), jobs.create_consumer('other', actor => 'member:' || :tim_id);
SELECT name FROM jobs.search_organizations('twice');
SELECT count(*) FROM jobs.match_organizations(:unprovided);

-- who may, and which; nothing comes of it
SELECT regress.state() AS before \gset
SELECT role, regress.try(format('SELECT jobs.delete_organization(%s)', :twice)) FROM unnest('{app,bound,mailer,monitor,viewer,stranger}'::text[]) role,
	LATERAL set_config('role', 'regress_jobs_' || role, true);
RESET ROLE;
SELECT regress.try(format('SELECT jobs.delete_organization(%s)', id)) FROM unnest(ARRAY['NULL', '1', '-1']) id;
SELECT jobs.act_as('');
SELECT regress.state() = :'before' AS unchanged;

-- one with a conversation, blocked or not, without a job or with one
SELECT jobs.start_conversation(:other_org, 'Hello', actor => :'max') AS conversation \gset
SELECT regress.job('organization_delete') IS NOT NULL;
SELECT regress.state() AS before \gset
SELECT regress.try(format('SELECT jobs.delete_organization(%s)', id)) FROM unnest(ARRAY[:org, :other_org]) id;
SELECT regress.state() = :'before' AS unchanged;

-- one whose member is a role, until it is no more
CREATE ROLE regress_jobs_tim;
SELECT jobs.bind_role('regress_jobs_tim', 'member:' || :tim_id);
CREATE ROLE regress_jobs_tam;
SELECT jobs.bind_role('regress_jobs_tam', :'ann');
SELECT regress.try(format('SELECT jobs.delete_organization(%s)', :twice));
SELECT jobs.unbind_role('regress_jobs_tim');

-- one that a table of a user refers to
CREATE TABLE regress.profile (organization_id bigint REFERENCES jobs.organization, member_id bigint REFERENCES jobs.member);
INSERT INTO regress.profile VALUES (:twice, NULL);
SELECT left(regress.try(format('SELECT jobs.delete_organization(%s)', :twice)), 5);
UPDATE regress.profile SET organization_id = NULL, member_id = :tim_id;
SELECT left(regress.try(format('SELECT jobs.delete_organization(%s)', :twice)), 5);
DROP TABLE regress.profile;
-- a row that a trigger of a user keeps
GRANT EXECUTE ON FUNCTION regress.suppress TO regress_jobs_owner;
SELECT t, regexp_replace(regress.try(format('CREATE TRIGGER own BEFORE DELETE ON jobs.%s FOR EACH ROW EXECUTE FUNCTION regress.suppress()', t)), ':.*', ''),
	left(regress.try(format('SELECT jobs.delete_organization(%s)', :twice)), 5), regexp_replace(regress.try(format('DROP TRIGGER own ON jobs.%s', t)), ':.*', '')
FROM unnest('{organization,preferences,member,provided_service,event_consumer}'::text[]) t;

-- what it has goes with it, and all else stays: preferences, two members, two services, two consumers
SELECT jobs.unbind_role('regress_jobs_tam');
SET LOCAL ROLE regress_jobs_operator;
SELECT jobs.delete_organization(:twice);
RESET ROLE;
SELECT count(*) FROM jobs.organization WHERE id = :twice;
SELECT count(*) FROM jobs.search_organizations('twice');
SELECT count(*) FROM jobs.match_organizations(:unprovided);
SELECT regress.try(format('SELECT jobs.delete_organization(%s)', :twice));
SELECT regress.try(format('SELECT jobs.add_member(%s, $$Tim$$, $$tim@x.example$$)', :twice));
SELECT regress.try(format('SELECT jobs.set_preferences(%s, actor => $$member:%s$$)', :twice, :tim_id));
SELECT count(*) FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attname = 'organization_id',
	LATERAL (SELECT (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM jobs.%I WHERE organization_id = %s', relname, :twice), false, true, '')))[1]::text::integer AS n) x
WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' AND n > 0;
-- and with it the key of its sign-up
SELECT jobs.create_organization('Twice', 'twice@organization_delete.example', client_key => '00000000-0000-0000-0000-0000000000de') > :twice AS anew;
-- what matching has of it goes as well, where rows were deleted by hand
SELECT jobs.create_organization('Ranked', 'ranked@organization_delete.example') AS ranked \gset
SET LOCAL session_replication_role = replica;
INSERT INTO jobs.ranking_stat (organization_id, service_id, part, landmark, half_life, received, decided, answered, declined, expired, completed, reviews, stars, confirmed_jobs, standing)
VALUES (:ranked, :service, 1, now(), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
SET LOCAL session_replication_role = origin;
SELECT jobs.delete_organization(:ranked);
SELECT count(*) FROM jobs.ranking_stat WHERE organization_id = :ranked;
ROLLBACK;
BEGIN READ ONLY;
SELECT regress.try('SELECT jobs.delete_organization(1)');
ROLLBACK;
