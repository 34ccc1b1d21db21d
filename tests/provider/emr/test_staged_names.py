"""What of a script is replaced by the names of tables, and what is not."""

from __future__ import annotations

import re

import pytest
from datapipeline_provider.emr import staged_names
from hypothesis import given
from hypothesis import strategies as st

NAMES = {"input1": "input1_t", "input2": "input2_t", "output1": "output1_t"}

REPLACED = [
    ("SELECT * FROM ${input1};", "SELECT * FROM input1_t;"),
    ("INSERT OVERWRITE TABLE ${output1} SELECT a.x FROM ${input1} a JOIN ${input2} b", "INSERT OVERWRITE TABLE "
     "output1_t SELECT a.x FROM input1_t a JOIN input2_t b"),
    ("${input1}${input1}.x", "input1_tinput1_t.x"),
    ("'${input1}' -- ${output1}", "'input1_t' -- output1_t"),
    ("`${input1}`", "`input1_t`"),
    ("$${input1}", "$input1_t"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), REPLACED)
def test_replaced(text: str, expected: str) -> None:
    assert staged_names.replaced(text, NAMES) == expected


UNCHANGED = [
    "SELECT '${hivevar:x}', ${hiveconf:input1}, ${hivevar:input1}",
    "${system:user.name} ${env:HOME} ${x}",
    # Numbers that nothing has, and what only looks like a name.
    "${input3} ${output2} ${input10} ${input11} ${input01} ${input0} ${input}",
    "${ input1 } ${input1 } $input1 {input1} ${input1",
    "${INPUT1} ${Input1}",
    "${inputs1} ${my_input1} ${input1x} ${input-1} ${input1.x}",
    "${input\uff11} ${input1\uff11}",
    # Quotes, semicolons, backslashes, comments, line ends.
    "SELECT 'it''s; \"a\" \\' \\\\n', \"b;'c\" -- 'open\n/* ; */\r\n\t;;",
    "SET x=${y:-z}; #{input1} {{ input1 }} %(input1)s",
    "",
]


@pytest.mark.parametrize("text", UNCHANGED)
def test_unchanged(text: str) -> None:
    assert staged_names.replaced(text, NAMES) == text


def test_pig_minds_no_case() -> None:
    text = "x = FILTER ${INPUT1} BY a; ${Output1} = x; ${INPUT9}"
    assert staged_names.replaced(text, NAMES, any_case=True) == (
        "x = FILTER input1_t BY a; output1_t = x; ${INPUT9}"
    )


@pytest.mark.parametrize(
    ("texts", "any_case", "expected"),
    [
        (["${output1} ${input1}"], False, ["input1", "output1"]),
        (["${input1}", "x=${output1}"], False, ["input1", "output1"]),
        (["${INPUT1}"], False, []),
        (["${INPUT1}"], True, ["input1"]),
        (["${input9} ${hivevar:input1}"], False, []),
    ],
)
def test_used(texts: list[str], any_case: bool, expected: list[str]) -> None:
    assert staged_names.used(texts, NAMES, any_case=any_case) == expected


PIECES = st.sampled_from(
    ["${", "}", "input", "output", "1", "2", "3", "0", "$", "{", "'", ";", "\n", "hivevar:"]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_all_that_is_no_name_stays(text: str) -> None:
    """A second reader, written otherwise, finds the same names; what is between them is the same, in order."""
    expected, rest = "", text
    while rest:
        name = next((name for name in NAMES if rest.startswith("${" + name + "}")), None)
        expected += NAMES[name] if name else rest[0]
        rest = rest[len(name) + 3 :] if name else rest[1:]
    assert staged_names.replaced(text, NAMES) == expected
    assert set(staged_names.used([text], NAMES)) == {
        name for name in NAMES if re.search(r"\$\{" + name + r"\}", text)
    }
