# Every version that was released, brought up to this one: restored from the dump that script/freeze made of
# it, used by the new library before ALTER EXTENSION and before jobs.install(), then compared with a fresh
# installation: nothing is missing, nothing is left over, nobody gets mail.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use File::Copy;
use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $frozen = "$FindBin::Bin/../upgrade";
my @versions = map { m{([^/]*)/$} } sort glob("$frozen/*/");
my ($shared) = run_command([ 'pg_config', '--sharedir' ]);

plan skip_all => 'nothing was released yet' if !@versions;
plan skip_all => 'the folder of extensions is not ours' if !-w "$shared/extension";

my $node = start_server('upgrade');
my $folder = PostgreSQL::Test::Utils::tempdir();
my $tables_version = read_tables_version();
my $without_schedule = qr/[^\n]*WARNING:  nothing is known to expire jobs here\n(DETAIL|HINT).*\n?/;

# The version of the tables that the library makes.
sub read_tables_version
{
	$node->safe_psql('postgres', 'CREATE DATABASE empty');
	return $node->safe_psql('empty', q{
		SET client_min_messages = error;
		CREATE EXTENSION jobs;
		SELECT FROM (SELECT jobs.install()) i;
		SELECT schema_version FROM jobs.node }) =~ s/^\s+//r;
}

# What reads all rows, by the columns that the tables have before they are brought up to date.
sub reading
{
	my ($database) = @_;

	return $node->safe_psql($database, q{
		SELECT format('SELECT %L, row(%s)::text FROM jobs.%I%s ORDER BY 2;', relname,
			string_agg(quote_ident(attname), ', ' ORDER BY attname), relname,
			-- templates that jobs.install() keeps up to date
			CASE relname WHEN 'email_template' THEN ' WHERE is_changed' END)
		FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
		WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
			AND (relname, attname) <> ('node', 'schema_version')
		GROUP BY relname ORDER BY relname });
}

# All that is defined, the extension's functions included.
sub catalogue
{
	my ($server, $database) = @_;

	return furniture($server, $database) =~ s/^sequence.*\n?//gmr . $server->safe_psql($database, q{
		SELECT 'default', attrelid::regclass, attname, pg_get_expr(adbin, adrelid), attacl
		FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
		WHERE relnamespace = 'jobs'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped;
		SELECT 'code', p.oid::regprocedure, prokind, prosrc, probin, provolatile, proparallel, proisstrict, prosecdef, proretset, procost, prorows,
			proconfig, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), proowner::regrole,
			(SELECT deptype FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND refclassid = 'pg_extension'::regclass)
		FROM pg_proc p WHERE pronamespace = 'jobs'::regnamespace;
		SELECT 'comment', classoid::regclass, pg_describe_object(classoid, objoid, objsubid), description
		FROM pg_description WHERE pg_describe_object(classoid, objoid, objsubid) ~ '\mjobs\M';
		SELECT 'sequence', seqrelid::regclass, seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle FROM pg_sequence;
		SELECT 'schema', nspowner::regrole, (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(nspacl) a)
		FROM pg_namespace WHERE nspname = 'jobs';
		SELECT 'extension', extversion FROM pg_extension WHERE extname = 'jobs'; });
}

# What this version installs where nothing was before, with the same things of users beside it.
sub install_fresh
{
	my ($database, $version) = @_;

	install($node, $database, 'jobs_owner');
	$node->safe_psql($database, q{
		SELECT jobs.create_organization('Ann & Co', 'office@ann.example'), jobs.create_merchant('Max', 'max@shop.example');
		SELECT jobs.add_member(1025, 'Ann', 'ann@ann.example') });
	$node->command_ok([ 'psql', '-XqAt', '-o', "$folder/out", '-v', 'ON_ERROR_STOP=1', '-f', "$frozen/$version/own.sql", $database ],
		"$version: what users add can be added to this version");
	return catalogue($node, $database);
}

# The dump as it was taken, or (NULL) with the functions of this version.
sub restore
{
	my ($server, $database, $version, $functions) = @_;
	my $dump = slurp_file("$frozen/$version/dump.sql");
	my $name = "$folder/$database.sql";

	$dump =~ s/^(CREATE EXTENSION .*) VERSION .*;/$1;/m if !$functions;
	unlink $name;
	append_to_file($name, $dump);
	$server->safe_psql('postgres', "CREATE DATABASE $database");
	$server->command_ok([ 'psql', '-XqAt', '-o', "$folder/out", '-v', 'ON_ERROR_STOP=1', '-f', "$frozen/$version/roles.sql", '-f', $name, $database ],
		"$version: restores");
	# of another server, whose roles have other numbers
	$server->safe_psql($database, q{
		SET session_replication_role = replica;
		UPDATE jobs.role_binding SET role_oid = role_name::regrole });
	return;
}

# A marketplace whose library is new and whose functions or tables are old goes on, or says what to run.
sub goes_on
{
	my ($database, $statement, $is_previous, $name) = @_;
	my $copy = "${database}_copy";

	$node->safe_psql('postgres', "CREATE DATABASE $copy TEMPLATE $database");
	if ($is_previous)
	{
		works($node, $copy, $name);
	}
	else
	{
		refuses($node, $copy, q{SELECT jobs.open_job(1025, actor => 'member:1025')}, qr/55000: .*HINT:  Run \Q$statement\E/s, $name);
	}
	$node->safe_psql('postgres', "DROP DATABASE $copy");
	return;
}

# Each function, called with NULLs, ends with an error of ours, or well.
sub answers
{
	my ($database, $name) = @_;

	is($node->safe_psql($database, q{
			CREATE FUNCTION pg_temp.answer(p pg_proc) RETURNS text LANGUAGE plpgsql AS $$
			BEGIN
				EXECUTE format(CASE p.prokind WHEN 'p' THEN 'CALL jobs.%I(%s)' ELSE 'SELECT * FROM jobs.%I(%s)' END, p.proname,
					(SELECT string_agg('NULL::' || format_type(t, NULL), ', ') FROM unnest(p.proargtypes) t));
				RAISE EXCEPTION USING ERRCODE = 'UNDO0';
			EXCEPTION WHEN OTHERS THEN
				RETURN CASE WHEN SQLSTATE !~ '^(22|42501|55000|0A000|UNDO0|PT)' THEN p.proname || ': ' || SQLSTATE || ' ' || SQLERRM END;
			END $$;
			SELECT pg_temp.answer(p) FROM pg_proc p
			WHERE pronamespace = 'jobs'::regnamespace AND prorettype <> 'trigger'::regtype AND pg_temp.answer(p) IS NOT NULL }),
		'', $name);
	return;
}

# What jobs.install() says beside its answer.
sub install_says
{
	my ($server, $database, $answer, $name) = @_;
	my ($status, $out, $err) = $server->psql($database, 'SELECT jobs.install()');

	is($out, "jobs $version: $answer", "$name: install()");
	return ($err // '') =~ s/$without_schedule//r =~ s/^\s+|\s+$//gr;
}

# Arguments and results of functions that are called by the same name with as many arguments as before.
sub types_of_functions
{
	my ($database) = @_;
	my %types = map { split / /, $_, 2 } split /\n/, $node->safe_psql($database, q{
		SELECT format('%s/%s %s %s %s %s', prosrc, pronargs, proargtypes::regtype[], prorettype::regtype, proretset, proallargtypes::regtype[])
		FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace });

	return \%types;
}

# The steps fire nothing of users', however it is enabled, and leave it as it was; what the tables' owner planted in
# a constraint runs with no more rights than the owner has.
sub leaves_alone
{
	my ($database, $name) = @_;
	my $copy = "${database}_alone";
	my $states = q{
		SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal AND tgname !~ '^00_jobs' AND tgrelid::regclass::text ~ '^(jobs|planted)' ORDER BY 1, 2;
		SELECT ev_class::regclass, rulename, ev_enabled FROM pg_rewrite WHERE rulename <> '_RETURN' AND ev_class::regclass::text ~ '^jobs' ORDER BY 1, 2 };

	$node->safe_psql('postgres', "CREATE DATABASE $copy TEMPLATE $database");
	$node->safe_psql($copy, q{
		CREATE TABLE public.guarded (n integer);
		CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
		CREATE TRIGGER refuse BEFORE INSERT ON public.guarded FOR EACH ROW EXECUTE FUNCTION public.refuse();
		GRANT INSERT ON public.guarded TO jobs_owner;
		CREATE SCHEMA planted AUTHORIZATION jobs_owner;
		SET ROLE jobs_owner;
		CREATE FUNCTION planted.fires() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
		CREATE FUNCTION planted.writes() RETURNS boolean LANGUAGE plpgsql AS $$
		BEGIN
			INSERT INTO public.guarded VALUES (1);
			RETURN true;
		EXCEPTION WHEN raise_exception THEN
			RETURN true;
		END $$;
		CREATE TABLE planted.heir () INHERITS (jobs.conversation);
		INSERT INTO planted.heir SELECT * FROM ONLY jobs.conversation;
		CREATE TRIGGER always BEFORE UPDATE ON planted.heir FOR EACH ROW EXECUTE FUNCTION planted.fires();
		ALTER TABLE planted.heir ENABLE ALWAYS TRIGGER always;
		DO $$
		DECLARE
			name text;
		BEGIN
			-- what is filled anew behind the steps is written as by anybody
			FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' AND relname <> 'email_template' LOOP
				EXECUTE format('CREATE TRIGGER always BEFORE UPDATE ON jobs.%1$I FOR EACH ROW EXECUTE FUNCTION planted.fires();
					CREATE TRIGGER replica AFTER UPDATE ON jobs.%1$I FOR EACH STATEMENT EXECUTE FUNCTION planted.fires();
					CREATE TRIGGER origin BEFORE UPDATE ON jobs.%1$I FOR EACH ROW EXECUTE FUNCTION planted.fires();
					CREATE TRIGGER never BEFORE UPDATE ON jobs.%1$I FOR EACH ROW EXECUTE FUNCTION planted.fires();
					ALTER TABLE jobs.%1$I ENABLE ALWAYS TRIGGER always, ENABLE REPLICA TRIGGER replica, DISABLE TRIGGER never;
					ALTER TABLE jobs.%1$I ADD CONSTRAINT planted CHECK (planted.writes()) NOT VALID', name);
				EXECUTE format('CREATE RULE always AS ON UPDATE TO jobs.%1$I DO INSTEAD NOTHING;
					ALTER TABLE jobs.%1$I ENABLE ALWAYS RULE always', name);
			END LOOP;
		END
		$$ });
	my $before = $node->safe_psql($copy, $states);
	my ($status, $out, $err) = $node->psql($copy, 'SELECT jobs.install()');

	is($out, "jobs $Marketplace::version: brought up to date", "$name: beside users' triggers and rules");
	unlike($err, qr/fired/, "$name: ... which don't fire");
	same($node->safe_psql($copy, $states), $before, "$name: ... and stay as they were");
	is($node->safe_psql($copy, 'SELECT count(*) FROM public.guarded'), '0', "$name: ... nor does anything write past triggers of others");
	$node->safe_psql('postgres', "DROP DATABASE $copy");
	return;
}

sub upgrade
{
	my ($version, $fresh) = @_;
	my $is_this = $version eq $Marketplace::version;
	my $market = 'market_' . $version =~ s/\./_/gr;
	my $name = "$version, new library";

	copy("$frozen/$version/jobs--$version.sql", "$shared/extension/") if !$is_this;
	restore($node, $market, $version, 1);
	my $old = $node->safe_psql($market, 'SELECT schema_version FROM jobs.node');
	# however many steps this release has
	my $is_previous = $is_this || $version eq (grep { $_ ne $Marketplace::version } @versions)[-1];
	my $reading = reading($market);
	my $rows = $node->safe_psql($market, $reading);
	my $types = types_of_functions($market);

	is($node->safe_psql($market, q{SELECT extversion FROM pg_extension WHERE extname = 'jobs'}), $version, "$version: has its functions");
	answers($market, "$name: each function answers");
	goes_on($market, 'ALTER EXTENSION jobs UPDATE;', $is_previous, $name);
	refuses($node, $market, 'SELECT jobs.install()', qr/55000: .*HINT:  Run ALTER EXTENSION jobs UPDATE;/s, "$name: install()") if !$is_this;

	# a server that preloads the library has the old one until it is restarted
	refuses($node, $market, q{BEGIN; CREATE OR REPLACE FUNCTION jobs.version() RETURNS text LANGUAGE sql AS $$ SELECT '0.0.1' $$; ALTER EXTENSION jobs UPDATE},
		qr/55000: .*library.*HINT:  .*restart the server/s, "$version, new functions with the old library") if !$is_this;

	$name = "$version, new functions";
	$node->safe_psql($market, 'ALTER EXTENSION jobs UPDATE');
	my $new_types = types_of_functions($market);
	is(join(', ', grep { exists $new_types->{$_} && $new_types->{$_} ne $types->{$_} } sort keys %$types), '',
		"$name: no argument has another type, and no result, where the library can't tell");
	answers($market, "$name: each function answers");
	goes_on($market, 'SELECT jobs.install();', $is_previous, $name);

	leaves_alone($market, $name) if $old < $tables_version;
	$name = "$version, new tables";
	my $answer = $old < $tables_version ? 'brought up to date' : 'up to date';
	is(install_says($node, $market, $answer, $name), '', "$name: and says nothing else");
	same($node->safe_psql($market, $reading), $rows, "$name: all rows are there, and no e-mail is new");
	same(catalogue($node, $market), $fresh, "$name: all is as in a fresh installation");
	is(install_says($node, $market, 'up to date', $name), '', "$name: that is all");
	works($node, $market, $name);

	# a dump that comes straight to this version
	$name = "$version, restored into this version";
	restore($node, "${market}_straight", $version, 0);
	is(install_says($node, "${market}_straight", $answer, $name), '', "$name: and says nothing else");
	same($node->safe_psql("${market}_straight", $reading), $rows, "$name: all rows are there, and no e-mail is new");
	same(catalogue($node, "${market}_straight"), $fresh, "$name: all is as in a fresh installation");
	works($node, "${market}_straight", $name);
	return $reading;
}

# Step 2 makes jobs.conversation.blocked_by: what is blocked before it, what is in its way, and what of users' it
# leaves alone.
sub blocked_by
{
	my ($version) = @_;
	my $database = 'blocked_by';
	my $name = "$version, blocked_by";

	restore($node, $database, $version, 0);
	my $blocked = q{SELECT string_agg(format('%s-%s %s', organization_id, merchant_id, blocked_by), ', ' ORDER BY id) FROM jobs.conversation WHERE is_blocked};

	# while the tables lack it
	is($node->safe_psql($database, q{
			SELECT jobs.block_conversation(1025, actor => 'merchant:1024');
			SELECT jobs.unblock_conversation(1025);
			SELECT jobs.block_conversation(1025, actor => 'merchant:1024');
			UPDATE jobs.conversation SET is_blocked = false WHERE id = 1025;
			UPDATE jobs.conversation SET is_blocked = true WHERE id = 1025;
			SELECT is_blocked FROM jobs.conversation WHERE id = 1025 }) =~ s/^\s+//r, 't', "$name: the old tables do without");
	my $audit = $node->safe_psql($database, 'SELECT count(*), (SELECT count(*) FROM jobs.email) FROM public.audit');

	refuses($node, $database, "BEGIN; $_->[0]; SELECT jobs.install()", $_->[1], "$name, $_->[0]") foreach (
		[ 'ALTER TABLE jobs.conversation ADD COLUMN blocked_by bigint',
			qr/55000: .*DETAIL:  jobs\.conversation has a column blocked_by.*HINT:  Rename it: ALTER TABLE jobs\.conversation RENAME blocked_by TO/s ],
		[ 'DELETE FROM jobs.node', qr/55000: .*DETAIL:  jobs\.node doesn't tell their version, and the column jobs\.\w+\.\w+ isn't as it is now.*HINT:  Restore jobs\.node/s ],
		[ 'DROP TABLE jobs.node', qr/55000: .*DETAIL:  jobs\.node doesn't tell their version/s ],
		[ 'UPDATE jobs.node SET schema_version = -7', qr/55000: .*DETAIL:  jobs\.node doesn't tell their version/s ],
		[ 'ALTER TABLE jobs.conversation RENAME created_at TO since', qr/55000: .*column jobs\.conversation\.created_at is missing.*HINT:  Change it back/s ],
		[ 'ALTER TABLE jobs.conversation ADD CONSTRAINT mine CHECK (NOT is_blocked) NOT VALID',
			qr/23514: .*"mine".*step 0002_blocked_by of jobs\.install\(\)/s ]);
	is($node->safe_psql($database, 'SELECT schema_version FROM jobs.node'), '1', "$name: nothing has changed");

	# somebody holds a table that the step changes; others are not kept waiting
	my $other = $node->background_psql($database);
	$other->query_safe('BEGIN; SELECT id FROM jobs.conversation WHERE id = 1025 FOR UPDATE');
	refuses($node, $database, q{SET lock_timeout = '300ms'; SELECT jobs.install()}, qr/55P03: .*could not lock jobs\.conversation.*Nothing was changed/s,
		"$name, somebody holds a row");
	$other->quit;

	is($node->safe_psql($database, q{
			CREATE RULE mine AS ON UPDATE TO jobs.conversation DO INSTEAD NOTHING;
			CREATE FUNCTION public.never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
			CREATE TRIGGER never BEFORE UPDATE ON jobs.conversation FOR EACH ROW EXECUTE FUNCTION public.never();
			ALTER TABLE jobs.conversation DISABLE TRIGGER audit;
			SET session_replication_role = local;
			SELECT jobs.install();
			SHOW session_replication_role }), "jobs $Marketplace::version: brought up to date\nlocal", "$name: users' rules and triggers don't fire");
	is($node->safe_psql($database, $blocked), '1025-1024 system, 2050-1024 merchant:1024, 2050-2048 system', "$name: tells who blocked");
	is($node->safe_psql($database, q{
			SELECT count(*), (SELECT count(*) FROM jobs.email) FROM public.audit;
			SELECT tgenabled FROM pg_trigger WHERE tgname = 'audit' }), "$audit\nD", "$name: nothing else changed");
	return;
}

# A newer server that has this version beside us, as script/private-postgres makes one.
sub find_newer_server
{
	my ($bin) = run_command([ 'pg_config', '--bindir' ]);
	my ($major) = $node->safe_psql('postgres', 'SHOW server_version_num') =~ /^(\d\d)/;

	foreach my $newer (reverse $major + 1 .. 18)
	{
		my $path = $bin =~ s/\b(pg)?$major\b/($1 \/\/ '') . $newer/ger;

		next if !-x "$path/pg_upgrade";
		my ($share) = run_command([ "$path/pg_config", '--sharedir' ]);
		return $path =~ s{/bin$}{}r if -e "$share/extension/jobs--$Marketplace::version.sql";
	}
	return;
}

# The server is upgraded with the library, and the functions and tables come after.
sub upgrade_server
{
	my ($version, $path, $reading) = @_;
	my $old = start_server('upgrade_old');
	my $new = PostgreSQL::Test::Cluster->new('upgrade_new', install_path => $path);
	my ($bin) = run_command([ 'pg_config', '--bindir' ]);
	my ($major) = run_command([ "$path/bin/postgres", '--version' ]);
	my $name = "$version, by pg_upgrade to $major";

	$new->init(extra => [ '--encoding=UTF8', '--no-locale', $major =~ / 1[5-7]\b/ ? () : '--no-data-checksums' ]);
	restore($old, 'market', $version, 1);
	my $rows = $old->safe_psql('market', $reading);
	$old->stop;
	chdir $folder or die "$folder: $!";
	$new->command_ok([ "$path/bin/pg_upgrade", '--no-sync', '-b', $bin, '-B', "$path/bin", '-d', $old->data_dir, '-D', $new->data_dir,
			'-s', $new->host, '-p', $old->port, '-P', $new->port ], "$name: runs");
	$new->start;
	$new->safe_psql('market', 'ALTER EXTENSION jobs UPDATE');
	is(install_says($new, 'market', $new->safe_psql('market', 'SELECT schema_version FROM jobs.node') < $tables_version ? 'brought up to date' : 'up to date', $name),
		'', "$name: and says nothing else");
	same($new->safe_psql('market', $reading), $rows, "$name: all rows are there, and no e-mail is new");
	is(install_says($new, 'market', 'up to date', $name), '', "$name: that is all");
	works($new, 'market', $name);
	return;
}

my $newer = find_newer_server();
foreach my $version (@versions)
{
	my $database = 'fresh_' . $version =~ s/\./_/gr;

	$node->safe_psql('postgres', slurp_file("$frozen/$version/roles.sql") =~ s/--.*//gr);
	my $fresh = install_fresh($database, $version);
	my $reading = upgrade($version, $fresh);
	blocked_by($version) if $version eq '0.1.0';
  SKIP:
	{
		skip "there is no newer PostgreSQL that has jobs $Marketplace::version: run PG_MAJOR=17 script/private-postgres", 1 if !$newer;
		upgrade_server($version, $newer, $reading);
	}
	unlink "$shared/extension/jobs--$version.sql" if $version ne $Marketplace::version;
}

done_testing();
