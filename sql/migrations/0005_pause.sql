-- Whether e-mail is paused, and whether a request was withdrawn: neither was to be had before.
ALTER TABLE jobs.node ADD COLUMN emails_paused_at timestamptz;
ALTER TABLE jobs.node ADD COLUMN emails_paused_because text;
ALTER TABLE jobs.node ADD COLUMN emails_paused_by text;
ALTER TABLE jobs.job ADD COLUMN withdrawn_at timestamptz;
