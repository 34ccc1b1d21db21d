"""Which characters a weak reader cannot take, and what stands there instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from datapipeline_provider.exceptions import DatapipelineError

CleanUp: TypeAlias = str | Sequence[str] | Mapping[str, str] | None

CONTROLS = {chr(code): "" for code in (*range(9), 11, 12, *range(14, 32), 127)}
LINE_BREAKS = dict.fromkeys("\n\r\v\f\x85\u2028\u2029", " ")
NONCHARACTERS = {
    chr(code): "\ufffd"
    for code in (
        *range(0xFDD0, 0xFDF0),
        *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF)),
    )
}

PRESETS: dict[str, dict[str, str]] = {
    "nul": {"\0": ""},
    "control_characters": CONTROLS,
    "line_breaks": LINE_BREAKS,
    "tabs": {"\t": " "},
    "redshift": {"\0": "", **NONCHARACTERS},
}
"""Names for what is asked for often.

| name | characters | become |
|---|---|---|
| `nul` | NUL | nothing |
| `control_characters` | NUL to US but tab, LF and CR, and DEL | nothing |
| `line_breaks` | LF, CR, VT, FF, NEL, U+2028, U+2029 | a space each |
| `tabs` | tab | a space |
| `redshift` | NUL; Unicode's noncharacters, which Redshift's COPY refuses | nothing; U+FFFD |
"""


class CleanUpError(DatapipelineError):
    """A clean-up that is neither a known name nor a table of characters."""

    def __init__(self, value: object) -> None:
        super().__init__(
            f"clean_up has {value!r}; valid: the names {', '.join(PRESETS)}, a list of them, or a table "
            "from a character to the text that replaces it."
        )


def table(clean_up: CleanUp) -> dict[str, str]:
    """Give the table from a character to its replacement; CleanUpError for anything else than `CleanUp` allows."""
    if clean_up is None:
        return {}
    if isinstance(clean_up, Mapping):
        for old, new in clean_up.items():
            if not (isinstance(old, str) and len(old) == 1 and isinstance(new, str)):
                raise CleanUpError({old: new})
        return dict(clean_up)
    found: dict[str, str] = {}
    for name in [clean_up] if isinstance(clean_up, str) else clean_up:
        if name not in PRESETS:
            raise CleanUpError(name)
        found |= PRESETS[name]
    return found
