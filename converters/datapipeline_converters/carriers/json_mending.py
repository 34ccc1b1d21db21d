"""Knows how JSON is written by hand and by word processors, and makes JSON of it where the meaning is certain."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from datapipeline_converters.definition import Repair

# Every pattern here takes time in proportion to the text, hostile ones too: what fits none of them ends the search.
# What may stand between two tokens, comments included.
_BETWEEN = r"(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|\#[^\n]*)*"
# A text in other quotes ends where something follows that can only follow a text.
_END = r"(?=\s*(?:[,:}\]]|//|/\*|\#|$))"
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\r\n]+)
  | (?P<text>"(?:[^"\\]|\\.)*")
  | (?P<mark>[{{}}\[\]:])
  | (?P<comma>,)(?P<trailing>(?={_BETWEEN}[}}\]]))?
  | (?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|\#[^\n]*)
  | (?P<curly>[“”„](?:[^\\“”„"]|\\.)*[“”"]{_END})
  | (?P<single>(?:'(?:[^'\\]|\\.)*'|[\u2018\u2019](?:[^\u2018\u2019\\]|\\.)*[\u2018\u2019]){_END})
  | (?P<odd>[\u00a0\u200b\u200c\u200d\u2002-\u200a\u202f\u2060\u3000\ufeff]+)
  | (?P<word>[\w$.+-]+)
  | (?P<rest>.+)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x1f]")
_COLON = re.compile(rf"{_BETWEEN}:")
_BARE_QUOTE = re.compile(r"\\(.)|\"", re.DOTALL)
# Python's words for JSON's.
_WORDS = {"True": "true", "False": "false", "None": "null"}
# So many lines are named one by one.
_SHOWN = 10
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass
class Mended:
    """A text that is JSON as far as its meaning is certain.

    :param text: the new text
    :param repairs: what was changed, or let pass
    """

    text: str
    repairs: tuple[Repair, ...]
    _cuts: list[tuple[int, int]]

    def original(self, position: int) -> int:
        """Return where in the text as it was written a position of the new text is."""
        at = bisect_right(self._cuts, (position, float("inf"))) - 1
        new, old = self._cuts[at]
        return old + position - new


def mend(text: str) -> Mended:
    """Return a text with what is certain set right; what is not stays for the JSON reader to refuse."""
    worker = _Mender(text)
    for match in _TOKEN.finditer(text):
        worker.take(match)
    return worker.done()


@dataclass
class _Mender:
    """Goes through the tokens once and remembers where in an object or list it is."""

    text: str
    pieces: list[str] = field(default_factory=list)
    cuts: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)])
    repairs: list[Repair] = field(default_factory=list)
    copied: int = 0
    length: int = 0
    line: int = 1
    counted: int = 0
    stack: list[str] = field(default_factory=list)
    before: str = ""
    end: int = 0

    def take(self, match: re.Match[str]) -> None:
        """Take the next token."""
        kind = match.lastgroup if match["comma"] is None else "comma"
        act: Callable[[re.Match[str]], None] | None = getattr(self, f"_{kind}", None)
        if act is not None:
            act(match)

    def done(self) -> Mended:
        """Return the whole."""
        self.pieces.append(self.text[self.copied :])
        return Mended("".join(self.pieces), tuple(_gathered(self.repairs)), self.cuts)

    def _replace(self, start: int, end: int, new: str, told: str) -> None:
        kept = self.text[self.copied : start]
        self.pieces += [kept, new]
        self.length += len(kept) + len(new)
        self.copied = end
        self.cuts.append((self.length, end))
        self._tell(start, told)

    def _tell(self, position: int, told: str) -> None:
        self.line += self.text.count("\n", self.counted, position)
        self.counted = position
        self.repairs.append(Repair(f"line {self.line}", told))

    def _value(self, match: re.Match[str], *, is_text: bool) -> None:
        """See whether a comma is missing before a value or key."""
        start = match.start()
        if self.before == "value" and "\n" in self.text[self.end : start]:
            in_object = self.stack[-1:] == ["{"]
            is_key = in_object and is_text and _COLON.match(self.text, match.end())
            is_item = self.stack[-1:] == ["["] and match[0] == "{" and self.text[self.end - 1] == "}"
            if is_key or is_item:
                self._replace(self.end, self.end, ",", "a missing comma was added")
        self._now("value", match)

    def _now(self, before: str, match: re.Match[str]) -> None:
        self.before, self.end = before, match.end()

    # What follows is called by the token's kind.

    def _text(self, match: re.Match[str]) -> None:
        self._value(match, is_text=True)
        if _CONTROL.search(match[0]):
            self._tell(match.start(), "a raw line break or control character in a text was read as it stands")

    def _mark(self, match: re.Match[str]) -> None:
        if match[0] in "{[":
            self._value(match, is_text=False)
            self.stack.append(match[0])
            self._now("mark", match)
        elif match[0] == ":":
            self._now("mark", match)
        else:
            del self.stack[-1:]
            self._now("value", match)

    def _comma(self, match: re.Match[str]) -> None:
        if match["trailing"] is not None and self.before == "value":
            self._replace(match.start(), match.end(), "", "a trailing comma was dropped")
            return
        self._now("mark", match)

    def _comment(self, match: re.Match[str]) -> None:
        self._replace(match.start(), match.end(), " ", "a comment was left out")

    def _curly(self, match: re.Match[str]) -> None:
        self._value(match, is_text=True)
        self._quote(match, "typographic quotes were read as plain ones")

    def _single(self, match: re.Match[str]) -> None:
        self._value(match, is_text=True)
        self._quote(match, "single quotes were read as double ones")

    def _quote(self, match: re.Match[str], told: str) -> None:
        def escaped(part: re.Match[str]) -> str:
            if part[1] is None:
                return '\\"'
            return part[1] if part[1] in "'\u2018\u2019“”" else part[0]

        self._replace(match.start(), match.end(), f'"{_BARE_QUOTE.sub(escaped, match[0][1:-1])}"', told)

    def _odd(self, match: re.Match[str]) -> None:
        self._replace(match.start(), match.end(), " ", "an invisible character was read as a space")

    def _word(self, match: re.Match[str]) -> None:
        word = match[0]
        is_key = self.stack[-1:] == ["{"] and bool(_COLON.match(self.text, match.end()))
        is_key = is_key and (self.before == "mark" or "\n" in self.text[self.end : match.start()])
        self._value(match, is_text=is_key)
        if is_key and _NAME.fullmatch(word):
            self._replace(match.start(), match.end(), f'"{word}"', "a key without quotes was read as a text")
        elif word in _WORDS:
            self._replace(match.start(), match.end(), _WORDS[word], f"{word} was read as {_WORDS[word]}")


def _gathered(repairs: list[Repair]) -> Iterator[Repair]:
    """Yield each repair once a line, and what a whole file is full of in one."""
    lines: dict[str, list[str]] = {}
    for repair in dict.fromkeys(repairs):
        lines.setdefault(repair.text, []).append(repair.place)
    for repair in dict.fromkeys(repairs):
        places = lines[repair.text]
        if len(places) <= _SHOWN:
            yield repair
        elif repair.place == places[0]:
            yield Repair(f"{places[0]} and {len(places) - 1} others", repair.text)
