"""What templates call: values at their boundaries."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pendulum
import pytest
from datapipeline_converters.expressions import evaluate, parse
from datapipeline_provider import macros

AWAY = datetime(2024, 3, 1, 1, 30, 15, 999_999, tzinfo=timezone(timedelta(hours=2)))


def test_activation_time_is_utc_and_whole_seconds() -> None:
    moment = macros.activation_time(SimpleNamespace(run_after=AWAY))
    assert moment == pendulum.datetime(2024, 2, 29, 23, 30, 15, tz="UTC")
    assert (moment.timezone_name, moment.microsecond) == ("UTC", 0)


@pytest.mark.parametrize(
    "text",
    [
        "2011-05-24T17:10:00",
        "2011-05-24T17:10",
        "2011-05-24T17:10:00Z",
        "2011-05-24T17:10:00z",
        "2011-05-24T17:10:00+00:00",
        " 2011-05-24T17:10:00.123 ",
    ],
)
def test_instant_of_a_text(text: str) -> None:
    assert macros.instant(text) == pendulum.datetime(2011, 5, 24, 17, 10, tz="UTC")
    assert evaluate(parse(f"#{{format('{text}','HH:mm:ss')}}")) == "17:10:00"


def test_instant_of_a_date() -> None:
    assert macros.instant("2011-05-24") == macros.datetime(2011, 5, 24)


@pytest.mark.parametrize(
    "text", ["", "today", "24/05/2011", "2011-05-24 17:10:00", "2011-05-24T17:10:00+02:00"]
)
def test_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match="is no date and time"):
        macros.instant(text)


def test_instant_out_of_the_calendar() -> None:
    with pytest.raises(ValueError, match="month"):
        macros.instant("2011-13-24T00:00:00")


def test_datetime() -> None:
    assert macros.datetime(2024, 2, 29, 23, 59).isoformat() == "2024-02-29T23:59:00+00:00"
    assert macros.datetime(2024, 2, 29).isoformat() == "2024-02-29T00:00:00+00:00"


@pytest.mark.parametrize(("day", "sunday"), [(21, 21), (22, 21), (27, 21), (28, 28), (1, 31)])
def test_sunday(day: int, sunday: int) -> None:
    moment = macros.sunday(pendulum.datetime(2024, 1, day, 7, 8, tz="UTC"))
    assert (moment.day, moment.hour, moment.minute, moment.isoweekday()) == (sunday, 7, 8, 7)


@pytest.mark.parametrize(
    ("moment", "units", "later", "earlier"),
    [
        # Berlin's 02:30 occurs twice on 2024-10-27, and does not occur on 2024-03-31.
        ("2024-10-26T02:30", {"days": 1}, "2024-10-27T02:30:00+02:00", "2024-10-25T02:30:00+02:00"),
        ("2024-10-28T02:30", {"days": 1}, "2024-10-29T02:30:00+01:00", "2024-10-27T02:30:00+02:00"),
        ("2024-03-30T02:30", {"days": 1}, "2024-03-31T03:30:00+02:00", "2024-03-29T02:30:00+01:00"),
        ("2024-02-29T12:00", {"years": 1}, "2025-02-28T12:00:00+01:00", "2023-02-28T12:00:00+01:00"),
    ],
)
def test_steps_in_a_calendar(moment: str, units: dict[str, int], later: str, earlier: str) -> None:
    local = pendulum.parse(moment, tz="Europe/Berlin")
    assert isinstance(local, pendulum.DateTime)
    assert macros.add(local, **units).isoformat() == later
    assert macros.subtract(local, **units).isoformat() == earlier


def test_a_step_of_none_changes_nothing() -> None:
    second = pendulum.datetime(2024, 10, 27, 2, 30, tz="Europe/Berlin", fold=1)
    assert macros.add(second, days=0).isoformat() == "2024-10-27T02:30:00+01:00"
    assert macros.subtract(second, months=0).isoformat() == "2024-10-27T02:30:00+01:00"


def test_midnight_is_the_first_of_two() -> None:
    evening = pendulum.datetime(2015, 11, 1, 20, tz="America/Havana")
    assert macros.midnight(evening).isoformat() == "2015-11-01T00:00:00-04:00"


def test_the_first_of_the_month_keeps_its_offset_where_it_can() -> None:
    for day, offset in ((20, "-05:00"), (1, "-04:00")):
        moment = pendulum.datetime(2015, 11, day, 0, 30, tz="America/Havana", fold=0)
        assert macros.first_of_month(moment).isoformat() == f"2015-11-01T00:30:00{offset}"


def test_now_is_in_utc() -> None:
    before = pendulum.now("UTC")
    assert before <= macros.now() <= pendulum.now("UTC")
    assert macros.now().timezone_name == "UTC"


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), (" -7 ", -7), ("+3", 3), ("1.0", 1.0), (".5", 0.5), ("1e3", 1000.0), (4, 4)],
)
def test_number(text: str | int, number: float) -> None:
    assert macros.number(text) == number
    assert type(macros.number(text)) is type(number)


@pytest.mark.parametrize("text", ["", "five", "1,5", "0x10", "1 2", "nan", "inf", "1_000", "٣"])
def test_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="the text is no number"):
        macros.number(text)


@pytest.mark.parametrize(
    ("dividend", "divisor", "quotient"),
    [
        (7, 2, 3),
        (-7, 2, -3),
        (7, -2, -3),
        (-7, -2, 3),
        (0, -5, 0),
        (1.0, 2, 0.5),
        (1, 0.0, math.inf),
        (-1, 0.0, -math.inf),
    ],
)
def test_divide(dividend: float, divisor: float, quotient: float) -> None:
    assert macros.divide(dividend, divisor) == quotient
    assert type(macros.divide(dividend, divisor)) is type(quotient)


def test_divide_by_zero() -> None:
    assert math.isnan(macros.divide(0, 0.0))
    with pytest.raises(ZeroDivisionError):
        macros.divide(1, 0)


@pytest.mark.parametrize(
    ("base", "exponent", "result"),
    [(2, 2, 4.0), (2, -1, 0.5), (10, 999, math.inf), (-10, 999, -math.inf), (0, -1, math.inf), (0, 0, 1.0)],
)
def test_power(base: float, exponent: float, result: float) -> None:
    assert macros.power(base, exponent) == result
    assert isinstance(macros.power(base, exponent), float)


def test_power_without_a_real_result() -> None:
    assert math.isnan(macros.power(-8, 0.5))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (4.0, "4.0"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (0.1, "0.1"),
        (0.001, "0.001"),
        (0.0009, "9.0E-4"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (1.25e-10, "1.25E-10"),
        (1e100, "1.0E100"),
        (123456789.125, "1.23456789125E8"),
        (-1e7, "-1.0E7"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (math.nan, "NaN"),
    ],
)
def test_text(value: float, text: str) -> None:
    assert macros.text(value) == text


def test_macros_are_listed_with_distinct_names() -> None:
    assert {macro.__name__ for macro in macros.MACROS} == {
        "activation_time",
        "add",
        "cancellation_reason",
        "datetime",
        "divide",
        "first_of_month",
        "instant",
        "known",
        "midnight",
        "now",
        "number",
        "power",
        "stack_trace",
        "status",
        "subtract",
        "sunday",
        "text",
    }


def test_utc_is_assumed_where_nothing_is_said() -> None:
    assert macros.instant(datetime(2024, 1, 1)) == datetime(2024, 1, 1, tzinfo=UTC)  # noqa: DTZ001
