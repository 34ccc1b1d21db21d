"""How literal text survives Jinja: what Jinja would read as its own, and the quoting of texts within expressions."""

from __future__ import annotations

import re

# A run of what Jinja would take for its own or change: openers, and carriage returns (it makes \n of them). Opening
# braces right before such a place belong to it, for what replaces it begins with braces itself.
_SPECIAL = r"\{*(?:\{\{|\{[%#]|\r\n?"
_BEFORE_CODE = re.compile(rf"(?:{_SPECIAL}|\{{\Z))+")
_AT_END = re.compile(rf"(?:{_SPECIAL}|\n\Z))+")  # Jinja drops the newline a template ends with

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\\]")


def literal(text: str, *, before_code: bool) -> str:
    """Return template text that renders as `text`.

    :param text: any text
    :param before_code: whether an expression follows; else the template ends here
    """
    special = _BEFORE_CODE if before_code else _AT_END
    return special.sub(lambda match: f"{{{{ {quoted(match.group())} }}}}", text)


def quoted(text: str) -> str:
    """Return `text` as a string of Jinja's expression language."""
    quote = '"' if "'" in text and '"' not in text else "'"
    escaped = _CONTROL.sub(lambda match: _ESCAPES.get(match.group(), f"\\u{ord(match.group()):04x}"), text)
    return f"{quote}{escaped.replace(quote, chr(92) + quote)}{quote}"
