"""Knows the names by which a script means its inputs and outputs, and puts others in their place; nothing else changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME = re.compile(r"\$\{((?:input|output)[1-9]\d*)\}")
_IN_ANY_CASE = re.compile(_NAME.pattern, re.IGNORECASE | re.ASCII)


def used(texts: Iterable[str], names: Iterable[str], *, any_case: bool = False) -> list[str]:
    """Return those of some names that texts have as `${name}`, in the names' order.

    :param any_case: whether `${INPUT1}` is `${input1}`
    """
    pattern = _IN_ANY_CASE if any_case else _NAME
    found = {name.lower() for text in texts for name in pattern.findall(text)}
    return [name for name in names if name in found]


def replaced(text: str, names: Mapping[str, str], *, any_case: bool = False) -> str:
    """Put other names in the place of `${input1}`, `${output1}` and so on.

    What is written otherwise stays, `${hivevar:input1}` for example, and so does a number that nothing has.
    """
    pattern = _IN_ANY_CASE if any_case else _NAME
    return pattern.sub(lambda found: names.get(found[1].lower(), found[0]), text)
