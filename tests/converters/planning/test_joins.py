"""Objects on different schedules: which DAG has what, and what in it waits for another DAG."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.options import Options
from datapipeline_converters.plan import Dag

from tests.converters.planned import NOW, arguments, converted, grades, ref, shell

SENSOR = "datapipeline_provider.sensors.producer.ProducerSensor"
TODAY = "2026-11-21T00:00:00"


def default(**fields: Any) -> dict[str, Any]:
    return {
        "id": "Default",
        "scheduleType": "timeseries",
        "workerGroup": "w",
        "schedule": ref("Daily"),
        **fields,
    }


def schedule(object_id: str, period: str, start: str = TODAY, **fields: str) -> dict[str, Any]:
    return {"id": object_id, "type": "Schedule", "period": period, "startDateTime": start, **fields}


SCHEDULES = [
    schedule("Daily", "1 day"),
    schedule("Hourly", "1 hour"),
    schedule("Often", "20 minutes"),
    schedule("Weekly", "1 week"),
]


def node(object_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": object_id, "type": "S3DataNode", "directoryPath": f"s3://b/{object_id}", **fields}


def ready(**fields: Any) -> dict[str, Any]:
    return {"id": "P", "type": "S3KeyExists", "s3Key": "s3://b/#{node.@scheduledStartTime}", **fields}


def joined(*objects: dict[str, Any], **fields: Any) -> Conversion:
    return converted(default(**fields), *SCHEDULES, *objects)


def dags(found: Conversion) -> dict[str, Dag]:
    return {dag.id: dag for dag in found.plan.dags}


def tasks(dag: Dag) -> list[str]:
    return [task.id for task in dag.tasks]


def sensors(found: Conversion) -> dict[str, list[str]]:
    """Return the sensors that wait for other DAGs, by DAG."""
    return {
        dag.id: [task.id for task in dag.tasks if task.operator.path == SENSOR] for dag in found.plan.dags
    }


def reasons(found: Conversion) -> dict[tuple[str, str], str]:
    return {(line.object_id, line.field): line.verdict.reason for line in found.lines}


def test_a_coarse_consumer_waits_for_the_fine_producer() -> None:
    found = joined(shell("B", dependsOn=ref("A")), shell("A", schedule=ref("Hourly")))
    assert found.complete
    assert [dag.id for dag in found.plan.dags] == ["x_Hourly", "x"]  # producers first; names as they come
    producer, consumer = found.plan.dags
    assert (tasks(producer), producer.edges) == (["A"], [])
    assert (tasks(consumer), consumer.edges) == (["wait_for_A", "B"], [("wait_for_A", "B")])
    assert arguments(found, "wait_for_A") == {
        "external_dag_id": "x_Hourly",
        "external_task_id": "A",
        "timetable": {"start": TODAY, "every": "1 hour", "run_at": "end"},
        "first": producer.start,
        "doc_md": "Waits for `A` in the runs of the DAG `x_Hourly` whose intervals overlap this run's",
    }
    assert (producer.max_active_runs, consumer.max_active_runs) == (5, 5)
    assert grades(found)["B", "dependsOn"] == "emulated"
    assert reasons(found)["B", "dependsOn"] == (
        "a sensor waits for the runs of the DAG `x_Hourly` whose intervals overlap the run's"
    )


def test_the_user_hears_that_the_dags_belong_together() -> None:
    hint = "Tasks of one DAG wait for tasks of another: unpause all DAGs"
    apart = joined(shell("A"), shell("B", schedule=ref("Hourly")))
    together = joined(shell("A"), shell("B", schedule=ref("Hourly"), dependsOn=ref("A")))
    assert hint not in apart.plan.before_first_run
    assert hint in together.plan.before_first_run


def test_a_shared_node_joins_as_well() -> None:
    found = joined(shell("A", schedule=ref("Hourly"), output=ref("N")), shell("B", input=ref("N")), node("N"))
    assert sensors(found) == {"x": [], "x_Daily": ["wait_for_A"]}
    assert grades(found)["B", "input"] == "emulated"


def test_a_sensor_knows_where_the_producers_schedule_ends_and_where_it_begins() -> None:
    hourly = schedule("Hourly", "1 hour", "2026-11-01T00:00:00", endDateTime="2026-12-01T00:00:00")
    found = converted(
        default(),
        schedule("Daily", "1 day", occurrences="3"),
        hourly,
        shell("A", schedule=ref("Hourly"), scheduleType="cron"),
        shell("B", dependsOn=ref("A")),
        options=Options(now=NOW, start=NOW),
    )
    sensor = arguments(found, "wait_for_A")
    end = {"end": "2026-12-01T00:00:00"}
    assert sensor["timetable"] == {"start": "2026-11-01T00:00:00", "every": "1 hour", "run_at": "start"} | end
    assert sensor["first"] == NOW == dags(found)["x"].start


def test_without_catchup_the_sensor_knows_that_runs_may_be_missing() -> None:
    objects = (shell("A", schedule=ref("Hourly")), shell("B", dependsOn=ref("A")))
    found = converted(default(), *SCHEDULES, *objects, options=Options(now=NOW, catchup=False))
    assert arguments(found, "wait_for_A")["catchup"] is False


def test_the_same_schedule_in_two_styles() -> None:
    found = joined(shell("A"), shell("B", scheduleType="cron", dependsOn=ref("A")))
    assert sensors(found) == {"x": [], "x_Daily": ["wait_for_A"]}
    assert arguments(found, "wait_for_A")["external_dag_id"] == "x"
    assert [dag.max_active_runs for dag in found.plan.dags] == [5, 5]
    assert grades(found)["B", "dependsOn"] == "emulated"


def test_a_sensor_is_shared_by_all_that_wait_alike() -> None:
    found = joined(
        shell("A", schedule=ref("Hourly")),
        shell("B", dependsOn=ref("A")),
        shell("C", dependsOn=ref("A"), failureAndRerunMode="CASCADE"),
        shell("D", dependsOn=ref("A")),
    )
    dag = dags(found)["x_Daily"]
    assert tasks(dag) == ["wait_for_A", "B", "wait_for_A_2", "C", "D"]
    assert set(dag.edges) == {("wait_for_A", "B"), ("wait_for_A_2", "C"), ("wait_for_A", "D")}
    assert "fail_with_producer" not in arguments(found, "wait_for_A")
    assert arguments(found, "wait_for_A_2")["fail_with_producer"] is True


@pytest.mark.parametrize(
    ("on_default", "on_parent", "own", "fails"),
    [
        ({}, {}, {}, False),
        ({"failureAndRerunMode": "CASCADE"}, {}, {}, True),
        ({"failureAndRerunMode": "CASCADE"}, {"failureAndRerunMode": "NONE"}, {}, False),
        ({}, {"failureAndRerunMode": "none"}, {"failureAndRerunMode": "cascade"}, True),
        ({}, {}, {"failureAndRerunMode": "#{myMode}"}, True),
    ],
)
def test_the_failure_mode_is_the_consumers(
    on_default: dict[str, str], on_parent: dict[str, str], own: dict[str, str], fails: bool
) -> None:
    found = converted(
        default(**on_default),
        *SCHEDULES,
        {"id": "Parent", **on_parent},
        shell("A", schedule=ref("Hourly")),
        shell("B", parent=ref("Parent"), dependsOn=ref("A"), **own),
        parameters=[{"id": "myMode", "type": "String", "default": "cascade"}],
    )
    assert ("fail_with_producer" in arguments(found, "wait_for_A")) is fails


def test_the_ledger_says_what_the_failure_mode_has_become() -> None:
    found = joined(
        shell("A", schedule=ref("Hourly")),
        shell("B", dependsOn=ref("A"), failureAndRerunMode="CASCADE"),
        shell("C", dependsOn=ref("A"), failureAndRerunMode="NONE"),
    )
    assert "fails with the task" in reasons(found)["B", "failureAndRerunMode"]
    assert "goes on waiting" in reasons(found)["C", "failureAndRerunMode"]


@pytest.mark.parametrize(
    ("consumer", "producer", "grade", "part"),
    [
        ("Daily", "Hourly", "emulated", ""),
        ("Hourly", "Daily", "emulated", "more runs than usual"),
        ("Weekly", "Hourly", "emulated", "168, where Data Pipeline allowed 32"),
        ("Daily", "HalfPast", "approximated", "overlap only in part"),
        ("HalfPast", "Hourly", "approximated", "overlap only in part"),
        ("Weekly", "Days2", "approximated", "overlap only in part"),
    ],
)
def test_what_the_ledger_says_of_a_join(consumer: str, producer: str, grade: str, part: str) -> None:
    found = joined(
        schedule("HalfPast", "1 hour", "2026-11-21T00:30:00"),
        schedule("Days2", "2 days"),
        shell("A", schedule=ref(producer)),
        shell("B", schedule=ref(consumer), dependsOn=ref("A")),
    )
    assert found.complete
    assert grades(found)["B", "dependsOn"] == grade
    assert part in reasons(found)["B", "dependsOn"]


@pytest.mark.parametrize(
    ("period", "anchor", "expected"),
    [
        # All runs inside the producer's interval may be active, and five more.
        ("1 hour", TODAY, 24 + 5),
        ("20 minutes", TODAY, 72 + 5),
        ("1 day", TODAY, 5),
        ("1 week", TODAY, 5),
        ("1 hour", "2026-11-21T00:30:00", 24 + 5),
        ("1 day", "2026-11-21T06:00:00", 1 + 5),
        ("1 month", TODAY, 5),
    ],
)
def test_fine_consumers_do_not_hold_each_other_up(period: str, anchor: str, expected: int) -> None:
    found = joined(
        shell("A"), schedule("Own", period, anchor), shell("B", schedule=ref("Own"), dependsOn=ref("A"))
    )
    dag = dags(found)["x_Own"]
    assert dag.max_active_runs == expected
    # Of one object only five are active, as in Data Pipeline.
    assert arguments(found, "B").get("max_active_tis_per_dag") == (5 if expected > 5 else None)


def test_days_in_a_month() -> None:
    found = joined(
        schedule("Monthly", "1 month"),
        shell("A", schedule=ref("Monthly")),
        shell("B", maxActiveInstances="1", dependsOn=ref("A")),
    )
    dag = dags(found)["x_Daily"]
    assert dag.max_active_runs == 31 + 1
    assert arguments(found, "B")["max_active_tis_per_dag"] == 1


def test_what_goes_round_gets_on() -> None:
    # Every hour of the day has to be made before any hour can have its share of the day.
    found = joined(
        shell("Make", schedule=ref("Hourly")),
        shell("Sum", dependsOn=ref("Make")),
        shell("Share", schedule=ref("Hourly"), dependsOn=ref("Sum")),
    )
    assert sensors(found) == {"x": ["wait_for_Sum"], "x_Daily": ["wait_for_Make"]}
    assert [dag.max_active_runs for dag in found.plan.dags] == [24 + 5, 5]


def test_strict_order_does_not_keep_what_goes_round_from_getting_on() -> None:
    found = joined(
        shell("Make", schedule=ref("Hourly")),
        shell("Sum", dependsOn=ref("Make")),
        shell("Share", schedule=ref("Hourly"), dependsOn=ref("Sum")),
        maxActiveInstances="1",
    )
    hourly, daily = found.plan.dags
    assert (hourly.max_active_runs, hourly.default_args["max_active_tis_per_dag"]) == (24 + 1, 1)
    assert daily.max_active_runs == 1
    assert grades(found)["Default", "maxActiveInstances"] == "emulated"


def test_what_waits_through_a_third_schedule_counts_too() -> None:
    # The day waits for the week, and the week for the hours: all hours of a week have to be active.
    found = joined(
        shell("Make", schedule=ref("Hourly")),
        shell("Week", schedule=ref("Weekly"), dependsOn=ref("Make")),
        shell("Day", dependsOn=ref("Week")),
        shell("Share", schedule=ref("Hourly"), dependsOn=ref("Day")),
    )
    active = {dag.id: dag.max_active_runs for dag in found.plan.dags}
    assert active == {"x": 168 + 5, "x_Weekly": 5, "x_Daily": 7 + 5}


@pytest.mark.parametrize("without", ["A", "B"])
def test_without_a_timetable_a_task_fails_and_says_why(without: str) -> None:
    objects = {
        "A": shell("A", schedule=ref("Hourly")),
        "B": shell("B", dependsOn=ref("A")),
    }
    objects[without]["schedule"] = ref("Old")
    found = joined(schedule("Old", "1 week", "2020-01-01T00:00:00"), *objects.values())
    assert not found.complete
    failing = arguments(found, "wait_for_A")
    assert set(failing) == {"object_type", "reason"}
    name = next(dag.id for dag in found.plan.dags if dag.schedule is None)
    assert f"`{name}` has no schedule" in failing["reason"]
    assert grades(found)["B", "dependsOn"] == "refused"
    assert any("object `B`, field `dependsOn`" in text for text in found.plan.left)


def test_a_failing_join_is_no_sensor() -> None:
    found = joined(
        {"id": "Once", "type": "Schedule", "period": "1 day", "startAt": "FIRST_ACTIVATION_DATE_TIME"}
        | {"occurrences": "1"},
        shell("A", schedule=ref("Once")),
        shell("B", dependsOn=ref("A")),
    )
    assert sensors(found) == {"x": [], "x_Daily": []}
    assert not found.complete


def test_names_that_are_taken() -> None:
    found = joined(
        shell("A", schedule=ref("Hourly")), shell("wait_for_A"), shell("ProducerSensor", dependsOn=ref("A"))
    )
    assert tasks(dags(found)["x_Daily"]) == ["wait_for_A", "wait_for_A_2", "ProducerSensor_2"]


def test_a_node_is_checked_on_its_own_schedule() -> None:
    found = joined(
        shell("A"),
        shell("B", schedule=ref("Hourly"), input=ref("N")),
        node("N", precondition=ref("P")),
        ready(),
    )
    assert sensors(found) == {"x": [], "x_Hourly": ["wait_for_P"]}
    assert tasks(dags(found)["x"]) == ["A", "P"]
    start = "{{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}"
    assert arguments(found, "P")["s3_key"] == f"s3://b/{start}"  # the day's, not the hour's
    assert dags(found)["x"].edges == []
    assert grades(found)["B", "input"] == "emulated"


def test_a_node_on_a_schedule_that_no_activity_has() -> None:
    found = joined(
        shell("A"),
        shell("B", input=ref("N")),
        node("N", schedule=ref("Hourly"), precondition=ref("P")),
        ready(),
    )
    assert {dag.id: tasks(dag) for dag in found.plan.dags} == {
        "x_Hourly": ["P"],
        "x": ["A", "wait_for_P", "B"],
    }
    assert dags(found)["x_Hourly"].members == []
    assert grades(found)["Hourly", "period"] == "exact"
    assert reasons(found)["N", "schedule"] == "when its preconditions are checked"


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        # Whatever else runs on the node's schedule, the node has its own style.
        ({}, {"x": ["wait_for_P", "B"], "x_Daily": ["Z"], "x_Daily_2": ["P"]}),
        ({"scheduleType": "cron"}, {"x": ["wait_for_P", "B"], "x_Daily": ["P", "Z"]}),
    ],
)
def test_a_node_has_a_style_of_its_own(style: dict[str, str], expected: dict[str, list[str]]) -> None:
    found = joined(
        shell("B", schedule=ref("Hourly"), input=ref("N")),
        node("N", precondition=ref("P"), **style),
        ready(),
        shell("Z", scheduleType="cron"),
    )
    assert {dag.id: tasks(dag) for dag in found.plan.dags} == expected


def test_a_node_on_the_schedule_of_its_readers_is_checked_among_them() -> None:
    found = joined(
        shell("B", schedule=ref("Hourly"), input=ref("N")),
        node("N", schedule=ref("Hourly"), precondition=ref("P")),
        ready(),
    )
    assert {dag.id: tasks(dag) for dag in found.plan.dags} == {"x": ["P", "B"]}


def test_a_node_is_checked_once_for_readers_in_two_dags() -> None:
    found = joined(
        shell("A", input=ref("N")),
        shell("B", schedule=ref("Hourly"), input=ref("N")),
        node("N", precondition=ref("P")),
        ready(),
    )
    assert {dag.id: tasks(dag) for dag in found.plan.dags} == {
        "x": ["P", "A"],
        "x_Hourly": ["wait_for_P", "B"],
    }


def test_a_check_of_an_output_waits_for_the_writer_on_another_schedule() -> None:
    found = joined(
        shell("A", schedule=ref("Hourly"), output=ref("N")),
        shell("B", input=ref("N")),
        node("N", precondition=ref("P"), failureAndRerunMode="cascade"),
        ready(),
    )
    dag = dags(found)["x_Daily"]
    assert dag.edges == [("wait_for_A", "P"), ("P", "B")]
    assert arguments(found, "wait_for_A")["fail_with_producer"] is True  # the node's own mode
    assert grades(found)["N", "precondition"] == "emulated"


def test_a_check_that_nobody_waits_for() -> None:
    found = joined(
        shell("A", schedule=ref("Hourly"), output=ref("N")),
        shell("B"),
        node("N", precondition=ref("P")),
        ready(),
    )
    assert dags(found)["x_Daily"].edges == [("wait_for_A", "P")]


def test_a_node_that_waits_for_a_checked_node() -> None:
    found = joined(
        shell("A", input=ref("N")),
        node("N", dependsOn=ref("M"), precondition=ref("P")),
        node("M", precondition=ref("P")),
        ready(),
    )
    (dag,) = found.plan.dags
    assert (tasks(dag), dag.edges) == (["P_M", "P_N", "A"], [("P_M", "P_N"), ("P_N", "A")])
    assert found.complete


def test_a_node_on_another_schedule_without_checks_needs_nothing() -> None:
    found = joined(shell("A", input=ref("N")), node("N", schedule=ref("Hourly")))
    assert {dag.id: tasks(dag) for dag in found.plan.dags} == {"x": ["A"]}
    assert found.complete


def test_a_node_between_two_activities_of_another_schedule_is_passed_over() -> None:
    found = joined(
        shell("A", schedule=ref("Hourly"), output=ref("N")),
        shell("B", schedule=ref("Hourly"), input=ref("N")),
        node("N"),
    )
    (dag,) = found.plan.dags
    assert dag.edges == [("A", "B")]
    # N has its schedule from Default, where the note is told.
    assert grades(found)["Default", "schedule"] == "approximated"
    assert "passed over" in reasons(found)["Default", "schedule"]


WIDER: dict[str, tuple[list[dict[str, Any]], dict[str, str], dict[str, str]]] = {
    "it has writers of its own schedule and of the readers'": (
        [
            shell("A", output=ref("N")),
            shell("B", schedule=ref("Hourly"), output=ref("N")),
            shell("C", schedule=ref("Hourly"), input=ref("N")),
        ],
        {},
        {"schedule": "approximated"},
    ),
    "it depends on what runs on the readers' schedule": (
        [
            shell("A", output=ref("N")),
            shell("B", schedule=ref("Hourly")),
            shell("C", schedule=ref("Hourly"), dependsOn=ref("N")),
        ],
        {"dependsOn": ref("B")},
        {"schedule": "approximated", "dependsOn": "approximated"},
    ),
    "nobody writes it": (
        [shell("A"), shell("C", schedule=ref("Hourly"), input=ref("N"))],
        {},
        {"schedule": "approximated"},
    ),
    "it has the writer's schedule": (
        [shell("A", output=ref("N")), shell("C", schedule=ref("Hourly"), input=ref("N"))],
        {},
        {"schedule": "not needed"},
    ),
    "it is finer than the reader's": (
        [
            shell("A", schedule=ref("Weekly"), output=ref("N")),
            shell("B", output=ref("N")),
            shell("C", schedule=ref("Weekly"), input=ref("N")),
        ],
        {},
        {"schedule": "not needed"},
    ),
    "its check waits for all of its interval": (
        [
            shell("A", output=ref("N")),
            shell("B", schedule=ref("Hourly"), output=ref("N")),
            shell("C", schedule=ref("Hourly"), input=ref("N")),
        ],
        {"precondition": ref("P")},
        {"schedule": "exact"},
    ),
}


@pytest.mark.parametrize("case", WIDER)
def test_the_ledger_says_where_a_nodes_longer_interval_is_lost(case: str) -> None:
    objects, fields, expected = WIDER[case]
    found = joined(*objects, node("N", schedule=ref("Daily"), **fields), ready())
    assert {key: grades(found)["N", key] for key in expected} == expected
    if expected["schedule"] == "approximated":
        assert "do not wait for all of its longer interval" in reasons(found)["N", "schedule"]


@pytest.mark.parametrize(
    ("text", "reader", "grade"),
    [
        ("s3://b/#{format(@scheduledStartTime, 'YYYY')}", "Hourly", "approximated"),
        ("s3://b/#{format(@scheduledStartTime, 'YYYY')}", "Daily", "exact"),
        ("s3://b/x", "Hourly", "exact"),
    ],
)
def test_a_nodes_dates_are_those_of_the_task(text: str, reader: str, grade: str) -> None:
    found = joined(
        shell("A", schedule=ref(reader), stage="true", input=ref("N")),
        node("N", schedule=ref("Daily"), directoryPath=text),
    )
    assert grades(found)["N", "directoryPath"] == grade
    if grade == "approximated":
        expected = "its dates are those of the task that uses it, which runs on `Hourly`, not on `Daily`"
        assert expected in reasons(found)["N", "directoryPath"]


def test_every_activity_is_a_member_of_one_dag() -> None:
    found = joined(shell("A"), shell("B", schedule=ref("Hourly"), dependsOn=ref("A")), shell("C"))
    assert {dag.id: list(dag.members) for dag in found.plan.dags} == {"x": ["A", "C"], "x_Hourly": ["B"]}


SPLIT: dict[str, tuple[list[dict[str, Any]], dict[str, list[str]]]] = {
    "what is connected stays together": (
        [shell("A"), shell("B", dependsOn=ref("A"))],
        {"x": ["A", "B"]},
    ),
    "what is not gets names of its own": (
        [shell("A"), shell("B"), shell("C", dependsOn=ref("A"))],
        {"x_A": ["A", "C"], "x_B": ["B"]},
    ),
    "a common producer connects": (
        [shell("A"), shell("B", dependsOn=ref("A")), shell("C", dependsOn=ref("A"))],
        {"x": ["A", "B", "C"]},
    ),
    "a node that both only read does not": (
        [shell("A", input=ref("N")), shell("B", input=ref("N")), node("N")],
        {"x_A": ["A"], "x_B": ["B"]},
    ),
    "a check of a node that both read does": (
        [shell("A", input=ref("N")), shell("B", input=ref("N")), node("N", precondition=ref("P")), ready()],
        {"x": ["P", "A", "B"]},
    ),
    "a precondition of each its own does not": (
        [shell("A", precondition=ref("P")), shell("B", precondition=ref("P")), ready()],
        {"x_A": ["P", "A"], "x_B": ["P", "B"]},
    ),
    "schedules stay apart as they are, joined or not": (
        [
            shell("A"),
            shell("B", schedule=ref("Hourly"), dependsOn=ref("A")),
            shell("C", schedule=ref("Hourly")),
        ],
        {"x_A": ["A"], "x_A_Hourly": ["wait_for_A", "B"], "x_C": ["C"]},
    ),
    "the shortest name is the first activity's though a check comes before it": (
        [
            shell("A", input=ref("N")),
            shell("B"),
            node("N", schedule=ref("Hourly"), precondition=ref("P")),
            ready(),
        ],
        {"x_A_Hourly": ["P"], "x_A": ["wait_for_P", "A"], "x_B": ["B"]},
    ),
    "names that would be alike": (
        [shell("A b"), shell("A_b"), shell("A-b")],
        {"x_A_b": ["A_b"], "x_A_b_2": ["A_b"], "x_A_b_3": ["A_b"]},
    ),
}


@pytest.mark.parametrize("case", SPLIT)
def test_split(case: str) -> None:
    objects, expected = SPLIT[case]
    found = converted(default(), *SCHEDULES, *objects, options=Options(now=NOW, split=True))
    assert {dag.id: tasks(dag) for dag in found.plan.dags} == expected
    assert sorted(member for dag in found.plan.dags for member in dag.members) == sorted(
        item["id"] for item in objects if item["type"] == "ShellCommandActivity"
    )


def test_without_split_everything_of_a_schedule_is_one_dag() -> None:
    found = joined(shell("A"), shell("B"))
    assert {dag.id: tasks(dag) for dag in found.plan.dags} == {"x": ["A", "B"]}


def test_split_gives_each_dag_its_own_limit() -> None:
    found = converted(
        default(),
        *SCHEDULES,
        shell("A", maxActiveInstances="2"),
        shell("B"),
        options=Options(now=NOW, split=True),
    )
    # The default is five: a DAG whose objects all say less has less.
    assert {dag.id: dag.max_active_runs for dag in found.plan.dags} == {"x_A": 2, "x_B": 5}


def test_split_names_a_part_that_has_only_a_check() -> None:
    # The circle is cut, and leaves the check alone.
    found = converted(
        default(),
        *SCHEDULES,
        shell("X", input=ref("N"), output=ref("N")),
        shell("Y"),
        node("N", precondition=ref("P")),
        ready(),
        options=Options(now=NOW, split=True, allow_invalid=True),
    )
    assert {dag.id: tasks(dag) for dag in found.plan.dags} == {"x_X": ["X"], "x_Y": ["Y"], "x_P": ["P"]}


def test_long_ids_leave_dag_ids_that_airflow_takes() -> None:
    found = converted(
        default(schedule=ref("S" * 200)),
        schedule("S" * 200, "1 day"),
        schedule("T" * 200, "1 hour"),
        shell("A" * 200),
        shell("B" * 200, schedule=ref("T" * 200), dependsOn=ref("A" * 200)),
        shell("C"),
        options=Options(now=NOW, split=True, name="N" * 200),
    )
    names = [dag.id for dag in found.plan.dags]
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 250


def test_long_chains_and_wide_layers_across_schedules() -> None:
    chain = [
        shell(
            f"A{number}",
            schedule=ref("Hourly" if number % 2 else "Daily"),
            dependsOn=[ref(f"A{number - 1}")] if number else [],
        )
        for number in range(1200)
    ]
    nodes = [node(f"N{number}", dependsOn=ref(f"N{number + 1}")) for number in range(1500)]
    found = joined(*chain, *nodes, node("N1500", dependsOn=ref("A1199")), shell("Last", input=ref("N0")))
    assert sum(len(dag.edges) for dag in found.plan.dags) == 1200
    # However long the chain, it stays inside one day.
    assert {dag.max_active_runs for dag in found.plan.dags} == {25, 24 + 5}
