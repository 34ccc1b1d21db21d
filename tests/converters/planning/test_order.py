"""What waits for what: dependsOn, shared data nodes, preconditions."""

from __future__ import annotations

from typing import Any

import pytest
from datapipeline_converters.errors import InvalidDefinitionError

from tests.converters.planned import converted, grades, only_dag, ref, shell


def node(object_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": object_id, "type": "S3DataNode", "directoryPath": f"s3://b/{object_id}", **fields}


def ready(object_id: str) -> dict[str, Any]:
    return {"id": object_id, "type": "S3KeyExists", "s3Key": "s3://b/#{node.id}"}


CASES: dict[str, tuple[list[dict[str, Any]], set[tuple[str, str]]]] = {
    "dependsOn": ([shell("A"), shell("B", dependsOn=ref("A"))], {("A", "B")}),
    "several dependsOn": (
        [shell("A"), shell("B"), shell("C", dependsOn=[ref("A"), ref("B")])],
        {("A", "C"), ("B", "C")},
    ),
    "a shared node": ([shell("A", output=ref("N")), shell("B", input=ref("N")), node("N")], {("A", "B")}),
    "two nodes with one path are unrelated": (
        [
            shell("A", output=ref("N")),
            shell("B", input=ref("M")),
            node("N", directoryPath="s3://b/x"),
            node("M", directoryPath="s3://b/x"),
        ],
        set(),
    ),
    "several writers of one node": (
        [shell("A", output=ref("N")), shell("B", output=ref("N")), shell("C", input=ref("N")), node("N")],
        {("A", "C"), ("B", "C")},
    ),
    "a precondition of an activity": (
        [shell("A", precondition=ref("P")), ready("P")],
        {("P", "A")},
    ),
    "a precondition of an input": (
        [shell("A", input=ref("N")), node("N", precondition=ref("P")), ready("P")],
        {("P", "A")},
    ),
    "a precondition of a node between two": (
        [
            shell("A", output=ref("N")),
            shell("B", input=ref("N")),
            node("N", precondition=ref("P")),
            ready("P"),
        ],
        {("A", "P"), ("P", "B")},
    ),
    "a precondition of an output that nobody reads": (
        [shell("A", output=ref("N")), node("N", precondition=ref("P")), ready("P")],
        {("A", "P")},
    ),
    "one precondition at two places": (
        [shell("A", precondition=ref("P")), shell("B", precondition=ref("P")), ready("P")],
        {("P_A", "A"), ("P_B", "B")},
    ),
    "a node that waits": (
        [shell("A"), shell("B", input=ref("N")), node("N", dependsOn=ref("A"))],
        {("A", "B")},
    ),
    "dependsOn a node": (
        [shell("A", output=ref("N")), shell("B", dependsOn=ref("N")), node("N")],
        {("A", "B")},
    ),
    "dependsOn a resource": ([shell("A", dependsOn=ref("Box")), {"id": "Box", "type": "Ec2Resource"}], set()),
}


@pytest.mark.parametrize("case", CASES)
def test_edges(case: str) -> None:
    objects, expected = CASES[case]
    assert set(only_dag(converted(*objects)).edges) == expected


@pytest.mark.parametrize(
    ("objects", "path"),
    [
        ([shell("A", dependsOn=ref("B")), shell("B", dependsOn=ref("A"))], "A -> B -> A|B -> A -> B"),
        ([shell("A", input=ref("N"), output=ref("N")), node("N")], "A -> A"),
    ],
)
def test_a_cycle_is_refused(objects: list[dict[str, Any]], path: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=path):
        converted(*objects)


def test_a_precondition_is_evaluated_for_each_that_refers_to_it() -> None:
    found = converted(shell("A", precondition=ref("P")), shell("B", precondition=ref("P")), ready("P"))
    keys = {task.id: task.operator.arguments.get("s3_key") for task in only_dag(found).tasks}
    assert (keys["P_A"], keys["P_B"]) == ("s3://b/A", "s3://b/B")


@pytest.mark.parametrize(
    ("objects", "part"),
    [
        (
            [shell("A", input=ref("N")), node("N", dependsOn=ref("M")), node("M", dependsOn=ref("N"))],
            "data nodes",
        ),
        ([shell("A", precondition=ref("N")), node("N")], "as a precondition, which is S3DataNode"),
    ],
)
def test_wrong_dependencies_are_refused(objects: list[dict[str, Any]], part: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=part):
        converted(*objects)


def test_many_ways_through_data_nodes_take_little_time() -> None:
    layers = 40
    nodes = [
        node(f"N{layer}_{side}", dependsOn=[ref(f"N{layer + 1}_0"), ref(f"N{layer + 1}_1")])
        for layer in range(layers)
        for side in range(2)
    ]
    last = [node(f"N{layers}_{side}", dependsOn=ref("First")) for side in range(2)]
    dag = only_dag(converted(shell("First"), shell("A", input=ref("N0_0")), *nodes, *last))
    assert dag.edges == [("First", "A")]


def test_commands_that_shared_a_machine_are_pointed_out() -> None:
    found = converted(
        {"id": "Default", "scheduleType": "ondemand", "runsOn": ref("Box")},
        {"id": "Box", "type": "Ec2Resource"},
        {"id": "Other", "type": "Ec2Resource"},
        shell("A"),
        shell("B"),
        shell("C", runsOn=ref("Other")),
    )
    assert found.complete
    assert any("`A`, `B` shared the machine `Box`" in text for text in found.plan.before_first_run)
    assert grades(found)["Default", "runsOn"] == "approximated"
    assert grades(found)["C", "runsOn"] == "emulated"
