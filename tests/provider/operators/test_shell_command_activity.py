from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from os import getpid, kill
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider._compat import AirflowTaskTimeout
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.exceptions import DatapipelineError
from datapipeline_provider.operators.shell_command_activity import (
    CommandArgumentError,
    ShellCommandActivityOperator,
    ShellCommandError,
)
from datapipeline_provider.shell import process
from datapipeline_provider.shell.staging import InputMissingError, OutputPathError
from datapipeline_provider.shell.transfers import CancelledError, TransferError

from tests.provider.dag_files import run_dag, states
from tests.provider.operators.machines import Log
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import SetConnection
    from tests.servers.moto import Aws
    from tests.servers.seaweedfs import S3

ALWAYS: dict[str, Any] = {"task_id": "Clean", "aws_conn_id": None}
DAY = "{{ data_interval_start.strftime('%Y-%m-%d') }}"


@pytest.fixture(autouse=True)
def _own_temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test a temporary directory, and see that the operator leaves nothing in it."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    yield
    assert list(Path(gettempdir()).iterdir()) == []


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    recorded = Log()
    monkeypatch.setattr(ShellCommandActivityOperator, "log", recorded)
    return recorded


def execute(**arguments: Any) -> None:
    ShellCommandActivityOperator(**{**ALWAYS, **arguments}).execute({})


@pytest.mark.parametrize(
    ("command", "arguments", "printed"),
    [
        ("echo one; echo two", [], ["one", "two"]),
        ("echo $# [$1] [$2]", ["a b", "$HOME `id` 'x'"], ["2 [a b] [$HOME `id` 'x']"]),
        ('echo "$@"', [["a", None, ["b", 3]], None, 4.5], ["a b 3 4.5"]),
        ("echo $#", [], ["0"]),
        ("echo $#", "one text", ["1"]),
        ("echo $#", None, ["0"]),
        ("f=a.b; echo ${f//./-}", [], ["a-b"]),  # bash, not sh
        ("echo 50% %s {x} {{x}}", [], ["50% %s {x} {{x}}"]),
        ("echo problem >&2", [], ["stderr: problem"]),
        ("ls -A | wc -l", [], ["0"]),  # an empty working directory
        ("echo run.sh", [], ["run.sh"]),
    ],
)
def test_command(command: str, arguments: Any, printed: list[str], log: Log) -> None:
    execute(command=command, script_arguments=arguments)
    assert log.lines == printed


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("exit 1", "exit code 1"),
        ("exit 99", "exit code 99"),  # Airflow's own BashOperator would skip
        ("false; exit", "exit code 1"),
        ("no-such-program", "exit code 127"),
        ("echo 'unclosed", "exit code 2"),
        ("kill -TERM $$", "signal SIGTERM"),
    ],
)
def test_failure(command: str, told: str) -> None:
    with pytest.raises(ShellCommandError) as caught:
        execute(command=command)
    assert (
        str(caught.value)
        == f"Clean: the command ended with {told}, not with 0. Its output is in this task's log."
    )


def test_a_failure_does_not_quote_the_output() -> None:
    with pytest.raises(ShellCommandError) as caught:
        execute(command="echo my-password >&2; exit 1 # my-password")
    assert "my-password" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "none is given"),
        ({"command": "x", "script_uri": "s3://b/k"}, "both are given"),
    ],
)
def test_exactly_one_of_command_and_script(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(CommandArgumentError, match=told):
        ShellCommandActivityOperator(**ALWAYS, **arguments)


@pytest.mark.parametrize("arguments", [{"command": ""}, {"command": " \n"}, {"script_uri": ""}])
def test_nothing_left_after_rendering_is_no_success(arguments: dict[str, str]) -> None:
    with pytest.raises(CommandArgumentError, match="empty after rendering"):
        execute(**arguments)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("echo $# $1; echo ${1^^}", ["1 x", "X"]),
        ("#!/bin/bash -e\nfalse; echo not here", None),
        ("#!/usr/bin/env python3\nimport sys; print('python', sys.argv[1:])", ["python ['x']"]),
        ("exit 3", None),
    ],
)
def test_script(
    text: str,
    printed: list[str] | None,
    s3: S3,
    bucket: str,
    aws_default: str,
    log: Log,
) -> None:
    s3.client().put_object(Bucket=bucket, Key="code/job.sh", Body=text.encode())
    script = {
        "script_uri": f"s3://{bucket}/code/job.sh",
        "script_arguments": ["x"],
        "aws_conn_id": aws_default,
    }
    if printed is None:
        with pytest.raises(ShellCommandError):
            execute(**script)
    else:
        execute(**script)
        assert log.lines[-len(printed) :] == printed


def test_a_script_that_is_missing(bucket: str, aws_default: str) -> None:
    with pytest.raises(InputMissingError, match=f"s3://{bucket}/job.sh does not exist"):
        execute(script_uri=f"s3://{bucket}/job.sh", aws_conn_id=aws_default)


STAGED = {
    "command": 'cat "$INPUT1_STAGING_DIR"/* | tee "$OUTPUT1_STAGING_DIR/all.csv"; exit $1',
    "stage": True,
}


def staged(bucket: str, **more: Any) -> dict[str, Any]:
    nodes = {
        "input": [S3DataNode(directory_path=f"s3://{bucket}/raw")],
        "output": [S3DataNode(directory_path=f"s3://{bucket}/clean")],
    }
    return {**STAGED, **nodes, **more}


def test_staging(s3: S3, bucket: str, aws_default: str) -> None:
    for key in ("raw/1", "raw/2"):
        s3.client().put_object(Bucket=bucket, Key=key, Body=key.encode() + b"\n")
    execute(**staged(bucket, script_arguments=[0], aws_conn_id=aws_default))
    assert s3.keys(bucket, "clean/") == ["clean/all.csv"]
    assert s3.read(bucket, "clean/all.csv") == b"raw/1\nraw/2\n"


def test_a_failed_command_uploads_nothing(s3: S3, bucket: str, aws_default: str) -> None:
    s3.client().put_object(Bucket=bucket, Key="raw/1", Body=b"1\n")
    with pytest.raises(ShellCommandError, match="exit code 4"):
        execute(**staged(bucket, script_arguments=[4], aws_conn_id=aws_default))
    assert s3.keys(bucket, "clean/") == []


def test_without_stage_nothing_is_staged(s3: S3, bucket: str, aws_default: str, log: Log) -> None:
    execute(
        **staged(bucket, stage=False, command="env | grep -c STAGING_DIR || true", aws_conn_id=aws_default)
    )
    assert log.lines[-1] == "0"


def test_a_script_sees_the_directories_too(s3: S3, bucket: str, aws_default: str, log: Log) -> None:
    s3.client().put_object(Bucket=bucket, Key="raw/1", Body=b"1\n")
    s3.client().put_object(Bucket=bucket, Key="job.sh", Body=b'bash -c "ls $INPUT1_STAGING_DIR"')
    script = {"command": None, "script_uri": f"s3://{bucket}/job.sh", "aws_conn_id": aws_default}
    execute(**staged(bucket, **script))
    assert log.lines[-1] == "1"


def test_a_staged_output_that_is_a_file_fails_before_the_command(
    tmp_path: Path, bucket: str, aws_default: str
) -> None:
    output = [S3DataNode(file_path=f"s3://{bucket}/f")]
    with pytest.raises(OutputPathError):
        execute(command=f"touch {tmp_path}/ran", stage=True, output=output, aws_conn_id=aws_default)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("code", [0, 5])
def test_streams_are_uploaded_in_any_case(code: int, s3: S3, bucket: str, aws_default: str, log: Log) -> None:
    places = {"stdout": f"s3://{bucket}/logs/out.txt", "stderr": f"s3://{bucket}/logs/"}
    command = f"echo out; echo err >&2; printf tail; exit {code}"
    if code:
        with pytest.raises(ShellCommandError, match=f"s3://{bucket}/logs/out.txt, s3://{bucket}/logs/stderr"):
            execute(command=command, aws_conn_id=aws_default, **places)
    else:
        execute(command=command, aws_conn_id=aws_default, **places)
    assert s3.keys(bucket) == ["logs/out.txt", "logs/stderr"]
    assert s3.read(bucket, "logs/out.txt") == b"out\ntail"
    assert s3.read(bucket, "logs/stderr") == b"err\n"
    assert {"out", "stderr: err", "tail"} <= set(log.lines)


@pytest.mark.parametrize(("code", "error"), [(0, TransferError), (5, ShellCommandError)])
def test_an_upload_that_fails_does_not_hide_the_command(
    code: int, error: type[Exception], airflow_connection: SetConnection, s3: S3, bucket: str
) -> None:
    place = {"endpoint_url": s3.endpoint_url, "region_name": s3.region}
    airflow_connection("stranger", conn_type="aws", login=s3.access_key, password="wrong", extra=place)
    with pytest.raises(error):
        execute(command=f"exit {code}", stdout=f"s3://{bucket}/out", aws_conn_id="stranger")


def test_environment(monkeypatch: pytest.MonkeyPatch, aws_default: str, s3: S3, log: Log) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SECRET", "airflow-secret")
    monkeypatch.setenv("AIRFLOW_VAR_SECRET", "airflow-secret")
    monkeypatch.setenv("TOOL_HOME", "/opt/tool")
    command = "env | grep -c -i airflow || true; echo $TOOL_HOME $AWS_ACCESS_KEY_ID ${#AWS_SECRET_ACCESS_KEY} $AWS_ENDPOINT_URL"
    execute(command=command, aws_conn_id=aws_default)
    assert log.lines == ["0", f"/opt/tool {s3.access_key} {len(s3.secret_key)} {s3.endpoint_url}"]


CHILD = "sleep 1000 & echo $! > {0}/part; mv {0}/part {0}/child; wait"


def test_on_kill_ends_the_children(tmp_path: Path) -> None:
    task = ShellCommandActivityOperator(**ALWAYS, command=CHILD.format(tmp_path))
    with interrupted(tmp_path, task.on_kill), pytest.raises(CancelledError):
        task.execute({})
    assert_dead(tmp_path)


def test_a_command_that_ends_well_when_cancelled_publishes_nothing(
    tmp_path: Path, s3: S3, bucket: str, aws_default: str
) -> None:
    command = "touch $OUTPUT1_STAGING_DIR/half; trap 'exit 0' TERM; " + CHILD.format(tmp_path)
    output = [S3DataNode(directory_path=f"s3://{bucket}/out")]
    task = ShellCommandActivityOperator(
        task_id="Clean", command=command, stage=True, output=output, aws_conn_id=aws_default
    )
    with interrupted(tmp_path, task.on_kill), pytest.raises(CancelledError):
        task.execute({})
    assert_dead(tmp_path)
    assert s3.keys(bucket) == []


def test_the_output_s_key_of_kms(sns: Aws, airflow_connection: SetConnection) -> None:
    """On an emulator: the S3 server of the other tests has no KMS."""
    extra = {"endpoint_url": sns.endpoint_url, "region_name": "us-east-1"}
    airflow_connection("aws_default", conn_type="aws", login="any", password="any", extra=extra)
    client = sns.client("s3")
    client.create_bucket(Bucket="keys")
    ShellCommandActivityOperator(
        task_id="Clean",
        command='echo a; echo b >&2; echo c > "$OUTPUT1_STAGING_DIR/c"',
        stage=True,
        output=[S3DataNode(directory_path="s3://keys/staged", kms_key_id="alias/one")],
        stdout="s3://keys/out",
        stderr="s3://keys/err",
        kms_key_id="alias/two",
    ).execute({})
    for key, kms in (("staged/c", "alias/one"), ("out", "alias/two"), ("err", "alias/two")):
        head = client.head_object(Bucket="keys", Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", kms)


def test_a_timeout_ends_the_children(tmp_path: Path, s3: S3, bucket: str, aws_default: str) -> None:
    def time_out() -> None:
        raise AirflowTaskTimeout("too long")

    command = "echo begun; " + CHILD.format(tmp_path)
    task = ShellCommandActivityOperator(
        task_id="Clean", command=command, stdout=f"s3://{bucket}/out", aws_conn_id=aws_default
    )
    with interrupted(tmp_path, time_out), pytest.raises(AirflowTaskTimeout):
        task.execute({})
    assert_dead(tmp_path)
    assert s3.read(bucket, "out") == b"begun\n"
    task.on_kill()  # as Airflow does


def test_on_kill_before_the_command_has_started(tmp_path: Path) -> None:
    task = ShellCommandActivityOperator(**ALWAYS, command=f"touch {tmp_path}/ran")
    task.on_kill()
    with pytest.raises(CancelledError):
        task.execute({})
    assert not (tmp_path / "ran").exists()


def test_on_kill_while_the_command_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = ShellCommandActivityOperator(**ALWAYS, command="exec sleep 1000")
    start = process.ProcessGroup.__init__

    def start_and_be_cancelled(*arguments: Any) -> None:
        start(*arguments)
        task.on_kill()

    monkeypatch.setattr(process.ProcessGroup, "__init__", start_and_be_cancelled)
    with pytest.raises(CancelledError):
        task.execute({})


def test_in_a_dag(airflow_db: Path, s3: S3, bucket: str, aws_default: str) -> None:
    s3.client().put_object(Bucket=bucket, Key="raw/2026-03-01/1", Body=b"1\n")
    run = run_dag(
        airflow_db,
        f"""
        from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
        from datapipeline_provider.operators.shell_command_activity import ShellCommandActivityOperator
        from datapipeline_provider.timetables.anchored import AnchoredTimetable

        raw = S3DataNode(directory_path="s3://{bucket}/raw/{DAY}")
        with DAG(
            "DAG_ID",
            schedule=AnchoredTimetable("2026-03-01T00:00:00", "1 day"),
            start_date=pendulum.datetime(2026, 3, 1, tz="UTC"),
            params={{"codes": ["a", "b"]}},
        ) as dag:
            for task_id in ("Clean", "CleanAgain"):
                ShellCommandActivityOperator(
                    task_id=task_id,
                    command='cat "$INPUT1_STAGING_DIR"/1 > "$OUTPUT1_STAGING_DIR/$0-$1$2$3.csv"',
                    script_arguments=["{DAY}", dag.param("codes")],
                    stage=True,
                    input=[raw],
                    output=[S3DataNode(directory_path="s3://{bucket}/clean/{DAY}")],
                    stdout="s3://{bucket}/logs/{{{{ task.task_id }}}}",
                )
        """,
    )
    assert states(run) == {"Clean": "success", "CleanAgain": "success"}
    assert s3.keys(bucket, "clean") == [
        "clean/2026-03-01/Clean-2026-03-01ab.csv",
        "clean/2026-03-01/CleanAgain-2026-03-01ab.csv",
    ]
    assert s3.keys(bucket, "logs") == ["logs/Clean", "logs/CleanAgain"]


def test_rendering_leaves_a_shared_node_as_it_is() -> None:
    node = S3DataNode(directory_path="s3://b/{{ day }}")
    rendered: list[Any] = []
    for name, day in (("one", "monday"), ("two", "tuesday")):
        task = ShellCommandActivityOperator(task_id=name, command="true", input=[node], output=[node])
        context: Any = {"day": day}
        task.render_template_fields(context)
        rendered += [*task.input_nodes, *task.output_nodes]
    days = ["monday", "monday", "tuesday", "tuesday"]
    assert [each.directory_path for each in rendered] == [f"s3://b/{day}" for day in days]
    assert node.directory_path == "s3://b/{{ day }}"


def test_errors_are_the_providers_own() -> None:
    for error in (CommandArgumentError, ShellCommandError, OutputPathError, TransferError):
        assert issubclass(error, DatapipelineError)


@contextmanager
def interrupted(directory: Path, handle: Callable[[], None]) -> Iterator[None]:
    """Send this process a signal as soon as the command has its child; `handle` is the signal's handler."""

    def send() -> None:
        wait_until((directory / "child").exists, 20, "the command has started its child")
        kill(getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, lambda *_: handle())
    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        sender.join()
        signal.signal(signal.SIGUSR1, before)


def assert_dead(directory: Path) -> None:
    """The child is gone, or dead and not yet fetched by the process that inherited it."""
    stat = Path("/proc", (directory / "child").read_text().strip(), "stat")
    wait_until(
        lambda: not stat.exists() or stat.read_text().rsplit(")")[1].split()[0] == "Z", 5, "it is dead"
    )
