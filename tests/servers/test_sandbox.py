from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.process import LOOPBACK, free_ports, wait_until
from tests.servers.test_emr import add, bash, described, launch, step

if TYPE_CHECKING:
    from tests.servers.emr import Emr
    from tests.servers.sandbox import Sandbox


pytestmark = pytest.mark.long


@pytest.fixture
def cluster(emr: Emr, sandbox: Sandbox) -> str:
    """A cluster whose steps run in the sandbox; `s3://etl/` is there."""
    emr.sandbox = sandbox
    emr.aws.client("s3").create_bucket(Bucket="etl")
    return launch(emr)


# What a step tries, and whether it may.
TRIES = [
    ("echo 5 > ~/five && cat ~/five", True),
    ("echo 5 > /tmp/five && cat /tmp/five", True),
    ("echo 5 | aws s3 cp - s3://etl/five && aws s3 ls s3://etl/five", True),
    ("python3 -c 'print(1)'", True),
    ("echo x > /usr/x", False),
    ("echo x > /x", False),
    ("mount -t tmpfs none /mnt", False),
    ("chown root ~", False),
    ("exit 3", False),
]


@pytest.mark.parametrize(("command", "may"), TRIES)
def test_what_a_step_may_do(emr: Emr, cluster: str, command: str, may: bool) -> None:
    (step_id,) = add(emr, cluster, bash(command))
    state = emr.wait_step(cluster, step_id)
    assert state == ("COMPLETED" if may else "FAILED"), emr.log(cluster, f"steps/{step_id}/stderr")


def test_a_step_is_nobody_and_sees_nothing_else(emr: Emr, cluster: str) -> None:
    outside = Path(__file__)
    tell = (
        f"id -u; ls -A {Path.home()}; ls {outside}; ps -e 2> /dev/null | wc -l; ls /proc | grep -c '^[0-9]'"
    )
    (step_id,) = add(emr, cluster, bash(tell))
    emr.wait_step(cluster, step_id)
    user, *_, processes = emr.log(cluster, f"steps/{step_id}/stdout").split()
    assert user == ("65534" if os.geteuid() == 0 else "0")
    assert int(processes) <= 5
    assert str(outside) in emr.log(cluster, f"steps/{step_id}/stderr")


def test_no_other_port_is_reached(emr: Emr, cluster: str) -> None:
    other = free_ports(1)[0]
    with socket.create_server((LOOPBACK, other)):
        reach = "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {}))'"
        ids = add(emr, cluster, bash(reach.format(emr.aws.port)), bash(reach.format(other)))
        assert [emr.wait_step(cluster, each) for each in ids] == ["COMPLETED", "FAILED"]


def test_nothing_outlives_a_step(emr: Emr, cluster: str) -> None:
    (step_id,) = add(emr, cluster, bash("(while sleep 0.1; do date >> ~/alive; done) & sleep 0.5"))
    assert emr.wait_step(cluster, step_id) == "COMPLETED"
    file = emr.folder / cluster / "alive"
    size = file.stat().st_size
    with pytest.raises(TimeoutError):
        wait_until(lambda: file.stat().st_size > size, 1, "it goes on")


def test_a_step_is_cancelled(emr: Emr, cluster: str) -> None:
    (step_id,) = add(emr, cluster, bash("trap 'echo bye; exit' TERM; touch ~/begun; sleep 300 & wait"))
    wait_until((emr.folder / cluster / "begun").exists, 10, "begun")
    emr.aws.client("emr").cancel_steps(ClusterId=cluster, StepIds=[step_id])
    assert emr.wait_step(cluster, step_id) == "CANCELLED"
    assert emr.log(cluster, f"steps/{step_id}/stdout") == "bye\n"


def test_engines_run_there_too(engines: Emr, sandbox: Sandbox) -> None:
    engines.sandbox = sandbox
    engines.aws.client("s3").create_bucket(Bucket="etl")
    cluster = launch(engines)
    engines.aws.client("s3").put_object(Bucket="etl", Key="a", Body=b"1\n")
    good = step("command-runner.jar", "hadoop", "fs", "-cp", "s3://etl/a", "s3://etl/b")
    wrong = step("command-runner.jar", "hadoop", "fs", "-cp", "s3://etl/none", "s3://etl/c")
    ids = add(engines, cluster, good, wrong)
    assert [engines.wait_step(cluster, each) for each in ids] == ["COMPLETED", "FAILED"]
    assert "No such file" in described(engines, cluster, ids[1])["FailureDetails"]["Message"]
