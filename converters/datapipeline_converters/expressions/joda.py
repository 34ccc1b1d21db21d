"""Joda-Time's date patterns: what each letter means, and what says the same in Python (dp-pipeline-reference-functions-datetime)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from datapipeline_converters.expressions.errors import ExpressionError
from datapipeline_converters.expressions.strftime import in_joda

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_SHORT = 3  # letters of a short name
_LONG = 4  # from so many pattern letters on, a name is written out
ERA = "AD"
UTC_NAMES = {"z": "UTC", "zzzz": "Coordinated Universal Time", "Z": "+0000", "ZZ": "+00:00", "ZZZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Field:
    """A run of one pattern letter."""

    letter: str
    count: int


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is copied."""

    text: str


@dataclass(frozen=True, slots=True)
class NumberLetter:
    """A letter that prints a number, padded with zeros to the count of letters.

    :param value: the number, of an instant
    :param python: the same as an expression of the instant `{0}`, readable by Python and by Jinja
    :param strftime: the counts at which a strftime token prints exactly the same
    :param two_digits: whether two letters mean the last two digits
    :param names: names that replace the number from three letters on
    """

    value: Callable[[datetime], int]
    python: str
    strftime: Mapping[int, str]
    two_digits: bool = False
    names: tuple[str, ...] = ()


# Years before 1000 aside, where strftime does not pad.
LETTERS: Mapping[str, NumberLetter] = {
    # Joda-Time's ISO calendar counts centuries from zero: 20 for 2011.
    "C": NumberLetter(lambda d: d.year // 100, "{0}.year // 100", {}),
    "Y": NumberLetter(lambda d: d.year, "{0}.year", {1: "%Y", 2: "%y", 3: "%Y", 4: "%Y"}, two_digits=True),
    "y": NumberLetter(lambda d: d.year, "{0}.year", {1: "%Y", 2: "%y", 3: "%Y", 4: "%Y"}, two_digits=True),
    "x": NumberLetter(
        lambda d: d.isocalendar()[0], "{0}.isocalendar()[0]", {1: "%G", 3: "%G", 4: "%G"}, two_digits=True
    ),
    "w": NumberLetter(lambda d: d.isocalendar()[1], "{0}.isocalendar()[1]", {2: "%V"}),
    "e": NumberLetter(lambda d: d.isoweekday(), "{0}.isoweekday()", {1: "%u"}),
    "D": NumberLetter(lambda d: d.timetuple().tm_yday, "{0}.day_of_year", {3: "%j"}),
    "M": NumberLetter(lambda d: d.month, "{0}.month", {2: "%m"}, names=_MONTHS),
    "d": NumberLetter(lambda d: d.day, "{0}.day", {2: "%d"}),
    "K": NumberLetter(lambda d: d.hour % 12, "{0}.hour % 12", {}),
    "h": NumberLetter(lambda d: (d.hour + 11) % 12 + 1, "({0}.hour + 11) % 12 + 1", {2: "%I"}),
    "H": NumberLetter(lambda d: d.hour, "{0}.hour", {2: "%H"}),
    "k": NumberLetter(lambda d: (d.hour + 23) % 24 + 1, "({0}.hour + 23) % 24 + 1", {}),
    "m": NumberLetter(lambda d: d.minute, "{0}.minute", {2: "%M"}),
    "s": NumberLetter(lambda d: d.second, "{0}.second", {2: "%S"}),
}
# Letters that print something else than a number.
_OTHERS = "GEaSzZ"
ALL_LETTERS = "".join(sorted([*LETTERS, *_OTHERS], key=lambda letter: (letter.lower(), letter)))


@lru_cache(maxsize=512)
def parse_pattern(pattern: str) -> tuple[Field | Literal, ...]:
    """Cut a pattern into letters and literal text.

    :raises ExpressionError: it is empty, or has a letter that means nothing
    """
    tokens: list[Field | Literal] = []
    position, quoted, literal = 0, False, ""
    while position < len(pattern):
        character = pattern[position]
        if pattern.startswith("''", position):
            literal += "'"
            position += 2
        elif character == "'":
            quoted = not quoted
            position += 1
        elif quoted or not (character.isascii() and character.isalpha()):
            literal += character
            position += 1
        else:
            _add_literal(tokens, literal)
            literal = ""
            count = len(pattern) - position - len(pattern[position:].lstrip(character))
            tokens.append(_field(character, count, pattern))
            position += count
    _add_literal(tokens, literal)
    if not tokens:
        raise _empty()
    return tuple(tokens)


def digits_of(pattern: str, digits: str, anything: str) -> str:
    """Return what a pattern prints, with a sign for each run of digits and one for each name; the rest as it stands.

    :raises ExpressionError: as `parse_pattern`
    """
    return "".join(
        token.text
        if isinstance(token, Literal)
        else digits
        if token.letter in LETTERS and not (LETTERS[token.letter].names and token.count >= _SHORT)
        else anything
        for token in parse_pattern(pattern)
    )


def _empty() -> ExpressionError:
    return ExpressionError("the date pattern is empty", expected="expected letters such as YYYY-MM-dd")


def _add_literal(tokens: list[Field | Literal], text: str) -> None:
    if text:
        tokens.append(Literal(text))


def _field(letter: str, count: int, pattern: str) -> Field:
    if letter not in ALL_LETTERS:
        raise ExpressionError(
            f'"{letter}" is no letter of a date pattern',
            found=f"{letter!r} in {pattern!r}",
            expected=f"this is a pattern of strftime; did you mean {meant!r}?"
            if (meant := in_joda(pattern))
            else f"expected one of {' '.join(ALL_LETTERS)}; "
            f"text goes between quotes, as in format(x, \"yyyy-MM-dd'T'HH:mm\")",
        )
    return Field(letter, count)


def format_instant(moment: datetime, pattern: str) -> str:
    """Return an instant in a pattern, as Joda-Time's English formatter does.

    :raises ExpressionError: the pattern is malformed
    """
    return "".join(
        token.text if isinstance(token, Literal) else _printed(moment, token.letter, token.count)
        for token in parse_pattern(pattern)
    )


def _printed(moment: datetime, letter: str, count: int) -> str:
    if number := LETTERS.get(letter):
        value = number.value(moment)
        if number.names and count >= _SHORT:
            return _name(number.names[value - 1], count)
        if number.two_digits and count == 2:
            value %= 100
        return f"{value:0{count}}"
    if letter == "E":
        return _name(_DAYS[moment.weekday()], count)
    if letter == "a":
        return "AM" if moment.hour < 12 else "PM"
    if letter == "S":
        return f"{moment.microsecond // 1000:03}"[:count].ljust(count, "0")
    return ERA if letter == "G" else _zone(moment, letter, count)


def _name(name: str, count: int) -> str:
    return name if count >= _LONG else name[:_SHORT]


def utc_zone_text(letter: str, count: int) -> str:
    """Return what z or Z print for UTC."""
    return UTC_NAMES[letter * (min(count, 3) if letter == "Z" else (_LONG if count >= _LONG else 1))]


def _zone(moment: datetime, letter: str, count: int) -> str:
    identity = str(moment.tzinfo or "UTC")
    if identity == "UTC":
        return utc_zone_text(letter, count)
    if letter == "z":
        return moment.tzname() or identity  # Java has names of its own for some zones
    offset = f"{moment:%z}"
    return (offset, f"{offset[:3]}:{offset[3:]}", identity)[min(count, 3) - 1]
