from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from datapipeline_converters.objects.fields import parse_moment
from datapipeline_converters.periods import Period, parse_period


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 minutes", Period(15, "minute")),
        ("1 Day", Period(1, "day")),
        ("2 HOURS", Period(2, "hour")),
        ("3 weeks", Period(3, "week")),
        ("12 month", Period(12, "month")),
        ("1 year", Period(1, "year")),
        (" 1  day ", Period(1, "day")),
        ("1day", Period(1, "day")),
        ("1\u00a0day", Period(1, "day")),
        ("007 days", Period(7, "day")),
        ("100 years", Period(100, "year")),
        ("36500 days", Period(36500, "day")),
    ],
)
def test_periods(text: str, expected: Period) -> None:
    assert parse_period(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "day", "15 Period", "0 days", "-1 day", "1.5 hours", "1 fortnight", "5", "1 m\u0131nute", "² days"],
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        parse_period(text)


@pytest.mark.parametrize(
    "text",
    ["99999999999 days", "101 years", "36501 days", "1300 months", "1" * 5000 + " minutes", "9" * 5000],
    ids=lambda text: text[:20],
)
def test_what_is_too_long(text: str) -> None:
    with pytest.raises(ValueError, match=r"too long a period. The longest is 100 years\.$") as fault:
        parse_period(text, "hour")
    assert len(str(fault.value)) < 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-31T06:00:00", datetime.fromisoformat("2024-01-31T06:00")),
        ("2024-01-31T06:00:00z", datetime.fromisoformat("2024-01-31T06:00")),
        ("2022-02-07T21:18:20.737+01:00", datetime.fromisoformat("2022-02-07T20:18:20")),
    ],
)
def test_moments(text: str, expected: datetime) -> None:
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2024-13-01", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"]
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="is no moment"):
        parse_moment(text)


def test_a_bare_number_needs_a_default_unit() -> None:
    assert parse_period("5", "hour") == Period(5, "hour")


def test_lengths_and_text() -> None:
    assert Period(2, "month").length == timedelta(days=60)
    assert str(Period(1, "day")) == "1 day"
    assert str(Period(2, "week")) == "2 weeks"
