/*
 * address.h
 *
 * E-mail addresses as SMTP takes them.
 */
#ifndef MAILER_ADDRESS_H
#define MAILER_ADDRESS_H

#include <stdbool.h>

typedef struct Address
{
	char *text;			/* local@domain, the domain in ASCII */
	const char *domain; /* within the text */
	bool is_ascii;		/* false: the part before the @ needs SMTPUTF8 */
} Address;

/*
 * Takes an address without a name. False: it is none that can be mailed; *complaint, which
 * is constant, is what is wrong with it.
 */
extern bool address_parse(const char *text, Address *address, const char **complaint);

/*
 * Takes an address with a name, Name <local@domain>, or without; *name is never NULL.
 */
extern bool address_parse_named(const char *text, Address *address, char **name, const char **complaint);

extern void address_free(Address *address);

#endif
