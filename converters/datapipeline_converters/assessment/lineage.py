"""Which pipeline writes what another reads: S3 paths, one inside the other, and tables."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from datapipeline_converters.assessment.subject import DIGITS, GAP
from datapipeline_converters.assessment.summary import Dataset, Summary

_NUMBER = re.compile(rf"[\d{DIGITS}]+")


@dataclass(frozen=True)
class Link:
    """Data that goes from pipelines to others.

    :param written: what the writers write
    :param read: what the readers read of it
    :param certain: whether both are known in full; else only the beginnings of the paths are
    """

    written: Dataset
    read: Dataset
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    certain: bool


def links(summaries: Iterable[Summary]) -> list[Link]:
    """Return the data that goes from one pipeline to another, the most shared first."""
    writers, readers = _users(summaries)
    found = []
    for read, written in _related(readers, writers):
        if not _may_meet(written, read):
            continue
        names = writers[written], readers[read]
        # What only one pipeline writes and reads goes nowhere.
        if len({*names[0], *names[1]}) < 2:
            continue
        found.append(Link(written, read, tuple(names[0]), tuple(names[1]), written.whole and read.whole))
    return sorted(
        found, key=lambda link: (-len(link.writers) - len(link.readers), str(link.written), str(link.read))
    )


def _users(
    summaries: Iterable[Summary],
) -> tuple[dict[Dataset, list[str]], dict[Dataset, list[str]]]:
    """Return the names of the pipelines that write and that read each dataset."""
    writers: dict[Dataset, list[str]] = defaultdict(list)
    readers: dict[Dataset, list[str]] = defaultdict(list)
    for summary in summaries:
        for found, users in ((summary.writes, writers), (summary.reads, readers)):
            for dataset in found:
                if dataset.whole or dataset.path:  # of a bucket alone, too little is known
                    users[dataset].append(summary.name)
    return writers, readers


def _related(read: Iterable[Dataset], written: Iterable[Dataset]) -> Iterator[tuple[Dataset, Dataset]]:
    """Yield the pairs of what is read and what is written of which one is the other, or lies in it."""
    places: dict[tuple[str, str], list[tuple[tuple[str, ...], Dataset]]] = defaultdict(list)
    for dataset in written:
        places[dataset.kind, dataset.place].append((_parts(dataset), dataset))
    for found in places.values():
        found.sort()
    for dataset in read:
        found = places.get((dataset.kind, dataset.place), [])
        parts = _parts(dataset)
        in_folders = dataset.kind == "s3"
        for end in range(len(parts) if in_folders else 0):
            yield from ((dataset, other) for other in _at(found, parts[:end], below=False))
        yield from ((dataset, other) for other in _at(found, parts, below=in_folders))


def _may_meet(one: Dataset, other: Dataset) -> bool:
    """Tell whether one path may be the other or lie in it, by all that is known of both."""
    if one.whole and other.whole:
        return True  # that they do is why they were found
    pairs = zip((one.shape or one.path).split("/"), (other.shape or other.path).split("/"), strict=False)
    for left, right in pairs:
        if GAP in left + right:
            # What a gap stands for may have slashes: nothing is known behind it.
            one_start, other_start = (_NUMBER.sub("0", text.partition(GAP)[0]) for text in (left, right))
            return one_start.startswith(other_start) or other_start.startswith(one_start)
        if left != right and (
            DIGITS not in left + right or _NUMBER.sub("0", left) != _NUMBER.sub("0", right)
        ):
            return False
    return True


def _parts(dataset: Dataset) -> tuple[str, ...]:
    if dataset.kind != "s3":
        return (dataset.path,)
    return tuple(part for part in dataset.path.split("/") if part)


def _at(
    found: Sequence[tuple[tuple[str, ...], Dataset]], parts: tuple[str, ...], *, below: bool
) -> Iterator[Dataset]:
    """Yield the datasets at a path and, where asked for, below it."""
    for position in range(bisect_left(found, parts, key=lambda pair: pair[0]), len(found)):
        own, dataset = found[position]
        if own[: len(parts)] != parts or (not below and own != parts):
            return
        yield dataset
