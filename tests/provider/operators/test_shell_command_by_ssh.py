"""A command runs on a host by SSH; whatever happens, nothing of it is left running there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("airflow.providers.ssh", reason="the extra `ssh` is not installed")

from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.operators.shell_command_activity import CommandArgumentError, ShellCommandError
from datapipeline_provider.operators.shell_command_by_ssh import RemoteError, ShellCommandBySshOperator
from datapipeline_provider.shell.by_ssh import CancelledError, SshError

from tests.provider.dag_files import run_dag, states
from tests.provider.operators.machines import Log, Ti
from tests.servers import sshd as sshd_server
from tests.servers.machine import put_amazon_programs
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import SetConnection
    from tests.servers.seaweedfs import S3

pytestmark = pytest.mark.long


@pytest.fixture
def host(tmp_path: Path, airflow_connection: SetConnection) -> Iterator[sshd_server.Sshd]:
    """A host with the AWS CLI, to which the connection `etl` leads."""
    programs, home = put_amazon_programs(tmp_path / "programs"), tmp_path / "home"
    home.mkdir()
    (home / "tmp").mkdir()
    env = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "NO_PROXY": "127.0.0.1",
    }
    with sshd_server.run(home, env) as server:
        airflow_connection("etl", **server.connection)
        yield server
        assert list((home / "tmp").iterdir()) == []  # nothing is left there


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    recorded = Log()
    monkeypatch.setattr(ShellCommandBySshOperator, "log", recorded)
    return recorded


def operator(**arguments: Any) -> ShellCommandBySshOperator:
    given = {"task_id": "Clean", "ssh_conn_id": "etl", "aws_conn_id": None, **arguments}
    return ShellCommandBySshOperator(**given)


def execute(**arguments: Any) -> None:
    operator(**arguments).execute({"ti": Ti("Clean")})  # type: ignore[typeddict-item]


def running(word: str) -> list[str]:
    """Give the processes of this machine with a word in their command lines."""
    found = subprocess.run(["pgrep", "-f", word], capture_output=True, text=True, check=False)
    return found.stdout.split()


COMMANDS: list[Any] = [
    ("echo one; echo two >&2", [], ["one", "stderr: two"]),
    ('echo $# "[$1]" $0', ["a b"], ["1 [a b] Clean"]),
    ("f=a.b; echo ${f//./-}; ls -A | wc -l", [], ["a-b", "0"]),
    ("seq 30000 | tail -1; cat", [], ["30000"]),
]


@pytest.mark.parametrize(("command", "arguments", "lines"), COMMANDS)
def test_commands(
    command: str, arguments: list[str], lines: list[str], host: sshd_server.Sshd, log: Log
) -> None:
    execute(command=command, script_arguments=arguments)
    assert sorted(log.lines) == sorted(lines)


@pytest.mark.parametrize("code", [1, 99, 194, 255])
def test_failure(code: int, host: sshd_server.Sshd) -> None:
    with pytest.raises(ShellCommandError, match=f"exit code {code}, not with 0"):
        execute(command=f"exit {code}")


def test_nothing_left_after_rendering(host: sshd_server.Sshd) -> None:
    with pytest.raises(CommandArgumentError):
        execute(command=" ")


def test_output_comes_as_it_is_written(host: sshd_server.Sshd, log: Log) -> None:
    task = operator(command="echo first; sleep 30; echo second")
    thread = threading.Thread(target=lambda: _expect(CancelledError, task))
    thread.start()
    wait_until(lambda: "first" in log.lines, 10, "printed")
    task.on_kill()
    thread.join()
    assert "second" not in log.lines


def _expect(kind: type[Exception], task: ShellCommandBySshOperator) -> None:
    with pytest.raises(kind):
        task.execute({"ti": Ti("Clean")})  # type: ignore[typeddict-item]


def test_staging(host: sshd_server.Sshd, s3: S3, bucket: str, aws_default: str) -> None:
    s3.client().put_object(Bucket=bucket, Key="in/a", Body=b"A")
    execute(
        command="tr A B < $INPUT1_STAGING_DIR/a > $OUTPUT1_STAGING_DIR/b; echo told; exit $1",
        script_arguments=["0"],
        stage=True,
        input=[S3DataNode(directory_path=f"s3://{bucket}/in")],
        output=[S3DataNode(directory_path=f"s3://{bucket}/out")],
        stdout=f"s3://{bucket}/logs/",
        aws_conn_id=aws_default,
    )
    read = {
        key: s3.client().get_object(Bucket=bucket, Key=key)["Body"].read() for key in ("out/b", "logs/stdout")
    }
    assert read == {"out/b": b"B", "logs/stdout": b"told\n"}
    assert not any(s3.secret_key in command for command in host.commands)


def test_an_input_that_there_is_not(host: sshd_server.Sshd, bucket: str, aws_default: str) -> None:
    node = S3DataNode(file_path=f"s3://{bucket}/nothing")
    said = f"Clean: on the host of 'etl': s3://{bucket}/nothing .input 1. was not copied to this machine."
    with pytest.raises(RemoteError, match=said):
        execute(command="echo", stage=True, input=[node], aws_conn_id=aws_default)


def test_a_task_that_is_killed_leaves_nothing(host: sshd_server.Sshd) -> None:
    # in the background, in a session of its own, and deaf to SIGTERM
    command = "setsid sleep 7731 & (trap '' TERM; sleep 7732; sleep 7733) & sleep 7734"
    task = operator(command=command)
    thread = threading.Thread(target=lambda: _expect(CancelledError, task))
    thread.start()
    wait_until(lambda: all(running(f"^sleep {n}") for n in (7731, 7732, 7734)), 20, "runs")
    task.on_kill()
    thread.join()
    assert [running(f"^sleep {n}") for n in (7731, 7732, 7733, 7734)] == [[], [], [], []]
    for each in (host.folder / "tmp").iterdir():  # of what had to be killed
        subprocess.run(["rm", "-r", str(each)], check=True)


def test_a_further_try_ends_what_an_earlier_one_has_left(host: sshd_server.Sshd, tmp_path: Path) -> None:
    """The worker is killed, so that nobody ends the command; the host lets it go on."""
    code = (
        "from tests.provider.operators.machines import Ti\n"
        "from datapipeline_provider.operators.shell_command_by_ssh import *\n"
        "task = ShellCommandBySshOperator(task_id='Clean', ssh_conn_id='etl', aws_conn_id=None, command='sleep 7741')\n"
        "task.execute({'ti': Ti('Clean')})\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[3]) as worker:
        wait_until(lambda: bool(running("^sleep 7741")), 60, "runs")
        os.kill(worker.pid, signal.SIGKILL)
    assert running("^sleep 7741")
    execute(command="true")
    assert not running("^sleep 7741")


def test_the_connection_is_lost(host: sshd_server.Sshd) -> None:
    task = operator(command="sleep 7751")
    thread = threading.Thread(target=lambda: _expect(SshError, task))
    thread.start()
    wait_until(lambda: bool(running("^sleep 7751")), 20, "runs")
    host.drop()
    thread.join()
    assert not running("^sleep 7751")


def test_a_host_that_cannot_be_reached(airflow_connection: SetConnection) -> None:
    airflow_connection("etl", conn_type="ssh", host="127.0.0.1", port=1, login="x", extra={"conn_timeout": 1})
    with pytest.raises(SshError, match="The host of the connection 'etl' cannot be worked on"):
        execute(command="true")


DAG = """
    from datapipeline_provider.operators.shell_command_by_ssh import ShellCommandBySshOperator
    with DAG("DAG_ID", schedule=None, start_date=pendulum.datetime(2026, 1, 1)) as dag:
        ShellCommandBySshOperator(
            task_id="work", ssh_conn_id="etl", aws_conn_id=None, command="{command}",
            retries=1, retry_delay=timedelta(seconds=0), execution_timeout=timedelta(seconds=4),
        )
"""


@pytest.mark.parametrize(
    ("command", "state"), [("echo {{ ds }}", "success"), ("exit 3", "failed"), ("sleep 7761", "failed")]
)
def test_in_a_run(command: str, state: str, host: sshd_server.Sshd, airflow_db: Path) -> None:
    run = run_dag(airflow_db, DAG.format(command=command))
    assert (str(run.state), states(run)) == (state, {"work": state})
    assert not running("^sleep 7761")
