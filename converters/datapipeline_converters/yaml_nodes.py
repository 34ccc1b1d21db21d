"""Composes YAML into nodes, within bounds of size, depth and aliases; knows neither types nor what tags mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

MAX_CHARACTERS = 8_000_000  # eight times what CloudFormation takes; nodes need some fifty times the memory
MAX_DEPTH = 100
MAX_NODES = 1_000_000  # with every alias counted as what it stands for; lists of aliases multiply

_PARSER = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
# What the parser says, and what it means.
_PLAINER = {
    "found invalid Unicode character escape code": "half of a character (such as \\ud800), or none at all",
    "did not find expected node content": "a value is missing or is not closed",
}
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")


class ReadingError(Exception):
    """A YAML text cannot be read.

    :param fault: what is wrong, and where; never a value, which may be a secret
    :param advice: what to do
    """

    def __init__(self, fault: str, advice: str) -> None:
        super().__init__(fault)
        self.fault, self.advice = fault, advice


class NotYamlError(ReadingError):
    """A text is no YAML at all."""


@dataclass(eq=False, slots=True)
class Scalar:
    """A text; lines are counted from 1.

    :param plain: whether it stands without quotes and without tag
    :param tag: what the file writes before it, `!Ref` say
    """

    text: str
    plain: bool
    tag: str | None
    line: int

    @property
    def is_null(self) -> bool:
        """Tell whether it is a plain null, which is no value."""
        return self.plain and bool(_NULL.match(self.text))


@dataclass(eq=False, slots=True)
class Sequence:
    """A list."""

    tag: str | None
    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Mapping:
    """A dictionary, its pairs in the order of the file, repeated keys among them."""

    tag: str | None
    line: int
    pairs: list[tuple[Node, Node]] = field(default_factory=list)


Node: TypeAlias = Scalar | Sequence | Mapping


def is_merge(key: Node) -> bool:
    """Tell whether a key is `<<`, whose value is merged into its mapping."""
    return isinstance(key, Scalar) and key.plain and key.text == "<<"


def merged(value: Node) -> list[Mapping]:
    """Return the mappings that a merge key names, the one that has most to say first.

    :raises ReadingError: when it names something else
    """
    items = value.items if isinstance(value, Sequence) else [value]
    mappings = [item for item in items if isinstance(item, Mapping)]
    if len(mappings) < len(items):
        other = next(item for item in items if not isinstance(item, Mapping))
        sort = "scalar" if isinstance(other, Scalar) else "sequence"
        raise ReadingError(
            f"expected a mapping or list of mappings for merging, but found {sort} at line {other.line}",
            "Merge with `<<: *anchor`, where the anchor is a mapping's.",
        )
    return mappings


def opened(node: Mapping) -> tuple[list[tuple[Scalar, Node]], list[Mapping]]:
    """Return a mapping's own pairs, and the mappings that are merged into it, the one that has most to say last.

    :raises ReadingError: when a key is no text, or something else is merged
    """
    own: list[tuple[Scalar, Node]] = []
    below: list[Mapping] = []
    for key, value in node.pairs:
        if is_merge(key):
            below += merged(value)
        elif isinstance(key, Scalar):
            own.append((key, value))
        else:
            raise ReadingError(f"a key that is no text, at line {key.line}", "Write a text before the colon.")
    return own, below[::-1]


def compose(text: str) -> Node | None:
    """Return the node of a YAML text, None for an empty one.

    :raises NotYamlError: when it is no YAML
    :raises ReadingError: when it holds several documents, or goes beyond the bounds
    """
    if len(text) > MAX_CHARACTERS:
        fault = f"{len(text):,} characters of YAML, more than the {MAX_CHARACTERS:,} that are read"
        raise ReadingError(fault, "Take out what does not belong to it, or write it as JSON.")
    try:
        return _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise NotYamlError(
            f"{_PLAINER.get(str(error.problem), error.problem)}{place}", "Correct it."
        ) from None
    except yaml.YAMLError:
        raise NotYamlError("a control character", "Remove it.") from None
    except UnicodeEncodeError:
        raise NotYamlError("half of a character", "Save it as UTF-8.") from None


def _compose(text: str) -> Node | None:
    """Build nodes from events, one by one: a deep text must not use up the stack."""
    root: Node | None = None
    anchors: dict[str, Node] = {}
    counts: dict[int, int] = {}
    open_nodes: list[_Open] = []
    for event in yaml.parse(text, Loader=_PARSER):
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            done = open_nodes.pop()
            if done.count > MAX_NODES:
                fault = f"its aliases grow without end, at line {done.node.line}"
                raise ReadingError(fault, "Write out what they stand for.")
            counts[id(done.node)] = done.count
            node: Node = done.node
        elif isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise ReadingError(
                f"several documents in one file, the second from line {_line(event)}",
                "Save each of them in a file of its own.",
            )
        elif isinstance(event, yaml.AliasEvent):
            node = _target(event, anchors)
            if id(node) in {id(item.node) for item in open_nodes}:
                fault = f"an alias stands within its own anchor, at line {_line(event)}"
                raise ReadingError(fault, "Take the alias out.")
        elif isinstance(event, yaml.NodeEvent):
            node = _node(event)
            if event.anchor is not None:
                anchors[event.anchor] = node
            if not isinstance(node, Scalar):
                if len(open_nodes) == MAX_DEPTH:
                    raise ReadingError(
                        f"nested too deeply at line {node.line}", "A definition has only a few levels."
                    )
                open_nodes.append(_Open(node))
                continue
        else:
            continue
        if not open_nodes:
            root = node
            continue
        open_nodes[-1].take(node, counts.get(id(node), 1))
    return root


class _Open:
    """A list or a mapping of which not everything has been seen.

    :ivar count: how many nodes it is with every alias followed
    """

    def __init__(self, node: Sequence | Mapping) -> None:
        self.node = node
        self.count = 1
        self._key: Node | None = None

    def take(self, node: Node, count: int) -> None:
        self.count += count
        if isinstance(self.node, Sequence):
            self.node.items.append(node)
        elif self._key is None:
            self._key = node
        else:
            self.node.pairs.append((self._key, node))
            self._key = None


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 0


def _target(event: yaml.AliasEvent, anchors: dict[str, Node]) -> Node:
    if event.anchor not in anchors:
        raise ReadingError(f"an alias without its anchor, at line {_line(event)}", "Write the anchor first.")
    return anchors[event.anchor]


def _node(event: yaml.NodeEvent) -> Node:
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(event.value, event.tag is None and bool(event.implicit[0]), event.tag, _line(event))
    tag = event.tag if isinstance(event, yaml.CollectionStartEvent) else None
    return (
        Sequence(tag, _line(event))
        if isinstance(event, yaml.SequenceStartEvent)
        else Mapping(tag, _line(event))
    )
