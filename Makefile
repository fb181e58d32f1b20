# Where the sources are: here, or elsewhere when called as make -f /path/to/Makefile.
# What is made stands in the working directory, and names of sources are relative to theirs.
SOURCES := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
list = $(sort $(patsubst $(SOURCES)/%,%,$(wildcard $(1:%=$(SOURCES)/%))))

EXTENSION = jobs
# VERSION is PostgreSQL's own
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" '$(SOURCES)/jobs.control')

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
	organization_delete \
	visibility \
	conversation \
	account \
	person \
	proposal \
	request \
	withdraw \
	condition \
	match \
	ranking \
	job \
	message \
	assignment \
	reassign \
	deadline \
	decline \
	review \
	dml \
	expiry \
	schedule \
	outbox \
	resend \
	pause \
	email_purge \
	feed \
	job_purge \
	maintenance \
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
MIGRATION_FILES := $(call list,sql/migrations/*.sql)

# Made from the pieces of SQL: what C code calls things, and the tables' text.
NAMES = src/tables/schema_names.h src/acting/function_names.h
SCHEMA_TEXT = src/tables/schema_text.inc
MIGRATION_TEXT = src/tables/migration_text.inc

MODULE_big = jobs
C_FILES := src/jobs.c $(filter-out src/mailer/%,$(call list,src/*/*.c))
OBJS = $(C_FILES:.c=.o)
C_HEADERS := $(filter-out src/mailer/% $(NAMES),$(call list,src/*/*.h))
DATA_built = $(EXTENSION)--$(EXTVERSION).sql
# From one version of the functions to the next.
DATA := $(call list,sql/updates/*.sql)
EXTRA_CLEAN = $(SCHEMA_TEXT) $(MIGRATION_TEXT) $(NAMES) output $(MAILER)

PG_CPPFLAGS = -Isrc -I$(SOURCES)/src -DJOBS_VERSION='"$(EXTVERSION)"'
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
TESTS := $(patsubst test/sql/%.sql,%,$(call list,test/sql/*.sql))
# One makes what the others use, and one takes it away.
REGRESS := $(filter install,$(TESTS)) $(filter-out install leave,$(TESTS)) $(filter leave,$(TESTS))
REGRESS_OPTS = --inputdir=$(SOURCES)/test --outputdir=output --encoding=UTF8 --no-locale $(EXPECTED_OPTS)
ISOLATION := $(patsubst test/specs/%.spec,%,$(call list,test/specs/*.spec))
ISOLATION_OPTS = --inputdir=$(SOURCES)/test
REGRESS_PREP = output/expected output_iso/expected
PROVE_TESTS := $(call list,test/tap/*.pl)
TAP_TESTS := $(if $(PROVE_TESTS),1)

PG_CONFIG = pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

ifneq ($(wildcard $(PGXS)),)
include $(PGXS)

ifneq ($(MAJORVERSION),15)
EXPECTED_OPTS = --expecteddir=$(SOURCES)
endif

# VPATH would find as well what another build left between the sources. PGXS has srcdir from it.
srcdir := $(SOURCES)
override VPATH :=
vpath src/%.c $(SOURCES)
vpath sql/%.sql $(SOURCES)
vpath script/% $(SOURCES)
vpath jobs.control $(SOURCES)

FOLDERS := $(sort $(patsubst %/,%,$(dir $(OBJS))))
# Runs a command where the sources are; what it says becomes the target. Perl is named, since some
# programs that unpack an archive forget who may be run.
define make_of_sources
cd '$(SOURCES)' && $(1) > '$(CURDIR)/$@.tmp'
mv $@.tmp $@
endef

$(DATA_built): $(SQL_FILES) jobs.control
	$(call make_of_sources,cat $(SQL_FILES))

$(SCHEMA_TEXT): $(TABLE_FILES) script/schema-text $(SOURCES)/Makefile | $(FOLDERS)
	$(call make_of_sources,perl script/schema-text $(TABLE_FILES))

$(MIGRATION_TEXT): $(MIGRATION_FILES) script/migration-text $(SOURCES)/Makefile | $(FOLDERS)
	$(call make_of_sources,perl script/migration-text $(MIGRATION_FILES))

src/tables/schema_names.h: $(TABLE_FILES) $(MIGRATION_FILES) script/schema-names $(SOURCES)/Makefile | $(FOLDERS)
	$(call make_of_sources,perl script/schema-names $(TABLE_FILES) $(MIGRATION_FILES))

src/acting/function_names.h: $(SQL_FILES) script/function-names $(SOURCES)/Makefile | $(FOLDERS)
	$(call make_of_sources,perl script/function-names $(SQL_FILES))

$(FOLDERS):
	mkdir -p $@

output/expected output_iso/expected:
	mkdir -p $(@D)
	ln -sfn '$(abspath $(SOURCES))/expected' $@

$(OBJS) $(OBJS:.o=.bc): $(C_HEADERS:%=$(SOURCES)/%) $(NAMES) | $(FOLDERS)
src/tables/schema.o src/tables/schema.bc: $(SCHEMA_TEXT)
src/tables/migration.o src/tables/migration.bc: $(MIGRATION_TEXT)
else
# The targets below the line do without PostgreSQL's headers, and fetch them.
all install installcheck clean:
	@echo "$(PG_CONFIG) --pgxs shows no PGXS: install postgresql-server-dev, or set PG_CONFIG" >&2
	@exit 1
endif

.PHONY: all install installcheck clean mailer install-mailer dist test lint api-page bench demo demo-stop

mailer: $(MAILER)

$(MAILER): $(wildcard $(SOURCES)/src/mailer/*.c $(SOURCES)/src/mailer/*.h) $(SOURCES)/jobs.control
	@mkdir -p $(@D)
	$(CC) $(or $(CFLAGS),-O2 -g $(PG_CFLAGS)) -D_GNU_SOURCE -DJOBS_VERSION='"$(EXTVERSION)"' \
		-I"$$($(PG_CONFIG) --includedir)" $$($(CURL_CONFIG) --cflags) -o $@ $(filter %.c,$^) \
		$(LDFLAGS) -L"$$($(PG_CONFIG) --libdir)" -lpq $$($(CURL_CONFIG) --libs) -lm

install-mailer: mailer
	install -d '$(DESTDIR)$(MAILER_PREFIX)/bin' '$(DESTDIR)$(MAILER_PREFIX)/lib/systemd/system'
	install $(MAILER) '$(DESTDIR)$(MAILER_PREFIX)/bin/'
	sed 's|/usr/local|$(MAILER_PREFIX)|' '$(SOURCES)/src/mailer/jobs-mailer.service' \
		> '$(DESTDIR)$(MAILER_PREFIX)/lib/systemd/system/jobs-mailer.service'

# The committed state, as released.
dist:
	git -C '$(SOURCES)' archive --format=zip --prefix=$(EXTENSION)-$(EXTVERSION)/ \
		-o '$(CURDIR)'/$(EXTENSION)-$(EXTVERSION).zip HEAD
	git -C '$(SOURCES)' archive --format=tar.gz --prefix=$(EXTENSION)-$(EXTVERSION)/ \
		-o '$(CURDIR)'/$(EXTENSION)-$(EXTVERSION).tar.gz HEAD

# All tests, in a private PostgreSQL: installs nothing but packages.
test:
	@$(SOURCES)/script/test

lint:
	@$(SOURCES)/script/lint

# What the page says of functions and tables comes from their comments; make lint compares.
api-page:
	script/api-page > docs/api.md.tmp
	mv docs/api.md.tmp docs/api.md

bench:
	@$(SOURCES)/test/bench/all

demo:
	@$(SOURCES)/script/demo

demo-stop:
	@$(SOURCES)/script/web stop
	@$(SOURCES)/script/cluster stop
