"""Lets PostgreSQL write the rows of a query as a file: COPY ... TO STDOUT."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from typing_extensions import override

from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import key_of
from datapipeline_provider.copy.writing.unquoted import holds_separator
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.hooks import postgresql_copy, sql_text
from datapipeline_provider.hooks.bulk import Declined, Exporter, UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.hooks.postgresql import PostgreSQL

QUERY_WORDS = {"SELECT", "WITH", "VALUES", "TABLE"}
OTHER_WORDS = {"INSERT", "UPDATE", "DELETE", "MERGE", "INTO"}
BYTES_AT_ONCE = 1 << 18
NULL = b"\b"
"""For NULL in transit: COPY writes this character of a value as a backslash and a letter, so it is nothing else."""
BACKSPACE = b"\0"
"""For that character in transit: no text of PostgreSQL holds NUL."""
CONTROLS = {rb"\b": BACKSPACE, rb"\f": b"\f", rb"\r": b"\r", rb"\t": b"\t", rb"\v": b"\v"}
# An odd number of backslashes, so that the last one begins an escape. In this order a search is fast.
CONTROL = re.compile(rb"\\(?<!\\\\)(?:\\\\)*[bfnrtv]")
MARK = rb"\n"
"""For NULL in the file."""


def exporter(database: PostgreSQL, query: str, data_format: object) -> Exporter | Declined:
    """Give what `Database.exporter` gives."""
    if isinstance(data_format, QuotedCSV):
        options = postgresql_copy.quoted(data_format, database.literal)
    elif isinstance(data_format, CSV | TSV):
        options = postgresql_copy.unquoted(data_format, database.literal, NULL.decode())
    else:
        return Declined(f"PostgreSQL does not write the format {type(data_format).__name__}")
    if isinstance(options, Declined):
        return options
    statements = sql_text.parse(query, database.dialect, placeholders=False)
    if len(statements) != 1:
        return Declined("COPY takes one statement")
    [statement] = statements
    if statement.words[0] not in QUERY_WORDS or OTHER_WORDS.intersection(statement.words):
        return Declined("COPY takes a query that only reads")
    if database.setting("server_encoding") == "SQL_ASCII":
        return Declined("the database does not know its character set")
    [text] = statement.segments
    # The query may end with a comment.
    columns = database.names(f"SELECT * FROM ({text}\n) AS datapipeline LIMIT 0", "the query")  # noqa: S608 - theirs
    copy = f"COPY ({text}\n) TO STDOUT ({options})"
    if isinstance(data_format, QuotedCSV):
        return _Export(database, copy, columns)
    return _UnquotedExport(database, copy, columns, data_format.column_separator)


class _Export(Exporter):
    """The server's bytes are the file's."""

    def __init__(self, database: PostgreSQL, copy: str, columns: tuple[str, ...]) -> None:
        self._database, self._copy, self.columns = database, copy, columns

    @override
    def export(self, write: Callable[[bytes], object], progress: Progress) -> None:
        raw = _Blocks(lambda block: self._give(block, write, progress))
        # The driver hands over row by row, two million calls for two million rows: this one is written in C.
        blocks = io.BufferedWriter(raw, BYTES_AT_ONCE)
        database = self._database
        try:
            with database.cursor() as cursor:
                cursor.copy_expert(self._copy, blocks)
                blocks.flush()
                self._end(cursor.rowcount, progress)
        except database.errors as error:
            raise database.refused("the query", error) from None
        except BaseException:
            database.cancel()  # or closing would wait for the rest of the rows
            raise
        finally:
            raw.closing = True

    def _give(self, block: bytes, write: Callable[[bytes], object], progress: Progress) -> None:
        write(block)
        progress.advance(
            lines=block.count(b"\n")
        )  # a value may hold line feeds: the rows are known at the end

    def _end(self, rows: int, progress: Progress) -> None:
        progress.counted.pop("lines", None)
        progress.advance(rows=rows)


class _Blocks(io.RawIOBase):
    """Gives away what a buffer in front of it has collected: whole rows, since it never cuts what it is given."""

    closing = False
    """What is still in the buffer is given to nobody: it flushes once more when it is thrown away."""

    def __init__(self, give: Callable[[bytes], object]) -> None:
        self._give = give

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, block: Buffer) -> int:
        held = bytes(block)
        if not self.closing:
            self._give(held)
        return len(held)


class _UnquotedExport(_Export):
    r"""The server's bytes in COPY's text format become those of Data Pipeline's dialect.

    COPY too escapes the backslash and the separator. Besides it writes six control characters as a backslash and a
    letter, which here stand for themselves, except that a line feed cannot be written.
    """

    def __init__(self, database: PostgreSQL, copy: str, columns: tuple[str, ...], separator: str) -> None:
        super().__init__(database, copy, columns)
        self._separator = separator.encode()
        self._written = {
            letter: b"\\" + character if character == self._separator else character
            for letter, character in CONTROLS.items()
        }
        self._unreadable = self._given = 0

    @override
    def export(self, write: Callable[[bytes], object], progress: Progress) -> None:
        self._unreadable = self._given = 0
        super().export(write, progress)

    @override
    def _give(self, block: bytes, write: Callable[[bytes], object], progress: Progress) -> None:
        rows = block.count(b"\n")
        write(self._rewritten(block))
        self._given += rows
        progress.advance(rows=rows)

    @override
    def _end(self, rows: int, progress: Progress) -> None:
        if self._unreadable:
            progress.advance(unreadable=self._unreadable)

    def _rewritten(self, block: bytes) -> bytes:
        text = block
        if b"\\" in block:
            try:
                text = CONTROL.sub(self._control, block)
            except KeyError:
                raise self._line_feed(block) from None
            if b"\r" in text:
                self._unreadable += text.count(b"\r\n")
        text = text.replace(NULL, MARK)
        return text.replace(BACKSPACE, b"\b") if BACKSPACE in text else text

    def _control(self, found: re.Match[bytes]) -> bytes:
        run = found[0]
        return run[:-2] + self._written[run[-2:]]

    def _line_feed(self, block: bytes) -> UnwritableError:
        cells = re.compile(rb"(?:\\.|[^\\%s])*" % re.escape(self._separator), re.DOTALL)
        for number, row in enumerate(block.split(b"\n"), self._given + 1):
            if b"\\n" in row.replace(b"\\\\", b"\0"):
                found = [cell.replace(b"\\\\", b"\0") for cell in _fields(cells, row)]
                index = next(n for n, cell in enumerate(found) if b"\\n" in cell)
                column = Batch("", number, (), self.columns).column(index)
                key = key_of(self.columns, [found[0].decode()])
                return UnwritableError(number, f"{column} {holds_separator(chr(10))}", key)
        raise AssertionError


def _fields(field: re.Pattern[bytes], row: bytes) -> list[bytes]:
    found, position = [], 0
    while position < len(row):
        cell = field.match(row, position)
        assert cell is not None  # noqa: S101 - for mypy: the pattern matches nothing, too
        found.append(cell[0])
        position = cell.end() + 1
    return found
