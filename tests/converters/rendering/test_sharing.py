"""What several tasks use is written once, under its object's name."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.converters.planned import converted, ref, shell

NODE = {"type": "S3DataNode", "directoryPath": "s3://b/#{format(@scheduledStartTime,'YYYY')}"}
ALARM = {"type": "SnsAlarm", "topicArn": "arn:aws:sns:us-east-1:1:t", "message": "m"}


def reader(object_id: str, node: str, **fields: Any) -> dict[str, Any]:
    return shell(object_id, stage="true", input=ref(node), **fields)


def variables(*objects: dict[str, Any]) -> dict[str, str]:
    """Return the variables that a generated file assigns in its DAGs, tasks aside, with the class each is made of."""
    source = converted(*objects).files["x.py"].text
    found = {}
    for block in ast.parse(source).body:
        if isinstance(block, ast.With):
            for line in block.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Call):
                    target, function = line.targets[0], line.value.func
                    assert isinstance(target, ast.Name)
                    assert isinstance(function, ast.Name)
                    if not function.id.endswith("Operator"):
                        found[target.id] = function.id
    return found


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        pytest.param([reader("A", "Raw"), {"id": "Raw", **NODE}], {}, id="used once"),
        pytest.param(
            [reader("A", "Raw"), reader("B", "Raw"), {"id": "Raw", **NODE}],
            {"Raw": "S3DataNode"},
            id="used twice",
        ),
        pytest.param(
            [reader("A", "R"), reader("B", "S"), {"id": "R", **NODE}, {"id": "S", **NODE}],
            {},
            id="two objects that happen to be equal",
        ),
        pytest.param(
            [reader("A", "S3DataNode"), reader("B", "S3DataNode"), {"id": "S3DataNode", **NODE}],
            {"S3DataNode_2": "S3DataNode"},
            id="named like its class",
        ),
        pytest.param(
            [reader("raw.day", "raw-day"), reader("B", "raw-day"), {"id": "raw-day", **NODE}],
            {"raw_day_2": "S3DataNode"},
            id="named like a task",
        ),
        pytest.param(
            [
                shell("A", onFail=ref("Tell")),
                shell("B", onFail=ref("Tell")),
                {"id": "Tell", **ALARM, "subject": "failed"},
            ],
            {"Tell": "SnsAlarmNotifier"},
            id="an alarm that says the same of every task",
        ),
        pytest.param(
            [
                shell("A", onFail=ref("Tell")),
                shell("B", onFail=ref("Tell")),
                {"id": "Tell", **ALARM, "subject": "#{node.id}"},
            ],
            {},
            id="an alarm that names the task",
        ),
        pytest.param(
            [
                shell("A", onFail=ref("Tell")),
                shell("B", onFail=ref("Tell")),
                shell("C", onFail=ref("Tell"), maximumRetries="1"),
                {"id": "Tell", **ALARM, "subject": "#{node.maximumRetries}"},
            ],
            {"Tell": "SnsAlarmNotifier"},
            id="written once for those that say the same",
        ),
    ],
)
def test_what_is_shared_has_a_name(objects: list[dict[str, Any]], expected: dict[str, str]) -> None:
    assert variables(*objects) == expected


@pytest.mark.parametrize("schedule", ["EveryHour", "DAG", "AnchoredTimetable", "dag", "pendulum", "print"])
def test_a_schedule_that_two_dags_know_has_a_name_of_its_own(schedule: str) -> None:
    objects = [
        {"id": "Default", "scheduleType": "cron", "workerGroup": "w"},
        {"id": schedule, "type": "Schedule", "period": "1 hour", "startDateTime": "2026-11-21T00:00:00"},
        {"id": "Day", "type": "Schedule", "period": "1 day", "startDateTime": "2026-11-21T00:00:00"},
        shell("A", schedule=ref(schedule)),
        shell("B", schedule=ref("Day"), dependsOn=ref("A")),
    ]
    tree = ast.parse(converted(*objects).files["x.py"].text)
    ((name, value),) = [(line.targets[0], line.value) for line in tree.body if isinstance(line, ast.Assign)]
    assert isinstance(name, ast.Name)
    assert isinstance(value, ast.Call)
    assert name.id.removesuffix("_2").removesuffix("_") == schedule
    assert ast.unparse(value.func) == "AnchoredTimetable"
    imported = {
        alias.asname or alias.name
        for line in tree.body
        if isinstance(line, ast.Import | ast.ImportFrom)
        for alias in line.names
    }
    assert name.id not in imported | {"dag", "print"}
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name.id]
    assert len(uses) == 3  # where it is made, the DAG's schedule, the sensor
