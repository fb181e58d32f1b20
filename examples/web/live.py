"""Tells open pages that something has happened. What it was they read for themselves, as who they are."""

import contextlib
import select
import threading
import time

import psycopg2

# An event for each page that is open. Several changes at once are one.
pages = set()


def tell():
    """Lets all open pages look again."""
    for page in list(pages):
        page.set()


def hear(role):
    """Waits for what the database notifies, until the connection is lost."""
    with contextlib.closing(psycopg2.connect(user=role)) as connection:
        connection.autocommit = True
        connection.cursor().execute("LISTEN jobs_event; LISTEN jobs_email")
        # what happened before is heard by nobody
        tell()
        while True:
            # time passes without a notification
            select.select([connection], [], [], 30)
            connection.poll()
            connection.notifies.clear()
            tell()


def listen(role):
    """Never ends."""
    while True:
        with contextlib.suppress(psycopg2.Error):
            hear(role)
        time.sleep(1)


def start(role):
    """Listens in a thread of its own."""
    threading.Thread(target=listen, args=[role], daemon=True).start()


def stream():
    """What a page gets as long as it is open, in the format of server-sent events."""
    page = threading.Event()
    # it may have missed something since it was made
    page.set()
    pages.add(page)
    try:
        while True:
            page.wait()
            page.clear()
            yield "data: changed\n\n"
    finally:
        pages.discard(page)
