r"""Lets MySQL and MariaDB read files of records: LOAD DATA LOCAL INFILE, into the table or into a temporary one.

The server takes what comes from a client as with INSERT IGNORE: a value that does not fit is made to fit, a row that
may not be there is left out, and both are only warnings. So any warning fails the load, and the transaction ends
without effect. Run on MariaDB only; MySQL 8 documents the same statements, but does not tell the number of a
row that it leaves out, for which the plain path is taken.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from typing import TYPE_CHECKING, NamedTuple

from typing_extensions import override

from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.hooks import (
    mysql_columns,
    mysql_errors,
    mysql_insert,
    mysql_text,
    mysql_wire,
    sql_text,
)
from datapipeline_provider.hooks.bulk import Declined, DeclinedError, Loader
from datapipeline_provider.hooks.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.exceptions import DatapipelineError
    from datapipeline_provider.hooks.bulk import Target
    from datapipeline_provider.hooks.mysql import MySQL
    from datapipeline_provider.hooks.mysql_columns import Column
    from datapipeline_provider.hooks.mysql_insert import Insert

SWITCHED_OFF = "the server's local_infile is off; SET GLOBAL local_infile = 1 switches it on, in RDS the parameter of this name"
# The messages are read here; a note, such as of a rounded decimal, is none of a refused value.
SESSION = "SET SESSION sql_notes = 0, SESSION lc_messages = 'en_US'"
TOO_FEW, TOO_MANY = 1261, 1262
"""Of the fields of a record."""
FINAL = {1021, 1030, 1040, 1053, 1114, 1205, 1213, 1317, 1927, 1969, 2006, 2013, 3024}
"""Errors after which another way would not do better: no space, locks, cancelled, the connection is lost."""
ROW = re.compile(r"\brow (\d+)", re.IGNORECASE)
SPECIAL = b"0bnrtZN"
"""What means something behind a backslash in LOAD DATA."""
INVALID = "CAST(concat('x', left({value}, 0)) AS UNSIGNED)"
"""No number: a warning for LOAD DATA, an error for INSERT."""
RAGGED = "datapipeline_ragged"
# What follows the last field of a record tells whether there are as many fields as there should be.
COUNTED = (
    "CASE WHEN @datapipeline = '1' THEN {value} "
    f"ELSE CAST(concat('{RAGGED}', left(coalesce(@datapipeline, ''), 0)) AS UNSIGNED) END"
)
BOOLEAN = (
    "CASE {value} WHEN 't' THEN 1 WHEN 'true' THEN 1 WHEN 'f' THEN 0 WHEN 'false' THEN 0 ELSE {value} END"
)
WITHOUT_ZONE = (
    "CASE WHEN right({value}, 3) = '+00' THEN left({value}, char_length({value}) - 3) ELSE {value} END"
)
"""PostgreSQL writes the zone of a time in UTC, which only MySQL 8 would take."""


class _Form(NamedTuple):
    """How LOAD DATA reads the text that a file is turned into."""

    text: mysql_text.QuotedCSVText | mysql_text.UnquotedText
    clauses: str
    lossless: bool


def loader(database: MySQL, target: Target, data_format: object) -> Loader | Declined:
    """Give what `Database.loader` gives."""
    form = _form(data_format, target.statement.placeholders)
    if isinstance(form, Declined):
        return form
    insert = mysql_insert.understood(target.statement)
    if isinstance(insert, Declined):
        return insert
    if not database.speaks_utf8:
        return Declined("the connection's character set is not utf8mb4")
    if database.variable("local_infile") != "1":
        return Declined(SWITCHED_OFF)
    if not _undoable(database, insert.table):
        return Declined(f"{insert.table} is no table whose rows can be taken back")
    try:
        chosen = ", ".join(insert.columns) or "*"
        columns, _ = mysql_columns.describe(database.connection, f"SELECT {chosen} FROM {insert.table}")  # noqa: S608 - theirs
        if len(columns) != len(insert.items):
            return Declined("the insert query has more or fewer values than columns")
        values = [_value(column, form) for column in columns]
        for column, item, value in zip(columns, insert.items, values, strict=True):
            if value is None and item.segments == ("", ""):
                return Declined(f"column {column.name!r} has a type that takes no text")
        database.do(SESSION, "preparing the load")
        if insert.plain:
            return _Direct(database, form, insert, columns, [value or "" for value in values])
        return _Staged(database, form, insert, columns, [value or "" for value in values])
    except database.errors as error:
        return Declined(f"the server refuses: {database.reason(error)}")


def _form(data_format: object, columns: int) -> _Form | Declined:
    if not isinstance(data_format, QuotedCSV | CSV | TSV):
        return Declined(f"MySQL does not read the format {type(data_format).__name__}")
    separator, end = data_format.column_separator.encode(), data_format.record_separator.encode()
    if len(separator) > 1 or len(end) > 1 or separator in SPECIAL or end in SPECIAL:
        return Declined("LOAD DATA does not take these separators")
    lines = f"LINES TERMINATED BY x'{end.hex()}'"
    fields = f"CHARACTER SET utf8mb4 FIELDS TERMINATED BY x'{separator.hex()}'"
    if isinstance(data_format, QuotedCSV):
        text = mysql_text.QuotedCSVText(separator, columns)
        return _Form(text, f"{fields} OPTIONALLY ENCLOSED BY x'22' ESCAPED BY '' {lines}", lossless=True)
    if data_format.escape != "\\":
        return Declined("the escape character is not the backslash")
    return _Form(
        mysql_text.UnquotedText(separator, end), f"{fields} ESCAPED BY x'5c' {lines}", lossless=False
    )


def _value(column: Column, form: _Form) -> str | None:
    """Give the expression that makes a column's value of a text, with `{value}` for it; None if there is none."""
    if column.kind == "moment" and form.lossless:
        return WITHOUT_ZONE
    if column.kind in {"plain", "float", "moment", "text"}:
        return BOOLEAN if column.boolean and form.lossless else "{value}"
    if not form.lossless or column.kind == "other":
        return None
    if column.kind == "bit":
        return f"CAST({BOOLEAN if column.boolean else '{value}'} AS UNSIGNED)"
    # unhex gives NULL for what is no hexadecimal number
    taken = f"coalesce(unhex(substr({{value}}, 3)), {INVALID})"
    return f"CASE WHEN {{value}} IS NULL THEN NULL WHEN left({{value}}, 2) = x'5c78' THEN {taken} ELSE {INVALID} END"


def _undoable(database: MySQL, table: str) -> bool:
    """Say whether the table is one whose engine has transactions."""
    *schema, name = (_unquoted(part) for part in re.findall(mysql_insert.PART, table))
    found = database.fetch(
        "SELECT e.transactions FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine "
        "WHERE t.table_schema = coalesce(%s, database()) AND t.table_name = %s",
        (schema[0] if schema else None, name),
    )
    return found == [("YES",)]


def temporary_name() -> str:
    """Give a table a name that no other one has."""
    return f"datapipeline_{uuid.uuid4().hex[:12]}"


def _unquoted(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


class _Load(Loader):
    """What both ways have in common: LOAD DATA once for each file."""

    def __init__(self, database: MySQL, form: _Form, columns: Sequence[str], table: str, fields: str) -> None:
        self._database, self._form, self._columns = database, form, columns
        self._sql = f"LOAD DATA LOCAL INFILE 'datapipeline' INTO TABLE {table} {form.clauses} {fields}"

    @override
    def load(self, parts: Iterable[bytes], origin: str, progress: Progress) -> None:
        database = self._database
        fed = _stoppable(mysql_text.converted(self._form.text, parts), progress)
        try:
            loaded = mysql_wire.load(database.connection, self._sql, fed)
        except DeclinedError:
            database.reopen()
            raise
        except database.errors as error:
            raise self._another_way(error) from None
        except BaseException:
            database.hang_up()
            raise
        if loaded.warnings or loaded.skipped:
            raise self._refused(origin)
        self._loaded(origin, loaded.records)
        progress.advance(rows=loaded.records)

    def _loaded(self, origin: str, records: int) -> None:
        """Take note of a file."""

    def _refused(self, origin: str) -> DatapipelineError:
        """Say which record was refused, by the first warning."""
        found = self._database.fetch("SHOW WARNINGS")
        for number, (level, code, message) in enumerate(found, 1):
            if level == "Note":
                continue
            if code in {TOO_FEW, TOO_MANY} or RAGGED in message:
                return DeclinedError("a record has more or fewer columns than are expected")
            row = self._row(message, number)
            if row is None:
                return DeclinedError(self._database.reason_of(code))
            return RecordError(origin, row, self._problem(code, message))
        return DeclinedError("the server left out records and does not say why")

    def _row(self, message: str, condition: int) -> int | None:
        """Give the number of the row that a warning or an error is about."""
        if found := ROW.search(message[message.rfind("row ") :] if "at row " in message else message):
            return int(found[1])
        try:
            self._database.do(f"GET DIAGNOSTICS CONDITION {condition} @datapipeline = ROW_NUMBER", "asking")
        except DatabaseError:  # MySQL, and MariaDB before 10.7
            return None
        [[row]] = self._database.fetch("SELECT @datapipeline")
        return int(row) if row else None

    def _problem(self, code: int, message: str) -> str:
        name = mysql_errors.column(code, message)
        where = mysql_errors.about(code, message) if name is None or name in self._columns else ""
        return f"connection {self._database.conn_id!r} refuses it: {self._database.reason_of(code)}{where}"

    def _another_way(self, error: Exception) -> DatapipelineError:
        code = error.args[0] if error.args else None
        if not isinstance(code, int) or code in FINAL:
            return self._database.refused("loading", error)
        return DeclinedError(self._database.reason(error))


def _stoppable(parts: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    for part in parts:
        progress.advance()
        yield part


class _Direct(_Load):
    """Into the table itself."""

    def __init__(
        self, database: MySQL, form: _Form, insert: Insert, columns: Sequence[Column], values: Sequence[str]
    ) -> None:
        fields, sets = [], []
        for number, (column, value) in enumerate(zip(columns, values, strict=True), 1):
            if value == "{value}" and number < len(columns):
                fields.append(_quoted(column.name))
            else:
                fields.append(f"@datapipeline_{number}")
                counted = COUNTED if number == len(columns) else "{value}"
                sets.append(
                    f"{_quoted(column.name)} = {counted.format(value=value.format(value=fields[-1]))}"
                )
        taken = f"({', '.join(fields)}, @datapipeline) SET {', '.join(sets)}"
        super().__init__(database, form, [column.name for column in columns], insert.table, taken)

    @override
    def finish(self, progress: Progress) -> None:
        progress.advance()


class _Staged(_Load):
    """Into a temporary table of texts, from which the user's statement then takes the rows in their order."""

    def __init__(
        self, database: MySQL, form: _Form, insert: Insert, columns: Sequence[Column], values: Sequence[str]
    ) -> None:
        self._table = temporary_name()
        count = sum(item.placeholders for item in insert.items)
        names = [f"datapipeline_{number}" for number in range(1, count + 1)]
        collation = database.variable("collation_connection")
        texts = "".join(f", {name} LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation}" for name in names)
        database.execute(
            sql_text.parse_one(
                f"CREATE TEMPORARY TABLE {self._table} "
                f"(datapipeline BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY{texts}, datapipeline_end CHAR(1))",
                database.dialect,
            )
        )
        left = iter(names)
        items = []
        for item, value in zip(insert.items, values, strict=True):
            given = [next(left) for _ in range(item.placeholders)]
            items.append(value.format(value=given[0]) if item.segments == ("", "") else item.filled(given))
        rows = f"SELECT {', '.join(items)} FROM {self._table} ORDER BY datapipeline"  # noqa: S608 - theirs
        self._insert = f"{insert.head} {rows} {insert.after}"
        try:
            mysql_wire.describe(database.connection, self._insert)
        except BaseException:
            self._drop(database)
            raise
        self._files: list[tuple[str, int]] = []
        self._ignores = insert.ignores
        super().__init__(
            database,
            form,
            [column.name for column in columns],
            self._table,
            f"({', '.join(names)}, datapipeline_end)",
        )

    @override
    def load(self, parts: Iterable[bytes], origin: str, progress: Progress) -> None:
        try:
            super().load(parts, origin, progress)
        except BaseException:
            self._drop(self._database)
            raise

    @override
    def _loaded(self, origin: str, records: int) -> None:
        self._files.append((origin, records))

    @override
    def finish(self, progress: Progress) -> None:
        progress.advance()
        try:
            self._take_rows()
        finally:
            self._drop(self._database)

    def _drop(self, database: MySQL) -> None:
        """Drop the table where the connection can still be used; otherwise the server does."""
        with contextlib.suppress(DatabaseError):
            database.do(f"DROP TEMPORARY TABLE IF EXISTS {self._table}", "dropping the temporary table")

    def _take_rows(self) -> None:
        database = self._database
        try:
            with database.connection.cursor() as cursor:
                cursor.execute("SET SESSION sql_notes = 1")  # it also decides about errors in expressions
                cursor.execute(self._insert)
        except database.errors as error:
            problem = self._refused_later(error)
            raise problem from None
        if not self._ignores and any(level != "Note" for level, _, _ in database.fetch("SHOW WARNINGS")):
            # Of a text that an expression does not take, perhaps: an error where the text is a literal.
            raise DeclinedError("the insert query gives warnings")

    def _refused_later(self, error: Exception) -> DatapipelineError:
        """Say which record of which file the statement refused."""
        if not self._database.about_a_row(error):
            return self._another_way(error)
        message = str(error.args[-1])
        row = self._row(message, 1)
        if row is None:
            return DeclinedError(self._database.reason(error))
        origin = ""
        for origin, records in self._files:  # noqa: B007 - the last one is used
            if row <= records:
                break
            row -= records
        return RecordError(origin, row, self._problem(error.args[0], message))
