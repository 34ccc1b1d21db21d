"""Schedules that no timetable of Airflow's own can say, under the real scheduler: their runs, and what the tasks are told."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from demo.conversion import convert_file
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import Live

pytestmark = pytest.mark.long
RUN_SECONDS = 600.0


@dataclass(frozen=True)
class Hard:
    """A schedule as a definition has it, and all its intervals, written by hand: they follow each other without a gap.

    :param edges: where intervals begin, and where the last one ends
    """

    fields: dict[str, str]
    style: str
    edges: tuple[str, ...]
    options: tuple[str, ...] = ("--backfill",)


HARD = {
    "month_ends": Hard(
        {"startDateTime": "2024-01-31T00:00:00", "period": "1 month", "occurrences": "5"},
        "timeseries",
        ("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30"),
    ),
    "leap_days": Hard(
        {"startDateTime": "2020-02-29T00:00:00", "period": "1 Year", "occurrences": "5"},
        "cron",
        ("2020-02-29", "2021-02-28", "2022-02-28", "2023-02-28", "2024-02-29", "2025-02-28"),
    ),
    "end_on_a_run": Hard(
        {
            "startDateTime": "2024-12-30T12:00:00",
            "period": "36 hours",
            "endDateTime": "2025-01-05T12:00:00",
        },
        "timeseries",
        ("2024-12-30T12:00", "2025-01-01", "2025-01-02T12:00", "2025-01-04", "2025-01-05T12:00"),
    ),
    "every_other_wednesday": Hard(
        {"startDateTime": "2024-02-28T09:07:00", "period": "2 weeks", "endDateTime": "2024-04-10T09:07:00"},
        "cron",
        ("2024-02-28T09:07", "2024-03-13T09:07", "2024-03-27T09:07", "2024-04-10T09:07"),
    ),
    "once_in_three_years": Hard(
        {"startDateTime": "2020-05-06T07:08:09", "period": "3 years", "occurrences": "1"},
        "timeseries",
        ("2020-05-06T07:08:09", "2023-05-06T07:08:09"),
    ),
    "from_activation": Hard(
        {"startAt": "FIRST_ACTIVATION_DATE_TIME", "period": "15 Minutes", "occurrences": "4"},
        "cron",
        (
            "2025-12-31T23:40:07",
            "2025-12-31T23:55:07",
            "2026-01-01T00:10:07",
            "2026-01-01T00:25:07",
            "2026-01-01T00:40:07",
        ),
        ("--backfill", "--activated-at", "2025-12-31T23:40:07"),
    ),
    "quarters": Hard(
        {"startDateTime": "2023-11-30T06:00:00", "period": "3 months", "occurrences": "3"},
        "timeseries",
        ("2023-11-30T06:00", "2024-02-29T06:00", "2024-05-30T06:00", "2024-08-30T06:00"),
    ),
}

# Every week since a Monday long ago, and nothing is made up for: the week before this one alone has been due.
WEEKLY = Hard(
    {"startDateTime": "2024-01-01T00:00:00", "period": "1 week"}, "timeseries", (), ("--no-catchup",)
)


def definition(hard: Hard) -> dict[str, Any]:
    """Return a pipeline of one task that says which interval it was told."""
    return {
        "objects": [
            {"id": "Default", "scheduleType": hard.style, "workerGroup": "w", "schedule": {"ref": "When"}},
            {"id": "When", "type": "Schedule", **hard.fields},
            {
                "id": "Say",
                "type": "ShellCommandActivity",
                "command": "echo #{@scheduledStartTime} #{@scheduledEndTime}",
            },
        ]
    }


def moments(hard: Hard) -> list[datetime]:
    return [datetime.fromisoformat(edge) for edge in hard.edges]


@pytest.fixture(scope="module")
def after_the_runs(live: Live, tmp_path_factory: pytest.TempPathFactory) -> Live:
    """Airflow after every run of every hard schedule."""
    folder: Path = tmp_path_factory.mktemp("hard")
    for name, hard in {**HARD, "weekly": WEEKLY}.items():
        file = folder / f"{name}.json"
        file.write_text(json.dumps(definition(hard)))
        convert_file(file, folder, *hard.options)
        shutil.copy(folder / f"{name}.py", live.airflow.dags)
    expected = {"weekly": 1} | {name: len(hard.edges) - 1 for name, hard in HARD.items()}
    for name in expected:
        wait_until(lambda: live.airflow.has_dag(name), 90, f"Airflow has read {name}", poll=0.5)  # noqa: B023
        live.airflow.unpause(name)

    def all_finished() -> bool:
        for name in list(expected):
            states = [run["state"] for run in live.airflow.runs(name)]
            if len(states) >= expected[name] and set(states) <= {"success", "failed"}:
                del expected[name]
        return not expected

    wait_until(all_finished, RUN_SECONDS, "all hard schedules have run", poll=1)
    return live


@pytest.mark.parametrize("name", HARD)
def test_the_scheduler_makes_the_runs_of_data_pipeline(after_the_runs: Live, name: str) -> None:
    edges = moments(HARD[name])
    at = 1 if HARD[name].style == "timeseries" else 0  # timeseries waits for the interval's end
    expected = [(start, end, (start, end)[at], "success") for start, end in pairwise(edges)]
    found = [
        (
            *(
                datetime.fromisoformat(run[key]).replace(tzinfo=None)
                for key in ("data_interval_start", "data_interval_end", "run_after")
            ),
            run["state"],
        )
        for run in after_the_runs.airflow.runs(name)
    ]
    assert found == expected


@pytest.mark.parametrize("name", HARD)
def test_the_schedule_is_over(after_the_runs: Live, name: str) -> None:
    assert after_the_runs.airflow.api("GET", f"/dags/{name}")["next_dagrun_run_after"] is None


def test_nothing_is_made_up_for_without_catchup(after_the_runs: Live) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    (run,) = after_the_runs.airflow.runs("weekly")
    assert datetime.fromisoformat(run["data_interval_start"]) == monday - timedelta(weeks=1)
    assert datetime.fromisoformat(run["data_interval_end"]) == monday
    following = after_the_runs.airflow.api("GET", "/dags/weekly")["next_dagrun_run_after"]
    assert datetime.fromisoformat(following) == monday + timedelta(weeks=1)


@pytest.mark.parametrize("name", HARD)
def test_the_tasks_are_told_these_intervals(after_the_runs: Live, name: str) -> None:
    tasks = after_the_runs.airflow.api("GET", f"/dags/{name}/dagRuns/~/taskInstances?order_by=run_after")
    said = [task["rendered_fields"]["command"] for task in tasks["task_instances"]]
    edges = [edge.isoformat() for edge in moments(HARD[name])]
    assert said == [f"echo {start} {end}" for start, end in pairwise(edges)]
