"""Reads YAML whose scalars are texts as they were written: 007 and yes stay what they are, a plain null is no value."""

from __future__ import annotations

import re
from typing import Any

import yaml

MAX_NODES = 1_000_000  # with every alias counted as what it stands for; lists of aliases multiply

_NULL, _MERGE, _TEXT = (f"tag:yaml.org,2002:{name}" for name in ("null", "merge", "str"))
# What else a file of values has at its top: these are read, whatever is merged from them.
_READ = ("values", "environments")


class ReadingError(Exception):
    """A YAML text cannot be read as values.

    :param fault: what is wrong, and where
    :param advice: what to do
    """

    def __init__(self, fault: str, advice: str) -> None:
        super().__init__(fault)
        self.fault, self.advice = fault, advice


def load_texts(text: str) -> Any:
    """Return what a YAML text says: texts, lists and dictionaries, None for a plain null.

    Merge keys (`<<: *common`) are followed; what stands at the top only to be merged is left out.

    :raises ReadingError: when a key is given twice, or aliases grow without end
    :raises yaml.YAMLError: when it is no YAML
    """
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        _count(root, {})
        if isinstance(root, yaml.MappingNode):
            root.value = [
                (key, value)
                for key, value in root.value
                if id(value) not in loader.merged or key.tag == _MERGE or key.value in _READ
            ]
        return loader.construct_document(root)
    finally:
        loader.dispose()


class _Loader(yaml.BaseLoader):
    """YAML's base loader, which knows no types, with null and merge keys."""

    # The safe loader's: it asks nothing of the safe loader.
    flatten_mapping = yaml.constructor.SafeConstructor.flatten_mapping

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.merged: set[int] = set()
        """The nodes that are merged into another, by identity."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        lines: dict[str, int] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                self.merged |= {id(item) for item in _items(value)}
            elif isinstance(key, yaml.ScalarNode):
                key.tag = _TEXT  # a parameter may be called null
                line = key.start_mark.line + 1
                if key.value in lines:
                    places = f"at line {lines[key.value]} and at line {line}"
                    raise ReadingError(f"the key {key.value!r} is given twice, {places}", "Keep one of them.")
                lines[key.value] = line
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        self.flatten_mapping(node)  # type: ignore[misc]
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(_NULL, re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(_MERGE, re.compile(r"<<\Z"), ["<"])
_Loader.add_constructor(_NULL, lambda loader, node: None)


def _items(value: yaml.Node) -> list[yaml.Node]:
    return list(value.value) if isinstance(value, yaml.SequenceNode) else [value]


def _count(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many nodes a node is with every alias followed.

    :param known: the counts of nodes, by identity; 0 while a node is being counted
    :raises ReadingError: when there are too many, or a node stands within itself
    """
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = 0
        pairs = isinstance(node, yaml.MappingNode)
        below = [item for pair in node.value for item in pair] if pairs else node.value
        known[id(node)] = 1 + sum(_count(item, known) for item in below)
    count = known[id(node)]
    if not 0 < count <= MAX_NODES:
        fault = "an alias stands within its own anchor" if count == 0 else "its aliases grow without end"
        raise ReadingError(
            f"{fault}, at line {node.start_mark.line + 1}", "Values are texts and lists of texts."
        )
    return count
