-- Roles of a marketplace that was released: what a dump of it refers to. Run where some of them may be.
SELECT format('CREATE ROLE %I LOGIN', r)
FROM unnest(ARRAY['jobs_owner', 'shop_app', 'shop_boss', 'shop_mailer', 'shop_monitor', 'shop_viewer', 'shop_ann', 'shop_max',
	'shop_reports', 'shop_second']) r
WHERE to_regrole(r) IS NULL
\gexec
