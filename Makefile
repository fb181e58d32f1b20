EXTENSION = jobs
# VERSION is PostgreSQL's own
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" jobs.control)

# What the extension installs, in the order of the script.
SQL_PIECES = \
	prologue \
	action \
	refusal \
	current_actor \
	install \
	access \
	slots \
	bind_role \
	directory \
	visibility \
	conversation \
	proposal \
	request \
	match \
	ranking \
	job \
	message \
	assignment \
	decline \
	review \
	dml \
	expiry \
	schedule \
	outbox \
	email_purge \
	feed \
	email_template \
	search \
	health

# What jobs.install() creates, in order; compiled into the library.
TABLE_PIECES = \
	node \
	role_binding \
	directory \
	conversation \
	proposal \
	job \
	message \
	assignment \
	decline \
	event \
	event_consumer \
	email \
	email_template \
	review \
	ranking \
	health

SQL_FILES = $(SQL_PIECES:%=sql/%.sql)
TABLE_FILES = $(TABLE_PIECES:%=sql/tables/%.sql)
# What jobs.install() does to older tables, in order; compiled into the library, too.
MIGRATION_FILES = $(sort $(wildcard sql/migrations/*.sql))

MODULE_big = jobs
OBJS = $(patsubst %.c,%.o,src/jobs.c $(sort $(filter-out src/mailer/%,$(wildcard src/*/*.c))))
C_HEADERS = $(sort $(filter-out src/mailer/%,$(wildcard src/*/*.h)))
DATA_built = $(EXTENSION)--$(EXTVERSION).sql
# From one version of the functions to the next.
DATA = $(sort $(wildcard sql/updates/*.sql))
# Made from the pieces of SQL: what C code calls things, and the tables' text.
NAMES = src/tables/schema_names.h src/acting/function_names.h
EXTRA_CLEAN = src/tables/schema_text.inc src/tables/migration_text.inc $(NAMES) output $(MAILER)

PG_CPPFLAGS = -I$(srcdir)/src -DJOBS_VERSION='"$(EXTVERSION)"'
# -Wextra, less what PostgreSQL's headers and calling convention can't do without
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers

# The mailer, a program of its own, which wants libpq and libcurl and nothing else.
MAILER = src/mailer/jobs-mailer
MAILER_PREFIX = /usr/local
CURL_CONFIG = curl-config

# Inputs are in test/, expected output of both testers in expected/. PostgreSQL 15
# looks in the output directory first, for inputs as well, and sql/ holds what is
# installed: so that directory is one of its own, with a link to expected/. From 16
# on pg_regress wants an option for it; the isolation tester still goes by the link.
TESTS := $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
# One makes what the others use, and one takes it away.
REGRESS := $(filter install,$(TESTS)) $(filter-out install leave,$(TESTS)) $(filter leave,$(TESTS))
REGRESS_OPTS = --inputdir=test --outputdir=output --encoding=UTF8 --no-locale $(EXPECTED_OPTS)
ISOLATION := $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test
REGRESS_PREP = output/expected output_iso/expected
PROVE_TESTS := $(sort $(wildcard test/tap/*.pl))
TAP_TESTS := $(if $(PROVE_TESTS),1)

PG_CONFIG = pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

ifneq ($(wildcard $(PGXS)),)
include $(PGXS)

ifneq ($(MAJORVERSION),15)
EXPECTED_OPTS = --expecteddir=.
endif

$(DATA_built): $(SQL_FILES) jobs.control
	cat $(SQL_FILES) > $@.tmp
	mv $@.tmp $@

src/tables/schema_text.inc: $(TABLE_FILES) script/schema-text Makefile
	script/schema-text $(TABLE_FILES) > $@.tmp
	mv $@.tmp $@

src/tables/migration_text.inc: $(MIGRATION_FILES) script/migration-text Makefile
	script/migration-text $(MIGRATION_FILES) > $@.tmp
	mv $@.tmp $@

src/tables/schema_names.h: $(TABLE_FILES) $(MIGRATION_FILES) script/schema-names Makefile
	script/schema-names $(TABLE_FILES) $(MIGRATION_FILES) > $@.tmp
	mv $@.tmp $@

src/acting/function_names.h: $(SQL_FILES) script/function-names Makefile
	script/function-names $(SQL_FILES) > $@.tmp
	mv $@.tmp $@

output/expected output_iso/expected:
	mkdir -p $(@D)
	ln -s ../expected $@

$(OBJS) $(OBJS:.o=.bc): $(C_HEADERS) $(NAMES)
src/tables/schema.o src/tables/schema.bc: src/tables/schema_text.inc
src/tables/migration.o src/tables/migration.bc: src/tables/migration_text.inc
else
# The targets below the line do without PostgreSQL's headers, and fetch them.
all install installcheck clean:
	@echo "$(PG_CONFIG) --pgxs shows no PGXS: install postgresql-server-dev, or set PG_CONFIG" >&2
	@exit 1
endif

.PHONY: all install installcheck clean mailer install-mailer dist test lint api-page bench demo demo-stop

mailer: $(MAILER)

$(MAILER): $(wildcard src/mailer/*.c src/mailer/*.h) jobs.control
	$(CC) $(or $(CFLAGS),-O2 -g $(PG_CFLAGS)) -D_GNU_SOURCE -DJOBS_VERSION='"$(EXTVERSION)"' \
		-I"$$($(PG_CONFIG) --includedir)" $$($(CURL_CONFIG) --cflags) -o $@ $(filter %.c,$^) \
		$(LDFLAGS) -L"$$($(PG_CONFIG) --libdir)" -lpq $$($(CURL_CONFIG) --libs) -lm

install-mailer: mailer
	install -d '$(DESTDIR)$(MAILER_PREFIX)/bin' '$(DESTDIR)$(MAILER_PREFIX)/lib/systemd/system'
	install $(MAILER) '$(DESTDIR)$(MAILER_PREFIX)/bin/'
	install -m 644 src/mailer/jobs-mailer.service '$(DESTDIR)$(MAILER_PREFIX)/lib/systemd/system/'

# The committed state, as released.
dist:
	git archive --format=zip --prefix=$(EXTENSION)-$(EXTVERSION)/ \
		-o $(EXTENSION)-$(EXTVERSION).zip HEAD
	git archive --format=tar.gz --prefix=$(EXTENSION)-$(EXTVERSION)/ \
		-o $(EXTENSION)-$(EXTVERSION).tar.gz HEAD

# All tests, in a private PostgreSQL: installs nothing but packages.
test:
	@script/test

lint:
	@script/lint

# What the page says of functions and tables comes from their comments; make lint compares.
api-page:
	script/api-page > docs/api.md.tmp
	mv docs/api.md.tmp docs/api.md

bench:
	@test/bench/all

demo:
	@script/demo

demo-stop:
	@script/cluster stop
