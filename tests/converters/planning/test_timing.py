"""When things run: schedules, styles, backfills, and the questions that are left to the user."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.options import Options

from tests.converters.planned import NOW, converted, only_dag, ref, shell


def default(style: str | None = "cron", **fields: Any) -> dict[str, Any]:
    return (
        {"id": "Default", "schedule": ref("S"), "workerGroup": "w"}
        | ({"scheduleType": style} if style else {})
        | fields
    )


def schedule(**fields: Any) -> dict[str, Any]:
    return {"id": "S", "type": "Schedule", "period": "1 day", "startDateTime": "2026-11-21T02:00:00"} | fields


FIRST = {"startAt": "FIRST_ACTIVATION_DATE_TIME", "startDateTime": []}


@pytest.mark.parametrize(
    ("style", "fields", "expected"),
    [
        ("cron", {}, {"start": "2026-11-21T02:00:00", "every": "1 day", "run_at": "start"}),
        ("TIMESERIES", {}, {"start": "2026-11-21T02:00:00", "every": "1 day", "run_at": "end"}),
        (
            "cron",
            {"period": "2 Hours", "occurrences": "3"},
            {"start": "2026-11-21T02:00:00", "every": "2 hours", "run_at": "start", "occurrences": 3},
        ),
        (
            "cron",
            {"endDateTime": "2027-01-01T00:00:00Z"},
            {
                "start": "2026-11-21T02:00:00",
                "every": "1 day",
                "run_at": "start",
                "end": "2027-01-01T00:00:00",
            },
        ),
        (
            "cron",
            {"startDateTime": "2026-11-21T04:00:00.737+02:00"},
            {"start": "2026-11-21T02:00:00", "every": "1 day", "run_at": "start"},
        ),
    ],
)
def test_timetables(style: str, fields: dict[str, Any], expected: dict[str, Any]) -> None:
    dag = only_dag(converted(default(style), schedule(**fields), shell("A")))
    assert dag.schedule is not None
    assert dag.schedule.arguments == expected
    assert dag.start == datetime.fromisoformat("2026-11-21T02:00:00")


def test_a_bare_call_as_the_start() -> None:
    found = converted(default(), schedule(startDateTime="makeDateTime(2026, 11, 21, 2, 30)"), shell("A"))
    assert only_dag(found).start == datetime.fromisoformat("2026-11-21T02:30:00")


def test_without_a_style_timeseries_holds_and_the_ledger_says_so() -> None:
    found = converted(default(None), schedule(), shell("A"))
    schedule_call = only_dag(found).schedule
    assert schedule_call is not None
    assert schedule_call.arguments["run_at"] == "end"
    line = next(line for line in found.lines if (line.object_id, line.field) == ("Default", "schedule"))
    assert line.verdict.grade == "approximated"
    assert "no scheduleType" in line.verdict.reason


@pytest.mark.parametrize(
    ("fields", "options", "start"),
    [
        ({"startDateTime": "2026-11-20T12:00:00"}, {}, "2026-11-20T12:00:00"),
        ({"startDateTime": "2020-01-01T00:00:00"}, {"backfill": True}, "2020-01-01T00:00:00"),
        (
            {"startDateTime": "2020-01-01T00:00:00"},
            {"start": datetime.fromisoformat("2026-11-01T00:00:00")},
            "2026-11-01T00:00:00",
        ),
        (
            {"startDateTime": "2026-11-20T12:00:00"},
            {"start": datetime.fromisoformat("2026-11-01T00:00:00")},
            "2026-11-20T12:00:00",
        ),
        (FIRST, {"activated_at": datetime.fromisoformat("2026-11-21T06:10:07")}, "2026-11-21T06:10:07"),
    ],
)
def test_the_first_interval(fields: dict[str, Any], options: dict[str, Any], start: str) -> None:
    found = converted(default(), schedule(**fields), shell("A"), options=Options(now=NOW, **options))
    assert only_dag(found).start == datetime.fromisoformat(start)
    assert found.complete


@pytest.mark.parametrize(
    ("style", "fields", "part"),
    [
        ("cron", {"startDateTime": "2026-11-18T12:00:00"}, "4 runs"),
        ("timeseries", {"startDateTime": "2026-11-18T12:00:00"}, "3 runs"),
        ("timeseries", {"startDateTime": "2026-11-18T12:00:00", "occurrences": "2"}, "2 runs"),
        ("cron", {"startDateTime": "2026-11-18T12:00:00", "endDateTime": "2026-11-20T12:00:00"}, "2 runs"),
        (
            "timeseries",
            {"startDateTime": "2026-11-18T12:00:00", "endDateTime": "2026-11-20T11:00:00"},
            "1 run since",
        ),
        ("cron", FIRST, "--activated-at"),
        ("cron", {"period": "#{myPeriod}"}, "--set myPeriod="),
    ],
)
def test_what_is_left_to_the_user(style: str, fields: dict[str, Any], part: str) -> None:
    parameters = [{"id": "myPeriod", "type": "String"}]
    found = converted(default(style), schedule(**fields), shell("A"), parameters=parameters)
    assert only_dag(found).schedule is None
    assert not found.complete
    assert any(part in text for text in found.plan.left), found.plan.left


@pytest.mark.parametrize(
    ("fields", "options", "field", "start"),
    [
        ({"startDateTime": "2020-01-01T00:00:00"}, {}, "startDateTime", "2020-01-01T00:00:00"),
        (
            {"startDateTime": "2020-01-01T00:00:00"},
            {"start": datetime.fromisoformat("2026-11-01T00:00:00")},
            "startDateTime",
            "2026-11-01T00:00:00",
        ),
        (
            FIRST,
            {"activated_at": datetime.fromisoformat("2020-01-01T06:10:07")},
            "startAt",
            "2020-01-01T06:10:07",
        ),
    ],
)
def test_without_catchup_nothing_has_to_be_confirmed_and_the_ledger_says_so(
    fields: dict[str, Any], options: dict[str, Any], field: str, start: str
) -> None:
    found = converted(
        default(), schedule(**fields), shell("A"), options=Options(now=NOW, catchup=False, **options)
    )
    assert found.complete
    assert only_dag(found).start == datetime.fromisoformat(start)
    assert "catchup=False" in found.files["x.py"].text
    line = next(line for line in found.lines if (line.object_id, line.field) == ("S", field))
    assert line.verdict.grade == "approximated"
    assert "only the latest runs" in line.verdict.reason


def test_catchup_is_on_unless_it_is_switched_off() -> None:
    found = converted(default(), schedule(), shell("A"))
    assert "catchup=True" in found.files["x.py"].text


def test_one_occurrence_from_the_first_activation_is_a_run_on_trigger() -> None:
    found = converted(
        default(),
        schedule(**FIRST, occurrences="1"),
        shell("A", command="#{@scheduledStartTime} #{@scheduledEndTime}"),
    )
    dag = only_dag(found)
    assert dag.schedule is None
    assert found.complete
    assert dag.tasks[0].operator.arguments["command"] == (
        "{{ dag_run.run_after.strftime('%Y-%m-%dT%H:%M:%S') }} "
        "{{ macros.datapipeline.activation_time(dag_run).add(days=1).strftime('%Y-%m-%dT%H:%M:%S') }}"
    )


def test_an_explicit_ondemand_schedule() -> None:
    found = converted(
        default("ondemand"),
        schedule(period="ONDEMAND_PERIOD", startAt="ONDEMAND_ACTIVATION_TIME", startDateTime=[]),
        shell("A"),
    )
    assert only_dag(found).schedule is None
    assert only_dag(found).max_active_runs == 1


@pytest.mark.parametrize(
    ("objects", "part"),
    [
        ([{"id": "Default", "workerGroup": "w"}, shell("A")], "schedule"),
        ([default(), schedule(startDateTime=[]), shell("A")], "startDateTime"),
        ([default(schedule=ref("A")), shell("A")], "refers to 'A', which is no Schedule"),
        ([default("weekly"), schedule(), shell("A")], "'weekly' is not one of: cron, timeseries, ondemand"),
        ([default(), schedule(startDateTime="soon"), shell("A")], "'soon' is no moment"),
        ([default(), schedule(occurrences="many"), shell("A")], "'many' is no whole number"),
        ([default(), schedule(occurrences="0"), shell("A")], "the smallest value is 1"),
        ([default(), schedule(endDateTime="2026-11-21T02:00:00"), shell("A")], "is not later than the start"),
        (
            [default(), schedule(endDateTime="2027-01-01T00:00:00", occurrences="2"), shell("A")],
            "takes one of them",
        ),
        ([default(), schedule(startAt="FIRST_ACTIVATION_DATE_TIME"), shell("A")], "takes one of them"),
        ([default(), schedule(period="5 minutes"), shell("A")], "between 15 minutes and 3 years"),
        ([default(), schedule(period="4 years"), shell("A")], "between 15 minutes and 3 years"),
        ([default(maximumRetries="-1"), schedule(), shell("A")], "the smallest value is 0"),
        ([default(), schedule(startDateTime="#{@scheduledStartTime}"), shell("A")], "run-time field"),
    ],
)
def test_what_data_pipeline_would_refuse(objects: list[dict[str, Any]], part: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=part):
        converted(*objects)


@pytest.mark.parametrize(
    ("default_fields", "activity_fields", "expected"),
    [
        ({}, {}, 5),
        ({"maxActiveInstances": "1"}, {}, 1),
        ({"maxActiveInstances": "1"}, {"maxActiveInstances": "3"}, 3),
    ],
)
def test_active_runs(default_fields: dict[str, str], activity_fields: dict[str, str], expected: int) -> None:
    found = converted(default(**default_fields), schedule(), shell("A", **activity_fields))
    assert only_dag(found).max_active_runs == expected


def test_a_task_with_a_smaller_limit_keeps_it() -> None:
    found = converted(default(), schedule(), shell("A", maxActiveInstances="1"), shell("B"))
    dag = only_dag(found)
    assert dag.max_active_runs == 5
    assert [task.operator.arguments.get("max_active_tis_per_dag") for task in dag.tasks] == [1, None]


@pytest.mark.parametrize(
    "fault",
    [
        {"dependsOn": ref("Nowhere")},
        {"input": ref("Nowhere")},
        {"schedule": ref("Bad")},
        {"parent": ref("Round")},
        {"stdout": {"x": 1}},
        {"maximumRetries": "-1"},
    ],
)
def test_with_allow_invalid_what_is_concerned_fails_and_is_said(fault: dict[str, Any]) -> None:
    found = converted(
        default(),
        schedule(),
        schedule(id="Bad", period="15 Period"),
        {"id": "Round", "parent": ref("Round")},
        shell("A", **fault),
        shell("B"),
        options=Options(allow_invalid=True, now=NOW),
    )
    operators = {task.id: task.operator.path for dag in found.plan.dags for task in dag.tasks}
    assert operators["A"].endswith("NotConvertedOperator")
    assert operators["B"].endswith("ShellCommandActivityOperator")
    assert not found.complete


def test_a_faulty_schedule_is_told_once() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        converted(default(), schedule(startDateTime="bad-time"), shell("A"), shell("B"))
    assert [(problem.object_id, problem.field) for problem in caught.value.problems] == [
        ("S", "startDateTime")
    ]
