"""Activities on a cluster: their steps really run, in order, are cancelled when they should be, and outlive their cluster."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider._compat import AirflowFailException, TaskDeferralError, TaskDeferred
from datapipeline_provider.emr.errors import EmrError, EmrFailError
from datapipeline_provider.emr.shell_script_config import ShellScriptConfig
from datapipeline_provider.exceptions import CancelledError
from datapipeline_provider.operators._emr_steps import ClusterGoneError, StepFailedError
from datapipeline_provider.operators.emr_activity import EmrActivityOperator

from tests.provider.operators.emr_runs import OVERRIDES, Tries
from tests.servers.emr import End
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from tests.servers.emr import Emr

DEATH = End("INSTANCE_FAILURE", "The master node was terminated.")


def shell(text: str) -> str:
    """Write a step for a shell command without commas."""
    return f"command-runner.jar,bash,-c,{text}"


def work(tries: Tries, *steps: str, task_id: str = "work", **fields: Any) -> Any:
    """Make an activity on the cluster of the run."""
    return tries.task(
        EmrActivityOperator, task_id, **{"cluster": "create", "steps": steps, "log_wait": 5.0, **fields}
    )


def begun(tries: Tries, **fields: Any) -> str:
    """Launch the cluster of the run."""
    return str(tries.run(tries.create(**fields)))


def meanwhile(action: Any) -> threading.Thread:
    """Do something while a task runs."""
    thread = threading.Thread(target=action)
    thread.start()
    return thread


def waits_for(emr: Emr, cluster_id: str, name: str) -> None:
    """Wait until a step whose name has a text in it runs."""
    wait_until(
        lambda: any(name in step and state == "RUNNING" for step, state in emr.steps(cluster_id).items()),
        30,
        name,
    )


def test_all_run_in_order(either: Tries, emr: Emr, tmp_path: Path) -> None:
    out = tmp_path / "out"
    cluster_id = begun(either)
    emr.aws.client("s3").put_object(Bucket="logs", Key="x.sh", Body=f'echo "$1|$2" >> {out}'.encode())
    fields = {
        "pre_script": ShellScriptConfig("s3://logs/x.sh", ["before", ["a, b", None]]),
        "post_script": ShellScriptConfig("s3://logs/x.sh", ["after"]),
        "pre_step_commands": [f"echo one, two >> {out}"],
        "post_step_commands": [f"echo last >> {out}", ["", f"echo of all >> {out}"]],
    }
    steps = [
        shell(rf"echo $0\,$1 >> {out}, three\,four , five six "),
        [shell(f"echo seven >> {out}"), None, ""],
    ]
    either.run(work(either, *steps, **fields))
    assert out.read_text().splitlines() == [
        "before|a, b",
        "one, two",
        "three,four,five six",
        "seven",
        "last",
        "of all",
        "after|",
    ]
    assert list(emr.steps(cluster_id)) == [
        f"nightly.work.run 1 try 1: {n}/7 {name}"
        for n, name in enumerate(
            [
                "pre_script",
                "pre-step command 1",
                "step 1",
                "step 2",
                "post-step command 1",
                "post-step command 2",
                "post_script",
            ],
            1,
        )
    ]


def test_nothing_runs_after_a_step_that_fails(
    either: Tries, emr: Emr, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster_id = begun(either)
    steps = [shell("echo to stdout; echo the reason >&2; exit 3"), shell(f"touch {tmp_path}/x")]
    with pytest.raises(
        StepFailedError, match=r"step s-\w+ \(.*step 1\) of cluster j-\w+ ended as FAILED: .*the reason"
    ):
        either.run(work(either, *steps, post_step_commands=[f"touch {tmp_path}/x"]))
    assert list(emr.steps(cluster_id).values()) == ["FAILED"]
    assert not (tmp_path / "x").exists()
    said = capsys.readouterr().out
    assert all(f"]   {line} " in said for line in ("the reason", "to stdout"))
    assert "exit code 3" in said
    assert emr.states()[cluster_id] == "WAITING"


def test_without_a_place_for_logs_it_is_told(tries: Tries, emr: Emr) -> None:
    begun(tries, job_flow_overrides=OVERRIDES | {"LogUri": None})
    with pytest.raises(StepFailedError, match="The cluster has no LogUri, so its logs are not kept"):
        tries.run(work(tries, shell("exit 1")))


def test_logs_that_do_not_come_hide_nothing(
    tries: Tries, emr: Emr, capsys: pytest.CaptureFixture[str]
) -> None:
    emr.log_seconds = 5
    begun(tries)
    with pytest.raises(StepFailedError, match=r"Its logs are in s3://logs/emr/j-\w+/steps/s-\w+/\."):
        tries.run(work(tries, shell("exit 1"), log_wait=0.0))
    assert "has not brought the step's log yet" in capsys.readouterr().out


def test_nobody_waits_for_logs_that_cannot_come(
    tries: Tries, emr: Emr, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(tries, job_flow_overrides=OVERRIDES | {"LogUri": "s3://no-such-bucket/emr/"})
    started = time.monotonic()
    with pytest.raises(StepFailedError, match="ended as FAILED"):
        tries.run(work(tries, shell("exit 1"), log_wait=60.0))
    assert time.monotonic() - started < 30
    said = capsys.readouterr().out
    assert said.count("NoSuchBucket") == 1
    assert "The step's log is not kept: s3://no-such-bucket/emr/j-" in said


def test_on_a_cluster_that_runs_anyway(tries: Tries, emr: Emr, tmp_path: Path) -> None:
    cluster_id = begun(tries)
    tries.run(work(tries, shell(f"touch {tmp_path}/x"), cluster=None, cluster_id=cluster_id))
    assert (tmp_path / "x").exists()
    with pytest.raises(EmrError, match=r"cluster j-NONE: EMR refuses DescribeCluster: "):
        tries.run(work(tries, shell("true"), task_id="other", cluster=None, cluster_id="j-NONE"))


NOT_RUNNABLE: list[Any] = [
    ({"steps": ()}, True, "work: there is no step to run"),
    ({"steps": ["", " "]}, True, "work: there is no step to run"),
    (
        {"steps": ["command-runner.jar,bash,-c," + "x" * 10281]},
        True,
        "argument 3 has 10281 characters, EMR takes 10280",
    ),
    (
        {"cluster": "other"},
        True,
        "work: the task 'other', which is to have launched the cluster, is not in this DAG",
    ),
    ({}, False, "work: the task 'create' has left no cluster in this run"),
]


@pytest.mark.parametrize(("fields", "launched", "said"), NOT_RUNNABLE)
def test_what_cannot_run_is_not_tried_again(
    fields: dict[str, Any], launched: bool, said: str, emr: Emr
) -> None:
    tries = Tries()
    emr.aws.client("s3").create_bucket(Bucket="logs")
    if launched:
        begun(tries)
    else:
        tries.create()
    with pytest.raises(EmrFailError, match=said) as raised:
        tries.run(work(tries, **{"steps": [shell("true")], **fields}))
    assert isinstance(raised.value, AirflowFailException)


def test_a_lost_answer_runs_nothing_twice(tries: Tries, emr: Emr, tmp_path: Path) -> None:
    begun(tries)
    emr.aws.faults.lose_answer("AddJobFlowSteps", times=1)
    tries.run(work(tries, shell(f"echo x >> {tmp_path}/x")))
    assert (tmp_path / "x").read_text() == "x\n"


def test_a_service_that_fails_for_a_while(tries: Tries, emr: Emr, tmp_path: Path) -> None:
    cluster_id = begun(tries)
    thread = meanwhile(
        lambda: (waits_for(emr, cluster_id, "step 1"), emr.aws.faults.unavailable(3, "elasticmapreduce"))
    )
    tries.run(work(tries, shell("sleep 1"), shell(f"echo x >> {tmp_path}/x")))
    thread.join()
    assert (tmp_path / "x").read_text() == "x\n"
    assert any(call.status == 503 for call in emr.aws.faults.calls)


def test_leave_that_is_missing_is_told(tries: Tries, emr: Emr) -> None:
    begun(tries)
    emr.aws.faults.refuse("AddJobFlowSteps", "AccessDeniedException", "User: u is not authorized")
    with pytest.raises(
        EmrError, match=r"EMR refuses AddJobFlowSteps: .* Allow elasticmapreduce:AddJobFlowSteps to "
    ):
        tries.run(work(tries, shell("true")))


def test_a_retry_cancels_what_an_earlier_try_left(tries: Tries, emr: Emr, tmp_path: Path) -> None:
    cluster_id = begun(tries)
    left = [
        {
            "Name": name,
            "HadoopJarStep": {
                "Jar": "command-runner.jar",
                "Args": ["bash", "-c", f"sleep 60; touch {tmp_path}/y"],
            },
        }
        for name in ("nightly.work.run 1 try 1: 1/1 step 1", "nightly.other.run 1 try 1: 1/1 step 1")
    ]
    client = emr.aws.client("emr")
    client.modify_cluster(ClusterId=cluster_id, StepConcurrencyLevel=3)
    client.add_job_flow_steps(JobFlowId=cluster_id, Steps=left)
    waits_for(emr, cluster_id, "nightly.other")
    tries.run(work(tries, shell(f"touch {tmp_path}/x")), number=2, tries=3)
    assert emr.steps(cluster_id) == {
        "nightly.work.run 1 try 1: 1/1 step 1": "CANCELLED",
        "nightly.other.run 1 try 1: 1/1 step 1": "RUNNING",
        "nightly.work.run 1 try 2: 1/1 step 1": "COMPLETED",
    }


def test_a_task_that_is_killed_cancels_its_step(emr: Emr, tmp_path: Path) -> None:
    emr.aws.client("s3").create_bucket(Bucket="logs")
    tries = Tries()
    cluster_id = begun(tries, action_on_task_failure="terminate")
    task = work(tries, shell(f"sleep 60; touch {tmp_path}/x"))
    thread = meanwhile(lambda: (waits_for(emr, cluster_id, "step 1"), task.on_kill()))
    with pytest.raises(CancelledError):
        tries.run(task)
    thread.join()
    wait_until(lambda: list(emr.steps(cluster_id).values()) == ["CANCELLED"], 30, "cancelled")
    assert emr.states()[cluster_id] in {"RUNNING", "WAITING"}


def test_a_try_that_was_given_up_leaves_the_next_one_alone(tries: Tries, emr: Emr, tmp_path: Path) -> None:
    """A worker that Airflow does not hear of any more may end its task when the next try is at work."""
    cluster_id = begun(tries)
    again = Tries(xcoms=tries.xcoms)
    again.create()
    following = work(again, shell(f"until test -e {tmp_path}/go; do sleep 0.1; done"))
    thread = meanwhile(lambda: (waits_for(emr, cluster_id, "try 1"), again.run(following, number=2, tries=3)))
    with pytest.raises(StepFailedError, match="CANCELLED"):
        tries.run(work(tries, shell("sleep 60"), log_wait=0.0), tries=3)
    waits_for(emr, cluster_id, "try 2")
    (tmp_path / "go").touch()
    thread.join()
    assert list(emr.steps(cluster_id).values()) == ["CANCELLED", "COMPLETED"]


def test_a_trigger_that_is_killed_cancels_its_step(emr: Emr) -> None:
    emr.aws.client("s3").create_bucket(Bucket="logs")
    tries = Tries()
    cluster_id = begun(tries)
    trigger = deferred(work(tries, shell("sleep 60"), deferrable=True), tries)
    asyncio.run(trigger.on_kill())
    wait_until(lambda: list(emr.steps(cluster_id).values()) == ["CANCELLED"], 30, "cancelled")


def test_the_trigger_of_a_launch_that_is_killed_terminates(emr: Emr) -> None:
    emr.start_seconds = 60
    tries = Tries(deferrable=True)
    asyncio.run(deferred(tries.create(), tries).on_kill())
    (cluster_id,) = emr.states()
    assert emr.wait(cluster_id) == "TERMINATED"


def test_a_triggerer_that_fails_cancels_the_step(emr: Emr) -> None:
    emr.aws.client("s3").create_bucket(Bucket="logs")
    tries = Tries()
    cluster_id = begun(tries)
    task = work(tries, shell("sleep 60"), deferrable=True)
    deferred(task, tries)
    with pytest.raises(TaskDeferralError):
        task.resume_execution("__fail__", {"error": "Trigger failure"}, tries.context("work"))
    wait_until(lambda: list(emr.steps(cluster_id).values()) == ["CANCELLED"], 30, "cancelled")


def deferred(task: Any, tries: Tries) -> Any:
    """Run a task until it is deferred; give its trigger."""
    with pytest.raises(TaskDeferred) as raised:
        task.execute(tries.context(task.task_id))
    return raised.value.trigger


def test_a_limit_of_the_task_holds_in_the_triggerer(emr: Emr) -> None:
    emr.aws.client("s3").create_bucket(Bucket="logs")
    tries = Tries(deferrable=True)
    cluster_id = begun(tries)
    emr.wait(cluster_id, "WAITING")  # the limit is to be over while the step runs
    with pytest.raises(EmrError, match="work: it took longer than its execution_timeout, 0:00:08"):
        tries.run(work(tries, shell("sleep 60"), execution_timeout=timedelta(seconds=8)))
    wait_until(lambda: list(emr.steps(cluster_id).values()) == ["CANCELLED"], 30, "cancelled")


def test_the_longest_life_of_the_cluster_is_kept(either: Tries, emr: Emr) -> None:
    cluster_id = begun(either, terminate_after=timedelta(seconds=4))
    with pytest.raises(
        EmrFailError, match=f"{cluster_id}.* has lived as long as its terminate_after says, 0:00:04"
    ):
        either.run(work(either, shell("sleep 60")), tries=3)
    assert emr.wait(cluster_id) == "TERMINATED"


def test_a_life_that_was_over_while_nobody_waited(either: Tries, emr: Emr, tmp_path: Path) -> None:
    """Work elsewhere stood between two activities on the cluster; even retryall gives no further life."""
    fields = {"retries": 3, "action_on_resource_failure": "retryall"}
    cluster_id = begun(either, terminate_after=timedelta(seconds=1), **fields)
    time.sleep(1)
    assert emr.states()[cluster_id] == "WAITING"
    with pytest.raises(EmrFailError, match=f"{cluster_id}.* has lived as long as its terminate_after says"):
        either.run(work(either, shell(f"touch {tmp_path}/x")), tries=3)
    assert (emr.wait(cluster_id), list(emr.states()), emr.steps(cluster_id)) == (
        "TERMINATED",
        [cluster_id],
        {},
    )


@pytest.mark.parametrize(
    ("action", "number", "state"),
    [("terminate", 3, "TERMINATED"), ("terminate", 2, "WAITING"), ("continue", 3, "WAITING")],
)
def test_a_failure_for_good_may_end_the_cluster(
    action: str, number: int, state: str, tries: Tries, emr: Emr
) -> None:
    cluster_id = begun(tries, action_on_task_failure=action)
    with pytest.raises(StepFailedError):
        tries.run(work(tries, shell("exit 1"), log_wait=0.0), number=number, tries=3)
    assert emr.wait(cluster_id, state) == state


def test_the_others_on_a_cluster_that_was_ended_fail_for_good(tries: Tries, emr: Emr) -> None:
    cluster_id = begun(tries, action_on_resource_failure="retryall")
    thread = meanwhile(
        lambda: (
            waits_for(emr, cluster_id, "step 1"),
            emr.aws.client("emr").terminate_job_flows(JobFlowIds=[cluster_id]),
        )
    )
    with pytest.raises(
        ClusterGoneError, match=r"is over: TERM.*, USER_REQUEST: .* Somebody has terminated it\. Clear"
    ):
        tries.run(work(tries, shell("sleep 60")), tries=3)
    thread.join()
    assert list(emr.states()) == [cluster_id]


def dies(emr: Emr, cluster_id: str) -> threading.Thread:
    """Let a cluster die while its first step runs."""
    return meanwhile(lambda: (waits_for(emr, cluster_id, "step 1"), emr.break_down(cluster_id)))


def test_a_cluster_that_died_is_not_replaced_by_default(tries: Tries, emr: Emr) -> None:
    cluster_id = begun(tries, retries=2)
    thread = dies(emr, cluster_id)
    with pytest.raises(
        ClusterGoneError,
        match=rf"cluster {cluster_id} .* is over: TERM\w+, INSTANCE_FAILURE: .* Clear 'create' with all",
    ):
        tries.run(work(tries, shell("sleep 60")), tries=3)
    thread.join()
    assert list(emr.states()) == [cluster_id]


def test_a_cluster_that_died_is_replaced(either: Tries, emr: Emr, tmp_path: Path) -> None:
    first = begun(either, retries=1, action_on_resource_failure="retryall")
    thread = meanwhile(
        lambda: (wait_until((tmp_path / "y").exists, 30, "step 2 runs"), emr.break_down(first))
    )
    steps = [
        shell(f"echo x >> {tmp_path}/x"),
        shell(f"test -e {tmp_path}/y || (touch {tmp_path}/y; sleep 60)"),
    ]
    either.run(work(either, *steps))
    thread.join()
    _, second = emr.states()
    assert (tmp_path / "x").read_text() == "x\nx\n"  # what was on the cluster is lost, so all steps run again
    assert list(emr.steps(second).values()) == ["COMPLETED", "COMPLETED"]
    assert emr.requests[0] == emr.requests[1]
    either.run(work(either, shell("true"), task_id="next"))  # which is told of the first by XCom
    assert list(emr.states()) == [first, second]
    either.run(either.terminate())
    assert [emr.wait(first), emr.wait(second)] == ["TERMINATED_WITH_ERRORS", "TERMINATED"]


def test_a_cluster_is_replaced_as_often_as_its_retries_say(tries: Tries, emr: Emr) -> None:
    first = begun(tries, retries=1, action_on_resource_failure="retryall")
    emr.failures = [DEATH, DEATH]
    thread = dies(emr, first)
    with pytest.raises(ClusterGoneError, match="2 clusters have failed, and 'create' has 1 retries"):
        tries.run(work(tries, shell("sleep 60")), tries=3)
    thread.join()
    assert [emr.wait(each) for each in emr.states()] == ["TERMINATED_WITH_ERRORS"] * 2


def test_a_cluster_that_dies_under_several_is_replaced_once(either: Tries, emr: Emr, tmp_path: Path) -> None:
    """What has not finished runs again on the new one, from its first step; what has finished does not."""
    first = begun(either, retries=1, action_on_resource_failure="retryall")
    emr.aws.client("emr").modify_cluster(ClusterId=first, StepConcurrencyLevel=2)
    either.run(work(either, shell(f"echo done >> {tmp_path}/done"), task_id="done"))
    tasks = []
    for name in ("a", "b"):
        steps = [
            shell(f"echo x >> {tmp_path}/{name}1"),
            shell(f"test -e {tmp_path}/{name}2 || (touch {tmp_path}/{name}2; sleep 60)"),
        ]
        tasks.append(work(either, *steps, task_id=name))
    threads = [meanwhile(lambda task=task: either.run(task)) for task in tasks]
    wait_until(lambda: all((tmp_path / f"{name}2").exists() for name in "ab"), 30, "both run")
    emr.break_down(first)
    for thread in threads:
        thread.join()
    (second,) = (each for each, state in emr.states().items() if state in {"RUNNING", "WAITING"})
    # Of two that were launched at the same moment one was terminated.
    assert len(emr.states()) <= 3
    assert list(emr.steps(second).values()) == ["COMPLETED"] * 4
    assert [(tmp_path / name).read_text() for name in ("done", "a1", "b1")] == ["done\n", "x\nx\n", "x\nx\n"]
    either.run(either.terminate())
    assert [emr.wait(each) for each in emr.states()][:1] == ["TERMINATED_WITH_ERRORS"]


def test_tasks_side_by_side_agree_on_one(tries: Tries, emr: Emr, tmp_path: Path) -> None:
    first = begun(tries, retries=2, action_on_resource_failure="retryall")
    emr.break_down(first)
    emr.wait(first)
    emr.start_seconds = 1
    tasks = [work(tries, shell(f"echo {n} >> {tmp_path}/x"), task_id=f"work{n}") for n in range(3)]
    threads = [meanwhile(lambda task=task: tries.run(task)) for task in tasks]
    for thread in threads:
        thread.join()
    assert sorted((tmp_path / "x").read_text().split()) == ["0", "1", "2"]
    living = [each for each, state in emr.states().items() if state in {"STARTING", "RUNNING", "WAITING"}]
    assert living == [list(emr.states())[1]]
    assert list(emr.steps(living[0]).values()) == ["COMPLETED"] * 3
