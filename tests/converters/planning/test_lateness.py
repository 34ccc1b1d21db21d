"""What becomes of lateAfterTimeout and onLateAction: whom a DAG watches, whom it tells, and what it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from datapipeline_converters.choices import Choices
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.options import Options

from tests.converters.planned import NOW, converted, grades, only_dag, plain, ref, shell

LATE = {"lateAfterTimeout": "1 hour", "onLateAction": ref("Late")}
ENDED = {"lateAfterTimeout": "1 hour", "onLateAction": [ref("Late"), ref("End")]}
END = {"id": "End", "type": "Terminate"}
CASCADE = {"failureAndRerunMode": "cascade"}
CLUSTER = {"id": "C", "type": "EmrCluster", "releaseLabel": "emr-6.1.0"}
THERE = {"id": "There", "type": "S3KeyExists", "s3Key": "s3://b/k", "role": "r"}


def alarm(object_id: str = "Late") -> dict[str, str]:
    arn = "arn:aws:sns:us-east-1:1:t"
    return {"id": object_id, "type": "SnsAlarm", "topicArn": arn, "subject": "s", "message": "#{node.name}"}


def node(object_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": object_id, "type": "S3DataNode", "directoryPath": f"s3://b/{object_id}", **fields}


def scheduled(
    *objects: dict[str, Any], style: str = "timeseries", options: Options | None = None
) -> Conversion:
    default = {"id": "Default", "scheduleType": style, "schedule": ref("Daily"), "workerGroup": "w"}
    daily = {
        "id": "Daily",
        "type": "Schedule",
        "startDateTime": "2026-11-21T00:00:00",
        "period": "1 day",
    }
    extra = [] if any(item["id"] == "Late" for item in objects) else [alarm()]
    return converted(default, daily, *objects, *extra, END, options=options)


def watched(found: Conversion) -> list[tuple[list[str], list[str], dict[str, Any]]]:
    """Return for each watch its tasks, whom its alarms are about, and its other arguments."""
    result = []
    for watch in only_dag(found).watches:
        given = plain(watch.call)
        about = [call["message"] for call in given.pop("tell", [])]
        result.append((list(watch.tasks), about, given))
    return result


HOUR = {"after": timedelta(hours=1)}

# Objects, and what is watched: the tasks, whom the alarms are about, the other arguments of `when_late`.
WATCHED: dict[str, tuple[list[dict[str, Any]], list[tuple[list[str], list[str], dict[str, Any]]]]] = {
    "an activity": ([shell("A", **LATE)], [(["A"], ["A"], HOUR)]),
    "nothing without both fields": (
        [shell("A", lateAfterTimeout="1 hour"), shell("B", onLateAction=ref("Late"))],
        [],
    ),
    "each that inherits it": (
        [{"id": "P", **LATE}, shell("A", parent=ref("P")), shell("B", parent=ref("P"))],
        [(["A"], ["A"], HOUR), (["B"], ["B"], HOUR)],
    ),
    "what fails with others": (
        [shell("A", **LATE, **CASCADE)],
        [(["A"], ["A"], HOUR | {"fails_with_upstream": True})],
    ),
    "what is told and ended": ([shell("A", **ENDED)], [(["A"], ["A"], HOUR | {"terminate": True})]),
    "what is only ended": (
        [shell("A", lateAfterTimeout="90 minutes", onLateAction=ref("End"), **CASCADE)],
        [(["A"], [], {"after": timedelta(minutes=90), "terminate": True})],
    ),
    "two alarms": (
        [shell("A", lateAfterTimeout="1 hour", onLateAction=[ref("Late"), ref("Other")]), alarm("Other")],
        [(["A"], ["A", "A"], HOUR)],
    ),
    "a precondition": (
        [shell("A", precondition=ref("There")), THERE | LATE],
        [(["There"], ["There"], HOUR)],
    ),
    "a precondition of two, told of each": (
        [shell("A", precondition=ref("There")), shell("B", precondition=ref("There")), THERE | ENDED],
        [
            (["There_A"], ["There"], HOUR | {"terminate": True}),
            (["There_B"], ["There"], HOUR | {"terminate": True}),
        ],
    ),
    "a node until it is there": (
        [shell("A", input=ref("N")), node("N", precondition=ref("There"), **ENDED), THERE],
        [(["There"], ["N"], HOUR | {"terminate": True})],
    ),
    "a node until all of its preconditions have passed": (
        [
            shell("A", input=ref("N")),
            node("N", precondition=[ref("There"), ref("Too")], **LATE),
            THERE,
            THERE | {"id": "Too"},
        ],
        [(["There", "Too"], ["N"], HOUR)],
    ),
    "a node until it is written, which is not ended with it": (
        [shell("A", output=ref("N")), shell("B", input=ref("N")), node("N", **ENDED)],
        [(["A"], ["N"], HOUR)],
    ),
    "a node that several write": (
        [
            shell("A", output=ref("N")),
            shell("B", output=ref("N")),
            shell("C", input=ref("N")),
            node("N", **LATE),
        ],
        [(["A", "B"], ["N"], HOUR)],
    ),
    "a resource until it is up, which is all that is ended": (
        [{"id": "A", "type": "EmrActivity", "step": "s3://b/x.jar", "runsOn": ref("C")}, CLUSTER | ENDED],
        [(["create_C"], ["C"], HOUR | {"terminate": True})],
    ),
    "no resource that is not launched": (
        [shell("A", runsOn=ref("B")), {"id": "B", "type": "Ec2Resource", "role": "r", **LATE}],
        [],
    ),
    "no resource of nothing but what fails": (
        [{"id": "A", "type": "EmrActivity", "runsOn": ref("C")}, CLUSTER | LATE],
        [],
    ),
    "no node that is there at once": ([shell("A", input=ref("N")), node("N", **LATE)], []),
}


@pytest.mark.parametrize("name", WATCHED)
@pytest.mark.parametrize("style", ["cron", "timeseries"])
def test_what_is_watched(name: str, style: str) -> None:
    objects, expected = WATCHED[name]
    assert watched(scheduled(*objects, style=style)) == expected


@pytest.mark.parametrize(
    ("style", "end"),
    [
        ("cron", "counted from the start of the interval"),
        ("timeseries", "counted from the end of the interval"),
    ],
)
def test_from_when_it_is_counted_is_said(style: str, end: str) -> None:
    found = scheduled(shell("A", **LATE), style=style)
    (line,) = [line for line in found.lines if (line.object_id, line.field) == ("A", "lateAfterTimeout")]
    assert end in line.verdict.reason
    assert found.complete


def test_what_counts_as_late_of_a_resource_is_said() -> None:
    work = {"id": "A", "type": "EmrActivity", "step": "s3://b/x.jar", "runsOn": ref("C")}
    found = scheduled(work, CLUSTER | LATE)
    said = {line.field: line.verdict for line in found.lines if line.object_id == "C"}
    for field in ("lateAfterTimeout", "onLateAction"):
        assert said[field].grade == "approximated"
        assert "late is what is not up by then, and not what is still up" in said[field].reason
    assert found.complete


def test_a_cluster_is_late_until_all_is_up_that_does_its_work() -> None:
    role = "arn:aws:iam::123456789012:role/jobs"
    spark = {
        "id": "A",
        "type": "EmrActivity",
        "step": "command-runner.jar,spark-submit,s3://b/x.py",
        "runsOn": ref("C"),
    }
    found = scheduled(
        spark,
        shell("B", runsOn=ref("C")),
        CLUSTER | LATE,
        options=Options(now=NOW, choices=Choices({"run_on": "emr-serverless", "execution_role": role})),
    )
    assert watched(found) == [(["create_C_application", "create_C"], ["C"], HOUR)]


def test_ondemand_is_never_late() -> None:
    found = converted(shell("A", **ENDED), alarm(), END)
    assert only_dag(found).watches == []
    assert grades(found)["A", "lateAfterTimeout"] == grades(found)["A", "onLateAction"] == "not needed"


def test_terminate_says_what_differs() -> None:
    found = scheduled(shell("A", **ENDED))
    (line,) = [line for line in found.lines if (line.object_id, line.field) == ("A", "onLateAction")]
    assert "fails and is not tried again, where the object was CANCELED" in line.verdict.reason
    assert found.complete


@pytest.mark.parametrize("field", ["onFail", "onSuccess"])
def test_there_is_nothing_to_terminate_at_the_end(field: str) -> None:
    found = scheduled(shell("A", **{field: [ref("End"), ref("Late")]}))
    assert found.source.count("SnsAlarmNotifier(") == 1
    (line,) = [line for line in found.lines if line.field == field]
    assert "has nothing left to end" in line.verdict.reason
    assert found.complete


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([shell("A", output=ref("N")), shell("B", input=ref("N"))], {"A": ["N"], "B": []}),
        ([shell("A", output=ref("N"), onSuccess=ref("Late"))], {"A": ["A", "N"]}),
        ([shell("A", output=ref("N")), shell("B", output=ref("N"))], {"A": [], "B": []}),
        ([shell("A", input=ref("N"))], {"A": []}),
    ],
)
def test_whom_a_node_tells_that_it_is_finished(
    objects: list[dict[str, Any]], expected: dict[str, list[str]]
) -> None:
    found = scheduled(*objects, node("N", onSuccess=ref("Late")))
    told = {task.id: plain(task.operator).get("on_success_callback", []) for task in only_dag(found).tasks}
    assert {task_id: [call["message"] for call in calls] for task_id, calls in told.items()} == expected
    grade = "emulated" if any(expected.values()) else "approximated"
    assert grades(found)["N", "onSuccess"] == grade


def test_the_file_says_it_in_one_statement_after_the_tasks() -> None:
    found = scheduled(
        shell("A", lateAfterTimeout="2 hours", onLateAction=ref("End")),
        shell("B", dependsOn=ref("A")),
        options=Options(now=NOW),
    )
    assert "from datapipeline_provider.lateness import when_late\n" in found.source
    assert found.source.endswith("    A >> B\n\n    when_late(A, after=timedelta(hours=2), terminate=True)\n")


def test_an_alarm_that_says_the_same_of_all_is_written_once() -> None:
    same = alarm() | {"message": "something is late"}
    found = scheduled(shell("A", **LATE), shell("B", **LATE), same)
    assert found.source.count("SnsAlarmNotifier(") == 1
    assert "    when_late(A, after=timedelta(hours=1), tell=[Late])\n" in found.source
    assert "    when_late(B, after=timedelta(hours=1), tell=[Late])\n" in found.source


def test_a_task_may_be_called_as_what_the_file_uses() -> None:
    found = scheduled(shell("when_late", **LATE), shell("SnsAlarmNotifier", **LATE))
    compile(found.source, "x.py", "exec")
    ids = {task.id for task in only_dag(found).tasks}
    assert len(ids) == 2
    assert not ids & {"when_late", "SnsAlarmNotifier"}
