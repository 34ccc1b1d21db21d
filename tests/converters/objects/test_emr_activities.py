"""EmrActivity, HadoopActivity and ShellScriptConfig: what their fields become."""

from __future__ import annotations

from typing import Any

import pytest

from tests.converters.planned import arguments, converted, grades, only_dag, ref

CLUSTER = {"id": "C", "type": "EmrCluster", "releaseLabel": "emr-6.1.0"}
SCRIPT = {"id": "P", "type": "ShellScriptConfig", "scriptUri": "s3://b/p.sh", "scriptArgument": ["a", "b,c"]}
FILES = {"id": "S", "type": "S3DataNode", "directoryPath": "s3://b/d"}
COMMON = {"doc_md", "inlets", "outlets", "retries", "retry_delay"}


def own(found: Any, task_id: str = "A") -> dict[str, Any]:
    """Return a task's own arguments, texts as they were written."""
    return {name: _written(value) for name, value in arguments(found, task_id).items() if name not in COMMON}


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _written(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_written(each) for each in value]
    return getattr(value, "source", value)


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("EmrActivity", {"step": "a.jar,b, c"}, {"steps": ["a.jar,b, c"]}),
        (
            "EmrActivity",
            {"step": ["a.jar,b\\\\,c", "d.jar"], "preStepCommand": ["x", "y"], "postStepCommand": "z"},
            {
                "steps": ["a.jar,b\\\\,c", "d.jar"],
                "pre_step_commands": ["x", "y"],
                "post_step_commands": ["z"],
            },
        ),
        ("EmrActivity", {"preStepCommand": "x"}, {"pre_step_commands": ["x"]}),
        ("HadoopActivity", {"jarUri": "s3://b/x.jar"}, {"jar_uri": "s3://b/x.jar"}),
        (
            "HadoopActivity",
            {"jarUri": "x.jar", "mainClass": "org.X", "argument": ["a,b", "c"], "hadoopQueue": "q"},
            {"jar_uri": "x.jar", "main_class": "org.X", "arguments": ["a,b", "c"], "hadoop_queue": "q"},
        ),
        (
            "HadoopActivity",
            {"jarUri": "x.jar", "preActivityTaskConfig": ref("P"), "postActivityTaskConfig": ref("P")},
            {
                "jar_uri": "x.jar",
                "pre_script": {"script_uri": "s3://b/p.sh", "script_arguments": ["a", "b,c"]},
                "post_script": {"script_uri": "s3://b/p.sh", "script_arguments": ["a", "b,c"]},
            },
        ),
    ],
)
def test_arguments(kind: str, fields: dict[str, Any], expected: dict[str, Any]) -> None:
    found = converted({"id": "A", "type": kind, "runsOn": ref("C"), **fields}, CLUSTER, SCRIPT)
    assert own(found) == {"cluster": "create_C", **expected}
    assert found.plan.left == []
    assert {task.id for task in only_dag(found).tasks} >= {"create_C", "A", "terminate_C"}


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        (
            [{"id": "A", "type": "EmrActivity", "step": ["a.jar"], "preStepCommand": "x", "input": ref("S")}],
            {("A", "step"): "exact", ("A", "preStepCommand"): "exact", ("A", "input"): "emulated"},
        ),
        # Which backslashes Data Pipeline itself took away is not written anywhere.
        (
            [{"id": "A", "type": "EmrActivity", "step": ["a.jar", "a.jar,b\\,c"]}],
            {("A", "step"): "approximated"},
        ),
        (
            [
                {
                    "id": "A",
                    "type": "EmrActivity",
                    "step": ["a.jar"],
                    "resizeClusterBeforeRunning": "true",
                    "resizeClusterMaxInstances": "5",
                }
            ],
            {
                ("A", "step"): "exact",
                ("A", "resizeClusterBeforeRunning"): "approximated",
                ("A", "resizeClusterMaxInstances"): "approximated",
            },
        ),
        (
            [
                {
                    "id": "A",
                    "type": "HadoopActivity",
                    "jarUri": "x.jar",
                    "mainClass": "org.X",
                    "argument": ["a\\,b"],
                    "hadoopQueue": "q",
                    "preActivityTaskConfig": ref("P"),
                }
            ],
            {
                ("A", "jarUri"): "exact",
                ("A", "mainClass"): "exact",
                ("A", "argument"): "exact",
                ("A", "hadoopQueue"): "approximated",
                ("A", "preActivityTaskConfig"): "exact",
                ("P", "scriptUri"): "exact",
                ("P", "scriptArgument"): "exact",
            },
        ),
    ],
)
def test_the_ledger(objects: list[dict[str, Any]], expected: dict[tuple[str, str], str]) -> None:
    (activity,) = objects
    found = grades(converted(activity | {"runsOn": ref("C")}, CLUSTER, SCRIPT, FILES))
    assert {key: grade for key, grade in found.items() if key[1] != "runsOn"} | expected == {
        key: grade for key, grade in found.items() if key[1] != "runsOn"
    }
    assert found["A", "runsOn"] == "exact"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"type": "EmrActivity", "runsOn": ref("C")}, "EmrActivity has neither a step nor a command"),
        ({"type": "EmrActivity", "step": "a.jar"}, "`workerGroup` alone does not say on which"),
        (
            {
                "type": "HadoopActivity",
                "jarUri": "a",
                "runsOn": ref("C"),
                "preActivityTaskConfig": ref("Empty"),
            },
            "ShellScriptConfig 'Empty' has no scriptUri",
        ),
    ],
)
def test_what_cannot_be_is_a_task_that_fails(fields: dict[str, Any], said: str) -> None:
    found = converted({"id": "A", **fields}, CLUSTER, FILES, {"id": "Empty", "type": "ShellScriptConfig"})
    assert said in arguments(found, "A")["reason"]
    (left,) = found.plan.left
    assert said in left


def test_a_whole_list_parameter_gives_several_steps() -> None:
    found = converted(
        {"id": "A", "type": "EmrActivity", "runsOn": ref("C"), "step": "#{mySteps}"},
        CLUSTER,
        parameters=[{"id": "mySteps", "isArray": "true", "default": ["a.jar,b", "c.jar"]}],
    )
    source = found.files["x.py"].text
    assert 'steps=[dag.param("mySteps")]' in source
