"""Which intervals of a schedule another schedule's interval depends on; dates written by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from datapipeline_provider.timetables.anchored import AnchoredTimetable

HOURLY = AnchoredTimetable("2026-03-01T00:00:00", "1 hour")
CASES: dict[str, tuple[AnchoredTimetable, tuple[str, str], str | None, list[str]]] = {
    # timetable, start and end of the question, first interval that runs, starts of the intervals found
    "an hour within a day": (
        AnchoredTimetable("2026-03-01T00:00:00", "1 day"),
        ("2026-03-02T05:00", "2026-03-02T06:00"),
        None,
        ["2026-03-02T00:00"],
    ),
    "three hours": (
        HOURLY,
        ("2026-03-02T03:00", "2026-03-02T06:00"),
        None,
        ["2026-03-02T03:00", "2026-03-02T04:00", "2026-03-02T05:00"],
    ),
    "the same interval": (
        HOURLY,
        ("2026-03-02T03:00", "2026-03-02T04:00"),
        None,
        ["2026-03-02T03:00"],
    ),
    "half past to half past": (
        HOURLY,
        ("2026-03-02T03:30", "2026-03-02T04:30"),
        None,
        ["2026-03-02T03:00", "2026-03-02T04:00"],
    ),
    "before the schedule": (HOURLY, ("2026-02-28T22:00", "2026-03-01T00:00"), None, []),
    "across its start": (
        HOURLY,
        ("2026-02-28T22:00", "2026-03-01T02:00"),
        None,
        ["2026-03-01T00:00", "2026-03-01T01:00"],
    ),
    "across the first that runs": (
        HOURLY,
        ("2026-03-02T00:00", "2026-03-02T03:00"),
        "2026-03-02T00:30",
        ["2026-03-02T01:00", "2026-03-02T02:00"],
    ),
    "across the last occurrence": (
        AnchoredTimetable("2026-03-01T00:00:00", "1 hour", occurrences=2),
        ("2026-03-01T00:00", "2026-03-02T00:00"),
        None,
        ["2026-03-01T00:00", "2026-03-01T01:00"],
    ),
    "across an end, timeseries": (
        AnchoredTimetable("2026-03-01T00:00:00", "1 hour", "end", end="2026-03-01T02:30:00"),
        ("2026-03-01T00:00", "2026-03-02T00:00"),
        None,
        ["2026-03-01T00:00", "2026-03-01T01:00"],
    ),
    "across an end, cron": (
        AnchoredTimetable("2026-03-01T00:00:00", "1 hour", "start", end="2026-03-01T02:30:00"),
        ("2026-03-01T00:00", "2026-03-02T00:00"),
        None,
        ["2026-03-01T00:00", "2026-03-01T01:00", "2026-03-01T02:00"],
    ),
    "behind the end": (
        AnchoredTimetable("2026-03-01T00:00:00", "1 hour", occurrences=2),
        ("2026-03-05T00:00", "2026-03-06T00:00"),
        None,
        [],
    ),
    "months from the 31st": (
        AnchoredTimetable("2026-01-31T00:00:00", "1 month"),
        ("2026-02-27T00:00", "2026-03-31T00:00"),
        None,
        ["2026-01-31T00:00", "2026-02-28T00:00"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_overlapping(case: str) -> None:
    timetable, (start, end), first, expected = CASES[case]
    found = timetable.overlapping(moment(start), moment(end), None if first is None else moment(first))
    assert [interval.start.strftime("%Y-%m-%dT%H:%M") for interval in found] == expected


def test_they_follow_each_other_without_a_gap() -> None:
    found = HOURLY.overlapping(moment("2026-03-02T00:00"), moment("2026-03-03T00:00"))
    assert len(found) == 24
    assert [one.end for one in found[:-1]] == [one.start for one in found[1:]]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
