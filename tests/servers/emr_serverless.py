"""EMR Serverless over moto's server, completed where moto only pretends: the jobs of Spark and Hive really run, on this machine.

It stands in for the service: states, tokens, logs and refusals are as the API reference and the user guide tell them. There is no
IAM, no network and no capacity, and one machine is both driver and executor.
"""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from botocore.exceptions import BotoCoreError, ClientError
from moto.emrserverless.exceptions import ValidationException
from moto.emrserverless.models import EMRServerlessBackend

from tests.servers.machine import Machine, Running, environment_of, put_amazon_programs
from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.emr import Emr

ENDED = {"SUCCESS", "FAILED", "CANCELLED"}
DRIVERS = {"sparkSubmit": ("Spark", "SPARK_DRIVER"), "hive": ("Hive", "HIVE_DRIVER")}
HIVE_FLAGS = {"--hiveconf", "--hivevar"}
ROLE = "arn:aws:iam::123456789012:role/etl-jobs"
"""A role of the account that the emulator is for."""


@dataclass
class _Job:
    """What runs for a job run of moto's."""

    run: Any
    running: Running | None = None
    cancelled: bool = False


@dataclass
class Serverless:
    """The completed emulator, as a test steers it.

    :param emr: has the engines' programs and settings, and S3
    :param folder: what applications have on their disks
    :param requests: the parameters of each StartJobRun that began a job, in the API's words
    :param pending_seconds: how long a job is PENDING
    """

    emr: Emr
    folder: Path
    requests: list[dict[str, Any]] = field(default_factory=list)
    pending_seconds: float = 0.0
    _jobs: dict[str, _Job] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _machines: list[Machine] = field(default_factory=list)
    _applications: list[Any] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def states(self) -> dict[str, str]:
        """Give the state of each job run there was, by its name, in the order in which they were started."""
        return {job.run.name: job.run.state for job in list(self._jobs.values())}

    def applications(self) -> dict[str, str]:
        """Give the state of each application there was, by its id."""
        return {each.id: each.state for each in self._applications}

    def wait(self, name: str, *states: str, seconds: float = 60) -> None:
        """Wait until a job run whose name has a part is in one of the states."""
        wait_until(
            lambda: any(name in each and state in states for each, state in self.states().items()),
            seconds,
            f"{name} in {states}",
        )

    def create(self, plain: Any, backend: Any, **given: Any) -> Any:
        """Create an application, the same one again for the same token."""
        with self._lock:
            for each in self._applications:
                if each.client_token == given["client_token"]:
                    return each
            made = plain(backend, **given)
            made.state = "CREATED"
            backend.job_runs[made.id] = []
            self._applications.append(made)
            return made

    def stop_application(self, plain: Any, backend: Any, application_id: str) -> None:
        """Stop an application without jobs."""
        runs = backend.job_runs.get(application_id, [])
        if any(run.state not in ENDED for run in runs):
            raise ValidationException(
                f"Application {application_id} has active job runs. Cancel them before stopping it."
            )
        plain(backend, application_id)

    def start(self, plain: Any, backend: Any, **given: Any) -> Any:
        """Start a job run, the same one again for the same token."""
        with self._lock:
            for job in self._jobs.values():
                if job.run.client_token == given["client_token"]:
                    return job.run
            application = backend.get_application(given["application_id"])
            kind = next(iter(given["job_driver"]))
            if DRIVERS[kind][0] != application.type:
                raise ValidationException(
                    f"Job driver {kind} is not valid for a {application.type} application."
                )
            for word in given["job_driver"][kind].get("parameters", "").split():
                if word.startswith("-") and word not in HIVE_FLAGS:
                    raise ValidationException(f"Flag '{word}' is not supported")
            run = plain(backend, **given)
            run.state, run.state_details, application.state = "SUBMITTED", "", "STARTED"
            self.requests.append(given)
            job = self._jobs[run.id] = _Job(run)
            thread = threading.Thread(target=self._live, args=(job, kind), daemon=True)
            self._threads.append(thread)
            thread.start()
            return run

    def cancel(self, plain: Any, backend: Any, application_id: str, job_run_id: str) -> tuple[str, str]:
        """Cancel a job run that has not ended."""
        with self._lock:
            job = self._jobs[backend.get_job_run(application_id, job_run_id).id]
            if job.run.state in ENDED:
                raise ValidationException(f"Job run {job_run_id} is in {job.run.state} state.")
            job.cancelled, job.run.state = True, "CANCELLING"
            if job.running is not None:
                job.running.kill()
        return application_id, job_run_id

    def close(self) -> None:
        """Kill all that runs."""
        for machine in self._machines:
            machine.switch_off()
        for thread in self._threads:
            thread.join()

    def _live(self, job: _Job, kind: str) -> None:
        self._enter(job, "PENDING")
        until = time.monotonic() + self.pending_seconds
        while time.monotonic() < until and not job.cancelled:
            time.sleep(0.05)
        application = self.folder / job.run.application_id
        folder = application / "jobs" / job.run.id
        machine = self._machine(job, kind, application, folder)
        status = 1
        with contextlib.suppress(OSError, ConnectionAbortedError):
            with self._lock:
                if not job.cancelled:
                    job.run.state = "RUNNING"
                    job.running = machine.start(_command(kind, job.run.job_driver[kind]), folder)
            status = 1 if job.running is None else job.running.wait()
        self._put_logs(job, folder, DRIVERS[kind][1])
        with self._lock:
            if job.cancelled:
                job.run.state = "CANCELLED"
            elif status == 0:
                job.run.state = "SUCCESS"
            else:
                last = (folder / "stderr").read_text(errors="replace").strip().rpartition("\n")[2][:120]
                job.run.state_details = (
                    "Job failed, please check complete logs in configured logging destination. "
                    f"ExitCode: {status}. Last few exceptions: {last}"
                )[:256]
                job.run.state = "FAILED"

    def _enter(self, job: _Job, state: str) -> None:
        with self._lock:
            if not job.cancelled:
                job.run.state = state

    def _machine(self, job: _Job, kind: str, application: Path, folder: Path) -> Machine:
        """Make the machine of a job; those of an application share what they know of tables."""
        overrides = job.run.configuration_overrides or {}
        configurations = [
            {"Classification": each["classification"], "Properties": each.get("properties", {})}
            for each in overrides.get("applicationConfiguration", [])
        ]
        env = environment_of(self.emr.aws)
        if self.emr.files is not None:
            env |= self.emr.files(application / f"conf-{job.run.id}", configurations, self.emr.aws)
        wanted = ("hadoop", "spark" if kind == "sparkSubmit" else "hive")
        programs = [self.emr.programs[name] for name in wanted if name in self.emr.programs]
        own = put_amazon_programs(application / "bin")
        machine = Machine(folder, env, [own, *programs], self.emr.sandbox)
        self._machines.append(machine)
        return machine

    def _put_logs(self, job: _Job, folder: Path, driver: str) -> None:
        overrides = job.run.configuration_overrides or {}
        monitoring = overrides.get("monitoringConfiguration", {})
        bucket, _, key = (
            monitoring.get("s3MonitoringConfiguration", {})
            .get("logUri", "")
            .partition("://")[2]
            .partition("/")
        )
        if not bucket:
            return
        place = f"{key.strip('/')}/applications/{job.run.application_id}/jobs/{job.run.id}/{driver}".lstrip(
            "/"
        )
        with contextlib.suppress(BotoCoreError, ClientError, OSError):
            for name in ("stderr", "stdout"):
                body = gzip.compress((folder / name).read_bytes())
                self.emr.aws.client("s3").put_object(Bucket=bucket, Key=f"{place}/{name}.gz", Body=body)


def _command(kind: str, driver: dict[str, Any]) -> list[str]:
    """Give the command of a job; parameters are parted at blanks, and no shell reads them."""
    if kind == "sparkSubmit":
        words = driver.get("sparkSubmitParameters", "").split()
        return ["spark-submit", *words, driver["entryPoint"], *driver.get("entryPointArguments", [])]
    first = ["-i", driver["initQueryFile"]] if "initQueryFile" in driver else []
    return ["hive", *first, "-f", driver["query"], *driver.get("parameters", "").split()]


@contextmanager
def run(emr: Emr, folder: Path) -> Iterator[Serverless]:
    """Complete a running emulator until the block ends."""
    serverless = Serverless(emr, folder)
    methods = {
        "create_application": serverless.create,
        "stop_application": serverless.stop_application,
        "start_job_run": serverless.start,
        "cancel_job_run": serverless.cancel,
    }
    with contextlib.ExitStack() as stack:
        for name, method in methods.items():
            plain = getattr(EMRServerlessBackend, name)

            def instead(
                backend: Any, *args: Any, _plain: Any = plain, _method: Any = method, **given: Any
            ) -> Any:
                return _method(_plain, backend, *args, **given)

            stack.enter_context(patch.object(EMRServerlessBackend, name, instead))
        try:
            yield serverless
        finally:
            serverless.close()
