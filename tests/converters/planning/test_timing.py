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
        # Nothing is due yet of what started eleven days ago.
        ({"startDateTime": "2026-11-10T00:00:00", "period": "1 month"}, {}, "2026-11-10T00:00:00"),
    ],
)
def test_the_first_interval(fields: dict[str, Any], options: dict[str, Any], start: str) -> None:
    found = converted(
        default("timeseries"), schedule(**fields), shell("A"), options=Options(now=NOW, **options)
    )
    assert only_dag(found).start == datetime.fromisoformat(start)
    assert found.complete
    assert not any("makes no run" in text for text in found.plan.before_first_run)


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


def test_one_occurrence_from_a_first_activation_that_is_known() -> None:
    options = Options(now=NOW, activated_at=datetime.fromisoformat("2026-11-21T06:10:07"))
    found = converted(default(), schedule(**FIRST, occurrences="1"), shell("A"), options=options)
    call = only_dag(found).schedule
    assert call is not None
    assert call.arguments == {
        "start": "2026-11-21T06:10:07",
        "every": "1 day",
        "run_at": "start",
        "occurrences": 1,
    }
    assert found.complete


def test_one_occurrence_from_a_first_activation_long_past_has_to_be_confirmed() -> None:
    options = Options(now=NOW, activated_at=datetime.fromisoformat("2026-11-11T06:10:07"))
    found = converted(default(), schedule(**FIRST, occurrences="1"), shell("A"), options=options)
    assert only_dag(found).schedule is None
    assert any("1 run since 2026-11-11T06:10:07" in text for text in found.plan.left)


PAST = {"startDateTime": "2026-10-01T00:00:00"}
BEFORE_THE_END = {"start": datetime.fromisoformat("2026-10-03T00:00:00")}
BEHIND_THE_END = {"start": datetime.fromisoformat("2026-10-03T00:00:01")}


@pytest.mark.parametrize(
    ("style", "fields", "options", "field", "reason"),
    [
        # Of a timeseries no interval ends by then.
        ("timeseries", {**PAST, "endDateTime": "2026-10-01T12:00:00"}, {}, "endDateTime", "ends after"),
        ("timeseries", {**PAST, "endDateTime": "2026-10-02T00:00:00"}, {"backfill": True}, "", ""),
        ("cron", {**PAST, "endDateTime": "2026-10-01T12:00:00"}, {"backfill": True}, "", ""),
        # The last of three intervals starts on 3 October.
        ("cron", {**PAST, "endDateTime": "2026-10-04T00:00:00"}, BEFORE_THE_END, "", ""),
        ("cron", {**PAST, "endDateTime": "2026-10-04T00:00:00"}, BEHIND_THE_END, "endDateTime", "--start"),
        ("cron", {**PAST, "occurrences": "3"}, BEFORE_THE_END, "", ""),
        ("cron", {**PAST, "occurrences": "3"}, BEHIND_THE_END, "occurrences", "--start"),
        # Without catch-up the last interval runs until another would be due: now it is noon on 21 November.
        ("cron", {**PAST, "endDateTime": "2026-11-21T13:00:00"}, {"catchup": False}, "", ""),
        (
            "cron",
            {**PAST, "endDateTime": "2026-11-21T00:00:00"},
            {"catchup": False},
            "endDateTime",
            "is over",
        ),
        ("timeseries", {**PAST, "endDateTime": "2026-11-21T00:00:00"}, {"catchup": False}, "", ""),
        (
            *("timeseries", {**PAST, "endDateTime": "2026-11-20T00:00:00"}, {"catchup": False}),
            *("endDateTime", "is over"),
        ),
        ("cron", {**PAST, "occurrences": "3"}, {"catchup": False}, "occurrences", "is over"),
        # "For ever", as people write it.
        ("cron", {**PAST, "endDateTime": "9999-12-31T23:59:59"}, {"catchup": False}, "", ""),
    ],
)
def test_a_schedule_that_makes_no_run_is_told(
    style: str, fields: dict[str, Any], options: dict[str, Any], field: str, reason: str
) -> None:
    found = converted(default(style), schedule(**fields), shell("A"), options=Options(now=NOW, **options))
    assert only_dag(found).schedule is not None
    told = [text for text in found.plan.before_first_run if "makes no run" in text]
    assert len(told) == bool(reason)
    assert all(reason in text for text in told)
    idle = [
        (line.field, str(line.verdict.grade)) for line in found.lines if "makes no run" in line.verdict.reason
    ]
    assert idle == ([(field, "approximated")] if field else [])
    promised = any("only the latest runs" in line.verdict.reason for line in found.lines)
    assert promised == (options == {"catchup": False} and not reason)


@pytest.mark.parametrize(
    "options",
    [{}, {"backfill": True}, {"catchup": False}, {"start": datetime.fromisoformat("2014-04-01T00:00:00")}],
)
@pytest.mark.parametrize("end", ["2014-04-25T22:00:00", "2026-11-21T06:10:07"])
def test_a_first_activation_behind_the_end_is_refused(options: dict[str, Any], end: str) -> None:
    given = Options(now=NOW, activated_at=datetime.fromisoformat("2026-11-21T06:10:07"), **options)
    with pytest.raises(InvalidDefinitionError, match=f"{end}.*2026-11-21T06:10:07.*--activated-at"):
        converted(default(), schedule(**FIRST, endDateTime=end), shell("A"), options=given)


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
        (
            [default(), schedule(), shell("A"), shell("B", scheduleType="ondemand")],
            "object 'B' field 'scheduleType': is ondemand, while other objects",
        ),
        (
            [
                default(),
                schedule(),
                schedule(id="Now", period="ONDEMAND_PERIOD", startDateTime=[])
                | {"startAt": "ONDEMAND_ACTIVATION_TIME"},
                shell("A"),
                shell("B", schedule=ref("Now")),
            ],
            "object 'B' field 'schedule': is ondemand, while other objects",
        ),
        (
            [default("ondemand"), schedule(), shell("A"), shell("B", scheduleType="cron")],
            "object 'Default' field 'scheduleType': is ondemand, while other objects",
        ),
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


CHECKED = {"precondition": ref("P")}
P = {"id": "P", "type": "S3KeyExists", "s3Key": "s3://b/k"}


@pytest.mark.parametrize(
    ("activities", "runs", "shared", "limits"),
    [
        # Alone in its DAG, an activity needs no limit beside the DAG's.
        ([shell("A", maxActiveInstances="1")], 1, None, [None]),
        ([shell("A", maxActiveInstances="40")], 40, None, [None]),
        # Strict order was asked for.
        ([shell("A", maxActiveInstances="1"), shell("B", maxActiveInstances="1")], 1, None, [None, None]),
        # Else what waits must not hold up the others: each has its own limit.
        ([shell("A"), shell("B")], 25, 5, [None, None]),
        ([shell("A", maxActiveInstances="1"), shell("B")], 25, None, [1, 5]),
        ([shell("A", maxActiveInstances="10"), shell("B")], 25, None, [10, 5]),
        ([shell("A", maxActiveInstances="1"), shell("B"), shell("C")], 25, 5, [1, None, None]),
        ([shell("A", maxActiveInstances="40"), shell("B")], 40, None, [40, 5]),
        ([shell("A", **CHECKED)], 25, None, [None, 5]),
        ([shell("A", **CHECKED), shell("B")], 25, 5, [None, None, None]),
        ([shell("A", maxActiveInstances="1", **CHECKED)], 1, None, [None, None]),
    ],
)
def test_each_object_has_its_own_limit(
    activities: list[dict[str, Any]], runs: int, shared: int | None, limits: list[int | None]
) -> None:
    dag = only_dag(converted(default(), schedule(), P, *activities))
    assert dag.max_active_runs == runs
    assert dag.default_args.get("max_active_tis_per_dag") == shared
    assert [task.operator.arguments.get("max_active_tis_per_dag") for task in dag.tasks] == limits


@pytest.mark.parametrize(
    ("activities", "grade", "part"),
    [
        ([shell("A", maxActiveInstances="2")], "exact", "the DAG's `max_active_runs`"),
        ([shell("A", maxActiveInstances="2"), shell("B")], "emulated", "`max_active_tis_per_dag`"),
        (
            [shell("A", maxActiveInstances="1"), shell("B", maxActiveInstances="1")],
            "approximated",
            "one run of the whole DAG at a time",
        ),
    ],
)
def test_what_the_ledger_says_of_a_limit(activities: list[dict[str, Any]], grade: str, part: str) -> None:
    found = converted(default(), schedule(), *activities)
    line = next(line for line in found.lines if (line.object_id, line.field) == ("A", "maxActiveInstances"))
    assert line.verdict.grade == grade
    assert part in line.verdict.reason


def test_on_demand_the_limit_is_the_pipelines() -> None:
    found = converted(default("ondemand", maxActiveInstances="3"), schedule(), shell("A"), shell("B"))
    dag = only_dag(found)
    assert dag.max_active_runs == 3
    assert [task.operator.arguments.get("max_active_tis_per_dag") for task in dag.tasks] == [None, None]


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
