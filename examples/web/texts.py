"""What the pages say in English and German, and how they write times and amounts of money.

Statuses of jobs are words of the database's (jobs.status_label()), and so are errors.
"""

LANGUAGES = ("en", "de")
MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez".split(),
}

TEXTS = {
    # around all pages
    "marketplace": ("Marketplace", "Marktplatz"),
    "who": ("Who are you?", "Wer sind Sie?"),
    "who_hint": (
        "This is a demonstration. Nobody has a password: whoever reaches the page chooses.",
        "Dies ist eine Vorführung. Niemand hat ein Passwort: Wer die Seite erreicht, wählt selbst.",
    ),
    "merchants": ("Merchants", "Händler"),
    "operator": ("Operator", "Betreiber"),
    "system": ("Marketplace", "Marktplatz"),
    "somebody_else": ("Be somebody else", "Jemand anders sein"),
    "back": ("Back", "Zurück"),
    "choose": ("Choose", "Bitte wählen"),
    # jobs
    "jobs": ("Jobs", "Aufträge"),
    "job": ("Job", "Auftrag"),
    "all": ("All", "Alle"),
    "no_jobs": ("There are no such jobs.", "Es gibt keine solchen Aufträge."),
    "older": ("Older jobs", "Ältere Aufträge"),
    "title": ("Title", "Titel"),
    "organization": ("Organization", "Organisation"),
    "merchant": ("Merchant", "Händler"),
    "store": ("Store", "Shop"),
    "status": ("Status", "Status"),
    "assignees": ("Assigned", "Zugewiesen"),
    "nobody": ("nobody", "niemand"),
    "time_left": ("Time left", "Verbleibend"),
    "last_message": ("Last message", "Letzte Nachricht"),
    "budget": ("Budget", "Budget"),
    "service": ("Service", "Leistung"),
    "created": ("Created", "Erstellt"),
    "description": ("Description", "Beschreibung"),
    "timeline": ("Messages and timeline", "Nachrichten und Verlauf"),
    "actions": ("What you can do", "Was Sie tun können"),
    "no_actions": ("Nothing can be done now.", "Im Moment ist nichts möglich."),
    "declined_because": ("Reason", "Grund"),
    # the timeline: what happened to a job
    "happened.create": ("created the job", "hat den Auftrag erstellt"),
    "happened.open": ("opened the job", "hat den Auftrag geöffnet"),
    "happened.message": ("wrote", "schrieb"),
    "happened.assign": ("assigned", "hat zugewiesen:"),
    "happened.unassign": ("took off the job", "hat abgezogen:"),
    "happened.mark_inactive": ("marked the job inactive", "hat den Auftrag inaktiv gestellt"),
    "happened.reactivate": ("took the job up again", "hat den Auftrag wieder aufgenommen"),
    "happened.complete": ("completed the job", "hat den Auftrag abgeschlossen"),
    "happened.confirm": ("confirmed the completion", "hat den Abschluss bestätigt"),
    "happened.reject": ("rejected the completion", "hat den Abschluss zurückgewiesen"),
    "happened.decline": ("declined the job", "hat den Auftrag abgelehnt"),
    "happened.expire": ("let the job expire", "hat den Auftrag ablaufen lassen"),
    "happened.review_write": ("wrote a review", "hat eine Bewertung geschrieben"),
    "happened.review_reply": ("replied to the review", "hat auf die Bewertung geantwortet"),
    # buttons
    "open": ("Open", "Öffnen"),
    "message": ("Send", "Senden"),
    "assign": ("Assign", "Zuweisen"),
    "unassign": ("Unassign", "Abziehen"),
    "mark_inactive": ("Mark inactive", "Inaktiv stellen"),
    "reactivate": ("Reactivate", "Wieder aufnehmen"),
    "complete": ("Complete", "Abschließen"),
    "confirm": ("Confirm completion", "Abschluss bestätigen"),
    "reject": ("Reject completion", "Abschluss zurückweisen"),
    "decline": ("Decline", "Ablehnen"),
    "review": ("Review", "Bewerten"),
    "accept": ("Accept", "Annehmen"),
    "withdraw": ("Withdraw", "Zurückziehen"),
    "request_review": ("Ask for a review", "Um Bewertung bitten"),
    "propose": ("Send a proposal", "Angebot senden"),
    "block": ("Block conversation", "Unterhaltung sperren"),
    "unblock": ("Unblock conversation", "Unterhaltung entsperren"),
    "write": ("Write to them", "Schreiben"),
    "request": ("Ask for a job", "Auftrag anfragen"),
    "rematch": ("Ask the next best", "Die nächstbeste fragen"),
    "reply": ("Reply to the review", "Auf die Bewertung antworten"),
    "retry": ("Send again", "Erneut senden"),
    # fields of forms
    "field.body": ("Message", "Nachricht"),
    "field.message": ("Message to the merchant (optional)", "Nachricht an den Händler (optional)"),
    "field.comment": ("Comment (optional)", "Kommentar (optional)"),
    "field.reason": ("Reason (optional)", "Grund (optional)"),
    "field.member_ids": ("Members", "Mitglieder"),
    "field.communication": ("Communication", "Kommunikation"),
    "field.quality": ("Quality", "Qualität"),
    "field.store_id": ("Store", "Shop"),
    "field.job_id": ("About", "Betrifft"),
    "field.service_id": ("Service", "Leistung"),
    "field.title": ("Title", "Titel"),
    "field.work": ("What you would do", "Was Sie tun würden"),
    "field.description": ("What is to be done", "Was zu tun ist"),
    "field.price": ("Price", "Preis"),
    "field.budget": ("Budget (optional)", "Budget (optional)"),
    "field.currency": ("Currency", "Währung"),
    "field.max_matches": ("How many to ask", "Wie viele gefragt werden"),
    "field.auto_rematch": ("If one declines, ask the next best", "Lehnt eine ab, die nächstbeste fragen"),
    "field.subject": ("Subject", "Betreff"),
    "no_store": ("no store", "kein Shop"),
    "new_store": ("New store", "Neuer Shop"),
    "only_live_job": ("the job that is under way", "den laufenden Auftrag"),
    "no_job": ("no job", "keinen Auftrag"),
    "reason.too_busy": ("Too busy", "Keine Zeit"),
    "reason.vacation": ("Vacation", "Urlaub"),
    "reason.not_our_work": ("Not our kind of work", "Nicht unsere Art von Arbeit"),
    "reason.budget_too_low": ("Budget too low", "Budget zu niedrig"),
    "reason.changed_plans": ("Changed plans", "Pläne geändert"),
    # conversations
    "conversations": ("Conversations", "Unterhaltungen"),
    "conversation": ("Conversation", "Unterhaltung"),
    "no_conversations": ("There are no conversations yet.", "Es gibt noch keine Unterhaltungen."),
    "proposals_and_jobs": ("Proposals and jobs", "Angebote und Aufträge"),
    "proposal": ("Proposal", "Angebot"),
    "no_work": ("Nothing was proposed or asked for yet.", "Noch wurde nichts angeboten oder angefragt."),
    "blocked": ("This conversation is blocked.", "Diese Unterhaltung ist gesperrt."),
    "proposal.sent": ("Sent", "Gesendet"),
    "proposal.accepted": ("Accepted", "Angenommen"),
    "proposal.declined": ("Declined", "Abgelehnt"),
    "proposal.withdrawn": ("Withdrawn", "Zurückgezogen"),
    "for_new_store": ("for a new store, without a job", "für einen neuen Shop, ohne Auftrag"),
    # finding organizations
    "find": ("Find", "Finden"),
    "find_words": ("Words", "Wörter"),
    "any_service": ("any service", "jede Leistung"),
    "found": ("Found", "Gefunden"),
    "none_found": ("Nobody was found.", "Niemand wurde gefunden."),
    "best": ("The best for this service", "Die besten für diese Leistung"),
    "score": ("Score", "Wertung"),
    "declines": ("Declines", "Ablehnungen"),
    "expiries": ("Expiries", "Verfallen"),
    "answers": ("Answers", "Antworten"),
    "completions": ("Completions", "Abschlüsse"),
    "rating": ("Rating", "Bewertung"),
    "price": ("Price", "Preis"),
    "ask_best": ("Ask the best ones", "Die besten anfragen"),
    "provides": ("Services and prices", "Leistungen und Preise"),
    # the operator's pages
    "health": ("Health", "Zustand"),
    "health_good": ("All is well.", "Alles ist in Ordnung."),
    "health_bad": ("Something needs care.", "Etwas braucht Aufmerksamkeit."),
    "templates": ("Templates", "Vorlagen"),
    "template": ("Template", "Vorlage"),
    "changed": ("changed", "geändert"),
    "save": ("Save", "Speichern"),
    "mail": ("Mail", "E-Mail"),
    "mail.pending": ("Pending", "Wartend"),
    "mail.dead": ("Given up", "Aufgegeben"),
    "mail.sent": ("Sent", "Gesendet"),
    "mail.cancelled": ("Cancelled", "Abgesagt"),
    "no_mail": ("There is no such e-mail.", "Es gibt keine solche E-Mail."),
    "kind": ("Kind", "Art"),
    "recipient": ("Recipient", "Empfänger"),
    "attempts": ("Attempts", "Versuche"),
    "problem": ("Problem", "Problem"),
    # errors
    "error": ("That didn't work", "Das ging nicht"),
    "not_found": ("There is no such page.", "Diese Seite gibt es nicht."),
    "rule": ("Rule", "Regel"),
}


def text(key, language):
    """What a key says."""
    return TEXTS[key][LANGUAGES.index(language)]


def reason(word, language):
    """What a reason for declining says. A word that isn't ours stands for itself."""
    key = f"reason.{word}"
    return text(key, language) if key in TEXTS else word


def moment(time, language):
    """A time as people write it, in the time zone of the machine."""
    local = time.astimezone()
    month = MONTHS[language][local.month - 1]
    day = f"{local.day}. {month}" if language == "de" else f"{local.day} {month}"
    return f"{day}, {local:%H:%M}"


def duration(span, language):
    """How long something takes, in its two largest units."""
    minutes = int(span.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    day, hour = ("Tg", "Std") if language == "de" else ("d", "h")
    if days:
        return f"{days} {day} {hours} {hour}"
    return f"{hours} {hour} {minutes} min" if hours else f"{minutes} min"


def money(amount, currency, language):
    """An amount with its currency, without cents where there are none."""
    whole = amount == amount.to_integral_value()
    written = f"{amount:,.0f}" if whole else f"{amount:,.2f}"
    if language == "de":
        written = written.translate(str.maketrans(",.", ".,"))
    return f"{written} {currency}"
