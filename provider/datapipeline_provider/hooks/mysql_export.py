r"""Lets MySQL and MariaDB write the rows of a query as a file: the server makes one text of each row.

`WITH q (c1, c2) AS (query) SELECT concat_ws(',', expression of c1, expression of c2) FROM q`: the client has one text
a row to receive, and joins them. Run on MariaDB only; what it relies on, MySQL 8 documents too: columns named for a
common table expression, ORDER BY kept where there is a LIMIT, NULL with warning 1301 for a text that is too long.

A server that has to put the rows of the inner query aside before the outer one can begin gives the first row late, and
needs room for all of them; so what can be said outside is: ORDER BY columns, and LIMIT.
"""

from __future__ import annotations

import binascii
import re
import secrets
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from typing_extensions import override

from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import key_of
from datapipeline_provider.copy.writing.unquoted import NULL, holds_separator
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.hooks import mysql_columns, mysql_floats, sql_text
from datapipeline_provider.hooks.bulk import Declined, DeclinedError, Exporter, UnwritableError
from datapipeline_provider.hooks.mysql_insert import PART
from datapipeline_provider.hooks.mysql_wire import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.hooks.mysql import MySQL
    from datapipeline_provider.hooks.mysql_columns import Column, Kind

QUERY_WORDS = {"SELECT", "WITH", "VALUES"}
SETS = {"UNION", "EXCEPT", "INTERSECT"}
ALL_ROWS = "LIMIT 18446744073709551615"
"""Without a LIMIT, MariaDB drops the order of rows that another query goes on with."""
IN_PLAIN = set("0123456789+-.: einfa")
"""Of these the texts of numbers, dates and times are made."""
TOO_LONG = 1301
"""The warning that a text became NULL since it exceeded max_allowed_packet."""
LONG = 4096
"""From how many bytes on a text is escaped here: the server's REPLACE moves the rest of it at each place it finds, which
takes 0.2 seconds for 16,000 commas, 4 for 64,000 and 17 for 128,000."""
WITH_EFFECTS = {
    "NEXTVAL",
    "NEXT",
    "SETVAL",
    "LAST_INSERT_ID",
    "GET_LOCK",
    "RELEASE_LOCK",
    "SLEEP",
    "BENCHMARK",
}
"""Functions that are not to be called twice for one row."""
ITEM = rf"(?:[0-9]+|{PART})(?:\s+(?:ASC|DESC))?"
TAIL = re.compile(
    rf"(?:ORDER\s+BY\s+(?P<order>{ITEM}(?:\s*,\s*{ITEM})*))?"
    r"\s*(?P<limit>LIMIT\s+[0-9]+(?:\s*(?:,|\bOFFSET\b)\s*[0-9]+)?)?\s*",
    re.IGNORECASE,
)
"""The end of a query that means the same outside of it, if the items are columns."""


def exporter(database: MySQL, query: str, data_format: object) -> Exporter | Declined:
    """Give what `Database.exporter` gives."""
    form = _form(data_format)
    if isinstance(form, Declined):
        return form
    if not database.speaks_utf8:
        return Declined("the connection's character set is not utf8mb4")
    if not database.has_common_table_expressions:
        return Declined("the server is older than MySQL 8.0 and MariaDB 10.2")
    asked = one_query(database, query)
    if isinstance(asked, Declined):
        return asked
    try:
        columns, parameters = mysql_columns.describe(database.connection, asked.whole)
        if not columns or parameters:
            return Declined("it is no query whose rows another query can go on with")
        if form.checked and (reason := why_not_twice(database, asked, columns)):
            return Declined(reason)
        expressions = []
        for number, column in enumerate(columns, 1):
            expression = form.expressions.get(column.kind)
            if expression is None:
                return Declined(
                    f"column {column.name!r} has a type that {form.name} cannot be made of in the server"
                )
            if form.is_long(column):
                if not column.stored and (name := _with_effects(database, asked)):
                    return Declined(f"column {column.name!r} may be long, and the query calls {name}")
                expression = form.guarded
            expressions.append(expression.format(column=f"c{number}"))
        names = ", ".join(f"c{number}" for number in range(1, len(columns) + 1))
        row = f"concat_ws({literal(form.separator)}, {', '.join(expressions)})"
        inner, tail = asked.cut(columns)
        # The query may end with a comment.
        sql = f"WITH datapipeline ({names}) AS ({inner}\n) SELECT {row} FROM datapipeline {tail}"  # noqa: S608 - theirs
        mysql_columns.describe(database.connection, sql)
    except database.errors as error:
        return Declined(f"the server does not go on with the rows of this query: {database.reason(error)}")
    # Twice: for quotes, escapes or hexadecimal digits.
    longest = sum(2 * column.length + 100 for column in columns)
    fits = longest <= int(database.variable("max_allowed_packet"))
    guarded = any(map(form.is_long, columns))
    return _Export(database, sql, tuple(column.name for column in columns), form, fits=fits, guarded=guarded)


def literal(text: str) -> str:
    """Write a text as a literal that means the same in every sql_mode."""
    return f"_utf8mb4 x'{text.encode().hex()}'"


@dataclass(frozen=True)
class _Form:
    """How the server writes one row.

    :param expressions: for each kind of column that can be written; `{column}` stands once in each but for that
        of FLOAT, since the server may put the user's expression there, which may give another value each time.
    :param checked: a value may hold the record separator, which the form cannot carry.
    :param written: does with a text what the server does; for long ones.
    :param mark: stands before and behind a long text, which the server gives in base64.
    """

    name: str
    separator: str
    end: str
    expressions: Mapping[Kind, str]
    checked: bool
    written: Callable[[bytes], bytes]
    mark: str

    @property
    def guarded(self) -> str:
        """What stands for the expression of a text where it may be long."""
        mark, short = literal(self.mark), self.expressions["text"]
        return f"if(octet_length({{column}}) > {LONG}, concat({mark}, to_base64({UTF8}), {mark}), {short})"

    @staticmethod
    def is_long(column: Column) -> bool:
        """Say whether a column may have long texts."""
        return column.kind == "text" and column.length > LONG


def _form(data_format: object) -> _Form | Declined:
    if isinstance(data_format, QuotedCSV):
        return _quoted(data_format)
    if not isinstance(data_format, CSV | TSV):
        return Declined(f"MySQL does not write the format {type(data_format).__name__}")
    if data_format.escape != NULL[0]:
        return Declined("the escape character is not the backslash")
    return _unquoted(data_format)


UTF8 = "convert({column} USING utf8mb4) COLLATE utf8mb4_bin"
"""A text of any character set and collation, to be compared character by character."""


def _quoted(data_format: QuotedCSV) -> _Form | Declined:
    if data_format.column_separator in IN_PLAIN:
        return Declined("numbers may hold the column separator")
    quote = literal('"')
    plain = "ifnull({column}, '')"

    def written(text: bytes) -> bytes:
        return b'"' + text.replace(b'"', b'""') + b'"'

    expressions: dict[Kind, str] = {
        "plain": plain,
        "moment": plain,
        "float": f"ifnull({mysql_floats.DOUBLE}, '')",
        "text": f"ifnull(concat({quote}, replace({UTF8}, {quote}, {literal(2 * chr(34))}), {quote}), '')",
        "binary": f"ifnull(concat({literal(chr(92) + 'x')}, hex({{column}})), '')",
        "bit": "ifnull({column} + 0, '')",
    }
    return _Form("QuotedCSV", data_format.column_separator, "\n", expressions, False, written, _mark())


def _unquoted(data_format: CSV | TSV) -> _Form | Declined:
    separator, end, escape = data_format.column_separator, data_format.record_separator, data_format.escape
    if {separator, end} & IN_PLAIN:
        return Declined("numbers may hold a separator")
    doubled = f"replace({UTF8}, {literal(escape)}, {literal(2 * escape)})"
    escaped = f"replace({doubled}, {literal(separator)}, {literal(escape + separator)})"
    null = literal(NULL)
    plain = f"ifnull({{column}}, {null})"
    expressions: dict[Kind, str] = {
        "plain": plain,
        "float": f"ifnull({mysql_floats.SHORT}, {null})",
        "moment": plain,
        "text": f"ifnull({escaped}, {null})",
        "bit": f"ifnull({{column}} + 0, {null})",
    }

    def written(text: bytes) -> bytes:
        for special in (escape, separator):
            text = text.replace(special.encode(), (escape + special).encode())
        return text

    return _Form(type(data_format).__name__, separator, end, expressions, True, written, _mark())


def _mark() -> str:
    return f"long:{secrets.token_hex(16)}:"  # no data can hold it


class _Query(NamedTuple):
    """A query, cut in two: `tail` has its ORDER BY and LIMIT if they may mean the same outside of it."""

    head: str
    tail: str
    functions: frozenset[str]
    """The words before brackets, in upper case."""
    combined: bool
    """It is a UNION or the like, whose rows are made before they are sorted."""

    @property
    def whole(self) -> str:
        return self.head + self.tail

    def cut(self, columns: Sequence[Column]) -> tuple[str, str]:
        """Give what stands inside of the other query and what outside, its order kept."""
        found = TAIL.fullmatch(self.tail)
        if found is None:
            return self.whole, ""
        items = [self._item(item, columns) for item in re.findall(ITEM, found["order"] or "", re.IGNORECASE)]
        if None in items:
            return (self.whole if found["limit"] else f"{self.whole}\n{ALL_ROWS}"), ""
        order = f"ORDER BY {', '.join(map(str, items))} " if items else ""
        return self.head, order + (found["limit"] or "")

    def _item(self, item: str, columns: Sequence[Column]) -> str | None:
        """Give an item of ORDER BY by the column's number; None if it is no column of the result that a table has."""
        name, *direction = item.rsplit(maxsplit=1) if not item.endswith("`") else [item]
        if name.isdecimal():
            numbers = [int(name)] if 0 < int(name) <= len(columns) else []
        else:
            plain = name[1:-1].replace("``", "`") if name.startswith("`") else name
            numbers = [n for n, column in enumerate(columns, 1) if column.name.lower() == plain.lower()]
        # What is computed might be computed once more to sort it.
        if len(numbers) != 1 or not (self.combined or columns[numbers[0] - 1].stored):
            return None
        return " ".join([f"c{numbers[0]}", *direction])


def _with_effects(database: MySQL, query: _Query) -> str | None:
    """Name a function of the query that may do more than give a value."""
    for name in sorted(query.functions & WITH_EFFECTS):
        return name
    if not query.functions:
        return None
    names = sorted(query.functions)
    marks = ", ".join(["%s"] * len(names))
    found = database.fetch(
        f"SELECT routine_name FROM information_schema.routines WHERE upper(routine_name) IN ({marks})",  # noqa: S608 - marks
        names,
    )
    return str(found[0][0]) if found else None


def why_not_twice(database: MySQL, query: _Query, columns: Sequence[Column]) -> str | None:
    """Say why a FLOAT cannot be looked at more than once; None if it can."""
    for column in columns:
        if column.kind == "float" and not column.stored and (name := _with_effects(database, query)):
            return f"column {column.name!r} is a FLOAT, and the query calls {name}"
    return None


def one_query(database: MySQL, query: str) -> _Query | Declined:
    """Give the query as a part of another one."""
    statements = sql_text.parse(query, database.dialect, placeholders=False)
    if len(statements) != 1:
        return Declined("the query is not one statement")
    [[text]] = [statement.segments for statement in statements]
    if "\\" in text and "NO_BACKSLASH_ESCAPES" in database.variable("sql_mode"):
        return Declined("the query has backslashes, which mean nothing to this server")
    tokens = [token for token in sql_text.tokens(text, database.dialect) if token.kind != "blank"]
    if any(token.kind == "hidden" and token.text.startswith(("/*!", "/*M!")) for token in tokens):
        return Declined("the query has comments that the server runs")
    if ":=" in text:
        return Declined("the query may set variables")
    if tokens[0].text.upper() not in QUERY_WORDS:
        return Declined("the query does not begin with SELECT or WITH")
    words = _outer_words(tokens)
    if "EXAMINED" in words:
        return Declined("the query limits the rows that are examined")
    if "ORDER" not in words and ("UNION", "ALL") in pairwise(words):
        return Declined("the server would put all rows of a UNION ALL aside before it gives the first one")
    functions = {
        one.text.upper()
        for one, following in pairwise(tokens)
        if one.kind == "word" and following.text == "("
    }
    head, tail = _cut(text, database)
    if "ORDER" in words and not TAIL.fullmatch(tail) and not {"LIMIT", "FETCH"} & set(words):
        tail = f"{tail}\n{ALL_ROWS}"
    return _Query(head, tail, frozenset(functions), combined=bool(SETS.intersection(words)))


def _cut(text: str, database: MySQL) -> tuple[str, str]:
    """Cut a query before its ORDER BY or LIMIT."""
    position = depth = 0
    for token in sql_text.tokens(text, database.dialect):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind == "word" and depth == 0 and token.text.upper() in {"ORDER", "LIMIT"}:
            return text[:position], text[position:]
        position += len(token.text)
    return text, ""


def _outer_words(tokens: list[sql_text.Token]) -> list[str]:
    words, depth = [], 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind == "word" and depth == 0:
            words.append(token.text.upper())
    return words


class _Export(Exporter):
    """One query.

    :param fits: no row can exceed max_allowed_packet.
    :param guarded: rows may have long texts between marks.
    """

    def __init__(
        self, database: MySQL, sql: str, columns: tuple[str, ...], form: _Form, *, fits: bool, guarded: bool
    ) -> None:
        self._database, self._sql, self._form, self._fits = database, sql, form, fits
        self._mark = form.mark.encode() if guarded else None
        self.columns = columns

    @override
    def export(self, write: Callable[[bytes], object], progress: Progress) -> None:
        database = self._database
        try:
            warnings = self._write(write, progress)
        except DeclinedError:
            database.reopen()
            raise
        except database.errors as error:
            raise database.refused("the query", error) from None
        except BaseException:
            database.hang_up()
            raise
        if warnings and not self._fits:
            # A NULL of this kind inside a row looks like any other.
            found = [code for _, code, _ in database.fetch("SHOW WARNINGS")]
            if TOO_LONG in found or len(found) < warnings:
                raise DeclinedError("a row may exceed max_allowed_packet")

    def _write(self, write: Callable[[bytes], object], progress: Progress) -> int:
        end, checked, mark = self._form.end.encode(), self._form.checked, self._mark
        texts = Texts(self._database.connection, self._sql)
        before = 0
        for rows in texts:
            try:
                block = end.join(rows) + end  # type: ignore[arg-type]
            except TypeError:
                raise DeclinedError("a row exceeds max_allowed_packet") from None
            # Lengths are looked through much faster than texts.
            if mark and max(map(len, rows)) > LONG and mark in block:  # type: ignore[arg-type]
                rows = [self._unmarked(row, mark) if row and mark in row else row for row in rows]
                block = end.join(rows) + end  # type: ignore[arg-type]
            if checked and block.count(end) != len(rows):
                raise self._holds_separator(rows, before)
            if checked and end == b"\n" and (ending := block.count(b"\r\n")):
                progress.advance(unreadable=ending)
            write(block)
            before += len(rows)
            progress.advance(rows=len(rows))
        return texts.warnings

    def _unmarked(self, row: bytes, mark: bytes) -> bytes:
        """Write the long texts of a row as the server writes the short ones."""
        pieces = row.split(mark)
        pieces[1::2] = [self._form.written(binascii.a2b_base64(piece)) for piece in pieces[1::2]]
        return b"".join(pieces)

    def _holds_separator(self, rows: list[bytes | None], before: int) -> UnwritableError:
        end, separator = self._form.end, re.escape(self._form.separator)
        number, row = next(
            (n, row.decode()) for n, row in enumerate(rows, before + 1) if row and end.encode() in row
        )
        cells = re.findall(rf"((?:\\.|[^\\{separator}])*)(?:{separator}|$)", row, re.DOTALL)
        index = next(n for n, cell in enumerate(cells) if end in cell)
        column = Batch("", number, (), self.columns).column(index)
        return UnwritableError(number, f"{column} {holds_separator(end)}", key_of(self.columns, cells))
