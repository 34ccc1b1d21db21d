"""What the formats share whose columns matter to Hive and Pig: how the field `column` is taken apart."""

from __future__ import annotations

from datapipeline_converters import refusals
from datapipeline_converters.ledger import exact
from datapipeline_converters.objects.component import CannotConvertError, Component, Context

_OPEN, _CLOSE = "<(", ">)"


def columns_of(owner: Component, context: Context) -> tuple[str, ...]:
    """Return the columns of a format, `name TYPE` each.

    :raises CannotConvertError: when they are not known before a run, or two have the same name
    """
    written = context.texts(owner, "column")
    values = context.constants(owner, "column")
    if written and not values:
        raise CannotConvertError(refusals.COLUMNS_OF_A_RUN, type=owner.type, id=owner.id)
    found = tuple(pair for value in values for pair in split_pairs(value))
    names = [pair.split()[0].lower() for pair in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CannotConvertError(refusals.COLUMN_TWICE, type=owner.type, id=owner.id, name=twice)
    if found:
        context.note(owner.id, "column", exact("the data format's `columns`"))
    return found


def split_pairs(text: str) -> list[str]:
    """Split `a STRING, b MAP<STRING,INT>` at the commas between its pairs of name and type (dp-object-tsv)."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in _OPEN) - (character in _CLOSE)
        if character == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return [" ".join(part.split()) for part in parts if part.strip()]
