"""Takes passwords out of a text that is to be bound: those that are written in it, and those that its expressions make."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from datapipeline_converters import expressions
from datapipeline_converters.expressions import Node, Template, Text
from datapipeline_converters.parameters import Parameters
from datapipeline_converters.passwords import without_passwords, without_words

# No text of a definition holds it: it marks what is open in a text.
_OPEN = "\ue000"


def without_written_passwords(
    text: str, place: str, parameters: Parameters, take: Callable[[str], str]
) -> str:
    """Return a text with expressions in the place of its passwords, also of what is quoted in one and holds a password.

    :param place: which text it is, for messages, as `parse` takes it
    :param take: gives the name that stands for a password
    :raises ExpressionError: when the text holds a password in an expression, and is no valid one
    """

    def named(password: str) -> str:
        return f"#{{{take(password)}}}"

    text = without_words(without_passwords(text, named), parameters.typed_secrets, named)
    if not parameters.holds_password(text):
        return text
    for leaf in reversed([*expressions.leaves(expressions.parse(text, place))]):
        if isinstance(leaf, Text) and leaf.origin and parameters.holds_password(leaf.value):
            start = leaf.origin.position
            text = f"{text[:start]}{take(leaf.value)}{text[start + len(leaf.value) + 2 :]}"
    return text


def without_built_passwords(template: Template, take: Callable[[str], Node]) -> Template:
    """Return a bound text without the passwords that expressions have made of what is quoted in them.

    :param take: gives what stands for a password
    """
    # What only a run knows is an expression still, in which no password is looked for.
    text = "".join(
        part if isinstance(part, str) else f"#{{{_OPEN}{place}}}" for place, part in enumerate(template.parts)
    )
    found: list[Node] = []

    def marked(password: str) -> str:
        found.append(take(re.sub(rf"#{{{_OPEN}\d+}}", "", password)))
        return f"#{{{_OPEN}{len(template.parts) + len(found) - 1}}}"

    text = without_passwords(text, marked)
    if not found:
        return template
    nodes = [*template.parts, *found]
    pieces = re.split(rf"#{{{_OPEN}(\d+)}}", text)
    parts = [nodes[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces)]
    return replace(template, parts=tuple(part for part in parts if part != ""))
