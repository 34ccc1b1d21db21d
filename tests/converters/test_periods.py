from __future__ import annotations

from datetime import timedelta

import pytest
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
    ],
)
def test_periods(text: str, expected: Period) -> None:
    assert parse_period(text) == expected


@pytest.mark.parametrize(
    "text", ["", "day", "15 Period", "0 days", "-1 day", "1.5 hours", "1 fortnight", "5"]
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        parse_period(text)


def test_a_bare_number_needs_a_default_unit() -> None:
    assert parse_period("5", "hour") == Period(5, "hour")


def test_lengths_and_text() -> None:
    assert Period(2, "month").length == timedelta(days=60)
    assert str(Period(1, "day")) == "1 day"
    assert str(Period(2, "week")) == "2 weeks"
