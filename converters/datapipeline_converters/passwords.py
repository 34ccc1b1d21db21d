"""Knows what a password looks like that somebody typed into a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# What introduces a password in a command: a variable of the environment, an option, a property of Java.
_INTRODUCTIONS = (
    r"(?<![\w$.{%/?-])(?:[A-Z0-9_]*(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_(?:ACCESS_)?KEY|TOKEN|API_?KEY)"
    r"|[A-Z0-9][A-Z0-9_]*_(?:PWD|PASS)|SSHPASS)=",
    r"\bexport[ \t]+\w*(?i:password|passwd|passphrase|secret|token|api_?key|_pwd)=",
    r"(?<!\w)(?i:aws_secret_access_key)=",
    r"(?<![\w-])--(?:[\w.-]+[.-])?(?i:password|passwd|passphrase|secret-key|api-key|access-token|auth-token)"
    r"(?:=|[ \t]+(?!-)|,(?!-))",
    r"(?<![\w-])-D(?:[\w.-]+[.-])?(?i:password|passwd)=",
)
# What a password does not start with: what the shell looks up, an expression, and what only says what goes there.
_NONE = r"(?![$`<]|\\?#\{)"
# A password by the quote before it; an expression ends it.
_VALUES = {
    '"': rf"{_NONE}(?:(?!\\?#\{{)[^\"\n])+",
    "'": rf"{_NONE}(?:(?!\\?#\{{)[^'\n])+",
    "": rf"{_NONE}(?![\\{{=])(?:(?!\\?#\{{|,-)[^\s;&|\"'`<>()])+",
}
# Group 1 introduces a password, group 2 is the password without its quotes.
_PATTERNS = (
    re.compile(r"((?i:[?;&](?:password|passwd|pwd)=))(?![$`<])([^\s&;#'\"]+)"),
    re.compile(r"(\b\w+://[^\s:/@#'\"]+:)(?![$`<])([^\s/@#'\"]+)(?=@)"),
    *(
        re.compile(f"((?:{introduction}){quote})({value})")
        for introduction in _INTRODUCTIONS
        for quote, value in _VALUES.items()
    ),
)


def passwords_in(text: str) -> Iterator[str]:
    """Yield the passwords typed into a text."""
    return (match[2] for pattern in _PATTERNS for match in pattern.finditer(text))


def masked(text: str) -> str:
    """Return a text with asterisks in the place of its passwords."""
    for pattern in _PATTERNS:
        text = pattern.sub(r"\1***", text)
    return text


def without_passwords(text: str, stand_in: Callable[[str], str]) -> str:
    """Return a text with something else in the place of its passwords, those inside an expression excepted.

    :param stand_in: gives what stands for a password
    """
    for pattern in _PATTERNS:

        def replaced(match: re.Match[str]) -> str:
            before = match.string[: match.start()]
            inside = before.rfind("#{") > before.rfind("}")
            return match[0] if inside else match[1] + stand_in(match[2])

        text = pattern.sub(replaced, text)
    return text
