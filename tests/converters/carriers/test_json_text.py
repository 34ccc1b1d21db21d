from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.errors import UnreadableError


@pytest.mark.parametrize(
    ("text", "expected", "repairs"),
    [
        ('{"a": 1}', {"a": 1}, 0),
        ('\ufeff{"a": 1}', {"a": 1}, 0),
        ('{"a": [1, 2,], }', {"a": [1, 2]}, 2),
        ('{"a": "x,}"}', {"a": "x,}"}, 0),
        ('{"a": "x\\",}"}', {"a": 'x",}'}, 0),
        ('{"a": "one\ntwo"}', {"a": "one\ntwo"}, 0),
        ('{"step": "a", "step": "b"}', {"step": ["a", "b"]}, 1),
        ('{"step": ["a", "b"], "step": "c", "step": "d"}', {"step": [["a", "b"], "c", "d"]}, 1),
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
    ],
)
def test_what_is_not_json(text: str, part: str) -> None:
    with pytest.raises(UnreadableError, match=part):
        parse_json(text, "x.json")
