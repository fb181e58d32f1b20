-- What PostgreSQL's catalogues say of all that the extension and jobs.install() made. Each
-- check is a row: whether it looked at as many things as there are at least, and those of
-- them that are not as they should be.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null none

CREATE VIEW pg_temp.functions AS
SELECT p.*, p.oid::regprocedure::text AS name, p.prorettype = 'trigger'::regtype AS is_triggers
FROM pg_proc p
WHERE p.pronamespace = 'jobs'::regnamespace;
CREATE VIEW pg_temp.relations AS
SELECT c.*, c.oid::regclass::text AS name,
	CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' ELSE 'other' END AS kind
FROM pg_class c
WHERE c.relnamespace = 'jobs'::regnamespace;
CREATE VIEW pg_temp.columns AS
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.attacl, r.name || '.' || a.attname AS name, r.kind
FROM pg_temp.relations r
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE r.kind IN ('table', 'view');
CREATE VIEW pg_temp.triggers AS
SELECT t.*, t.tgname || ' on ' || r.name AS name
FROM pg_temp.relations r
JOIN pg_trigger t ON t.tgrelid = r.oid;
-- every right that anybody has on the schema, relations and columns, the owner's own left out
CREATE VIEW pg_temp.granted AS
SELECT x.name, x.kind, a.grantee, a.privilege_type, a.is_grantable,
	concat_ws(' ', a.privilege_type, 'on', x.name, 'to', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END) AS grant
FROM (SELECT name, kind, relowner AS owner, coalesce(relacl, acldefault(CASE kind WHEN 'sequence' THEN 's'::"char" ELSE 'r'::"char" END, relowner)) AS acl
		FROM pg_temp.relations WHERE kind IN ('table', 'view', 'sequence')
	UNION ALL
	SELECT c.name, 'column', r.relowner, c.attacl FROM pg_temp.columns c JOIN pg_temp.relations r ON r.oid = c.attrelid
	UNION ALL
	SELECT 'jobs', 'schema', nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace WHERE nspname = 'jobs') x,
	aclexplode(x.acl) a
WHERE a.grantee <> x.owner;

-- functions
SELECT 'SECURITY DEFINER', count(*) > 80, string_agg(name, ', ') FILTER (WHERE prosecdef) FROM pg_temp.functions;
SELECT 'not in C', count(*) > 80, string_agg(name, ', ') FILTER (WHERE lanname <> 'c')
FROM pg_temp.functions JOIN pg_language l ON l.oid = prolang;
SELECT 'of another library', count(*) > 80, string_agg(name, ', ') FILTER (WHERE probin IS DISTINCT FROM '$libdir/jobs')
FROM pg_temp.functions;
SELECT 'with settings, leakproof or strict', count(*) > 80, string_agg(name, ', ') FILTER (WHERE proconfig IS NOT NULL OR proleakproof OR proisstrict)
FROM pg_temp.functions;
SELECT 'not the extension''s', count(*) > 80, string_agg(name, ', ') FILTER (WHERE d.objid IS NULL)
FROM pg_temp.functions f
LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e'
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'jobs');
SELECT 'the extension''s, and no function', count(*) > 80,
	string_agg(pg_describe_object(classid, objid, objsubid), ', ') FILTER (WHERE classid <> 'pg_proc'::regclass)
FROM pg_depend
WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'jobs');
SELECT 'EXECUTE for PUBLIC', count(*) > 80, count(*) FILTER (WHERE is_triggers) > 15,
	string_agg(name, ', ') FILTER (WHERE is_triggers <> EXISTS (
		SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0))
FROM pg_temp.functions;
SELECT 'EXECUTE to pass on', count(*) > 80, string_agg(name, ', ') FILTER (WHERE EXISTS (
	SELECT FROM aclexplode(proacl) WHERE is_grantable AND grantee NOT IN (proowner, 'regress_jobs_owner'::regrole)))
FROM pg_temp.functions;
SELECT 'without a comment', count(*) > 80, string_agg(name, ', ') FILTER (WHERE coalesce(obj_description(oid, 'pg_proc'), '') = '')
FROM pg_temp.functions;
-- all that write, take locks or change who acts are volatile and parallel unsafe; these don't:
SELECT CASE provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END || ', parallel ' ||
	CASE proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END || ': ' || string_agg(proname, ' ' ORDER BY proname)
FROM pg_temp.functions
WHERE (provolatile, proparallel) <> ('v', 'u')
GROUP BY provolatile, proparallel
ORDER BY 1;
SELECT 'overloaded', count(*) > 80, string_agg(name, ', ') FILTER (WHERE EXISTS (
	SELECT FROM pg_temp.functions g WHERE g.proname = f.proname AND g.oid <> f.oid))
FROM pg_temp.functions f;

-- tables, views, sequences
SELECT 'of another kind', count(*) > 80, string_agg(name, ', ') FILTER (WHERE kind = 'other' OR relpersistence <> 'p') FROM pg_temp.relations;
SELECT 'of another owner', count(*) > 80, string_agg(name, ', ') FILTER (WHERE relowner <> 'regress_jobs_owner'::regrole) FROM pg_temp.relations;
SELECT 'without row-level security', count(*) > 19, string_agg(name, ', ') FILTER (WHERE NOT relrowsecurity) FROM pg_temp.relations WHERE kind = 'table';
SELECT 'FORCE ROW LEVEL SECURITY', count(*) > 20, string_agg(name, ', ') FILTER (WHERE relforcerowsecurity) FROM pg_temp.relations;
SELECT 'without security_invoker', count(*) > 3, string_agg(name, ', ') FILTER (WHERE NOT coalesce('security_invoker=true' = ANY (reloptions), false))
FROM pg_temp.relations WHERE kind = 'view';
SELECT 'of a type that is not built in', count(*) > 200, string_agg(c.name, ', ') FILTER (WHERE t.typnamespace <> 'pg_catalog'::regnamespace)
FROM pg_temp.columns c JOIN pg_type t ON t.oid = c.atttypid;
SELECT 'relations without a comment', count(*) > 20, string_agg(name, ', ') FILTER (WHERE coalesce(obj_description(oid, 'pg_class'), '') = '')
FROM pg_temp.relations r
WHERE kind IN ('table', 'view') OR kind = 'sequence'
	AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = r.oid AND deptype = 'i'); -- a column's own
SELECT kind || 's'' columns without a comment', count(*) > 40, string_agg(name, ', ') FILTER (WHERE coalesce(col_description(attrelid, attnum), '') = '')
FROM pg_temp.columns
GROUP BY kind ORDER BY kind;
-- where the library is not preloaded, nothing in this session may have loaded it
LOAD 'jobs';
SELECT 'settings without a description', count(*) > 6, string_agg(name, ', ') FILTER (WHERE coalesce(short_desc, '') !~ '\.$')
FROM pg_settings WHERE name LIKE 'jobs.%';
SELECT 'settings that users set', count(*) > 6, string_agg(name, ', ') FILTER (WHERE context NOT IN ('superuser', 'sighup'))
FROM pg_settings WHERE name LIKE 'jobs.%';

-- policies: those for all roles filter, those of one role show all to operators and mailers
SELECT 'restrictive, or for one command', count(*) > 40, string_agg(polname || ' on ' || name, ', ') FILTER (WHERE NOT polpermissive
	OR polcmd <> CASE WHEN polroles = ARRAY['regress_jobs_viewer'::regrole::oid] THEN 'r' ELSE '*' END::"char")
FROM pg_policy JOIN pg_temp.relations r ON r.oid = polrelid;
SELECT 'shows all rows to everybody', count(*) > 20, string_agg(polname || ' on ' || name, ', ') FILTER (WHERE pg_get_expr(polqual, polrelid) = 'true')
FROM pg_policy JOIN pg_temp.relations r ON r.oid = polrelid
WHERE 0 = ANY (polroles) AND name <> 'jobs.service';
SELECT 'shows all rows to whom it should not', count(*) > 20,
	string_agg(DISTINCT r::regrole || ' on ' || c.name, ', ') FILTER (WHERE r NOT IN ('regress_jobs_operator'::regrole, 'regress_jobs_viewer'::regrole,
		CASE WHEN c.name LIKE 'jobs.email%' THEN 'regress_jobs_mailer'::regrole ELSE 'regress_jobs_operator'::regrole END))
FROM pg_policy JOIN pg_temp.relations c ON c.oid = polrelid, unnest(polroles) r
WHERE r <> 0;

-- triggers
SELECT 'ALWAYS, REPLICA or disabled', count(*) > 100, string_agg(name, ', ') FILTER (WHERE tgenabled <> 'O') FROM pg_temp.triggers;
SELECT 'deferrable', count(*) > 100, string_agg(name, ', ') FILTER (WHERE tgdeferrable OR tginitdeferred) FROM pg_temp.triggers;
SELECT 'not ours, or for statements', count(*) > 20,
	string_agg(name, ', ') FILTER (WHERE NOT EXISTS (SELECT FROM pg_temp.functions f WHERE f.oid = tgfoid AND is_triggers) OR tgtype & 1 = 0)
FROM pg_temp.triggers WHERE NOT tgisinternal;
SELECT 'behind a user''s trigger', count(*) > 20, string_agg(name, ', ') FILTER (WHERE tgname !~ '^00_jobs_') FROM pg_temp.triggers WHERE NOT tgisinternal;
SELECT 'tables without a trigger', count(*) > 15, string_agg(name, ', ') FILTER (WHERE NOT EXISTS (
	SELECT FROM pg_trigger WHERE tgrelid = r.oid AND NOT tgisinternal AND tgtype & 2 = 2))
FROM pg_temp.relations r WHERE kind = 'table' AND name <> 'jobs.node';
SELECT 'trigger functions without a trigger', count(*) > 15, string_agg(name, ', ') FILTER (WHERE NOT EXISTS (
	SELECT FROM pg_trigger WHERE tgfoid = f.oid))
FROM pg_temp.functions f WHERE is_triggers;

-- rights
SELECT 'to PUBLIC', count(*) > 80, string_agg(g.grant, ', ') FILTER (WHERE grantee = 0) FROM pg_temp.granted g;
SELECT 'TRUNCATE, REFERENCES, TRIGGER, MAINTAIN', count(*) > 80,
	string_agg(g.grant, ', ') FILTER (WHERE privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE')) FROM pg_temp.granted g;
SELECT 'to pass on', count(*) > 80, string_agg(g.grant, ', ') FILTER (WHERE is_grantable) FROM pg_temp.granted g
WHERE grantee <> 'regress_jobs_owner'::regrole;
SELECT 'on columns, sequences', count(*) > 80, string_agg(g.grant, ', ') FILTER (WHERE kind IN ('column', 'sequence')) FROM pg_temp.granted g;
SELECT 'on views, more than SELECT', count(*) > 6, string_agg(g.grant, ', ') FILTER (WHERE privilege_type <> 'SELECT') FROM pg_temp.granted g WHERE kind = 'view';
SELECT 'on the schema, more than USAGE', count(*) > 5, string_agg(g.grant, ', ') FILTER (WHERE privilege_type <> 'USAGE') FROM pg_temp.granted g WHERE kind = 'schema';
SELECT 'by default', string_agg(defaclobjtype::text, ', ') FROM pg_default_acl WHERE defaclnamespace = 'jobs'::regnamespace;

-- A dump without the library can be restored where nothing but triggers, policies and views
-- call it: no DEFAULT, no generated column, no CHECK, no index.
SELECT 'calls the library', count(*) > 300, string_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid), ', ')
	FILTER (WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT oid FROM pg_temp.functions)
		OR d.refclassid IN ('pg_operator'::regclass, 'pg_type'::regclass, 'pg_collation'::regclass, 'pg_ts_config'::regclass) AND d.refobjid >= 16384)
FROM (SELECT 'pg_attrdef'::regclass AS classid, oid AS objid FROM pg_attrdef WHERE adrelid IN (SELECT oid FROM pg_temp.relations)
	UNION ALL
	SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE connamespace = 'jobs'::regnamespace
	UNION ALL
	SELECT 'pg_class'::regclass, oid FROM pg_temp.relations WHERE kind IN ('table', 'sequence', 'index')) x
JOIN pg_depend d ON d.classid = x.classid AND d.objid = x.objid;
SELECT 'depends on the library otherwise', count(*) > 80,
	string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ') FILTER (WHERE d.classid NOT IN
		('pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass))
FROM pg_depend d
WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT oid FROM pg_temp.functions);

-- Foreign keys go within a tenant or to what spans tenants, never from there to a tenant's
-- rows: tables that tell an organization are the tenants'.
SELECT 'leads to a tenant', count(*) > 20, count(*) FILTER (WHERE NOT is_tenants) > 0,
	string_agg(conname, ', ') FILTER (WHERE NOT is_tenants AND leads_to_tenant)
FROM (SELECT k.conname, t.conrelid IS NOT NULL AS is_tenants, f.conrelid IS NOT NULL AS leads_to_tenant
	FROM pg_constraint k
	LEFT JOIN (SELECT attrelid AS conrelid FROM pg_temp.columns WHERE attname = 'organization_id' UNION SELECT 'jobs.organization'::regclass) t ON t.conrelid = k.conrelid
	LEFT JOIN (SELECT attrelid AS conrelid FROM pg_temp.columns WHERE attname = 'organization_id' UNION SELECT 'jobs.organization'::regclass) f ON f.conrelid = k.confrelid
	WHERE k.connamespace = 'jobs'::regnamespace AND k.contype = 'f') x;
SELECT 'spans tenants', string_agg(name, ', ' ORDER BY name)
FROM pg_temp.relations r
WHERE kind = 'table' AND relname <> 'organization'
	AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = r.oid AND attname = 'organization_id');
SELECT 'NOT VALID, deferrable, or does more than refuse', count(*) > 20,
	string_agg(conname, ', ') FILTER (WHERE NOT convalidated OR condeferrable OR contype = 'f' AND (confdeltype, confupdtype) <> ('a', 'a'))
FROM pg_constraint
WHERE connamespace = 'jobs'::regnamespace;
-- A unique key that starts with something else would tell of other tenants' rows. Keys of sign-up are for
-- those alone who may act for everybody.
SELECT 'tells of others', count(*) > 20, string_agg(i.indexrelid::regclass::text, ', ')
FILTER (WHERE a.attname NOT IN ('id', 'organization_id', 'merchant_id') AND c.relname NOT IN ('organization_client_key', 'merchant_client_key'))
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_temp.relations r ON r.oid = i.indrelid
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indisunique AND r.relname NOT IN ('service', 'email_template', 'role_binding', 'node', 'ranking_total'); -- which everybody reads, or operators alone

DROP VIEW pg_temp.functions, pg_temp.relations, pg_temp.columns, pg_temp.triggers, pg_temp.granted;
