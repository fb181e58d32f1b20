"""The marketplace in the database: transactions in which somebody acts, calls, and what an error means."""

import contextlib

from psycopg2 import extras, pool, sql

# What docs/application.md says of the codes. A class of two digits stands for all others in it.
HTTP_STATUS = {
    "42501": 403,
    "22": 400,
    "23503": 409,
    "23505": 409,
    "23": 400,
    "40001": 503,
    "40P01": 503,
    "55000": 503,
    "55P03": 503,
    "0A000": 501,
}


def http_status(error):
    """The HTTP status of an error of the database's."""
    code = error.pgcode
    if code is None:
        # it wasn't even reached
        return 503
    if code.startswith("PT"):
        return int(code[2:])
    return HTTP_STATUS.get(code) or HTTP_STATUS.get(code[:2], 500)


class Marketplace:
    """What one role of the database's sees and does."""

    def __init__(self, role):
        self.pool = pool.ThreadedConnectionPool(1, 20, user=role, cursor_factory=extras.NamedTupleCursor)

    @contextlib.contextmanager
    def acting(self, actor=None):
        """A transaction in which somebody acts; nobody named: whoever the role is by itself."""
        connection = self.pool.getconn()
        try:
            with connection, connection.cursor() as cursor:
                transaction = Transaction(cursor)
                if actor is not None:
                    transaction.call("act_as", actor=actor)
                yield transaction
        finally:
            self.pool.putconn(connection)


class Transaction:
    """What can be done in a transaction. Rows have their columns as attributes."""

    def __init__(self, cursor):
        self.cursor = cursor

    def rows(self, query, /, **values):
        """The rows of a query, in which %(name)s stands for a value."""
        self.cursor.execute(query, values)
        return self.cursor.fetchall()

    def row(self, query, /, **values):
        """The first row of a query; None: there is none."""
        return next(iter(self.rows(query, **values)), None)

    def change(self, statement, /, **values):
        """Runs a statement. Returns how many rows it changed."""
        self.cursor.execute(statement, values)
        return self.cursor.rowcount

    def call(self, function, /, **arguments):
        """Calls a function of the schema jobs. Returns its rows."""
        named = [sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in arguments]
        call = sql.SQL("SELECT * FROM {}({})").format(sql.Identifier("jobs", function), sql.SQL(", ").join(named))
        return self.rows(call, **arguments)
