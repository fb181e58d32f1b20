# jobs.install() over tables that somebody has damaged: each constraint, index, trigger, sequence,
# policy, default and view, in each way that its kind can be damaged in. Either install() makes it
# good, to the letter, or it says which statement does. The damages are made from the catalogue, so
# that what is added to the schema is damaged as well.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('damages');
my $up_to_date = "jobs $version: up to date";

install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE somebody;
	CREATE ROLE boss;
	SELECT jobs.grant_access('boss', 'operator');
	-- what is a user's own is no damage
	ALTER TABLE jobs.job ADD COLUMN mine integer DEFAULT 7 CHECK (mine > 0), ADD CONSTRAINT mine UNIQUE (mine, id) DEFERRABLE;
	CREATE TABLE public.mine (job_id bigint REFERENCES jobs.job ON DELETE CASCADE DEFERRABLE);
	CREATE INDEX mine_title ON jobs.job (lower(title)) WHERE mine = 7;
	CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE TRIGGER mine BEFORE UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION public.nothing();
	ALTER TABLE jobs.job DISABLE TRIGGER mine;
	CREATE POLICY mine ON jobs.job AS RESTRICTIVE TO somebody USING (mine = 7);
	ALTER TABLE jobs.store ALTER url SET NOT NULL;
	CREATE VIEW public.my_jobs AS SELECT * FROM jobs.job;
	ALTER TABLE jobs.job REPLICA IDENTITY FULL, SET (autovacuum_vacuum_scale_factor = 0.1, fillfactor = 50), CLUSTER ON job_pkey,
		ALTER title SET STORAGE EXTERNAL, ALTER title SET STATISTICS 500, ALTER description SET COMPRESSION pglz;
	CREATE TABLE public.my_messages () INHERITS (jobs.message);
	ALTER TABLE public.my_messages OWNER TO jobs_owner;
	CREATE RULE mine AS ON UPDATE TO jobs.store DO ALSO NOTHING;
	CREATE STATISTICS public.mine ON status, organization_id FROM jobs.job;

	-- all that is defined
	CREATE FUNCTION public.furniture() RETURNS SETOF text LANGUAGE sql AS $$
		SELECT format('column %s.%s %s %s %s %s', attrelid::regclass, attname, atttypid::regtype, attnotnull, attidentity, pg_get_expr(adbin, adrelid))
		FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
		WHERE relnamespace = 'jobs'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped
		UNION ALL
		SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		FROM pg_constraint WHERE connamespace = 'jobs'::regnamespace
		UNION ALL
		SELECT format('index %s %s %s', pg_get_indexdef(indexrelid), indisvalid, indimmediate)
		FROM pg_index WHERE indrelid::regclass::text LIKE 'jobs.%'
		UNION ALL
		SELECT format('trigger %s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
		UNION ALL
		SELECT format('key %s %s %s %s', conname, tgrelid::regclass, tgtype, tgenabled)
		FROM pg_trigger t JOIN pg_constraint c ON c.oid = tgconstraint WHERE tgisinternal AND conname !~ 'mine'
		UNION ALL
		SELECT format('policy %s', p) FROM pg_policies p
		UNION ALL
		SELECT format('view %s %s', viewname, definition) FROM pg_views WHERE schemaname = 'jobs'
		UNION ALL
		SELECT format('sequence %s %s %s %s %s %s %s %s', seqrelid::regclass, seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle)
		FROM pg_sequence
		UNION ALL
		SELECT format('relation %s %s %s %s %s %s %s', relname, relkind, relrowsecurity, relforcerowsecurity, relpersistence, relacl, CASE relkind WHEN 'v' THEN reloptions END)
		FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind IN ('r', 'v', 'S')
		UNION ALL
		SELECT format('comment %s %s %s', objoid::regclass, objsubid, description)
		FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid::regclass::text LIKE 'jobs.%' $$;

	-- does damage to all objects of a kind, has it mended, and undoes all of it; tells what went wrong
	CREATE FUNCTION public.damage(statement text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		before text[] := ARRAY(SELECT public.furniture());
		damaged text[];
		answers text;
		mended text[];
		outcome text;
	BEGIN
		EXECUTE statement;
		damaged := ARRAY(SELECT public.furniture());
		answers := regexp_replace(jobs.install() || ', then ' || jobs.install(), 'jobs [0-9.]+: ', '', 'g');
		mended := ARRAY(SELECT public.furniture());
		outcome := concat_ws(' ',
			CASE WHEN statement NOT LIKE '%setval%' AND (SELECT array_agg(x ORDER BY x) FROM unnest(before) x) = (SELECT array_agg(x ORDER BY x) FROM unnest(damaged) x)
				THEN 'no damage' END,
			CASE WHEN answers <> 'brought up to date, then up to date' THEN answers END,
			(SELECT 'lost: ' || string_agg(x, '; ') FROM (SELECT unnest(before) EXCEPT ALL SELECT unnest(mended)) d (x)),
			(SELECT 'new: ' || string_agg(x, '; ') FROM (SELECT unnest(mended) EXCEPT ALL SELECT unnest(before)) d (x)));
		RAISE EXCEPTION USING ERRCODE = 'UNDO0', MESSAGE = outcome;
	EXCEPTION
		WHEN SQLSTATE 'UNDO0' THEN RETURN SQLERRM;
		WHEN OTHERS THEN RETURN 'error: ' || SQLERRM;
	END $$ });
is($node->safe_psql('market', 'SELECT jobs.install()'), $up_to_date, 'what is a user\'s own is no damage');

# kind => damages, each one statement or several; %1$s ... are what the kind's query returns
my @kinds = (
	[ 'trigger', q{SELECT tgrelid::regclass, quote_ident(tgname), pg_get_triggerdef(oid), replace(pg_get_triggerdef(oid), ' EXECUTE', ' WHEN (false) EXECUTE'),
				regexp_replace(pg_get_triggerdef(oid), 'EXECUTE FUNCTION .*', 'EXECUTE FUNCTION public.nothing()'),
				regexp_replace(regexp_replace(pg_get_triggerdef(oid), 'CREATE', 'CREATE CONSTRAINT'), 'FOR EACH', 'DEFERRABLE FOR EACH'),
				CASE WHEN tgname LIKE '%record' THEN 'true' ELSE 'false' END, replace(pg_get_triggerdef(oid), '()', '(''x'')')
			FROM pg_trigger WHERE tgname LIKE '00%' },
		'DROP TRIGGER %2$s ON %1$s',
		'ALTER TABLE %1$s DISABLE TRIGGER %2$s',
		'ALTER TABLE %1$s ENABLE ALWAYS TRIGGER %2$s',
		'ALTER TABLE %1$s ENABLE REPLICA TRIGGER %2$s',
		'DROP TRIGGER %2$s ON %1$s; %4$s',
		'DROP TRIGGER %2$s ON %1$s; %5$s',
		'DROP TRIGGER %2$s ON %1$s; %8$s',
		'DO $d$ BEGIN DROP TRIGGER %2$s ON %1$s; IF %7$s THEN EXECUTE %6$L; END IF; END $d$' ],
	[ 'table', q{SELECT oid::regclass FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r'},
		'ALTER TABLE %1$s DISABLE ROW LEVEL SECURITY',
		'ALTER TABLE %1$s FORCE ROW LEVEL SECURITY',
		'ALTER TABLE %1$s DISABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
		q{COMMENT ON TABLE %1$s IS 'mine'} ],
	[ 'table with triggers', q{SELECT DISTINCT tgrelid::regclass FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'jobs.%'},
		'ALTER TABLE %1$s DISABLE TRIGGER ALL' ],
	[ 'table to which none refers', q{SELECT oid::regclass FROM pg_class c WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r'
				AND NOT EXISTS (SELECT FROM pg_constraint WHERE confrelid = c.oid)},
		'ALTER TABLE %1$s SET UNLOGGED' ],
	[ 'foreign key', q{SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
			WHERE contype = 'f' AND connamespace = 'jobs'::regnamespace},
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s',
		'ALTER TABLE %1$s ALTER CONSTRAINT %2$s DEFERRABLE',
		'ALTER TABLE %1$s ALTER CONSTRAINT %2$s DEFERRABLE INITIALLY DEFERRED',
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s, ADD CONSTRAINT %2$s %3$s NOT VALID',
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s, ADD CONSTRAINT %2$s %3$s ON DELETE CASCADE',
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s, ADD CONSTRAINT %2$s %3$s ON UPDATE SET NULL',
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s, ADD CONSTRAINT %2$s CHECK (true)' ],
	[ 'check', q{SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
			WHERE contype = 'c' AND connamespace = 'jobs'::regnamespace AND conname !~ 'mine'},
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s',
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s, ADD CONSTRAINT %2$s CHECK (true)',
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s, ADD CONSTRAINT %2$s %3$s NOT VALID',
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s, ADD CONSTRAINT %2$s %3$s NO INHERIT' ],
	[ 'key', q{SELECT conrelid::regclass, conname, pg_get_constraintdef(c.oid), CASE contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END,
				(SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname) FROM pg_attribute WHERE attrelid = conrelid AND attnotnull AND attnum > 0),
				conindid::regclass, conindid::integer
			FROM pg_constraint c WHERE contype IN ('p', 'u') AND connamespace = 'jobs'::regnamespace AND conname !~ 'mine'
				AND conrelid <> 'jobs.job'::regclass},
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s CASCADE',
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s CASCADE, ADD CONSTRAINT %2$s %3$s DEFERRABLE',
		'ALTER TABLE %1$s DROP CONSTRAINT %2$s CASCADE, ADD CONSTRAINT %2$s %4$s (%5$s)',
		'UPDATE pg_index SET indisvalid = false WHERE indexrelid = %7$s' ],
	[ 'index', q{SELECT indexrelid::regclass, pg_get_indexdef(indexrelid), regexp_replace(pg_get_indexdef(indexrelid), '( WHERE .*)?$', ' WHERE (1 < 2)'),
				CASE WHEN indisunique THEN replace(pg_get_indexdef(indexrelid), 'UNIQUE ', '') ELSE replace(pg_get_indexdef(indexrelid), ' INDEX', ' UNIQUE INDEX') END,
				indexrelid::integer, regexp_replace(pg_get_indexdef(indexrelid), ' WHERE .*', '') || CASE WHEN indpred IS NULL THEN ' WHERE (1 < 2)' ELSE '' END,
				replace(pg_get_indexdef(indexrelid), ')', ' DESC)'), amname = 'btree' AND NOT pg_get_indexdef(indexrelid) ~ 'WHERE.*\)|IS NOT NULL'
			FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_am a ON a.oid = i.relam
			WHERE indrelid::regclass::text LIKE 'jobs.%' AND indexrelid::regclass::text !~ 'mine'
				AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))},
		'DROP INDEX %1$s',
		'DROP INDEX %1$s; %3$s',
		'DROP INDEX %1$s; %6$s',
		'DO $d$ BEGIN DROP INDEX %1$s; EXECUTE %4$L; EXCEPTION WHEN unique_violation OR feature_not_supported THEN DROP INDEX %1$s; END $d$',
		'DO $d$ BEGIN DROP INDEX %1$s; IF %8$L THEN EXECUTE %7$L; END IF; END $d$',
		'UPDATE pg_index SET indisvalid = false WHERE indexrelid = %5$s' ],
	[ 'sequence', q{SELECT seqrelid::regclass FROM pg_sequence WHERE seqrelid::regclass::text LIKE 'jobs.%'},
		'ALTER SEQUENCE %1$s INCREMENT 1',
		'ALTER SEQUENCE %1$s INCREMENT -1024',
		'ALTER SEQUENCE %1$s START 2048',
		'ALTER SEQUENCE %1$s MINVALUE 1',
		'ALTER SEQUENCE %1$s MAXVALUE 9007199254739967',
		'ALTER SEQUENCE %1$s CACHE 100',
		'ALTER SEQUENCE %1$s CYCLE',
		'ALTER SEQUENCE %1$s SET UNLOGGED',
		'ALTER SEQUENCE %1$s SET UNLOGGED; ALTER SEQUENCE %1$s INCREMENT 1',
		q{SELECT setval('%1$s', 102401)} ],
	[ 'column', q{SELECT attrelid::regclass, quote_ident(attname),
				CASE atttypid::regtype::text WHEN 'text' THEN quote_literal('x') WHEN 'boolean' THEN '1 > 2' WHEN 'jsonb' THEN quote_literal('[]')
					WHEN 'uuid' THEN quote_literal('00000000-0000-0000-0000-000000000001') WHEN 'tsvector' THEN quote_literal('x')
					WHEN 'timestamp with time zone' THEN quote_literal('epoch') ELSE '77' END
			FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
			WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' AND attnum > 0 AND attname <> 'mine' AND attidentity = ''
				AND attrelid::regclass::text || attname <> 'jobs.storeurl'},
		'ALTER TABLE %1$s ALTER %2$s SET DEFAULT %3$s',
		q{COMMENT ON COLUMN %1$s.%2$s IS NULL} ],
	[ 'required column', q{SELECT attrelid::regclass, quote_ident(attname)
			FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
			WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' AND attnum > 0 AND attnotnull AND attidentity = ''
				AND attrelid::regclass::text || attname <> 'jobs.storeurl'
				AND NOT attnum = ANY (coalesce((SELECT array_agg(k) FROM pg_constraint, unnest(conkey) k WHERE contype = 'p' AND conrelid = attrelid), '{}'))},
		'ALTER TABLE %1$s ALTER %2$s DROP NOT NULL' ],
	[ 'default', q{SELECT adrelid::regclass, quote_ident(attname) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
			WHERE adrelid::regclass::text LIKE 'jobs.%' AND attname <> 'mine'},
		'ALTER TABLE %1$s ALTER %2$s DROP DEFAULT' ],
	[ 'identity', q{SELECT attrelid::regclass, quote_ident(attname) FROM pg_attribute WHERE attidentity = 'd' AND attrelid::regclass::text LIKE 'jobs.%'},
		'ALTER TABLE %1$s ALTER %2$s DROP IDENTITY',
		'ALTER TABLE %1$s ALTER %2$s SET GENERATED ALWAYS',
		q{ALTER TABLE %1$s ALTER %2$s DROP IDENTITY; CREATE SEQUENCE public.ids; ALTER TABLE %1$s ALTER %2$s SET DEFAULT nextval('public.ids'); DROP SEQUENCE public.ids CASCADE} ],
	[ 'policy', q{SELECT polrelid::regclass, quote_ident(polname), CASE polname WHEN 'all_rows_boss' THEN 'boss' ELSE 'public' END,
				pg_get_expr(polqual, polrelid), CASE WHEN pg_get_expr(polqual, polrelid) = 'true' THEN 'false' ELSE 'true' END
			FROM pg_policy WHERE polname <> 'mine'},
		'DROP POLICY %2$s ON %1$s',
		'ALTER POLICY %2$s ON %1$s USING (%5$s)',
		'DROP POLICY %2$s ON %1$s; CREATE POLICY %2$s ON %1$s TO %3$s USING (%4$s) WITH CHECK (false)',
		'DROP POLICY %2$s ON %1$s; CREATE POLICY %2$s ON %1$s AS RESTRICTIVE TO %3$s USING (%4$s)',
		'DROP POLICY %2$s ON %1$s; CREATE POLICY %2$s ON %1$s FOR DELETE TO %3$s USING (%4$s)' ],
	[ 'policy of everybody', q{SELECT polrelid::regclass, quote_ident(polname) FROM pg_policy WHERE polroles = '{0}'},
		'ALTER POLICY %2$s ON %1$s TO boss, somebody' ],
	[ 'view', q{SELECT format('jobs.%I', viewname), regexp_replace(definition, ';$', ''),
				(SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = format('jobs.%I', viewname)::regclass AND attnum = 1)
			FROM pg_views WHERE schemaname = 'jobs'},
		'DROP VIEW %1$s',
		'CREATE OR REPLACE VIEW %1$s WITH (security_invoker) AS SELECT * FROM (%2$s) x WHERE false',
		'CREATE OR REPLACE VIEW %1$s WITH (security_invoker) AS SELECT *, 1 AS one_more FROM (%2$s) x',
		'ALTER VIEW %1$s RENAME %3$s TO other',
		'ALTER VIEW %1$s RESET (security_invoker)',
		q{COMMENT ON VIEW %1$s IS NULL} ]);

foreach my $entry (@kinds)
{
	my ($kind, $query, @damages) = @$entry;

	foreach my $damage (@damages)
	{
		my $problems = $node->safe_psql('market', qq{
			SET client_min_messages = error;
			SELECT coalesce(public.damage(string_agg(
				format(\$f\$$damage\$f\$, VARIADIC (SELECT array_agg(value ORDER BY ordinality) FROM json_each_text(row_to_json(o)) WITH ORDINALITY)), ';')), 'there is none')
			FROM ($query) o });
		is($problems, '', "$kind: $damage");
	}
}

done_testing();
