"""Merges two texts that were changed from the same base, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

_OURS, _BETWEEN, _NEW = "<<<<<<< edited by hand", "=======", ">>>>>>> new conversion"

Lines: TypeAlias = Sequence[str]


@dataclass(frozen=True)
class MergedText:
    """A merged text.

    :param conflicts: the first and last line of each conflict, marks included, counted from 1
    """

    text: str
    conflicts: tuple[tuple[int, int], ...]


def merge_texts(base: str, there: str, new: str) -> MergedText:
    """Return a text with the changes of both.

    Where both changed the same lines differently, both versions stand between marks.

    :param there: what a person made of the base
    :param new: what the conversion makes now
    """
    merged: list[str] = []
    conflicts: list[tuple[int, int]] = []
    for old, mine, theirs in _chunks(base.split("\n"), there.split("\n"), new.split("\n")):
        if old in (mine, theirs) or mine == theirs:
            merged += theirs if mine == old else mine
        else:
            first = len(merged) + 1
            merged += [_OURS, *mine, _BETWEEN, *theirs, _NEW]
            conflicts.append((first, len(merged)))
    return MergedText("\n".join(merged), tuple(conflicts))


def marks_in(text: str) -> tuple[tuple[int, int], ...]:
    """Return the conflicts that still stand in a text, as `MergedText` counts them."""
    found: list[tuple[int, int]] = []
    first = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line == _OURS:
            first = number
        elif line == _NEW and first:
            found.append((first, number))
            first = 0
    return tuple(found)


def _chunks(base: Lines, there: Lines, new: Lines) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Yield pieces of the three that belong together: those that all have, and what lies between."""
    at_base = at_there = at_new = 0
    for start, stop, in_there, in_new in _common(base, there, new):
        yield list(base[at_base:start]), list(there[at_there:in_there]), list(new[at_new:in_new])
        same = list(base[start:stop])
        yield same, same, same
        at_base, at_there, at_new = stop, in_there + stop - start, in_new + stop - start


def _common(base: Lines, there: Lines, new: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches of the base that both others have, and where; last an empty one at the end."""
    ours, theirs = _blocks(base, there), _blocks(base, new)
    mine = other = 0
    while mine < len(ours) and other < len(theirs):
        (first, in_there, length), (second, in_new, count) = ours[mine], theirs[other]
        start, stop = max(first, second), min(first + length, second + count)
        if start < stop:
            yield start, stop, in_there + start - first, in_new + start - second
        if first + length < second + count:
            mine += 1
        else:
            other += 1
    yield len(base), len(base), len(there), len(new)


def _blocks(base: Lines, other: Lines) -> list[tuple[int, int, int]]:
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return [(block.a, block.b, block.size) for block in blocks]
