"""YAML documents: short tags, scalars as they were written, repeated keys, and bounds."""

from __future__ import annotations

import time
from typing import Any

import pytest
from datapipeline_converters.carriers.json_text import Number
from datapipeline_converters.carriers.yaml_document import FlagWord, parse_yaml
from datapipeline_converters.errors import UnreadableError
from datapipeline_converters.yaml_nodes import MAX_CHARACTERS, MAX_DEPTH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Ref Stage", {"Ref": "Stage"}),
        ("!Condition IsProd", {"Condition": "IsProd"}),
        ("!Sub 'a ${b}'", {"Fn::Sub": "a ${b}"}),
        ("!Sub ['${a}', {a: !Ref B}]", {"Fn::Sub": ["${a}", {"a": {"Ref": "B"}}]}),
        ("!GetAtt Bucket.Arn", {"Fn::GetAtt": ["Bucket", "Arn"]}),
        ("!GetAtt Stack.Outputs.Name", {"Fn::GetAtt": ["Stack", "Outputs.Name"]}),
        ("!GetAtt [Bucket, Arn]", {"Fn::GetAtt": ["Bucket", "Arn"]}),
        ("!Join\n- '-'\n- [a, !Ref B]\n", {"Fn::Join": ["-", ["a", {"Ref": "B"}]]}),
        ("!If [C, !Ref A, b]", {"Fn::If": ["C", {"Ref": "A"}, "b"]}),
        ("!Equals [a, b]", {"Fn::Equals": ["a", "b"]}),
        ("!Not [!Equals [a, b]]", {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}),
        ("!And [!Condition A]", {"Fn::And": [{"Condition": "A"}]}),
        ("!Or [!Condition A]", {"Fn::Or": [{"Condition": "A"}]}),
        ("!FindInMap [M, a, b]", {"Fn::FindInMap": ["M", "a", "b"]}),
        ("!Select [0, [a]]", {"Fn::Select": ["0", ["a"]]}),
        ("!Split [',', a]", {"Fn::Split": [",", "a"]}),
        ("!Base64 a", {"Fn::Base64": "a"}),
        ("!ImportValue a", {"Fn::ImportValue": "a"}),
        ("!Cidr [a, 1, 2]", {"Fn::Cidr": ["a", "1", "2"]}),
        ("!GetAZs ''", {"Fn::GetAZs": ""}),
        ("!Transform {Name: N}", {"Fn::Transform": {"Name": "N"}}),
        ("Fn::Base64: !Sub a", {"Fn::Base64": {"Fn::Sub": "a"}}),
    ],
)
def test_a_short_tag_is_its_long_form(text: str, expected: Any) -> None:
    assert parse_yaml(text, "x.yaml") == (expected, ())


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        ("007", "007", Number),
        ("1.10", "1.10", Number),
        ("-3", "-3", Number),
        ("+.5e3", "+.5e3", Number),
        ("1_000", "1_000", Number),
        ("0x1F", "0x1F", Number),
        ("2012-10-17", "2012-10-17", str),
        ("01:30", "01:30", str),
        ("1.2.3", "1.2.3", str),
        ("'3'", "3", str),
        ("!!str 3", "3", str),
        ("!!int '3'", "3", Number),
        ("yes", "yes", FlagWord),
        ("'yes'", "yes", str),
        ("#{a}", None, type(None)),
        ("'#{a}'", "#{a}", str),
        ("~", None, type(None)),
        ("'~'", "~", str),
        ("'true'", "true", str),
        ("!!str true", "true", str),
    ],
)
def test_scalars_keep_their_text(text: str, expected: Any, kind: type) -> None:
    found = parse_yaml(f"a: {text}\n", "x.yaml")[0]["a"]
    assert found == expected
    assert type(found) is kind


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("True", True), ("FALSE", False)])
def test_booleans(text: str, expected: bool) -> None:
    assert parse_yaml(f"a: {text}", "x.yaml")[0]["a"] is expected


@pytest.mark.parametrize(("word", "flag"), [("yes", True), ("On", True), ("NO", False), ("off", False)])
def test_words_that_older_yaml_takes_for_booleans(word: str, flag: bool) -> None:
    found = parse_yaml(f"a: {word}", "x.yaml")[0]["a"]
    assert (found, found.flag) == (word, flag)


def test_a_repeated_key_is_read_as_in_json() -> None:
    text = "step: a\nsame: x\nstep: b\nsame: x\nstep: c\nref: {ref: A}\nref: {ref: B}\n"
    value, repairs = parse_yaml(text, "x.yaml")
    assert value == {"step": ["a", "b", "c"], "same": "x", "ref": [{"ref": "A"}, {"ref": "B"}]}
    assert [(repair.place, repair.text) for repair in repairs] == [
        ("line 1, 3, 5", "the key 'step' is given 3 times: read as a list"),
        ("line 2, 4", "the key 'same' is given 2 times with the same value: read once"),
        ("line 6, 7", "the key 'ref' is given 2 times: read as a list"),
    ]


def test_anchors_and_merge_keys() -> None:
    text = "a: &a {x: 1, y: [p]}\nb: *a\nc: {<<: *a, x: '2'}\nd: {<<: [{z: '3'}, *a]}\n"
    assert parse_yaml(text, "x.yaml")[0] == {
        "a": {"x": "1", "y": ["p"]},
        "b": {"x": "1", "y": ["p"]},
        "c": {"x": "2", "y": ["p"]},
        "d": {"x": "1", "y": ["p"], "z": "3"},
    }


@pytest.mark.parametrize("text", ["\ufeffa: b", "a: b\r\n", "--- # first\na: b\n...\n", "{a: b}"])
def test_forms_of_the_same(text: str) -> None:
    assert parse_yaml(text, "x.yaml") == ({"a": "b"}, ())


BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
MERGES = "a0: &a0 {x: y}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 60))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("a: [b\nc: d", "at line 2, column 2"),
        ("a: b\n c: d", "at line 2, column 3"),
        ("a: b\n---\nc: d\n", "several documents in one file, the second from line 2"),
        ("a: *b", "an alias without its anchor, at line 1"),
        ("a: &a [*a]", "an alias stands within its own anchor, at line 1"),
        (
            "x: 1\n<<: text\n",
            "expected a mapping or list of mappings for merging, but found scalar at line 2",
        ),
        ("<<: [[a]]\n", "but found sequence at line 1"),
        ("? [a]\n: b", "a key that is no text, at line 1"),
        ("a:\n  b: !!binary YQ==", "the type 'binary' at line 2"),
        ("a: !!python/object:os.system {}", "the type 'python/object:os.system' at line 1"),
        ("a: !!str [b]", "a list or mapping with a scalar's tag at line 1"),
        ("a: \x01", "no YAML: a control character"),
        ('a: "\\ud800"', "half of a character"),
        (BOMB, "its aliases grow without end, at line 20"),
        (MERGES, "its aliases grow without end, at line"),
        ("[" * 100_000, "nested too deeply at line 1"),
        ("{a: " * 100_000, "nested too deeply at line 1"),
        ("\n".join(" " * depth + "-" for depth in range(300)), f"nested too deeply at line {MAX_DEPTH + 1}"),
        ("a" * (MAX_CHARACTERS + 1), "more than the 8,000,000 that are read"),
    ],
    ids=lambda text: text[:30],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableError) as caught:
        parse_yaml(text, "x.yaml")
    assert str(caught.value).startswith("x.yaml: ")
    assert message in str(caught.value)
    assert time.monotonic() - started < 10
