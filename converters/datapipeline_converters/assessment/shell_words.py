"""Which commands a shell text runs: the words that stand where the shell looks for a command. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

# Nested deeper than this, a text is looked at no further.
_DEEPEST = 20
_KEYWORDS = frozenset({"!", "do", "elif", "else", "if", "then", "time", "until", "while", "{", "}"})
_ASSIGNMENT = re.compile(r"\w+\+?=")
# Commands that run the command behind them, with those of their options that take a value.
_WRAPPERS: Mapping[str, frozenset[str]] = {
    "command": frozenset(),
    "env": frozenset({"-u"}),
    "exec": frozenset({"-a"}),
    "flock": frozenset({"-w", "-E"}),
    "ionice": frozenset({"-c", "-n"}),
    "nice": frozenset({"-n"}),
    "nohup": frozenset(),
    "setsid": frozenset(),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "sudo": frozenset({"-C", "-g", "-h", "-p", "-u"}),
    "timeout": frozenset({"-k", "-s"}),
    "xargs": frozenset({"-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s"}),
}
# Of these, one more word stands before the command: how long, or which file.
_ONE_WORD_FIRST = frozenset({"flock", "timeout"})
_SHELLS = frozenset({"bash", "dash", "ksh", "sh", "su", "zsh"})
_HERE_TEXT = re.compile(
    r"^(?P<line>[^\n]*?)<<-?[ \t]*(?P<quote>['\"]?)(?P<end>\w+)(?P=quote)(?P<rest>[^\n]*)\n"
    r"(?P<body>.*?)^[ \t]*(?P=end)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_RUNS_IT = re.compile(r"\b(?:ba|da|k|z)?sh\b")


def commands_in(text: str, depth: int = 0) -> Iterator[Sequence[str]]:
    """Yield each command that a text runs as its words, without quotes; first its name, as it is written.

    :param depth: in how many texts this one stands
    """
    if depth > _DEEPEST:
        return
    words, inner = _Words(), list[str]()
    for command in words.split(_HERE_TEXT.sub(_without_body, text), inner):
        yield from _behind(command, depth)
    for nested in inner:
        yield from commands_in(nested, depth + 1)


def name_of(command: Sequence[str]) -> str:
    """Return a command's name without its folder."""
    return command[0].rpartition("/")[2]


def _without_body(found: re.Match[str]) -> str:
    """Return a line without the text below that is its input, unless a shell runs that."""
    line = f"{found['line']} {found['rest']}"
    return f"{line}\n{found['body']}" if _RUNS_IT.search(found["line"]) else line


def _behind(words: Sequence[str], depth: int) -> Iterator[Sequence[str]]:
    """Yield the command that words come to, and those that it runs in its turn."""
    while True:
        while words and (words[0] in _KEYWORDS or _ASSIGNMENT.match(words[0])):
            words = words[1:]
        if not words:
            return
        yield words
        name = name_of(words)
        if name in _SHELLS or name == "eval":
            yield from _run_by_shell(name, words[1:], depth)
        if "-exec" in words:
            words = words[words.index("-exec") + 1 :]
        elif name in _WRAPPERS and words[1:2] != ["-v"]:
            words = _wrapped(name, words[1:])
        else:
            return


def _run_by_shell(name: str, words: Sequence[str], depth: int) -> Iterator[Sequence[str]]:
    """Yield what a shell is given to run as a text."""
    if name == "eval":
        yield from commands_in(" ".join(words), depth + 1)
    for option, text in pairwise(words):
        if re.fullmatch(r"-\w*c", option):
            yield from commands_in(text, depth + 1)
            return


def _wrapped(name: str, words: Sequence[str]) -> Sequence[str]:
    """Return the command behind a wrapper's own options."""
    position = 0
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in _WRAPPERS[name] else 1
    return words[position + (name in _ONE_WORD_FIRST) :]


class _Words:
    """Splits a text at what separates commands, and each command into words."""

    def __init__(self) -> None:
        self._found: list[list[str]] = []
        self._command: list[str] = []
        self._word: str | None = None

    def split(self, text: str, inner: list[str]) -> list[list[str]]:
        """Return the commands.

        :param inner: takes the texts of command substitutions
        """
        position, open_brackets = 0, 0
        while position < len(text):
            sign, after = text[position], text[position + 1 : position + 2]
            position += 1
            if sign == "\\":
                if after != "\n":
                    self._add(after)
                position += 1
            elif sign == "'":
                end = _end(text, "'", position)
                self._add(text[position:end])
                position = end + 1
            elif sign == '"':
                position = self._quoted(text, position, inner)
            elif sign == "`" or (sign == "$" and after == "("):
                position = self._substituted(text, position - 1, inner)
            elif sign == "#" and self._word is None:
                position = _end(text, "\n", position)
            elif sign in "<>":
                self._end_word()
                position += after == "&"
            elif sign == "&" and after == ">":
                self._end_word()
            elif sign in "\n;|&(":
                self._end_command()
                open_brackets += sign == "("
            elif sign == ")":
                # One that nothing opened stands behind a pattern of `case`.
                self._end_command(is_pattern=open_brackets == 0)
                open_brackets -= open_brackets > 0
            elif sign.isspace():
                self._end_word()
            else:
                self._add(sign)
        self._end_command()
        return self._found

    def _quoted(self, text: str, position: int, inner: list[str]) -> int:
        """Take in what double quotes hold; return the place behind them."""
        self._add("")
        while position < len(text) and text[position] != '"':
            if text[position] == "\\":
                self._add(text[position + 1 : position + 2])
                position += 2
            elif text[position] == "`" or text.startswith("$(", position):
                position = self._substituted(text, position, inner)
            else:
                self._add(text[position])
                position += 1
        return position + 1

    def _substituted(self, text: str, position: int, inner: list[str]) -> int:
        """Take in a command substitution; return the place behind it."""
        self._add("x")  # whatever comes of it
        if text[position] == "`":
            end = _end(text, "`", position + 1)
            inner.append(text[position + 1 : end])
            return end + 1
        end, depth = position + 2, 1
        while end < len(text) and depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        if not text.startswith("$((", position):  # that is arithmetic
            inner.append(text[position + 2 : end - (depth == 0)])
        return end

    def _add(self, part: str) -> None:
        self._word = (self._word or "") + part

    def _end_word(self) -> None:
        if self._word is not None:
            self._command.append(self._word)
        self._word = None

    def _end_command(self, *, is_pattern: bool = False) -> None:
        self._end_word()
        if self._command and not is_pattern:
            self._found.append(self._command)
        self._command = []


def _end(text: str, sign: str, position: int) -> int:
    """Return where a sign stands next, the text's end if nowhere."""
    found = text.find(sign, position)
    return len(text) if found < 0 else found
