"""Knows how texts and numbers become Python literals, in the form a formatter would leave alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text_literal(text: str) -> str:
    """Return a literal for any text, over several lines where the text has several."""
    if "\n" in text.strip("\n"):
        return _long_literal(text)
    # A formatter prefers double quotes, and single ones where they save escapes.
    quote = "'" if text.count('"') > text.count("'") else '"'
    plain = text.isprintable() and "\\" not in text and quote not in text
    return quote + (text if plain else "".join(_escape(char, quote) for char in text)) + quote


def duration_literal(value: timedelta) -> str:
    """Return a call of `timedelta` with the largest unit that says it in a whole number."""
    seconds = int(value.total_seconds())
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds and seconds % length == 0:
            return f"timedelta({unit}={seconds // length})"
    return f"timedelta(seconds={seconds})"


# In a long literal only quotes that would end it, and blanks that an editor would drop, need an escape.
_ENDING_QUOTES = re.compile(r'"{3,}|"+\Z')
_TRAILING_BLANK = re.compile(r" (?=\n)")


def _long_literal(text: str) -> str:
    body = "".join(char if char in "\n\t" else _escape(char, "") for char in text)
    body = _ENDING_QUOTES.sub(lambda quotes: quotes[0].replace('"', '\\"'), body)
    body = _TRAILING_BLANK.sub(r"\\x20", body)
    return f'"""{body}"""'


def _escape(char: str, quote: str) -> str:
    if char == quote:
        return f"\\{char}"
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return next(form(code) for limit, form in _FORMS if code < limit)


_FORMS: tuple[tuple[int, Callable[[int], str]], ...] = (
    (0x100, "\\x{:02x}".format),
    (0x10000, "\\u{:04x}".format),
    (0x110000, "\\U{:08x}".format),
)
