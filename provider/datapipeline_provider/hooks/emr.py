"""The client of EMR: few calls, each patient with a service that fails for a while, and told plainly when refused."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from datapipeline_provider.emr.errors import RefusedError
from datapipeline_provider.hooks import aws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

T = TypeVar("T")

PATIENCE_SECONDS = 600.0
_LONGEST_PAUSE = 20.0
_FORBIDDEN = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_UNKNOWN_CALLER = {
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}

STARTING = frozenset({"STARTING", "BOOTSTRAPPING"})
UP = frozenset({"RUNNING", "WAITING"})
OVER = frozenset({"TERMINATING", "TERMINATED", "TERMINATED_WITH_ERRORS"})
ENDED = frozenset({"TERMINATED", "TERMINATED_WITH_ERRORS"})
STEP_ENDED = frozenset({"COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED"})
_STEP_ACTIVE = ("PENDING", "CANCEL_PENDING", "RUNNING")


class Cluster(NamedTuple):
    """What EMR says of a cluster.

    :param code: why it is over: `USER_REQUEST`, `INSTANCE_FAILURE` and so on; "" while it is not
    :param reason: the same in words
    :param log_uri: where its logs go, "" for nowhere
    """

    id: str
    name: str
    state: str
    created: datetime
    code: str
    reason: str
    log_uri: str = ""
    release_label: str = ""

    @property
    def why(self) -> str:
        """The reason why it is over, as a part of a sentence."""
        return f"{self.state}, {': '.join(filter(None, [self.code, self.reason])) or 'EMR gives no reason'}"


class StepStatus(NamedTuple):
    """What EMR says of a step.

    :param reason: why it failed, "" if EMR does not say
    """

    id: str
    name: str
    state: str
    reason: str


class EmrHook(aws.AwsHook):
    """EMR, as one connection reaches it.

    No call is repeated by boto3: a request that launches or adds something may have been done although its answer was
    lost, so whether to ask again is decided here, call by call.

    :param aws_conn_id: the connection to AWS.
    :param region_name: the region; the connection's own if not given.
    :param log: gets a line whenever EMR lets us wait.
    :param pause: waits some seconds, or raises if the task is to stop.
    :param patience: how long, in seconds, a service that fails is asked again.
    """

    service = "emr"
    once = True

    def __init__(
        self,
        aws_conn_id: str | None,
        region_name: str | None,
        log: Any,
        pause: Callable[[float], None] = time.sleep,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        super().__init__(aws_conn_id, region_name)
        self._log = log
        self._pause = pause
        self._patience = patience

    def run_job_flow(self, request: Mapping[str, Any], already: Callable[[], str | None]) -> str:
        """Launch a cluster and return its id.

        :param already: looks for what a call has launched whose answer was lost
        """
        return self._once(
            f"cluster {request.get('Name', '')!r}",
            lambda: str(self.client.run_job_flow(**request)["JobFlowId"]),
            already,
        )

    def cluster(self, cluster_id: str) -> Cluster:
        """Return what EMR says of a cluster."""
        return _cluster(
            self._call(
                f"cluster {cluster_id}", lambda: self.client.describe_cluster(ClusterId=cluster_id)["Cluster"]
            )
        )

    def clusters(self, name: str, states: Sequence[str], after: datetime | None = None) -> list[Cluster]:
        """Return the clusters of a name in some states, the oldest first.

        :param after: leave out those made before
        """
        given = {"ClusterStates": list(states)} | ({} if after is None else {"CreatedAfter": after})
        pages = self._pages(f"clusters named {name!r}", "list_clusters", given, "Clusters")
        found = [_cluster(each) for each in pages if each.get("Name") == name]
        return sorted(found, key=lambda cluster: (cluster.created, cluster.id))

    def terminate(self, cluster_id: str) -> None:
        """Have a cluster terminated; returns before it is."""
        self._call(f"cluster {cluster_id}", lambda: self.client.terminate_job_flows(JobFlowIds=[cluster_id]))

    def add_step(self, cluster_id: str, name: str, jar_step: Mapping[str, Any]) -> str:
        """Add a step and return its id.

        :param name: different from those of all other steps of the cluster
        :param jar_step: EMR's HadoopJarStep
        """
        step = {"Name": name, "ActionOnFailure": "CONTINUE", "HadoopJarStep": jar_step}
        return self._once(
            f"step {name!r} of cluster {cluster_id}",
            lambda: str(
                self.client.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step])["StepIds"][0],
            ),
            lambda: next((s.id for s in self.steps(cluster_id) if s.name == name), None),
        )

    def step(self, cluster_id: str, step_id: str) -> StepStatus:
        """Return what EMR says of a step."""
        return _step(
            self._call(
                f"step {step_id} of cluster {cluster_id}",
                lambda: self.client.describe_step(ClusterId=cluster_id, StepId=step_id)["Step"],
            )
        )

    def steps(self, cluster_id: str, *, active: bool = False) -> list[StepStatus]:
        """Return the steps of a cluster.

        :param active: only those that have not ended
        """
        given: dict[str, Any] = {"ClusterId": cluster_id} | ({"StepStates": _STEP_ACTIVE} if active else {})
        return [_step(each) for each in self._pages(f"cluster {cluster_id}", "list_steps", given, "Steps")]

    def cancel(self, cluster_id: str, step_ids: Sequence[str]) -> None:
        """Have steps cancelled; returns before they are. What cannot be cancelled is told in the log."""
        answer = self._call(
            f"steps {', '.join(step_ids)} of cluster {cluster_id}",
            lambda: self.client.cancel_steps(
                ClusterId=cluster_id, StepIds=list(step_ids), StepCancellationOption="TERMINATE_PROCESS"
            ),
        )
        for each in answer.get("CancelStepsInfoList", []):
            if each.get("Status") == "FAILED":
                self._log.warning("Step %s is not cancelled: %s", each.get("StepId"), each.get("Reason"))

    def _pages(
        self, about: str, operation: str, given: Mapping[str, Any], key: str
    ) -> Iterator[Mapping[str, Any]]:
        marker: dict[str, str] = {}
        while True:
            page = self._call(about, lambda: getattr(self.client, operation)(**given, **marker))  # noqa: B023 - called at once
            yield from page[key]
            if not page.get("Marker"):
                return
            marker = {"Marker": page["Marker"]}

    def _once(self, about: str, call: Callable[[], T], already: Callable[[], T | None]) -> T:
        """Do a request that must not be done twice: after an error that leaves this open, look first."""
        failed_before = False

        def attempt() -> T:
            nonlocal failed_before
            done = already() if failed_before else None
            failed_before = True
            return call() if done is None else done

        return self._call(about, attempt)

    def _call(self, about: str, call: Callable[[], T]) -> T:
        """Do a request that may be done twice."""
        from botocore.exceptions import BotoCoreError, ClientError

        given_up = time.monotonic() + self._patience
        pause = 1.0
        while True:
            try:
                return call()
            except (ClientError, BotoCoreError) as error:
                if not aws.is_passing(error) or time.monotonic() >= given_up:
                    raise self._refused(about, error) from None
                self._log.warning("%s: %s; asking again in %.0f s", about, error, pause)
            self._pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _refused(self, about: str, error: Exception) -> RefusedError:
        from botocore.exceptions import ClientError

        if not isinstance(error, ClientError):
            advice = f"Check the region and the endpoint of the connection {self.aws_conn_id!r}"
            return RefusedError(
                about,
                "",
                f"EMR cannot be asked: {str(error).rstrip('.')}. {advice}.",
                passing=aws.is_passing(error),
            )
        code = aws.code_of(error)
        said = error.response.get("Error", {}).get("Message", "").rstrip(".") or "no reason given"
        operation = error.operation_name
        advice = ""
        if code in _FORBIDDEN:
            more = ", and iam:PassRole for the roles of the cluster" if operation == "RunJobFlow" else ""
            advice = f" Allow elasticmapreduce:{operation}{more} to whom the connection {self.aws_conn_id!r} logs in."
        elif code in _UNKNOWN_CALLER:
            advice = f" Check the keys or the role of the connection {self.aws_conn_id!r}."
        return RefusedError(
            about, code, f"EMR refuses {operation}: {code}: {said}.{advice}", passing=aws.is_passing(error)
        )


def _cluster(said: Mapping[str, Any]) -> Cluster:
    status = said["Status"]
    over = status["State"] in OVER
    why = status.get("StateChangeReason", {}) if over else {}
    return Cluster(
        said["Id"],
        said["Name"],
        status["State"],
        status["Timeline"]["CreationDateTime"],
        why.get("Code") or "",
        (why.get("Message") or "").rstrip("."),
        said.get("LogUri") or "",
        said.get("ReleaseLabel") or "",
    )


def _step(said: Mapping[str, Any]) -> StepStatus:
    status = said["Status"]
    details = status.get("FailureDetails", {})
    reasons = [
        details.get("Reason"),
        details.get("Message"),
        status.get("StateChangeReason", {}).get("Message"),
    ]
    return StepStatus(said["Id"], said["Name"], status["State"], "; ".join(filter(None, reasons)).rstrip("."))
