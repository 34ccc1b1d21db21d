"""Finds the record of a CSV file with quotes to which a line belongs, as PostgreSQL counts lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def record_of(line: int, parts: Iterable[bytes]) -> int:
    r"""Give the number, from 1, of the record for which COPY reports an error in a line.

    COPY adds one for each record, and one for each line end inside quotes. Which character that is, it knows only
    after the first record: until then, and in files with CR LF, it is the CR.

    :param line: what COPY says.
    :param parts: the file's bytes in order, cut anywhere.
    """
    record, counted = 1, 1
    ending, inside = b"\r", False
    last = b""
    for piece in _lines(parts):
        inside ^= piece.count(b'"') % 2 == 1
        counted += _quoted(piece, ending, inside=inside)
        if inside:
            continue
        if counted >= line:
            return record
        if record == 1:
            ending = b"\r" if piece.endswith(b"\r\n") else b"\n"
        record, counted, last = record + 1, counted + 1, piece
    return record if last else 1


def _quoted(piece: bytes, ending: bytes, *, inside: bool) -> int:
    """Count the line ends inside quotes in one physical line."""
    fields = piece.split(b'"')
    if not inside:
        fields = fields[:-1]
    return piece.count(ending) if inside and ending == b"\n" else sum(field.count(ending) for field in fields)


def _lines(parts: Iterable[bytes]) -> Iterable[bytes]:
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        for piece in whole:
            yield piece + b"\n"
    if rest:
        yield rest
