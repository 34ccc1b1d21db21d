"""EMR over moto's server, completed where moto only pretends: bootstrap actions and steps really run, on this machine.

A cluster goes through its states, its steps through theirs, as what runs for them ends; their output is written to the
cluster's LogUri. What is asked for and not to be had (Pig, Sqoop, a tool of an application that the cluster has not) fails.
There is one node, no YARN, no IAM and no network; instances of the other nodes exist as records alone.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import shlex
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.emr import models
from moto.emr.exceptions import InvalidRequestException, ValidationException
from moto.emr.responses import ElasticMapReduceResponse
from moto.emr.utils import ReleaseLabel

from tests.servers.emr_steps import JarStep, StepError, command_of
from tests.servers.machine import Machine, Running, environment_of, fetch, put_amazon_programs
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.servers.moto import Aws
    from tests.servers.sandbox import Sandbox

ACTIVE_STEPS = 256
"""How many steps may wait or run in a cluster, as the API reference has it."""
CANCELS_RUNNING = "emr-5.28.0"
"""The first release in which a step that runs can be cancelled."""
UNKEPT = {"configurations", "custom_ami_id"}
"""What moto does not know in an instance group."""
ENDED = {"TERMINATED", "TERMINATED_WITH_ERRORS"}
ENDING = {"TERMINATING", *ENDED}
GONE = "A job flow that is shutting down, terminated, or finished may not be modified."
UNKNOWN = "Specified job flow ID not valid."
UNCAUGHT = 'Exception in thread "main"'


@dataclass(frozen=True)
class End:
    """Why a cluster ends.

    :param code: as DescribeCluster has it in StateChangeReason
    :param state: the last one
    """

    code: str
    message: str
    state: str = "TERMINATED_WITH_ERRORS"


BY_USER = End("USER_REQUEST", "Terminated by user request", "TERMINATED")
DONE = End("ALL_STEPS_COMPLETED", "Steps completed", "TERMINATED")
BY_STEP = End("STEP_FAILURE", "Shut down as step failed")
NO_SPOT = End("INSTANCE_FAILURE", "The Spot price is above the bid price, or there is no Spot capacity.")


class _Step(models.Step):
    """A step; moto's, and what became of it."""

    end_date_time: Any
    failure: dict[str, str] | None
    running: Running | None
    cancelled: bool

    @property
    def status(self) -> dict[str, Any]:
        """What DescribeStep says of it."""
        status: dict[str, Any] = super().status
        status["StateChangeReason"] = {}
        return status | ({"FailureDetails": self.failure} if self.failure else {})


class _Cluster(models.Cluster):
    """A cluster; moto's, and what runs for it."""

    state: Any
    steps: Any
    emr: Emr
    request: Mapping[str, Any]
    machine: Machine
    end: End | None
    threads: list[threading.Thread]

    @property
    def status(self) -> dict[str, Any]:
        """What DescribeCluster says of it."""
        status: dict[str, Any] = super().status
        reason = {"Code": self.end.code, "Message": self.end.message} if self.end else {}
        return status | {"StateChangeReason": reason}

    @property
    def log_folder(self) -> str:
        """The S3 address under which its logs are, without a slash at the end; empty if it writes none."""
        return f"{self.log_uri.rstrip('/')}/{self.id}" if self.log_uri else ""

    def add_steps(self, steps: list[dict[str, Any]]) -> list[models.Step]:
        """Take further steps, which wait at first."""
        if self.end is not None:
            raise ValidationException(GONE)
        active = [step for step in self.steps if step.state in {"PENDING", "RUNNING"}]
        if len(active) + len(steps) > ACTIVE_STEPS:
            raise ValidationException(f"Maximum number of active steps is {ACTIVE_STEPS}")
        if self.step_concurrency_level > 1 and any(
            step.get("action_on_failure", "CONTINUE") != "CONTINUE" for step in steps
        ):
            raise ValidationException(
                "ActionOnFailure must be CONTINUE where StepConcurrencyLevel is above 1."
            )
        added: list[models.Step] = [models.Step("PENDING", **step) for step in steps]
        self.steps += _adopted(added)
        self.emr.changed.notify_all()
        return added

    def terminate(self) -> None:
        """End it, as a call asks for."""
        self.emr.end(self, BY_USER)


@dataclass
class Emr:
    """The completed emulator, as a test steers it.

    :param aws: where it is; its S3 has the scripts, the data and the logs; `aws.faults` breaks calls
    :param folder: what clusters have on their disks, `folder/<cluster id>`
    :param programs: folders of programs by application in small letters (`spark`, `hive`, `hadoop`), of which a cluster gets those it asks for
    :param stand_in: gives the jar that stands for one of Amazon's at an address, or nothing
    :param files: writes the configuration files of a cluster into a folder, and gives what its commands find in their environment
    :param sandbox: where the commands of clusters run; without one, only commands of our own may run
    :param start_seconds: how long a cluster is STARTING
    :param stop_seconds: how long it is TERMINATING, at least
    :param log_seconds: how long after the end of a step its log comes
    :param failures: how the next clusters fail to start, in order
    :param requests: the parameters of each RunJobFlow, in the API's words
    """

    aws: Aws
    folder: Path
    programs: Mapping[str, Path] = field(default_factory=dict)
    stand_in: Callable[[str], Path | None] | None = None
    files: Callable[[Path, Sequence[Mapping[str, Any]], Aws], dict[str, str]] | None = None
    sandbox: Sandbox | None = None
    start_seconds: float = 0.0
    stop_seconds: float = 0.0
    log_seconds: float = 0.2
    failures: list[End] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    _clusters: dict[str, _Cluster] = field(default_factory=dict)

    def reset(self) -> None:
        """Kill all that runs, and forget everything, also what other services have."""
        self.stop()
        self.aws.reset()
        self.requests.clear()
        self.failures.clear()
        self._clusters.clear()
        self.start_seconds, self.stop_seconds, self.log_seconds = 0.0, 0.0, 0.2
        self.programs, self.files, self.stand_in, self.sandbox = {}, None, None, None

    def stop(self) -> None:
        """Kill all that runs."""
        with self.changed:
            clusters = list(self._clusters.values())
            for cluster in clusters:
                self.end(cluster, BY_USER)
        for cluster in clusters:
            cluster.machine.switch_off()
            for thread in cluster.threads:
                thread.join()

    def states(self) -> dict[str, str]:
        """Give the state of each cluster there was, by its id, in the order of their creation."""
        with self.changed:
            return {cluster.id: cluster.state for cluster in self._clusters.values()}

    def steps(self, cluster_id: str) -> dict[str, str]:
        """Give the state of each step of a cluster, by its name, in the order in which they were added."""
        with self.changed:
            return {step.name: step.state for step in self._clusters[cluster_id].steps}

    def end_of(self, cluster_id: str) -> End | None:
        """Say why a cluster ends, or has ended; None if it does not."""
        return self._clusters[cluster_id].end

    def wait(self, cluster_id: str, *states: str, seconds: float = 60) -> str:
        """Wait until a cluster is in one of the states, in one of the last ones if none is named; give it."""
        wanted = set(states) or ENDED
        wait_until(lambda: self.states()[cluster_id] in wanted, seconds, f"{cluster_id} in {wanted}")
        return self.states()[cluster_id]

    def wait_step(self, cluster_id: str, step_id: str, *states: str, seconds: float = 60) -> str:
        """Wait until a step is in one of the states, in one of the last ones if none is named; give it."""
        wanted = set(states) or {"COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED"}
        (step,) = (each for each in self._clusters[cluster_id].steps if each.id == step_id)
        wait_until(lambda: step.state in wanted, seconds, f"{step_id} in {wanted}")
        return str(step.state)

    def log(self, cluster_id: str, path: str, seconds: float = 10) -> str:
        """Wait for a log file of a cluster and read it: `steps/<step id>/stderr`; TimeoutError."""
        bucket, _, key = self._clusters[cluster_id].log_folder.partition("://")[2].partition("/")
        found: list[bytes] = []

        def there() -> bool:
            with contextlib.suppress(ClientError):
                found.append(
                    self.aws.client("s3").get_object(Bucket=bucket, Key=f"{key}/{path}.gz")["Body"].read()
                )
            return bool(found)

        wait_until(there, seconds, path)
        return gzip.decompress(found[0]).decode()

    def break_down(self, cluster_id: str) -> None:
        """Let the master node fail, as hardware does."""
        with self.changed:
            self.end(self._clusters[cluster_id], End("INSTANCE_FAILURE", "The master node was terminated."))

    def end(self, cluster: _Cluster, end: End) -> None:
        """Begin to end a cluster, if it has not begun."""
        with self.changed:
            if cluster.end is None:
                cluster.end, cluster.state = end, "TERMINATING"
                for step in cluster.steps:
                    if step.state == "PENDING":
                        _finish(step, "CANCELLED")
                self.changed.notify_all()

    def adopt(self, made: models.Cluster, request: dict[str, Any]) -> None:
        """Take what moto made of a RunJobFlow, and let it live."""
        made.__class__ = cast("Any", _Cluster)
        cluster = cast("_Cluster", made)
        cluster.emr, cluster.request, cluster.end, cluster.threads = self, request, None, []
        cluster.machine = Machine(self.folder / cluster.id, sandbox=self.sandbox)
        cluster.steps = _adopted(cluster.steps)
        cluster.state, cluster.ready_datetime, cluster.end_datetime = "STARTING", None, None
        self._clusters[cluster.id] = cluster
        self._thread(cluster, self._live, cluster)

    def _thread(self, cluster: _Cluster, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        cluster.threads.append(thread)
        thread.start()

    def _live(self, cluster: _Cluster) -> None:
        self._pause(cluster, self.start_seconds)
        with self.changed:
            if cluster.end is None and self.failures:
                self.end(cluster, self.failures.pop(0))
        if cluster.end is None:
            self._install(cluster)
            self._bootstrap(cluster)
        with self.changed:
            cluster.ready_datetime = utcnow()
            while cluster.end is None:
                self._begin_steps(cluster)
                if cluster.end is None:
                    self.changed.wait()
        cluster.machine.switch_off()
        self._pause(cluster, self.stop_seconds, ending=True)
        with self.changed:
            while any(step.state in {"RUNNING", "CANCEL_PENDING"} for step in cluster.steps):
                self.changed.wait()
            instances = [instance.ec2_instance_id for instance in cluster.ec2_instances]
            if instances:
                cluster.emr_backend.ec2_backend.terminate_instances(instances)
            cluster.end_datetime = utcnow()
            cluster.state = cluster.end.state
            self.changed.notify_all()

    def _pause(self, cluster: _Cluster, seconds: float, *, ending: bool = False) -> None:
        """Wait, unless the cluster is to end earlier."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while (left := deadline - time.monotonic()) > 0 and (ending or cluster.end is None):
                self.changed.wait(left)

    def _install(self, cluster: _Cluster) -> None:
        """Put what the cluster asks for on its disk: programs of applications, configuration files."""
        home = cluster.machine.folder
        env = environment_of(replace(self.aws, region=cluster.emr_backend.region_name))
        if self.files is not None:
            env |= self.files(home / "conf", cluster.request.get("Configurations", []), self.aws)
        wanted = ["hadoop", *(each["Name"].lower() for each in cluster.request.get("Applications", []))]
        if "ReleaseLabel" not in cluster.request:
            wanted += ["hive", "pig"]  # what every old image has
        own = put_amazon_programs(home / "bin")
        cluster.machine.env = env
        cluster.machine.programs = [own, *(self.programs[name] for name in wanted if name in self.programs)]

    def _bootstrap(self, cluster: _Cluster) -> None:
        for number, each in enumerate(cluster.request.get("BootstrapActions", []), 1):
            with self.changed:
                if cluster.end is not None:
                    return
                cluster.state = "BOOTSTRAPPING"
            action = each["ScriptBootstrapAction"]
            folder = cluster.machine.folder / "bootstrap-actions" / str(number)
            step = JarStep("script-runner.jar", [action["Path"], *action.get("Args", [])], None, {})
            status = self._execute(cluster, step, folder)
            self._put_logs(cluster, folder, f"node/{_master(cluster)}/bootstrap-actions/{number}")
            if status:
                what = f"bootstrap action {number} returned a non-zero return code"
                self.end(
                    cluster, End("BOOTSTRAP_FAILURE", f"On the master instance ({_master(cluster)}), {what}")
                )
                return

    def _begin_steps(self, cluster: _Cluster) -> None:
        """Begin as many steps as may run at once; end a cluster that has none left and is not kept."""
        running = sum(step.state in {"RUNNING", "CANCEL_PENDING"} for step in cluster.steps)
        pending = [step for step in cluster.steps if step.state == "PENDING"]
        for step in pending[: max(cluster.step_concurrency_level - running, 0)]:
            step.state, step.start_date_time = "RUNNING", utcnow()
            self._thread(cluster, self._run_step, cluster, step)
        if running or pending:
            cluster.state = "RUNNING"
        elif cluster.keep_job_flow_alive_when_no_steps:
            cluster.state = "WAITING"
        else:
            self.end(cluster, DONE)

    def _run_step(self, cluster: _Cluster, step: _Step) -> None:
        folder = cluster.machine.folder / "steps" / step.id
        properties = {each["Key"]: each["Value"] for each in step.properties}
        jar_step = JarStep(step.jar, step.args, step.hadoop_jar_step.get("MainClass"), properties)
        status = self._execute(cluster, jar_step, folder, step)
        log = f"steps/{step.id}"
        with self.changed:
            if step.cancelled:
                _finish(step, "CANCELLED")
            elif status == 0:
                _finish(step, "COMPLETED")
            elif cluster.end is not None:
                _finish(step, "INTERRUPTED")
            else:
                step.failure = {"Reason": "Unknown Error.", "Message": _last_line(folder / "stderr")}
                if cluster.log_folder:
                    step.failure["LogFile"] = f"{cluster.log_folder}/{log}/stderr.gz"
                _finish(step, "FAILED")
                self._after_failure(cluster, step)
            self.changed.notify_all()
        time.sleep(self.log_seconds)
        self._put_logs(cluster, folder, log)

    def _after_failure(self, cluster: _Cluster, step: _Step) -> None:
        """Do what the step's ActionOnFailure says."""
        if step.action_on_failure in {"TERMINATE_CLUSTER", "TERMINATE_JOB_FLOW"}:
            self.end(cluster, BY_STEP)
        elif step.action_on_failure == "CANCEL_AND_WAIT":
            for other in cluster.steps:
                if other.state == "PENDING":
                    _finish(other, "CANCELLED")

    def _execute(self, cluster: _Cluster, jar_step: JarStep, folder: Path, step: _Step | None = None) -> int:
        """Run a step or a bootstrap action to its end; give the exit status, and leave its log files in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        controller = [f"INFO startExec '{jar_step.jar} {shlex.join(jar_step.arguments)}'"]
        try:
            command = command_of(jar_step, lambda address: self._find(address, folder), cluster.machine.path)
            controller.append(f"INFO runs {shlex.join(command)}")
            with self.changed:
                if step is not None and step.cancelled:
                    raise StepError("cancelled before it began")
                running = cluster.machine.start(command, folder, cwd=folder)
                if step is not None:
                    step.running = running
            status = running.wait()
        except (StepError, BotoCoreError, ClientError, OSError, ValueError) as error:
            (folder / "stdout").touch()
            with (folder / "stderr").open("a") as file:
                file.write(f"{error}\n")
            status = 1
        controller.append(f"INFO waitProcessCompletion ended with exit code {status}")
        (folder / "controller").write_text("\n".join([*controller, ""]))
        return status

    def _find(self, address: str, folder: Path) -> Path:
        """Give the file of an address, from S3 or of the cluster's own."""
        return (self.stand_in and self.stand_in(address)) or fetch(self.aws, address, folder)

    def _put_logs(self, cluster: _Cluster, folder: Path, path: str) -> None:
        """Write log files to the cluster's LogUri; they get lost, as with Amazon, if that cannot be written."""
        bucket, _, key = cluster.log_folder.partition("://")[2].partition("/")
        if not bucket:
            return
        with contextlib.suppress(BotoCoreError, ClientError):
            for name in ("controller", "stderr", "stdout"):
                body = gzip.compress((folder / name).read_bytes())
                self.aws.client("s3").put_object(Bucket=bucket, Key=f"{key}/{path}/{name}.gz", Body=body)


class _Response(ElasticMapReduceResponse):
    """What the emulator answers where moto's answer does not do."""

    emr: Emr

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = super()._get_param(param_name, if_none)
        if param_name == "Instances.InstanceGroups":
            return [{key: each[key] for key in each if key not in UNKEPT} for each in value]
        return value

    def _cluster(self, name: str = "ClusterId") -> _Cluster:
        return cast("_Cluster", self.backend.describe_cluster(self._get_param(name)))

    def run_job_flow(self) -> ActionResult:
        """Launch a cluster."""
        request = json.loads(self.body)
        label = request.get("ReleaseLabel")
        if label and not ReleaseLabel.version_re.match(label):
            raise ValidationException(f"The supplied release label is invalid: {label}.")
        result = super().run_job_flow()
        self.emr.requests.append(request)
        self.emr.adopt(self.backend.clusters[cast("Any", result._result)["JobFlowId"]], request)
        return result

    def add_job_flow_steps(self) -> ActionResult:
        """Add steps to a cluster that lives."""
        if self._get_param("JobFlowId") not in self.backend.clusters:
            raise ValidationException(UNKNOWN)
        return super().add_job_flow_steps()

    def terminate_job_flows(self) -> ActionResult:
        """End clusters; nothing happens to those that have ended."""
        if not set(self._get_param("JobFlowIds")) <= set(self.backend.clusters):
            raise ValidationException(UNKNOWN)
        return super().terminate_job_flows()

    def describe_step(self) -> ActionResult:
        """Describe a step."""
        return ActionResult({"Step": self._step(self._get_param("StepId"))})

    def list_steps(self) -> ActionResult:
        """List steps, the newest first."""
        self._cluster()
        return super().list_steps()

    def modify_cluster(self) -> ActionResult:
        """Change how many steps run at once."""
        result = super().modify_cluster()
        self.emr.changed.notify_all()
        return result

    def cancel_steps(self) -> ActionResult:
        """Cancel steps that wait, and in newer releases those that run."""
        cluster = self._cluster()
        kill = self._get_param("StepCancellationOption") == "TERMINATE_PROCESS"
        answers = []
        for step_id in self._get_param("StepIds"):
            step = self._step(step_id)
            refused = _cancel(cluster, step, kill=kill)
            answers.append(
                {"StepId": step_id, "Status": "FAILED" if refused else "SUBMITTED", "Reason": refused}
            )
        self.emr.changed.notify_all()
        return ActionResult({"CancelStepsInfoList": answers})

    def _step(self, step_id: str) -> _Step:
        for step in self._cluster().steps:
            if step.id == step_id:
                return cast("_Step", step)
        raise InvalidRequestException(f"Step id '{step_id}' is not valid.")


@contextmanager
def run(aws: Aws, folder: Path) -> Iterator[Emr]:
    """Complete a running emulator until the block ends; moto's other servers in this process stay as they are."""
    emr = Emr(aws, folder)
    answering = type("AnsweringResponse", (_Response,), {"emr": emr})
    plain = ElasticMapReduceResponse.call_action

    def call_action(response: ElasticMapReduceResponse) -> Any:
        if f":{aws.port}" not in response.headers["Host"]:
            return plain(response)
        response.__class__ = answering
        response.region = _region(response.headers) or response.region
        with emr.changed:
            return plain(response)

    with patch.object(ElasticMapReduceResponse, "call_action", call_action):
        try:
            yield emr
        finally:
            emr.stop()


def _region(headers: Mapping[str, str]) -> str:
    """Give the region that a request is signed for, which moto only looks for in the host's name; nothing if it is not signed."""
    scope = headers.get("Authorization", "").partition("Credential=")[2].split("/")
    return scope[2] if len(scope) > 2 else ""


def _adopted(made: Sequence[models.Step]) -> list[_Step]:
    """Give the same steps, waiting."""
    for each in made:
        each.__class__ = _Step
    steps = cast("list[_Step]", list(made))
    for step in steps:
        step.state, step.start_date_time = "PENDING", None
        step.failure, step.running, step.cancelled = None, None, False
    return steps


def _finish(step: _Step, state: str) -> None:
    step.state, step.end_date_time = state, utcnow()


def _cancel(cluster: _Cluster, step: _Step, *, kill: bool) -> str:
    """Cancel a step; give why that cannot be, or nothing."""
    if step.state == "PENDING":
        _finish(step, "CANCELLED")
        return ""
    if step.state not in {"RUNNING", "CANCEL_PENDING"}:
        return f"Cannot cancel step in {step.state} state."
    if not cluster.release_label or ReleaseLabel(cluster.release_label) < ReleaseLabel(CANCELS_RUNNING):
        return "Cannot cancel a running step in this release."
    step.state, step.cancelled = "CANCEL_PENDING", True
    if step.running is not None:
        (step.running.kill if kill else step.running.interrupt)()
    return ""


def _master(cluster: _Cluster) -> str:
    """Give the id of the node that runs everything here."""
    return next((each.ec2_instance_id for each in cluster.ec2_instances), "i-00000000")


def _last_line(file: Path) -> str:
    """Give what Amazon takes for the reason: Java's exception that nothing caught, or else the last line that begins one."""
    lines = [
        line for line in file.read_text(errors="replace").splitlines() if line.strip() == line.rstrip() != ""
    ]
    thrown = [line for line in lines if line.startswith(UNCAUGHT)]
    return (thrown or lines or [""])[-1][:1024]
