"""Objects on different schedules under the real scheduler: two days of each, and nothing starts before what it needs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from demo.conversion import DEFINITIONS, convert_file
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import Live

RUN_SECONDS = 900.0
pytestmark = pytest.mark.long
START = datetime(2026, 10, 29)  # noqa: DTZ001 - every moment here is UTC
DAYS = timedelta(days=2)
# Two days take a few minutes here, so the sensors look more often; much oftener, and Airflow's scheduler takes a look
# that is over for one that has just begun.
POKE = ("default_args={", 'default_args={"poke_interval": 20, ')


@dataclass(frozen=True)
class Object:
    """An activity: its DAG, its period, and the activities that it waits for."""

    dag: str
    period: timedelta
    waits_for: tuple[str, ...] = ()


MINUTES_20, HOUR, DAY = timedelta(minutes=20), timedelta(hours=1), timedelta(days=1)
OBJECTS = {
    "CollectHour": Object("hourly_and_daily_EveryHour", HOUR),
    "ReportDay": Object("hourly_and_daily", DAY, ("CollectHour",)),
    "WatchClicks": Object("hourly_and_daily_Every20Minutes", MINUTES_20, ("CollectHour",)),
    # Round: the fine ones make what the coarse one reads, and read what it makes.
    "Make": Object("round", 6 * HOUR),
    "Sum": Object("round_Daily", DAY, ("Make",)),
    "Share": Object("round", 6 * HOUR, ("Sum",)),
    "Early": Object("round_SixHours", 6 * HOUR, ("Make",)),
}


def say(object_id: str, **fields: Any) -> dict[str, Any]:
    command = f"echo \"{object_id} #{{format(@scheduledStartTime, 'YYYY-MM-dd HH:mm')}}\" >> #{{myJournal}}"
    return {"id": object_id, "type": "ShellCommandActivity", "command": command, **fields}


def schedule(object_id: str, period: str, occurrences: int) -> dict[str, Any]:
    fields = {"period": period, "startDateTime": START.isoformat(), "occurrences": str(occurrences)}
    return {"id": object_id, "type": "Schedule", **fields}


ROUND = {
    "objects": [
        {
            "id": "Default",
            "scheduleType": "timeseries",
            "schedule": {"ref": "SixHours"},
            "workerGroup": "w",
        },
        schedule("SixHours", "6 hours", 8),
        schedule("Daily", "1 day", 2),
        say("Make"),
        say("Sum", schedule={"ref": "Daily"}, dependsOn={"ref": "Make"}),
        say("Share", dependsOn={"ref": "Sum"}),
        # The same schedule in the other style: due when the interval begins, it waits for what is due at its end.
        say("Early", scheduleType="cron", dependsOn={"ref": "Make"}),
    ],
    "parameters": [{"id": "myJournal", "type": "String"}],
}


@dataclass(frozen=True)
class Done:
    """One task instance of an activity.

    :param start: its interval's start
    """

    start: datetime
    state: str
    began: datetime
    ended: datetime


@dataclass(frozen=True)
class TwoDays:
    """What ran: the instances of each activity, and the lines that they wrote."""

    instances: dict[str, list[Done]]
    journal: list[str]
    sensors: Counter[str]


@pytest.fixture(scope="module")
def two_days(live: Live, tmp_path_factory: pytest.TempPathFactory) -> TwoDays:
    """Both definitions converted and run to their end; those that wait are let loose first."""
    folder: Path = tmp_path_factory.mktemp("joined")
    journal = folder / "journal"
    journal.touch()
    (folder / "round.json").write_text(json.dumps(ROUND))
    for file in (DEFINITIONS / "hourly_and_daily.json", folder / "round.json"):
        convert_file(file, folder, "--backfill", "--set", f"myJournal={journal}")
    for name in ("hourly_and_daily", "round"):
        source = (folder / f"{name}.py").read_text()
        assert POKE[0] in source
        (live.airflow.dags / f"{name}.py").write_text(source.replace(*POKE))
    expected = {it.dag: DAYS // it.period for it in OBJECTS.values()}
    producers = {OBJECTS[name].dag for it in OBJECTS.values() for name in it.waits_for}
    for dag in sorted(expected, key=lambda dag: dag in producers):
        wait_until(lambda: live.airflow.has_dag(dag), 90, f"Airflow has read {dag}", poll=0.5)  # noqa: B023
        live.airflow.unpause(dag)

    try:
        for dag, count in expected.items():
            wait_until(lambda: succeeded(live, dag) == count, RUN_SECONDS, f"{dag} has run", poll=5)  # noqa: B023
    except TimeoutError as error:
        for dag in expected:
            error.add_note(f"{dag}: {standing(live, dag)}")
        error.add_note(live.airflow.last_words())
        raise
    return result(live, journal)


def standing(live: Live, dag: str) -> dict[str, int]:
    """Count a DAG's runs and task instances by state, for who reads that it has not run."""
    runs = Counter(f"run {run['state']}" for run in everything(live, f"/dags/{dag}/dagRuns", "dag_runs"))
    tasks = everything(live, f"/dags/{dag}/dagRuns/~/taskInstances", "task_instances")
    return runs | Counter(f"{task['task_id']} {task['state']}" for task in tasks)


def succeeded(live: Live, dag: str) -> int:
    """Return how many runs of a DAG have succeeded; none may fail."""
    states = {it: f"/dags/{dag}/dagRuns?limit=1&state={it}" for it in ("failed", "success")}
    counts = {it: live.airflow.api("GET", path)["total_entries"] for it, path in states.items()}
    assert counts["failed"] == 0, dag
    return int(counts["success"])


def result(live: Live, journal: Path) -> TwoDays:
    """Ask Airflow what ran when."""
    found: dict[str, list[Done]] = {name: [] for name in OBJECTS}
    sensors: Counter[str] = Counter()
    for dag in {it.dag for it in OBJECTS.values()}:
        runs = {run["dag_run_id"]: run for run in everything(live, f"/dags/{dag}/dagRuns", "dag_runs")}
        path = f"/dags/{dag}/dagRuns/~/taskInstances"
        for task in everything(live, path, "task_instances"):
            if task["task_id"].startswith("wait_for_"):
                sensors[f"{dag}.{task['task_id']}"] += 1
                continue
            start = moment(runs[task["dag_run_id"]]["data_interval_start"])
            done = Done(start, task["state"], moment(task["start_date"]), moment(task["end_date"]))
            found[task["task_id"]].append(done)
    ordered = {name: sorted(done, key=lambda one: one.start) for name, done in found.items()}
    return TwoDays(ordered, journal.read_text().splitlines(), sensors)


def everything(live: Live, path: str, key: str) -> list[dict[str, Any]]:
    """Read all pages of an answer."""
    found: list[dict[str, Any]] = []
    while True:
        answer = live.airflow.api("GET", f"{path}?limit=100&offset={len(found)}&order_by=id")
        found += answer[key]
        if len(found) >= answer["total_entries"]:
            return found


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


@pytest.mark.parametrize("name", OBJECTS)
def test_every_interval_of_the_two_days_ran_once(two_days: TwoDays, name: str) -> None:
    period = OBJECTS[name].period
    expected = [(START + number * period, "success") for number in range(DAYS // period)]
    assert [(done.start, done.state) for done in two_days.instances[name]] == expected


@pytest.mark.parametrize("name", [name for name, it in OBJECTS.items() if it.waits_for])
def test_nothing_started_before_all_that_it_waits_for_had_ended(two_days: TwoDays, name: str) -> None:
    own = OBJECTS[name]
    for waited in own.waits_for:
        other = OBJECTS[waited]
        for done in two_days.instances[name]:
            before = [
                one
                for one in two_days.instances[waited]
                if one.start < done.start + own.period and done.start < one.start + other.period
            ]
            assert len(before) == max(own.period // other.period, 1)
            assert all(one.ended <= done.began for one in before), (name, done.start)


def test_each_told_its_own_dates(two_days: TwoDays) -> None:
    words = {"CollectHour": "hour", "ReportDay": "day", "WatchClicks": "20 minutes"}
    expected = [
        f"{words.get(name, name)} {START + number * it.period:%Y-%m-%d %H:%M}"
        for name, it in OBJECTS.items()
        for number in range(DAYS // it.period)
    ]
    assert Counter(two_days.journal) == Counter(expected)


def test_one_sensor_for_each_producer_and_run(two_days: TwoDays) -> None:
    assert two_days.sensors == {
        "hourly_and_daily.wait_for_CollectHour": 2,
        "hourly_and_daily_Every20Minutes.wait_for_CollectHour": 144,
        "round_Daily.wait_for_Make": 2,
        "round.wait_for_Sum": 8,
        "round_SixHours.wait_for_Make": 8,
    }
