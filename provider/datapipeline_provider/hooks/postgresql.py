"""PostgreSQL and Redshift through psycopg2."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
from typing import TYPE_CHECKING, Any, ClassVar

import psycopg2
from psycopg2 import errorcodes, extensions
from typing_extensions import override

from datapipeline_provider.hooks import portable, sql_text
from datapipeline_provider.hooks.bulk import Declined
from datapipeline_provider.hooks.database import Cell, Database, Row
from datapipeline_provider.hooks.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from datapipeline_provider.hooks.bulk import Exporter, Loader, Target
    from datapipeline_provider.hooks.sql_text import Statement
    from datapipeline_provider.hooks.where import Where

OPTIONS = {
    "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "connect_timeout", "application_name", "options",
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    "target_session_attrs", "channel_binding", "gssencmode", "search_path",
}  # fmt: skip
JDBC_PROPERTIES = {
    "ApplicationName": "application_name",
    "connectTimeout": "connect_timeout",
    "currentSchema": "search_path",
    "tcpKeepAlive": "keepalives",
}
DEFAULT_PORTS = {"redshift": 5439}
# What the JDBC driver sets for each session: dates in ISO form, times in UTC (its machine's zone).
SESSION = "SET DateStyle TO ISO; SET TIMEZONE TO 'UTC'"
SECONDS_BETWEEN_CHECKS = 10
"""After how long a server that works on a query looks whether its client is still there: it may have been killed."""

SECONDS_TO_ANSWER = 2
SSL_REQUEST = struct.pack("!II", 8, 80877103)
"""A question that the server answers with one byte, whoever asks."""

ROWS_A_FETCH = 2000
REDSHIFT_ROWS_A_FETCH = 1000  # the most that a single-node cluster gives at once
STATEMENT_BYTES = 1 << 20
# Words a query can begin with that DECLARE CURSOR takes; anything else is run as it is.
CURSOR_WORDS = {("SELECT",), ("WITH",), ("VALUES",), ("TABLE",)}
WRITING_WORDS = {"INSERT", "UPDATE", "DELETE", "MERGE"}
TELLS_OF_WRITING = 100_000
"""The first version that tells whether a transaction has got a number, which it gets when it writes."""
MISSING = {errorcodes.UNDEFINED_TABLE, errorcodes.INVALID_SCHEMA_NAME}
# SQLSTATE classes whose messages quote values: data exception, integrity violation.
TELLTALE = ("22", "23")
RAISED = "P0"
"""The class of what RAISE gives, in a trigger or function."""
LITERAL = re.compile(r""" at or near "(?:[a-zA-Z]?'|[0-9$.+-]).*""", re.DOTALL)
"""Where the syntax is wrong, if a value of a row stands there."""
# And those that come from a row's values: cardinality, data, integrity, WITH CHECK OPTION, RAISE in a trigger.
ABOUT_A_ROW = ("21", "22", "23", "44", RAISED)


def _answers(connection: int) -> bool:
    """Say whether the server at the other end of a socket answers at all.

    psycopg2's `cancel` waits without end for one that stands still, and no other thread runs meanwhile.
    """
    try:
        with socket.socket(fileno=os.dup(connection)) as ours:
            family, server = ours.family, ours.getpeername()
        with socket.socket(family) as asked:
            asked.settimeout(SECONDS_TO_ANSWER)
            asked.connect(server)
            asked.sendall(SSL_REQUEST)
            return bool(asked.recv(1))
    except OSError:
        return False


def _text(value: Any, cursor: Any) -> Any:
    return value


def _digit(value: Any, cursor: Any) -> Any:
    return None if value is None else "1" if value == "t" else "0"


def _without_zone(value: Any, cursor: Any) -> Any:
    return None if value is None else value.removesuffix("+00")


def _bytes(value: Any, cursor: Any) -> Any:
    return None if value is None else bytes(psycopg2.BINARY(value, cursor))


BOOL, BYTEA, TIMESTAMPTZ, TIMETZ = 16, 17, 1184, 1266
# How a value is given to another kind of database, where the server's own form would not be taken.
PORTABLE: dict[int, Callable[[Any, Any], Any]] = {
    BOOL: _digit,
    BYTEA: _bytes,
    TIMESTAMPTZ: _without_zone,
    TIMETZ: _without_zone,  # which may be in another zone: that stays, and is refused
}


class PostgreSQL(Database):
    """PostgreSQL, and Redshift which speaks its protocol.

    Values are read and written as the text the server itself uses, so each type passes unchanged. A bound text
    has no type yet (as with the JDBC driver's `stringtype=unspecified`): the server reads it as the column's
    type, and `?::numeric` works too.
    """

    kind: ClassVar[str] = "postgresql"
    dialect = sql_text.POSTGRESQL
    errors = (psycopg2.Error,)

    def __init__(self, where: Where) -> None:
        super().__init__(where.conn_id)
        self._where = where
        self.redshift = where.conn_type == "redshift"
        self.savepoints = not self.redshift
        self.undoes = True
        self._fetch = REDSHIFT_ROWS_A_FETCH if self.redshift else ROWS_A_FETCH

    @override
    def _open(self) -> None:
        where = self._where
        options = where.options(OPTIONS, JDBC_PROPERTIES)
        search_path = options.pop("search_path", None)
        self._connection = psycopg2.connect(
            host=where.host,
            port=where.port or DEFAULT_PORTS.get(where.conn_type, 5432),
            dbname=where.database,
            user=where.user,
            password=where.password,
            **{"connect_timeout": 30, "application_name": "airflow-provider-datapipeline", **options},
        )
        self._connection.set_client_encoding("UTF8")
        self._do(SESSION)
        if search_path:
            self._do(f"SELECT set_config('search_path', {self._literal(search_path)}, false)")
        self._connection.commit()
        self._watch_client()

    def _watch_client(self) -> None:
        """Have the server end a query whose client is gone, if it can: PostgreSQL from 14 on, not on every system."""
        name = "client_connection_check_interval"
        try:
            self._do(
                f"SELECT set_config(name, '{SECONDS_BETWEEN_CHECKS}s', false) FROM pg_settings "  # noqa: S608 - ours
                f"WHERE name = '{name}' AND setting = '0'"
            )
            self._connection.commit()
        except psycopg2.Error:
            self._connection.rollback()

    @override
    def rows(self, query: str, *, reader: str | None) -> Iterator[list[Row]]:
        statement = sql_text.parse_one(query, self.dialect)
        streams = statement.words[:1] in CURSOR_WORDS and not WRITING_WORDS.intersection(statement.words)
        # A named cursor lives on the server, which hands out a batch at a time.
        with self._connection.cursor(name="datapipeline" if streams else None) as cursor:
            self._raw(cursor, {} if reader in {None, portable.READER, self.kind} else PORTABLE)
            cursor.execute(query)
            while batch := cursor.fetchmany(self._fetch):
                self._set_columns(cursor)
                yield batch
            self._set_columns(cursor)

    def _set_columns(self, cursor: Any) -> None:
        self.columns = tuple(column.name for column in cursor.description or ())

    def _raw(self, cursor: Any, casts: Mapping[int, Callable[[Any, Any], Any]]) -> None:
        """Give the server's text for every type, except those in `casts`."""
        known = tuple(oid for oid in extensions.string_types if oid not in casts)
        extensions.register_type(extensions.new_type(known, "TEXT", _text), cursor)
        for oid, cast in casts.items():
            extensions.register_type(extensions.new_type((oid,), "PORTABLE", cast), cursor)

    @override
    def execute(self, statement: Statement, values: Sequence[Cell] = ()) -> int:
        with self._connection.cursor() as cursor:
            cursor.execute(statement.filled(map(self._literal, values)))
            return int(cursor.rowcount)

    @override
    def _insert(self, statement: Statement, rows: Sequence[Row]) -> None:
        values = sql_text.values_clause(statement, self.dialect)
        # Nothing after the brackets, and no look at a table: one statement for many rows means the same.
        if values and not values[2] and "SELECT" not in values[1].words:
            before, bracket, _ = values
            pieces, head, glue = (bracket.filled(map(self._literal, row)) for row in rows), before, ",\n"
        else:
            pieces, head, glue = (statement.filled(map(self._literal, row)) for row in rows), "", "\n;\n"
        with self._connection.cursor() as cursor:
            for text in sql_text.chunks(pieces, STATEMENT_BYTES, glue):
                cursor.execute(head + text)

    @override
    def exporter(self, query: str, data_format: object) -> Exporter | Declined:
        from datapipeline_provider.hooks import postgresql_export

        if self.redshift:
            return Declined("Redshift has no COPY TO STDOUT")
        return postgresql_export.exporter(self, query, data_format)

    @override
    def loader(self, target: Target, data_format: object) -> Loader | Declined:
        from datapipeline_provider.hooks import postgresql_load

        if self.redshift:
            return Declined("Redshift has no COPY FROM STDIN")
        return postgresql_load.loader(self, target, data_format)

    @override
    def may_have_written(self) -> bool:
        if self.redshift or self.version < TELLS_OF_WRITING:
            return True
        [(number,)] = self.fetch("SELECT txid_current_if_assigned()", "asking the server")
        return number is not None

    # For the exporter and the loader.

    def cursor(self) -> Any:
        """Open a cursor of the driver."""
        return self._connection.cursor()

    def names(self, query: str, doing: str) -> tuple[str, ...]:
        """Give the names of a query's columns."""
        with self.cursor() as cursor:
            self._guard(doing, lambda: cursor.execute(query))
            return tuple(column.name for column in cursor.description)

    def fetch(self, query: str, doing: str) -> list[tuple[Any, ...]]:
        """Run a query of ours, whose rows are few."""
        with self.cursor() as cursor:
            self._guard(doing, lambda: cursor.execute(query))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def do(self, statement: str, doing: str) -> None:
        """Run a statement without an answer."""
        self._guard(doing, lambda: self._do(statement))

    @property
    def version(self) -> int:
        """The server's version, as 180004."""
        return int(self._connection.server_version)

    def setting(self, name: str) -> str:
        """Give a parameter of the server."""
        return str(self._connection.get_parameter_status(name))

    def literal(self, value: Cell) -> str:
        """Write a value as a literal of SQL."""
        return self._literal(value)

    def refused(self, doing: str, error: Exception) -> DatabaseError:
        """Turn what the driver raised into an error that shows no values."""
        return DatabaseError(self.conn_id, doing, self._reason(error))

    def reason(self, error: Exception) -> str:
        """Say what the database said, without values."""
        return self._row_reason(error)

    def about_a_row(self, error: Exception) -> bool:
        """Say whether an error comes from the values of a row."""
        return self._about_a_row(error)

    def _literal(self, value: Cell) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, bytes):
            return f"'\\x{value.hex()}'::bytea"
        quoted = extensions.QuotedString(value)
        quoted.prepare(self._connection)
        return quoted.getquoted().decode()

    @override
    def autocommit(self) -> None:
        self._connection.autocommit = True

    @override
    def cancel(self) -> None:
        with contextlib.suppress(psycopg2.Error, AttributeError):
            if _answers(self._connection.fileno()):
                self._connection.cancel()

    @override
    def _missing_table(self, error: Exception) -> bool:
        return getattr(error, "pgcode", None) in MISSING

    @override
    def _forbids(self, error: Exception) -> bool:
        return getattr(error, "pgcode", None) == errorcodes.INSUFFICIENT_PRIVILEGE

    @override
    def _about_a_row(self, error: Exception) -> bool:
        return isinstance(error, ValueError) or (getattr(error, "pgcode", None) or "").startswith(ABOUT_A_ROW)

    @override
    def _reason(self, error: Exception) -> str:
        if not isinstance(error, psycopg2.Error):
            return "a value holds the character NUL, which PostgreSQL's text cannot"
        code = error.pgcode
        if code is None:  # the connection failed; libpq's message names host and user, never the password
            return " ".join(str(error).split())
        if code[:2] not in TELLTALE:
            return f"{LITERAL.sub('', error.diag.message_primary or '').rstrip('.')} (SQLSTATE {code})"
        about = [
            f"{what} {name}"
            for what, name in (
                ("constraint", error.diag.constraint_name),
                ("table", error.diag.table_name),
                ("column", error.diag.column_name),
            )
            if name
        ]
        condition = errorcodes.lookup(code).lower().replace("_", " ")
        return ", ".join([f"{condition} (SQLSTATE {code})", *about])

    @override
    def _row_reason(self, error: Exception) -> str:
        code = getattr(error, "pgcode", None) or ""
        if code.startswith(RAISED):  # the message is the user's, and may quote values
            return f"{errorcodes.lookup(code).lower().replace('_', ' ')} (SQLSTATE {code})"
        return self._reason(error)

    @override
    def _names_column(self, error: Exception) -> bool:
        return bool(isinstance(error, psycopg2.Error) and error.diag.column_name)

    @override
    def _close(self, *, failed: bool) -> None:
        if self._connection is not None and failed:
            self.cancel()
        super()._close(failed=failed)
