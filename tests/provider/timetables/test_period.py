from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pendulum
import pytest
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.timetables.period import Period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("15 minutes", Period(15, "minute")),
        ("15 Minutes", Period(15, "minute")),
        ("1 hours", Period(1, "hour")),
        ("36 HOURS", Period(36, "hour")),
        ("1 day", Period(1, "day")),
        ("1 Day", Period(1, "day")),
        (" 2  weeks ", Period(2, "week")),
        ("3 months", Period(3, "month")),
        ("1 year", Period(1, "year")),
        ("007 days", Period(7, "day")),
    ],
)
def test_parse(text: str, period: Period) -> None:
    assert Period.parse(text) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "day",
        "0 days",
        "-1 day",
        "+1 day",
        "1.5 hours",
        "1 fortnight",
        "1 dayss",
        "1 day 2 hours",
        "1 seconds",
        "1day",
        "٣ days",
        "1 day\n\n#",
        "ONDEMAND_PERIOD",
        None,
        1,
        timedelta(days=1),
    ],
)
def test_parse_refuses(text: object) -> None:
    with pytest.raises(
        DatapipelineError, match=r"is not a period\. .*'15 minutes'.*minute, hour, day"
    ) as caught:
        Period.parse(text)  # type: ignore[arg-type]
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("period", "text"), [(Period(1, "day"), "1 day"), (Period(15, "minute"), "15 minutes")]
)
def test_one_spelling(period: Period, text: str) -> None:
    assert str(period) == text


@pytest.mark.parametrize(
    ("every", "anchor", "steps", "moment"),
    [
        ("1 month", "2026-01-31", 1, "2026-02-28"),
        ("1 month", "2026-01-31", 2, "2026-03-31"),
        ("1 month", "2026-01-31", 3, "2026-04-30"),
        ("1 month", "2024-01-31", 1, "2024-02-29"),
        ("3 months", "2025-11-30", 1, "2026-02-28"),
        ("3 months", "2025-11-30", 2, "2026-05-30"),
        ("1 year", "2024-02-29", 1, "2025-02-28"),
        ("1 year", "2024-02-29", 4, "2028-02-29"),
        ("15 minutes", "2026-01-01", 1000000, "2054-07-09T16:00"),
    ],
)
def test_after(every: str, anchor: str, steps: int, moment: str) -> None:
    assert Period.parse(every).after(utc(anchor), steps) == utc(moment)


@pytest.mark.parametrize(
    ("every", "anchor", "moment", "steps"),
    [
        ("1 month", "2026-01-31T09:00", "2026-01-31T08:59:59", -1),
        ("1 month", "2026-01-31T09:00", "2020-01-01", -1),
        ("1 month", "2026-01-31T09:00", "2026-01-31T09:00", 0),
        ("1 month", "2026-01-31T09:00", "2026-02-28T08:59:59", 0),
        ("1 month", "2026-01-31T09:00", "2026-02-28T09:00", 1),
        ("1 month", "2026-01-31T09:00", "2026-03-01", 1),
        ("1 month", "2026-01-31T09:00", "2026-03-31T08:00", 1),
        ("1 month", "2026-01-31T09:00", "2026-03-31T09:00", 2),
        ("3 months", "2026-01-31T09:00", "2026-04-30T08:59", 0),
        ("3 months", "2026-01-31T09:00", "2026-04-30T09:00", 1),
        ("1 year", "2024-02-29", "2025-02-27T23:59", 0),
        ("1 year", "2024-02-29", "2025-02-28", 1),
        ("1 week", "2026-03-18T09:07", "2026-03-18T09:06", -1),
        ("1 week", "2026-03-18T09:07", "2026-04-01T09:06:59", 1),
        ("1 week", "2026-03-18T09:07", "2026-04-01T09:07", 2),
    ],
)
def test_steps(every: str, anchor: str, moment: str, steps: int) -> None:
    assert Period.parse(every).steps(utc(anchor), utc(moment)) == steps


def test_steps_takes_a_moment_of_another_zone() -> None:
    first_of_march_in_tokyo = datetime(
        2026, 3, 1, 8, 59, tzinfo=timezone(timedelta(hours=9))
    )  # 28 Feb 23:59 UTC
    assert Period.parse("1 month").steps(utc("2026-01-01"), first_of_march_in_tokyo) == 1


def utc(text: str) -> pendulum.DateTime:
    return pendulum.instance(datetime.fromisoformat(text).replace(tzinfo=UTC))
