"""How the files of a copy's output are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datapipeline_provider.s3.compression import METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from datapipeline_provider.data_nodes.s3_data_node import S3DataNode

SUCCESS = "_SUCCESS"
MANIFEST = re.compile(r"_[^/]*\.manifest")


def generated(node: S3DataNode, name: str) -> str:
    """Give the key of the one file that records get in a directory."""
    return f"{node.key}{name}.{node.data_format.extension}{METHODS[node.packing].ending}"


def in_directory(name: str, source: S3DataNode, sink: S3DataNode) -> str:
    """Give the key of a file of `source` in the directory `sink`: the name stays but for its compression's ending.

    :param name: the file's name below its own directory.
    """
    if source.packing != sink.packing:
        name = name.removesuffix(METHODS[source.packing].ending) + METHODS[sink.packing].ending
    return sink.key + name


def numbered(key: str, number: int) -> str:
    """Give the key of part `number`, from 1, of what would be `key` in one piece: `orders-00001.csv.gz`."""
    head, tail = _cut(key)
    return f"{head}-{number:05}{tail}"


def number_in(key: str) -> Callable[[str], int]:
    """Make a function that gives the number of a part of `key`, 0 for any other key."""
    head, tail = _cut(key)
    pattern = re.compile(rf"{re.escape(head)}-(\d{{5,}}){re.escape(tail)}")

    def number(other: str) -> int:
        found = pattern.fullmatch(other)
        return int(found[1]) if found and numbered(key, int(found[1])) == other else 0

    return number


def stem(key: str) -> str:
    """Give what a key and the keys of its parts begin with."""
    return _cut(key)[0]


def common_start(texts: Collection[str]) -> str:
    """Give what all texts begin with."""
    if not texts:
        return ""
    first, last = min(texts), max(texts)
    length = next(
        (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )
    return first[:length]


def manifest(key: str) -> str:
    """Give the key of the list of what was written as `key`, or as its parts."""
    folder, slash, name = stem(key).rpartition("/")
    return f"{folder}{slash}_{name}.manifest"


def success(key: str) -> str:
    """Give the key of the marker beside `key`."""
    folder, slash, _ = key.rpartition("/")
    return f"{folder}{slash}{SUCCESS}"


def is_marker(key: str, size: int) -> bool:
    """Say whether an object in a directory is a marker of ours and holds no records."""
    name = key.rpartition("/")[2]
    return (name == SUCCESS and size == 0) or MANIFEST.fullmatch(name) is not None


def _cut(key: str) -> tuple[str, str]:
    folder, slash, name = key.rpartition("/")
    head, dot, tail = name.partition(".")
    return (f"{folder}{slash}{head}", dot + tail) if head else (key, "")
