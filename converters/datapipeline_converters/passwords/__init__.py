"""Knows what a password, a key or a token looks like that somebody typed into a text, and takes it out."""

from __future__ import annotations

from datapipeline_converters.passwords.finding import (
    expressions_for_passwords,
    expressions_for_separate_passwords,
    holds_password,
    is_a_telling_secret,
    kinds_in,
    named_like_a_secret,
    own_name_of_a_secret,
    passwords_in,
    separate_passwords,
)
from datapipeline_converters.passwords.patterns import PASSWORD
from datapipeline_converters.passwords.replacing import masked, without_passwords, without_words

__all__ = [
    "PASSWORD",
    "expressions_for_passwords",
    "expressions_for_separate_passwords",
    "holds_password",
    "is_a_telling_secret",
    "kinds_in",
    "masked",
    "named_like_a_secret",
    "own_name_of_a_secret",
    "passwords_in",
    "separate_passwords",
    "without_passwords",
    "without_words",
]
