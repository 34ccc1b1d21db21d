"""The client of EMR Serverless: few calls, each of which may be repeated without doing anything twice."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from datapipeline_provider.emr.errors import EmrFailError, RefusedError
from datapipeline_provider.hooks.aws import AwsHook, code_of, is_passing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

JOB_ACTIVE = ("SUBMITTED", "PENDING", "SCHEDULED", "RUNNING", "QUEUED", "CANCELLING")
JOB_ENDED = frozenset({"SUCCESS", "FAILED", "CANCELLED"})
APPLICATION_READY = frozenset({"CREATED", "STARTING", "STARTED", "STOPPED"})
"""States in which an application takes jobs; it starts with the first."""
APPLICATION_LIVING = ("CREATING", "CREATED", "STARTING", "STARTED", "STOPPING", "STOPPED")
_FORBIDDEN = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_ROLES = {
    "CreateApplication": ", and iam:CreateServiceLinkedRole for the first application of an account",
    "StartJobRun": ", and iam:PassRole for the execution role",
}


class Application(NamedTuple):
    """What EMR Serverless says of an application.

    :param kind: `SPARK` or `HIVE`
    :param details: why it is in this state, "" if EMR Serverless does not say
    """

    id: str
    name: str
    kind: str
    state: str
    details: str


class JobRun(NamedTuple):
    """What EMR Serverless says of a job run.

    :param details: why it is in this state, "" if EMR Serverless does not say
    :param driver: `sparkSubmit` or `hive`; "" where a list does not say
    """

    application_id: str
    id: str
    name: str
    state: str
    details: str
    driver: str = ""

    @property
    def label(self) -> str:
        """What it is called in sentences."""
        return f"job run {self.id} ({self.name}) of application {self.application_id}"


class EmrServerlessHook(AwsHook):
    """EMR Serverless, as one connection reaches it. What it starts has a token, so that asking twice starts once."""

    service = "emr-serverless"

    def create(self, request: Mapping[str, Any]) -> str:
        """Create an application and return its id; the same one again for the same `clientToken`."""
        with self._told(f"application {request.get('name', '')!r}"):
            return str(self.client.create_application(**request)["applicationId"])

    def application(self, application_id: str) -> Application:
        """Return what EMR Serverless says of an application."""
        with self._told(f"application {application_id}"):
            said = self.client.get_application(applicationId=application_id)["application"]
        return _application(said, application_id)

    def applications(self, name: str) -> list[Application]:
        """Return the applications of a name that are not deleted, the oldest first."""
        with self._told(f"applications named {name!r}"):
            pages = self.client.get_paginator("list_applications").paginate(states=list(APPLICATION_LIVING))
            found = [each for page in pages for each in page["applications"] if each.get("name") == name]
        found.sort(key=lambda each: (each["createdAt"], each["id"]))
        return [_application(each, each["id"]) for each in found]

    def stop(self, application_id: str) -> None:
        """Have an application stopped; returns before it is."""
        with self._told(f"application {application_id}"):
            self.client.stop_application(applicationId=application_id)

    def delete(self, application_id: str) -> None:
        """Delete an application that is stopped, or has never run."""
        with self._told(f"application {application_id}"):
            self.client.delete_application(applicationId=application_id)

    def start_job(self, application_id: str, request: Mapping[str, Any]) -> str:
        """Start a job run and return its id; the same one again for the same `clientToken`."""
        with self._told(f"job {request.get('name', '')!r} of application {application_id}"):
            answer = self.client.start_job_run(applicationId=application_id, **request)
        return str(answer["jobRunId"])

    def job(self, application_id: str, job_run_id: str) -> JobRun:
        """Return what EMR Serverless says of a job run."""
        with self._told(f"job run {job_run_id} of application {application_id}"):
            said = self.client.get_job_run(applicationId=application_id, jobRunId=job_run_id)["jobRun"]
        return _job(said, application_id, job_run_id)

    def jobs(self, application_id: str, states: Sequence[str] = JOB_ACTIVE) -> list[JobRun]:
        """Return the job runs of an application in some states."""
        with self._told(f"application {application_id}"):
            pages = self.client.get_paginator("list_job_runs").paginate(
                applicationId=application_id, states=list(states)
            )
            return [_job(each, application_id, each["id"]) for page in pages for each in page["jobRuns"]]

    def cancel(self, application_id: str, job_run_id: str) -> None:
        """Have a job run cancelled; returns before it is. One that has ended stays as it is."""
        try:
            with self._told(f"job run {job_run_id} of application {application_id}"):
                self.client.cancel_job_run(applicationId=application_id, jobRunId=job_run_id)
        except RefusedError as error:
            if not error.is_wrong_request or self.job(application_id, job_run_id).state not in JOB_ENDED | {
                "CANCELLING"
            }:
                raise

    @contextmanager
    def _told(self, about: str) -> Iterator[None]:
        """Tell errors of boto3 as RefusedError."""
        from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

        try:
            yield
        except ParamValidationError as error:
            said = " ".join(str(error).split())
            raise EmrFailError(
                f"{about}: EMR Serverless does not take what it is asked with. {said}."
            ) from None
        except ClientError as error:
            raise self._refused(about, error) from None
        except BotoCoreError as error:
            said = str(error).rstrip(".")
            advice = f"Check the region and the endpoint of the connection {self.aws_conn_id!r}"
            reason = f"EMR Serverless cannot be asked: {said}. {advice}."
            raise RefusedError(about, "", reason, passing=is_passing(error)) from None

    def _refused(self, about: str, error: Any) -> RefusedError:
        code, operation = code_of(error), error.operation_name
        said = error.response.get("Error", {}).get("Message", "").rstrip(".") or "no reason given"
        advice = ""
        if code in _FORBIDDEN:
            more = _ROLES.get(operation, "")
            advice = f" Allow emr-serverless:{operation}{more} to whom the connection {self.aws_conn_id!r} logs in."
        elif code == "ResourceNotFoundException":
            advice = f" See that the id and the region, {self.region}, are right."
        reason = f"EMR Serverless refuses {operation}: {code}: {said}.{advice}"
        return RefusedError(about, code, reason, passing=is_passing(error))


def _application(said: Mapping[str, Any], application_id: str) -> Application:
    return Application(
        application_id,
        said.get("name") or "",
        said["type"].upper(),
        said["state"],
        (said.get("stateDetails") or "").rstrip("."),
    )


def _job(said: Mapping[str, Any], application_id: str, job_run_id: str) -> JobRun:
    return JobRun(
        application_id,
        job_run_id,
        said.get("name") or "",
        said["state"],
        (said.get("stateDetails") or "").rstrip("."),
        next(iter(said.get("jobDriver", {})), ""),
    )
