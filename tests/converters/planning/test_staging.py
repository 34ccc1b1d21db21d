"""Which files a shell command finds in which directory."""

from __future__ import annotations

from typing import Any

from tests.converters.planned import arguments, converted, grades, ref, shell

S3 = {"type": "S3DataNode", "directoryPath": "s3://b/#{id}"}


def staged(*nodes: dict[str, Any], **fields: Any) -> Any:
    inputs = [ref(node["id"]) for node in nodes]
    return converted(shell("A", stage="true", input=inputs, **fields), *nodes)


def test_a_node_keeps_its_place_behind_one_that_is_not_in_s3() -> None:
    found = staged({"id": "T", "type": "DynamoDBDataNode", "tableName": "t"}, S3 | {"id": "N"})
    assert arguments(found, "A")["input"] == [None, {"directory_path": "s3://b/N"}]
    assert grades(found)["A", "input"] == "approximated"


def test_what_is_in_the_files_does_not_matter() -> None:
    format_ = {"id": "F", "type": "RegEx", "inputRegEx": "x"}
    found = converted(
        shell("A", stage="true", input=ref("N")),
        S3 | {"id": "N", "dataFormat": ref("F"), "compression": "gzip"},
        format_,
    )
    assert arguments(found, "A")["input"] == [{"directory_path": "s3://b/N"}]


def test_without_staging_nodes_only_order_tasks() -> None:
    found = converted(shell("A", input=ref("N")), S3 | {"id": "N", "compression": "gzip"})
    assert "input" not in arguments(found, "A")
    assert grades(found)["N", "compression"] == "not needed"
