"""Every other database: through the hook of the Airflow provider that knows its connection type."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from datapipeline_provider.hooks import portable, values
from datapipeline_provider.hooks.by_column import ByColumn
from datapipeline_provider.hooks.database import Cell, Database, Row
from datapipeline_provider.hooks.errors import ConnectionTypeError, DatabaseError, NotTextError, RowError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow.providers.common.sql.hooks.sql import DbApiHook
    from airflow.sdk import Connection

    from datapipeline_provider.exceptions import DatapipelineError
    from datapipeline_provider.hooks.bulk import Declined
    from datapipeline_provider.hooks.portable import Taker
    from datapipeline_provider.hooks.sql_text import Statement
    from datapipeline_provider.hooks.where import Where

BINARY = (bytes, bytearray, memoryview)
ROWS_A_FETCH = 500  # so few that they stay in the processor's cache until they are written

# The distributions that bring the hook; the converter writes these connection types.
PROVIDERS = {
    "jdbc": "apache-airflow-providers-jdbc",
    "mssql": "apache-airflow-providers-microsoft-mssql",
    "odbc": "apache-airflow-providers-odbc",
    "oracle": "apache-airflow-providers-oracle",
    "snowflake": "apache-airflow-providers-snowflake",
    "sqlite": "apache-airflow-providers-sqlite",
    "vertica": "apache-airflow-providers-vertica",
}

WITH_TRANSACTIONS = {"mssql", "oracle", "snowflake", "sqlite", "vertica"}
"""Connection types whose databases undo everything that a transaction has inserted."""
# Codes differ from driver to driver; every server says it in words.
FORBIDDEN = re.compile(r"permission|privilege|access denied|not authori[sz]ed", re.IGNORECASE)
ABOUT_VALUES = {"DataError", "IntegrityError"}
"""What the DB-API calls errors that come from the values of a row."""
CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,39}", re.ASCII)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
TELLING = 4
"""From how many characters on a value is looked for in a message outside of quotes."""


class OtherDatabase(Database):
    """A database behind a DB-API driver about which nothing special is known.

    Rows are fetched in batches; whether the driver holds the whole result first is the driver's affair.
    """

    kind: ClassVar[str] = "other"

    def __init__(self, where: Where, hook: DbApiHook) -> None:
        super().__init__(where.conn_id)
        self._hook = hook
        self._conn_type = where.conn_type

    @override
    def _open(self) -> None:
        self._connection = self._hook.get_conn()
        if self._hook.supports_autocommit:
            self._hook.set_autocommit(self._connection, False)  # some drivers begin with the other
        self._placeholder = self._hook.placeholder
        self.undoes = self._conn_type in WITH_TRANSACTIONS and not self._hook.get_autocommit(self._connection)

    @override
    def rows(self, query: str, *, reader: str | None) -> Iterator[Sequence[Row]]:
        with contextlib.closing(self._connection.cursor()) as cursor:
            cursor.execute(query)
            self.columns = tuple(column[0] for column in cursor.description or ())
            while batch := cursor.fetchmany(ROWS_A_FETCH):
                cells = zip(*batch, strict=True)
                columns = [
                    self._texts(column, name, reader)
                    for column, name in zip(cells, self.columns, strict=True)
                ]
                yield ByColumn(columns)

    def _texts(self, cells: Sequence[object], column: str, reader: str | None) -> Sequence[Cell]:
        kinds = set(map(type, cells))
        if reader is not None and any(issubclass(kind, BINARY) for kind in kinds):
            found = [self._binary(value) for value in cells]
            return portable.texts(found) if reader == portable.READER else found
        try:
            return values.texts(cells, kinds)
        except UnicodeDecodeError:
            raise NotTextError(self.conn_id, column) from None

    def _binary(self, value: object) -> Cell:
        return bytes(value) if isinstance(value, BINARY) else values.text(value)

    @override
    def execute(self, statement: Statement, values: Sequence[Cell] = ()) -> int:
        with contextlib.closing(self._connection.cursor()) as cursor:
            if values:
                cursor.execute(self._prepared(statement), tuple(values))
            else:
                cursor.execute(statement.filled(()))
            return int(cursor.rowcount)

    @override
    def _insert(self, statement: Statement, rows: Sequence[Row]) -> None:
        with contextlib.closing(self._connection.cursor()) as cursor:
            cursor.executemany(self._prepared(statement), rows)

    @override
    def takers(self, statement: Statement) -> Sequence[Taker | None] | Declined:
        from datapipeline_provider.hooks import other_portable

        return other_portable.takers(lambda: self._hook.get_sqlalchemy_engine(), statement)

    def _prepared(self, statement: Statement) -> str:
        segments = statement.segments
        if self._placeholder != "?":
            segments = tuple(segment.replace("%", "%%") for segment in segments)
        return self._placeholder.join(segments)

    @override
    def autocommit(self) -> None:
        self._hook.set_autocommit(self._connection, True)

    @override
    def cancel(self) -> None:
        for way in ("cancel", "interrupt"):  # what drivers call it, if they can
            stop = getattr(self._connection, way, None)
            if callable(stop):
                with contextlib.suppress(Exception):
                    stop()

    @override
    def _missing_table(self, error: Exception) -> bool:
        return True  # nothing is known of the driver's codes; CREATE TABLE fails if it was something else

    @override
    def _forbids(self, error: Exception) -> bool:
        return bool(FORBIDDEN.search(str(error)))

    @override
    def _about_a_row(self, error: Exception) -> bool:
        return True  # nothing is known of the driver's codes

    @override
    def _reason(self, error: Exception) -> str:
        if type(error).__name__ in ABOUT_VALUES:
            return self._row_reason(error)
        return " ".join(str(error).split()).rstrip(".")

    @override
    def _row_reason(self, error: Exception) -> str:
        name, code = type(error).__name__, _code(error)
        return f"{name} ({code})" if code else name

    @override
    def _blame(self, statement: Statement, rows: Sequence[Row], error: Exception) -> DatapipelineError:
        if type(error).__name__ in ABOUT_VALUES:
            return super()._blame(statement, rows, error)
        reason = self._reason(error)
        if self.undoes:
            with contextlib.suppress(*self.errors):
                self._connection.rollback()
                try:
                    self._insert(statement, [(None,) * statement.placeholders])
                except self._refusals as again:
                    if self._reason(again) == reason:  # it is not about values, and has none in it
                        return DatabaseError(self.conn_id, "inserting rows", reason)
        found = super()._blame(statement, rows, error)
        if isinstance(found, RowError) and found.index is None:
            return RowError(None, f"{found.reason}: {masked(reason, rows)}")
        return found

    @override
    def _columns_of(self, name: str) -> tuple[str, ...]:
        with contextlib.closing(self._connection.cursor()) as cursor:
            cursor.execute(f"SELECT * FROM {name} WHERE 1 = 0")  # noqa: S608 - the name is quoted
            return tuple(column[0] for column in cursor.description)

    @override
    def _close(self, *, failed: bool) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.rollback()
            self._connection.close()


def _code(error: Exception) -> str | None:
    """Give the database's own code of an error, wherever the driver has put it."""
    first = error.args[0] if error.args else None
    for code in (
        getattr(error, "sqlite_errorname", None),
        getattr(error, "sqlstate", None),
        getattr(first, "full_code", None),
        first,
    ):
        if isinstance(code, int | str) and CODE.fullmatch(str(code)):
            return str(code)
    return None


def masked(message: str, rows: Sequence[Row]) -> str:
    """Leave the values of some rows out of a message: those in quotes, and longer ones wherever they stand."""
    values = {str(cell) for row in rows for cell in row if cell not in {None, "", b""}}

    def hidden(found: re.Match[str]) -> str:
        return "'...'" if any(value in found[0] for value in values) else found[0]

    text = QUOTED.sub(hidden, message)
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= TELLING:
            text = text.replace(value, "...")
    return text


def other_database(where: Where, connection: Connection) -> OtherDatabase:
    """Prepare the database of a connection through Airflow's own hook; ConnectionTypeError if there is none."""
    provider = PROVIDERS.get(where.conn_type)
    remedy = (
        f"this one needs {provider} to be installed" if provider else "for others, install their provider"
    )
    try:
        hook: Any = connection.get_hook()  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 - ImportError, AirflowException or KeyError
        raise ConnectionTypeError(where.conn_id, where.conn_type, remedy) from None
    if not hasattr(hook, "get_conn") or not hasattr(hook, "placeholder"):
        raise ConnectionTypeError(where.conn_id, where.conn_type, remedy)
    return OtherDatabase(where, hook)
