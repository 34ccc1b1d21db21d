from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from datapipeline_provider.copy import writing
from datapipeline_provider.copy.batch import Batch
from datapipeline_provider.copy.cleaning import Cleaner
from datapipeline_provider.data_formats import clean_up
from datapipeline_provider.data_formats.csv import CSV
from datapipeline_provider.data_formats.quoted_csv import QuotedCSV
from hypothesis import given
from hypothesis import strategies as some

TABLE = {"\0": "", "\x01": "", "\t": " ", "\u2028": " ", "é": "e", "#": "no.", "\ufffe": "\ufffd"}


@pytest.mark.parametrize(
    ("table", "value", "clean", "count"),
    [
        (clean_up.PRESETS["nul"], "a\0b\0", "ab", 2),
        (clean_up.PRESETS["line_breaks"], "a\r\nb\u2028c", "a  b c", 3),
        (clean_up.PRESETS["control_characters"], "a\tb\x1f\x7f", "a\tb", 2),
        (clean_up.PRESETS["redshift"], "a\ufdd0\U0001ffff", "a\ufffd\ufffd", 2),
        ({"]": "^", "^": "", "-": "x"}, "]^-a", "^xa", 3),
        (TABLE, "#é\t\0", "no.e ", 4),
        ({}, "\0", "\0", 0),
    ],
)
def test_values(table: dict[str, str], value: str, clean: str, count: int) -> None:
    counted: Counter[str] = Counter()
    batch = Cleaner(table, counted).batch(Batch("t", 1, [("1", value), (None, "x")]))
    assert (list(batch.rows), counted["cleaned"]) == ([("1", clean), (None, "x")], count)
    ragged = Cleaner(table, counted).batch(Batch("t", 1, [("1", value), (None,)]))
    assert list(ragged.rows) == [("1", clean), (None,)]


@pytest.mark.parametrize(
    ("table", "data_format", "refused"),
    [
        (TABLE, CSV(), False),
        ({"\t": " ", "\u2028": " "}, QuotedCSV(), False),
        (TABLE, QuotedCSV(), True),  # a value of NULs alone would become NULL
        ({"n": "m"}, CSV(), True),
        (clean_up.PRESETS["control_characters"], CSV(), False),
        (clean_up.PRESETS["line_breaks"], CSV(), True),
        (clean_up.PRESETS["line_breaks"], QuotedCSV(), True),
        ({";": ","}, QuotedCSV(), True),
        ({'"': ""}, QuotedCSV(), True),
        ({"\\": "/"}, CSV(), True),
        ({}, CSV(), False),
    ],
)
def test_bytes_are_cleaned_only_where_that_is_the_same(
    table: dict[str, str], data_format: Any, *, refused: bool
) -> None:
    assert (Cleaner(table, Counter()).refuses_bytes_of(data_format) is not None) is refused


@given(some.lists(some.tuples(*[some.none() | some.text('a,"\\n\0\x01\t\u2028é#\ufffe')] * 2)))
@pytest.mark.parametrize(
    ("table", "data_format"),
    [(TABLE, CSV()), ({old: new for old, new in TABLE.items() if new}, QuotedCSV())],
)
def test_bytes_become_what_values_become(table: dict[str, str], data_format: Any, rows: Any) -> None:
    by_value, by_bytes = Counter[str](), Counter[str]()
    first = writing.writer(data_format).write(Cleaner(table, by_value).batch(Batch("t", 1, rows)))
    second = Cleaner(table, by_bytes).bytes(writing.writer(data_format).write(Batch("t", 1, rows)))
    assert (first, by_value) == (second, by_bytes)
