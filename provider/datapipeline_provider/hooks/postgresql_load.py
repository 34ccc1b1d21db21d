"""Lets PostgreSQL read files of records: COPY ... FROM STDIN, into the table or into a temporary one beside it."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from typing_extensions import override

from datapipeline_provider.copy.errors import RecordError
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.hooks import postgresql_copy, postgresql_stage, postgresql_tables
from datapipeline_provider.hooks.bulk import Declined, DeclinedError, Loader, RefusedLineError
from datapipeline_provider.hooks.postgresql_text import quoted_text, unquoted_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.hooks.bulk import Target
    from datapipeline_provider.hooks.postgresql import PostgreSQL
    from datapipeline_provider.hooks.postgresql_stage import Stage

BAD_FILE, NOT_TEXT = "22P04", "22021"
"""SQLSTATEs for a record of too many or too few fields, and for bytes that are not UTF-8: the plain path says more."""
FINAL = ("08", "53", "57", "58", "XX")
"""SQLSTATE classes after which another way would not do better: connection, resources, cancelled, system, internal."""
LINE = re.compile(r"^COPY .+?, line (?P<line>\d+)(?:, column (?P<rest>.*))?", re.MULTILINE)


def loader(database: PostgreSQL, target: Target, data_format: object) -> Loader | Declined:
    """Give what `Database.loader` gives."""
    text: Callable[[Iterable[bytes]], Iterator[bytes]]
    if isinstance(data_format, QuotedCSV):
        options = postgresql_copy.quoted(data_format, database.literal)
        text = partial(quoted_text, ends=database.version < 180_000)
    elif isinstance(data_format, CSV | TSV):
        options = postgresql_copy.unquoted(data_format, database.literal, r"\n")
        text = unquoted_text(data_format.column_separator.encode())
    else:
        return Declined(f"PostgreSQL does not read the format {type(data_format).__name__}")
    if isinstance(options, Declined):
        return options
    if database.setting("server_encoding") == "SQL_ASCII":
        return Declined("the database does not know its character set, and takes text that is not UTF-8")
    is_quoted = isinstance(data_format, QuotedCSV)
    if target.table is None:
        stage = postgresql_stage.stage(database, target.statement)
        if isinstance(stage, Declined):
            return stage
        return _Load(database, stage.table, stage.columns, options, text, stage, quoted=is_quoted)
    reason = postgresql_tables.why_not_copy(database, target.table)
    if reason:
        return Declined(reason)
    return _Load(database, target.table, target.columns, options, text, None, quoted=is_quoted)


class _Load(Loader):
    """COPY into one table, once for each file."""

    def __init__(
        self,
        database: PostgreSQL,
        table: str,
        columns: tuple[str, ...],
        options: str,
        text: Callable[[Iterable[bytes]], Iterator[bytes]],
        stage: Stage | None,
        *,
        quoted: bool,
    ) -> None:
        self._database, self._columns, self._text = database, columns, text
        self._stage, self._quoted = stage, quoted
        names = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
        self._copy = f"COPY {table} ({names}) FROM STDIN ({options})"

    @override
    def load(self, parts: Iterable[bytes], origin: str, progress: Progress) -> None:
        source = _Reader(self._text(parts))
        database = self._database
        with database.cursor() as cursor:
            try:
                cursor.copy_expert(self._copy, source)
            except database.errors as error:
                if source.error is not None:  # it is why COPY failed, and tells more
                    raise source.error from None
                raise self._refusal(error, origin) from None
            progress.advance(rows=cursor.rowcount)

    @override
    def finish(self, progress: Progress) -> None:
        if self._stage is None:
            return
        progress.advance()
        try:
            self._stage.insert()
        except self._database.errors as error:
            raise _another_way(self._database, error) from None

    def _refusal(self, error: Exception, origin: str) -> DatapipelineError:
        code = getattr(error, "pgcode", None) or ""
        context = getattr(error, "diag", None) and error.diag.context  # type: ignore[attr-defined]
        place = LINE.search(context or "")  # in other languages than English there is none
        if place is None or code in {BAD_FILE, NOT_TEXT} or not self._database.about_a_row(error):
            return _another_way(self._database, error)
        column = self._column(place["rest"])
        reason = self._database.reason(error)
        more = f", column {column}" if column and f"column {column}" not in reason else ""
        problem = f"connection {self._database.conn_id!r} refuses it: {reason}{more}"
        line = int(place["line"])
        return RefusedLineError(line, problem) if self._quoted else RecordError(origin, line, problem)

    def _column(self, rest: str | None) -> str | None:
        """Give the column's name from `name: "value"` or `name: null input`; never the value."""
        fits = [name for name in self._columns if rest and rest.startswith(f"{name}:")]
        if not fits:
            return None
        name = max(fits, key=len)
        return name if self._stage is None else self._stage.described(name)


def _another_way(database: PostgreSQL, error: Exception) -> DatapipelineError:
    code = getattr(error, "pgcode", None)
    if code is None or code.startswith(FINAL):
        return database.refused("loading", error)
    return DeclinedError(database.reason(error))


class _Reader:
    """What the driver draws from: whole parts, since it takes any size."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = filter(None, parts)
        self.error: BaseException | None = None

    def read(self, _: int) -> bytes:
        """Give the next part, nothing at the end."""
        try:
            return next(self._parts, b"")
        except BaseException as error:
            self.error = error
            raise
