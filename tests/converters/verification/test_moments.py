"""The moments at which templates are tried: a schedule's own, and those where calendars are hard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from datapipeline_converters.options import Options
from datapipeline_converters.verification.moments import HARD, moments

from tests.converters.planned import NOW, converted, only_dag, ref, shell


def tried(schedule: dict[str, Any], **default: Any) -> list[str]:
    """Return the moments for one activity on a schedule."""
    conversion = converted(
        {"id": "Default", "schedule": ref("S"), "workerGroup": "w", **default},
        {"id": "S", "type": "Schedule", **schedule},
        shell("A"),
        options=Options(backfill=True, now=NOW),
    )
    return [str(moment) for moment in moments(only_dag(conversion))]


MONTHLY = {"period": "1 month", "startDateTime": "2025-01-31T09:07:00"}


@pytest.mark.parametrize(
    ("schedule", "style", "own"),
    [
        (  # no end: the first three
            MONTHLY,
            "cron",
            [
                "2025-01-31T09:07:00..2025-02-28T09:07:00",
                "2025-02-28T09:07:00..2025-03-31T09:07:00",
                "2025-03-31T09:07:00..2025-04-30T09:07:00",
            ],
        ),
        (  # seven of them: and the seventh
            MONTHLY | {"occurrences": "7"},
            "timeseries",
            [
                "2025-01-31T09:07:00..2025-02-28T09:07:00",
                "2025-02-28T09:07:00..2025-03-31T09:07:00",
                "2025-03-31T09:07:00..2025-04-30T09:07:00",
                "2025-07-31T09:07:00..2025-08-31T09:07:00",
            ],
        ),
        (  # the end itself is excluded
            {
                "period": "36 hours",
                "startDateTime": "2026-02-27T00:00:00",
                "endDateTime": "2026-03-06T12:00:00",
            },
            "timeseries",
            [
                "2026-02-27T00:00:00..2026-02-28T12:00:00",
                "2026-02-28T12:00:00..2026-03-02T00:00:00",
                "2026-03-02T00:00:00..2026-03-03T12:00:00",
                "2026-03-05T00:00:00..2026-03-06T12:00:00",
            ],
        ),
        (  # each once, though the first is the last
            MONTHLY | {"occurrences": "1"},
            "cron",
            ["2025-01-31T09:07:00..2025-02-28T09:07:00"],
        ),
    ],
    ids=["endless", "occurrences", "end", "once"],
)
def test_own_runs_come_first(schedule: dict[str, Any], style: str, own: list[str]) -> None:
    found = tried(schedule, scheduleType=style)
    assert found[: len(own)] == own
    assert len(found) == len(own) + len(HARD)


def test_a_period_begins_at_every_hard_moment() -> None:
    found = tried(MONTHLY, scheduleType="cron")
    assert "2024-01-31T00:00:00..2024-02-29T00:00:00" in found
    assert "2023-12-31T23:59:59..2024-01-31T23:59:59" in found
    assert "2024-02-29T23:59:59..2024-03-29T23:59:59" in found


def test_a_run_on_trigger_begins_within_a_second_and_has_no_end_of_its_own() -> None:
    conversion = converted(shell("A"))
    found = moments(only_dag(conversion))
    assert [moment.start for moment in found] == [
        datetime.fromisoformat(text).replace(microsecond=987_654) for text in HARD
    ]
    assert [moment.end for moment in found] == [moment.start for moment in found]
    assert str(found[-1]) == "2011-05-24T17:10:00.987654"


def test_a_run_on_trigger_with_a_period_ends_one_period_later() -> None:
    schedule = {"period": "1 day", "startAt": "FIRST_ACTIVATION_DATE_TIME", "occurrences": "1"}
    found = tried(schedule, scheduleType="cron")
    assert found[-1] == "2011-05-24T17:10:00.987654..2011-05-25T17:10:00.987654"
