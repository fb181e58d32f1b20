/*
 * mail.c
 *
 * The Message-ID comes from the message key, so that an e-mail that is sent twice can be
 * known as such. All e-mails of a job are answers to one that doesn't exist, which makes mail
 * programs show them as one thread.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "header.h"
#include "mail.h"
#include "memory.h"

/* Where at least one byte in so many isn't ASCII, base64 is shorter than quoted-printable, or nearly. */
#define BASE64_SHARE 6

static struct curl_slist *
add_line(struct curl_slist *header, char *line)
{
	struct curl_slist *longer = curl_slist_append(header, line);

	if (!longer)
		memory_exhausted();
	free(line);
	return longer;
}

static char *
date_line(void)
{
	time_t now = time(NULL);
	struct tm parts;
	char text[64];

	/* the names are English: nobody sets LC_TIME */
	gmtime_r(&now, &parts);
	strftime(text, sizeof(text), "Date: %a, %d %b %Y %H:%M:%S +0000", &parts);
	return memory_copy(text);
}

struct curl_slist *
mail_header(const Mail *mail, const Sender *sender, const Address *recipient)
{
	struct curl_slist *header = NULL;
	const char *domain = sender->address.domain;

	header = add_line(header, date_line());
	header = add_line(header, header_address("From", sender->name, sender->address.text));
	header = add_line(header, header_address("To", "", recipient->text));
	header = add_line(header, header_text("Subject", mail->subject));
	header = add_line(header, memory_format("Message-ID: <%s@%s>", mail->message_key, domain));
	if (mail->job_id)
	{
		/* the key is the marketplace's, a hyphen, the e-mail's number */
		const char *hyphen = strrchr(mail->message_key, '-');
		int length = hyphen ? (int) (hyphen - mail->message_key) : 0;
		char *root = memory_format("<%.*s-job-%s@%s>", length, mail->message_key, mail->job_id, domain);

		header = add_line(header, memory_format("In-Reply-To: %s", root));
		header = add_line(header, memory_format("References: %s", root));
		free(root);
	}
	return add_line(header, memory_copy("Auto-Submitted: auto-generated"));
}

/*
 * Lines end with CRLF, the last one too.
 */
static char *
text_lines(const char *text, size_t *size, size_t *beyond_ascii)
{
	char *lines;
	FILE *stream = memory_open(&lines, size);
	char last = '\n';

	*beyond_ascii = 0;
	for (; *text; text++)
	{
		if (*text == '\n' && last == '\r')
			; /* written already */
		else if (*text == '\n' || *text == '\r')
			fputs("\r\n", stream);
		else
			fputc(*text, stream);
		*beyond_ascii += (unsigned char) *text >= 0x80;
		last = *text;
	}
	if (last != '\n' && last != '\r')
		fputs("\r\n", stream);
	memory_close(stream);
	return lines;
}

curl_mime *
mail_body(CURL *handle, const Mail *mail)
{
	size_t size;
	size_t beyond_ascii;
	char *lines = text_lines(mail->body, &size, &beyond_ascii);
	curl_mime *mime = curl_mime_init(handle);
	curl_mimepart *part = mime ? curl_mime_addpart(mime) : NULL;

	if (!part || curl_mime_data(part, lines, size) != CURLE_OK ||
		curl_mime_type(part, "text/plain; charset=utf-8") != CURLE_OK ||
		curl_mime_encoder(part, beyond_ascii * BASE64_SHARE > size ? "base64" : "quoted-printable") != CURLE_OK)
		memory_exhausted();
	free(lines);
	return mime;
}
