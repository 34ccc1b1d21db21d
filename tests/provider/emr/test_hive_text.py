"""How texts are written so that Hive reads them back as they were."""

from __future__ import annotations

import re

import pytest
from datapipeline_provider.emr.hive_text import identifier, literal, properties
from hypothesis import given
from hypothesis import strategies as st

LITERALS = [
    ("s3://b/in/2026-03-01/", "'s3://b/in/2026-03-01/'"),
    ("it's", r"'it\u0027s'"),
    ('a "b"', r"'a \u0022b\u0022'"),
    ("a;b", r"'a\u003Bb'"),
    ("\\", r"'\u005C'"),
    ("${x}", r"'\u0024{x}'"),
    ("\t\n", r"'\u0009\u000A'"),
    ("é", r"'\u00E9'"),
    ("😀", r"'\uD83D\uDE00'"),
    ("`", r"'\u0060'"),
    ("", "''"),
]


@pytest.mark.parametrize(("text", "expected"), LITERALS)
def test_literals(text: str, expected: str) -> None:
    assert literal(text) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_literal_is_read_back_and_has_nothing_that_means_something(text: str) -> None:
    written = literal(text)
    inside = written[1:-1]
    assert not re.search(r"['\";$`\n]|\\(?!u[0-9A-F]{4})", inside)
    units = re.findall(r"\\u([0-9A-F]{4})|(.)", inside)
    data = b"".join(bytes.fromhex(number) if number else c.encode("utf-16-be") for number, c in units)
    assert data.decode("utf-16-be") == text


def test_names_and_properties() -> None:
    assert identifier("a`b") == "`a``b`"
    assert properties({"x.y": "1", "z": "'"}) == r"('x.y' = '1', 'z' = '\u0027')"
