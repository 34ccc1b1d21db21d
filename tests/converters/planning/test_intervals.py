"""How the intervals of two schedules lie to each other; expected values written by hand."""

from __future__ import annotations

from datetime import datetime

import pytest
from datapipeline_converters.periods import parse_period
from datapipeline_converters.planning.intervals import most_overlapping, nests
from datapipeline_converters.planning.timing import Timing

MIDNIGHT = "2024-01-01T00:00"


def timing(every: str, anchor: str = MIDNIGHT) -> Timing:
    start = datetime.fromisoformat(anchor)
    return Timing("S", "cron", parse_period(every), start, start)


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        (("1 hour",), ("1 day",), True),
        (("1 hour",), ("1 hour",), True),
        (("1 day",), ("1 hour",), False),
        (("1 hour",), ("90 minutes",), False),
        (("30 minutes",), ("90 minutes",), True),
        (("1 hour", "2024-01-01T00:30"), ("1 day",), False),
        (("1 hour", "2024-01-01T05:00"), ("1 day",), True),  # starts later, on the same grid
        (("1 hour", "2023-12-25T23:00"), ("1 day",), True),
        (("1 day",), ("1 week", "2024-01-04T00:00"), True),
        (("2 days",), ("1 week",), False),
        (("1 day",), ("1 month", "2024-01-31T00:00"), True),
        (("1 day",), ("1 month", "2024-01-31T06:00"), False),
        (("6 hours",), ("1 month", "2024-01-31T06:00"), True),
        (("36 hours",), ("1 month",), False),
        (("1 week",), ("1 month",), False),
        (("1 day",), ("1 year",), True),
        (("1 month",), ("1 year",), True),
        (("1 month", "2024-01-31T00:00"), ("3 months", "2024-01-31T00:00"), True),
        (("1 month", "2024-01-30T00:00"), ("3 months", "2024-01-31T00:00"), False),
        (("2 months", "2024-02-01T00:00"), ("6 months",), False),
        (("5 months",), ("1 year",), False),
        (("1 month",), ("5 weeks",), False),
    ],
)
def test_nests(inner: tuple[str, ...], outer: tuple[str, ...], expected: bool) -> None:
    assert nests(timing(*inner), timing(*outer)) is expected


def test_what_has_no_intervals_does_not_nest() -> None:
    assert not nests(Timing("", "ondemand"), timing("1 day"))
    assert not nests(timing("1 day"), Timing("S", "cron", parse_period("1 day")))


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        (("1 hour",), ("1 day",), 24),
        (("1 hour",), ("1 hour",), 1),
        (("1 day",), ("1 hour",), 1),
        (("1 hour", "2024-01-01T00:30"), ("1 day",), 25),
        (("1 day", "2024-01-01T06:00"), ("1 day",), 2),
        (("1 day",), ("1 month",), 31),
        (("1 month",), ("1 year",), 12),
        (("36 hours",), ("1 week",), 6),  # 168 hours: 4 whole ones and a part of two others, or 5 and one
        (("1 day", "2024-01-01T06:00"), ("1 hour",), 1),
        (("1 hour", "2024-01-01T00:30"), ("1 hour",), 2),
    ],
)
def test_most_overlapping(inner: tuple[str, ...], outer: tuple[str, ...], expected: int) -> None:
    assert most_overlapping(timing(*inner), timing(*outer)) == expected
