from __future__ import annotations

from datetime import datetime

import pytest
from datapipeline_converters.periods import parse_period
from datapipeline_converters.schedule_dates import interval_start, overdue


@pytest.mark.parametrize(
    ("anchor", "period", "number", "expected"),
    [
        ("2024-01-31T09:00", "1 month", 1, "2024-02-29T09:00"),
        ("2024-01-31T09:00", "1 month", 2, "2024-03-31T09:00"),
        ("2024-01-31T09:00", "1 month", 13, "2025-02-28T09:00"),
        ("2024-02-29T00:00", "1 year", 1, "2025-02-28T00:00"),
        ("2024-02-29T00:00", "1 year", 4, "2028-02-29T00:00"),
        ("2024-01-01T00:00", "36 hours", 3, "2024-01-05T12:00"),
        ("2024-01-03T09:07", "2 weeks", 2, "2024-01-31T09:07"),
    ],
)
def test_intervals_are_multiplied_from_the_anchor(
    anchor: str, period: str, number: int, expected: str
) -> None:
    found = interval_start(datetime.fromisoformat(anchor), parse_period(period), number)
    assert found == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("anchor", "period", "now", "expected"),
    [
        ("2024-01-01T00:00", "1 day", "2023-12-31T00:00", 0),
        ("2024-01-01T00:00", "1 day", "2024-01-01T00:00", 1),
        ("2024-05-06T00:00", "1 hour", "2024-05-06T10:30", 11),
        ("2024-01-31T00:00", "1 month", "2024-02-28T23:00", 1),
        ("2024-01-31T00:00", "1 month", "2024-02-29T00:00", 2),
        ("2024-01-31T00:00", "1 month", "2024-03-30T00:00", 2),
    ],
)
def test_overdue_intervals(anchor: str, period: str, now: str, expected: int) -> None:
    found = overdue(datetime.fromisoformat(anchor), parse_period(period), datetime.fromisoformat(now))
    assert found == expected
