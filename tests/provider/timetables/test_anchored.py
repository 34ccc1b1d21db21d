from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import pendulum
import pytest
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.timetables import anchored
from datapipeline_provider.timetables.anchored import AnchoredTimetable

from tests.provider.timetables.scheduler import scheduled, timetable_of, utc
from tests.schedules import CALENDAR, GUIDE, ROWS, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

# Dates in this file, and in tests/schedules.py, are written by hand from the guide and a calendar, not computed.

PERIODIC = [*GUIDE, *CALENDAR]


def name(row: Row) -> str:
    return row.name


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_runs(row: Row) -> None:
    assert list(islice(scheduled(row), len(row.first))) == row.first_runs()
    if row.count is None:
        assert len(list(islice(scheduled(row), 1000))) == 1000
        return
    everything = list(scheduled(row))
    assert len(everything) == row.count
    assert everything[-1:] == row.last_runs()


@pytest.mark.parametrize("row", PERIODIC, ids=name)
def test_each_interval_ends_where_the_next_starts(row: Row) -> None:
    intervals = [run.data_interval for run in islice(runs(timetable_of(row)), 50) if run.data_interval]
    assert [one.end for one in intervals[:-1]] == [two.start for two in intervals[1:]]


# "startTimestamp" of an activation is the DAG's start date: earlier intervals are passed over.
@pytest.mark.parametrize(
    ("run_at", "start_date", "first"),
    [
        ("start", "2024-05-06T06:00", "2024-05-06T06:00 -> 2024-05-06T06:00"),
        ("end", "2024-05-06T06:00", "2024-05-06T06:00 -> 2024-05-06T07:00"),
        ("start", "2024-05-06T05:00:01", "2024-05-06T06:00 -> 2024-05-06T06:00"),
        ("end", "2024-05-06T05:59", "2024-05-06T06:00 -> 2024-05-06T07:00"),
        ("start", "2024-05-06T00:00", "2024-05-06T00:00 -> 2024-05-06T00:00"),
        ("end", "2020-01-01", "2024-05-06T00:00 -> 2024-05-06T01:00"),
    ],
)
def test_start_date_of_the_dag(run_at: Any, start_date: str, first: str) -> None:
    timetable = AnchoredTimetable("2024-05-06T00:00:00", "1 hour", run_at)
    assert text(next(runs(timetable, earliest=start_date))) == first


def test_start_date_moved_after_runs() -> None:
    timetable = AnchoredTimetable("2024-05-06T00:00:00", "1 day")
    ran = DataInterval(utc("2024-05-06"), utc("2024-05-07"))
    assert run_after(timetable, ran, earliest="2024-05-10") == "2024-05-10T00:00 -> 2024-05-11T00:00"


# The scheduler's question with catchup off, at 2026-03-20 10:05.
@pytest.mark.parametrize(
    ("start", "every", "run_at", "first"),
    [
        ("2026-01-31T09:07:00", "15 minutes", "end", "2026-03-20T09:37 -> 2026-03-20T09:52"),
        ("2026-01-31T09:07:00", "15 minutes", "start", "2026-03-20T09:52 -> 2026-03-20T09:52"),
        ("2026-01-31T09:07:00", "1 day", "end", "2026-03-19T09:07 -> 2026-03-20T09:07"),
        ("2026-01-31T09:07:00", "1 day", "start", "2026-03-20T09:07 -> 2026-03-20T09:07"),
        ("2026-01-31T09:07:00", "2 weeks", "end", "2026-02-28T09:07 -> 2026-03-14T09:07"),
        ("2026-01-31T09:07:00", "2 weeks", "start", "2026-03-14T09:07 -> 2026-03-14T09:07"),
        ("2026-01-31T09:07:00", "1 month", "end", "2026-01-31T09:07 -> 2026-02-28T09:07"),
        ("2026-01-31T09:07:00", "1 month", "start", "2026-02-28T09:07 -> 2026-02-28T09:07"),
        ("2026-03-20T10:00:00", "1 day", "end", "2026-03-20T10:00 -> 2026-03-21T10:00"),  # none ended yet
        ("2026-04-01T00:00:00", "1 day", "end", "2026-04-01T00:00 -> 2026-04-02T00:00"),
        ("2026-04-01T00:00:00", "1 day", "start", "2026-04-01T00:00 -> 2026-04-01T00:00"),
    ],
)
def test_catchup_off(
    monkeypatch: pytest.MonkeyPatch, start: str, every: str, run_at: Any, first: str
) -> None:
    monkeypatch.setattr(anchored, "_now", lambda: utc("2026-03-20T10:05"))
    timetable = AnchoredTimetable(start, every, run_at)
    assert run_after(timetable, None, earliest=start, catchup=False) == first


def test_catchup_off_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchored, "_now", lambda: utc("2026-03-20T10:05"))
    timetable = AnchoredTimetable("2026-01-31T09:07:00", "1 day")
    before = DataInterval(utc("2026-02-01T09:07"), utc("2026-02-02T09:07"))
    latest = DataInterval(utc("2026-03-19T09:07"), utc("2026-03-20T09:07"))
    assert run_after(timetable, before, catchup=False) == "2026-03-19T09:07 -> 2026-03-20T09:07"
    assert run_after(timetable, latest, catchup=False) == "2026-03-20T09:07 -> 2026-03-21T09:07"


@pytest.mark.parametrize("limit", [{"occurrences": 3}, {"end": "2026-02-03T09:07:00"}])
def test_catchup_off_runs_nothing_of_a_finished_schedule(
    monkeypatch: pytest.MonkeyPatch, limit: dict[str, Any]
) -> None:
    monkeypatch.setattr(anchored, "_now", lambda: utc("2026-03-20T10:05"))
    assert run_after(AnchoredTimetable("2026-01-31T09:07:00", "1 day", **limit), None, catchup=False) is None


def test_catchup_on_never_asks_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(anchored, "_now")
    assert len(list(islice(runs(AnchoredTimetable("2026-01-31T09:07:00", "1 day")), 5))) == 5


@pytest.mark.parametrize(
    ("name", "last", "first"),
    [
        ("was hourly", ("2026-03-05T05:00", "2026-03-05T06:00"), "2026-03-06T00:00 -> 2026-03-07T00:00"),
        ("was weekly", ("2026-03-02", "2026-03-09"), "2026-03-09T00:00 -> 2026-03-10T00:00"),
        ("had no width", ("2026-03-05", "2026-03-05"), "2026-03-06T00:00 -> 2026-03-07T00:00"),
        ("ran before the anchor", ("2026-02-01", "2026-02-02"), "2026-03-01T00:00 -> 2026-03-02T00:00"),
    ],
)
def test_last_run_was_of_another_schedule(name: str, last: tuple[str, str], first: str) -> None:
    timetable = AnchoredTimetable("2026-03-01T00:00:00", "1 day")
    assert run_after(timetable, DataInterval(utc(last[0]), utc(last[1]))) == first


def test_an_end_at_the_end_of_the_calendar() -> None:
    timetable = AnchoredTimetable("2026-01-31T00:00:00", "1 month", end="9999-12-31T23:59:59")
    last = ["9999-10-31T00:00 -> 9999-11-30T00:00", "9999-11-30T00:00 -> 9999-12-31T00:00"]
    assert [text(run) for run in runs(timetable, earliest="9999-10-31")] == last


@pytest.mark.parametrize("limit", [{}, {"end": "9999-12-31T23:59:59"}, {"occurrences": 99_999_999}])
@pytest.mark.parametrize(
    ("every", "start", "earliest", "starts"),
    [
        ("1 hour", "2026-11-25", "9999-12-31T20:30", ["9999-12-31T21:00", "9999-12-31T22:00"]),
        ("1 hour", "2026-11-25", "9999-12-31T23:00", []),
        ("1 hour", "2026-11-25", "9999-12-31T23:59:59", []),
        ("1 month", "2026-01-15", "9999-11-15", ["9999-11-15T00:00"]),
        ("3 years", "2026-01-15", "9994-01-16", []),  # 9994 to 9997 is the last
        ("3 years", "2026-01-15", "9994-01-15", ["9994-01-15T00:00"]),
    ],
)
def test_no_interval_ends_behind_the_calendar(
    limit: dict[str, Any], every: str, start: str, earliest: str, starts: list[str]
) -> None:
    timetable = AnchoredTimetable(start, every, "start", **limit)
    assert [text(run).split()[0] for run in runs(timetable, earliest=earliest)] == starts
    found = timetable.overlapping(utc(earliest), utc("9999-12-31T23:59:59"))
    assert [f"{one.start:%Y-%m-%dT%H:%M}" for one in found if one.start >= utc(earliest)] == starts
    timetable.infer_manual_data_interval(run_after=utc("9999-12-31T23:59:59"))


@pytest.mark.parametrize(
    ("run_at", "limit", "moment", "over"),
    [
        ("start", {"occurrences": 3}, "2026-02-28T00:00", False),
        ("start", {"occurrences": 3}, "2026-03-03T12:00", False),  # the third is the latest
        ("start", {"occurrences": 3}, "2026-03-04T00:00", True),
        ("end", {"occurrences": 3}, "2026-03-04T00:00", False),
        ("end", {"occurrences": 3}, "2026-03-04T23:59", False),
        ("end", {"occurrences": 3}, "2026-03-05T00:00", True),
        ("end", {"end": "2026-03-04T00:00"}, "2026-03-05T00:00", True),
        ("start", {}, "9000-01-01T00:00", False),
    ],
)
def test_when_a_schedule_is_over(
    monkeypatch: pytest.MonkeyPatch, run_at: Any, limit: dict[str, Any], moment: str, over: bool
) -> None:
    monkeypatch.setattr(anchored, "_now", lambda: utc(moment))
    timetable = AnchoredTimetable("2026-03-01T00:00:00", "1 day", run_at, **limit)
    assert timetable.is_over(utc(moment)) is over
    # It is over when the scheduler, asked with catchup off, makes nothing of it.
    restriction = TimeRestriction(utc("2026-03-01"), None, catchup=False)
    info = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert (info is None) is over


def test_end_date_of_the_dag_is_inclusive() -> None:
    timetable = AnchoredTimetable("2026-03-01T00:00:00", "1 day", "start")
    assert run_after(timetable, None, latest="2026-03-01") == "2026-03-01T00:00 -> 2026-03-01T00:00"
    assert run_after(timetable, None, latest="2026-02-28T23:59") is None


@pytest.mark.parametrize(
    ("run_at", "moment", "interval"),
    [
        ("end", "2026-03-03T12:00", ("2026-03-02", "2026-03-03")),
        ("end", "2026-03-03T00:00", ("2026-03-02", "2026-03-03")),
        ("start", "2026-03-03T12:00", ("2026-03-03", "2026-03-04")),
        ("start", "2026-03-03T00:00", ("2026-03-03", "2026-03-04")),
        ("end", "2026-03-01T12:00", ("2026-03-01", "2026-03-02")),  # none has ended: the first
        ("end", "2025-01-01", ("2026-03-01", "2026-03-02")),
        ("start", "2025-01-01", ("2026-03-01", "2026-03-02")),
        ("end", "2027-01-01", ("2026-03-05", "2026-03-06")),  # the last of five
        ("start", "2027-01-01", ("2026-03-05", "2026-03-06")),
    ],
)
def test_manual_run(run_at: Any, moment: str, interval: tuple[str, str]) -> None:
    timetable = AnchoredTimetable("2026-03-01T00:00:00", "1 day", run_at, occurrences=5)
    inferred = timetable.infer_manual_data_interval(run_after=utc(moment))
    assert inferred == DataInterval(utc(interval[0]), utc(interval[1]))


def test_manual_run_of_an_empty_schedule_gets_the_first_interval() -> None:
    timetable = AnchoredTimetable("2026-03-01T00:00:00", "1 day", end="2026-03-01T12:00:00")
    inferred = timetable.infer_manual_data_interval(run_after=utc("2026-04-01"))
    assert inferred == DataInterval(utc("2026-03-01"), utc("2026-03-02"))


@pytest.mark.parametrize("row", PERIODIC, ids=name)
def test_serialized_form_is_json_and_comes_back_equal(row: Row) -> None:
    data = json.loads(json.dumps(timetable_of(row).serialize()))
    assert AnchoredTimetable.deserialize(data) == timetable_of(row)
    assert hash(AnchoredTimetable.deserialize(data)) == hash(timetable_of(row))
    assert AnchoredTimetable.deserialize(data).serialize() == data


def test_equality() -> None:
    timetable = AnchoredTimetable("2026-03-01T00:00:00", "1 day")
    assert timetable == AnchoredTimetable("2026-03-01T01:00:00+01:00", "1 Days")
    for other in (
        AnchoredTimetable("2026-03-01T00:00:01", "1 day"),
        AnchoredTimetable("2026-03-01T00:00:00", "24 hours"),
        AnchoredTimetable("2026-03-01T00:00:00", "1 day", "start"),
        AnchoredTimetable("2026-03-01T00:00:00", "1 day", occurrences=1),
        AnchoredTimetable("2026-03-01T00:00:00", "1 day", end="2026-03-02T00:00:00"),
        "every 1 day",
    ):
        assert timetable != other


def test_what_the_user_interface_shows() -> None:
    timetable = AnchoredTimetable("2026-03-01T00:00:00", "15 minutes", "start", occurrences=4)
    assert timetable.summary == "every 15 minutes"
    assert timetable.description == (
        "Every 15 minutes from 2026-03-01T00:00:00 UTC, 4 times; runs at interval start"
    )
    assert repr(timetable) == (
        "AnchoredTimetable(start='2026-03-01T00:00:00', every='15 minutes', run_at='start', occurrences=4)"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"start": "soon"}, "start='soon' is not valid. It must be ISO 8601 text such as"),
        ({"start": None}, "start=None"),
        ({"start": 20260301}, "start=20260301"),
        ({"every": "1 fortnight"}, "'1 fortnight' is not a period"),
        ({"run_at": "middle"}, "run_at='middle' is not valid. It must be 'start' or 'end'"),
        ({"occurrences": 0}, "occurrences=0 is not valid. It must be a whole number from 1"),
        ({"occurrences": -1}, "occurrences=-1"),
        ({"occurrences": True}, "occurrences=True"),
        ({"occurrences": "4"}, "occurrences='4'"),
        ({"end": "2026-13-01"}, "end='2026-13-01'"),
        ({"end": "2026-03-01T00:00:00"}, "It must be later than start (2026-03-01T00:00:00)"),
        ({"end": "2026-02-01T00:00:00"}, "later than start"),
        ({"end": "2026-04-01T00:00:00", "occurrences": 4}, "left out when occurrences is given"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(DatapipelineError) as caught:
        AnchoredTimetable(**{"start": "2026-03-01T00:00:00", "every": "1 day", **arguments})
    assert told in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_question_about_a_far_day_costs_as_much_as_about_the_first() -> None:
    timetable = AnchoredTimetable("1990-01-01T00:00:00", "15 minutes")
    began = time.process_time()
    for _ in range(1000):
        run_after(timetable, None, earliest="2090-01-01")  # 3.5 million intervals later
    assert time.process_time() - began < 2


@pytest.mark.parametrize("catchup", [True, False])
def test_through_a_serialized_dag(catchup: bool) -> None:
    dag = serialized(AnchoredTimetable("2026-01-31T09:07:00", "1 month", "end", occurrences=5), catchup)
    between = dag.iter_dagrun_infos_between(utc("2026-01-01"), utc("2026-04-30T09:07"))
    assert [text(run) for run in between] == [
        "2026-01-31T09:07 -> 2026-02-28T09:07",
        "2026-02-28T09:07 -> 2026-03-31T09:07",
        "2026-03-31T09:07 -> 2026-04-30T09:07",
        "2026-04-30T09:07 -> 2026-05-31T09:07",
    ]


def serialized(timetable: AnchoredTimetable, catchup: bool) -> Any:
    """Return the DAG as Airflow's scheduler sees it, after a trip through JSON."""
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG
    from airflow.serialization import serialized_objects

    start_date = pendulum.datetime(2026, 1, 31, 9, 7, tz="UTC")
    with DAG("monthly", schedule=timetable, start_date=start_date, catchup=catchup) as dag:
        EmptyOperator(task_id="nothing")
    known: Any = serialized_objects
    form = getattr(known, "DagSerialization", known.SerializedDAG)  # the former since 3.2
    sent = json.loads(json.dumps(form.to_dict(dag)))
    assert sent == json.loads(json.dumps(form.to_dict(dag)))
    return form.from_dict(sent)


def runs(timetable: AnchoredTimetable, earliest: str | None = None) -> Iterator[DagRunInfo]:
    """Yield what the scheduler would run, each question asked with the answer before it."""
    restriction = TimeRestriction(utc(earliest) if earliest else None, None, catchup=True)
    last = None
    while run := timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction):
        yield run
        last = run.data_interval


def run_after(
    timetable: AnchoredTimetable,
    last: DataInterval | None,
    *,
    earliest: str | None = None,
    latest: str | None = None,
    catchup: bool = True,
) -> str | None:
    restriction = TimeRestriction(
        utc(earliest) if earliest else None, utc(latest) if latest else None, catchup=catchup
    )
    run = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
    return run and text(run)


def text(run: DagRunInfo) -> str:
    """Write a run as the tables above do: interval start -> execution."""
    assert run.data_interval is not None
    assert run.run_after in run.data_interval
    return f"{short(run.data_interval.start)} -> {short(run.run_after)}"


def short(moment: datetime) -> str:
    assert moment.utcoffset() == UTC.utcoffset(None)
    return moment.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
