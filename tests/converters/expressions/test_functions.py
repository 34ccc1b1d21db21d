"""Every function of the language: what it gives, at the edges of the calendar too, and what it says to wrong arguments.

The values are those of dp-pipeline-reference-functions-datetime where it has an example, else Joda-Time's.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from datapipeline_converters.expressions import (
    ExpressionError,
    Facts,
    Items,
    Name,
    Node,
    Parameter,
    Runtime,
    Text,
    bind,
    evaluate,
    parse,
    write_jinja,
)
from datapipeline_converters.expressions.functions import FUNCTIONS

from tests.converters.expressions.rendering import ON_DEMAND, SCHEDULED, context, render

GUIDE = "2011-05-24T17:10:00"  # a Tuesday
LEAP = "2024-02-29T23:59:59"
FIRST, LAST = "0001-01-01T00:00:00", "9999-12-31T23:59:59"

# function, expression in which s is the instant, the instant, what it gives
ROWS = [
    ("year", "year(s)", GUIDE, "2011"),
    ("year", "year(s)", FIRST, "1"),
    ("year", "year(s)", LAST, "9999"),
    ("year", "year('2024-12-31T23:59:59')", GUIDE, "2024"),
    ("month", "month(s)", GUIDE, "5"),
    ("month", "month(s)", "2024-01-01T00:00:00", "1"),
    ("month", "month(s)", "2024-12-31T23:59:59", "12"),
    ("day", "day(s)", GUIDE, "24"),
    ("day", "day(s)", LEAP, "29"),
    ("day", "day(s)", "2023-03-01T00:00:00", "1"),
    ("dayOfYear", "dayOfYear(s)", GUIDE, "144"),
    ("dayOfYear", "dayOfYear(s)", "2024-01-01T00:00:00", "1"),
    ("dayOfYear", "dayOfYear(s)", "2023-12-31T23:59:59", "365"),
    ("dayOfYear", "dayOfYear(s)", "2024-12-31T23:59:59", "366"),
    ("dayOfYear", "dayOfYear(s)", "2023-03-01T00:00:00", "60"),
    ("dayOfYear", "dayOfYear(s)", "2024-03-01T00:00:00", "61"),
    ("hour", "hour(s)", GUIDE, "17"),
    ("hour", "hour(s)", "2024-01-01T00:00:00", "0"),
    ("hour", "hour(s)", LEAP, "23"),
    ("minute", "minute(s)", GUIDE, "10"),
    ("minute", "minute(s)", "2024-01-01T00:00:59", "0"),
    ("minute", "minute(s)", LEAP, "59"),
    ("format", "format(s,'YYYY-MM-dd HH:mm:ss')", GUIDE, "2011-05-24 17:10:00"),
    ("format", "format(s,'yyyyMMddHHmmss')", LEAP, "20240229235959"),
    ("format", "format(s,'YYYY Y YY')", LAST, "9999 9999 99"),
    ("format", "format('2011-05-24T17:10:00Z','HH')", GUIDE, "17"),
    ("format", "format('2011-05-24','HH')", GUIDE, "00"),
    ("format", "format('2011-05-24T17:10:00.999+00:00','ss')", GUIDE, "00"),
    ("makeDate", "makeDate(2011,5,24)", GUIDE, "2011-05-24T00:00:00"),
    ("makeDate", "makeDate(2024,2,29)", GUIDE, "2024-02-29T00:00:00"),
    ("makeDate", "makeDate(1,1,1)", GUIDE, "0001-01-01T00:00:00"),
    ("makeDate", "makeDate(9999,12,31)", GUIDE, "9999-12-31T00:00:00"),
    ("makeDate", "makeDate(year(s),month(s),1)", GUIDE, "2011-05-01T00:00:00"),
    ("makeDateTime", "makeDateTime(2011,5,24,14,21)", GUIDE, "2011-05-24T14:21:00"),
    ("makeDateTime", "makeDateTime(2024,2,29,23,59)", GUIDE, "2024-02-29T23:59:00"),
    ("makeDateTime", "makeDateTime(2024,1,1,0,0)", GUIDE, "2024-01-01T00:00:00"),
    ("makeDateTime", "makeDateTime(year(s),1,1,hour(s),0)", GUIDE, "2011-01-01T17:00:00"),
    ("midnight", "midnight(s)", GUIDE, "2011-05-24T00:00:00"),
    ("midnight", "midnight(s)", "2024-02-29T00:00:00", "2024-02-29T00:00:00"),
    ("midnight", "midnight(s)", LEAP, "2024-02-29T00:00:00"),
    ("firstOfMonth", "firstOfMonth(s)", GUIDE, "2011-05-01T17:10:00"),
    ("firstOfMonth", "firstOfMonth(s)", "2024-03-01T06:00:00", "2024-03-01T06:00:00"),
    ("firstOfMonth", "firstOfMonth(s)", LEAP, "2024-02-01T23:59:59"),
    ("firstOfMonth", "firstOfMonth(s)", "2024-12-31T00:00:00", "2024-12-01T00:00:00"),
    ("sunday", "sunday(s)", GUIDE, "2011-05-22T17:10:00"),
    ("sunday", "sunday(s)", "2011-05-22T09:00:00", "2011-05-22T09:00:00"),
    ("sunday", "sunday(s)", "2011-05-21T09:00:00", "2011-05-15T09:00:00"),
    ("sunday", "sunday(s)", "2022-01-01T01:02:03", "2021-12-26T01:02:03"),
    ("sunday", "sunday(s)", "2024-03-01T00:00:00", "2024-02-25T00:00:00"),
    ("yesterday", "yesterday(s)", GUIDE, "2011-05-23T17:10:00"),
    ("yesterday", "yesterday(s)", "2024-03-01T06:00:00", "2024-02-29T06:00:00"),
    ("yesterday", "yesterday(s)", "2023-03-01T06:00:00", "2023-02-28T06:00:00"),
    ("yesterday", "yesterday(s)", "2024-01-01T00:00:00", "2023-12-31T00:00:00"),
    ("plusYears", "plusYears(s,1)", GUIDE, "2012-05-24T17:10:00"),
    ("plusYears", "plusYears(s,0)", GUIDE, GUIDE),
    ("plusYears", "plusYears(s,-1)", GUIDE, "2010-05-24T17:10:00"),
    ("plusYears", "plusYears(s,1)", "2024-02-29T00:00:00", "2025-02-28T00:00:00"),
    ("plusYears", "plusYears(s,4)", "2024-02-29T00:00:00", "2028-02-29T00:00:00"),
    ("plusYears", "plusYears(s,7988)", GUIDE, "9999-05-24T17:10:00"),
    ("minusYears", "minusYears(s,1)", GUIDE, "2010-05-24T17:10:00"),
    ("minusYears", "minusYears(s,0)", GUIDE, GUIDE),
    ("minusYears", "minusYears(s,-1)", GUIDE, "2012-05-24T17:10:00"),
    ("minusYears", "minusYears(s,1)", "2024-02-29T00:00:00", "2023-02-28T00:00:00"),
    ("minusYears", "minusYears(s,2010)", GUIDE, "0001-05-24T17:10:00"),
    ("plusMonths", "plusMonths(s,1)", GUIDE, "2011-06-24T17:10:00"),
    ("plusMonths", "plusMonths(s,0)", GUIDE, GUIDE),
    ("plusMonths", "plusMonths(s,-1)", GUIDE, "2011-04-24T17:10:00"),
    ("plusMonths", "plusMonths(s,1)", "2024-01-31T00:00:00", "2024-02-29T00:00:00"),
    ("plusMonths", "plusMonths(s,1)", "2023-01-31T00:00:00", "2023-02-28T00:00:00"),
    ("plusMonths", "plusMonths(s,3)", "2023-11-30T00:00:00", "2024-02-29T00:00:00"),
    ("plusMonths", "plusMonths(s,1)", "2024-12-31T00:00:00", "2025-01-31T00:00:00"),
    ("plusMonths", "plusMonths(s,1200)", GUIDE, "2111-05-24T17:10:00"),
    ("minusMonths", "minusMonths(s,1)", GUIDE, "2011-04-24T17:10:00"),
    ("minusMonths", "minusMonths(s,0)", GUIDE, GUIDE),
    ("minusMonths", "minusMonths(s,-1)", GUIDE, "2011-06-24T17:10:00"),
    ("minusMonths", "minusMonths(s,1)", "2024-03-31T00:00:00", "2024-02-29T00:00:00"),
    ("minusMonths", "minusMonths(s,13)", "2024-01-31T00:00:00", "2022-12-31T00:00:00"),
    ("minusMonths", "minusMonths(s,1200)", GUIDE, "1911-05-24T17:10:00"),
    ("plusWeeks", "plusWeeks(s,1)", GUIDE, "2011-05-31T17:10:00"),
    ("plusWeeks", "plusWeeks(s,0)", GUIDE, GUIDE),
    ("plusWeeks", "plusWeeks(s,-1)", GUIDE, "2011-05-17T17:10:00"),
    ("plusWeeks", "plusWeeks(s,1)", "2024-02-26T23:00:00", "2024-03-04T23:00:00"),
    ("plusWeeks", "plusWeeks(s,53)", "2020-12-28T00:00:00", "2022-01-03T00:00:00"),
    ("minusWeeks", "minusWeeks(s,1)", GUIDE, "2011-05-17T17:10:00"),
    ("minusWeeks", "minusWeeks(s,0)", GUIDE, GUIDE),
    ("minusWeeks", "minusWeeks(s,-1)", GUIDE, "2011-05-31T17:10:00"),
    ("minusWeeks", "minusWeeks(s,1)", "2024-03-07T00:00:00", "2024-02-29T00:00:00"),
    ("plusDays", "plusDays(s,1)", GUIDE, "2011-05-25T17:10:00"),
    ("plusDays", "plusDays(s,0)", GUIDE, GUIDE),
    ("plusDays", "plusDays(s,-1)", "2024-03-01T00:00:00", "2024-02-29T00:00:00"),
    ("plusDays", "plusDays(s,1)", "2024-02-28T12:00:00", "2024-02-29T12:00:00"),
    ("plusDays", "plusDays(s,1)", "2023-02-28T12:00:00", "2023-03-01T12:00:00"),
    ("plusDays", "plusDays(s,1)", "2023-12-31T12:00:00", "2024-01-01T12:00:00"),
    ("plusDays", "plusDays(s,36500)", GUIDE, "2111-04-30T17:10:00"),
    ("minusDays", "minusDays(s,1)", GUIDE, "2011-05-23T17:10:00"),
    ("minusDays", "minusDays(s,0)", GUIDE, GUIDE),
    ("minusDays", "minusDays(s,-1)", GUIDE, "2011-05-25T17:10:00"),
    ("minusDays", "minusDays(s,366)", "2024-12-31T00:00:00", "2023-12-31T00:00:00"),
    ("plusHours", "plusHours(s,1)", GUIDE, "2011-05-24T18:10:00"),
    ("plusHours", "plusHours(s,0)", GUIDE, GUIDE),
    ("plusHours", "plusHours(s,-18)", GUIDE, "2011-05-23T23:10:00"),
    ("plusHours", "plusHours(s,1)", "2024-02-29T23:30:00", "2024-03-01T00:30:00"),
    ("plusHours", "plusHours(s,8784)", "2024-01-01T00:00:00", "2025-01-01T00:00:00"),
    ("minusHours", "minusHours(s,1)", GUIDE, "2011-05-24T16:10:00"),
    ("minusHours", "minusHours(s,0)", GUIDE, GUIDE),
    ("minusHours", "minusHours(s,-1)", GUIDE, "2011-05-24T18:10:00"),
    ("minusHours", "minusHours(s,25)", "2024-03-01T00:30:00", "2024-02-28T23:30:00"),
    ("plusMinutes", "plusMinutes(s,1)", GUIDE, "2011-05-24T17:11:00"),
    ("plusMinutes", "plusMinutes(s,0)", GUIDE, GUIDE),
    ("plusMinutes", "plusMinutes(s,-11)", GUIDE, "2011-05-24T16:59:00"),
    ("plusMinutes", "plusMinutes(s,525600)", "2023-01-01T00:00:00", "2024-01-01T00:00:00"),
    ("minusMinutes", "minusMinutes(s,1)", GUIDE, "2011-05-24T17:09:00"),
    ("minusMinutes", "minusMinutes(s,0)", GUIDE, GUIDE),
    ("minusMinutes", "minusMinutes(s,-1)", GUIDE, "2011-05-24T17:11:00"),
    ("minusMinutes", "minusMinutes(s,30)", "2024-03-01T00:15:00", "2024-02-29T23:45:00"),
    ("inTimeZone", "inTimeZone(s,'America/Los_Angeles')", GUIDE, "2011-05-24T10:10:00"),
    ("inTimeZone", "inTimeZone(s,'UTC')", GUIDE, GUIDE),
    ("inTimeZone", "inTimeZone(s,'Asia/Kolkata')", GUIDE, "2011-05-24T22:40:00"),
    ("inTimeZone", "day(inTimeZone(s,'Pacific/Kiritimati'))", "2024-02-28T10:00:00", "29"),
    ("inTimeZone", "hour(inTimeZone(s,'Europe/Berlin'))", "2024-03-31T00:59:59", "1"),
    ("inTimeZone", "hour(inTimeZone(s,'Europe/Berlin'))", "2024-03-31T01:00:00", "3"),
    ("inTimeZone", "inTimeZone(inTimeZone(s,'Asia/Tokyo'),'UTC')", GUIDE, GUIDE),
    ("inTimeZone", "inTimeZone(s,'+05:30')", GUIDE, "2011-05-24T22:40:00"),
    ("inTimeZone", "inTimeZone(s,'-08:00')", GUIDE, "2011-05-24T09:10:00"),
    ("inTimeZone", "midnight(inTimeZone(s,'+05:45'))", "2024-02-28T20:00:00", "2024-02-29T00:00:00"),
    (
        "inTimeZone",
        "format(inTimeZone(s,'+05:30'),'HH:mm Z ZZ ZZZ z')",
        GUIDE,
        "22:40 +0530 +05:30 +05:30 +05:30",
    ),
    ("inTimeZone", "format(inTimeZone(s,'+00:00'),'HH ZZ z')", GUIDE, "17 +00:00 UTC"),
    ("inTimeZone", "inTimeZone(inTimeZone(s,'-23:59').plusDays(1),'UTC')", GUIDE, "2011-05-25T17:10:00"),
    ("plusPeriod", "plusPeriod(s,'1 day')", GUIDE, "2011-05-25T17:10:00"),
    ("plusPeriod", "plusPeriod(s,'15 Minutes')", GUIDE, "2011-05-24T17:25:00"),
    ("plusPeriod", "plusPeriod(s,'2 weeks')", GUIDE, "2011-06-07T17:10:00"),
    ("plusPeriod", "plusPeriod(s,'12 HOURS')", GUIDE, "2011-05-25T05:10:00"),
    ("plusPeriod", "plusPeriod(s,'1 month')", "2024-01-31T00:00:00", "2024-02-29T00:00:00"),
    ("plusPeriod", "plusPeriod(s,'1 year')", "2024-02-29T00:00:00", "2025-02-28T00:00:00"),
    ("plusPeriod", "plusPeriod(s,'0 days')", GUIDE, GUIDE),
]


def meaning(name: Name) -> Node:
    return Runtime("@scheduledStartTime") if str(name) == "s" else Runtime(str(name))


@pytest.mark.parametrize(("function", "expression", "start", "expected"), ROWS)
def test_function(function: str, expression: str, start: str, expected: str) -> None:
    assert function in expression
    moment = datetime.fromisoformat(start).replace(tzinfo=UTC)
    bound = bind(parse(f"#{{{expression}}}"), meaning)
    assert evaluate(bound, Facts({"@scheduledStartTime": moment})) == expected
    if start == FIRST:
        return  # no run is there, so that templates print its year as they do all others
    for runtime in (SCHEDULED, ON_DEMAND):
        assert render(write_jinja(bound, runtime).text or "", context(moment)) == expected


def test_every_function_has_rows() -> None:
    assert {row[0] for row in ROWS} == set(FUNCTIONS) == set(SIGNATURES)


def test_functions_map_over_lists() -> None:
    moments = Items((Text("2024-01-31T00:00:00"), Text("2024-03-31T00:00:00")))
    days = Items((Text("1"), Text("2")))
    for expression, expected in [
        ("format(list,'MM/dd')", ("01/31", "03/31")),
        ("plusMonths(list,1)", ("2024-02-29T00:00:00", "2024-04-30T00:00:00")),
        ("day(plusDays(list,days))", ("1", "2", "1", "2")),
        ("makeDate(2024,days,1)", ("2024-01-01T00:00:00", "2024-02-01T00:00:00")),
        ("'at ' + list", ("at 2024-01-31T00:00:00", "at 2024-03-31T00:00:00")),
    ]:
        bound = bind(parse(f"#{{{expression}}}"), lambda name: moments if str(name) == "list" else days)
        assert evaluate(bound) == expected
        assert write_jinja(bound, {}).items == expected


# What each function takes, and a right call of it.
DATE, NUMBER = "a date and time", "a whole number"
SIGNATURES = {
    **{
        name: ([DATE], f"{name}(@scheduledStartTime)")
        for name in ("year", "month", "day", "dayOfYear", "hour", "minute")
    },
    **{
        name: ([DATE], f"{name}(@scheduledStartTime)")
        for name in ("midnight", "firstOfMonth", "sunday", "yesterday")
    },
    **{
        f"{sign}{unit}": ([DATE, NUMBER], f"{sign}{unit}(@scheduledStartTime, 1)")
        for sign in ("plus", "minus")
        for unit in ("Years", "Months", "Weeks", "Days", "Hours", "Minutes")
    },
    "format": ([DATE, "a date pattern"], "format(@scheduledStartTime, 'YYYY-MM-dd')"),
    "makeDate": ([NUMBER] * 3, "makeDate(2011, 5, 24)"),
    "makeDateTime": ([NUMBER] * 5, "makeDateTime(2011, 5, 24, 14, 21)"),
    "inTimeZone": ([DATE, "a time zone"], "inTimeZone(@scheduledStartTime, 'America/Los_Angeles')"),
    "plusPeriod": ([DATE, "a period"], "plusPeriod(@scheduledStartTime, '1 day')"),
}


def message(expression: str) -> str:
    with pytest.raises(ExpressionError) as caught:
        evaluate(
            bind(parse(f"#{{{expression}}}"), meaning),
            Facts({"@scheduledStartTime": datetime(1, 1, 1, tzinfo=UTC)}),
        )
    return str(caught.value)


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_wrong_number_of_arguments(name: str) -> None:
    taken, example = SIGNATURES[name]
    for count in {0, len(taken) - 1, len(taken) + 1}:
        expression = f"{name}({','.join(['s'] * count)})"
        assert message(expression) == (
            f"{name} takes {len(taken)} argument{'s' * (len(taken) > 1)} ({', '.join(taken)}), found {count}; "
            f"expected a call such as {example}\n"
            f"    #{{{expression}}}\n"
            "      ^"
        )


RIGHT = {DATE: "s", NUMBER: "1", "a date pattern": "'d'", "a time zone": "'UTC'", "a period": "'1 day'"}


def with_one_wrong(name: str, position: int, wrong: str) -> tuple[str, str]:
    """Return a call with one wrong argument, and what a message shows: the call and a caret below the argument."""
    arguments = [RIGHT[kind] for kind in SIGNATURES[name][0]]
    arguments[position] = wrong
    before = f"#{{{name}(" + "".join(f"{argument}, " for argument in arguments[:position])
    expression = f"{name}({', '.join(arguments)})"
    return expression, f"\n    #{{{expression}}}\n    {' ' * len(before)}^"


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_wrong_kind_of_argument(name: str) -> None:
    taken, example = SIGNATURES[name]
    for position, kind in enumerate(taken):
        wrong = "s" if kind == NUMBER else "5"
        described = "the date and time 0001-01-01T00:00:00" if kind == NUMBER else "the number 5"
        expression, shown = with_one_wrong(name, position, wrong)
        said = f"{kind} is needed, found {described}; expected a call such as {example}"
        assert message(expression) == said + shown


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_text_that_spells_no_argument(name: str) -> None:
    said = {
        DATE: "a date and time is needed, found another text; expected the form 2011-05-24T17:10:00",
        NUMBER: "a number is needed, found another text; expected digits, such as 5 or 0.25",
        "a date pattern": "\"n\" is no letter of a date pattern, found 'n' in 'noon'; expected one of "
        "a C D d E e G H h K k M m S s w x Y y Z z; "
        "text goes between quotes, as in format(x, \"yyyy-MM-dd'T'HH:mm\")",
        "a time zone": "there is no such time zone, found 'noon'; expected an id such as America/Los_Angeles, "
        "or an offset such as +05:30",
        "a period": "a period is needed, found 'noon'; expected a number and a unit, such as \"1 day\"",
    }
    for position, kind in enumerate(SIGNATURES[name][0]):
        expression, shown = with_one_wrong(name, position, "'noon'")
        assert message(expression) == said[kind] + shown


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("makeDate(2023,2,29)", "makeDate gives no date: day is out of range for month"),
        ("makeDate(2024,0,1)", "makeDate gives no date: month must be in 1..12"),
        ("makeDate(0,1,1)", "makeDate gives no date: year 0 is out of range"),
        ("makeDate(10000,1,1)", "makeDate gives no date: year 10000 is out of range"),
        ("makeDateTime(2024,1,1,24,0)", "makeDateTime gives no date: hour must be in 0..23"),
        ("makeDateTime(2024,1,1,0,60)", "makeDateTime gives no date: minute must be in 0..59"),
        ("plusYears(makeDate(9999,1,1),1)", "plusYears gives no date: the year leaves 1 to 9999"),
        ("minusYears(makeDate(1,1,1),1)", "minusYears gives no date: the year leaves 1 to 9999"),
        ("plusMonths(makeDate(9999,12,1),1)", "plusMonths gives no date: the year leaves 1 to 9999"),
        ("plusWeeks(makeDate(9999,12,31),1)", "plusWeeks gives no date: the year leaves 1 to 9999"),
        ("plusDays(makeDate(9999,12,31),1)", "plusDays gives no date: the year leaves 1 to 9999"),
        ("plusHours(makeDate(9999,12,31),24)", "plusHours gives no date: the year leaves 1 to 9999"),
        ("minusMinutes(makeDate(1,1,1),1)", "minusMinutes gives no date: the year leaves 1 to 9999"),
        ("yesterday(makeDate(1,1,1))", "yesterday gives no date: the year leaves 1 to 9999"),
        ("sunday(makeDate(1,1,1))", "sunday gives no date: the year leaves 1 to 9999"),
        (
            "plusDays(makeDate(2024,1,1),999999999999999999)",
            "plusDays gives no date: the year leaves 1 to 9999\n",
        ),
        ("plusDays(s,99999999999)", "plusDays gives no date: the year leaves 1 to 9999\n"),
        ("inTimeZone(s,'+24:00')", "there is no such time zone, found '+24:00'"),
        (
            "999999999999999999*999999999999999999",
            "the number leaves what Data Pipeline can count; "
            "whole numbers reach from -9223372036854775808 to 9223372036854775807\n",
        ),
        ("-999999999999999999*10", "the number leaves what Data Pipeline can count; "),
        (
            "plusDays(makeDate(2024,1,1),1.5)",
            "a whole number is needed, found the number 1.5; expected a call such as ",
        ),
        ("format('2023-02-29','d')", "a date and time is needed, found another text"),
        ("plusPeriod(s,'1 fortnight')", "a period is needed, found '1 fortnight'"),
        ("plusPeriod(s,'day')", "a period is needed, found 'day'"),
        ("plusPeriod(s,'-1 day')", "a period is needed, found '-1 day'"),
        ("plusPeriod(s,'1.5 days')", "a period is needed, found '1.5 days'"),
        ("inTimeZone(s,'PST')", "there is no such time zone, found 'PST'"),
        ("inTimeZone(s,'')", "there is no such time zone, found ''"),
        ("year(s).month()", "a date and time is needed, found the number 1"),
    ],
)
def test_arguments_that_give_nothing(expression: str, problem: str) -> None:
    assert message(expression).startswith(problem)


def test_numbers_given_as_texts_are_read() -> None:
    names: dict[str, Node] = {"n": Parameter("n"), "s": Runtime("@scheduledStartTime")}
    bound = bind(parse("#{plusDays(s, n)}"), lambda name: names[str(name)])
    start = datetime(2024, 2, 28, tzinfo=UTC)
    assert evaluate(bound, Facts({"@scheduledStartTime": start}, {"n": " 2 "})) == "2024-03-01T00:00:00"
    with pytest.raises(ExpressionError, match=r"a whole number is needed, found the number 1\.5"):
        evaluate(bound, Facts({"@scheduledStartTime": start}, {"n": "1.5"}))
