"""How Data Pipeline spells numbers and instants, and how it reads them (Java's forms)."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from decimal import Decimal

from datapipeline_converters.expressions.errors import ExpressionError

# Between these Java writes a double without an exponent.
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7

_INTEGER = re.compile(r"\s*[-+]?\d{1,18}\s*", re.ASCII)
_FLOAT = re.compile(r"\s*[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?\s*", re.ASCII)
_DATETIME = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?(?:[Zz]|\+00:00)?\s*", re.ASCII
)


def float_text(value: float) -> str:
    """Return a float as Java's `Double.toString` does: `4.0`, `0.5`, `1.0E7` [inferred]."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    fraction = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{fraction}E{len(digits) - 1 + int(exponent)}"


def datetime_text(value: datetime) -> str:
    """Return an instant as a text: `2024-01-31T00:00:00`, in its own zone, without its offset or a fraction (dp-object-hivecopyactivity)."""
    return f"{value.year:04}-{value:%m-%dT%H:%M:%S}"


def read_number(text: str) -> int | float:
    """Return the number a text spells [inferred].

    :raises ExpressionError: it spells none
    """
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    raise ExpressionError(
        "a number is needed", found="another text", expected="expected digits, such as 5 or 0.25"
    )


def read_datetime(text: str) -> datetime:
    """Return the instant, in UTC, that a text such as `2011-05-24T17:10:00` spells (dp-expressions-functions).

    A trailing `Z` or `+00:00`, a fraction (it is dropped), and a missing time of day are accepted. The message does not
    repeat the text, which may be a secret.

    :raises ExpressionError: it spells none
    """
    match = _DATETIME.fullmatch(text)
    try:
        if match:
            year, month, day, hour, minute, second = map(int, match.groups(default="0"))
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        pass
    raise ExpressionError(
        "a date and time is needed",
        found="another text",
        expected="expected the form 2011-05-24T17:10:00",
    )
