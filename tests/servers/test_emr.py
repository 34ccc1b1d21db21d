from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.servers.emr import NO_SPOT
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from tests.servers.emr import Emr

pytestmark = pytest.mark.long

SCRIPTS = {
    "hello.sh": b'#!/bin/bash\necho "hello $1"\n',
    "shout.sh": b"#!/usr/bin/env python3\nimport sys\nprint(sys.argv[1].upper())\n",
    "plain.sh": b'echo "no first line says who runs it"\n',
    "three.sh": b"#!/bin/bash\necho gone wrong >&2\nexit 3\n",
    "mark.sh": b'echo "$1" >> ~/marks\n',
}
SCRIPT_RUNNER = "s3://eu-west-1.elasticmapreduce/libs/script-runner/script-runner.jar"


@pytest.fixture
def scripts(emr: Emr) -> None:
    """Scripts in `s3://etl/`."""
    s3 = emr.aws.client("s3")
    s3.create_bucket(Bucket="etl")
    for name, text in SCRIPTS.items():
        s3.put_object(Bucket="etl", Key=name, Body=text)


def launch(emr: Emr, **fields: Any) -> str:
    """Launch a cluster that stays, and give its id."""
    request: dict[str, Any] = {
        "Name": "nightly",
        "LogUri": "s3://etl/logs/",
        "ReleaseLabel": "emr-6.15.0",
        "ServiceRole": "service",
        "JobFlowRole": "instances",
        "Instances": {
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceGroups": [
                {"InstanceRole": "MASTER", "InstanceCount": 1, "InstanceType": "m5.xlarge"},
                {
                    "InstanceRole": "CORE",
                    "InstanceCount": 2,
                    "InstanceType": "m5.xlarge",
                    "Configurations": [{"Classification": "core-site", "Properties": {"a": "b"}}],
                },
            ],
        },
    }
    return str(emr.aws.client("emr").run_job_flow(**(request | fields))["JobFlowId"])


def step(jar: str, *arguments: str, name: str = "work", on_failure: str = "CONTINUE") -> dict[str, Any]:
    """Say what a step does, in the API's words."""
    return {
        "Name": name,
        "ActionOnFailure": on_failure,
        "HadoopJarStep": {"Jar": jar, "Args": list(arguments)},
    }


def bash(command: str, **fields: str) -> dict[str, Any]:
    """Say that a step runs a command of bash."""
    return step("command-runner.jar", "bash", "-c", command, **fields)


def add(emr: Emr, cluster: str, *steps: dict[str, Any]) -> list[str]:
    """Add steps, and give their ids."""
    return list(emr.aws.client("emr").add_job_flow_steps(JobFlowId=cluster, Steps=steps)["StepIds"])


def described(emr: Emr, cluster: str, step_id: str) -> dict[str, Any]:
    """Give the status of a step, as the API has it."""
    status = emr.aws.client("emr").describe_step(ClusterId=cluster, StepId=step_id)["Step"]["Status"]
    return {key: status[key] for key in ("State", "FailureDetails") if key in status}


def action(path: str, *arguments: str) -> dict[str, Any]:
    """Describe a bootstrap action."""
    return {"Name": path, "ScriptBootstrapAction": {"Path": path, "Args": list(arguments)}}


def reason(emr: Emr, cluster: str) -> tuple[str, str]:
    """Give a cluster's last state and the code of why it ended."""
    state = emr.wait(cluster)
    status = emr.aws.client("emr").describe_cluster(ClusterId=cluster)["Cluster"]["Status"]
    return state, status["StateChangeReason"]["Code"]


# What a step asks for, how it ends, and what is in its log files `stdout` and `stderr`.
RUNS = [
    (bash("echo out; echo err >&2"), "COMPLETED", "out\n", "err\n"),
    (bash("echo begun; exit 3"), "FAILED", "begun\n", ""),
    (step("command-runner.jar", "echo", "a b", "$HOME"), "COMPLETED", "a b $HOME\n", ""),
    (step(SCRIPT_RUNNER, "s3://etl/hello.sh", "you"), "COMPLETED", "hello you\n", ""),
    (step(SCRIPT_RUNNER, "s3n://etl/shout.sh", "you"), "COMPLETED", "YOU\n", ""),
    (step("script-runner.jar", "s3://etl/plain.sh"), "COMPLETED", "no first line says who runs it\n", ""),
    (step(SCRIPT_RUNNER, "s3://etl/three.sh"), "FAILED", "", "gone wrong\n"),
    (bash("echo 5 | aws s3 cp - s3://etl/five; aws s3 cp s3://etl/five -"), "COMPLETED", "5\n", ""),
]


@pytest.mark.parametrize(("asked", "state", "out", "err"), RUNS)
def test_a_step_is_run(
    emr: Emr, scripts: None, asked: dict[str, Any], state: str, out: str, err: str
) -> None:
    cluster = launch(emr)
    (step_id,) = add(emr, cluster, asked)
    assert emr.wait_step(cluster, step_id) == state
    assert emr.log(cluster, f"steps/{step_id}/stdout") == out
    assert emr.log(cluster, f"steps/{step_id}/stderr") == err


# What cannot be run here, and the word that says why.
NOT_TO_BE_HAD = [
    (step("command-runner.jar", "pig", "-f", "s3://etl/x.pig"), '"pig"'),
    (step("command-runner.jar", "sqoop", "import"), '"sqoop"'),
    (step("command-runner.jar", "s3-dist-cp", "--src", "s3://etl/"), '"s3-dist-cp"'),
    (step(SCRIPT_RUNNER, "s3://us-east-1.elasticmapreduce/libs/pig/pig-script", "-f", "x"), '"pig-script"'),
    (step(SCRIPT_RUNNER, "s3://etl/none.sh"), "404"),
    (step("s3://etl/none.jar", "x"), "404"),
    (step("/home/hadoop/none.jar"), "/home/hadoop/none.jar: no such file on this cluster"),
    (step("command-runner.jar"), "no command given"),
]


@pytest.mark.parametrize(("asked", "message"), NOT_TO_BE_HAD)
def test_what_is_not_to_be_had_fails_and_says_why(
    emr: Emr, scripts: None, asked: dict[str, Any], message: str
) -> None:
    cluster = launch(emr)
    (step_id,) = add(emr, cluster, asked)
    emr.wait_step(cluster, step_id)
    status = described(emr, cluster, step_id)
    assert status["State"] == "FAILED"
    assert message in status["FailureDetails"]["Message"]
    assert status["FailureDetails"]["LogFile"] == f"s3://etl/logs/{cluster}/steps/{step_id}/stderr.gz"
    assert message in emr.log(cluster, f"steps/{step_id}/stderr")


def test_steps_run_one_after_another_and_share_a_home(emr: Emr, scripts: None) -> None:
    cluster = launch(emr)
    ids = add(emr, cluster, bash("sleep 0.5; echo 1 > ~/one"), bash("cat ~/one"), bash("cat ~/two"))
    assert [emr.wait_step(cluster, each) for each in ids] == ["COMPLETED", "COMPLETED", "FAILED"]
    assert emr.wait(cluster, "WAITING") == "WAITING"


def test_steps_run_at_once_where_the_cluster_says_so(emr: Emr) -> None:
    cluster = launch(emr, StepConcurrencyLevel=2)
    waits = "until [ -e ~/{} ]; do sleep 0.05; done"
    first, second = add(emr, cluster, bash(waits.format("go")), bash("touch ~/go"))
    assert emr.wait_step(cluster, second) == "COMPLETED"
    assert emr.wait_step(cluster, first) == "COMPLETED"
    with pytest.raises(ClientError, match="ActionOnFailure must be CONTINUE"):
        add(emr, cluster, bash("true", on_failure="CANCEL_AND_WAIT"))


# What a failing step's ActionOnFailure does to the step behind it, to the cluster, and why that ended.
AFTER_FAILURE = [
    ("CONTINUE", "COMPLETED", "WAITING", None),
    ("CANCEL_AND_WAIT", "CANCELLED", "WAITING", None),
    ("TERMINATE_CLUSTER", "CANCELLED", "TERMINATED_WITH_ERRORS", "STEP_FAILURE"),
    ("TERMINATE_JOB_FLOW", "CANCELLED", "TERMINATED_WITH_ERRORS", "STEP_FAILURE"),
]


@pytest.mark.parametrize(("on_failure", "next_state", "state", "code"), AFTER_FAILURE)
def test_what_a_failing_step_does_to_the_others(
    emr: Emr, on_failure: str, next_state: str, state: str, code: str | None
) -> None:
    cluster = launch(emr)
    _, second = add(emr, cluster, bash("sleep 0.3; exit 1", on_failure=on_failure), bash("true"))
    assert emr.wait_step(cluster, second) == next_state
    emr.wait(cluster, state)
    if code:
        assert reason(emr, cluster) == (state, code)


# Steps of a cluster that is not kept, how it ends and why.
NOT_KEPT: list[tuple[list[dict[str, Any]], str, str]] = [
    ([], "TERMINATED", "ALL_STEPS_COMPLETED"),
    ([bash("sleep 0.2")], "TERMINATED", "ALL_STEPS_COMPLETED"),
    ([bash("exit 1")], "TERMINATED", "ALL_STEPS_COMPLETED"),
    ([bash("exit 1", on_failure="TERMINATE_CLUSTER")], "TERMINATED_WITH_ERRORS", "STEP_FAILURE"),
]


@pytest.mark.parametrize(("steps", "state", "code"), NOT_KEPT)
def test_a_cluster_that_is_not_kept_ends_after_its_steps(
    emr: Emr, steps: list[dict[str, Any]], state: str, code: str
) -> None:
    instances = {"MasterInstanceType": "m5.xlarge", "InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": False}
    assert reason(emr, launch(emr, Instances=instances, Steps=steps)) == (state, code)


def test_bootstrap_actions_run_in_order_before_the_steps(emr: Emr, scripts: None) -> None:
    actions = [action("s3://etl/mark.sh", "1"), action("s3://etl/mark.sh", "a,b")]
    cluster = launch(emr, BootstrapActions=actions, Steps=[bash("cat ~/marks")])
    (step_id,) = (each["Id"] for each in emr.aws.client("emr").list_steps(ClusterId=cluster)["Steps"])
    assert emr.wait_step(cluster, step_id) == "COMPLETED"
    assert emr.log(cluster, f"steps/{step_id}/stdout") == "1\na,b\n"


@pytest.mark.parametrize("path", ["s3://etl/three.sh", "s3://etl/none.sh", "/home/hadoop/none.sh"])
def test_a_failing_bootstrap_action_ends_the_cluster(emr: Emr, scripts: None, path: str) -> None:
    cluster = launch(emr, BootstrapActions=[action(path)], Steps=[bash("true")])
    assert reason(emr, cluster) == ("TERMINATED_WITH_ERRORS", "BOOTSTRAP_FAILURE")
    assert emr.steps(cluster) == {"work": "CANCELLED"}


def test_termination_kills_what_runs_and_ends_the_instances(emr: Emr) -> None:
    cluster = launch(emr)
    running, waiting = add(emr, cluster, bash("echo $$ > ~/pid; sleep 300 & wait"), bash("true"))
    file = emr.folder / cluster / "pid"
    wait_until(lambda: file.is_file() and bool(file.read_text()), 10, "begun")
    emr.aws.client("emr").terminate_job_flows(JobFlowIds=[cluster])
    assert reason(emr, cluster) == ("TERMINATED", "USER_REQUEST")
    assert not psutil.pid_exists(int(file.read_text()))
    assert [described(emr, cluster, each)["State"] for each in (running, waiting)] == [
        "INTERRUPTED",
        "CANCELLED",
    ]
    reservations = emr.aws.client("ec2").describe_instances()["Reservations"]
    states = [each["State"]["Name"] for one in reservations for each in one["Instances"]]
    assert states == ["terminated"] * 3
    with pytest.raises(ClientError, match="may not be modified"):
        add(emr, cluster, bash("true"))


def test_a_protected_cluster_is_not_terminated(emr: Emr) -> None:
    client = emr.aws.client("emr")
    cluster = launch(emr)
    client.set_termination_protection(JobFlowIds=[cluster], TerminationProtected=True)
    with pytest.raises(ClientError, match="termination protected"):
        client.terminate_job_flows(JobFlowIds=[cluster])
    emr.wait(cluster, "WAITING")


# The step's command, the release, how it is cancelled, the answer's status, and the state it comes to.
CANCELS = [
    ("exec sleep 300", "emr-6.15.0", "SEND_INTERRUPT", "SUBMITTED", "CANCELLED"),
    ("trap '' TERM; echo $$ > ~/pid; sleep 300", "emr-5.28.0", "TERMINATE_PROCESS", "SUBMITTED", "CANCELLED"),
    ("exec sleep 1", "emr-5.27.0", "SEND_INTERRUPT", "FAILED", "COMPLETED"),
]


@pytest.mark.parametrize(("command", "release", "option", "status", "state"), CANCELS)
def test_a_step_is_cancelled(
    emr: Emr, command: str, release: str, option: str, status: str, state: str
) -> None:
    cluster = launch(emr, ReleaseLabel=release)
    running, waiting, last = add(emr, cluster, bash(command), bash("touch ~/done"), bash("true"))
    emr.wait_step(cluster, running, "RUNNING")
    cancelled = emr.aws.client("emr").cancel_steps(
        ClusterId=cluster, StepIds=[running, waiting], StepCancellationOption=option
    )
    assert [each["Status"] for each in cancelled["CancelStepsInfoList"]] == [status, "SUBMITTED"]
    assert emr.wait_step(cluster, running) == state
    assert [emr.wait_step(cluster, each) for each in (waiting, last)] == ["CANCELLED", "COMPLETED"]
    assert not (emr.folder / cluster / "done").exists()


def test_a_step_that_does_not_mind_the_interrupt_goes_on(emr: Emr) -> None:
    cluster = launch(emr)
    (stubborn,) = add(emr, cluster, bash("trap '' TERM; echo $$ > ~/pid; sleep 300"))
    wait_until((emr.folder / cluster / "pid").exists, 10, "begun")
    emr.aws.client("emr").cancel_steps(ClusterId=cluster, StepIds=[stubborn])
    time.sleep(0.3)
    assert described(emr, cluster, stubborn)["State"] == "CANCEL_PENDING"


def test_an_application_that_was_not_asked_for_is_not_there(emr: Emr) -> None:
    emr.programs = {"hive": emr.folder / "programs"}
    emr.programs["hive"].mkdir()
    program = emr.programs["hive"] / "hive"
    program.write_text("#!/bin/sh\necho a hive\n")
    program.chmod(0o755)
    runs = step("command-runner.jar", "hive")
    for fields, state in (
        ({"Applications": [{"Name": "Hive"}]}, "COMPLETED"),
        ({"Applications": [{"Name": "Spark"}]}, "FAILED"),
    ):
        cluster = launch(emr, **fields)
        assert emr.wait_step(cluster, *add(emr, cluster, runs)) == state


def test_a_cluster_that_does_not_start(emr: Emr) -> None:
    emr.failures.append(NO_SPOT)
    assert reason(emr, launch(emr)) == ("TERMINATED_WITH_ERRORS", "INSTANCE_FAILURE")
    assert emr.wait(launch(emr), "WAITING") == "WAITING"


def test_a_node_that_breaks_down(emr: Emr) -> None:
    cluster = launch(emr)
    (running,) = add(emr, cluster, bash("sleep 300"))
    emr.wait_step(cluster, running, "RUNNING")
    emr.break_down(cluster)
    assert reason(emr, cluster) == ("TERMINATED_WITH_ERRORS", "INSTANCE_FAILURE")


def test_a_cluster_is_found_by_its_state(emr: Emr) -> None:
    client = emr.aws.client("emr")
    emr.start_seconds = 300
    starting = launch(emr)
    emr.start_seconds = 0
    waiting = launch(emr)
    emr.wait(waiting, "WAITING")
    for states, found in (
        (["STARTING"], [starting]),
        (["WAITING", "RUNNING"], [waiting]),
        (["TERMINATED"], []),
    ):
        assert [each["Id"] for each in client.list_clusters(ClusterStates=states)["Clusters"]] == found
    client.terminate_job_flows(JobFlowIds=[starting])
    assert reason(emr, starting) == ("TERMINATED", "USER_REQUEST")


# An operation, its parameters, and what the refusal says.
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("describe_cluster", {"ClusterId": "j-NONE"}, "Cluster id 'j-NONE' is not valid"),
    ("terminate_job_flows", {"JobFlowIds": ["j-NONE"]}, "job flow ID not valid"),
    ("add_job_flow_steps", {"JobFlowId": "j-NONE", "Steps": [bash("true")]}, "job flow ID not valid"),
    ("list_steps", {"ClusterId": "j-NONE"}, "Cluster id 'j-NONE' is not valid"),
    ("cancel_steps", {"ClusterId": "j-NONE", "StepIds": ["s-NONE"]}, "Cluster id 'j-NONE' is not valid"),
    ("run_job_flow", {"Name": "x", "Instances": {}, "ReleaseLabel": "emr-5"}, "release label is invalid"),
]


@pytest.mark.parametrize(("operation", "parameters", "message"), REFUSED)
def test_a_call_is_refused(emr: Emr, operation: str, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        getattr(emr.aws.client("emr"), operation)(**parameters)


def test_an_answer_is_lost_after_the_work(emr: Emr) -> None:
    emr.aws.faults.lose_answer("RunJobFlow")
    with pytest.raises(ConnectionClosedError):
        emr.aws.client("emr", attempts=1).run_job_flow(Name="x", Instances={}, ReleaseLabel="emr-6.15.0")
    assert len(emr.states()) == 1


def test_the_client_asks_again_by_itself_and_there_are_two(emr: Emr) -> None:
    emr.aws.faults.lose_answer("RunJobFlow")
    answered = launch(emr)
    assert len(emr.states()) == 2
    assert answered in emr.states()


def test_the_service_is_away_for_a_while_and_loses_nothing(emr: Emr) -> None:
    cluster = launch(emr)
    (step_id,) = add(emr, cluster, bash("sleep 0.3"))
    client = emr.aws.client("emr", attempts=1)
    emr.aws.faults.unavailable(1.0, "elasticmapreduce")
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        client.describe_step(ClusterId=cluster, StepId=step_id)
    emr.aws.client("s3").create_bucket(Bucket="another-service")
    time.sleep(1.0)
    assert described(emr, cluster, step_id) == {"State": "COMPLETED"}


def test_a_call_is_refused_as_often_as_ordered(emr: Emr) -> None:
    emr.aws.faults.refuse("RunJobFlow", "ThrottlingException", "Rate exceeded", times=2)
    client = emr.aws.client("emr", attempts=1)
    request: dict[str, Any] = {"Name": "x", "Instances": {}, "ReleaseLabel": "emr-6.15.0"}
    for _ in range(2):
        with pytest.raises(ClientError, match="Rate exceeded"):
            client.run_job_flow(**request)
    client.run_job_flow(**request)
    assert emr.aws.faults.names("elasticmapreduce") == ["RunJobFlow"] * 3
    assert len(emr.states()) == 1
