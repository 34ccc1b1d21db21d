"""ShellCommandPrecondition: what its command sees and leaves, and how long is waited for it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
import pytest
from airflow.sdk import DAG
from datapipeline_provider.operators.shell_command_activity import CommandArgumentError
from datapipeline_provider.sensors._precondition import PreconditionTimeoutError
from datapipeline_provider.sensors.shell_command_precondition import ShellCommandPreconditionSensor
from datapipeline_provider.shell.staging import InputMissingError
from datapipeline_provider.shell.transfers import CancelledError, TransferError

from tests.provider.dag_files import run_dag, states
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SetConnection
    from tests.servers.seaweedfs import S3

CONTEXT: Any = {}
pytestmark = pytest.mark.usefixtures("aws_default")


def sensor(command: str | None = None, **arguments: Any) -> ShellCommandPreconditionSensor:
    return ShellCommandPreconditionSensor(task_id="wait", command=command, **arguments)


@pytest.mark.parametrize(
    ("command", "passes"),
    [
        ("true", True),
        ("exit 0", True),
        ("false", False),
        ("exit 99", False),
        ("no-such-program-anywhere", False),
        ("kill -KILL $$", False),
        ("false; true", True),  # the last command's exit code, as in every shell
        ("exit 1 | true", True),
        ('[[ "$1" == "a b" && "$2" == c && $# == 2 ]]', True),  # bash, and its arguments
        ('[ -z "$(ls -A)" ] && touch left', True),  # an empty directory each time
        ('[ -z "$AIRFLOW_HOME" ]', True),
        ('[ -n "$AWS_SECRET_ACCESS_KEY" ]', True),
        ("ls {{ not_rendered_here", False),
    ],
)
def test_exit_codes(command: str, passes: bool) -> None:
    task = sensor(command, script_arguments=["a b", [None, "c"]])
    assert [task.poke(CONTEXT), task.poke(CONTEXT)] == [passes, passes]


def test_a_script_and_its_output(s3: S3, bucket: str) -> None:
    script = b"#!/usr/bin/env python3\nimport sys\nprint(*sys.argv[1:])\nsys.exit('not yet')\n"
    s3.client().put_object(Bucket=bucket, Key="check.py", Body=script)
    task = sensor(
        script_uri=f"s3://{bucket}/check.py",
        script_arguments=["x", "y z"],
        stdout=f"s3://{bucket}/logs/out",
        stderr=f"s3://{bucket}/logs/",
    )
    assert not task.poke(CONTEXT)
    assert s3.read(bucket, "logs/out") == b"x y z\n"
    assert s3.read(bucket, "logs/stderr") == b"not yet\n"
    s3.client().put_object(Bucket=bucket, Key="check.py", Body=b"echo $1; sleep 0.1; exit 0")
    assert task.poke(CONTEXT)
    assert s3.read(bucket, "logs/out") == b"x\n"  # of the latest check


def test_a_script_that_there_is_not(bucket: str) -> None:
    with pytest.raises(InputMissingError, match=f"s3://{bucket}/none does not exist"):
        sensor(script_uri=f"s3://{bucket}/none").poke(CONTEXT)


@pytest.mark.parametrize(("command", "error"), [("true", TransferError), ("false", None)])
def test_output_that_cannot_be_stored(
    command: str,
    error: type[Exception] | None,
    s3: S3,
    bucket: str,
    airflow_connection: SetConnection,
) -> None:
    reader = s3.as_user("reader")
    extra = {"endpoint_url": s3.endpoint_url, "region_name": s3.region}
    airflow_connection(
        "reader", conn_type="aws", login=reader.access_key, password=reader.secret_key, extra=extra
    )
    task = sensor(f"echo; {command}", stdout=f"s3://{bucket}/k", aws_conn_id="reader")
    if error is None:
        assert not task.poke(CONTEXT)  # the log says it; what counts is that it is not yet
        return
    with pytest.raises(error, match=f"s3://{bucket}/k could not be uploaded"):
        task.poke(CONTEXT)


@pytest.mark.parametrize(
    "arguments", [{}, {"command": "true", "script_uri": "s3://b/k"}], ids=["neither", "both"]
)
def test_a_command_or_a_script(arguments: dict[str, str]) -> None:
    with pytest.raises(CommandArgumentError):
        sensor(**arguments)


def test_nothing_is_left_of_a_command_after_rendering() -> None:
    with pytest.raises(CommandArgumentError, match="empty after rendering"):
        sensor(" ").poke(CONTEXT)


def test_it_is_waited_for(tmp_path: Path) -> None:
    counter = tmp_path / "count"
    task = sensor(
        f"echo >> {counter}; [ $(wc -l < {counter}) = 3 ]", mode="poke", poke_interval=0.01, timeout=60
    )
    task.execute(CONTEXT)
    assert counter.read_text() == "\n" * 3


def test_a_timeout_may_be_retried() -> None:
    with pytest.raises(
        PreconditionTimeoutError, match=r"wait: the command did not end with exit code 0 within 0:00:00\.2"
    ):
        sensor("false", mode="poke", poke_interval=0.05, timeout=0.2).execute(CONTEXT)


def test_a_command_that_hangs_is_ended_with_the_attempt(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    began = time.monotonic()
    with pytest.raises(PreconditionTimeoutError):
        sensor(f"echo $$ > {pid}; sleep 600", mode="poke", timeout=0.5).execute(CONTEXT)
    assert time.monotonic() - began < 30
    assert not psutil.pid_exists(int(pid.read_text()))


def test_a_task_that_is_cancelled(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    task = sensor(f"trap 'exit 0' TERM; echo $$ > {pid}; while :; do sleep 0.05; done")

    def kill() -> None:
        wait_until(lambda: pid.exists() and bool(pid.read_text()), 30, "the command runs")
        task.on_kill()

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(CancelledError):  # though the command ended with 0
        task.poke(CONTEXT)
    thread.join()
    assert not psutil.pid_exists(int(pid.read_text()))


SOURCE = """
from datapipeline_provider.sensors.shell_command_precondition import ShellCommandPreconditionSensor

with DAG("DAG_ID", schedule="@daily", start_date=pendulum.datetime(2026, 3, 1, tz="UTC")) as dag:
    more = {"poke_interval": 0.05, "retries": 0}
    ShellCommandPreconditionSensor(
        task_id="passes", command="test $1 = 2026-03-02", script_arguments=["{{ ds }}"], timeout=60, **more
    )
    ShellCommandPreconditionSensor(task_id="fails", command="false", mode="poke", timeout=0.1, **more)
    ShellCommandPreconditionSensor(
        task_id="comes", command="test -e COUNTER || ! touch COUNTER", timeout=60, **more
    )
"""


def test_in_a_dag(airflow_db: Path, tmp_path: Path) -> None:
    found = states(run_dag(airflow_db, SOURCE.replace("COUNTER", str(tmp_path / "there"))))
    assert found == {"passes": "success", "fails": "failed", "comes": "success"}


def test_defaults_and_serialization() -> None:
    with DAG("sensors", schedule=None) as dag:
        task = sensor("test -e {{ ds }}.sh")
    assert (task.poke_interval, task.timeout, task.mode) == (60, 365 * 24 * 3600, "reschedule")
    from airflow.serialization import serialized_objects

    form: Any = serialized_objects
    form = getattr(form, "DagSerialization", form.SerializedDAG)
    read = form.from_dict(form.to_dict(dag)).get_task("wait")
    assert (read.task_type, read.command) == ("ShellCommandPreconditionSensor", "test -e {{ ds }}.sh")
