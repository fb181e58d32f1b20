/*
 * language.c
 *
 * Finds the text search configuration of a language, and whether it works here: the files of
 * a dictionary are UTF-8, and in a database of another encoding some can't be read.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_ts_config.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "pg/language.h"

static struct
{
	const char *code;
	const char *config;
	enum
	{
		NOT_TRIED,
		WORKS,
		FAILS
	} state; /* of this session */
} languages[] = {
	{"ar", "arabic"},
	{"ca", "catalan"},
	{"da", "danish"},
	{"de", "german"},
	{"el", "greek"},
	{"en", "english"},
	{"es", "spanish"},
	{"et", "estonian"},
	{"eu", "basque"},
	{"fi", "finnish"},
	{"fr", "french"},
	{"ga", "irish"},
	{"hi", "hindi"},
	{"hu", "hungarian"},
	{"hy", "armenian"},
	{"id", "indonesian"},
	{"it", "italian"},
	{"lt", "lithuanian"},
	{"nb", "norwegian"},
	{"ne", "nepali"},
	{"nl", "dutch"},
	{"nn", "norwegian"},
	{"no", "norwegian"},
	{"pt", "portuguese"},
	{"ro", "romanian"},
	{"ru", "russian"},
	{"sr", "serbian"},
	{"sv", "swedish"},
	{"ta", "tamil"},
	{"tr", "turkish"},
	{"yi", "yiddish"},
};

int
language_count(void)
{
	return lengthof(languages);
}

const char *
language_code(int language)
{
	return languages[language].code;
}

static Oid
find_config(const char *name)
{
	return GetSysCacheOid2(TSCONFIGNAMENSP, Anum_pg_ts_config_oid, CStringGetDatum(name),
						   ObjectIdGetDatum(PG_CATALOG_NAMESPACE));
}

/*
 * Tries it in a subtransaction: what fails is a file that the encoding has no characters for.
 */
static bool
config_works(Oid config)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool result = true;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		(void) DirectFunctionCall2(to_tsvector_byid, ObjectIdGetDatum(config),
								   PointerGetDatum(cstring_to_text("word")));
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		if (geterrcode() != ERRCODE_UNTRANSLATABLE_CHARACTER)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		result = false;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return result;
}

Oid
language_config_of(int language)
{
	Oid config = find_config(languages[language].config);

	if (!OidIsValid(config) || GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII)
		return config;
	if (languages[language].state == NOT_TRIED)
		languages[language].state = config_works(config) ? WORKS : FAILS;
	return languages[language].state == WORKS ? config : InvalidOid;
}

Oid
language_config(const char *code)
{
	for (int i = 0; i < lengthof(languages); i++)
	{
		if (strcmp(languages[i].code, code) == 0)
			return language_config_of(i);
	}
	return InvalidOid;
}

Oid
language_simple_config(void)
{
	return find_config("simple");
}
