"""Knows the parser for Terraform's language, and gives its blocks and expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from datapipeline_converters.errors import UnreadableError

# The parser's own class, which is loaded where it is needed: that takes a while.
Node: TypeAlias = Any

# A block at the start of a line: nothing in JSON or YAML looks like it.
_BLOCK = re.compile(
    r'^[ \t]*(?:(?:resource|data)[ \t]+"?[\w-]+"?[ \t]+"?[\w-]+"?|(?:variable|module|output|provider)[ \t]+"?[\w-]+"?'
    r"|locals|terraform)[ \t]*\{",
    re.MULTILINE,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_HEREDOC = re.compile(r"<<(-?)([\w.-]+)\r?\n(.*?)[ \t]*\2\r?\n?\Z", re.DOTALL)
# Parsed files and expressions that are kept: every file of a folder looks into the others.
_KEPT = 256


@dataclass(frozen=True)
class Block:
    """A block, such as `resource "aws_datapipeline_pipeline" "nightly" { ... }`.

    :param kind: its first word
    :param line: where it starts, from 1
    """

    kind: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, Node] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def of(self, kind: str) -> Iterator[Block]:
        """Yield the blocks of a kind in it."""
        return (block for block in self.blocks if block.kind == kind)


@dataclass(frozen=True)
class Part:
    """A piece of a template.

    :param kind: text, value, if, else, endif, for, endfor
    :param node: the expression of a value, a condition or a loop
    :param names: the loop's variables
    :param trims: whether white space goes before it, and behind it
    """

    kind: str
    text: str = ""
    node: Node | None = None
    names: tuple[str, ...] = ()
    trims: tuple[bool, bool] = (False, False)


def is_terraform(text: str) -> bool:
    """Tell whether a text looks like a Terraform file."""
    return bool(_BLOCK.search(text))


@lru_cache(maxsize=_KEPT)
def parse_file(text: str, source: str) -> Block:
    """Return a file as one block without a kind.

    :param source: the file's name, for messages
    :raises UnreadableError: with line and column where it is not Terraform's language
    """
    top = Block("", (), 1)
    _fill(top, _parse(text, source).children[0])
    return top


@lru_cache(maxsize=_KEPT)
def parse_expression(text: str, source: str) -> Node:
    """Return the expression that a text is.

    :raises UnreadableError: when it is none
    """
    top = Block("", (), 1)
    _fill(top, _parse(f"x = ({text}\n)", source).children[0])
    return top.attributes["x"]


def words(node: Node) -> str:
    """Return an expression as it was written, without its white space."""
    from lark import Token

    return "".join(str(token) for token in node.scan_values(lambda value: isinstance(value, Token))).strip()


def inner(node: Node) -> list[Any]:
    """Return a node's parts without its line breaks and comments."""
    from lark import Tree

    return [
        child
        for child in node.children
        if not (isinstance(child, Tree) and child.data == "new_line_or_comment")
    ]


def string_parts(node: Node, source: str) -> list[Part]:
    """Return the pieces of a quoted text."""
    parts = []
    for child in node.children[1:-1]:
        content = child.children[0]
        kind = getattr(content, "type", None) or str(content.data)
        if kind == "STRING_CHARS":
            parts.append(Part("text", _unescaped(str(content))))
        elif kind in {"ESCAPED_INTERPOLATION", "ESCAPED_DIRECTIVE"}:
            parts.append(Part("text", _unescaped(str(content)[1:])))
        elif kind == "interpolation":
            parts.append(Part("value", node=content.children[1]))
        else:
            parts += template_parts(words_with_spaces(content), source)
    return parts


def words_with_spaces(node: Node) -> str:
    """Return an expression as it was written, its words set apart."""
    from lark import Token

    tokens = [str(token) for token in node.scan_values(lambda value: isinstance(value, Token))]
    return (
        "".join(
            text if text in {"{", "~", "%{", "}"} or text.endswith("{") else f" {text} "
            for text in tokens[:-1]
        )
        + tokens[-1]
    )


def heredoc_parts(text: str, source: str) -> list[Part]:
    """Return the pieces of a text between markers; `<<-` takes the common indentation away."""
    match = _HEREDOC.match(text)
    if match is None:
        raise UnreadableError(source, "a text between markers that has no end", "Close it.")
    body = match[3].replace("\r\n", "\n")
    if match[1]:
        lines = body.split("\n")
        indents = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
        cut = min(indents, default=0)
        body = "\n".join(line[min(cut, len(line) - len(line.lstrip(" \t"))) :] for line in lines)
    return template_parts(body, source)


def template_parts(text: str, source: str) -> list[Part]:
    """Return the pieces of a template: plain text, `${value}` and `%{directive}`; `$${` and `%%{` are plain text.

    :raises UnreadableError: when a piece has no end, or is no expression
    """
    parts: list[Part] = []
    position, start = 0, 0
    while position < len(text):
        two, three = text[position : position + 2], text[position : position + 3]
        if three in {"$${", "%%{"}:
            parts.append(Part("text", text[start:position] + three[1:]))
            position = start = position + 3
        elif two in {"${", "%{"}:
            end = closing(text, position + 2, source)
            parts += [Part("text", text[start:position]), _piece(two, text[position + 2 : end], source)]
            position = start = end + 1
        else:
            position += 1
    return [part for part in (*parts, Part("text", text[start:])) if part.kind != "text" or part.text]


def _piece(opening: str, text: str, source: str) -> Part:
    trims = (text.startswith("~"), text.endswith("~"))
    text = text.removeprefix("~").removesuffix("~").strip()
    if opening == "${":
        return Part("value", node=parse_expression(text, source), trims=trims)
    word, _, rest = text.partition(" ")
    if word == "if":
        return Part("if", node=parse_expression(rest, source), trims=trims)
    if word == "for":
        names, _, sequence = rest.partition(" in ")
        return Part(
            "for",
            node=parse_expression(sequence, source),
            names=tuple(name.strip() for name in names.split(",")),
            trims=trims,
        )
    if word in {"else", "endif", "endfor"}:
        return Part(word, trims=trims)
    raise UnreadableError(
        source, f"a template with %{{{word}", "Terraform knows if, else, endif, for, endfor."
    )


def closing(text: str, start: int, source: str) -> int:
    """Return where the brace is that closes the one before `start`; those in texts do not count."""
    depth, quoted, position = 1, False, start
    while position < len(text):
        letter = text[position]
        if quoted and letter == "\\":
            position += 1
        elif letter == '"':
            quoted = not quoted
        elif not quoted and letter in "{}":
            depth += 1 if letter == "{" else -1
            if depth == 0:
                return position
        position += 1
    raise UnreadableError(source, "a template with ${ or %{ that is never closed", "Close it with }.")


def _unescaped(text: str) -> str:
    def letter(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])

    return _ESCAPE.sub(letter, text)


def _parse(text: str, source: str) -> Node:
    import hcl2
    from lark.exceptions import UnexpectedInput, VisitError

    try:
        return hcl2.parses_to_tree(text)
    except UnexpectedInput as error:
        place = f" at line {error.line}, column {error.column}" if error.line > 0 else ""
        raise UnreadableError(source, f"not Terraform's language{place}", "Correct it there.") from None
    except VisitError:
        raise UnreadableError(source, "not Terraform's language", "Correct it.") from None


def _fill(block: Block, body: Node) -> None:
    for child in inner(body):
        parts = inner(child)
        if child.data == "attribute":
            block.attributes[words(parts[0])] = parts[-1]
            continue
        labels = [_label(part) for part in parts if getattr(part, "data", "body") != "body"]
        nested = Block(labels[0], tuple(labels[1:]), child.meta.line)
        _fill(nested, next(part for part in parts if getattr(part, "data", "") == "body"))
        block.blocks.append(nested)


def _label(node: Node) -> str:
    return words(node).strip('"')
