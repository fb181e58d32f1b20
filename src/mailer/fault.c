/*
 * fault.c
 *
 * Enhanced status codes: class, subject and detail, such as 5.1.1. What isn't one for certain
 * counts as none. An e-mail that is given up is lost, one that is tried again is not: so of
 * two answers that are possible the milder one is taken.
 */
#include <ctype.h>

#include "fault.h"

/* The most digits of a subject and a detail. */
#define DIGITS 3

typedef struct Text
{
	const char *at;
	const char *end;
} Text;

static bool
text_take(Text *text, char wanted)
{
	if (text->at == text->end || *text->at != wanted)
		return false;
	text->at++;
	return true;
}

/*
 * Takes a number; negative: there is none.
 */
static int
text_take_number(Text *text)
{
	const char *begin = text->at;
	int number = 0;

	while (text->at < text->end && text->at - begin < DIGITS && isdigit((unsigned char) *text->at))
		number = number * 10 + *text->at++ - '0';
	if (text->at == begin || (*begin == '0' && text->at - begin > 1))
		return -1;
	return number;
}

/*
 * Does the code end here? Some servers put a colon or the like behind it.
 */
static bool
text_is_apart(const Text *text)
{
	unsigned char c = text->at == text->end ? ' ' : *text->at;

	return isspace(c) || (ispunct(c) && c != '.' && c != '-' && c != '_');
}

static Fault
fault_of(int subject, int detail)
{
	switch (subject)
	{
		case 1:
			/* the sender's address, which servers may object to only after the recipient's */
			return detail == 7 || detail == 8 ? FAULT_SERVER : FAULT_RECIPIENT;
		case 2:
			/* too long for this mailbox */
			return detail == 3 ? FAULT_MESSAGE : FAULT_RECIPIENT;
		case 3:
			/* too long for the server */
			return detail == 4 ? FAULT_MESSAGE : FAULT_SERVER;
		case 4:
		case 5:
		case 7:
			return FAULT_SERVER;
		case 6:
			return FAULT_MESSAGE;
		default:
			return FAULT_UNSAID;
	}
}

void
status_add(Status *status, const char *line, size_t size)
{
	Text text = {line, line + size};
	Fault fault;
	bool is_temporary;
	int subject;
	int detail;

	while (text_take(&text, ' '))
		;
	is_temporary = text_take(&text, '4');
	/* no refusal is a success */
	if (!is_temporary && !text_take(&text, '5'))
		return;
	if (!text_take(&text, '.') || (subject = text_take_number(&text)) < 0 || !text_take(&text, '.'))
		return;
	detail = text_take_number(&text);
	if (detail < 0 || !text_is_apart(&text))
		return;
	fault = fault_of(subject, detail);
	if (fault > status->fault)
		status->fault = fault;
	status->is_temporary |= is_temporary;
}
