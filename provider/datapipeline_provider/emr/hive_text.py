r"""Knows how values are written in Hive's language, so that neither its shell nor its variables touch them."""

from __future__ import annotations

import string

_PLAIN = frozenset(string.ascii_letters + string.digits + " /:._-=+*@,()[]{}<>|^%~!?&#")
_BYTES_PER_UNIT = 2


def literal(text: str) -> str:
    r"""Write a text as a literal.

    Whatever could mean something is written by its number, `\u003B`: quotes and backslashes; the semicolon, at which old
    versions of Hive's shell end a statement wherever it stands; the dollar sign, by which variables are named.
    """
    return f"'{''.join(c if c in _PLAIN else _numbered(c) for c in text)}'"


def identifier(name: str) -> str:
    """Write a name of a column or table."""
    return f"`{name.replace('`', '``')}`"


def properties(pairs: dict[str, str]) -> str:
    """Write properties of a table or of its format."""
    return "(" + ", ".join(f"{literal(key)} = {literal(value)}" for key, value in pairs.items()) + ")"


def _numbered(character: str) -> str:
    data = character.encode("utf-16-be")
    units = (data[n : n + _BYTES_PER_UNIT] for n in range(0, len(data), _BYTES_PER_UNIT))
    return "".join(f"\\u{unit.hex().upper()}" for unit in units)
