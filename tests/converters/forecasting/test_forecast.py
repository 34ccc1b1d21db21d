"""Both columns of a forecast: the same runs where the conversion is right, and a difference wherever a DAG is not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.conversion import File
from datapipeline_converters.forecasting import Pipeline, forecast, pipeline
from datapipeline_converters.forecasting.columns import Run, Window
from datapipeline_converters.forecasting.comparison import Forecast
from datapipeline_converters.options import Options
from datapipeline_converters.planning import timing

from tests.converters.planned import NOW, ref, shell

utc = datetime.fromisoformat

DAILY = {"startDateTime": "2026-10-31T06:00:00", "period": "1 day", "occurrences": "3"}
DAILY_RUNS = (
    "2026-10-31T06:00 2026-11-01T06:00 2026-10-31T06:00",
    "2026-11-01T06:00 2026-11-02T06:00 2026-11-01T06:00",
    "2026-11-02T06:00 2026-11-03T06:00 2026-11-02T06:00",
)
FIFTEEN = {"startDateTime": "2026-10-31T06:00:00", "period": "15 minutes", "occurrences": "15"}
ACTIVATION = {"startAt": "FIRST_ACTIVATION_DATE_TIME", "period": "15 Minutes", "occurrences": "4"}
FAR = {"startDateTime": "2126-01-31T09:07:00", "period": "1 month"}


@dataclass(frozen=True)
class Case:
    """A pipeline of one activity, and what its forecast says.

    :param schedule: the Schedule's fields; empty: none
    :param runs: the first runs of Data Pipeline; start, end, execution
    :param alter: what is replaced in the generated file, by what
    :param differences: parts of what differs, in order
    """

    schedule: dict[str, Any]
    style: str = "cron"
    runs: tuple[str, ...] = ()
    total: int | None = None
    last: str = ""
    options: dict[str, Any] = field(default_factory=lambda: {"backfill": True})
    alter: tuple[tuple[str, str], ...] = ()
    differences: tuple[str, ...] = ()
    note: str = ""


CASES = {
    "month_ends": Case(
        {"startDateTime": "2026-08-31T06:00:00", "period": "1 month", "endDateTime": "2027-01-31T06:00:00"},
        "timeseries",
        (
            "2026-08-31T06:00 2026-09-30T06:00 2026-09-30T06:00",
            "2026-09-30T06:00 2026-10-31T06:00 2026-10-31T06:00",
            "2026-10-31T06:00 2026-11-30T06:00 2026-11-30T06:00",
        ),
        total=5,
        last="2026-12-31T06:00 2027-01-31T06:00 2027-01-31T06:00",
    ),
    "no_end": Case(
        FAR,
        "timeseries",
        (
            "2126-01-31T09:07 2126-02-28T09:07 2126-02-28T09:07",
            "2126-02-28T09:07 2126-03-31T09:07 2126-03-31T09:07",
            "2126-03-31T09:07 2126-04-30T09:07 2126-04-30T09:07",
        ),
    ),
    "from_activation": Case(
        ACTIVATION,
        "timeseries",
        (
            "2025-12-31T23:40:07 2025-12-31T23:55:07 2025-12-31T23:55:07",
            "2025-12-31T23:55:07 2026-01-01T00:10:07 2026-01-01T00:10:07",
            "2026-01-01T00:10:07 2026-01-01T00:25:07 2026-01-01T00:25:07",
        ),
        total=4,
        last="2026-01-01T00:25:07 2026-01-01T00:40:07 2026-01-01T00:40:07",
        options={"activated_at": utc("2025-12-31T23:40:07"), "backfill": True},
    ),
    "start_skips": Case(
        {"startDateTime": "2020-01-31T00:00:00", "period": "3 months", "occurrences": "8"},
        runs=(
            "2021-04-30T00:00 2021-07-31T00:00 2021-04-30T00:00",
            "2021-07-31T00:00 2021-10-31T00:00 2021-07-31T00:00",
            "2021-10-31T00:00 2022-01-31T00:00 2021-10-31T00:00",
        ),
        total=3,
        last="2021-10-31T00:00 2022-01-31T00:00 2021-10-31T00:00",
        options={"start": utc("2021-02-01T00:00:00")},
    ),
    "no_catchup_of_what_is_over": Case(DAILY, total=0, options={"catchup": False}),
    "no_catchup_of_what_is_to_come": Case(
        FAR,
        runs=(
            "2126-01-31T09:07 2126-02-28T09:07 2126-01-31T09:07",
            "2126-02-28T09:07 2126-03-31T09:07 2126-02-28T09:07",
            "2126-03-31T09:07 2126-04-30T09:07 2126-03-31T09:07",
        ),
        options={"catchup": False},
    ),
    "once_from_activation": Case({**ACTIVATION, "occurrences": "1"}, note="on trigger"),
    "once_from_an_activation_that_is_known": Case(
        {**ACTIVATION, "occurrences": "1"},
        "timeseries",
        ("2025-12-31T23:40:07 2025-12-31T23:55:07 2025-12-31T23:55:07",),
        total=1,
        last="2025-12-31T23:40:07 2025-12-31T23:55:07 2025-12-31T23:55:07",
        options={"activated_at": utc("2025-12-31T23:40:07"), "backfill": True},
    ),
    "no_interval_inside_the_end": Case(
        {"startDateTime": "2026-10-01T00:00:00", "period": "1 day", "endDateTime": "2026-10-01T12:00:00"},
        "timeseries",
        total=0,
        options={},
    ),
    "on_demand": Case({}, "ondemand", note="on trigger"),
    "explicitly_on_demand": Case(
        {"period": "ONDEMAND_PERIOD", "startAt": "ONDEMAND_ACTIVATION_TIME"}, "ondemand", note="on trigger"
    ),
    # What the conversion leaves to the user is a difference.
    "unconfirmed": Case(
        DAILY,
        runs=DAILY_RUNS,
        total=3,
        last=DAILY_RUNS[2],
        options={},
        differences=("Data Pipeline: by its schedule; Airflow: on trigger",),
    ),
    "activation_unknown": Case(
        ACTIVATION,
        note="it starts when the pipeline is first activated, and --activated-at does not say when that was",
        differences=(
            "the runs of Data Pipeline are not known: it starts when the pipeline is first activated",
        ),
    ),
    "period_unknown": Case(
        {**DAILY, "period": "#{myPeriod}"},
        note="parameter `myPeriod` has no value",
        differences=("the runs of Data Pipeline are not known: parameter `myPeriod` has no value",),
    ),
    "refused": Case(
        {**DAILY, "period": "15 Period"},
        options={"backfill": True, "allow_invalid": True},
        note="it has no Schedule that Data Pipeline would take",
        differences=("the runs of Data Pipeline are not known: it has no Schedule",),
    ),
    # Faults put into the generated file.
    "other_period": Case(
        DAILY,
        runs=DAILY_RUNS,
        total=3,
        last=DAILY_RUNS[2],
        alter=(('every="1 day"', 'every="2 days"'),),
        differences=("the runs differ", "the last runs differ"),
    ),
    "other_moment": Case(
        DAILY,
        runs=DAILY_RUNS,
        total=3,
        last=DAILY_RUNS[2],
        alter=(('run_at="start"', 'run_at="end"'),),
        differences=("the runs differ", "the last runs differ"),
    ),
    "other_anchor": Case(
        DAILY,
        runs=DAILY_RUNS,
        total=3,
        last=DAILY_RUNS[2],
        alter=(('start="2026-10-31T06:00:00"', 'start="2026-10-31T06:00:01"'),),
        differences=("the runs differ", "the last runs differ"),
    ),
    "one_run_too_many_at_the_end": Case(
        FIFTEEN,
        runs=(
            "2026-10-31T06:00 2026-10-31T06:15 2026-10-31T06:00",
            "2026-10-31T06:15 2026-10-31T06:30 2026-10-31T06:15",
            "2026-10-31T06:30 2026-10-31T06:45 2026-10-31T06:30",
        ),
        total=15,
        last="2026-10-31T09:30 2026-10-31T09:45 2026-10-31T09:30",
        alter=(("occurrences=15", "occurrences=16"),),
        differences=("the number of runs differs: 15 runs and 16 runs", "the last runs differ"),
    ),
    "an_end_where_there_is_none": Case(
        FAR,
        runs=(
            "2126-01-31T09:07 2126-02-28T09:07 2126-01-31T09:07",
            "2126-02-28T09:07 2126-03-31T09:07 2126-02-28T09:07",
            "2126-03-31T09:07 2126-04-30T09:07 2126-03-31T09:07",
        ),
        alter=(('run_at="start"', 'run_at="start", end="2150-01-01"'),),
        differences=("runs far in the future differ",),
    ),
    "start_date_forgotten": Case(
        DAILY,
        runs=DAILY_RUNS,
        total=3,
        last=DAILY_RUNS[2],
        alter=(("start_date=pendulum.datetime(2026, 10, 31,", "start_date=pendulum.datetime(2026, 11, 1,"),),
        differences=("the runs differ", "the number of runs differs: 3 runs and 2 runs"),
    ),
    "catchup_forgotten": Case(
        DAILY,
        runs=DAILY_RUNS,
        total=3,
        last=DAILY_RUNS[2],
        alter=(("catchup=True", "catchup=False"),),
        differences=(
            "the runs differ",
            "the number of runs differs: 3 runs and 0 runs",
            "the last runs differ",
        ),
    ),
    "a_schedule_for_what_is_on_demand": Case(
        {},
        "ondemand",
        alter=(("schedule=None", 'schedule="@daily"'),),
        note="on trigger",
        differences=("Data Pipeline: on trigger; Airflow: by a schedule",),
    ),
    "a_timetable_that_is_not_registered": Case(
        DAILY,
        runs=DAILY_RUNS,
        total=3,
        last=DAILY_RUNS[2],
        alter=(
            ("with DAG(", "class Mine(AnchoredTimetable):\n    pass\n\n\nwith DAG("),
            ("schedule=AnchoredTimetable(", "schedule=Mine("),
        ),
        differences=("Data Pipeline: by its schedule; Airflow: ",),
    ),
    "a_file_that_cannot_be_imported": Case(
        DAILY,
        runs=DAILY_RUNS,
        total=3,
        last=DAILY_RUNS[2],
        alter=(("with DAG(", "import no_such_module\n\nwith DAG("),),
        differences=(
            "Data Pipeline: by its schedule; Airflow: cannot import a_file_that_cannot_be_imported.py: "
            "ModuleNotFoundError: No module named 'no_such_module'",
        ),
    ),
}


def prepared(name: str, case: Case) -> Pipeline:
    """Convert a case, and put its faults into the generated file."""
    objects = [
        {"id": "Default", "scheduleType": case.style, "workerGroup": "w"}
        | ({"schedule": ref("S")} if case.schedule else {}),
        *([{"id": "S", "type": "Schedule", **case.schedule}] if case.schedule else []),
        shell("A"),
    ]
    document = {"objects": objects, "parameters": [{"id": "myPeriod", "type": "String"}]}
    definition = definition_file.read(document, f"{name}.json")
    return altered(pipeline(definition, Options(now=NOW, **case.options)), case.alter)


def altered(made: Pipeline, replacements: tuple[tuple[str, str], ...]) -> Pipeline:
    source = made.conversion.files[made.conversion.dag_file].text
    for old, new in replacements:
        assert source.count(old) == 1, (old, source)
        source = source.replace(old, new)
    files = {**made.conversion.files, made.conversion.dag_file: File(source)}
    return replace(made, conversion=replace(made.conversion, files=files))


@pytest.fixture(scope="module")
def forecasts() -> dict[str, Forecast]:
    """All cases; Airflow is asked in one process."""
    found = forecast([prepared(name, case) for name, case in CASES.items()], Window(count=3))
    return {one.pipeline: one for one in found}


@pytest.mark.parametrize("name", CASES)
def test_the_column_of_data_pipeline(forecasts: dict[str, Forecast], name: str) -> None:
    case, column = CASES[name], forecasts[name].data_pipeline
    assert column.note == case.note
    assert list(column.runs) == [Run(*map(utc, run.split())) for run in case.runs]
    assert column.total == case.total
    assert column.last == (Run(*map(utc, case.last.split())) if case.last else None)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.differences])
def test_airflow_makes_the_same_runs(forecasts: dict[str, Forecast], name: str) -> None:
    found = forecasts[name]
    assert found.differences == []
    assert found.airflow.note == found.data_pipeline.note
    assert found.airflow.runs == found.data_pipeline.runs
    assert found.airflow.total == found.data_pipeline.total
    assert found.airflow.probe == found.data_pipeline.probe


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.differences])
def test_every_fault_is_found(forecasts: dict[str, Forecast], name: str) -> None:
    expected, found = CASES[name].differences, forecasts[name].differences
    assert len(found) == len(expected), found
    assert all(text.startswith(part) for text, part in zip(found, expected, strict=True)), found


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("unconfirmed", "Give --backfill to have them"),
        ("activation_unknown", "--activated-at"),
        ("period_unknown", "--set myPeriod="),
    ],
)
def test_the_advice_of_the_conversion_goes_along(
    forecasts: dict[str, Forecast], name: str, advice: str
) -> None:
    assert any(advice in text for text in forecasts[name].advice)


def test_what_is_overdue_is_counted(forecasts: dict[str, Forecast]) -> None:
    assert forecasts["other_period"].data_pipeline.overdue == 3
    assert forecasts["no_end"].data_pipeline.overdue == 0


def test_a_fault_in_planning_is_found_since_the_definition_is_read_afresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timing, "_anchor", lambda *_: utc("2026-11-01T06:00"))
    (found,) = forecast([prepared("x", Case(DAILY))], Window())
    assert found.differences == ["the runs differ", "the last runs differ"]


def two_schedules(*, split: bool) -> Pipeline:
    document = {
        "objects": [
            {"id": "Default", "scheduleType": "cron", "workerGroup": "w", "schedule": ref("Day")},
            {"id": "Day", "type": "Schedule", "period": "1 day", "startDateTime": "2012-12-29T00:00:00"},
            {"id": "Month", "type": "Schedule", "period": "1 month", "startDateTime": "2012-01-31T00:00:00"},
            shell("A"),
            shell("B", schedule=ref("Month"), scheduleType="timeseries"),
            shell("C", scheduleType="timeseries"),
        ]
    }
    definition = definition_file.read(document, f"{'split' if split else 'whole'}.json")
    return pipeline(definition, Options(now=NOW, backfill=True, split=split))


@pytest.fixture(scope="module")
def around_a_leap_day() -> list[Forecast]:
    """Two schedules in one DAG file and in several; Airflow is asked once."""
    made = [two_schedules(split=split) for split in (False, True)]
    return forecast(made, Window(utc("2016-02-28T12:00"), utc("2016-03-02T00:00"), 100))


@pytest.mark.parametrize("name", ["whole", "split"])
def test_each_schedule_is_compared_with_its_own_dag_inside_the_window(
    around_a_leap_day: list[Forecast], name: str
) -> None:
    found = [one for one in around_a_leap_day if one.pipeline == name]
    runs = {(one.expected.schedule, one.expected.style): one.data_pipeline.runs for one in found}
    leap_day, first, second = utc("2016-02-29"), utc("2016-03-01"), utc("2016-03-02")
    assert runs == {
        ("Day", "cron"): (Run(leap_day, first, leap_day), Run(first, second, first)),
        ("Day", "timeseries"): (Run(leap_day, first, first), Run(first, second, second)),
        ("Month", "timeseries"): (Run(leap_day, utc("2016-03-31"), utc("2016-03-31")),),
    }
    assert [one.differences for one in found] == [[], [], []]


@pytest.mark.long
@pytest.mark.parametrize(
    ("earliest", "hours"),
    [
        ("9999-12-31T19:00:01", ["20:00", "21:00", "22:00"]),
        ("9999-12-31T22:00:01", []),  # the interval from 23:00 ends with no year to end in
        ("9999-12-31T23:59:59", []),
    ],
)
def test_an_end_that_means_for_ever(earliest: str, hours: list[str]) -> None:
    schedule = {
        "startDateTime": "2126-11-25T00:00:00",
        "period": "1 hour",
        "endDateTime": "9999-12-31T23:59:59",
    }
    styles = ("cron", "timeseries")
    found = forecast([prepared(style, Case(schedule, style)) for style in styles], Window(utc(earliest)))
    assert [one.pipeline for one in found] == [*styles]
    for one in found:
        assert one.differences == []
        assert [f"{run.start:%H:%M}" for run in one.airflow.runs] == hours


NODE = {
    "id": "N",
    "type": "S3DataNode",
    "directoryPath": "s3://example-bucket/n",
    "schedule": ref("Day"),
    "precondition": ref("K"),
}
KEY = {"id": "K", "type": "S3KeyExists", "s3Key": "s3://example-bucket/k", "role": "r"}
NO_SUCH_KEY = {"id": "K", "type": "S3KeyExists", "role": "r"}  # becomes a task that fails, without a text


GATES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "whole": (KEY, {}),
    "split": (KEY, {"split": True}),
    "failing": (NO_SUCH_KEY, {"allow_invalid": True}),
}


def gated(name: str) -> Pipeline:
    gate, options = GATES[name.removeprefix("wrong_")]
    document = {
        "objects": [
            {"id": "Default", "scheduleType": "cron", "workerGroup": "w", "schedule": ref("Hour")},
            {"id": "Hour", "type": "Schedule", "period": "1 hour", "startDateTime": "2126-10-01T00:00:00"},
            {"id": "Day", "type": "Schedule", "period": "1 day", "startDateTime": "2126-10-01T00:00:00"},
            shell("A", input=ref("N")),
            NODE,
            gate,
        ]
    }
    return pipeline(definition_file.read(document, f"{name}.json"), Options(now=NOW, **options))


@pytest.fixture(scope="module")
def of_gates() -> list[Forecast]:
    """Every gate, right and with a wrong period; Airflow is asked once."""
    wrong = [gated(f"wrong_{name}") for name in GATES]
    faulty = [replace(made, conversion=replace(made.conversion, files=wrong_days(made))) for made in wrong]
    return forecast([*map(gated, GATES), *faulty], Window(count=2))


@pytest.mark.parametrize("name", GATES)
def test_a_dag_that_only_checks_a_data_node_runs_on_the_nodes_schedule(
    of_gates: list[Forecast], name: str
) -> None:
    found = {one.expected.schedule: one for one in of_gates if one.pipeline == name}
    assert {name: one.differences for name, one in found.items()} == {"Hour": [], "Day": []}
    day = (utc("2126-10-01"), utc("2126-10-02"), utc("2126-10-01"))
    assert found["Day"].data_pipeline.runs[0] == Run(*day)
    assert found["Day"].airflow.runs[0] == Run(*day)
    # A wrong period in that DAG is found.
    found = {one.expected.schedule: one for one in of_gates if one.pipeline == f"wrong_{name}"}
    assert found["Day"].differences != []


def wrong_days(made: Pipeline) -> dict[str, File]:
    """Return a conversion's files with every day made into two."""
    source = made.conversion.files[made.conversion.dag_file].text
    assert 'every="1 day"' in source
    return {
        **made.conversion.files,
        made.conversion.dag_file: File(source.replace('every="1 day"', 'every="2 days"')),
    }
