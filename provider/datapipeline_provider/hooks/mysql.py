"""MySQL and MariaDB through PyMySQL."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, ClassVar

import pymysql
from pymysql.constants import CLIENT, ER, FIELD_TYPE
from pymysql.converters import encoders
from pymysql.cursors import SSCursor
from typing_extensions import override

from datapipeline_provider.hooks import mysql_errors, mysql_floats, mysql_tls, sql_text
from datapipeline_provider.hooks.database import Cell, Database, Row
from datapipeline_provider.hooks.errors import DatabaseError, NotTextError
from datapipeline_provider.hooks.sql_text import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datapipeline_provider.hooks.bulk import Declined, Exporter, Loader, Target
    from datapipeline_provider.hooks.portable import Taker
    from datapipeline_provider.hooks.sql_text import Statement
    from datapipeline_provider.hooks.where import Where

OPTIONS = {
    "charset", "connect_timeout", "read_timeout", "write_timeout", "unix_socket", "init_command",
    *mysql_tls.OPTIONS, mysql_tls.MODE,
}  # fmt: skip
JDBC_PROPERTIES = {"sslMode": mysql_tls.MODE}
# Strict like the JDBC driver's sessions: a value that does not fit is an error, not a warning. The server waits
# ten minutes for a reader that is busy uploading, and for a file that is busy downloading.
SESSION = (
    "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES'), "
    "SESSION net_write_timeout = 600, SESSION net_read_timeout = 600"
)
ROWS_A_FETCH = 2000
STATEMENT_BYTES = 1 << 19
"""Below the smallest max_allowed_packet that servers come with (1 MiB), in characters of up to two bytes."""
TELLTALE = (pymysql.err.DataError, pymysql.err.IntegrityError)
TELLTALE_CODES = {1062, 1264, 1265, 1292, 1300, 1366, 1406, 1411, 1525, 1526, 1690, 1918, 3854}
"""Errors whose messages quote values but which the driver does not class as data errors."""
SIGNALLED = 1644
"""What SIGNAL raises in a trigger; the message is the user's, and may quote values."""
FORBIDDEN = {
    (code,) for code in (ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR)
}
ABOUT_A_ROW = {(code,) for code in (*TELLTALE_CODES, 1364, SIGNALLED, 3819, 4025)}
"""And those that come from a row's values: missing defaults, SIGNAL in a trigger, overflows, CHECK constraints."""
NEAR = re.compile(r" near '(?P<word>[^\W\d]\w*)?.*", re.DOTALL)
"""Where the syntax is wrong: the server quotes the statement from there on, with the values of a row."""
ERROR_NAMES = {code: name for name, code in vars(ER).items() if isinstance(code, int)}


class MySQL(Database):
    """MySQL and MariaDB.

    Values are read and written as the text the server itself uses; binary columns as bytes.
    """

    kind: ClassVar[str] = "mysql"
    dialect = sql_text.MYSQL
    errors = (pymysql.err.Error,)
    savepoints = True
    leaves_bytes = True

    def __init__(self, where: Where) -> None:
        super().__init__(where.conn_id)
        self._where = where

    def _connect(self) -> Any:
        where = self._where
        options = mysql_tls.options(self.conn_id, where.options(OPTIONS, JDBC_PROPERTIES))
        try:
            return pymysql.connect(
                host=where.host or "localhost",
                port=where.port or 3306,
                database=where.database,
                user=where.user,
                password=where.password or "",
                conv=dict(encoders),  # type: ignore[arg-type] # no decoders: every value stays the server's text
                # The server may ask for a file; PyMySQL, which knows nothing of it, never gives one of this machine.
                client_flag=CLIENT.LOCAL_FILES,
                **{"charset": "utf8mb4", "connect_timeout": 30, **options},
            )
        except OSError as error:  # those of the network are PyMySQL's own
            raise mysql_tls.unusable(self.conn_id, error) from None

    @override
    def _open(self) -> None:
        self._connection = self._connect()
        self._quoting = self._connection.cursor()  # knows how the session reads backslashes
        self._do(SESSION)

    @override
    def rows(self, query: str, *, reader: str | None) -> Iterator[list[Row]]:
        query, names = mysql_floats.exact(self, query, short=reader is None)
        cursor = self._connection.cursor(SSCursor)  # rows come as they are read, not all at once
        try:
            cursor.execute(query)
            self.columns = names or tuple(column[0] for column in cursor.description or ())
            bits = [n for n, column in enumerate(cursor.description or ()) if column[1] == FIELD_TYPE.BIT]
            while batch := list(cursor.fetchmany(ROWS_A_FETCH)):
                if reader != self.kind and bits:
                    batch = [_numbers(row, bits) for row in batch]
                yield batch if reader is not None else [self._text(row) for row in batch]
        except BaseException:
            self._hang_up()
            raise
        cursor.close()

    def _text(self, row: Row) -> Row:
        return tuple(map(self._decoded, row, self.columns)) if bytes in map(type, row) else row

    def _decoded(self, cell: Cell, column: str) -> Cell:
        if not isinstance(cell, bytes):
            return cell
        try:
            return cell.decode()
        except UnicodeDecodeError:
            raise NotTextError(self.conn_id, column) from None

    @override
    def execute(self, statement: Statement, values: Sequence[Cell] = ()) -> int:
        with self._connection.cursor() as cursor:
            return int(cursor.execute(statement.filled(map(self._literal, values))))

    @override
    def _insert(self, statement: Statement, rows: Sequence[Row]) -> None:
        values = sql_text.values_clause(statement, self.dialect)
        with self._connection.cursor() as cursor:
            if values is None or not (not values[2] or values[2].upper().startswith("ON DUPLICATE")):
                for row in rows:
                    cursor.execute(statement.filled(map(self._literal, row)))
                return
            before, bracket, after = values
            brackets = (bracket.filled(map(self._literal, row)) for row in rows)
            for text in chunks(brackets, STATEMENT_BYTES, ","):
                cursor.execute(f"{before}{text} {after}")

    def _literal(self, value: Cell) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, bytes):
            return f"x'{value.hex()}'"
        return str(self._quoting.mogrify("%s", (value,)))

    @override
    def exporter(self, query: str, data_format: object) -> Exporter | Declined:
        from datapipeline_provider.hooks import mysql_export

        return mysql_export.exporter(self, query, data_format)

    @override
    def loader(self, target: Target, data_format: object) -> Loader | Declined:
        from datapipeline_provider.hooks import mysql_load

        return mysql_load.loader(self, target, data_format)

    @override
    def takers(self, statement: Statement) -> Sequence[Taker | None] | Declined:
        from datapipeline_provider.hooks import mysql_portable

        return mysql_portable.takers(self, statement)

    # For the three above.

    @property
    def connection(self) -> Any:
        """The driver's connection."""
        return self._connection

    @property
    def speaks_utf8(self) -> bool:
        """Whether texts travel as UTF-8 of all lengths."""
        return str(self._connection.charset) == "utf8mb4"

    @property
    def has_common_table_expressions(self) -> bool:
        """Whether the server knows `WITH name AS (query)`."""
        return _has_common_table_expressions(str(self._connection.get_server_info()))

    def fetch(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query of ours, whose rows are few; numbers are read."""
        with self._connection.cursor() as cursor:
            self._guard("asking the server", lambda: cursor.execute(query, values))
            return [tuple(map(_number, row)) for row in cursor.fetchall()]

    def variable(self, name: str) -> str:
        """Give a variable of the session."""
        [[value]] = self.fetch(f"SELECT @@{name}")
        return str(value)

    def do(self, statement: str, doing: str) -> None:
        """Run a statement of ours that gives no rows."""
        self._guard(doing, lambda: self._do(statement))

    def reason(self, error: Exception) -> str:
        """Say what the database said, without values of a row."""
        return self._row_reason(error)

    def reason_of(self, code: int) -> str:
        """Say what an error or warning is called whose message may quote values."""
        return f"{ERROR_NAMES.get(code, 'a value was refused').lower().replace('_', ' ')} (error {code})"

    def about_a_row(self, error: Exception) -> bool:
        """Say whether an error comes from the values of a row."""
        return self._about_a_row(error)

    def refused(self, doing: str, error: Exception) -> DatabaseError:
        """Turn what the driver raised into an error that shows no values."""
        return DatabaseError(self.conn_id, doing, self._reason(error))

    def hang_up(self) -> None:
        """Leave at once, in the middle of a result or a file: what is not committed is undone."""
        self._hang_up()

    def reopen(self) -> None:
        """Leave at once, and begin a new session."""
        self._hang_up()
        self._guard("connecting", self._open)

    @override
    def rollback(self) -> None:
        if self._connection.open:
            super().rollback()
        else:  # an export that nobody took any more has hung up, which undid everything
            self._guard("connecting", self._open)

    @override
    def autocommit(self) -> None:
        self._connection.autocommit(True)

    @override
    def cancel(self) -> None:
        """Ask the server on a second connection, since the first one is busy."""
        with contextlib.suppress(pymysql.err.Error, DatabaseError, OSError, AttributeError):
            thread = self._connection.thread_id()
            with contextlib.closing(self._connect()) as other, other.cursor() as cursor:
                cursor.execute(f"KILL QUERY {int(thread)}")

    @override
    def _missing_table(self, error: Exception) -> bool:
        return bool(error.args) and error.args[0] == ER.NO_SUCH_TABLE

    @override
    def _forbids(self, error: Exception) -> bool:
        return error.args[:1] in FORBIDDEN

    @override
    def _about_a_row(self, error: Exception) -> bool:
        return isinstance(error, TELLTALE) or error.args[:1] in ABOUT_A_ROW

    @override
    def _reason(self, error: Exception) -> str:
        code = error.args[0] if error.args else None
        if not isinstance(code, int):
            return f"{type(error).__name__}"
        if isinstance(error, TELLTALE) or code in TELLTALE_CODES:
            return self.reason_of(code) + mysql_errors.about(code, str(error.args[-1]))
        return f"{NEAR.sub(_near, str(error.args[-1])).rstrip('.')} (error {code})"

    @override
    def _row_reason(self, error: Exception) -> str:
        if error.args[:1] == (SIGNALLED,):
            return f"a trigger or function refuses it (error {SIGNALLED})"
        return self._reason(error)

    @override
    def _names_column(self, error: Exception) -> bool:
        code, message = (*error.args, None, None)[:2]
        return isinstance(code, int) and mysql_errors.column(code, str(message)) is not None

    @override
    def _value_in(self, error: Exception, row: Row) -> int | None:
        return mysql_errors.value_in(str(error.args[-1]), row) if error.args else None

    @override
    def _close(self, *, failed: bool) -> None:
        if failed:
            self._hang_up()
        else:
            super()._close(failed=failed)

    def _hang_up(self) -> None:
        """Leave at once; PyMySQL's own ways first read every remaining row of a query."""
        if self._connection is None:
            return
        self.cancel()
        self._connection._force_close()
        if (result := self._connection._result) is not None:
            result.unbuffered_active = False


def _near(found: re.Match[str]) -> str:
    return f" near '{found['word']}'" if found["word"] else ""


def _has_common_table_expressions(version: str) -> bool:
    """Tell it from the server's version, which MariaDB writes as `5.5.5-10.11.6-MariaDB` before it was 11."""
    is_mariadb = "mariadb" in version.lower()
    found = re.match(r"(?:5\.5\.5-)?(\d+)\.(\d+)" if is_mariadb else r"(\d+)\.(\d+)", version)
    return found is not None and tuple(map(int, found.groups())) >= ((10, 2) if is_mariadb else (8, 0))


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _numbers(row: Row, positions: Sequence[int]) -> Row:
    """Write BIT columns as numbers."""
    cells = list(row)
    for position in positions:
        value = cells[position]
        if isinstance(value, bytes):
            cells[position] = str(int.from_bytes(value, "big"))
    return tuple(cells)
