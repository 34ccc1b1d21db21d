r"""The one place that says which text stands for a value.

A file gets the text that the database itself sends, which is what a JDBC driver's `getString` gives where it does
not convert. Undocumented by Data Pipeline; decided here:

| type | PostgreSQL, Redshift | MySQL, MariaDB | any other driver (Python's value) |
|---|---|---|---|
| integer, decimal | as stored: `12.30` | `12.30` | `12.30`, never with an exponent |
| float | shortest that reads back: `1e-07` | as the server prints it; FLOAT: see below | shortest that reads back |
| boolean | `t`, `f` | `1`, `0` (it is a TINYINT) | `true`, `false` |
| date | `2024-01-31` | `2024-01-31` | `2024-01-31` |
| timestamp | `2024-01-31 09:07:00.25`, zeros cut | fraction as declared | `2024-01-31 09:07:00.250000`, no fraction if it is zero |
| timestamp with time zone | in UTC: `2024-01-31 09:07:00+00` | TIMESTAMP in the session's zone | with its offset: `...+00:00` |
| time, interval | `09:07:00`, `1 day 02:00:00` | `838:59:59` | `09:07:00`; intervals as `26:00:00` |
| binary | `\x00ff` (a backslash, escaped in the file) | the bytes as UTF-8 text, or an error | likewise |
| bit | `101` | the number: `5` | - |
| json, array, enum ... | the server's text | the server's text | JSON |
| NULL | None; the format decides | None | None |

Of a FLOAT, MySQL's own text has six digits: `1234570` for 1234567. It is taken where it reads back as the
same FLOAT, `0.1`, and otherwise that of the DOUBLE of the same value, `1234567`; in the lossless form (QuotedCSV, or rows
on their way to another database) always the latter, `0.10000000149011612`. Where the query's rows cannot be had in
another form, six digits stay, and the log says it.
"""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


NUMBERS = {int, float}
"""Types that Python writes as they are written here, also in a list."""


def text(value: object) -> str | None:
    """Write a Python value as text, as the table above has it.

    :raises UnicodeDecodeError: bytes that are not UTF-8.
    """
    if value is None or type(value) is str:
        return value
    for kind, write in WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


def texts(cells: Sequence[object], kinds: set[type]) -> Sequence[str | None]:
    """Do what `text` does with the values of a column, which mostly have one type.

    :param kinds: their types.
    """
    nulls = type(None) in kinds
    kinds = kinds - {type(None)}
    if not kinds or kinds == {str}:
        return cells  # type: ignore[return-value]
    if kinds <= NUMBERS and not nulls:
        return repr(list(cells))[1:-1].split(", ")  # several times faster than one call for each
    if len(kinds) > 1:
        return list(map(text, cells))
    [kind] = kinds
    write = next((write for each, write in WRITERS if issubclass(kind, each)), str)
    if nulls:
        return [None if cell is None else write(cell) for cell in cells]
    return list(map(write, cells))


def _duration(value: datetime.timedelta) -> str:
    seconds, fraction = divmod(abs(value) // datetime.timedelta(microseconds=1), 1_000_000)
    sign = "-" if value < datetime.timedelta() else ""
    tail = f".{fraction:06}" if fraction else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{tail}"


WRITERS: tuple[tuple[type | tuple[type, ...], Callable[..., str]], ...] = (
    (bool, lambda value: "true" if value else "false"),  # before int, which it is too
    (Decimal, lambda value: format(value, "f") if value.is_finite() else str(value)),
    (datetime.datetime, lambda value: value.isoformat(sep=" ")),  # before date, which it is too
    ((datetime.date, datetime.time), lambda value: value.isoformat()),
    (datetime.timedelta, _duration),
    ((bytes, bytearray, memoryview), lambda value: bytes(value).decode()),
    ((dict, list), lambda value: json.dumps(value, ensure_ascii=False, default=str)),
)
