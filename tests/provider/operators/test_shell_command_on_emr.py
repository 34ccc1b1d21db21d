"""ShellCommandActivity on a cluster: the command runs on the master node, with staged data, and its failure is the task's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators._emr_steps import StepFailedError
from datapipeline_provider.operators.shell_command_activity import CommandArgumentError
from datapipeline_provider.operators.shell_command_on_emr import ShellCommandOnEmrOperator
from datapipeline_provider.shell.staging import OutputPathError

from tests.provider.operators.emr_runs import OVERRIDES, Tries

if TYPE_CHECKING:
    from tests.servers.emr import Emr


@pytest.fixture
def tries(tries: Tries, emr: Emr) -> Tries:
    """A run whose cluster is there; the bucket `data` is empty."""
    emr.aws.client("s3").create_bucket(Bucket="data")
    tries.run(tries.create())
    return tries


def run(tries: Tries, task_id: str = "sh", **fields: Any) -> None:
    tries.run(tries.task(ShellCommandOnEmrOperator, task_id, cluster="create", log_wait=0.0, **fields))


def stored(emr: Emr, key: str) -> str:
    """Read an object of the bucket."""
    return str(emr.aws.client("s3").get_object(Bucket="data", Key=key)["Body"].read().decode())


def test_a_command(tries: Tries, emr: Emr) -> None:
    run(
        tries,
        command='printf "%s|" "$0" "$@"; echo to stderr >&2; ls -A | wc -l',
        script_arguments=["a b", ["c,d", None], r"\\x", "$HOME"],
        stdout="s3://data/out",
        stderr="s3://data/err",
    )
    assert stored(emr, "out") == "sh|a b|c,d|\\\\x|$HOME|0\n"
    assert stored(emr, "err") == "to stderr\n"


def test_staging(tries: Tries, emr: Emr) -> None:
    s3 = emr.aws.client("s3")
    for key, body in {"in/1": b"one\n", "in/deep/2": b"two\n", "file.txt": b"three\n"}.items():
        s3.put_object(Bucket="data", Key=key, Body=body)
    run(
        tries,
        command="cat $INPUT1_STAGING_DIR/1 $INPUT1_STAGING_DIR/deep/2 ${INPUT2_STAGING_DIR}/file.txt > $OUTPUT1_STAGING_DIR/all",
        stage=True,
        input=[S3DataNode(directory_path="s3://data/in"), S3DataNode(file_path="s3://data/file.txt")],
        output=[S3DataNode(directory_path="s3://data/done/")],
    )
    assert stored(emr, "done/all") == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("first_line", "arguments", "said"), [("", ["a b"], "bash a b"), ("#!/bin/sh -e\n", [], "sh ")]
)
def test_a_script(first_line: str, arguments: list[str], said: str, tries: Tries, emr: Emr) -> None:
    body = f'{first_line}echo "$(ps -o comm= -p $$) $1"\n'
    emr.aws.client("s3").put_object(Bucket="data", Key="x.sh", Body=body.encode())
    run(tries, script_uri="s3://data/x.sh", script_arguments=arguments, stdout="s3://data/out")
    assert stored(emr, "out") == f"{said}\n"


def test_a_long_command_goes_by_way_of_s3(tries: Tries, emr: Emr) -> None:
    run(tries, command="echo $(( 1 + 2 )) # " + "é" * 12000, stdout="s3://data/out")
    assert stored(emr, "out") == "3\n"


def test_a_long_command_without_a_place(emr: Emr) -> None:
    tries = Tries()
    tries.run(tries.create(job_flow_overrides=OVERRIDES | {"LogUri": ""}))
    with pytest.raises(
        DatapipelineError, match=r"has no LogUri\. Give the task a scratch_uri, or the cluster a LogUri"
    ):
        run(tries, command="x" * 12000)
    emr.aws.client("s3").create_bucket(Bucket="data")
    run(tries, "again", command="true #" + "x" * 12000, scratch_uri="s3://data/scratch/")
    assert emr.aws.client("s3").list_objects_v2(Bucket="data", Prefix="scratch/j-")["KeyCount"] == 1


FAILURES: list[Any] = [
    ({"command": "echo why >&2; exit 3"}, "the command ended with exit code 3"),
    ({"script_uri": "s3://data/none.sh"}, "the script s3://data/none.sh was not copied"),
    (
        {"command": "true", "stage": True, "input": [S3DataNode(file_path="s3://data/none")]},
        r"s3://data/none \(input 1\) was not copied",
    ),
    (
        {
            "command": "touch $OUTPUT1_STAGING_DIR/x",
            "stage": True,
            "output": [S3DataNode(directory_path="s3://none/x")],
        },
        r"s3://none/x \(output 1\) was not written",
    ),
]


@pytest.mark.parametrize(("fields", "said"), FAILURES)
def test_failures(fields: dict[str, Any], said: str, tries: Tries, emr: Emr) -> None:
    with pytest.raises(StepFailedError, match=f"ended as FAILED: .*{said}"):
        run(tries, **fields)


def test_nothing_is_written_by_a_command_that_fails(tries: Tries, emr: Emr) -> None:
    with pytest.raises(StepFailedError):
        run(
            tries,
            command="echo half > $OUTPUT1_STAGING_DIR/x; echo said; exit 1",
            stage=True,
            output=[S3DataNode(directory_path="s3://data/done/")],
            stdout="s3://data/out",
        )
    assert stored(emr, "out") == "said\n"
    assert emr.aws.client("s3").list_objects_v2(Bucket="data", Prefix="done/")["KeyCount"] == 0


@pytest.mark.parametrize("given", [{}, {"command": "a", "script_uri": "s3://b/x"}])
def test_exactly_one(given: dict[str, str]) -> None:
    with pytest.raises(CommandArgumentError):
        ShellCommandOnEmrOperator(task_id="sh", cluster="create", **given)


def test_what_is_refused_before_anything_runs(tries: Tries, emr: Emr) -> None:
    with pytest.raises(CommandArgumentError, match="empty after rendering"):
        run(tries, command=" ")
    with pytest.raises(OutputPathError):
        run(tries, "again", command="a", stage=True, output=[S3DataNode(file_path="s3://data/x")])
