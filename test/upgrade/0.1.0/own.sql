-- What users add to a marketplace of their own, and who may use it. Run by a superuser after jobs.install(),
-- when Ann, member 1025, and Max, merchant 1024, are there.
SELECT jobs.grant_access('shop_app', 'app'), jobs.grant_access('shop_boss', 'operator'), jobs.grant_access('shop_mailer', 'mailer'),
	jobs.grant_access('shop_monitor', 'monitor'), jobs.grant_access('shop_viewer', 'viewer'),
	jobs.grant_access('shop_second', 'app'), jobs.grant_access('shop_second', 'mailer'),
	jobs.bind_role('shop_ann', 'member:1025'), jobs.bind_role('shop_max', 'merchant:1024');

-- beside the kinds of access
GRANT USAGE ON SCHEMA jobs TO shop_reports;
GRANT SELECT ON jobs.service TO shop_reports;
GRANT SELECT (id, status) ON jobs.job TO shop_reports;
GRANT EXECUTE ON FUNCTION jobs.transitions, jobs.open_job TO shop_reports;
CREATE POLICY reports ON jobs.job FOR SELECT TO shop_reports USING (status = 'completed');

ALTER TABLE jobs.job ADD COLUMN shelf text DEFAULT 'top' CHECK (shelf <> '');
ALTER TABLE jobs.conversation ADD COLUMN note text;
CREATE INDEX job_shelf ON jobs.job (shelf);
CREATE TABLE public.audit (conversation_id bigint REFERENCES jobs.conversation, what text);
CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.audit VALUES (NEW.id, TG_OP);
	RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE ON jobs.conversation FOR EACH ROW EXECUTE FUNCTION public.audit();
GRANT INSERT ON public.audit TO jobs_owner;
CREATE VIEW public.my_jobs AS SELECT id, title, shelf FROM jobs.job;
