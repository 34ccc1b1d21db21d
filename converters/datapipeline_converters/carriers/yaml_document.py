"""Reads YAML documents with CloudFormation's short tags; scalars keep the text that the file has."""

from __future__ import annotations

import re
from typing import Any

from datapipeline_converters.carriers.json_text import Number, Repeated, check_characters, once
from datapipeline_converters.definition import Repair
from datapipeline_converters.errors import UnreadableError
from datapipeline_converters.yaml_nodes import (
    Mapping,
    Node,
    NotYamlError,
    ReadingError,
    Scalar,
    Sequence,
    compose,
    opened,
)

# What CloudFormation's short tags stand for where it is not `Fn::` before the name.
_SHORT = {"!Ref": "Ref", "!Condition": "Condition"}
_STANDARD = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset({f"{_STANDARD}{name}" for name in ("str", "int", "float", "bool", "null")})
_COLLECTIONS = frozenset({f"{_STANDARD}{name}" for name in ("map", "seq")})
_NUMBER = re.compile(
    r"[-+]?(?:\d[\d_]*(?:\.[\d_]*)?(?:[eE][-+]?\d+)?|\.\d[\d_]*(?:[eE][-+]?\d+)?"
    r"|0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+|\.(?:inf|Inf|INF))\Z|\.(?:nan|NaN|NAN)\Z",
    re.ASCII,
)
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WORDS = {
    spelling: flag
    for flag, words in {True: ("yes", "on"), False: ("no", "off")}.items()
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
}


class FlagWord(str):
    """A `yes`, `no`, `on` or `off` without quotes, which older YAML takes for true or false."""

    @property
    def flag(self) -> bool:
        """What older YAML takes it for."""
        return _WORDS[self]


def parse_yaml(text: str, source: str) -> tuple[Any, tuple[Repair, ...]]:
    """Return the value of a YAML text as `parse_json` gives JSON's, and what was repaired on the way.

    A short tag is its long form: `!Ref x` is `{"Ref": "x"}`, `!Sub x` is `{"Fn::Sub": "x"}`. A number without quotes is
    a `Number`, the text of the file; a repeated key is read as in JSON.

    :param source: the file's name, for messages
    :raises UnreadableError: with the line where the text is no YAML, or goes beyond the bounds
    """
    try:
        root = compose(text.removeprefix("\ufeff"))
        builder = _Builder(source)
        value = None if root is None else builder.value(root)
    except NotYamlError as error:
        raise UnreadableError(source, f"no YAML: {error.fault}", error.advice) from None
    except ReadingError as error:
        raise UnreadableError(source, error.fault, error.advice) from None
    if value is None:
        raise UnreadableError(source, "the file is empty", "Give a pipeline definition.")
    check_characters(value, source)
    return value, tuple(builder.repairs)


class _Builder:
    """Makes values of nodes, and remembers repairs."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.repairs: list[Repair] = []

    def value(self, node: Node) -> Any:
        """Return what a node says, its tag as CloudFormation's long form."""
        if node.tag is None or node.tag in _COLLECTIONS or node.tag == "!":
            return self._untagged(node)
        if node.tag in _PLAIN_TAGS:
            return _typed(node)
        if not node.tag.startswith("!"):
            name = node.tag.removeprefix(_STANDARD)
            raise ReadingError(f"the type {name!r} at line {node.line}", "Write it as text.")
        inner = self._untagged(node)
        if node.tag == "!GetAtt" and isinstance(inner, str):
            return {"Fn::GetAtt": inner.split(".", 1)}
        return {_SHORT.get(node.tag, f"Fn::{node.tag[1:]}"): inner}

    def _untagged(self, node: Node) -> Any:
        if isinstance(node, Scalar):
            return _scalar(node)
        if isinstance(node, Sequence):
            return [self.value(item) for item in node.items]
        return self._mapping(node)

    def _mapping(self, node: Mapping) -> dict[str, Any]:
        own: dict[str, Any] = {}
        lines: dict[str, list[int]] = {}
        pairs, below = opened(node)
        for key, item in pairs:
            value = self.value(item)
            lines.setdefault(key.text, []).append(key.line)
            if key.text not in own:
                own[key.text] = value
            elif len(lines[key.text]) == 2:
                own[key.text] = Repeated([own[key.text], value])
            else:
                own[key.text].append(value)
        for name, places in lines.items():
            if len(places) > 1:
                own[name] = self._once(name, own[name], places)
        inherited: dict[str, Any] = {}
        for mapping in below:
            inherited |= self._mapping(mapping)
        return inherited | own

    def _once(self, key: str, values: Any, places: list[int]) -> Any:
        result, reading = once(values)
        lines = ", ".join(map(str, places))
        self.repairs.append(Repair(f"line {lines}", f"the key {key!r} is given {len(places)} times{reading}"))
        return result


def _scalar(node: Scalar) -> Any:
    """Return a text without a tag: plain numbers, booleans and nulls are what JSON has for them."""
    if not node.plain:
        return node.text
    if node.is_null:
        return None
    if node.text in _FLAGS:
        return _FLAGS[node.text]
    if node.text in _WORDS:
        return FlagWord(node.text)
    return Number(node.text) if _NUMBER.match(node.text) else node.text


def _typed(node: Node) -> Any:
    """Return what stands behind one of YAML's own tags for scalars."""
    if not isinstance(node, Scalar):
        raise ReadingError(f"a list or mapping with a scalar's tag at line {node.line}", "Take the tag out.")
    if node.tag == f"{_STANDARD}str":
        return node.text
    return _scalar(Scalar(node.text, True, None, node.line))
