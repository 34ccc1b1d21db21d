"""Turns files into what COPY ... FROM STDIN takes, touching only what it would read otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from datapipeline_provider.hooks.bulk import DeclinedError

LONGEST_RECORD = 64 << 20
FIRST_BYTES = 1 << 16
# Of a first record in quotes that has many lines only the first line is looked at.
QUOTED = re.compile(rb'"[^"]*"?')
LONE_CR = re.compile(rb"[^\n\r]*\r(?!\n|$)")
END_OF_DATA = re.compile(rb"(?:^|\n)\\\.\r?(?:\n|$)")
"""Before version 18 PostgreSQL takes this line for the end, and says nothing of what comes after it."""


def quoted_text(parts: Iterable[bytes], *, ends: bool) -> Iterator[bytes]:
    """Pass CSV with quotes on as it is.

    :param ends: whether this server takes a backslash and a dot for the end of the data.
    """
    head: bytes | None = b""  # until the first record is known
    last = b""  # of the parts before: what is looked for may be cut
    for part in parts:
        if head is not None:
            head += part
            if LONE_CR.match(QUOTED.sub(b"", head)):
                raise DeclinedError(
                    "the first record holds a carriage return, which could be taken for its end"
                )
            head = None if b"\n" in part or len(head) > FIRST_BYTES else head
        seam = last + part[:5]
        if ends and (b"\\." in seam or b"\n\\." in part) and END_OF_DATA.search(last + part):
            raise DeclinedError("a line of the input could be taken for the end of the data")
        last = seam[-5:] if len(part) < 5 else part[-5:]
        yield part


def unquoted_text(separator: bytes) -> Callable[[Iterable[bytes]], Iterator[bytes]]:
    r"""Make a function that turns Data Pipeline's dialect into COPY's text format with `\n` as NULL.

    A backslash before anything but the separator or itself is an ordinary character, and is doubled; a carriage
    return is escaped.

    :param separator: one byte.
    """
    mark = re.escape(separator)
    # An odd number of backslashes before something else than the separator; most of the NULLs are left out.
    lone = re.compile(
        rb"\\(?<!\\\\)(?:\\\\)*(?![\\%(mark)s])(?!(?<=[^\\][%(mark)s\n]\\)n[%(mark)s\n])" % {b"mark": mark}
    )
    ends = (separator, b"\n")

    def changed(block: bytes) -> bytes:
        """Change whole records."""
        if b"\\" in block:
            block = lone.sub(doubled, block)
        if b"\r" in block:
            if b"\r\n" in block:
                raise DeclinedError("a record ends with CR LF")
            block = block.replace(b"\r", rb"\r")
        return block

    def doubled(found: re.Match[bytes]) -> bytes:
        run, block, end = found[0], found.string, found.end()
        if block[end : end + 1] == b"\n":
            raise DeclinedError("an escape character stands before the end of a record")
        is_null = (
            block[end : end + 1] == b"n"
            and block[end + 1 : end + 2] in ends
            and len(run) == 1
            and begins_field(block, found.start())
        )
        return run if is_null else run + b"\\"

    def begins_field(block: bytes, start: int) -> bool:
        if block[start - 1 : start] != separator:
            return start == 0 or block[start - 1 : start] == b"\n"
        backslashes = 0
        while block[start - 2 - backslashes : start - 1 - backslashes] == b"\\":
            backslashes += 1
        return backslashes % 2 == 0

    def text(parts: Iterable[bytes]) -> Iterator[bytes]:
        rest: list[bytes] = []  # the beginning of a record whose end has not come yet
        waiting = 0
        for part in parts:
            cut = part.rfind(b"\n") + 1
            if not cut:
                rest.append(part)
                waiting += len(part)
                if waiting > LONGEST_RECORD:
                    raise DeclinedError("a record does not end")
                continue
            rest.append(part[:cut])
            yield changed(b"".join(rest))
            rest, waiting = [part[cut:]], len(part) - cut
        if last := b"".join(rest):
            yield changed(last + b"\n")

    return text
