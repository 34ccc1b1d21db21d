r"""Turns the bytes of files of records into the form that LOAD DATA reads.

No record is taken apart: what is done is the same for all records of a block, by searches for single bytes, which
C does at memory's speed. A file with anything unusual is left to the plain path, which knows what is wrong with it.
What is not UTF-8 the server refuses. Each record gets one more field, END: LOAD DATA notices neither one empty field
too many nor a missing one that goes to a variable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datapipeline_provider.hooks.bulk import DeclinedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BYTES_A_BLOCK = 1 << 19
"""A part is cut into pieces of this size: a block with many quotes takes ten times its length in memory."""
LONGEST_RECORD = 64 << 20
QUOTE = b'"'
END = b"1"
# Bytes that no UTF-8 text has stand for what has been understood already.
NULL_WORD, PAIR, NULL = b"\xff", b"\xfe", b"\xfd"
MARKS = (NULL_WORD, PAIR, NULL)
CR_LF = re.compile(rb"\r\n")


def blocks(parts: Iterable[bytes], cut: Callable[[bytes], int], end: bytes) -> Iterator[bytes]:
    """Yield blocks of whole records.

    :param parts: cut anywhere.
    :param cut: gives the length of the whole records at the beginning of some bytes.
    :param end: the record separator, which the last record may lack.
    :raises DeclinedError: the text is not UTF-8, a record is too long, or a quote is never closed.
    """
    rest, enough = b"", 0
    for part in parts:
        for start in range(0, len(part), BYTES_A_BLOCK):
            rest += part[start : start + BYTES_A_BLOCK]
            if len(rest) < enough:
                continue
            length = cut(rest)
            if length:
                yield _checked(rest[:length])
            rest = rest[length:]
            if len(rest) > LONGEST_RECORD:
                raise DeclinedError(f"a record of the file does not end within {LONGEST_RECORD} bytes")
            enough = 2 * len(rest)  # a long record is not looked through again for each piece of it
    if rest:
        rest += b"" if rest.endswith(end) else end
        length = cut(rest)
        if length:
            yield _checked(rest[:length])
        if length < len(rest):
            raise DeclinedError("a quote is open at the end of the file")


def _checked(block: bytes) -> bytes:
    if any(mark in block for mark in MARKS):
        raise DeclinedError("the file has text that is not UTF-8")
    return block


class QuotedCSVText:
    r"""CSV in which an empty field is NULL, and the unquoted word NULL a text: for LOAD DATA it is the other way.

    `LOAD DATA ... FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\n'` reads
    the result. What is inside quotes stays as it is.

    :param separator: one byte.
    :param columns: how many there are; an empty line is a record only of one.
    """

    end = b"\n"

    def __init__(self, separator: bytes, columns: int) -> None:
        named = re.escape(separator)
        # Each pattern begins with one literal byte, which is what the search looks for.
        self._word = re.compile(rb"NULL(?<=[%s\n]NULL)(?=[%s\n])" % (named, named))
        self._stray = re.compile(rb'"(?:(?<![%s\n"]")|(?![%s\n"]))' % (named, named))
        comma, end = separator, self.end
        self._first = comma + END + end
        self._nulls = [
            (comma + comma, comma + b"NULL" + comma),
            (comma + comma, comma + b"NULL" + comma),  # once more: in three commas the second pair overlaps
            (end + comma, end + b"NULL" + comma),
            (comma + end, comma + b"NULL" + end),
        ]
        if columns == 1:
            self._nulls = [(end + end, end + b"NULL" + end)] * 2
        self._nulls.append((end, comma + END + end))

    @staticmethod
    def cut(text: bytes) -> int:
        """Give the length up to the last record that ends in a text; 0 if none does."""
        found = text.rfind(b"\n")
        quotes = text.count(QUOTE, 0, found + 1)
        while quotes % 2:
            before = text.rfind(b"\n", 0, found)
            quotes -= text.count(QUOTE, before + 1, found + 1)
            found = before
        return found + 1

    def converted(self, block: bytes) -> bytes:
        """Convert whole records; DeclinedError if a quote stands where none may stand."""
        pieces = block.split(QUOTE)  # those with even numbers are outside of quotes
        # A quote stands for each quoted piece; two of them side by side for a doubled quote inside a value.
        pieces[0] = self.end + pieces[0]  # so that each record has an end on both sides
        outside = QUOTE.join(pieces[::2])
        if b"\r" in outside:
            outside = outside.replace(b"\r\n", b"\n")
        if self._stray.search(outside):
            raise DeclinedError(
                "a quote stands inside a value without quotes, or text behind a closing quote"
            )
        outside, words = self._word.subn(NULL_WORD, outside)
        for old, new in self._nulls:
            outside = outside.replace(old, new)
        pieces[::2] = outside.split(QUOTE)
        converted = QUOTE.join(pieces)
        converted = converted[len(self._first) :]
        return converted.replace(NULL_WORD, b'"NULL"') if words else converted


class UnquotedText:
    r"""Data Pipeline's dialect, in which NULL is `\n`, and a backslash escapes only separators and itself.

    `LOAD DATA ... FIELDS TERMINATED BY ',' ESCAPED BY '\\' LINES TERMINATED BY '\n'` reads the result, in which
    NULL is `\N` and each backslash of a value is doubled.

    :param separator: one byte.
    :param end: the record separator, one byte.
    """

    def __init__(self, separator: bytes, end: bytes) -> None:
        self.end = end
        self._last = separator + END + end
        comma, line = re.escape(separator), re.escape(end)
        self._null = re.compile(rb"\\n(?<=[%s%s]\\n)(?=[%s%s])" % (comma, line, comma, line))
        self._before_end = re.compile(rb"\\%s" % line)
        self._ordinary = re.compile(rb"\\(?!%s)" % comma)

    def cut(self, text: bytes) -> int:
        """Give the length up to the last record that ends in a text; 0 if none does."""
        return text.rfind(self.end) + 1

    def converted(self, block: bytes) -> bytes:
        """Convert whole records; DeclinedError for those that CopyActivity refuses."""
        if self.end == b"\n" and CR_LF.search(block):
            raise DeclinedError("a record ends with CR LF")
        if b"\\" not in block:
            return block.replace(self.end, self._last)
        text = (self.end + block).replace(b"\\\\", PAIR)
        text = self._null.sub(NULL, text)
        if self._before_end.search(text):
            raise DeclinedError("an escape character stands before the end of a record")
        text = self._ordinary.sub(PAIR, text)
        text = text.replace(PAIR, b"\\\\").replace(NULL, b"\\N")
        return text[1:].replace(self.end, self._last)


def converted(text: QuotedCSVText | UnquotedText, parts: Iterable[bytes]) -> Iterator[bytes]:
    """Convert one file."""
    for block in blocks(parts, text.cut, text.end):
        yield text.converted(block)
