"""Knows what a variable's type makes of its value: texts of the command line, attributes that need not be given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from datapipeline_converters.carriers.json_text import Number, parse_json
from datapipeline_converters.carriers.terraform.functions import Set, Value, number_of
from datapipeline_converters.carriers.terraform.syntax import Node, inner, words

if TYPE_CHECKING:
    from datapipeline_converters.carriers.terraform.evaluate import Evaluator

_LISTS = ("list", "tuple")


def from_texts(kind: str, texts: tuple[str, ...]) -> Value:
    """Return a given value as its variable's type wants it.

    :param kind: the type as it is written, "" where there is none
    """
    if kind.startswith("set"):
        return Set(sorted(texts))
    if kind.startswith(_LISTS) and not (len(texts) == 1 and texts[0].startswith("[")):
        return list(texts)
    if len(texts) != 1:
        return list(texts)
    if kind.startswith(("map", "object", *_LISTS)):
        return from_json(texts[0], "--set")
    if kind == "number":
        return number_of(texts[0])
    if kind == "bool":
        return texts[0].lower() == "true"
    return texts[0]


def from_json(text: str, source: str) -> Value:
    """Return what JSON says as Terraform has it: numbers are numbers.

    :param source: where it stands, for messages
    :raises UnreadableError: when it is no JSON
    """
    return _plain(parse_json(text, source)[0])


def with_optional(value: Value, kind: Node, scope: Evaluator) -> Value:
    """Return a variable's value with what its type says of the attributes that are not given.

    :param kind: the type
    """
    name, nodes = _called(kind)
    if name == "object" and nodes and isinstance(value, dict):
        result = dict(value)
        for key, of_key in _entries(nodes[0]):
            inner_name, arguments = _called(of_key)
            if inner_name == "optional" and arguments:
                if result.get(key) is None:
                    result[key] = scope.value(arguments[1]) if len(arguments) > 1 else None
                of_key = arguments[0]
            if result.get(key) is not None:
                result[key] = with_optional(result[key], of_key, scope)
        return result
    if name == "map" and nodes and isinstance(value, dict):
        return {key: with_optional(item, nodes[0], scope) for key, item in value.items()}
    if name in {"list", "set"} and nodes and isinstance(value, list):
        return type(value)(with_optional(item, nodes[0], scope) for item in value)
    return value


def _called(node: Node) -> tuple[str, list[Node]]:
    """Return the name and the arguments of a function's call; "" where it is none."""
    while node.data == "expr_term":
        trees = [part for part in inner(node) if hasattr(part, "data")]
        if len(trees) != 1:
            return "", []
        node = trees[0]
    if node.data != "function_call":
        return "", []
    parts = inner(node)
    written = next((inner(part) for part in parts if getattr(part, "data", "") == "arguments"), [])
    return words(parts[0]), [part for part in written if hasattr(part, "data")]


def _entries(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the keys and the values of an object as it is written."""
    for part in node.iter_subtrees_topdown():
        if part.data == "object":
            for element in inner(part):
                if getattr(element, "data", "") == "object_elem":
                    pieces = inner(element)
                    yield words(pieces[0]).strip('"'), pieces[-1]
            return


def _plain(value: Any) -> Value:
    """Return what JSON gave as Terraform has it: numbers are numbers."""
    if isinstance(value, Number):
        return number_of(str(value))
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
