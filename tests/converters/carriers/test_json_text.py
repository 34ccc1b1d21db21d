from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.errors import UnreadableError


@pytest.mark.parametrize(
    ("text", "expected", "repairs"),
    [
        ('{"a": 1}', {"a": "1"}, 0),
        ('\ufeff{"a": 1}', {"a": "1"}, 0),
        ('{"a": [1, 2,], }', {"a": ["1", "2"]}, 1),
        ('{"a": [1.10, 1e3, -0, NaN]}', {"a": ["1.10", "1e3", "-0", "NaN"]}, 0),
        (f'{{"a": {"7" * 5000}}}', {"a": "7" * 5000}, 0),
        ('{"a": [true, null]}', {"a": [True, None]}, 0),
        ('{"a": "x,}"}', {"a": "x,}"}, 0),
        ('{"a": "x\\",}"}', {"a": 'x",}'}, 0),
        ('{"a": "one\ntwo"}', {"a": "one\ntwo"}, 1),
        ('{"a": "one\ttwo", "b": "\x01"}', {"a": "one\ttwo", "b": "\x01"}, 1),
        ('{"a": "one\\ntwo"}', {"a": "one\ntwo"}, 0),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}, 0),
        ('{"step": "a", "step": "b"}', {"step": ["a", "b"]}, 1),
        ('{"step": ["a", "b"], "step": "c", "step": "d"}', {"step": [["a", "b"], "c", "d"]}, 1),
        ('{"step": "a", "step": "a", "step": "a"}', {"step": "a"}, 1),
        ('{"schedule": {"ref": "S"}, "schedule": {"ref": "S"}}', {"schedule": {"ref": "S"}}, 1),
        ('{"step": "a", "step": "b", "step": "a"}', {"step": ["a", "b", "a"]}, 1),
        ('{"step": ["a"], "step": ["a"]}', {"step": [["a"], ["a"]]}, 1),
    ],
)
def test_what_is_read(text: str, expected: Any, repairs: int) -> None:
    value, found = parse_json(text, "x.json")
    assert value == expected
    assert len(found) == repairs


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("hello", "line 1, column 1"),
        ('{"a": 1', "line 1, column 8"),
        ('{"a": 1}\n}', "line 2, column 1"),
        ("[" * 100_000, "nested too deeply"),
        (
            '{"objects": [{"id": "A", "x": ["a", "\\ud800"]}]}',
            r"half of a character .* in object 'A' field 'x' item 2",
        ),
        ('{"objects": [{"x\\udc00": "a"}]}', r"in field 'objects' item 1 field 'x\\udc00'"),
        ('{"objects": [{"id": "\\ud800"}]}', r"in object '\\ud800' field 'id'"),
        ('{"values": {"myX": "\\ude00\\ud83d"}}', "in field 'values' field 'myX'"),
    ],
)
def test_what_is_not_json(text: str, part: str) -> None:
    with pytest.raises(UnreadableError, match=part):
        parse_json(text, "x.json")


def test_a_repair_names_its_line() -> None:
    _, found = parse_json('{"a": "x",\n "b": "one\n two",\n "c": [1,]}', "x.json")
    assert [(repair.place, repair.text.split()[1]) for repair in found] == [
        ("line 2", "raw"),
        ("line 4", "trailing"),
    ]
