-- Erasing people: what goes, what stays, and who reads what then.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('person_erase') \gset
SELECT regress.job('person_erase', 'confirmed') AS confirmed, regress.job('person_erase', 'responded') AS live, regress.job('person_erase', 'confirmed', true) AS proposed \gset
SELECT conversation_id AS conversation FROM jobs.job WHERE id = :live \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'bob') AS offer, jobs.send_proposal(:conversation, :service, 'Other offer', 'Work', 1, actor => :'ann') AS other_offer,
	jobs.send_message(:conversation, 'Words of Max', 0, actor => :'max') AS words \gset
CREATE TEMPORARY VIEW people AS
SELECT 'member' AS kind, id, name, email, client_key, is_active AS is_open, suspended_at IS NOT NULL AS suspended, suspension_reason, erased_at IS NOT NULL AS erased FROM jobs.member WHERE id IN (:ann_id, :bob_id)
UNION ALL SELECT 'merchant', id, name, email, client_key, closed_at IS NULL, suspended_at IS NOT NULL, suspension_reason, erased_at IS NOT NULL FROM jobs.merchant WHERE id IN (:max_id, :mia_id);
CREATE FUNCTION pg_temp.events(since bigint) RETURNS SETOF text LANGUAGE sql AS $$
SELECT concat_ws('|', action, regress.who(actor), CASE WHEN organization_id IS NOT NULL THEN 'organization' END, CASE WHEN merchant_id IS NOT NULL THEN 'merchant' END,
	CASE WHEN conversation_id IS NOT NULL THEN 'conversation' END, CASE WHEN details ? 'member_id' THEN 'member_id' END)
FROM jobs.event WHERE id > since AND action NOT IN ('unassign') ORDER BY id
$$;

-- who may, of whom; and nobody who has live jobs
SELECT regress.state() AS before \gset
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try(format('SELECT jobs.erase_person(%L)', :'max')), regress.try(format('SELECT jobs.export_person(%L)', :'max'));
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT person, regress.try(format('SELECT jobs.erase_person(%L)', person)), regress.try(format('SELECT jobs.export_person(%L)', person))
FROM unnest('{member:1,merchant:1,organization:1,member:01,system,"",NULL}'::text[]) person;
SELECT regress.try(format('SELECT jobs.erase_person(%L, NULL)', :'mia'));
SELECT regress.try(format('SELECT jobs.erase_person(%L, true)', :'max'));
RESET SESSION AUTHORIZATION;
SELECT regress.state() = :'before' AS unchanged;
BEGIN;
SELECT jobs.assign_members(:live, ARRAY[:bob_id], actor => :'ann');
SELECT regress.try(format('SELECT jobs.erase_person(%L)', :'bob'));
ROLLBACK;

-- Bob, without what he wrote: he leaves by that
SELECT max(id) AS since FROM jobs.event \gset
SELECT jobs.suspend(:'bob', 'Complaints');
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT jobs.erase_person(:'bob') > 0;
SELECT jobs.erase_person(:'bob');
RESET SESSION AUTHORIZATION;
SELECT name, email, client_key, is_open, suspended, suspension_reason, erased FROM people WHERE id = :bob_id AND kind = 'member';
SELECT pg_temp.events(:since);
SELECT title, work FROM jobs.proposal WHERE id IN (:offer, :other_offer) ORDER BY id;
-- then with it, once
SELECT max(id) AS since FROM jobs.event \gset
SELECT jobs.erase_person(:'bob', texts => true), jobs.erase_person(:'bob', texts => true), jobs.erase_person(:'bob');
SELECT pg_temp.events(:since);
SELECT title, work, status FROM jobs.proposal WHERE id IN (:offer, :other_offer) ORDER BY id;
SELECT body FROM jobs.message WHERE proposal_id IN (:offer, :other_offer) ORDER BY id;
-- he does not come back
SELECT regress.try(format('SELECT jobs.activate_member(%s, actor => %L)', :bob_id, :'ann')), regress.try(format('SELECT jobs.update_member(%s, name => %L)', :bob_id, 'Bob')),
	regress.try(format('UPDATE jobs.member SET is_active = true WHERE id = %s', :bob_id)), regress.try(format('UPDATE jobs.member SET name = %L WHERE id = %s', 'Bob', :bob_id)),
	regress.try(format('UPDATE jobs.member SET erased_at = NULL WHERE id = %s', :bob_id)), regress.try(format('UPDATE jobs.member SET name = name WHERE id = %s', :bob_id));

-- The words of a live job that came of a proposal stay until it ends; other words of hers don't
BEGIN;
SELECT jobs.accept_proposal(:other_offer, :store, actor => :'max') AS offered \gset
SELECT regress.try(format('SELECT jobs.erase_person(%L, true)', :'ann'));
SELECT jobs.erase_person(:'ann') > 0;
SELECT jobs.decline_job(:offered, actor => :'max');
SELECT jobs.erase_person(:'ann', true) > 0;
SELECT title, description FROM jobs.job WHERE id IN (:offered, :proposed, :confirmed) ORDER BY id;
ROLLBACK;

-- Max, who had another address, and two of whose e-mails failed
SELECT count(*) >= 0 FROM jobs.claim_emails(1000);
SELECT bool_and(jobs.fail_email(id, claim_token, 'No such user max', true) IS NULL) FROM jobs.email WHERE claim_token IS NOT NULL AND recipient = 'max@person_erase.example';
SELECT jobs.update_merchant(:max_id, email => 'max@new.person_erase.example'), jobs.update_member(:ann_id, language => 'de');
SELECT jobs.create_consumer('erase', actor => :'max');
SELECT max(id) AS since FROM jobs.event \gset
SELECT count(*) AS mails FROM jobs.email WHERE recipient LIKE 'max@%person_erase.example' \gset
BEGIN;
-- an address that is another one's, too, stays the other one's
SELECT jobs.update_member(:ann_id, email => 'max@new.person_erase.example');
SELECT jobs.reply_to_job(:live, 'Another answer', actor => :'ann') > 0, jobs.close_merchant(:max_id, actor => :'max');
SELECT jobs.erase_person(:'max') > 0;
SELECT count(*) > 0 FROM jobs.email WHERE recipient = 'max@new.person_erase.example';
ROLLBACK;
SELECT jobs.close_merchant(:max_id, actor => :'max');
SELECT jobs.erase_person(:'max', texts => true) > 0, jobs.erase_person(:'max', texts => true);
SELECT name, email, client_key, is_open, suspended, suspension_reason, erased FROM people WHERE id = :max_id AND kind = 'merchant';
SELECT name, url, client_key, removed_at IS NOT NULL FROM jobs.store WHERE merchant_id = :max_id;
SELECT pg_temp.events(:since);
SELECT count(*) = :mails, bool_or(COALESCE(last_error, claimed_by, claim_token::text, failed_token::text) IS NOT NULL), bool_or(next_attempt_at IS NOT NULL) FROM jobs.email e
WHERE recipient = 'nobody@erased.invalid' AND organization_id = :org AND member_id IS NULL;
SELECT count(*) FROM jobs.email WHERE recipient LIKE 'max@%person_erase.example';
SELECT count(*) FROM jobs.event_consumer WHERE merchant_id = :max_id;
SELECT title, description, status FROM jobs.job WHERE id IN (:confirmed, :proposed) ORDER BY id;
SELECT author = :'max', body FROM jobs.message WHERE conversation_id = :conversation ORDER BY id;
SELECT regress.try(format('SELECT jobs.reopen_merchant(%s)', :max_id)), regress.try(format('SELECT jobs.update_merchant(%s, name => %L)', :max_id, 'Max')), regress.try(format('SELECT jobs.update_store(%s, name => %L)', :store, 'Shop')),
	regress.try(format('UPDATE jobs.merchant SET email = %L WHERE id = %s', 'max@x.example', :max_id));

-- One who never dealt with anybody; and an address anew
SELECT jobs.create_merchant('Lone', 'lone@person_erase.example', client_key => '7e000000-0000-4000-8000-000000000001') AS lone \gset
SELECT max(id) AS since FROM jobs.event \gset
SELECT jobs.erase_person('merchant:' || :lone);
SELECT pg_temp.events(:since);
SELECT jobs.create_merchant('Lone', 'lone@person_erase.example', client_key => '7e000000-0000-4000-8000-000000000001') <> :lone AS anew;

-- Whoever reads the names reads them in the own language, operators in English
SELECT jobs.display_name(:'max'), jobs.display_name(:'bob'), merchant_name, store_name FROM jobs.job_list WHERE id = :confirmed;
BEGIN;
SELECT jobs.act_as(:'ann');
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.display_name(:'max'), jobs.display_name(:'bob'), merchant_name, store_name FROM jobs.job_list WHERE id = :confirmed;
SELECT DISTINCT actor_name FROM jobs.job_timeline WHERE job_id = :confirmed ORDER BY 1;
ROLLBACK;
-- so do e-mails
SELECT jobs.update_organization(:org, language => 'de');
UPDATE jobs.email SET language = 'de' WHERE organization_id = :org;
SELECT jobs.retry_email(max(id)) FROM jobs.email WHERE job_id = :confirmed AND recipient LIKE 'desk@%';
SELECT regexp_replace(body, '\d+', '#', 'g') FROM jobs.claim_emails(1000) WHERE job_id = :confirmed;

-- What users keep of their own is theirs to erase; their triggers fire
ALTER TABLE jobs.merchant ADD COLUMN phone text;
UPDATE jobs.merchant SET phone = '123' WHERE id = :max_id;
UPDATE jobs.merchant SET phone = NULL WHERE id = :max_id;
CREATE FUNCTION pg_temp.forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.phone := NULL; RETURN NEW; END $$;
GRANT EXECUTE ON FUNCTION pg_temp.forget TO PUBLIC;
CREATE TRIGGER forget BEFORE UPDATE OF erased_at ON jobs.merchant FOR EACH ROW EXECUTE FUNCTION pg_temp.forget();
UPDATE jobs.merchant SET phone = '456' WHERE id = :mia_id;
BEGIN;
SELECT jobs.erase_person(:'mia') > 0;
SELECT name, phone FROM jobs.merchant WHERE id = :mia_id;
ROLLBACK;
ALTER TABLE jobs.merchant DROP COLUMN phone CASCADE;
DROP TRIGGER forget ON jobs.merchant;

-- Nothing is done to older tables
BEGIN;
ALTER TABLE jobs.merchant RENAME COLUMN erased_at TO was_erased_at;
SELECT regress.try(format('SELECT jobs.erase_person(%L)', :'mia'));
ROLLBACK;
