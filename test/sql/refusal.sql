-- The rules that refuse: jobs.refusals(), and the errors that name them.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM regress.directory('refusal') \gset
SELECT * FROM jobs.refusals();
SELECT count(*) = count(DISTINCT rule) AS distinct_names FROM jobs.refusals();

-- Each of them is met, says its code and its name, and changes nothing.
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation, jobs.start_conversation(:other_org, 'Hello', actor => :'max') AS other_conversation \gset
SELECT jobs.send_proposal(:conversation, :service, 'Title', 'Work', 5, actor => :'ann') AS open_proposal,
	jobs.send_proposal(:conversation, :service, 'Title', 'Work', 5, actor => :'ann') AS new_store,
	jobs.send_proposal(:conversation, :service, 'Title', 'Work', 5, actor => :'ann') AS asked \gset
SELECT jobs.accept_proposal(:new_store, actor => :'max'), jobs.accept_proposal(:asked, actor => :'max'), jobs.request_review(:asked, actor => :'ann');
SELECT jobs.review_proposal(:asked, 4, 5, actor => :'max') AS review \gset
SELECT jobs.reply_to_review(:review, 'Thanks', actor => :'ann');
SELECT jobs.create_organization('Away', 'away@away.example') AS away, jobs.create_organization('Picky', 'picky@picky.example') AS picky,
	'merchant:' || jobs.create_merchant('Drop', 'drop@drop.example', is_dropshipper => true) AS drop \gset
SELECT jobs.create_merchant('Ruth', 'ruth@refusal.example') AS erased \gset
SELECT jobs.erase_person('merchant:' || :erased) > 0;
SELECT jobs.set_preferences(:away, is_available => false), jobs.set_preferences(:picky, accepts_dropshipping => false);

SELECT regress.job('refusal', 'declined') AS declined, regress.job('refusal', 'completed') AS completed, regress.job('refusal', 'overdue') AS overdue,
	regress.job('refusal') AS live, regress.job('refusal') AS another \gset
SELECT jobs.start_conversation(:other_org, 'Hello', actor => :'mia') AS blocked \gset
SELECT jobs.block_conversation(:blocked, actor => :'mia');
SELECT email_id AS held FROM jobs.claim_emails(1) \gset
SELECT jobs.ack_emails(ARRAY[:held], ARRAY[claim_token]) FROM jobs.email WHERE id = :held;
SELECT jobs.reply_to_job(:live, 'Once', '11111111-1111-1111-1111-111111111111', actor => :'ann') > 0;
SELECT jobs.create_consumer('refusal', actor => :'max');
SELECT request_id AS withdrawn FROM jobs.request_job(:service, 'Withdrawn', 'Text', :org, actor => :'max') \gset
SELECT jobs.withdraw_request(:withdrawn, actor => :'max');
CREATE TABLE pg_temp.refused (rule text, statement text);
INSERT INTO pg_temp.refused VALUES
	('row_missing', format('SELECT jobs.open_job(1, actor => %L)', :'ann')),
	('row_missing', format('SELECT jobs.open_job(%s, actor => %L)', :live, :'otto')),
	('actor_missing', format('SELECT jobs.open_job(%s, actor => $$member:1$$)', :live)),
	('actor_missing', format('SELECT jobs.open_job(%s, actor => %L)', :live, :'gone')),
	('job_status', format('SELECT jobs.mark_inactive(%s, actor => %L)', :declined, :'ann')),
	('job_status', format('UPDATE jobs.job SET status = $$responded$$ WHERE id = %s', :another)),
	('job_expired', format('SELECT jobs.open_job(%s, actor => %L)', :overdue, :'ann')),
	('job_expired', format('UPDATE jobs.job SET status = $$opened$$ WHERE id = %s', :overdue)),
	('completion_unconfirmed', format('SELECT jobs.review_job(%s, 4, 5, actor => %L)', :completed, :'max')),
	('conversation_blocked', format('SELECT jobs.send_message(%s, $$Hello$$, actor => %L)', :blocked, :'mia')),
	('has_live_jobs', format('SELECT jobs.erase_person(%L)', :'max')),
	('person_erased', format('SELECT jobs.reopen_merchant(%s)', :erased)),
	('organization_unavailable', format('SELECT jobs.start_conversation(%s, $$Hello$$, actor => %L)', :away, :'max')),
	('dropshipping_refused', format('SELECT jobs.start_conversation(%s, $$Hello$$, actor => %L)', :picky, :'drop')),
	('nobody_matches', format('SELECT jobs.request_job(%s, $$a$$, $$b$$, actor => %L)', :unprovided, :'max')),
	('request_withdrawn', format('SELECT jobs.rematch_request(%s, actor => %L)', :withdrawn, :'max')),
	('organization_in_use', format('SELECT jobs.delete_organization(%s)', :org)),
	('proposal_decided', format('SELECT jobs.decline_proposal(%s, actor => %L)', :new_store, :'max')),
	('proposal_without_work', format('SELECT jobs.request_review(%s, actor => %L)', :open_proposal, :'ann')),
	('review_unrequested', format('SELECT jobs.review_proposal(%s, 4, 5, actor => %L)', :new_store, :'max')),
	('review_written', format('SELECT jobs.review_proposal(%s, 1, 1, actor => %L)', :asked, :'max')),
	('review_replied', format('SELECT jobs.reply_to_review(%s, $$No$$, actor => %L)', :review, :'bob')),
	('email_sent', format('SELECT jobs.retry_email(%s)', :held)),
	('claim_stale', format('SELECT jobs.fail_email(%s, gen_random_uuid(), $$busy$$)', :held)),
	('nobody_acts', format('SELECT jobs.start_conversation(%s, $$Hello$$, actor => $$$$)', :org)),
	('actor_kind', format('SELECT jobs.open_job(%s, actor => %L)', :live, :'max')),
	('service_not_provided', format('SELECT jobs.request_job(%s, $$a$$, $$b$$, %s, actor => %L)', :unprovided, :org, :'max')),
	('several_live_jobs', format('SELECT jobs.send_message(%s, $$Hello$$, actor => %L)', :conversation, :'max')),
	('job_of_other_conversation', format('SELECT jobs.send_message(%s, $$Hello$$, %s, actor => %L)', :other_conversation, :live, :'max')),
	('consumer_exists', format('SELECT jobs.create_consumer($$refusal$$, false, actor => %L)', :'max')),
	('client_key_used', format('SELECT jobs.reply_to_job(%s, $$Other$$, %L, actor => %L)', :live, '11111111-1111-1111-1111-111111111111', :'ann'));
CREATE FUNCTION pg_temp.refusal(statement text, OUT rule text, OUT code text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE division_by_zero;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, code = RETURNED_SQLSTATE;
END
$$;
SELECT regress.state() AS before \gset
SELECT r.rule, s.rule, s.code, regress.mask(r.statement) FROM pg_temp.refused r, LATERAL pg_temp.refusal(r.statement) s
WHERE (r.rule, s.code) <> (s.rule, (SELECT sqlstate FROM jobs.refusals() l WHERE l.rule = s.rule)) OR s.rule = '';
SELECT regress.state() = :'before' AS unchanged;
SELECT l.rule AS untried FROM jobs.refusals() l WHERE NOT EXISTS (SELECT FROM pg_temp.refused r WHERE r.rule = l.rule);

-- an UPDATE that leads back
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT * FROM pg_temp.refusal(format('UPDATE jobs.job SET status = $$opened$$ WHERE id = %s', :live));
ROLLBACK;
-- the last one: who acts does not change in the midst of an action
CREATE FUNCTION pg_temp.act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM jobs.act_as(''); RETURN NEW; END $$;
BEGIN;
GRANT EXECUTE ON FUNCTION pg_temp.act TO PUBLIC;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION pg_temp.act();
SELECT * FROM pg_temp.refusal(format('SELECT jobs.reply_to_job(%s, $$Hello$$, actor => %L)', :live, :'ann'));
ROLLBACK;
SELECT jobs.drop_consumer('refusal', actor => :'max');
