-- Accounts are closed, reopened, suspended and reinstated, people are erased, and stores are removed.
ALTER TABLE jobs.preferences
	ADD COLUMN closed_at timestamptz,
	ADD COLUMN suspended_at timestamptz,
	ADD COLUMN suspension_reason text;
ALTER TABLE jobs.member
	ADD COLUMN suspended_at timestamptz,
	ADD COLUMN suspension_reason text,
	ADD COLUMN erased_at timestamptz;
ALTER TABLE jobs.merchant
	ADD COLUMN closed_at timestamptz,
	ADD COLUMN suspended_at timestamptz,
	ADD COLUMN suspension_reason text,
	ADD COLUMN erased_at timestamptz;
ALTER TABLE jobs.store ADD COLUMN removed_at timestamptz;

-- An event of an account has one side alone, and no conversation.
ALTER TABLE jobs.event
	ALTER COLUMN organization_id DROP NOT NULL,
	ALTER COLUMN merchant_id DROP NOT NULL,
	ALTER COLUMN conversation_id DROP NOT NULL;
