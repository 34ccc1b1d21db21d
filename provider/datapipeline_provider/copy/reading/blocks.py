"""Cuts a stream of bytes where a record may end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from datapipeline_provider.copy.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from datapipeline_provider.copy.batch import Batch

LONGEST_RECORD = 64 << 20
"""Bytes after which a record without an end is an error: the file is of another kind."""


class Reader(Protocol):
    """Reads one file block by block."""

    end: bytes
    """What ends a record; not every one of it has to."""

    def position(self) -> int:
        """Give the number of the next record."""

    def read(self, block: bytes) -> Iterator[Batch]:
        """Give the records of the next block, which has lost its last `end`."""

    def finish(self) -> Iterator[Batch]:
        """Give what is left at the end of the file; RecordError if the last record is not complete."""


def cut(parts: Iterator[bytes], end: bytes, origin: str, position: Callable[[], int]) -> Iterator[bytes]:
    """Yield blocks that end at an `end`, which is taken off; RecordError if none comes within LONGEST_RECORD."""
    rest: list[bytes] = []  # the beginning of a record whose end has not come yet
    waiting = 0
    for part in parts:
        cut = part.rfind(end) + len(end)
        if cut < len(end):
            rest.append(part)
            waiting += len(part)
            if waiting > LONGEST_RECORD:
                raise RecordError(origin, position(), f"no record separator within {LONGEST_RECORD} bytes")
            continue
        rest.append(part[: cut - len(end)])
        yield b"".join(rest)
        rest, waiting = [part[cut:]], len(part) - cut
    if last := b"".join(rest):
        yield last


def text(block: bytes, origin: str, count: Callable[[bytes], int]) -> str:
    """Decode a block; RecordError if it is not UTF-8.

    :param count: gives the number of the record in which the bytes before the bad one end.
    """
    try:
        return block.decode()
    except UnicodeDecodeError as error:
        raise RecordError(origin, count(block[: error.start]), "the text is not UTF-8") from None
