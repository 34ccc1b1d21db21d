"""Knows the date patterns of strftime, which people take for Joda-Time's."""

from __future__ import annotations

import re

_DIRECTIVE = re.compile(r"'[^']*'|%-?(?P<letter>[A-Za-z%])|(?P<text>[A-Za-z]+)")
# What the directives are in Joda-Time.
_STRFTIME: dict[str, str] = dict(
    re.findall(
        r"(\S)=(\S+)",
        "A=EEEE B=MMMM D=MM/dd/yy F=yyyy-MM-dd G=xxxx H=HH I=hh M=mm R=HH:mm S=ss T=HH:mm:ss V=ww Y=yyyy Z=z "
        "a=EEE b=MMM d=dd e=d f=SSSSSS h=MMM j=DDD m=MM p=a u=e y=yy z=Z %=%",
    )
)


def in_joda(pattern: str) -> str:
    """Return what a pattern of strftime is in Joda-Time, "" where it looks like none."""
    if not any(match["letter"] for match in _DIRECTIVE.finditer(pattern)):
        return ""
    return _DIRECTIVE.sub(_translated, pattern)


def _translated(match: re.Match[str]) -> str:
    if match["letter"]:
        return _STRFTIME.get(match["letter"], match[0])
    return f"'{match['text']}'" if match["text"] else match[0]
