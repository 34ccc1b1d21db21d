"""The worked examples of the guide, through the reference interpreter and through Jinja."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from datapipeline_converters.expressions import (
    Facts,
    Items,
    Joined,
    Name,
    Node,
    Parameter,
    Runtime,
    Template,
    Text,
    bind,
    evaluate,
    parse,
    write_jinja,
)

from tests.converters.expressions.rendering import ON_DEMAND, SCHEDULED, context, render

SHELL = 'grep -rc "GET" ${INPUT1_STAGING_DIR}/* > ${OUTPUT1_STAGING_DIR}/output.txt'

MEANING: dict[str, Node] = {
    "myList": Items((Text("one"), Text("two"))),
    "myList1": Items((Text("1"), Text("2"))),
    "myList2": Items((Text("3"), Text("4"))),
    "parent.@id": Text("ExampleDataNode"),
    "name": Text("Sales"),
    "table": Joined(Template(("adEvents",))),
    "myShellCmd": Joined(Template((SHELL,))),
    "myLate": Parameter("myLate"),
}


def meaning(name: Name) -> Node:
    if str(name) in MEANING:
        return MEANING[str(name)]
    assert name.parts[-1].startswith("@"), name
    return Runtime(name.parts[-1])


# field text, @scheduledStartTime, @scheduledEndTime, expected
ROWS = [
    ("#{1 - 2}", "", "", "-1"),
    ("#{1 / 2}", "", "", "0"),
    ("#{2 ^ 2}", "", "", "4.0"),
    ('#{"hel" + "lo"}', "", "", "hello"),
    ("#{'this is ' + myList}", "", "", ("this is one", "this is two")),
    ("s3://mybucket/#{parent.@id}.csv", "", "", "s3://mybucket/ExampleDataNode.csv"),
    ("s3://myBucket/#{name}.csv", "", "", "s3://myBucket/Sales.csv"),
    (
        "#{year(@scheduledStartTime)}/#{month(@scheduledStartTime)}/#{day(@scheduledStartTime)} "
        "#{hour(@scheduledStartTime)}:#{minute(@scheduledStartTime)} #{dayOfYear(@scheduledStartTime)}",
        "2011-05-24T17:10:00",
        "",
        "2011/5/24 17:10 144",
    ),
    (
        "#{format(@scheduledStartTime,'YYYY-MM-dd HH:mm:ss z')}",
        "2011-05-24T17:10:00",
        "",
        "2011-05-24 17:10:00 UTC",
    ),
    (
        "#{format(midnight(@scheduledStartTime),'YYYY-MM-dd HH:mm')}",
        "2011-05-25T17:10:00",
        "",
        "2011-05-25 00:00",
    ),
    (
        "#{format(firstOfMonth(@scheduledStartTime),'YYYY-MM-dd HH:mm')}",
        "2011-05-24T17:10:00",
        "",
        "2011-05-01 17:10",
    ),
    (
        "#{format(sunday(@scheduledStartTime),'YYYY-MM-dd HH:mm')}",
        "2011-05-24T17:10:00",
        "",
        "2011-05-22 17:10",
    ),
    (
        "#{format(sunday(@scheduledStartTime),'YYYY-MM-dd HH:mm')}",
        "2011-05-22T09:00:00",
        "",
        "2011-05-22 09:00",
    ),
    (
        "#{format(yesterday(@scheduledStartTime),'YYYY-MM-dd HH:mm')}",
        "2024-03-01T06:00:00",
        "",
        "2024-02-29 06:00",
    ),
    (
        "#{format(plusMonths(@scheduledStartTime,1),'YYYY-MM-dd HH:mm')}",
        "2011-05-24T17:10:00",
        "",
        "2011-06-24 17:10",
    ),
    ("#{format(makeDateTime(2011,5,24,14,21),'YYYY-MM-dd HH:mm')}", "", "", "2011-05-24 14:21"),
    (
        "#{format(minusMinutes(@scheduledStartTime,30),'YYYY-MM-dd hh:mm:ss')}",
        "2024-03-01T00:15:00",
        "",
        "2024-02-29 11:45:00",
    ),
    (
        "s3://b/#{@scheduledStartTime.format('YYYY-MM-dd-hh:mm')}.csv",
        "2024-01-01T00:05:00",
        "",
        "s3://b/2024-01-01-12:05.csv",
    ),
    (
        "select * from #{table} where eventTime >= '#{@scheduledStartTime.format('YYYY-MM-dd HH:mm:ss')}' "
        "and eventTime < '#{@scheduledEndTime.format('YYYY-MM-dd HH:mm:ss')}'",
        "2024-01-01T00:00:00",
        "2024-01-02T00:00:00",
        "select * from adEvents where eventTime >= '2024-01-01 00:00:00' and eventTime < '2024-01-02 00:00:00'",
    ),
    (
        "Error for interval #{node.@scheduledStartTime}..#{node.@scheduledEndTime}.",
        "2024-01-01T00:00:00",
        "2024-01-02T00:00:00",
        "Error for interval 2024-01-01T00:00:00..2024-01-02T00:00:00.",
    ),
    ("#{format(@scheduledStartTime,'YY-MM-DD HH:MM:SS')}", "2024-02-05T03:04:09", "", "24-02-36 03:02:00"),
    ("#{myShellCmd}", "", "", SHELL),
    ("#{format(@scheduledStartTime,\"YYYY xxxx 'W'ww e\")}", "2024-12-30T00:00:00", "", "2024 2025 W01 1"),
    (
        "#{format(@scheduledStartTime,'EEEE, MMM d, yyyy h:mm a')}",
        "2011-05-24T17:10:00",
        "",
        "Tuesday, May 24, 2011 5:10 PM",
    ),
]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text or "2024-01-31T00:00:00").replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "start", "end", "expected"), ROWS)
def test_worked_example(text: str, start: str, end: str, expected: str | tuple[str, ...]) -> None:
    template = bind(parse(text), meaning)
    facts = Facts({"@scheduledStartTime": instant(start), "@scheduledEndTime": instant(end)})
    assert evaluate(template, facts) == expected
    written = write_jinja(template, SCHEDULED)
    names = context(instant(start), instant(end))
    if isinstance(expected, tuple):
        assert tuple(render(str(item), names) for item in written.items or ()) == expected
    else:
        assert render(written.text or "", names) == expected


@pytest.mark.parametrize("row", [row for row in ROWS if row[1] and not row[2]])
def test_worked_example_on_demand(row: tuple[str, str, str, str]) -> None:
    written = write_jinja(bind(parse(row[0]), meaning), ON_DEMAND)
    assert render(written.text or "", context(instant(row[1]))) == row[3]


def test_a_list_of_lists_is_flat() -> None:
    inner = tuple(Joined(bind(parse(text), meaning)) for text in ("#{myList1}", "#{myList2}"))
    template = bind(parse("#{all}"), lambda _: Items(inner))
    assert evaluate(template) == ("1", "2", "3", "4")
    assert write_jinja(template, {}).items == ("1", "2", "3", "4")


# Not documented: precedence, grouping, floats, lists, month ends. Our reading of them.
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
    ("#{format(makeDate(2011,5,24),'C CC G')}", "21 21 AD"),
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
