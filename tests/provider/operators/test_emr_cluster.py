"""EmrCluster: what is launched is terminated, whatever happens in between."""

from __future__ import annotations

import threading
import time
from copy import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider._compat import AirflowFailException
from datapipeline_provider.emr.errors import EmrError, EmrFailError
from datapipeline_provider.exceptions import CancelledError
from datapipeline_provider.operators.emr_cluster import (
    ClusterChoiceError,
    CreateEmrClusterOperator,
    EndError,
    StartError,
    TerminateEmrClusterOperator,
)

from tests.provider.operators.emr_runs import NAME, OVERRIDES, Tries
from tests.servers.emr import End
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from tests.servers.emr import Emr


pytestmark = pytest.mark.long


def launch(emr: Emr, name: str = NAME, **more: Any) -> str:
    """Launch a cluster as another task or an earlier try has done."""
    request = OVERRIDES | {"Name": name} | more
    request["Instances"] = request["Instances"] | {"KeepJobFlowAliveWhenNoSteps": True}
    return str(emr.aws.client("emr").run_job_flow(**request)["JobFlowId"])


def ended(emr: Emr) -> list[str]:
    """Give the last states of all clusters; an error if one has none."""
    return [emr.wait(cluster_id) for cluster_id in emr.states()]


def test_launch_and_end(either: Tries, emr: Emr) -> None:
    emr.start_seconds = emr.stop_seconds = 0.5
    cluster_id = either.run(either.create(applications=["Hive", "Spark"], bootstrap_actions=[]))
    assert emr.states() == {cluster_id: "WAITING"}
    (request,) = emr.requests
    assert request["Name"] == NAME
    assert request["Applications"] == [{"Name": "Hive"}, {"Name": "Spark"}]
    either.run(either.terminate())
    assert emr.states() == {cluster_id: "TERMINATED"}


def test_a_bootstrap_action_gets_its_arguments(tries: Tries, emr: Emr) -> None:
    s3 = emr.aws.client("s3")
    s3.put_object(Bucket="logs", Key="x.sh", Body=b'printf "%s|" "$@"')
    tries.run(tries.create(bootstrap_actions=[r"s3://logs/x.sh, a b ,c\,d,e\\,f"]))
    (cluster_id,) = emr.states()
    (folder,) = (emr.folder / cluster_id / "bootstrap-actions").iterdir()
    assert (folder / "stdout").read_text() == "a b|c,d|e,f|"


START_FAILURES: list[Any] = [
    ({"failures": [End("INSTANCE_FAILURE", "No Spot.")]}, {}, StartError, "INSTANCE_FAILURE: No Spot"),
    ({"start_seconds": 60}, {"init_timeout": timedelta(seconds=1)}, StartError, "init_timeout, 0:00:01"),
    ({"start_seconds": 60}, {"terminate_after": timedelta(seconds=1)}, EmrFailError, "terminate_after"),
]


@pytest.mark.parametrize(("emulated", "fields", "error", "said"), START_FAILURES)
def test_what_does_not_come_up_is_terminated(
    emulated: dict[str, Any],
    fields: dict[str, Any],
    error: type[Exception],
    said: str,
    either: Tries,
    emr: Emr,
) -> None:
    for name, value in emulated.items():
        setattr(emr, name, copy(value))
    with pytest.raises(error, match=said) as raised:
        either.run(either.create(**fields))
    assert next(iter(emr.states())) in str(raised.value)
    assert len(ended(emr)) == 1


def test_a_bootstrap_action_that_fails(tries: Tries, emr: Emr) -> None:
    emr.aws.client("s3").put_object(Bucket="logs", Key="x.sh", Body=b"exit 3")
    with pytest.raises(StartError, match=r"BOOTSTRAP_FAILURE.*Logs of its machines are in s3n://logs/emr/j-"):
        tries.run(tries.create(bootstrap_actions=["s3://logs/x.sh"]))
    assert ended(emr) == ["TERMINATED_WITH_ERRORS"]


def test_a_try_takes_over_what_an_earlier_one_launched(tries: Tries, emr: Emr) -> None:
    before = launch(emr)
    launch(emr, "nightly.create.run 2")
    assert tries.run(tries.create(), number=2, tries=3) == before
    assert len(emr.states()) == 2


def test_a_cluster_that_is_over_is_not_taken_over(tries: Tries, emr: Emr) -> None:
    before = launch(emr)
    emr.aws.client("emr").terminate_job_flows(JobFlowIds=[before])
    emr.wait(before)
    assert tries.run(tries.create(), number=2, tries=3) != before


def test_an_earlier_try_that_ends_late_does_no_harm(either: Tries, emr: Emr) -> None:
    """Airflow had given it up, and it cleans up while the next try waits for what it had launched."""
    emr.start_seconds = 600
    before = launch(emr)

    def end_late() -> None:
        # The second look is that of who waits.
        looks = emr.aws.faults.names
        wait_until(lambda: looks("elasticmapreduce").count("DescribeCluster") > 1, 30, "the next try waits")
        emr.start_seconds = 0
        emr.aws.client("emr").terminate_job_flows(JobFlowIds=[before])

    thread = threading.Thread(target=end_late)
    thread.start()
    after = either.run(either.create(), number=2, tries=2)
    thread.join()
    assert emr.states() == {before: "TERMINATED", after: "WAITING"}


def test_of_several_the_oldest_is_taken(tries: Tries, emr: Emr) -> None:
    first, second, third = launch(emr), launch(emr), launch(emr)
    assert tries.run(tries.create()) == first
    assert [emr.wait(second), emr.wait(third)] == ["TERMINATED", "TERMINATED"]
    assert emr.states()[first] == "WAITING"


def test_a_lost_answer_launches_nothing_twice(tries: Tries, emr: Emr) -> None:
    emr.aws.faults.lose_answer("RunJobFlow", times=2)
    cluster_id = tries.run(tries.create())
    assert emr.states() == {cluster_id: "WAITING"}
    assert emr.aws.faults.names("elasticmapreduce").count("RunJobFlow") == 1


def test_a_service_that_fails_for_a_while(tries: Tries, emr: Emr) -> None:
    emr.aws.faults.unavailable(3, "elasticmapreduce")
    tries.run(tries.create())
    emr.aws.faults.refuse("TerminateJobFlows", "ThrottlingException", "Rate exceeded", times=2)
    emr.aws.faults.refuse("DescribeCluster", "InternalServerException", times=2, status=500)
    tries.run(tries.terminate())
    assert ended(emr) == ["TERMINATED"]


REFUSALS = [
    (
        "AccessDeniedException",
        "User: u is not authorized",
        "AccessDeniedException: User: u is not authorized. Allow "
        "elasticmapreduce:RunJobFlow, and iam:PassRole for the roles of the cluster to whom the connection 'aws_default'",
    ),
    (
        "UnrecognizedClientException",
        "Invalid token.",
        "Check the keys or the role of the connection 'aws_default'",
    ),
    (
        "ValidationException",
        "Instance type x is not supported.",
        "ValidationException: Instance type x is not supported.",
    ),
]


@pytest.mark.parametrize(("code", "message", "said"), REFUSALS)
def test_what_is_refused_is_told(code: str, message: str, said: str, tries: Tries, emr: Emr) -> None:
    emr.aws.faults.refuse("RunJobFlow", code, message)
    with pytest.raises(EmrError) as raised:
        tries.run(tries.create())
    assert f"cluster {NAME!r}: EMR refuses RunJobFlow: " in str(raised.value)
    assert said in str(raised.value)
    # A request that is wrong is not tried again; leave that is missing may be given meanwhile.
    assert isinstance(raised.value, AirflowFailException) is (code == "ValidationException")
    assert not emr.states()


def test_being_refused_later_terminates(either: Tries, emr: Emr) -> None:
    emr.start_seconds = 60
    emr.aws.faults.refuse("DescribeCluster", "AccessDeniedException", times=100)
    with pytest.raises(EmrError, match="elasticmapreduce:DescribeCluster"):
        either.run(either.create())
    assert ended(emr) == ["TERMINATED"]


def test_a_task_that_is_killed_terminates(emr: Emr) -> None:
    emr.start_seconds = 60
    tries = Tries()
    task = tries.create()
    threading.Thread(
        target=lambda: (wait_until(lambda: bool(emr.states()), 30, "a cluster"), task.on_kill())
    ).start()
    begun = time.monotonic()
    with pytest.raises(CancelledError):
        tries.run(task)
    assert time.monotonic() - begun < 10
    assert ended(emr) == ["TERMINATED"]


def test_all_of_the_name_are_terminated(tries: Tries, emr: Emr) -> None:
    tries.create()
    mine, other = [launch(emr), launch(emr)], launch(emr, "nightly.create.run 2")
    tries.run(tries.terminate())
    assert [emr.states()[each] for each in mine] == ["TERMINATED", "TERMINATED"]
    assert emr.wait(other, "WAITING")


def test_one_that_is_named_is_terminated(tries: Tries, emr: Emr) -> None:
    one, other = launch(emr), launch(emr)
    tries.run(tries.terminate(cluster=None, cluster_id=one))
    assert emr.states()[one] == "TERMINATED"
    assert emr.wait(other, "WAITING")


def test_nothing_to_terminate(tries: Tries, emr: Emr) -> None:
    tries.create()
    tries.run(tries.terminate())
    assert "TerminateJobFlows" not in emr.aws.faults.names("elasticmapreduce")


def test_one_that_cannot_be_terminated_is_told(tries: Tries, emr: Emr) -> None:
    tries.create()
    one = launch(emr)
    emr.aws.client("emr").set_termination_protection(JobFlowIds=[one], TerminationProtected=True)
    with pytest.raises(EndError, match=f"{one}.*still runs: terminate it by hand, or switch its termination"):
        tries.run(tries.terminate())


def test_one_that_does_not_end_is_told(either: Tries, emr: Emr) -> None:
    either.create()
    one = launch(emr)
    emr.stop_seconds = 5
    with pytest.raises(EndError, match=f"{one}.* is still TERMINATING 0:00:01 after"):
        either.run(either.terminate(timeout=timedelta(seconds=1)))


def test_a_teardown_runs_whatever_became_of_its_setup() -> None:
    tries = Tries()
    create, terminate = tries.create(), tries.terminate()
    create >> terminate.as_teardown(setups=create, on_failure_fail_dagrun=True)
    assert (terminate.is_teardown, terminate.trigger_rule, terminate.on_failure_fail_dagrun) == (
        True,
        "all_done",
        True,
    )
    assert create.is_setup


def test_terminating_is_tried_again() -> None:
    tries = Tries()
    once = tries.terminate(retries=0, retry_delay=timedelta(minutes=10))
    often = tries.task(
        TerminateEmrClusterOperator, "often", cluster="create", retries=5, retry_delay=timedelta(0)
    )
    assert (once.retries, once.retry_delay) == (3, timedelta(minutes=1))
    assert (often.retries, often.retry_delay) == (5, timedelta(0))


@pytest.mark.parametrize("field", ["action_on_task_failure", "action_on_resource_failure"])
def test_choices(field: str) -> None:
    with pytest.raises(ClusterChoiceError, match=f"create: {field} is 'x'; valid: "):
        CreateEmrClusterOperator(task_id="create", job_flow_overrides={}, **{field: "x"})


@pytest.mark.parametrize("given", [{}, {"cluster": "a", "cluster_id": "j-1"}])
def test_exactly_one_cluster(given: dict[str, str]) -> None:
    with pytest.raises(EmrFailError, match=r"exactly one of cluster and cluster_id is needed; (none|both)"):
        TerminateEmrClusterOperator(task_id="t", **given)
