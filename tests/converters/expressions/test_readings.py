"""What is not documented: precedence, grouping, the text of decimal numbers, lists. Our reading of them."""

from __future__ import annotations

import pytest
from datapipeline_converters.expressions import Items, Name, Node, Text, bind, evaluate, parse, write_jinja

MEANING: dict[str, Node] = {
    "myList1": Items((Text("1"), Text("2"))),
    "myList2": Items((Text("3"), Text("4"))),
}


def meaning(name: Name) -> Node:
    return MEANING[str(name)]


READINGS = [
    ("#{1 + 2}", "3"),
    ("#{1 * 2}", "2"),
    ("#{1.0 / 2}", "0.5"),
    ("#{1 + 2 + 'a'}", "3a"),
    ("#{'a' + 1 + 2}", "a12"),
    ("#{'a' + (1 + 2)}", "a3"),
    ("#{2 + 3 * 4}", "14"),
    ("#{(2 + 3) * 4}", "20"),
    ("#{10 - 3 - 2}", "5"),
    ("#{2 * 3 ^ 2}", "18.0"),
    ("#{2 ^ 3 ^ 2}", "64.0"),
    ("#{-2 ^ 2}", "4.0"),
    ("#{2 ^ -1}", "0.5"),
    ("#{--3}", "3"),
    ("#{-7 / 2}", "-3"),
    ("#{7 / -2}", "-3"),
    ("#{1 / 0.0}", "Infinity"),
    ("#{-1 / 0.0}", "-Infinity"),
    ("#{0 / 0.0}", "NaN"),
    ("#{10 ^ 7}", "1.0E7"),
    ("#{10 ^ 6}", "1000000.0"),
    ("#{12345678 * 1.0}", "1.2345678E7"),
    ("#{0.001}", "0.001"),
    ("#{.0001}", "1.0E-4"),
    ("#{10 ^ 999}", "Infinity"),
    ("#{(-8) ^ 0.5}", "NaN"),
    ("#{'6' * '7'}", "42"),
    ("#{'1.5' - 1}", "0.5"),
    ("#{1 + '1'}", "11"),
    ("#{makeDate(2011,5,24)}", "2011-05-24T00:00:00"),
    ("#{plusMonths(makeDate(2024,1,31),1)}", "2024-02-29T00:00:00"),
    ("#{plusMonths(makeDate(2023,1,31),1)}", "2023-02-28T00:00:00"),
    ("#{minusMonths(makeDate(2024,3,31),1)}", "2024-02-29T00:00:00"),
    ("#{minusMonths(makeDate(2024,1,31),13)}", "2022-12-31T00:00:00"),
    ("#{plusYears(makeDate(2024,2,29),1)}", "2025-02-28T00:00:00"),
    ("#{plusDays(makeDate(2024,2,28),-1)}", "2024-02-27T00:00:00"),
    ("#{makeDate(2024,1,1) + ''}", "2024-01-01T00:00:00"),
    ("#{format('2011-05-24T17:10:00Z','HH')}", "17"),
    ("#{plusDays('2011-05-24', '1')}", "2011-05-25T00:00:00"),
    ("#{inTimeZone(makeDateTime(2011,5,24,17,10),'America/Los_Angeles')}", "2011-05-24T10:10:00"),
    ("#{plusPeriod(makeDate(2011,5,24),'2 Weeks')}", "2011-06-07T00:00:00"),
    ("#{format(makeDate(2011,5,24),'C CC G')}", "20 20 AD"),
    ("#{year(makeDate(2011,5,24)) + myList1}", ("20111", "20112")),
    ("#{myList1 + '-' + myList2}", ("1-3", "1-4", "2-3", "2-4")),
    ("#{-myList1}", ("-1", "-2")),
    ("#{plusDays(makeDate(2011,5,24), myList1)}", ("2011-05-25T00:00:00", "2011-05-26T00:00:00")),
]


@pytest.mark.parametrize(("text", "expected"), READINGS)
def test_reading_of_what_is_not_documented(text: str, expected: str | tuple[str, ...]) -> None:
    template = bind(parse(text), meaning)
    assert evaluate(template) == expected
    written = write_jinja(template, {})
    assert (written.items or written.text) == expected
