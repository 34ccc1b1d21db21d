"""HadoopActivity: which request its fields become, and that the program's end is the task's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.emr.shell_script_config import ShellScriptConfig
from datapipeline_provider.operators._emr_steps import StepFailedError
from datapipeline_provider.operators.hadoop_activity import HadoopActivityOperator

from tests.provider.operators.emr_runs import Tries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.emr import Emr

QUEUE = "-Dmapreduce.job.queuename=q"


@pytest.mark.parametrize(
    ("fields", "request_"),
    [
        ({}, {"Args": []}),
        ({"main_class": "org.X"}, {"Args": [], "MainClass": "org.X"}),
        ({"main_class": ""}, {"Args": []}),
        # No character of an argument means anything, in contrast to EmrActivity.
        (
            {"arguments": ["a,b", r"c\,d", " e ", ["f", None, 7], ""]},
            {"Args": ["a,b", r"c\,d", " e ", "f", "7", ""]},
        ),
        ({"hadoop_queue": "q", "arguments": ["in", "out"]}, {"Args": [QUEUE, "in", "out"]}),
        (
            {"hadoop_queue": "q", "main_class": "org.X", "arguments": ["a.b"]},
            {"Args": [QUEUE, "a.b"], "MainClass": "org.X"},
        ),
        # Without mainClass, definitions give the class as first argument.
        ({"hadoop_queue": "q", "arguments": ["org.x.Y$Z", "in"]}, {"Args": ["org.x.Y$Z", QUEUE, "in"]}),
        ({"hadoop_queue": "q", "arguments": ["wordcount", "in"]}, {"Args": [QUEUE, "wordcount", "in"]}),
        ({"hadoop_queue": "q", "arguments": ["s3://b/in.d", "x"]}, {"Args": [QUEUE, "s3://b/in.d", "x"]}),
        ({"hadoop_queue": ""}, {"Args": []}),
    ],
)
def test_the_request(fields: dict[str, Any], request_: dict[str, Any]) -> None:
    task = HadoopActivityOperator(task_id="h", cluster="create", jar_uri="s3://b/x.jar", **fields)
    (step,) = task.steps_to_run({})
    assert step.request() == {"Jar": "s3://b/x.jar"} | request_


@pytest.fixture
def hadoop(emr: Emr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in which the cluster's program `hadoop`, a stand-in, writes what it is called with; it fails on `bad`."""
    programs, said = tmp_path / "programs", tmp_path / "said"
    programs.mkdir()
    program = programs / "hadoop"
    program.write_text(f'#!/bin/bash\nprintf "%s\\n" "${{@:4}}" >> {said}\n[ "$4" != bad ]\n')
    program.chmod(0o755)
    monkeypatch.setattr(emr, "programs", {"hadoop": programs})
    return said


def test_what_the_program_is_called_with(emr: Emr, hadoop: Path) -> None:
    s3 = emr.aws.client("s3")
    s3.create_bucket(Bucket="data")
    s3.put_object(Bucket="data", Key="x.jar", Body=b"")
    s3.put_object(Bucket="data", Key="x.sh", Body=f'echo "script $1" >> {hadoop}'.encode())
    tries = Tries()
    tries.run(tries.create())
    fields = {"jar_uri": "s3://data/x.jar", "main_class": "org.X", "cluster": "create", "log_wait": 0.0}
    around = {
        "pre_script": ShellScriptConfig("s3://data/x.sh", ["before"]),
        "post_script": ShellScriptConfig("s3://data/x.sh", ["after"]),
    }
    tries.run(tries.task(HadoopActivityOperator, "good", arguments=["a,b", "c d"], **fields, **around))
    assert hadoop.read_text().splitlines() == ["script before", "a,b", "c d", "script after"]
    with pytest.raises(StepFailedError):
        tries.run(tries.task(HadoopActivityOperator, "bad", arguments=["bad"], **fields, **around))
    assert hadoop.read_text().splitlines()[4:] == ["script before", "bad"]


def test_a_script_that_fails_ends_it(emr: Emr, hadoop: Path) -> None:
    emr.aws.client("s3").create_bucket(Bucket="data")
    emr.aws.client("s3").put_object(Bucket="data", Key="x.sh", Body=b"exit 3")
    tries = Tries()
    tries.run(tries.create())
    script = ShellScriptConfig("s3://data/x.sh")
    task = tries.task(
        HadoopActivityOperator,
        "h",
        jar_uri="s3://data/x.jar",
        cluster="create",
        pre_script=script,
        log_wait=0.0,
    )
    with pytest.raises(StepFailedError, match="pre_script"):
        tries.run(task)
    assert not hadoop.exists()
