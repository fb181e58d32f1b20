/*
 * email_kind_list.h
 *
 * The kinds of e-mail, a row each: its name in jobs.email.kind, who gets it, what it is about
 * (which decides on its placeholders), whose name stands for {author_name}, and what it says in
 * English and in German as long as the operator says nothing else. email_kind.h explains the
 * words, email_value.c has the placeholders.
 *
 * Included by email_kind.h and email_kind.c, each with a macro EMAIL_KIND of its own; hence no
 * guard.
 */

EMAIL_KIND(ASSIGNED, "assigned", TO_MEMBER, ABOUT_JOB, AUTHOR(assignment, assigned_by),
		   "You are assigned to \"{job_title}\"",
		   "Hello {recipient_name},\n\n"
		   "you are assigned to the job \"{job_title}\". From now on you get an e-mail about what happens in it.\n\n"
		   "Merchant: {merchant_name}\n"
		   "Store: {store_name}\n"
		   "Service: {service_name}\n"
		   "Budget: {budget}\n"
		   "Respond by: {respond_by}\n"
		   "Assigned by: {author_name}\n\n"
		   "{job_description}\n",
		   "Sie sind dem Auftrag \"{job_title}\" zugewiesen",
		   "Guten Tag {recipient_name},\n\n"
		   "Sie sind dem Auftrag \"{job_title}\" zugewiesen. "
		   "Von nun an erfahren Sie per E-Mail, was darin geschieht.\n\n"
		   "Händler: {merchant_name}\n"
		   "Shop: {store_name}\n"
		   "Leistung: {service_name}\n"
		   "Budget: {budget}\n"
		   "Antwort bis: {respond_by}\n"
		   "Zugewiesen von: {author_name}\n\n"
		   "{job_description}\n")

EMAIL_KIND(MESSAGE, "message", TO_OTHER_SIDE | TO_ASSIGNEES, ABOUT_JOB | ABOUT_MESSAGE, AUTHOR(message, author),
		   "New message from {author_name}",
		   "Hello {recipient_name},\n\n"
		   "{author_name} wrote:\n\n"
		   "{message}\n\n"
		   "Job: {job_title}\n"
		   "Store: {store_name}\n"
		   "Organization: {organization_name}\n"
		   "Merchant: {merchant_name}\n",
		   "Neue Nachricht von {author_name}",
		   "Guten Tag {recipient_name},\n\n"
		   "{author_name} schreibt:\n\n"
		   "{message}\n\n"
		   "Auftrag: {job_title}\n"
		   "Shop: {store_name}\n"
		   "Organisation: {organization_name}\n"
		   "Händler: {merchant_name}\n")

EMAIL_KIND(JOB_CREATED, "job_created", TO_ORGANIZATION, ABOUT_JOB, NO_AUTHOR,
		   "New job from {merchant_name}: {job_title}",
		   "Hello {recipient_name},\n\n"
		   "there is a new job for you from {merchant_name}: \"{job_title}\".\n\n"
		   "Please respond by {respond_by}; without a response the job expires then.\n\n"
		   "Store: {store_name}\n"
		   "Service: {service_name}\n"
		   "Budget: {budget}\n\n"
		   "{job_description}\n",
		   "Neuer Auftrag von {merchant_name}: {job_title}",
		   "Guten Tag {recipient_name},\n\n"
		   "Sie haben einen neuen Auftrag von {merchant_name}: \"{job_title}\".\n\n"
		   "Bitte antworten Sie bis {respond_by}; ohne Antwort läuft der Auftrag dann ab.\n\n"
		   "Shop: {store_name}\n"
		   "Leistung: {service_name}\n"
		   "Budget: {budget}\n\n"
		   "{job_description}\n")

EMAIL_KIND(DECLINED, "declined", TO_OTHER_SIDE | TO_ASSIGNEES, ABOUT_JOB | ABOUT_DECLINE, AUTHOR(decline, actor),
		   "The job \"{job_title}\" was declined",
		   "Hello {recipient_name},\n\n"
		   "the job \"{job_title}\" was declined.\n\n"
		   "Declined by: {author_name}\n"
		   "Reason: {reason}\n"
		   "Organization: {organization_name}\n"
		   "Merchant: {merchant_name}\n"
		   "Store: {store_name}\n\n"
		   "{comment}\n",
		   "Der Auftrag \"{job_title}\" wurde abgelehnt",
		   "Guten Tag {recipient_name},\n\n"
		   "der Auftrag \"{job_title}\" wurde abgelehnt.\n\n"
		   "Abgelehnt von: {author_name}\n"
		   "Grund: {reason}\n"
		   "Organisation: {organization_name}\n"
		   "Händler: {merchant_name}\n"
		   "Shop: {store_name}\n\n"
		   "{comment}\n")

EMAIL_KIND(EXPIRED, "expired", TO_ORGANIZATION | TO_ASSIGNEES | TO_MERCHANT, ABOUT_JOB, NO_AUTHOR,
		   "The job \"{job_title}\" expired",
		   "Hello {recipient_name},\n\n"
		   "the job \"{job_title}\" expired, because the organization did not respond in time. "
		   "No action is possible on it any more.\n\n"
		   "Response was due by: {respond_by}\n"
		   "Organization: {organization_name}\n"
		   "Merchant: {merchant_name}\n"
		   "Store: {store_name}\n"
		   "Service: {service_name}\n",
		   "Der Auftrag \"{job_title}\" ist abgelaufen",
		   "Guten Tag {recipient_name},\n\n"
		   "der Auftrag \"{job_title}\" ist abgelaufen, weil die Organisation nicht rechtzeitig geantwortet hat. "
		   "Er kann nicht mehr bearbeitet werden.\n\n"
		   "Antwort war fällig bis: {respond_by}\n"
		   "Organisation: {organization_name}\n"
		   "Händler: {merchant_name}\n"
		   "Shop: {store_name}\n"
		   "Leistung: {service_name}\n")

EMAIL_KIND(EXPIRING_SOON, "expiring_soon", TO_ASSIGNEES_ELSE_ORGANIZATION, ABOUT_JOB, NO_AUTHOR,
		   "Please respond to \"{job_title}\" by {respond_by}",
		   "Hello {recipient_name},\n\n"
		   "the job \"{job_title}\" from {merchant_name} still waits for a first response. "
		   "It expires at {respond_by}, and no action is possible on it then.\n\n"
		   "Store: {store_name}\n"
		   "Service: {service_name}\n"
		   "Budget: {budget}\n\n"
		   "{job_description}\n",
		   "Bitte antworten Sie bis {respond_by} auf \"{job_title}\"",
		   "Guten Tag {recipient_name},\n\n"
		   "der Auftrag \"{job_title}\" von {merchant_name} wartet noch auf eine erste Antwort. "
		   "Er läuft um {respond_by} ab und kann dann nicht mehr bearbeitet werden.\n\n"
		   "Shop: {store_name}\n"
		   "Leistung: {service_name}\n"
		   "Budget: {budget}\n\n"
		   "{job_description}\n")

EMAIL_KIND(COMPLETION_REQUESTED, "completion_requested", TO_MERCHANT, ABOUT_JOB | ABOUT_MESSAGE, NO_AUTHOR,
		   "Please confirm the completion of \"{job_title}\"",
		   "Hello {recipient_name},\n\n"
		   "{organization_name} marked the job \"{job_title}\" as completed.\n\n"
		   "{message}\n\n"
		   "Please have a look, and confirm the completion or reject it.\n\n"
		   "Store: {store_name}\n"
		   "Service: {service_name}\n",
		   "Bitte bestätigen Sie den Abschluss von \"{job_title}\"",
		   "Guten Tag {recipient_name},\n\n"
		   "{organization_name} hat den Auftrag \"{job_title}\" als abgeschlossen gemeldet.\n\n"
		   "{message}\n\n"
		   "Bitte prüfen Sie die Arbeit und bestätigen Sie den Abschluss oder weisen Sie ihn zurück.\n\n"
		   "Shop: {store_name}\n"
		   "Leistung: {service_name}\n")

EMAIL_KIND(COMPLETION_CONFIRMED, "completion_confirmed", TO_ORGANIZATION | TO_ASSIGNEES, ABOUT_JOB, NO_AUTHOR,
		   "{merchant_name} confirmed the completion of \"{job_title}\"",
		   "Hello {recipient_name},\n\n"
		   "{merchant_name} confirmed that the job \"{job_title}\" is completed.\n\n"
		   "Store: {store_name}\n"
		   "Service: {service_name}\n",
		   "{merchant_name} hat den Abschluss von \"{job_title}\" bestätigt",
		   "Guten Tag {recipient_name},\n\n"
		   "{merchant_name} hat bestätigt, dass der Auftrag \"{job_title}\" abgeschlossen ist.\n\n"
		   "Shop: {store_name}\n"
		   "Leistung: {service_name}\n")

EMAIL_KIND(COMPLETION_REJECTED, "completion_rejected", TO_ORGANIZATION | TO_ASSIGNEES, ABOUT_JOB | ABOUT_MESSAGE,
		   NO_AUTHOR,
		   "{merchant_name} rejected the completion of \"{job_title}\"",
		   "Hello {recipient_name},\n\n"
		   "{merchant_name} does not consider the job \"{job_title}\" as completed. It waits for your response.\n\n"
		   "{message}\n\n"
		   "Store: {store_name}\n"
		   "Service: {service_name}\n",
		   "{merchant_name} hat den Abschluss von \"{job_title}\" zurückgewiesen",
		   "Guten Tag {recipient_name},\n\n"
		   "für {merchant_name} ist der Auftrag \"{job_title}\" noch nicht abgeschlossen. "
		   "Er wartet auf Ihre Antwort.\n\n"
		   "{message}\n\n"
		   "Shop: {store_name}\n"
		   "Leistung: {service_name}\n")

EMAIL_KIND(PROPOSAL_SENT, "proposal_sent", TO_MERCHANT, ABOUT_PROPOSAL, AUTHOR(proposal, sent_by),
		   "New proposal from {organization_name}: {proposal_title}",
		   "Hello {recipient_name},\n\n"
		   "{author_name} of {organization_name} sends you a proposal: \"{proposal_title}\".\n\n"
		   "Price: {price}\n"
		   "Service: {service_name}\n\n"
		   "{proposal_work}\n\n"
		   "You can accept or decline it in your conversation with {organization_name}.\n",
		   "Neues Angebot von {organization_name}: {proposal_title}",
		   "Guten Tag {recipient_name},\n\n"
		   "{author_name} von {organization_name} macht Ihnen ein Angebot: \"{proposal_title}\".\n\n"
		   "Preis: {price}\n"
		   "Leistung: {service_name}\n\n"
		   "{proposal_work}\n\n"
		   "Sie können es in Ihrer Unterhaltung mit {organization_name} annehmen oder ablehnen.\n")

EMAIL_KIND(PROPOSAL_ACCEPTED, "proposal_accepted", TO_ORGANIZATION, ABOUT_PROPOSAL, NO_AUTHOR,
		   "{merchant_name} accepted your proposal \"{proposal_title}\"",
		   "Hello {recipient_name},\n\n"
		   "{merchant_name} accepted your proposal \"{proposal_title}\" for a new store.\n\n"
		   "Price: {price}\n"
		   "Service: {service_name}\n\n"
		   "Please agree on the next steps in your conversation with {merchant_name}.\n",
		   "{merchant_name} hat Ihr Angebot \"{proposal_title}\" angenommen",
		   "Guten Tag {recipient_name},\n\n"
		   "{merchant_name} hat Ihr Angebot \"{proposal_title}\" für einen neuen Shop angenommen.\n\n"
		   "Preis: {price}\n"
		   "Leistung: {service_name}\n\n"
		   "Bitte vereinbaren Sie die nächsten Schritte in Ihrer Unterhaltung mit {merchant_name}.\n")

EMAIL_KIND(PROPOSAL_DECLINED, "proposal_declined", TO_ORGANIZATION, ABOUT_PROPOSAL, NO_AUTHOR,
		   "{merchant_name} declined your proposal \"{proposal_title}\"",
		   "Hello {recipient_name},\n\n"
		   "{merchant_name} declined your proposal \"{proposal_title}\".\n\n"
		   "Price: {price}\n"
		   "Service: {service_name}\n\n"
		   "You can ask why, or send another one, in your conversation with {merchant_name}.\n",
		   "{merchant_name} hat Ihr Angebot \"{proposal_title}\" abgelehnt",
		   "Guten Tag {recipient_name},\n\n"
		   "{merchant_name} hat Ihr Angebot \"{proposal_title}\" abgelehnt.\n\n"
		   "Preis: {price}\n"
		   "Leistung: {service_name}\n\n"
		   "Sie können in Ihrer Unterhaltung mit {merchant_name} nachfragen oder ein neues Angebot machen.\n")

EMAIL_KIND(REVIEW_REQUESTED, "review_requested", TO_MERCHANT, ABOUT_JOB | ABOUT_PROPOSAL, NO_AUTHOR,
		   "How was the work of {organization_name}?",
		   "Hello {recipient_name},\n\n"
		   "{organization_name} asks you for a review of \"{title}\".\n\n"
		   "Please give 1 to 5 stars each for communication and quality, and a comment if you like.\n\n"
		   "Store: {store_name}\n"
		   "Service: {service_name}\n",
		   "Wie war die Arbeit von {organization_name}?",
		   "Guten Tag {recipient_name},\n\n"
		   "{organization_name} bittet Sie um eine Bewertung von \"{title}\".\n\n"
		   "Bitte geben Sie je 1 bis 5 Sterne für Kommunikation und Qualität "
		   "und, wenn Sie mögen, einen Kommentar.\n\n"
		   "Shop: {store_name}\n"
		   "Leistung: {service_name}\n")

EMAIL_KIND(REVIEW_RECEIVED, "review_received", TO_ORGANIZATION | TO_ASSIGNEES,
		   ABOUT_JOB | ABOUT_PROPOSAL | ABOUT_REVIEW, NO_AUTHOR,
		   "{merchant_name} reviewed your work on \"{title}\"",
		   "Hello {recipient_name},\n\n"
		   "{merchant_name} reviewed your work on \"{title}\".\n\n"
		   "Communication: {communication} of 5 stars\n"
		   "Quality: {quality} of 5 stars\n\n"
		   "{review_comment}\n\n"
		   "You can reply to the review once.\n",
		   "{merchant_name} hat Ihre Arbeit an \"{title}\" bewertet",
		   "Guten Tag {recipient_name},\n\n"
		   "{merchant_name} hat Ihre Arbeit an \"{title}\" bewertet.\n\n"
		   "Kommunikation: {communication} von 5 Sternen\n"
		   "Qualität: {quality} von 5 Sternen\n\n"
		   "{review_comment}\n\n"
		   "Sie können einmal auf die Bewertung antworten.\n")
