/*
 * address.c
 *
 * An address goes into an SMTP command and a header: nothing gets in that could end either.
 * The table's owner may have let in others than jobs.add_member() does.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "address.h"
#include "memory.h"

static bool
is_ascii(const char *text)
{
	for (; *text; text++)
	{
		if ((unsigned char) *text >= 0x80)
			return false;
	}
	return true;
}

/*
 * The domain as it stands in the DNS; NULL: there is no such form of it.
 */
static char *
domain_in_ascii(const char *domain)
{
	CURLU *url = curl_url();
	char *host = NULL;
	char *copy = NULL;

	if (!url)
		memory_exhausted();
	if (curl_url_set(url, CURLUPART_HOST, domain, 0) == CURLUE_OK &&
		curl_url_get(url, CURLUPART_HOST, &host, CURLU_PUNYCODE) == CURLUE_OK && is_ascii(host))
		copy = memory_copy(host);
	curl_free(host);
	curl_url_cleanup(url);
	return copy;
}

static bool
has_only(const char *text, size_t length, const char *specials)
{
	for (size_t i = 0; i < length; i++)
	{
		unsigned char c = text[i];

		if (c < 0x80 && !isalnum(c) && !strchr(specials, c))
			return false;
	}
	return true;
}

bool
address_parse(const char *text, Address *address, const char **complaint)
{
	const char *at = strrchr(text, '@');
	size_t local_length = at ? (size_t) (at - text) : 0;
	char *domain;

	*complaint = NULL;
	if (local_length == 0 || at[1] == '\0')
		*complaint = "the address is not of the form name@domain";
	else if (!has_only(text, local_length, "!#$%&'*+-/=?^_`{|}~."))
		*complaint = "the part of the address before the @ has characters that SMTP doesn't allow there";
	else if (!has_only(at + 1, strlen(at + 1), "-_.[]:"))
		*complaint = "the domain of the address has characters that no domain has";
	if (*complaint)
		return false;

	domain = is_ascii(at + 1) ? memory_copy(at + 1) : domain_in_ascii(at + 1);
	if (!domain)
	{
		*complaint = "the domain of the address has characters that no international domain has";
		return false;
	}
	address->text = memory_format("%.*s@%s", (int) local_length, text, domain);
	address->domain = address->text + local_length + 1;
	address->is_ascii = is_ascii(address->text);
	free(domain);
	return true;
}

bool
address_parse_named(const char *text, Address *address, char **name, const char **complaint)
{
	const char *opening = strrchr(text, '<');
	size_t length = strlen(text);
	char *bare;
	bool is_good;

	if (!opening || text[length - 1] != '>')
	{
		*name = memory_copy("");
		return address_parse(text, address, complaint);
	}
	bare = memory_format("%.*s", (int) (text + length - opening) - 2, opening + 1);
	is_good = address_parse(bare, address, complaint);
	free(bare);

	length = opening - text;
	while (length > 0 && text[length - 1] == ' ')
		length--;
	if (length > 1 && text[0] == '"' && text[length - 1] == '"')
	{
		text++;
		length -= 2;
	}
	*name = memory_format("%.*s", (int) length, text);
	return is_good;
}

void
address_free(Address *address)
{
	free(address->text);
	address->text = NULL;
}
