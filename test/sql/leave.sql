-- Runs last: what the tests made outside of their database is gone, so that the server is as it was.
\pset format unaligned
\pset tuples_only
SET client_min_messages = error;
DROP SCHEMA regress CASCADE;
SELECT jobs.uninstall(drop_data => true);
DROP EXTENSION jobs;
DROP SCHEMA jobs;
SELECT format('DROP OWNED BY %I', rolname), format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname ~ '^regress_jobs_' ORDER BY rolname \gexec
SELECT rolname FROM pg_roles WHERE rolname ~ '^regress_';
