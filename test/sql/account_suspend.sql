-- Suspending accounts, and reinstating them.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('account_suspend') \gset
SELECT regress.job('account_suspend', 'responded') AS job, regress.job('account_suspend', 'completed') AS completed \gset
SELECT conversation_id AS conversation FROM jobs.job WHERE id = :job \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS offer \gset
CREATE TEMPORARY VIEW states AS
SELECT 'organization' AS kind, suspended_at IS NOT NULL AS suspended, suspension_reason FROM jobs.preferences WHERE organization_id = :org
UNION ALL SELECT 'member', suspended_at IS NOT NULL, suspension_reason FROM jobs.member WHERE id = :bob_id
UNION ALL SELECT 'merchant', suspended_at IS NOT NULL, suspension_reason FROM jobs.merchant WHERE id = :max_id;

-- who may, of whom
SELECT regress.state() AS before \gset
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try(format('SELECT jobs.suspend(%L, $$x$$, actor => %L)', :'max', :'ann'));
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT regress.try(format('SELECT jobs.suspend(%L, $$x$$, actor => %L)', :'max', :'ann')), regress.try(format('SELECT jobs.reinstate(%L, actor => %L)', :'max', :'max'));
-- what is hidden is not there, before it is asked who acts; a text that names nobody comes before that
SELECT whose, regress.try(format('SELECT jobs.suspend(%L, $$x$$, actor => %L)', account, :'ann')), regress.try(format('SELECT jobs.reinstate(%L, actor => %L)', account, :'ann'))
FROM (VALUES ('Ann', :'ann'), ('her organization', 'organization:' || :org), ('another one', 'organization:' || :other_org), ('Otto', :'otto'), ('nobody', 'merchant:1')) v (whose, account);
SELECT regress.try('SELECT jobs.suspend($$shop:1$$, $$x$$, actor => $$member:1$$)'), regress.try('SELECT jobs.reinstate($$shop:1$$, actor => $$member:1$$)');
SELECT account, regress.try(format('SELECT jobs.suspend(%L, $$x$$)', account)), regress.try(format('SELECT jobs.reinstate(%L)', account))
FROM unnest('{member:1,merchant:1,organization:1,member:01,member:,system,"",store:1,"organization: 5",NULL}'::text[]) account;
SELECT regress.try(format('SELECT jobs.suspend(%L, %L)', :'max', reason)) FROM unnest('{"",NULL}'::text[]) reason;
-- who is not suspended
SELECT jobs.reinstate(:'max'), jobs.reinstate('organization:' || :org);
RESET SESSION AUTHORIZATION;
SELECT regress.state() = :'before' AS unchanged;

-- What whoever acts tries: nothing by the suspended, everything else as usual
CREATE TEMPORARY TABLE places AS SELECT :conversation AS conversation, :job AS job, :completed AS completed, :offer AS offer;
CREATE FUNCTION pg_temp.tries()
RETURNS SETOF text
LANGUAGE sql AS $$
SELECT concat_ws('|', c.call, c.who, split_part(regress.try(format('SELECT jobs.%s, actor => %L)', format(c.call, d.org, d.service, p.conversation, p.job, p.completed, p.offer, d.store, d.bob_id, d.max_id),
	CASE c.who WHEN 'ann' THEN d.ann WHEN 'bob' THEN d.bob WHEN 'mia' THEN d.mia ELSE d.max END)), ' | ', 1))
FROM regress.directory d, pg_temp.places p, (VALUES
	(1, 'reply_to_job(%4$s, $x$x$x$', 'ann'), (2, 'reply_to_job(%4$s, $x$x$x$', 'bob'), (3, 'reply_to_job(%4$s, $x$x$x$', 'max'), (4, 'update_organization(%1$s, $x$x$x$', 'ann'),
	(5, 'update_member(%8$s, $x$x$x$', 'bob'), (6, 'update_merchant(%9$s, $x$x$x$', 'max'), (7, 'assign_members(%4$s, ARRAY[%8$s]', 'ann'), (8, 'accept_proposal(%6$s', 'max'),
	(9, 'start_conversation(%1$s, $x$x$x$', 'mia'), (10, 'request_job(%2$s, $x$x$x$, $x$x$x$, %1$s', 'mia'), (11, 'request_job(%2$s, $x$x$x$, $x$x$x$', 'mia'), (12, 'decline_job(%4$s', 'max'), (13, 'decline_job(%4$s', 'ann'),
	(14, 'block_conversation(%3$s', 'max'), (15, 'close_organization(%1$s', 'ann'), (16, 'close_merchant(%9$s', 'max')) c (n, call, who)
WHERE d.test = 'account_suspend' ORDER BY c.n
$$;
BEGIN;
SELECT jobs.suspend('organization:' || :org, 'Complaints');
SELECT * FROM states ORDER BY kind;
SELECT action, actor, organization_id = :org, merchant_id, details FROM jobs.event ORDER BY id DESC LIMIT 1;
SAVEPOINT tried;
SELECT pg_temp.tries();
ROLLBACK TO tried;
SELECT count(*) FROM jobs.match_organizations(:service) WHERE organization_id = :org;
SELECT count(*) FROM jobs.search_organizations(NULL, :service) WHERE organization_id = :org;
-- it reads its own, and why
SELECT jobs.act_as(:'ann');
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT suspension_reason FROM jobs.preferences;
SELECT count(*) > 0 FROM jobs.job_list;
SELECT count(*) FROM jobs.allowed_actions(:job);
RESET SESSION AUTHORIZATION;
SELECT regress.try(format('INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (%s, 0, $$x$$)', :conversation)), regress.try(format('UPDATE jobs.member SET name = $$x$$ WHERE id = %s', :ann_id)),
	regress.try(format('UPDATE jobs.preferences SET suspended_at = NULL WHERE organization_id = %s', :org));
-- the other side doesn't
SELECT jobs.act_as(:'max');
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT count(*) FROM jobs.preferences;
RESET SESSION AUTHORIZATION;
SELECT jobs.act_as('');
-- nor is it offered what is refused
SELECT string_agg(a, ' ') FROM jobs.proposal_actions(:offer, actor => :'max') a;
-- another reason; the same once more; and an end
SELECT jobs.suspend('organization:' || :org, 'Other complaints');
SELECT * FROM states WHERE suspended;
SELECT regress.state() AS suspended \gset
SELECT jobs.suspend('organization:' || :org, 'Other complaints');
SELECT regress.state() = :'suspended' AS unchanged;
SELECT jobs.reinstate('organization:' || :org);
SELECT * FROM states ORDER BY kind;
SELECT action, actor FROM jobs.event ORDER BY id DESC LIMIT 1;
SELECT count(*) FROM jobs.match_organizations(:service) WHERE organization_id = :org;
SELECT jobs.reply_to_job(:job, 'Back', actor => :'ann') IS NOT NULL;
ROLLBACK;
BEGIN;
SELECT jobs.suspend(:'bob', 'Rude');
SELECT details = jsonb_build_object('member_id', :bob_id), organization_id = :org FROM jobs.event ORDER BY id DESC LIMIT 1;
SELECT pg_temp.tries();
ROLLBACK;
BEGIN;
SELECT jobs.suspend(:'max', 'Does not pay');
SELECT details, merchant_id = :max_id, organization_id FROM jobs.event ORDER BY id DESC LIMIT 1;
SELECT pg_temp.tries();
ROLLBACK;
-- the operator acts for nobody who is suspended either, but for closing in its name
BEGIN;
SELECT jobs.suspend(:'max', 'Does not pay');
SELECT regress.try(format('SELECT jobs.rematch_request(%s)', request_id)) FROM jobs.job WHERE id = :job;
SELECT jobs.close_merchant(:max_id);
SELECT status FROM jobs.job WHERE id = :job;
ROLLBACK;

-- Live jobs run out as usual, and are rematched; those of a merchant who is suspended are not
CREATE FUNCTION pg_temp.run_out(request bigint)
RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM regress.run_out(id) FROM jobs.job WHERE request_id = request AND status = 'new';
	PERFORM jobs.expire_jobs(100000);
	RETURN (SELECT string_agg(status || ' ' || origin, ', ' ORDER BY id) FROM jobs.job WHERE request_id = request);
END
$$;
BEGIN;
SELECT jobs.provide_service(:other_org, :service, actor => :'otto');
SELECT jobs.set_preferences(:other_org, is_listed => false);
SELECT request_id AS request FROM jobs.request_job(:service, 'Matched', 'Please', max_matches => 1, auto_rematch => true, actor => :'mia') \gset
SELECT jobs.set_preferences(:other_org, is_listed => true);
SELECT jobs.suspend('organization:' || :org, 'Complaints');
SAVEPOINT running;
SELECT pg_temp.run_out(:request);
ROLLBACK TO running;
SELECT jobs.suspend(:'mia', 'Does not pay');
SELECT pg_temp.run_out(:request);
ROLLBACK;
