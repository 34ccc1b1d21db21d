r"""How steps are split: `\,` and `\\,` are a comma, other `\\` one backslash, blanks around an argument go."""

from __future__ import annotations

import pytest
from datapipeline_provider.emr.commas import split
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \n ", []),
        ("a.jar", ["a.jar"]),
        ("a.jar,b,c", ["a.jar", "b", "c"]),
        ("a.jar, b ,\tc\n", ["a.jar", "b", "c"]),
        ("a.jar,b c,d  e", ["a.jar", "b c", "d  e"]),  # blanks separate nothing
        (r"a.jar,b\,c", ["a.jar", "b,c"]),
        (r"a.jar,b\\,c", ["a.jar", "b,c"]),
        (r"a.jar,\,", ["a.jar", ","]),
        (r"a.jar,\\,\\,,x", ["a.jar", ",,", "x"]),
        (r"a.jar,b\\c", ["a.jar", r"b\c"]),
        (r"a.jar,b\\\\c", ["a.jar", r"b\\c"]),
        (r"a.jar,b\nc,\d", ["a.jar", r"b\nc", r"\d"]),  # no escape of the splitter's
        ("a.jar,b\\", ["a.jar", "b\\"]),
        (r"a.jar,C:\dir\\", ["a.jar", "C:\\dir\\"]),
        (r"a.jar,\\\,x", ["a.jar", r"\,x"]),  # a backslash, then a comma
        ("a,,b", ["a", "", "b"]),
        ("a,", ["a", ""]),
        (",", ["", ""]),
        ("a,'b,c',\"d\"", ["a", "'b", "c'", '"d"']),  # quotes mean nothing
        (
            "command-runner.jar,spark-submit,--class,org.X,--conf,a=b\\,c,s3://b/x.jar",
            ["command-runner.jar", "spark-submit", "--class", "org.X", "--conf", "a=b,c", "s3://b/x.jar"],
        ),
    ],
)
def test_split(text: str, parts: list[str]) -> None:
    assert split(text) == parts


# What an argument may be, without blanks at its ends, which are dropped.
ARGUMENTS = st.text(st.sampled_from("ab ,=/\n'\"$")).filter(lambda text: text == text.strip())


@given(
    st.lists(ARGUMENTS, min_size=1).filter(any),
    st.sampled_from(["\\,", "\\\\,"]),
    st.sampled_from(["", " ", "\n"]),
)
def test_what_is_escaped_comes_back(arguments: list[str], comma: str, blank: str) -> None:
    text = ",".join(blank + argument.replace(",", comma) + blank for argument in arguments)
    assert split(text) == arguments


@given(st.lists(st.text(st.sampled_from("a\\,"), min_size=1), min_size=1))
def test_backslashes_come_back_where_each_is_doubled(arguments: list[str]) -> None:
    """Except before a comma, where a backslash cannot be said."""
    arguments = [argument.replace("\\,", "a,").rstrip("\\") or "a" for argument in arguments]
    text = ",".join(argument.replace("\\", "\\\\").replace(",", "\\,") for argument in arguments)
    assert split(text) == arguments


@given(st.text(st.sampled_from("a \\,")))
def test_splitting_makes_no_more_parts_than_there_are_commas(text: str) -> None:
    parts = split(text)
    assert len(parts) <= text.count(",") + 1
    assert all(part == part.strip() for part in parts)
