"""Knows enough of SQL's lexical rules to find statements, placeholders and names in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Token(NamedTuple):
    """A piece of SQL: kind is `hidden` (comment, quoted text), `blank`, `word`, `?`, `??`, `;` or `other`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Dialect:
    """The lexical rules of one family of databases.

    :param quoted: regular expressions of quoted text and of line comments.
    :param nested_comments: `/* /* */ */` is one comment.
    :param doubled_question_mark: `??` stands for the operator `?`, as in PostgreSQL's JDBC driver.
    :param name_quote: what encloses a quoted name.
    """

    quoted: tuple[str, ...]
    nested_comments: bool
    doubled_question_mark: bool
    name_quote: str

    @cached_property
    def token(self) -> re.Pattern[str]:
        """Match any one token, or the start of a block comment."""
        kinds = {
            "block": r"/\*",
            "hidden": "|".join(self.quoted),
            "blank": r"\s+",
            "word": r"[^\W\d][\w$]*",
            "double": r"\?\?",
            "question": r"\?",
            "semicolon": ";",
            "other": r"\d[\w.]*|.",
        }
        if not self.doubled_question_mark:
            del kinds["double"]
        return re.compile("|".join(f"(?P<{kind}>{form})" for kind, form in kinds.items()), re.DOTALL)


STRING = r"'(?:[^']|'')*'"
STRING_WITH_BACKSLASHES = r"'(?:[^'\\]|''|\\.)*'"
NAME = r'"(?:[^"]|"")*"'
NAME_WITH_BACKSLASHES = r'"(?:[^"\\]|""|\\.)*"'
BACKTICKS = r"`(?:[^`]|``)*`"
DOLLARS = r"\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$"
LINE_COMMENT = r"--[^\n]*"

POSTGRESQL = Dialect(
    quoted=(rf"[eE]{STRING_WITH_BACKSLASHES}", STRING, NAME, DOLLARS, LINE_COMMENT),
    nested_comments=True,
    doubled_question_mark=True,
    name_quote='"',
)
MYSQL = Dialect(
    # Two dashes begin a comment only before a blank: 5--1 is 6.
    quoted=(STRING_WITH_BACKSLASHES, NAME_WITH_BACKSLASHES, BACKTICKS, r"--(?=\s|$)[^\n]*", r"\#[^\n]*"),
    nested_comments=False,
    doubled_question_mark=False,
    name_quote="`",
)
STANDARD = Dialect(
    quoted=(STRING, NAME, BACKTICKS, LINE_COMMENT),
    nested_comments=False,
    doubled_question_mark=False,
    name_quote='"',
)

KINDS = {"double": "??", "question": "?", "semicolon": ";"}
COMMENT_EDGE = re.compile(r"/\*|\*/")


def tokens(text: str, dialect: Dialect) -> Iterator[Token]:
    """Yield every character of the text in tokens, in order."""
    position = 0
    while found := dialect.token.match(text, position):
        kind, end = found.lastgroup or "hidden", found.end()
        if found["block"]:
            kind, end = "hidden", _comment_end(text, end, nested=dialect.nested_comments)
        elif kind == "tag" or found["hidden"]:  # lastgroup may be a group inside a quoted form
            kind = "hidden"
        yield Token(KINDS.get(kind, kind), text[position:end])
        position = end


def _comment_end(text: str, position: int, *, nested: bool) -> int:
    depth = 1
    for edge in COMMENT_EDGE.finditer(text, position):
        if edge[0] == "*/":
            depth -= 1
        elif nested:
            depth += 1
        if depth == 0:
            return edge.end()
    return len(text)


@dataclass(frozen=True)
class Statement:
    """One statement, cut at its placeholders: `segments` has one text more than there are placeholders."""

    segments: tuple[str, ...]
    words: tuple[str, ...]
    """The words outside quotes and comments, in upper case."""

    @property
    def placeholders(self) -> int:
        """How many values the statement takes."""
        return len(self.segments) - 1

    def filled(self, values: Iterable[str]) -> str:
        """Give the text with each placeholder replaced by the next SQL literal."""
        pieces = [self.segments[0]]
        for segment, value in zip(self.segments[1:], values, strict=True):
            pieces += (value, segment)
        return "".join(pieces)


def parse(text: str, dialect: Dialect, *, placeholders: bool = True) -> list[Statement]:
    """Split a script at its semicolons, leaving out what is empty or only a comment.

    :param placeholders: treat each `?` as a placeholder; without, it is an ordinary character.
    """
    pieces = _pieces(tokens(text, dialect))
    return [_statement(piece, placeholders=placeholders) for piece in pieces if _says_something(piece)]


def parse_one(text: str, dialect: Dialect) -> Statement:
    """Read the whole text as one statement, without the semicolon at its end."""
    piece = list(tokens(text, dialect))
    while piece and piece[-1].kind in {";", "blank"}:
        piece.pop()
    return _statement(piece, placeholders=True)


def _says_something(piece: list[Token]) -> bool:
    return any(
        token.kind not in {"hidden", "blank"} or token.text.startswith(("'", '"', "`")) for token in piece
    )


def _statement(piece: list[Token], *, placeholders: bool) -> Statement:
    segments = [""]
    for token in piece:
        if placeholders and token.kind == "?":
            segments.append("")
        else:
            segments[-1] += "?" if placeholders and token.kind == "??" else token.text
    segments[0] = segments[0].lstrip()
    segments[-1] = segments[-1].rstrip()
    words = tuple(token.text.upper() for token in piece if token.kind == "word")
    return Statement(tuple(segments), words)


BODIES = {"PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"}
LOOPS = {"IF", "LOOP", "WHILE", "REPEAT"}


def _pieces(stream: Iterator[Token]) -> Iterator[list[Token]]:
    """Split at semicolons, except inside the BEGIN ... END body of a stored program."""
    piece: list[Token] = []
    body = _Body()
    for token in stream:
        if token.kind == ";" and not body.open:
            yield piece
            piece, body = [], _Body()
            continue
        piece.append(token)
        body.see(token)
    yield piece


class _Body:
    """Follows the blocks of one CREATE PROCEDURE, FUNCTION, TRIGGER or EVENT."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.stored_program = False
        self.depth = 0

    @property
    def open(self) -> bool:
        return self.stored_program and self.depth > 0

    def see(self, token: Token) -> None:
        if token.kind == ";":
            self.words.append(";")
        elif token.kind == "word":
            word, before = token.text.upper(), self.words[-1] if self.words else ""
            self.stored_program |= word in BODIES and bool(self.words) and self.words[0] == "CREATE"
            self.depth += _step(word, before)
            self.words.append(word)


def _step(word: str, before: str) -> int:
    if before == "END":
        return 1 if word in LOOPS else 0  # END IF closes an IF, which was not counted
    return {"BEGIN": 1, "CASE": 1, "END": -1}.get(word, 0)


SIMPLE_NAME = re.compile(r"[^\W\d][\w$]*")
NAME_PART = re.compile(rf"{NAME}|{BACKTICKS}|\[[^\]]+\]|[^.]+")


def quoted_name(name: str, dialect: Dialect, schema: str | None = None) -> str:
    """Write a table's name so that it cannot be anything but a name.

    What is quoted already stays as it is. A simple name is quoted only where that cannot change which table is
    meant: with MySQL's backticks, or when it has no capitals, which PostgreSQL would fold.
    """
    parts = NAME_PART.findall(name.strip())
    if schema and len(parts) == 1:
        parts.insert(0, schema.strip())
    return ".".join(_quoted_part(part, dialect) for part in parts)


def _quoted_part(part: str, dialect: Dialect) -> str:
    if re.fullmatch(rf"{NAME}|{BACKTICKS}|\[[^\]]+\]", part):
        return part
    folds = dialect is not MYSQL and (dialect is not POSTGRESQL or part != part.lower())
    if folds and SIMPLE_NAME.fullmatch(part):
        return part
    quote = dialect.name_quote
    return quote + part.replace(quote, quote * 2) + quote


def values_clause(statement: Statement, dialect: Dialect) -> tuple[str, Statement, str] | None:
    """Cut `INSERT ... VALUES (?, ?) rest` into the text before, the bracket, and the text after.

    None if the placeholders are not all in the one bracket after VALUES, so that several rows could not share
    one statement.
    """
    whole = "?".join(statement.segments)
    before, bracket, after = "", "", ""
    depth, opened, word = 0, False, ""
    for token in tokens(whole, dialect):
        if token.text == "(" and token.kind == "other" and not bracket and word in {"VALUES", "VALUE"}:
            opened = True
        if opened:
            bracket += token.text
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "other" else 0
            opened = depth > 0
        elif bracket:
            after += token.text
        else:
            before += token.text
        if token.kind not in {"blank", "hidden"}:
            word = token.text.upper()
    cut = parse_one(bracket, dialect)
    if not bracket or cut.placeholders != statement.placeholders:
        return None
    return before, cut, after.strip()


def chunks(pieces: Iterator[str], limit: int, glue: str) -> Iterator[str]:
    """Join texts so that each result stays near `limit` characters; at least one text in each."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        if held and size + len(piece) > limit:
            yield glue.join(held)
            held, size = [], 0
        held.append(piece)
        size += len(piece) + len(glue)
    if held:
        yield glue.join(held)
