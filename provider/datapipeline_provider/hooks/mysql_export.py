r"""Lets MySQL and MariaDB write the rows of a query as a file: the server makes one text of each row.

`WITH q (c1, c2) AS (query) SELECT concat_ws(',', expression of c1, expression of c2) FROM q`: the client has one text
a row to receive, and joins them. Run on MariaDB only; what it relies on, MySQL 8 documents too: columns named for a
common table expression, ORDER BY kept where there is a LIMIT, NULL with warning 1301 for a text that is too long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import override

from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.errors import key_of
from datapipeline_provider.copy.writing.unquoted import NULL, holds_separator
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from datapipeline_provider.data_formats.tsv import TSV
from datapipeline_provider.hooks import mysql_columns, sql_text
from datapipeline_provider.hooks.bulk import Declined, DeclinedError, Exporter, UnwritableError
from datapipeline_provider.hooks.mysql_wire import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.hooks.mysql import MySQL
    from datapipeline_provider.hooks.mysql_columns import Kind

QUERY_WORDS = {"SELECT", "WITH", "VALUES"}
ALL_ROWS = "LIMIT 18446744073709551615"
"""Without a LIMIT, MariaDB drops the order of rows that another query goes on with."""
IN_PLAIN = set("0123456789+-.: einfa")
"""Of these the texts of numbers, dates and times are made."""
TOO_LONG = 1301
"""The warning that a text became NULL since it exceeded max_allowed_packet."""


def exporter(database: MySQL, query: str, data_format: object) -> Exporter | Declined:
    """Give what `Database.exporter` gives."""
    form = _form(data_format)
    if isinstance(form, Declined):
        return form
    if not database.speaks_utf8:
        return Declined("the connection's character set is not utf8mb4")
    text = _one_query(database, query)
    if isinstance(text, Declined):
        return text
    try:
        columns, parameters = mysql_columns.describe(database.connection, text)
        if not columns or parameters:
            return Declined("it is no query whose rows another query can go on with")
        expressions = []
        for number, column in enumerate(columns, 1):
            expression = form.expressions.get(column.kind)
            if expression is None:
                return Declined(
                    f"column {column.name!r} has a type that {form.name} cannot be made of in the server"
                )
            expressions.append(expression.format(column=f"c{number}"))
        names = ", ".join(f"c{number}" for number in range(1, len(columns) + 1))
        row = f"concat_ws({literal(form.separator)}, {', '.join(expressions)})"
        # The query may end with a comment.
        sql = f"WITH datapipeline ({names}) AS ({text}\n) SELECT {row} FROM datapipeline"  # noqa: S608 - theirs
        mysql_columns.describe(database.connection, sql)
    except database.errors as error:
        return Declined(f"the server does not go on with the rows of this query: {database.reason(error)}")
    # Twice: for quotes, escapes or hexadecimal digits.
    longest = sum(2 * column.length + 10 for column in columns)
    fits = longest <= int(database.variable("max_allowed_packet"))
    return _Export(database, sql, tuple(column.name for column in columns), form, fits=fits)


def literal(text: str) -> str:
    """Write a text as a literal that means the same in every sql_mode."""
    return f"_utf8mb4 x'{text.encode().hex()}'"


@dataclass(frozen=True)
class _Form:
    """How the server writes one row.

    :param expressions: for each kind of column that can be written; `{column}` stands once in each, since the
        server may put the user's expression there, which may give another value each time.
    :param checked: a value may hold the record separator, which the form cannot carry.
    """

    name: str
    separator: str
    end: str
    expressions: Mapping[Kind, str]
    checked: bool


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
    expressions: dict[Kind, str] = {
        "plain": plain,
        "text": f"ifnull(concat({quote}, replace({UTF8}, {quote}, {literal(2 * chr(34))}), {quote}), '')",
        "binary": f"ifnull(concat({literal(chr(92) + 'x')}, hex({{column}})), '')",
        "bit": "ifnull({column} + 0, '')",
    }
    return _Form("QuotedCSV", data_format.column_separator, "\n", expressions, checked=False)


def _unquoted(data_format: CSV | TSV) -> _Form | Declined:
    separator, end, escape = data_format.column_separator, data_format.record_separator, data_format.escape
    if {separator, end} & IN_PLAIN:
        return Declined("numbers may hold a separator")
    doubled = f"replace({UTF8}, {literal(escape)}, {literal(2 * escape)})"
    escaped = f"replace({doubled}, {literal(separator)}, {literal(escape + separator)})"
    null = literal(NULL)
    expressions: dict[Kind, str] = {
        "plain": f"ifnull({{column}}, {null})",
        "text": f"ifnull({escaped}, {null})",
        "bit": f"ifnull({{column}} + 0, {null})",
    }
    return _Form(type(data_format).__name__, separator, end, expressions, checked=True)


def _one_query(database: MySQL, query: str) -> str | Declined:
    """Give the query as a part of another one, its order kept."""
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
    if "ORDER" not in words:
        return text
    if "EXAMINED" in words:
        return Declined("the query limits the rows that are examined")
    return text if {"LIMIT", "FETCH"} & set(words) else f"{text}\n{ALL_ROWS}"


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
    """

    def __init__(
        self, database: MySQL, sql: str, columns: tuple[str, ...], form: _Form, *, fits: bool
    ) -> None:
        self._database, self._sql, self._form, self._fits = database, sql, form, fits
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
        end, checked = self._form.end.encode(), self._form.checked
        texts = Texts(self._database.connection, self._sql)
        before = 0
        for rows in texts:
            try:
                block = end.join(rows) + end  # type: ignore[arg-type]
            except TypeError:
                raise DeclinedError("a row exceeds max_allowed_packet") from None
            if checked and block.count(end) != len(rows):
                raise self._holds_separator(rows, before)
            write(block)
            before += len(rows)
            progress.advance(rows=len(rows))
        return texts.warnings

    def _holds_separator(self, rows: list[bytes | None], before: int) -> UnwritableError:
        end, separator = self._form.end, re.escape(self._form.separator)
        number, row = next(
            (n, row.decode()) for n, row in enumerate(rows, before + 1) if row and end.encode() in row
        )
        cells = re.findall(rf"((?:\\.|[^\\{separator}])*)(?:{separator}|$)", row, re.DOTALL)
        index = next(n for n, cell in enumerate(cells) if end in cell)
        column = Batch("", number, (), self.columns).column(index)
        return UnwritableError(number, f"{column} {holds_separator(end)}", key_of(self.columns, cells))
