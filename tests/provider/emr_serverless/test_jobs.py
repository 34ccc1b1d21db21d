"""What StartJobRun and CreateApplication are asked with."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from datapipeline_provider.emr_serverless import applications, hive, jobs
from datapipeline_provider.emr_serverless.jobs import Job
from datapipeline_provider.hooks.emr_serverless import JobRun

ROLE = "arn:aws:iam::123456789012:role/jobs"
DRIVER = {"sparkSubmit": {"entryPoint": "s3://b/x.py"}}
MINIMUM = {"name": "n", "clientToken": "t", "executionRoleArn": ROLE, "jobDriver": DRIVER}


def asked(job: Job = Job("step 1", "SPARK", DRIVER), **given: Any) -> dict[str, Any]:  # noqa: B008 - never changed
    nothing: dict[str, Any] = {"log_uri": "", "configurations": [], "limit": None, "tags": {}}
    request = jobs.request(job, name="n", token="t", execution_role=ROLE, **{**nothing, **given})
    client = boto3.client("emr-serverless", region_name="us-east-1")
    shape = client.meta.service_model.operation_model("StartJobRun").input_shape
    report = ParamValidator().validate({"applicationId": "00f", **request}, shape)
    assert not report.has_errors(), report.generate_report()
    return request


def test_a_job_that_says_nothing_more() -> None:
    assert asked() == MINIMUM


def test_a_job_that_says_everything() -> None:
    defaults = {"classification": "spark-defaults", "properties": {"a": "1", "b": "2"}}
    job = Job("step 1", "SPARK", DRIVER, jobs.configured("spark-defaults", {"b": "3"}))
    found = asked(
        job,
        log_uri="s3://logs/emr",
        configurations=[defaults],
        limit=timedelta(hours=2, seconds=1),
        tags={"k": "v"},
    )
    assert found == {
        **MINIMUM,
        "configurationOverrides": {
            "applicationConfiguration": [
                {"classification": "spark-defaults", "properties": {"a": "1", "b": "3"}},
            ],
            "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": "s3://logs/emr"}},
        },
        "executionTimeoutMinutes": 121,
        "tags": {"k": "v"},
    }


def test_no_limit_is_below_what_the_service_takes() -> None:
    assert asked(limit=timedelta(seconds=1))["executionTimeoutMinutes"] == 5


def test_hive_keeps_in_s3_what_a_cluster_had_on_disks() -> None:
    assert jobs.storage("SPARK", "s3://b/x/") == []
    assert jobs.storage("HIVE", "s3://b/x/") == [
        {
            "classification": "hive-site",
            "properties": {
                "hive.exec.scratchdir": "s3://b/x/hive/scratch",
                "hive.metastore.warehouse.dir": "s3://b/x/hive/warehouse",
            },
        }
    ]


@pytest.mark.parametrize(
    ("log_uri", "driver", "where"),
    [
        ("s3://logs", "sparkSubmit", "s3://logs/applications/00f/jobs/00g/SPARK_DRIVER/"),
        ("s3n://logs/emr/", "hive", "s3://logs/emr/applications/00f/jobs/00g/HIVE_DRIVER/"),
    ],
)
def test_where_logs_are(log_uri: str, driver: str, where: str) -> None:
    assert jobs.driver_logs(log_uri, JobRun("00f", "00g", "n", "FAILED", "", driver)) == where


def context(dag_id: str = "nightly", run_id: str = "run 1", number: int = 1) -> Any:
    return {"ti": SimpleNamespace(dag_id=dag_id, task_id="x", run_id=run_id, try_number=number)}


def test_names_of_applications() -> None:
    name = applications.name_of(context(), "create")
    assert name.startswith("nightly.create-")
    assert name == applications.name_of(context(number=2), "create")
    others = {
        applications.name_of(context(run_id="run 2"), "create"),
        applications.name_of(context(), "other"),
    }
    assert name not in others
    for dag_id in ("ä b", "d" * 250):
        assert re.fullmatch(r"[A-Za-z0-9._/#-]{1,64}", applications.name_of(context(dag_id), "create"))


def test_a_try_creates_an_application_once() -> None:
    def token(**fields: Any) -> str:
        nothing: dict[str, Any] = {"subnet_ids": [], "security_group_ids": [], "tags": {}}
        kind = fields.pop("kind", "SPARK")
        request = applications.request(context(**fields), "name", kind, release_label="emr-6.15.0", **nothing)
        assert request.keys() == {"name", "releaseLabel", "type", "clientToken"}
        return str(request["clientToken"])

    assert token() == token()
    assert len({token(), token(number=2), token(kind="HIVE")}) == 3
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", token())


@pytest.mark.parametrize(
    ("value", "can"),
    [
        ("two words", True),
        ("'a', \"b\"", True),
        ("", True),
        ("it's", False),
        ('3"', False),
        ("a;b", False),
        ("a\nb", False),
        (" a", False),
    ],
)
def test_what_a_statement_can_set(value: str, can: bool) -> None:
    assert hive.can_be_set(value) is can


def test_statements_that_set() -> None:
    assert hive.set_statements([("a", "b c"), ("d", "'e'")]) == "SET hivevar:a=b c;\nSET hivevar:d='e';\n"
