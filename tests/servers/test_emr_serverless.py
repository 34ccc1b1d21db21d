"""The stand-in for EMR Serverless does as the service's documentation says, also where it refuses."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.servers.emr_serverless import ROLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.emr import Emr
    from tests.servers.emr_serverless import Serverless

pytestmark = pytest.mark.long


@pytest.fixture
def client(serverless: Serverless, emr: Emr, tmp_path: Path) -> Any:
    """A client of the stand-in, with a program in Spark's place that runs its arguments."""
    (tmp_path / "programs").mkdir()
    program = tmp_path / "programs" / "spark-submit"
    program.write_text('#!/bin/sh\nshift; exec "$@"\n')
    program.chmod(0o755)
    emr.programs = {"spark": program.parent}
    return emr.aws.client("emr-serverless", attempts=1)


def application(client: Any, kind: str = "SPARK", token: str = "t") -> str:
    given = {"name": "n", "releaseLabel": "emr-6.15.0", "type": kind, "clientToken": token}
    return str(client.create_application(**given)["applicationId"])


def start(client: Any, application_id: str, *command: str, token: str = "t", **overrides: Any) -> str:
    driver = {"sparkSubmit": {"entryPoint": "s3://b/x.py", "entryPointArguments": list(command)}}
    given = {"clientToken": token, "executionRoleArn": ROLE, "name": token, "jobDriver": driver, **overrides}
    return str(client.start_job_run(applicationId=application_id, **given)["jobRunId"])


def state(client: Any, application_id: str) -> str:
    return str(client.get_application(applicationId=application_id)["application"]["state"])


def test_the_life_of_an_application(client: Any, serverless: Serverless) -> None:
    made = application(client)
    assert application(client) == made
    assert state(client, made) == "CREATED"
    start(client, made, "sleep", "60")
    assert state(client, made) == "STARTED"
    with pytest.raises(ClientError, match="has active job runs"):
        client.stop_application(applicationId=made)
    with pytest.raises(ClientError, match="must be in one of the following statuses"):
        client.delete_application(applicationId=made)
    (job,) = client.list_job_runs(applicationId=made)["jobRuns"]
    client.cancel_job_run(applicationId=made, jobRunId=job["id"])
    serverless.wait("t", "CANCELLED")
    with pytest.raises(ClientError, match="is in CANCELLED state"):
        client.cancel_job_run(applicationId=made, jobRunId=job["id"])
    client.stop_application(applicationId=made)
    client.delete_application(applicationId=made)
    assert state(client, made) == "TERMINATED"


def test_a_job_and_its_logs(client: Any, serverless: Serverless, emr: Emr) -> None:
    emr.aws.client("s3").create_bucket(Bucket="logs")
    made = application(client)
    logs = {"monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": "s3://logs/emr/"}}}
    command = ("sh", "-c", "echo out; echo err >&2; exit 3")
    job = start(client, made, *command, configurationOverrides=logs)
    assert start(client, made, *command, configurationOverrides=logs) == job
    serverless.wait("t", "FAILED")
    said = client.get_job_run(applicationId=made, jobRunId=job)["jobRun"]
    assert said["stateDetails"].endswith("ExitCode: 3. Last few exceptions: err")
    for name, text in (("stdout", b"out\n"), ("stderr", b"err\n")):
        key = f"emr/applications/{made}/jobs/{job}/SPARK_DRIVER/{name}.gz"
        body = emr.aws.client("s3").get_object(Bucket="logs", Key=key)["Body"].read()
        assert gzip.decompress(body) == text


def test_what_it_refuses(client: Any) -> None:
    made = application(client, "HIVE")
    with pytest.raises(ClientError, match="Job driver sparkSubmit is not valid for a Hive application"):
        start(client, made, "true")
    hive = {"hive": {"query": "s3://b/x.q", "parameters": "-d a=1"}}
    with pytest.raises(ClientError, match="Flag '-d' is not supported"):
        start(client, made, jobDriver=hive)
