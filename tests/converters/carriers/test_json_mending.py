from __future__ import annotations

import time
from typing import Any

import pytest
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.errors import UnreadableError


@pytest.mark.parametrize(
    ("text", "expected", "repairs"),
    [
        # typographic quotes
        ("{“a”: “x”}", {"a": "x"}, ["line 1"]),
        ('{"a": “x"}', {"a": "x"}, ["line 1"]),
        ("{„a“: 1}", {"a": "1"}, ["line 1"]),
        ("{\u2018a\u2019: \u2018x\u2019}", {"a": "x"}, ["line 1"]),
        ('{"a": "say “hi”, he"}', {"a": "say “hi”, he"}, []),
        ('{"a":\n“it\'s \\“so\\” \\n”}', {"a": "it's “so” \n"}, ["line 2"]),
        # single quotes, Python's words, names without quotes
        ("{'a': 'it\\'s \"so\"'}", {"a": 'it\'s "so"'}, ["line 1"]),
        ("{'a': True, 'b': None}", {"a": True, "b": None}, ["line 1"] * 3),
        ('{a: "x", b_2: 1}', {"a": "x", "b_2": "1"}, ["line 1"]),
        # comments
        ('{"a": 1 // “x”, {\n}', {"a": "1"}, ["line 1"]),
        ('{/* a\n, */ "b": "http://x/*y*/#z"}', {"b": "http://x/*y*/#z"}, ["line 1"]),
        ('# top\n{"a": [1, # one\n2]}', {"a": ["1", "2"]}, ["line 1", "line 2"]),
        # commas
        ('{"a": 1,\n}', {"a": "1"}, ["line 1"]),
        ('{"a": [1, // last\n],\n\n}', {"a": ["1"]}, ["line 1", "line 1", "line 2"]),
        ('{"a": "x"\n "b": 1}', {"a": "x", "b": "1"}, ["line 1"]),
        (
            '{"a": {"b": 1}\n\n"c": true\n"d": []}',
            {"a": {"b": "1"}, "c": True, "d": []},
            ["line 1", "line 3"],
        ),
        ('[{"a": 1}\n{"b": 2}]', [{"a": "1"}, {"b": "2"}], ["line 1"]),
        # invisible characters, line ends
        ('{\u00a0"a":\u200b"x\u00a0y"}', {"a": "x\u00a0y"}, ["line 1"]),
        ('{\r\n"a": 1,\r\n}\r\n', {"a": "1"}, ["line 2"]),
        ('{\r\n"a": "x\\r\\ny"\r\n}', {"a": "x\r\ny"}, []),
    ],
)
def test_what_is_certain(text: str, expected: Any, repairs: list[str]) -> None:
    value, found = parse_json(text, "x.json")
    assert value == expected
    assert [repair.place for repair in found] == repairs


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": "say "hi" there"}', "line 1, column 13"),
        ('{"a": "x" "b": 1}', "line 1, column 11"),  # on one line it may be a quote too many
        ('["x"\n"y"]', "line 2, column 1"),
        ("[1,,2]", "line 1, column 4"),
        ('{"a": x}', "line 1, column 7"),
        ("{“a”: 1,\n“b”: }", "line 2, column 6"),
        ('/* never closed {"a": 1}', "line 1, column 1"),
        ('{"a": 1}\n{"b": 2}', "line 2, column 1"),
        ('{"a": [1, 2}', "line 1, column 12"),
        ('{"objects": [{"id": "A"}', "line 1, column 25"),
        ('{"a": “x” y”}', "line 1, column 7"),
    ],
)
def test_what_is_not_certain(text: str, place: str) -> None:
    with pytest.raises(UnreadableError, match=place):
        parse_json(text, "x.json")


def test_a_file_full_of_one_fault_is_told_in_one_line() -> None:
    text = "{" + ",\n".join(f"'k{number}': {number}" for number in range(50)) + ",}"
    _, found = parse_json(text, "x.json")
    assert [(repair.place, repair.text) for repair in found] == [
        ("line 1 and 49 others", "single quotes were read as double ones"),
        ("line 50", "a trailing comma was dropped"),
    ]


@pytest.mark.parametrize(
    "piece", ["“", "'\\'", '\\"', ",/*", '"a",', '"\n",\n', "/*", "{\u2018", "[" * 10 + "\n", "x ", ",\n"]
)
def test_hostile_texts_take_time_in_proportion(piece: str) -> None:
    def seconds(count: int) -> float:
        start = time.process_time()
        with pytest.raises(UnreadableError):
            parse_json("{" + piece * count, "x.json")
        return time.process_time() - start

    # Eight times the text; what looks at everything again for each piece takes 64 times as long.
    assert min(seconds(40_000) for _ in range(3)) < 24 * min(seconds(5_000) for _ in range(3)) + 0.2
