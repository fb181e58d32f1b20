#!/usr/bin/python3
"""The pages of a marketplace: what its organizations, merchants and operator see and do.

usage: examples/web/app.py [PORT]

libpq's variables (PGHOST, ...) say where the database is. It listens on loopback alone, since it
asks nobody for a password. README.md says more.
"""

import os
import sys
import uuid

import psycopg2
from flask import Flask, Response, abort, g, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter
from werkzeug.serving import make_server

import actions
import live
import texts
from marketplace import Marketplace, http_status

STATUSES = ("new", "opened", "responded", "awaiting_response", "inactive", "completed", "declined", "expired")
MAIL_STATES = ("pending", "dead", "sent", "cancelled")
REASONS = {
    "member": ("too_busy", "vacation", "not_our_work", "budget_too_low"),
    "merchant": ("changed_plans", "too_busy"),
}
PAGE = 20
# Above these, docs/operations.md says, somebody should look after it.
LIMITS = {
    "dead_letters": 0,
    "expiry_lag_seconds": 300,
    "last_run_age_seconds": 600,
    "notification_queue_usage": 0.5,
    "oldest_unsent_email_seconds": 600,
    "rematch_lag_seconds": 300,
    "reminder_lag_seconds": 300,
}


class Id(IntegerConverter):
    """An id in an address. Larger ones there are none."""

    def __init__(self, url_map):
        super().__init__(url_map, max=actions.LARGEST_ID)


app = Flask(__name__)
app.url_map.converters["id"] = Id
# Two roles: one acts for whoever is looking, the other one for the operator alone.
people = Marketplace(os.environ.get("APP_ROLE", "app"))
operators = Marketplace(os.environ.get("OPERATOR_ROLE", "ops"))


# Who is looking, and how the pages speak


@app.before_request
def look():
    g.actor = request.cookies.get("actor", "")
    g.side = g.actor.partition(":")[0]
    g.language = request.cookies.get("language") or request.accept_languages.best_match(texts.LANGUAGES, "en")
    if g.language not in texts.LANGUAGES:
        g.language = "en"
    # what no text in the database can hold
    if "\0" in request.path or any("\0" in value for value in request.values.values()):
        abort(400)
    if not g.actor and request.endpoint not in ("who", "be", "speak", "static"):
        return redirect(url_for("who"))
    return None


def acting():
    """A transaction of whoever is looking."""
    return operators.acting() if g.side == "operator" else people.acting(g.actor)


@app.after_request
def allow_nothing_else(response):
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    return response


@app.context_processor
def helpers():
    """What templates use."""
    return {
        "t": lambda key: texts.text(key, g.language),
        "moment": lambda time: texts.moment(time, g.language),
        "duration": lambda span: texts.duration(span, g.language),
        "money": lambda amount, currency: texts.money(amount, currency, g.language),
        "reason": lambda word: texts.reason(word, g.language),
        "fields": actions.fields,
        "new_key": uuid.uuid4,
        # the page to go back to from here: what a form led to has no address of its own
        "here": request.full_path.rstrip("?") if request.method == "GET" else local(request.form.get("here", "/")),
    }


def local(path):
    """The path, unless it leads to another site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def page(template, transaction, /, **values):
    """A page of whoever is looking."""
    me = transaction.row("""
        SELECT jobs.display_name(jobs.current_actor()) AS name,
            (SELECT o.name FROM jobs.organization o WHERE o.id = jobs.current_organization_id()) AS organization""")
    return render_template(template, me=me, **values)


@app.get("/")
def who():
    # A real application knows its users. Here the operator tells who there is.
    with operators.acting() as transaction:
        return render_template(
            "who.html",
            members=transaction.rows("""
                SELECT 'member:' || m.id AS actor, m.name, o.name AS organization
                FROM jobs.member m JOIN jobs.organization o ON o.id = m.organization_id
                WHERE m.is_active ORDER BY o.id, m.id"""),
            merchants=transaction.rows("SELECT 'merchant:' || id AS actor, name FROM jobs.merchant ORDER BY id"))


@app.post("/be")
def be():
    answer = redirect(url_for("show_jobs"), 303)
    answer.set_cookie("actor", request.form["actor"], httponly=True, samesite="Strict")
    return answer


@app.post("/speak")
def speak():
    answer = redirect(local(request.form["here"]), 303)
    answer.set_cookie("language", request.form["language"], httponly=True, samesite="Strict")
    return answer


@app.get("/live")
def changes():
    return Response(live.stream(), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})


# Errors, as the database words them


@app.errorhandler(psycopg2.Error)
def refused(error):
    # that the database can't be reached, it doesn't say itself
    words = error.diag.message_primary or str(error)
    return render_template("error.html", error=error, words=words), http_status(error)


@app.errorhandler(NotFound)
def missing(_error):
    return render_template("error.html", words=texts.text("not_found", g.language)), 404


# Jobs


@app.get("/jobs")
def show_jobs():
    # newest first; the next page begins behind the last job of this one
    with acting() as transaction:
        jobs = transaction.rows("""
            SELECT l.*, jobs.status_label(l.status, %(language)s) AS label,
                ARRAY(SELECT jobs.display_name('member:' || m) FROM unnest(l.assignees) m) AS names
            FROM jobs.job_list l
            WHERE (%(status)s IS NULL OR l.status = %(status)s) AND (%(before)s IS NULL OR l.id < %(before)s)
            ORDER BY l.id DESC LIMIT %(limit)s""",
            language=g.language, status=request.args.get("status"),
            before=request.args.get("before", type=actions.to_id), limit=PAGE + 1)
        labels = transaction.rows("""
            SELECT status, jobs.status_label(status, %(language)s) AS label FROM unnest(%(statuses)s) status""",
            language=g.language, statuses=list(STATUSES))
        return page("jobs.html", transaction, jobs=jobs[:PAGE], labels=labels,
                    older=jobs[PAGE - 1].id if len(jobs) > PAGE else None)


@app.get("/job/<id:number>")
def show_job(number):
    with acting() as transaction:
        # a job that isn't there is refused here
        allowed = transaction.call("allowed_actions", job_id=number)
        job = transaction.row("""
            SELECT l.*, jobs.status_label(l.status, %(language)s) AS label, j.description,
                ARRAY(SELECT jobs.display_name('member:' || m) FROM unnest(l.assignees) m) AS names
            FROM jobs.job_list l JOIN jobs.job j ON j.id = l.id
            WHERE l.id = %(job)s""", language=g.language, job=number)
        timeline = transaction.rows("""
            SELECT t.*, jobs.status_label(t.to_status, %(language)s) AS label,
                jobs.display_name('member:' || (t.details ->> 'member_id')) AS member_name
            FROM jobs.job_timeline t WHERE t.job_id = %(job)s ORDER BY t.event_id""", language=g.language, job=number)
        members = transaction.rows("""
            SELECT id, name FROM jobs.member WHERE organization_id = %(organization)s AND is_active ORDER BY name""",
            organization=job.organization_id)
        return page(
            "job.html", transaction, job=job, timeline=timeline, allowed=[action for action, in allowed],
            decline=transaction.row("SELECT reason, comment FROM jobs.decline WHERE job_id = %(job)s", job=number),
            review=transaction.row("SELECT * FROM jobs.review WHERE job_id = %(job)s", job=number),
            choices={
                "reason": [("", "–")] + [(word, texts.reason(word, g.language)) for word in REASONS.get(g.side, ())],
                "assign": [member for member in members if member.id not in job.assignees],
                "unassign": [member for member in members if member.id in job.assignees],
            })


# Conversations and proposals


@app.get("/conversations")
def show_conversations():
    with acting() as transaction:
        return page("conversations.html", transaction, conversations=transaction.rows("""
            SELECT c.id, o.name AS organization_name, jobs.display_name('merchant:' || c.merchant_id) AS merchant_name,
                c.is_blocked, m.body, m.sent_at, jobs.display_name(m.author) AS author_name
            FROM jobs.conversation c
            JOIN jobs.organization o ON o.id = c.organization_id
            LEFT JOIN LATERAL (
                SELECT id, body, sent_at, author FROM jobs.message
                WHERE conversation_id = c.id ORDER BY id DESC LIMIT 1) m ON true
            ORDER BY m.id DESC NULLS LAST, c.id DESC LIMIT 50"""))


@app.get("/conversation/<id:number>")
def show_conversation(number):
    with acting() as transaction:
        allowed = transaction.call("conversation_actions", conversation_id=number)
        conversation = transaction.row("""
            SELECT c.*, o.name AS organization_name, jobs.display_name('merchant:' || c.merchant_id) AS merchant_name
            FROM jobs.conversation c JOIN jobs.organization o ON o.id = c.organization_id
            WHERE c.id = %(conversation)s""", conversation=number)
        messages = transaction.rows("""
            SELECT *, jobs.display_name(author) AS author_name FROM jobs.message
            WHERE conversation_id = %(conversation)s ORDER BY id""", conversation=number)
        proposals = transaction.rows("""
            SELECT p.*, ARRAY(SELECT jobs.proposal_actions(p.id)) AS actions, r.id AS review_id, r.communication,
                r.quality, r.comment, r.reply
            FROM jobs.proposal p LEFT JOIN jobs.review r ON r.proposal_id = p.id
            WHERE p.conversation_id = %(conversation)s""", conversation=number)
        work = transaction.rows("""
            SELECT w.*, CASE w.kind WHEN 'job' THEN jobs.status_label(w.status, %(language)s) END AS label
            FROM jobs.proposals_and_jobs w
            WHERE w.conversation_id = %(conversation)s ORDER BY w.created_at, w.kind DESC""",
            language=g.language, conversation=number)
        return page(
            "conversation.html", transaction, conversation=conversation, messages=messages, work=work,
            allowed=[action for action, in allowed], proposals={proposal.id: proposal for proposal in proposals},
            choices={
                "service_id": provided(transaction, conversation.organization_id),
                "store_id": stores(transaction, "new_store"),
                "job_id": [("", texts.text("only_live_job", g.language)), (0, texts.text("no_job", g.language))]
                + [(row.id, row.title) for row in work if row.kind == "job"],
            })


def provided(transaction, organization):
    """The services that an organization provides, with their prices."""
    return transaction.rows("""
        SELECT s.id, s.name, p.min_price, p.max_price, p.currency
        FROM jobs.provided_service p JOIN jobs.service s ON s.id = p.service_id
        WHERE p.organization_id = %(organization)s ORDER BY s.name""", organization=organization)


def stores(transaction, none):
    """The merchant's stores, and behind them what it is called to choose none."""
    rows = transaction.rows("SELECT id, name FROM jobs.store WHERE merchant_id = jobs.current_merchant_id() ORDER BY id")
    return rows + [("", texts.text(none, g.language))]


# What merchants look for


@app.get("/find")
def find():
    words, service = request.args.get("words", ""), request.args.get("service", type=actions.to_id)
    with acting() as transaction:
        best = transaction.rows("""
            SELECT o.name, m.* FROM jobs.match_organizations(%(service)s, max_rows => 5) m
            JOIN jobs.organization o ON o.id = m.organization_id
            ORDER BY m.score DESC, m.received""", service=service) if service else []
        return page(
            "find.html", transaction, words=words, service=service, best=best,
            found=transaction.call("search_organizations", query=words, service_id=service),
            services=transaction.rows("SELECT id, name FROM jobs.service ORDER BY name"),
            choices={"store_id": stores(transaction, "no_store")})


@app.get("/organization/<id:number>")
def show_organization(number):
    with acting() as transaction:
        organization = transaction.row("SELECT * FROM jobs.organization WHERE id = %(number)s", number=number)
        if organization is None:
            abort(404)
        services = provided(transaction, number)
        return page("organization.html", transaction, organization=organization, services=services,
                    choices={"store_id": stores(transaction, "no_store"), "service_id": services})


# What the operator looks at


@app.get("/health")
def show_health():
    with acting() as transaction:
        health = transaction.row("SELECT * FROM jobs.health")
        meanings = dict(transaction.rows("""
            SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
            WHERE attrelid = 'jobs.health'::regclass AND attnum > 0"""))
        alarms = [name for name, limit in LIMITS.items() if (getattr(health, name) or 0) > limit]
        alarms += [name for name in ("schedule_problem", "access_problem") if getattr(health, name)]
        return page("health.html", transaction, health=health._asdict(), meanings=meanings, alarms=alarms)


@app.get("/templates")
def show_templates():
    with acting() as transaction:
        return page("templates.html", transaction, templates=transaction.rows(
            "SELECT kind, language, subject, is_changed FROM jobs.email_template ORDER BY kind, language DESC"))


@app.route("/template/<kind>/<language>", methods=["GET", "POST"])
def show_template(kind, language):
    with acting() as transaction:
        if request.method == "POST":
            transaction.change("""
                UPDATE jobs.email_template SET subject = %(subject)s, body = %(body)s
                WHERE kind = %(kind)s AND language = %(language)s""", kind=kind, language=language,
                subject=request.form["subject"], body=request.form["body"].replace("\r\n", "\n"))
            return redirect(url_for("show_templates"), 303)
        template = transaction.row("""
            SELECT * FROM jobs.email_template WHERE kind = %(kind)s AND language = %(language)s""",
            kind=kind, language=language)
        if template is None:
            abort(404)
        return page("template.html", transaction, template=template)


@app.get("/mail")
def show_mail():
    state = request.args.get("state", "pending")
    with acting() as transaction:
        return page("mail.html", transaction, state=state, states=MAIL_STATES, emails=transaction.rows("""
            SELECT * FROM (
                SELECT *, CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN dead_at IS NOT NULL THEN 'dead'
                    WHEN cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'pending' END AS state
                FROM jobs.email) e
            WHERE state = %(state)s ORDER BY id DESC LIMIT 50""", state=state))


# All buttons


@app.post("/<thing>/<id:number>/<action>")
def act(thing, number, action):
    if action not in actions.ACTIONS.get(thing, ()):
        abort(404)
    with acting() as transaction:
        result = actions.run(transaction, thing, number, action, request.form)
    # what came of it, or the page where the button stands
    if action == "write":
        return redirect(url_for("show_conversation", number=result[0]), 303)
    if action == "request":
        return redirect(url_for("show_job", number=result.job_id), 303)
    return redirect(local(request.form["here"]), 303)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = make_server("127.0.0.1", port, app, threaded=True)
    live.start(os.environ.get("APP_ROLE", "app"))
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
