"""Writes a date pattern for Jinja: strftime as far as it goes, attributes for the rest."""

from __future__ import annotations

import re

from datapipeline_converters.expressions import joda
from datapipeline_converters.expressions.code import ADD, ATOM, FILTER, MULTIPLY, Code, concatenated
from datapipeline_converters.expressions.errors import UnsupportedExpressionError
from datapipeline_converters.expressions.escaping import quoted

MAX_LENGTH = 100_000  # characters of one expression; calls within calls multiply

FIRST_PADDED_YEAR = 1000
_YEARS = {"%Y", "%G"}

_PRINTABLE = re.compile(r"[ -~]+|[^ -~]+")  # strftime is only trusted with printable ASCII


def write_pattern(pattern: str, receiver: str, zone: str | None, *, padded: bool = True) -> Code:
    """Return an expression that prints an instant in a Joda-Time pattern.

    :param receiver: Jinja for the instant; an attribute can follow it
    :param zone: the zone it is shown in, None where only the run knows
    :param padded: whether strftime prints its year with four digits, which it only does from the year 1000 on
    :raises UnsupportedExpressionError: when the expression would be too long
    """
    tokens = joda.parse_pattern(pattern)
    if len(receiver) * len(tokens) > MAX_LENGTH:
        raise UnsupportedExpressionError("the date pattern is too long for a template")
    codes: list[Code] = []
    directives = ""
    for token in tokens:
        for piece in _pieces(token, receiver, zone, padded):
            if isinstance(piece, str):
                directives += piece
                continue
            codes += [*_strftime(receiver, directives), piece]
            directives = ""
    return concatenated([*codes, *_strftime(receiver, directives)])


def needs_pendulum(pattern: str) -> bool:
    """Tell whether a pattern asks for something that plain datetimes lack."""
    day_of_year = joda.LETTERS["D"]
    return any(
        isinstance(token, joda.Field) and token.letter == "D" and token.count not in day_of_year.strftime
        for token in joda.parse_pattern(pattern)
    )


def names_a_zone(pattern: str) -> bool:
    """Tell whether a pattern prints the name of the time zone."""
    return any(isinstance(token, joda.Field) and token.letter == "z" for token in joda.parse_pattern(pattern))


def _pieces(
    token: joda.Field | joda.Literal, receiver: str, zone: str | None, padded: bool
) -> list[str | Code]:
    """Return what prints a token: text for strftime, or an expression."""
    if isinstance(token, joda.Literal):
        return _literal_pieces(token.text)
    letter, count = token.letter, token.count
    if number := joda.LETTERS.get(letter):
        return [_number_piece(number, count, receiver, padded)]
    if letter == "S":
        return ["0" * count]  # Data Pipeline's instants are whole seconds
    if letter in "Ea":
        return ["%p" if letter == "a" else "%A" if count >= 4 else "%a"]
    if letter == "G":
        return [joda.ERA]
    if zone == "UTC":
        return [joda.utc_zone_text(letter, count)]
    return _zone_pieces(letter, count, receiver, zone)


def _zone_pieces(letter: str, count: int, receiver: str, zone: str | None) -> list[str | Code]:
    if letter == "z":
        long = joda.utc_zone_text(letter, count)
        if zone is None and long != "UTC":
            other = f"{receiver}.strftime('%Z')"
            return [Code(f"{quoted(long)} if {receiver}.timezone_name == 'UTC' else {other}", FILTER)]
        return ["%Z"]
    if count == 1:
        return ["%z"]
    if count == 2:
        offset = f"{receiver}.strftime('%z')"
        return [Code(f"{offset}[:3]"), ":", Code(f"{offset}[3:]")]
    return [Code(f"{receiver}.timezone_name")]


def _number_piece(number: joda.NumberLetter, count: int, receiver: str, padded: bool) -> str | Code:
    if number.names and count >= 3:
        return "%B" if count >= 4 else "%b"
    directive = number.strftime.get(count)
    if directive and (padded or directive not in _YEARS):
        return directive
    value = number.python.format(receiver)
    form = number.python  # the receiver is one piece, whatever is in it
    level = ADD if " + " in form.rpartition(")")[2] else MULTIPLY if " " in form else ATOM
    if number.two_digits and count == 2:
        value, level = f"{value} % 100", MULTIPLY
    if count == 1:
        return Code(value, level)
    return Code(f"'%0{count}d' % {Code(value, level).at(ATOM)}", MULTIPLY)


def _literal_pieces(text: str) -> list[str | Code]:
    return [
        piece.replace("%", "%%") if piece[0].isascii() and piece[0].isprintable() else Code(quoted(piece))
        for piece in _PRINTABLE.findall(text)
    ]


def _strftime(receiver: str, directives: str) -> list[Code]:
    if not directives:
        return []
    if "%" not in directives.replace("%%", ""):
        return [Code(quoted(directives.replace("%%", "%")))]
    return [Code(f"{receiver}.strftime({quoted(directives)})")]
