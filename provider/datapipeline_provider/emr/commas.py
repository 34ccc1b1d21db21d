"""Knows how Data Pipeline packs a program and its arguments into one text, with commas between them."""

from __future__ import annotations

import re

# From the left, the longest first. After JSON is decoded, the guide writes a comma that is no separator both ways.
_PIECE = re.compile(r"\\\\,|\\,|\\\\|,|[^\\,]+|\\", re.DOTALL)
_MEANS = {"\\\\,": ",", "\\,": ",", "\\\\": "\\"}


def split(text: str) -> list[str]:
    r"""Split a `step`, `bootstrapAction` or application at its commas (dp-object-emractivity).

    `\,` and `\\,` are a comma inside an argument, another `\\` is one backslash, and any other backslash stays. Blanks
    and line breaks around an argument are dropped, those inside it stay. An empty text is no arguments at all.
    """
    if not text.strip():
        return []
    parts: list[list[str]] = [[]]
    for piece in _PIECE.findall(text):
        if piece == ",":
            parts.append([])
        else:
            parts[-1].append(_MEANS.get(piece, piece))
    return ["".join(part).strip() for part in parts]
