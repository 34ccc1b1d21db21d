"""A command runs on the machine that another task has launched; whatever happens, none is left running."""

from __future__ import annotations

import getpass
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider._compat import AirflowFailException
from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.ec2.errors import Ec2Error, Ec2FailError, MachineExpiredError
from datapipeline_provider.exceptions import CancelledError
from datapipeline_provider.operators.ec2_resource import CreateEc2ResourceOperator
from datapipeline_provider.operators.shell_command_activity import CommandArgumentError, ShellCommandError
from datapipeline_provider.operators.shell_command_on_ec2 import ShellCommandOnEc2Operator

from tests.provider.dag_files import run_dag, states
from tests.provider.operators.machines import Log, Ti, hurry
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.servers.ec2 import Ec2


pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


ME = getpass.getuser()  # nobody else is to be had on each machine that runs these tests


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    recorded = Log()
    monkeypatch.setattr(ShellCommandOnEc2Operator, "log", recorded)
    return recorded


def launched(retries: int = 2, **arguments: Any) -> dict[str, Any]:
    operator = CreateEc2ResourceOperator(
        task_id="create_box", retries=retries, image_id="ami-12c6146b", **arguments
    )
    return operator.execute({"ti": Ti("create_box")})  # type: ignore[typeddict-item]


def execute(pushed: Any, ti: Ti | None = None, **arguments: Any) -> None:
    ti = ti or Ti("Clean")
    ti.pushed = {"create_box": pushed}
    operator(**arguments).execute({"ti": ti})  # type: ignore[typeddict-item]


def operator(**arguments: Any) -> ShellCommandOnEc2Operator:
    given = {
        "task_id": "Clean",
        "instance": "create_box",
        "poke_interval": 0.1,
        "remote_user": ME,
        **arguments,
    }
    return ShellCommandOnEc2Operator(**given)


def meanwhile(ec2: Ec2, action: Callable[[], object]) -> threading.Thread:
    """Do something as soon as a command runs."""

    def act() -> None:
        wait_until(lambda: any(each.status == "InProgress" for each in ec2.commands), 30, "a command runs")
        action()

    thread = threading.Thread(target=act)
    thread.start()
    return thread


def statuses(ec2: Ec2) -> list[str]:
    return [each.status for each in ec2.commands]


def test_commands(ec2: Ec2, log: Log) -> None:
    pushed = launched()
    command = 'echo $# "$1"; echo problem >&2; echo $AWS_REGION'
    execute(pushed, command=command, script_arguments=["a b", [None, 3]])
    assert log.lines[-3:] == ["2 a b", "us-east-1", "stderr: problem"]
    with pytest.raises(CommandArgumentError, match="empty after rendering"):
        execute(pushed, command=" ")


def test_failure(ec2: Ec2) -> None:
    ec2.aws.client("s3").create_bucket(Bucket="logs")
    pushed = launched()
    for code in (1, 99, 194):
        with pytest.raises(ShellCommandError) as caught:
            execute(pushed, command=f"exit {code}", stdout="s3://logs/")
        assert str(caught.value) == (
            f"Clean: the command ended with exit code {code}, not with 0. "
            "Its output is in this task's log, s3://logs/stdout."
        )


def test_staging(ec2: Ec2) -> None:
    s3 = ec2.aws.client("s3")
    s3.create_bucket(Bucket="etl")
    s3.put_object(Bucket="etl", Key="in/a", Body=b"A")
    execute(
        launched(),
        command="tr A B < $INPUT1_STAGING_DIR/a > $OUTPUT1_STAGING_DIR/b; echo told",
        stage=True,
        input=[S3DataNode(directory_path="s3://etl/in")],
        output=[S3DataNode(directory_path="s3://etl/out", kms_key_id="alias/k")],
        stdout="s3://etl/logs/out.txt",
    )
    stored = s3.get_object(Bucket="etl", Key="out/b")
    assert (stored["Body"].read(), stored["SSEKMSKeyId"]) == (b"B", "alias/k")
    assert s3.get_object(Bucket="etl", Key="logs/out.txt")["Body"].read() == b"told\n"


def test_an_input_that_there_is_not(ec2: Ec2) -> None:
    pushed = launched()
    node = S3DataNode(file_path="s3://etl/in/a")
    said = (
        f"Clean: on instance {pushed['instance_id']}: s3://etl/in/a .input 1. was not copied to this machine."
    )
    with pytest.raises(Ec2Error, match=said):
        execute(pushed, command="echo", stage=True, input=[node])


def test_a_script_in_s3(ec2: Ec2, log: Log) -> None:
    s3 = ec2.aws.client("s3")
    s3.create_bucket(Bucket="etl")
    s3.put_object(Bucket="etl", Key="run.sh", Body=b"#!/bin/bash -e\necho $1\nfalse\necho not reached")
    pushed = launched()
    with pytest.raises(ShellCommandError, match="exit code 1"):
        execute(pushed, script_uri="s3://etl/run.sh", script_arguments=["x"])
    assert "x" in log.lines
    assert "not reached" not in log.lines


def test_much_output(ec2: Ec2, log: Log) -> None:
    execute(launched(), command="seq 20000")
    assert log.lines[-1] == "20000"
    assert "[the first 85894 of 108894 bytes are left out]" in log.lines


def test_a_user_that_there_is_not(ec2: Ec2) -> None:
    with pytest.raises(Ec2Error, match="there is no user hadoop on this machine"):
        execute(launched(), command="echo", remote_user="hadoop")


def test_a_task_that_is_killed_ends_its_command(ec2: Ec2, tmp_path: Path) -> None:
    pushed, task = launched(), operator(command=f"sleep 60; touch {tmp_path}/done")
    thread = meanwhile(ec2, task.on_kill)
    with pytest.raises(CancelledError):
        task.execute({"ti": Ti("Clean", pushed={"create_box": pushed})})  # type: ignore[typeddict-item]
    thread.join()
    wait_until(lambda: statuses(ec2) == ["Cancelled"], 10, "cancelled")


def test_a_further_try_ends_what_an_earlier_one_has_left_running(ec2: Ec2) -> None:
    pushed = launched()
    task = operator(command="sleep 60")

    def lose() -> None:
        with pytest.raises(Ec2Error):
            task.execute({"ti": Ti("Clean", pushed={"create_box": pushed})})  # type: ignore[typeddict-item]

    thread = threading.Thread(target=lose)
    thread.start()  # which is what a worker is that nobody hears of any more
    wait_until(lambda: statuses(ec2) == ["InProgress"], 30, "runs")
    other = Ti("Other", try_number=2)
    execute(pushed, other, task_id="Other", command="true")
    assert statuses(ec2) == ["InProgress", "Success"]  # another task's is left alone
    execute(pushed, Ti("Clean", try_number=2), command="true")
    assert statuses(ec2) == ["Cancelled", "Success", "Success"]
    thread.join()


def test_the_answer_to_sending_is_lost(ec2: Ec2, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datapipeline_provider.hooks.ssm._PAUSE_SECONDS", 0.1)
    pushed = launched()
    ec2.aws.faults.lose_answer("SendCommand")
    execute(pushed, command="true")
    assert statuses(ec2) == ["Success"]  # it ran once


def test_aws_fails_for_a_while(ec2: Ec2) -> None:
    pushed = launched()
    thread = meanwhile(ec2, lambda: ec2.aws.faults.unavailable(5, "ssm"))
    execute(pushed, command="sleep 2")
    thread.join()


LOST: list[Any] = [("retrynone", 2), ("retryall", 0)]


@pytest.mark.parametrize(("action", "retries"), LOST)
def test_a_machine_that_is_lost(action: str, retries: int, ec2: Ec2) -> None:
    pushed = launched(retries, action_on_resource_failure=action)
    thread = meanwhile(ec2, lambda: ec2.break_down(pushed["instance_id"]))
    with pytest.raises(
        AirflowFailException, match=f"Instance {pushed['instance_id']} is terminated.* not replaced"
    ):
        execute(pushed, command="sleep 60")
    thread.join()
    assert list(ec2.states().values()) == ["terminated"]


def test_a_machine_that_is_lost_is_replaced_for_all(ec2: Ec2, tmp_path: Path) -> None:
    pushed = launched(action_on_resource_failure="retryall", spot_bid_price="0.1")
    first = pushed["instance_id"]
    thread = meanwhile(ec2, lambda: ec2.break_down(first))
    # the second time it is there already
    execute(pushed, command=f"[ -e {tmp_path}/f ] || {{ touch {tmp_path}/f; sleep 60; }}")
    thread.join()
    execute(pushed, Ti("Other"), task_id="Other", command="true")
    assert list(ec2.states().values()) == ["terminated", "running"]
    second = next(each for each in ec2.states() if each != first)
    assert [each.instance_id for each in ec2.commands] == [first, second, second]
    ec2.break_down(second)
    execute(pushed, Ti("Third"), task_id="Third", command="true")
    markets = [request.get("InstanceMarketOptions.MarketType", ["on demand"])[0] for request in ec2.requests]
    assert markets == ["spot", "spot", "on demand"]
    ec2.break_down(next(each for each, state in ec2.states().items() if state == "running"))
    with pytest.raises(Ec2FailError, match="not replaced"):
        execute(pushed, Ti("Last"), task_id="Last", command="true")
    assert set(ec2.states().values()) == {"terminated"}


def test_a_machine_whose_life_is_over(ec2: Ec2) -> None:
    pushed = launched(terminate_after=timedelta(seconds=4), action_on_resource_failure="retryall")
    with pytest.raises(MachineExpiredError, match=r"its longest life, 0:00:04 .terminateAfter., is over"):
        execute(pushed, command="sleep 60")
    assert ec2.states() == {pushed["instance_id"]: "terminated"}
    with pytest.raises(MachineExpiredError):
        execute(pushed, Ti("Other"), task_id="Other", command="true")


ENDS: list[Any] = [
    # action, try, state of the machine after a failure
    ("continue", 3, "running"),
    ("terminate", 1, "running"),
    ("terminate", 3, "terminated"),
]


@pytest.mark.parametrize(("action", "number", "state"), ENDS)
def test_what_a_failed_task_does_to_the_machine(action: str, number: int, state: str, ec2: Ec2) -> None:
    pushed = launched(action_on_task_failure=action)
    with pytest.raises(ShellCommandError):
        execute(pushed, Ti("Clean", try_number=number), command="exit 1")
    assert ec2.states() == {pushed["instance_id"]: state}


def test_no_machine_was_launched(ec2: Ec2) -> None:
    with pytest.raises(Ec2FailError, match="'create_box', which launches the machine, has launched none"):
        execute(None, command="true")


DAG = """
    from datapipeline_provider.operators.ec2_resource import *
    from datapipeline_provider.operators.shell_command_on_ec2 import ShellCommandOnEc2Operator
    from airflow.providers.standard.operators.empty import EmptyOperator
    with DAG("DAG_ID", schedule=None, start_date=pendulum.datetime(2026, 1, 1)) as dag:
        create = CreateEc2ResourceOperator(task_id="create", instance_type="t3.{{{{ 'micro' }}}}")
        work = ShellCommandOnEc2Operator(
            task_id="work", instance="create", command="{command}", deferrable={deferrable}, poke_interval=0.2, remote_user="{me}",
            retries=1, retry_delay=timedelta(seconds=0), execution_timeout={limit},
        )
        terminate = TerminateEc2ResourceOperator(task_id="terminate", instance="create")
        create >> work >> [terminate, EmptyOperator(task_id="work_done")]
        terminate.as_teardown(setups=create, on_failure_fail_dagrun=True)
"""
RUNS: list[Any] = [
    # command, limit, state of the run, of the work, statuses of its commands
    ("sleep 1; echo {{ dag_run.run_id }}", "None", "success", "success", ["Success"]),
    ("exit 3", "None", "failed", "failed", ["Failed", "Failed"]),
    ("sleep 60", "timedelta(seconds=2)", "failed", "failed", ["Cancelled", "Cancelled"]),
]


# A run in a test has no scheduler that ends what waits in the triggerer when its time is over.
DEFERRED = [case for case in RUNS if case[1] == "None"]


@pytest.mark.parametrize(
    ("command", "limit", "run_state", "state", "commands", "deferrable"),
    [*((*case, False) for case in RUNS), *((*case, True) for case in DEFERRED)],
)
def test_in_a_run(
    command: str,
    limit: str,
    run_state: str,
    state: str,
    commands: list[str],
    deferrable: bool,
    ec2: Ec2,
    airflow_db: Path,
) -> None:
    run = run_dag(airflow_db, DAG.format(command=command, deferrable=deferrable, limit=limit, me=ME))
    after = "success" if state == "success" else "upstream_failed"
    assert (str(run.state), states(run)) == (
        run_state,
        {"create": "success", "work": state, "terminate": "success", "work_done": after},
    )
    wait_until(lambda: statuses(ec2) == commands, 10, "ended")
    assert list(ec2.states().values()) == ["terminated"]
    assert ec2.instance(next(iter(ec2.states())))["InstanceType"] == "t3.micro"
