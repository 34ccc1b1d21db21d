"""Writes Terraform's JSON syntax (*.tf.json, what cdktf makes) as its own language, which is then read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from datapipeline_converters.carriers.json_text import Number
from datapipeline_converters.carriers.terraform.resources import SECTIONS
from datapipeline_converters.carriers.terraform.syntax import closing

# How many labels stand between a block's kind and what it holds.
_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1}
# What is a block within a block, and not an attribute: pipelines' own, and those of every resource.
_BLOCKS = frozenset({"content", "lifecycle"}).union(*({section.block, section.field} for section in SECTIONS))
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_OPENING = re.compile(r"[$%]\{")


def to_language(document: Mapping[str, Any], source: str) -> str:
    """Return a parsed file in Terraform's own language; comments (`//`) are left out.

    :param source: the file's name, for messages
    :raises UnreadableError: when a text has a template that is never closed
    """
    return "\n".join(_top(document, source)) + "\n"


def _top(document: Mapping[str, Any], source: str) -> Iterator[str]:
    for kind, written in document.items():
        if kind in _LABELS:
            for labels, body in _labelled(written, _LABELS[kind]):
                head = " ".join([kind, *(json.dumps(label) for label in labels)])
                yield f"{head} {{\n{_body(body, source, blocks=kind == 'resource')}}}"
        elif kind == "locals":
            for body in _several(written):
                yield f"locals {{\n{_body(body, source, blocks=False)}}}"


def _labelled(written: Any, count: int) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield the labels and the body of each block."""
    for item in _several(written):
        if count == 0:
            yield (), item
            continue
        for label, inner in item.items():
            for labels, body in _labelled(inner, count - 1):
                yield (label, *labels), body


def _several(written: Any) -> list[dict[str, Any]]:
    items = written if isinstance(written, list) else [written]
    return [item for item in items if isinstance(item, dict)]


def _body(body: Mapping[str, Any], source: str, *, blocks: bool) -> str:
    lines = []
    for key, written in body.items():
        if key == "//" or not _NAME.fullmatch(key) or written is None:
            continue
        if blocks and key == "dynamic":
            for (label,), inner in _labelled(written, 1):
                lines.append(f'dynamic "{label}" {{\n{_body(inner, source, blocks=True)}}}\n')
        elif blocks and key in _BLOCKS and _several(written):
            lines += [f"{key} {{\n{_body(item, source, blocks=True)}}}\n" for item in _several(written)]
        elif key == "type" and not blocks and isinstance(written, str):
            lines.append(f"{key} = {written.removeprefix('${').removesuffix('}')}\n")  # a variable's type
        else:
            lines.append(f"{key} = {_expression(written, source)}\n")
    return "".join(lines)


def _expression(value: Any, source: str) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return _text(value, source)
    if isinstance(value, list):
        return f"[{', '.join(_expression(item, source) for item in value)}]"
    if isinstance(value, dict):
        entries = (f"{_text(key, source)} = {_expression(item, source)}" for key, item in value.items())
        return "{" + "\n".join(entries) + "}"
    return json.dumps(value)


def _text(text: str, source: str) -> str:
    """Return a text in quotes; within `${...}` it is the language's already."""
    written, position = "", 0
    while (match := _OPENING.search(text, position)) is not None:
        start = match.start()
        escaped = text[start - 1 : start] == text[start] and start > position
        end = match.end() if escaped else closing(text, match.end(), source) + 1
        written += _quoted(text[position:start]) + text[start:end]
        position = end
    return f'"{written}{_quoted(text[position:])}"'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
