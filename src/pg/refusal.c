/*
 * refusal.c
 *
 * Refusals by a rule of the marketplace.
 */
#include "postgres.h"

#include "pg/refusal.h"

const RefusalRule refusal_rules[] = {
#define REFUSAL(symbol, sqlstate, name, meaning) [REFUSAL_##symbol] = {sqlstate, name, meaning},
#include "pg/refusal_list.h"
#undef REFUSAL
};

const int refusal_count = lengthof(refusal_rules);

int
refused_by(Refusal rule)
{
	const char *code = refusal_rules[rule].sqlstate;

	errcode(MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4]));
	return err_generic_string(PG_DIAG_CONSTRAINT_NAME, refusal_rules[rule].name);
}
