"""Finds the passwords, keys and tokens in a text, and tells them from what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from datapipeline_converters.passwords.patterns import (
    LONG_OPTION,
    NAMED_PATTERNS,
    PATTERNS,
    SECRET_NAME,
    TRACES,
    WHOLE,
)

_WORDS_OF_CODE = re.compile(r"[A-Za-z_.]+")
# What stands behind a name in a regular expression, of grep or sed say.
_OF_A_PATTERN = re.compile(r"//|/[a-z]{0,3}$|/[\s{]|\.[*+]|\[\^|\\[(wWsSdb.]|\^|[$]|\.{1,2}$")
# A shorter password may be anything where it stands again, and so may words, numbers, times, paths, hosts and addresses.
_TELLING = 6
_EVERYDAY = re.compile(
    r"[A-Z]?[a-z]+|[A-Z]+|[\d.,:/_-]+|[a-z]+(?:[_-][a-z]+)*|(?:s3|/|~|\.).*|.*(?:://|[\s$`\"'{}]).*|(?:[\w-]+\.)+[A-Za-z]{2,}|\S+@\S+\.\w+",
    re.DOTALL,
)
# So many arguments lie between a command and its option at most.
_FAR = 20


def named_like_a_secret(name: str) -> bool:
    """Tell whether a name says that its value is a secret."""
    return bool(SECRET_NAME.search(name))


def own_name_of_a_secret(key: str) -> bool:
    """Tell whether a field or parameter of the user's own says by its name that its value is a secret.

    Names of Data Pipeline's own fields say something else: `keyPair`.
    """
    return key.startswith("my") and named_like_a_secret(key)


def kinds_in(text: str) -> Iterator[str]:
    """Yield the kinds of the passwords, keys and tokens typed into a text, in words for the user."""
    return (kind for kind, _ in found(text))


def passwords_in(text: str) -> Iterator[str]:
    """Yield the passwords, keys and tokens typed into a text."""
    return (match["secret"] for _, match in found(text))


def holds_password(text: str, words: Sequence[str] = ()) -> bool:
    """Tell whether a password, a key or a token stands in a text.

    :param words: passwords that stand elsewhere: as a whole word, one of them is a password here, too
    """
    return bool(found(text)) or any(word in text and re.search(whole(word), text) for word in words)


def whole(word: str) -> str:
    """Return the pattern that finds a word, but no part of a longer one, or of a path or host."""
    return rf"(?<![\w./-]){re.escape(word)}(?![\w/-]|\.\w)"


# One text is asked about several times on its way, here and in `found`.
@lru_cache(maxsize=1024)
def expressions_for_passwords(text: str) -> tuple[str, ...]:
    """Return the expressions in a text that stand where a password would: `#{myX}` in `--password #{myX}`."""
    if "#{" not in text or not TRACES.search(text):
        return ()
    return tuple(match["expression"] for pattern in NAMED_PATTERNS for match in pattern.finditer(text))


def is_a_telling_secret(word: str) -> bool:
    """Tell whether a password is no everyday word, number, path or host: wherever else it stands, it is the password."""
    return len(word) >= _TELLING and not _EVERYDAY.fullmatch(word)


def separate_passwords(texts: Sequence[str]) -> Iterator[int]:
    """Yield the places in a list of arguments of what is a password as a whole: the argument before it says so."""
    return (place for place in _behind_options(texts) if WHOLE.fullmatch(texts[place]))


def expressions_for_separate_passwords(texts: Sequence[str]) -> Iterator[str]:
    """Yield the arguments of a list that are an expression where a password would stand: `#{myX}` behind `--password`."""
    return (texts[place] for place in _behind_options(texts) if texts[place].startswith("#{"))


def _behind_options(texts: Sequence[str]) -> Iterator[int]:
    """Yield the places behind an argument that is nothing but an option that takes a password."""
    for place, option in enumerate(texts[:-1], start=1):
        if LONG_OPTION.fullmatch(option):
            yield place
        elif option.startswith("-"):
            command = " ".join([*texts[max(0, place - _FAR) : place], "x"])
            if any(match.end("secret") == len(command) for _, match in found(command)):
                yield place


@lru_cache(maxsize=1024)
def found(text: str) -> tuple[tuple[str, re.Match[str]], ...]:
    """Return what the patterns find in a text, with its kind; group `secret` is the password."""
    if not TRACES.search(text):
        return ()
    return tuple((kind, match) for kind, pattern in PATTERNS for match in matches(pattern, text))


def matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield what a pattern finds that can be a password; behind what cannot, the search begins anew."""
    place = 0
    while match := pattern.search(text, place):
        if _is_plausible(match):
            yield match
            place = max(match.end(), place + 1)
        else:
            place = max(match.end("before"), match.start() + 1)


def _is_plausible(match: re.Match[str]) -> bool:
    secret = match["secret"]
    if _OF_A_PATTERN.match(secret):
        return False
    quote = match["quote"] if "quote" in match.re.groupindex else None
    if quote is None and _is_code(match):
        return False
    if quote not in {"'", '"'} or not re.search(r"\s", secret):
        return True
    # A quote before which another one is open closes that one.
    start = match.start("quote")
    line = match.string[match.string.rfind("\n", 0, start) + 1 : start]
    return (line.count(quote) - line.count(f"\\{quote}")) % 2 == 0


def _is_code(match: re.Match[str]) -> bool:
    """Tell whether what stands behind a name is a variable, a call or an element in a program's code."""
    following = match.string[match.end("secret") : match.end("secret") + 1]
    if following == "(" or (match["secret"].endswith("[") and following in {"'", '"'}):
        return True
    if following != ")" or not _WORDS_OF_CODE.fullmatch(match["secret"]):
        return False
    return match.string[: match.start()].rstrip()[-1:] in {"(", ","}
