"""ProducerSensor: which runs of another DAG a run depends on, and what their states mean for it.

The producers' task instances are real ones: a DAG is run for the hours of a morning.
"""

from __future__ import annotations

import json
import runpy
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pendulum
import pytest
from airflow.sdk import DAG
from datapipeline_provider._compat import AirflowFailException
from datapipeline_provider.sensors.producer import ProducerSensor
from datapipeline_provider.timetables.anchored import AnchoredTimetable

from tests.provider.dag_files import IMPORTS, run_dag, states

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOURLY = AnchoredTimetable("2026-03-02T00:00:00", "1 hour")

# Hours 0 to 8 run, but for 5; what is behind the tasks that fail is never started.
PRODUCER = """
from airflow.providers.standard.operators.python import PythonOperator

def work(task, dag_run):
    if dag_run.logical_date.hour in task.params["bad_hours"]:
        raise ValueError("a bad hour")

with DAG("producer", schedule=None) as dag:
    make = PythonOperator(task_id="make", python_callable=work, params={"bad_hours": []})
    fails = PythonOperator(task_id="fails_at_4", python_callable=work, params={"bad_hours": [4]})
    make >> fails >> PythonOperator(task_id="behind", python_callable=work, params={"bad_hours": []})
"""
HOURS = (0, 1, 2, 3, 4, 6, 7, 8)

CONSUMER = """
from pathlib import Path
from datapipeline_provider.sensors.producer import ProducerSensor
from datapipeline_provider.timetables.anchored import AnchoredTimetable

def tell(context):
    Path({told!r}).write_text(str(context["exception"]))

schedule = AnchoredTimetable({start!r}, {every!r})
with DAG("DAG_ID", schedule=schedule, start_date=pendulum.datetime(2026, 3, 1, tz="UTC")) as dag:
    ProducerSensor(
        task_id="wait",
        external_dag_id="producer",
        timetable=AnchoredTimetable("2026-03-02T00:00:00", "1 hour", **{timetable!r}),
        timeout=0,
        poke_interval=1,
        retries=0,
        on_failure_callback=tell,
        **{arguments!r},
    )
"""


@pytest.fixture(scope="module")
def producer(airflow_db: Path) -> Iterator[Path]:
    """The producer's runs are in the database."""
    path = airflow_db.parent / "dags" / "producer.py"
    path.write_text(IMPORTS + PRODUCER)
    dag = runpy.run_path(str(path))["dag"]
    for hour in HOURS:
        dag.test(logical_date=pendulum.datetime(2026, 3, 2, hour, tz="UTC"))
    yield airflow_db
    path.unlink()


@pytest.mark.parametrize(
    ("end", "arguments", "outcome"),
    [
        # Three hours that end at the moment given; each producer's interval is an hour.
        ("03:00", {}, "success"),
        ("03:00", {"fail_with_producer": True}, "success"),
        ("06:00", {}, "timed out"),  # there is no run for 5 o'clock
        ("06:00", {"external_task_id": "fails_at_4"}, "timed out"),  # a failed one may be cleared
        ("06:00", {"external_task_id": "fails_at_4", "fail_with_producer": True}, "has failed in 1 of the 3"),
        ("06:00", {"external_task_id": "behind", "fail_with_producer": True}, "has failed in 1 of the 3"),
        ("06:00", {"timetable": {"occurrences": 5}}, "success"),  # 5 o'clock is none of its runs
        ("09:00", {}, "success"),
        ("09:00", {"external_task_id": "behind"}, "success"),
        ("00:00", {}, "success"),  # nothing to wait for before the schedule
        ("09:00", {"external_task_id": "unknown"}, "timed out"),
        ("09:00", {"external_dag_id": "unknown"}, "timed out"),
        # Without catchup, what was passed over never runs: 5 o'clock, since there is a run for 6.
        ("06:00", {"catchup": False}, "success"),
        ("06:00", {"catchup": False, "external_task_id": "fails_at_4"}, "timed out"),
        ("12:00", {"catchup": False}, "timed out"),  # but 9 o'clock may come
        # It may not where the schedule is over: it has been for long.
        ("12:00", {"catchup": False, "timetable": {"occurrences": 12}}, "success"),
        ("18:00", {"catchup": False, "timetable": {"end": "2026-03-02T18:00:00"}}, "success"),
        ("12:00", {"timetable": {"occurrences": 12}}, "timed out"),
        (
            "06:00",
            {"catchup": False, "timetable": {"occurrences": 6}, "external_task_id": "fails_at_4"},
            "timed out",
        ),
    ],
)
def test_three_hours_wait_for_their_producers(
    end: str, arguments: dict[str, Any], outcome: str, producer: Path, tmp_path: Path
) -> None:
    given = {"external_task_id": "make", **arguments}
    timetable = given.pop("timetable", {})
    values = {"start": "2026-03-01T00:00:00", "every": "3 hours", "told": str(tmp_path / "told")}
    source = CONSUMER.format(timetable=timetable, arguments=given, **values)
    if "external_dag_id" in given:
        source = source.replace('        external_dag_id="producer",\n', "")
    run = run_dag(producer, source, f"2026-03-02T{end}:00")
    assert states(run) == {"wait": "success" if outcome == "success" else "failed"}
    if outcome != "success":
        assert outcome in (tmp_path / "told").read_text()


@pytest.mark.parametrize(
    ("start", "every", "end", "state"),
    [
        ("2026-03-02T00:00:00", "15 minutes", "08:45", "success"),  # in the hour that starts at 8
        ("2026-03-02T00:00:00", "15 minutes", "09:15", "failed"),  # 9 has not run
        ("2026-03-02T00:30:00", "1 hour", "04:30", "success"),  # 3 and 4
        ("2026-03-02T00:30:00", "1 hour", "05:30", "failed"),  # 4 and 5
    ],
)
def test_finer_and_shifted_consumers(
    start: str, every: str, end: str, state: str, producer: Path, tmp_path: Path
) -> None:
    values = {"start": start, "every": every, "told": str(tmp_path / "told")}
    source = CONSUMER.format(timetable={}, arguments={"external_task_id": "make"}, **values)
    assert states(run_dag(producer, source, f"2026-03-02T{end}:00")) == {"wait": state}


@pytest.mark.parametrize(
    ("every", "start", "end", "match", "expected"),
    [
        ("1 hour", "01:30", "03:30", "overlapping", [1, 2, 3]),
        ("1 hour", "01:30", "03:30", "within", [2]),
        ("1 hour", "01:15", "01:30", "within", [1]),
        ("1 hour", "01:00", "03:00", "within", [1, 2]),
        ("1 hour", "01:30", "02:30", "within", []),
    ],
)
def test_what_matches(every: str, start: str, end: str, match: Any, expected: list[int]) -> None:
    task = sensor(timetable=AnchoredTimetable("2026-03-02T00:00:00", every), match=match)
    assert [interval.start.hour for interval in task.awaited(at(start), at(end))] == expected


def test_intervals_before_the_first_that_runs_are_not_waited_for() -> None:
    found = sensor(first=at("02:00")).awaited(at("00:00"), at("04:00"))
    assert [interval.start.hour for interval in found] == [2, 3]


def test_many_dates_are_asked_for_in_several_requests() -> None:
    asked: list[int] = []

    def get_ti_count(*, logical_dates: list[datetime], **rest: Any) -> int:
        asked.append(len(logical_dates))
        return len(logical_dates)

    run = SimpleNamespace(
        run_id="r",
        data_interval_start=datetime(2026, 3, 2, tzinfo=UTC),
        data_interval_end=datetime(2026, 3, 12, tzinfo=UTC),
    )
    context: Any = {"ti": SimpleNamespace(get_ti_count=get_ti_count), "dag_run": run}
    assert sensor().poke(context) is True
    assert asked == [100, 100, 40]


@pytest.mark.parametrize("interval", [(None, None), ("03:00", "03:00")])
def test_a_run_without_an_interval_fails_and_says_what_to_do(interval: tuple[Any, Any]) -> None:
    start, end = (None if text is None else at(text) for text in interval)
    run = SimpleNamespace(run_id="manual__1", data_interval_start=start, data_interval_end=end)
    context: Any = {"ti": None, "dag_run": run}
    with pytest.raises(AirflowFailException, match=r"manual__1 has no data interval.*logical date"):
        sensor().poke(context)


def test_a_run_triggered_without_a_date(producer: Path, tmp_path: Path) -> None:
    values = {"start": "2026-03-01T00:00:00", "every": "3 hours", "told": str(tmp_path / "told")}
    source = CONSUMER.format(timetable={}, arguments={"external_task_id": "make"}, **values)
    path = producer.parent / "dags" / "without_a_date.py"
    path.write_text(IMPORTS + source.replace("DAG_ID", "without_a_date"))
    try:
        run = runpy.run_path(str(path))["dag"].test(logical_date=None, run_after=at("09:00"))
    finally:
        path.unlink()
    assert states(run) == {"wait": "failed"}
    assert "has no data interval" in (tmp_path / "told").read_text()


def test_defaults() -> None:
    task = sensor()
    assert (task.poke_interval, task.timeout, task.mode) == (60, 4 * 365 * 24 * 3600, "reschedule")
    assert (task.match, task.fail_with_producer, task.catchup) == ("overlapping", False, True)


@pytest.mark.parametrize(
    ("default_args", "arguments", "rule"),
    [
        ({}, {}, "absolute"),  # not Airflow's "downstream", by which those who wait go first
        ({"weight_rule": "upstream"}, {}, "upstream"),
        ({"weight_rule": "upstream"}, {"weight_rule": "downstream"}, "downstream"),
    ],
)
def test_who_waits_does_not_go_before_those_that_work(
    default_args: dict[str, Any], arguments: dict[str, Any], rule: str
) -> None:
    with DAG("waits", schedule=None, default_args=default_args):
        assert sensor(**arguments).weight_rule == rule


def test_a_match_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="match='after' is not valid"):
        sensor(match="after")


def test_serialized_in_a_dag() -> None:
    with DAG("waits", schedule=None) as dag:
        sensor()
    from airflow.serialization import serialized_objects

    form: Any = serialized_objects
    form = getattr(form, "DagSerialization", form.SerializedDAG)
    task = form.from_dict(json.loads(json.dumps(form.to_dict(dag)))).get_task("wait")
    assert (task.external_dag_id, task.external_task_id) == ("producer", "make")


def sensor(**arguments: Any) -> ProducerSensor:
    given = {"external_dag_id": "producer", "external_task_id": "make", "timetable": HOURLY, **arguments}
    return ProducerSensor(task_id="wait", **given)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{text}:00").replace(tzinfo=UTC)
