/*
 * What cppcheck has to know of the macros of PostgreSQL and libcurl: their headers stay out.
 */
#define ERROR 21
#define WARNING 19
#define NOTICE 18
#define LOG 15
#define JOBS_VERSION "0"
#define ereport(level, ...) do { if ((level) >= ERROR) exit(1); } while (0)
#define elog(level, ...) do { if ((level) >= ERROR) exit(1); } while (0)
#define foreach(cell, list) for (cell = list_head(list); cell; cell = lnext(list, cell))
#define pg_attribute_printf(format, arguments)
#define pg_noreturn __attribute__((noreturn))
#define PG_FUNCTION_INFO_V1(name) extern int name##_info
#define PG_MODULE_MAGIC extern int magic
#define PG_TRY() do { if (1) {
#define PG_CATCH() } else {
#define PG_FINALLY() } {
#define PG_END_TRY() } } while (0)
#define LIBCURL_VERSION_NUM 0x075800
