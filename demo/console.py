"""Knows how the demo looks on a terminal: timed steps and plain tables."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_STARTED = time.monotonic()


def say(text: str) -> None:
    """Print a line with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:5.1f} s] {text}", flush=True)


def detail(text: str) -> None:
    """Print indented lines that belong to the line above."""
    for line in text.splitlines():
        print(f"          {line}", flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Print what begins, and when it is done how long it took."""
    say(f"{text} ...")
    began = time.monotonic()
    yield
    detail(f"done in {time.monotonic() - began:.1f} s")


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under a title, columns aligned, NULL for None."""
    texts = [list(header), *([_text(value) for value in row] for row in rows)]
    widths = [max(len(text) for text in column) for column in zip(*texts, strict=True)]
    texts.insert(1, ["-" * width for width in widths])
    print(f"\n{title}\n")
    for row in texts:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print(f"  {'  '.join(cells)}".rstrip(), flush=True)


def _text(value: object) -> str:
    return "NULL" if value is None else str(value)
