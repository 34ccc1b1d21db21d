"""Knows what the pieces of a template become: plain text, values, branches and loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from datapipeline_converters.carriers.terraform.functions import LARGEST, FailedError, Value, text_of
from datapipeline_converters.carriers.terraform.holes import has_hole
from datapipeline_converters.carriers.terraform.syntax import Part

if TYPE_CHECKING:
    from datapipeline_converters.carriers.terraform.evaluate import Evaluator


def rendered(parts: Sequence[Part], scope: Evaluator) -> Value:
    """Return what a template becomes; one that is a single value is that value.

    :raises FailedError: when it becomes nothing that is known here
    """
    if len(parts) == 1 and parts[0].kind == "value" and parts[0].node is not None:
        return scope.value(parts[0].node)
    result, rest = _pieces(_trimmed(parts), scope, frozenset())
    if rest:
        raise FailedError(f"%{{{rest[0].kind}}} without its beginning")
    return result


def loop_names(names: tuple[str, ...], key: Value, value: Value) -> dict[str, Value]:
    """Return what a loop's variables are for one element."""
    return {names[0]: value} if len(names) == 1 else {names[0]: key, names[1]: value}


def _pieces(parts: list[Part], scope: Evaluator, ends: frozenset[str]) -> tuple[str, list[Part]]:
    """Return the text up to one of the ends, and the parts from there on."""
    result = ""
    while parts:
        part = parts.pop(0)
        if len(result) > LARGEST:
            raise FailedError("a text that is too large")
        if part.kind in ends:
            return result, [part, *parts]
        if part.kind == "text":
            result += part.text
        elif part.kind == "value" and part.node is not None:
            result += text_of(scope.value(part.node))
        elif part.kind == "if":
            result += _branches(part, parts, scope)
        elif part.kind == "for":
            result += _loop(part, parts, scope)
        else:
            raise FailedError(f"%{{{part.kind}}} without its beginning")
    if ends:
        raise FailedError("a template without its %{endif} or %{endfor}")
    return result, []


def _branches(part: Part, parts: list[Part], scope: Evaluator) -> str:
    chosen = _condition(part, scope)
    first, rest = _pieces(parts, scope, frozenset({"else", "endif"}))
    second = ""
    if rest[0].kind == "else":
        second, rest = _pieces(rest[1:], scope, frozenset({"endif"}))
    parts[:] = rest[1:]
    return first if chosen else second


def _condition(part: Part, scope: Evaluator) -> bool:
    value = scope.value(part.node) if part.node is not None else None
    if has_hole(value):
        raise FailedError("a template's condition that has no value here")
    return value in (True, "true")


def _loop(part: Part, parts: list[Part], scope: Evaluator) -> str:
    body, rest = list(parts), parts
    result = ""
    for key, value in scope.elements(scope.value(part.node) if part.node is not None else []):
        inside = scope.within(**loop_names(part.names, key, value))
        text, rest = _pieces(list(body), inside, frozenset({"endfor"}))
        result += text
    if rest is parts:
        rest = _behind_loop(body)
    parts[:] = rest[1:]
    return result


def _trimmed(parts: Sequence[Part]) -> list[Part]:
    """Return the parts without the white space that `~` takes away."""
    result = list(parts)
    for number, part in enumerate(parts):
        before, behind = part.trims
        if before and number and result[number - 1].kind == "text":
            result[number - 1] = replace(result[number - 1], text=result[number - 1].text.rstrip())
        if behind and number + 1 < len(result) and result[number + 1].kind == "text":
            result[number + 1] = replace(result[number + 1], text=result[number + 1].text.lstrip())
    return result


def _behind_loop(parts: list[Part]) -> list[Part]:
    """Return the parts from the end of a loop on that has no elements."""
    depth = 0
    for number, part in enumerate(parts):
        if part.kind == "for":
            depth += 1
        elif part.kind == "endfor":
            if depth == 0:
                return parts[number:]
            depth -= 1
    raise FailedError("a template without its %{endfor}")
