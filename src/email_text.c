/*
 * email_text.c
 *
 * What e-mails say, in English.
 */
#include "postgres.h"

#include "email.h"
#include "email_text.h"

/* Subject and body by kind; they say nothing personal, for e-mail is read on the way. */
static const struct
{
	const char *subject;
	const char *body;
} texts[EMAIL_KINDS] = {
	[EMAIL_ASSIGNED] = {
		"A job was assigned to you",
		"You were assigned to a job.\n\n"
		"Open it to see what the merchant asks for, and by when a response is due.\n",
	},
	[EMAIL_MESSAGE] = {
		"You have a new message",
		"Somebody wrote to you.\n\n"
		"Open the conversation to read the message and to reply.\n",
	},
	[EMAIL_JOB_CREATED] = {
		"There is a new job for you",
		"A merchant asks you for work.\n\n"
		"Open the job to see what it is about. It expires when nobody responds in time.\n",
	},
	[EMAIL_DECLINED] = {
		"A job was declined",
		"A job of yours was declined by the other side.\n\n"
		"Open it to see the reason, if one was given.\n",
	},
	[EMAIL_EXPIRED] = {
		"A job expired",
		"Nobody responded to a job in time, so it expired.\n\n"
		"No action is possible on it any more.\n",
	},
	[EMAIL_COMPLETION_REQUESTED] = {
		"Please confirm that a job is complete",
		"The expert says that the work on your job is done.\n\n"
		"Open the job to confirm this, or to reject it with a comment.\n",
	},
	[EMAIL_COMPLETION_CONFIRMED] = {
		"A job was confirmed as complete",
		"The merchant confirmed that the work on a job is done.\n",
	},
	[EMAIL_COMPLETION_REJECTED] = {
		"A job is not complete yet",
		"The merchant does not consider the work on a job as done.\n\n"
		"Open the job to read the comment, if there is one, and to go on.\n",
	},
	[EMAIL_PROPOSAL_SENT] = {
		"You have a new proposal",
		"An expert proposes work to you.\n\n"
		"Open the proposal to accept or to decline it.\n",
	},
	[EMAIL_PROPOSAL_ACCEPTED] = {
		"Your proposal was accepted",
		"The merchant accepted a proposal of yours.\n\n"
		"Open the conversation to agree on how to go on.\n",
	},
	[EMAIL_PROPOSAL_DECLINED] = {
		"Your proposal was declined",
		"The merchant declined a proposal of yours.\n\n"
		"Open the conversation to ask why, or to send another one.\n",
	},
	[EMAIL_EXPIRING_SOON] = {
		"A job expires soon",
		"Nobody responded to a job yet.\n\n"
		"Open it to respond before its deadline.\n",
	},
	[EMAIL_REVIEW_REQUESTED] = {
		"Please review the work that was done for you",
		"An expert asks you for a review.\n\n"
		"Open the proposal to say how it went.\n",
	},
	[EMAIL_REVIEW_RECEIVED] = {
		"You have a new review",
		"A merchant reviewed your work.\n\n"
		"Open the review to read it and to reply.\n",
	},
};

/*
 * Texts of a kind. A kind that a later version wrote is better sent in general words
 * than not at all.
 */
void
email_text(const char *kind, const char **subject, const char **body)
{
	*subject = "There is news on your work";
	*body = "Something happened in one of your jobs or conversations.\n\n"
			"Open the marketplace to see what it is.\n";
	for (int i = 0; i < EMAIL_KINDS; i++)
	{
		if (strcmp(email_kinds[i], kind) == 0)
		{
			*subject = texts[i].subject;
			*body = texts[i].body;
		}
	}
}
