"""Which tasks launch and end what others work on, and where they stand."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.choices import Choices
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.options import Options
from datapipeline_converters.plan import Teardown
from datapipeline_converters.planning.resources import placed

from tests.converters.planned import NOW, arguments, converted, grades, only_dag, ref, shell

CLUSTER = {"id": "C", "type": "EmrCluster", "releaseLabel": "emr-6.1.0", "region": "us-east-1"}


def emr(object_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": object_id, "type": "EmrActivity", "runsOn": ref("C"), "step": ["a.jar"], **fields}


def waits(object_id: str) -> dict[str, Any]:
    return {"id": object_id, "type": "S3KeyExists", "s3Key": f"s3://b/{object_id}", "role": "R"}


def edges(found: Conversion) -> set[tuple[str, str]]:
    return set(only_dag(found).edges)


def split(text: str) -> set[tuple[str, str]]:
    """Return the edges of `a>b b>c`."""
    return {(before, after) for before, _, after in (pair.partition(">") for pair in text.split())}


# `c` launches, `t` ends, others are tasks; those in capitals work on it.
PLACES: list[Any] = [
    pytest.param("", "A", "c>A A>t", id="one"),
    pytest.param("", "A B", "c>A c>B A>t B>t", id="two side by side"),
    pytest.param("A>B", "A B", "c>A A>B B>t", id="one after the other"),
    pytest.param("A>x x>B", "A B", "c>A A>x x>B B>t", id="something else in between"),
    pytest.param("p>A", "A", "p>c c>A A>t", id="launched when its first task is due"),
    pytest.param("p>A q>A", "A", "p>c q>c c>A A>t", id="due when all before it is done"),
    pytest.param("p>q q>A", "A", "p>q q>c c>A A>t", id="behind the nearest"),
    pytest.param("p>A p>B", "A B", "p>c c>A c>B A>t B>t", id="what both wait for"),
    pytest.param(
        "p>A p>B q>B", "A B", "p>c q>B c>A c>B A>t B>t", id="not behind what only one of them waits for"
    ),
    pytest.param("p>A q>B", "A B", "p>A q>B c>A c>B A>t B>t", id="nothing in common"),
    pytest.param("p>A q>B A>B", "A B", "p>c q>B c>A A>B B>t", id="only the first counts"),
    pytest.param("A>x", "A", "c>A A>t A>x", id="ended beside what comes after"),
    pytest.param("p>x p>A q>p q>x", "A", "q>p q>x p>x p>c c>A A>t", id="other edges stay as they are"),
]


@pytest.mark.parametrize(("before", "users", "expected"), PLACES)
def test_where_launching_and_ending_stand(before: str, users: str, expected: str) -> None:
    found = placed([("c", "t", users.split())], sorted(split(before)))
    assert len(found) == len(set(found))
    assert set(found) == split(expected)


def test_a_cluster_behind_the_work_on_another() -> None:
    found = placed([("c", "t", ["A"]), ("d", "u", ["B"])], [("A", "B")])
    assert set(found) == split("c>A A>t A>d d>B B>u")


def test_what_cannot_be_launched_is_not_ended() -> None:
    assert placed([("c", None, ["A"])], []) == [("c", "A")]


def test_a_dag() -> None:
    found = converted(emr("A", precondition=ref("P")), emr("B", dependsOn=ref("A")), waits("P"), CLUSTER)
    assert [task.id for task in only_dag(found).tasks] == [
        *("P", "create_C", "A", "B", "terminate_C", "work_done")
    ]
    expected = "P>create_C create_C>A A>B B>terminate_C B>work_done"
    assert edges(found) == split(expected)
    assert only_dag(found).teardowns == [Teardown("terminate_C", "create_C")]
    assert arguments(found, "A")["cluster"] == arguments(found, "B")["cluster"] == "create_C"
    lines = [line.strip() for line in found.source.splitlines()]
    assert "P >> create_C >> A >> B >> [terminate_C, work_done]" in lines
    assert "terminate_C.as_teardown(setups=create_C, on_failure_fail_dagrun=True)" in lines


FOLLOWED: list[Any] = [
    pytest.param(
        [shell("B", dependsOn=ref("A"), workerGroup="w")], False, id="another task follows the work"
    ),
    pytest.param([shell("B", workerGroup="w")], True, id="another task beside the work"),
    pytest.param([emr("B", dependsOn=ref("A"))], True, id="more work"),
    pytest.param(
        [emr("B"), shell("X", dependsOn=ref("A"), workerGroup="w")],
        True,
        id="only some of the work is followed",
    ),
]


@pytest.mark.parametrize(("others", "expected"), FOLLOWED)
def test_a_run_fails_with_its_work(others: list[dict[str, Any]], expected: bool) -> None:
    """What ends a cluster succeeds in any case, and a run is judged by its last tasks: one of those has to be work."""
    found = converted(emr("A"), *others, CLUSTER)
    tasks = {task.id: task.operator.path for task in only_dag(found).tasks}
    assert ("work_done" in tasks) == expected
    enders = {teardown.task for teardown in only_dag(found).teardowns}
    work = set(tasks) - enders
    last = {task for task in work if not any(before == task for before, _ in only_dag(found).edges)}
    reached = set(last)
    for _ in tasks:
        reached |= {before for before, after in only_dag(found).edges if after in reached}
    assert work <= reached
    if expected:
        assert tasks["work_done"] == "airflow.providers.standard.operators.empty.EmptyOperator"


def test_names_that_are_taken() -> None:
    found = converted(
        emr("A"), shell("create_C", workerGroup="w"), shell("work_done", workerGroup="w"), CLUSTER
    )
    ids = [task.id for task in only_dag(found).tasks]
    assert sorted(ids) == [*("A", "create_C", "create_C_2", "terminate_C", "work_done", "work_done_2")]
    assert arguments(found, "A")["cluster"] == "create_C_2"
    assert arguments(found, "terminate_C")["cluster"] == "create_C_2"


def test_two_clusters() -> None:
    other = CLUSTER | {"id": "D"}
    found = converted(emr("A"), emr("B", runsOn=ref("D"), dependsOn=ref("A")), CLUSTER, other)
    assert edges(found) == split("create_C>A A>terminate_C A>create_D create_D>B B>terminate_D B>work_done")
    assert arguments(found, "B")["cluster"] == "create_D"


def test_a_cluster_that_cannot_be_launched_fails_before_the_work() -> None:
    found = converted(emr("A"), CLUSTER | {"masterInstanceType": "#{@actualEndTime}"})
    assert "actualEndTime" in arguments(found, "create_C")["reason"]
    assert [task.id for task in only_dag(found).tasks] == ["create_C", "A"]
    assert edges(found) == {("create_C", "A")}
    assert any("`C` (EmrCluster)" in text for text in found.plan.left)


SCHEDULES = [
    {"id": "Daily", "type": "Schedule", "period": "1 day", "startDateTime": "2026-11-21T00:00:00"},
    {"id": "Hourly", "type": "Schedule", "period": "1 hour", "startDateTime": "2026-11-21T11:00:00"},
]


def on_schedules(own: str, *activities: dict[str, Any], **choices: Any) -> Conversion:
    default = {"id": "Default", "scheduleType": "cron", "schedule": ref("Hourly")}
    objects: list[dict[str, Any]] = [default, *SCHEDULES, CLUSTER | {"schedule": ref(own)}, *activities]
    return converted(
        *objects,
        options=Options(now=NOW, backfill=True, choices=Choices(everywhere=choices)),
    )


def test_a_cluster_of_its_activities_schedule() -> None:
    found = on_schedules("Hourly", emr("A"))
    assert grades(found)["C", "schedule"] == "exact"
    assert grades(found)["A", "runsOn"] != "approximated"


RUNS: list[Any] = [
    # The cluster's schedule, its activities, and what is said of both.
    pytest.param(
        "Daily",
        [emr("A")],
        "each run of `x` launches one of its own, by `Hourly`, up to 24 in an interval of `Daily`: all runs in one "
        "interval of `Daily` shared one. ",
        id="more often than the cluster",
    ),
    pytest.param(
        "Hourly",
        [emr("A", schedule=ref("Daily"))],
        "each run of `x` launches one of its own, by `Daily` and not by `Hourly`. ",
        id="less often than the cluster",
    ),
    pytest.param(
        "Hourly",
        [emr("A"), emr("B", schedule=ref("Daily"))],
        "each run of `x_Daily` launches one of its own, by `Daily` and not by `Hourly`; each of the DAGs `x`, "
        "`x_Daily` launches one of its own: their activities shared one. ",
        id="several DAGs",
    ),
]


@pytest.mark.parametrize(("own", "activities", "said"), RUNS)
def test_a_cluster_that_was_shared(own: str, activities: list[dict[str, Any]], said: str) -> None:
    """Data Pipeline has one for all runs of all activities in one interval of the cluster's own."""
    found = on_schedules(own, *activities)
    for dag in found.plan.dags:
        assert {task.id for task in dag.tasks} > {"create_C", "terminate_C"}
        assert dag.teardowns == [Teardown("terminate_C", "create_C")]
    fields = [("C", "schedule"), *((each["id"], "runsOn") for each in activities)]
    verdicts = [line.verdict for line in found.lines if (line.object_id, line.field) in fields]
    assert len(verdicts) == len(fields)
    for verdict in verdicts:
        assert verdict.grade == "approximated"
        assert verdict.reason.startswith(said)
        assert verdict.reason.endswith("on the machine itself (HDFS, local files)")
        assert "`cluster_id` for `C`" in verdict.advice
    assert any(text.startswith(f"`C`: {said}") for text in found.plan.before_first_run)


def test_work_on_another_cluster_is_no_part_of_it() -> None:
    other = CLUSTER | {"id": "D", "schedule": ref("Hourly")}
    found = on_schedules("Daily", emr("A"), emr("B", runsOn=ref("D")), other)
    assert grades(found)["A", "runsOn"] == "approximated"
    assert grades(found)["B", "runsOn"] == "exact"
    assert grades(found)["D", "schedule"] == "exact"


def test_a_machine_that_was_shared() -> None:
    box = {"id": "Box", "type": "Ec2Resource", "schedule": ref("Daily")}
    run = shell("A", runsOn=ref("Box"))
    found = on_schedules("Hourly", run, box, run_on="ec2")
    (verdict,) = (line.verdict for line in found.lines if (line.object_id, line.field) == ("Box", "schedule"))
    assert verdict.grade == "approximated"
    assert "up to 24 in an interval of `Daily`" in verdict.reason
    assert "`run_on` `ssh` for `Box`" in verdict.advice


def test_retries_of_launching_are_the_clusters() -> None:
    found = converted(emr("A"), CLUSTER | {"maximumRetries": "0"})
    assert arguments(found, "create_C")["retries"] == 0
    assert "retries" not in arguments(found, "terminate_C")  # the operator tries often enough
