"""Puts something else in the place of the passwords in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from datapipeline_converters.passwords.finding import found, matches, whole
from datapipeline_converters.passwords.patterns import PATTERNS


def masked(text: str, words: Sequence[str] = ()) -> str:
    """Return a text with asterisks in the place of its passwords.

    :param words: passwords that stand elsewhere: as a whole word, one of them is a password here, too
    """
    if found(text):
        for _, pattern in PATTERNS:
            text = _replaced(pattern, text, lambda match: _with(match, "***"))
    for word in words:
        if word in text:
            text = re.sub(whole(word), "***", text)
    return text


def without_passwords(text: str, stand_in: Callable[[str], str]) -> str:
    """Return a text with something else in the place of its passwords, those inside an expression excepted.

    :param stand_in: gives what stands for a password
    """
    if not found(text):
        return text

    def replaced(match: re.Match[str]) -> str:
        before = match.string[: match.start("secret")]
        inside = before.rfind("#{") > before.rfind("}")
        return match[0] if inside else _with(match, stand_in(match["secret"]))

    for _, pattern in PATTERNS:
        text = _replaced(pattern, text, replaced)
    return text


def without_words(text: str, words: Sequence[str], stand_in: Callable[[str], str]) -> str:
    """Return a text with something else in the place of whole words, those inside an expression excepted.

    :param stand_in: gives what stands for a word
    """
    for word in words:
        if word in text:
            # Pieces at even places stand outside expressions.
            pieces = re.split(r"(#\{[^}]*\})", text)
            pieces[::2] = [
                re.sub(whole(word), lambda match: stand_in(match[0]), piece) for piece in pieces[::2]
            ]
            text = "".join(pieces)
    return text


def _replaced(pattern: re.Pattern[str], text: str, replacement: Callable[[re.Match[str]], str]) -> str:
    pieces, end = [], 0
    for match in matches(pattern, text):
        pieces += [text[end : match.start()], replacement(match)]
        end = match.end()
    return "".join([*pieces, text[end:]])


def _with(match: re.Match[str], stand_in: str) -> str:
    """Return what a pattern has found, with something else in the place of the secret."""
    start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
    return match[0][:start] + stand_in + match[0][end:]
