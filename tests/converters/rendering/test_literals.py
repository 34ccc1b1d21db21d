from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from datapipeline_converters.rendering.literals import duration_literal, text_literal
from hypothesis import given
from hypothesis import strategies as st

from tests.ruff import reformatted

HOSTILE = [
    "",
    "plain",
    'say "hi"',
    "it's",
    "both ' and \"",
    "back\\slash",
    "ends in backslash\\",
    "two\nlines",
    'two\nlines ending in "',
    'two\nlines with """ inside',
    "two\nlines with \\n",
    "two\nlines\\",
    "trailing blank \nnext",
    "tab\tand\nline",
    "cr\r\nlf",
    "\x00\x1b\x7f",
    "\u2028\u00a0\ufeff",
    "😀 Größe",
    "\ud800",
    "{{ x }} {% y %} {# z #} ${a} #{b} %s",
    "\n",
    "a\n",
    "\na",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_literal_means_the_text(text: str) -> None:
    assert ast.literal_eval(text_literal(text)) == text


@given(st.text() | st.text(alphabet="\"'\\\n{}%# a"))
def test_any_literal_means_the_text(text: str) -> None:
    assert ast.literal_eval(text_literal(text)) == text


def test_a_script_stays_readable_whatever_its_line_ends() -> None:
    assert text_literal("set -e\r\n\techo a  \nb") == '"""set -e\\r\n\techo a \\x20\nb"""'


def test_a_formatter_leaves_literals_alone(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if text != "\ud800"]
    source = "".join(f"value = {text_literal(text)}\n" for text in texts)
    (tmp_path / "literals.py").write_text(source, encoding="utf-8")
    assert reformatted(tmp_path, 88) == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (timedelta(minutes=10), "timedelta(minutes=10)"),
        (timedelta(hours=2), "timedelta(hours=2)"),
        (timedelta(days=1), "timedelta(days=1)"),
        (timedelta(minutes=90), "timedelta(minutes=90)"),
        (timedelta(seconds=61), "timedelta(seconds=61)"),
        (timedelta(0), "timedelta(seconds=0)"),
    ],
)
def test_durations(value: timedelta, expected: str) -> None:
    assert duration_literal(value) == expected
