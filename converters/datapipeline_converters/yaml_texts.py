"""Reads YAML whose scalars are texts as they were written: 007 and yes stay what they are, a plain null is no value."""

from __future__ import annotations

from typing import Any

from datapipeline_converters.yaml_nodes import (
    Mapping,
    Node,
    ReadingError,
    Scalar,
    Sequence,
    compose,
    is_merge,
    merged,
    opened,
)

# What else a file of values has at its top: these are read, whatever is merged from them.
_READ = ("values", "environments")


def load_texts(text: str) -> Any:
    """Return what a YAML text says: texts, lists and dictionaries, None for a plain null.

    Merge keys (`<<: *common`) are followed; what stands at the top only to be merged is left out.

    :raises ReadingError: when it is no YAML, a key is given twice, or it goes beyond the bounds
    """
    root = compose(text)
    if root is None:
        return None
    used: set[int] = set()
    _note_merged(root, used, set())
    if isinstance(root, Mapping):
        root.pairs = [
            (key, value)
            for key, value in root.pairs
            if id(value) not in used or is_merge(key) or (isinstance(key, Scalar) and key.text in _READ)
        ]
    return _value(root)


def _note_merged(node: Node, used: set[int], seen: set[int]) -> None:
    """Note the nodes that are merged into another, by identity."""
    if isinstance(node, Scalar) or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, Sequence):
        for item in node.items:
            _note_merged(item, used, seen)
        return
    for key, value in node.pairs:
        if is_merge(key):
            used |= {id(item) for item in merged(value)}
        _note_merged(value, used, seen)


def _value(node: Node) -> Any:
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    if isinstance(node, Sequence):
        return [_value(item) for item in node.items]
    return _mapping(node)


def _mapping(node: Mapping) -> dict[str, Any]:
    own: dict[str, Any] = {}
    lines: dict[str, int] = {}
    pairs, below = opened(node)
    for key, value in pairs:
        if key.text in lines:
            places = f"at line {lines[key.text]} and at line {key.line}"
            raise ReadingError(f"the key {key.text!r} is given twice, {places}", "Keep one of them.")
        lines[key.text] = key.line
        own[key.text] = _value(value)
    inherited: dict[str, Any] = {}
    for mapping in below:
        inherited |= _mapping(mapping)
    return inherited | own
