CREATE TABLE IF NOT EXISTS jobs.email_template (
	kind text NOT NULL,
	language text NOT NULL CHECK (language ~ '^[a-z]{2}$'),
	subject text NOT NULL,
	body text NOT NULL,
	is_changed boolean NOT NULL DEFAULT false,
	PRIMARY KEY (kind, language)
);

ALTER TABLE jobs.email_template ENABLE ROW LEVEL SECURITY;

CREATE TRIGGER "00_jobs_fill" BEFORE INSERT OR UPDATE ON jobs.email_template
	FOR EACH ROW EXECUTE FUNCTION jobs.email_template_fill();
CREATE TRIGGER "00_jobs_record" AFTER INSERT OR UPDATE ON jobs.email_template
	FOR EACH ROW EXECUTE FUNCTION jobs.row_record();

COMMENT ON TABLE jobs.email_template IS 'what e-mails say, for each kind and language; the operator may change it. {placeholders} stand for what an e-mail is about, {{ and }} for braces. All kinds: {recipient_name}, {other_name}, {organization_name}, {merchant_name}, {conversation_id}, {service_name}, {title}. All but those of proposals: {job_id}, {job_title}, {job_description}, {budget}, {respond_by}, {store_name}. proposal_sent, proposal_accepted, proposal_declined, review_requested, review_received: {proposal_id}, {proposal_title}, {proposal_work}, {price}. assigned, message, declined, proposal_sent: {author_name}. message, completion_requested, completion_rejected: {message}. declined: {reason}, {comment}. review_received: {communication}, {quality}, {review_comment}';
COMMENT ON COLUMN jobs.email_template.kind IS 'kind of e-mail, as in jobs.email.kind';
COMMENT ON COLUMN jobs.email_template.language IS 'two letters; English stands in where a recipient''s language has no text';
COMMENT ON COLUMN jobs.email_template.subject IS 'one line of up to 200 characters, with {placeholders}; with its values it is cut to 200';
COMMENT ON COLUMN jobs.email_template.body IS 'up to 20,000 characters, with {placeholders}; a line whose placeholders all have no value is left out';
COMMENT ON COLUMN jobs.email_template.is_changed IS 'true: the operator wrote it, and jobs.install() leaves it alone; set to false, it is brought up to date';
