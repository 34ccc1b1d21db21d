"""Knows how options of a program are written for EMR Serverless, which gets them in one text with blanks between them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from datapipeline_provider.emr_serverless.errors import StepRefusedError

# What every way of taking such a text apart leaves alone.
_PLAIN = re.compile(r"[\w@%+=:,./#-]+", re.ASCII)


def is_plain(text: str) -> bool:
    """Say whether a text stays one word, whatever takes the options apart."""
    return _PLAIN.fullmatch(text) is not None


def s3(address: str) -> str:
    """Write an address in S3 with the scheme that EMR Serverless knows."""
    return f"s3://{address.removeprefix('s3n://')}" if address.startswith("s3n://") else address


def value_of(step: str, option: str, left: list[str]) -> str:
    """Take the word behind an option.

    :param option: whose and which, for the user: `Hive's -f`
    :param left: the words behind it
    :raises StepRefusedError: if there is none
    """
    if not left:
        raise StepRefusedError(step, f"{option} has no value", "Give it one.")
    return left.pop(0)


def options(option: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return the words for some plain settings: `option`, then `name=value`, for each."""
    return [word for name, value in pairs for word in (option, f"{name}={value}")]
