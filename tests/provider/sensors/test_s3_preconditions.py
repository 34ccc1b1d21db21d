"""S3KeyExists and S3PrefixNotEmpty: what fulfils them, and how both wait."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import DAG
from datapipeline_provider._compat import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    TaskDeferralError,
    TaskDeferred,
)
from datapipeline_provider.s3.address import S3AddressError
from datapipeline_provider.sensors import s3_precondition
from datapipeline_provider.sensors._precondition import PreconditionTimeoutError
from datapipeline_provider.sensors.s3_key_exists import S3KeyExistsSensor
from datapipeline_provider.sensors.s3_prefix_not_empty import S3PrefixNotEmptySensor

from tests.provider.dag_files import run_dag, states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.seaweedfs import S3

CONTEXT: Any = {}
BOTH: list[tuple[Any, str]] = [(S3KeyExistsSensor, "s3_key"), (S3PrefixNotEmptySensor, "s3_prefix")]
KEYS = ["day/1", "day/2 b?.csv", "days/x", "marker/"]


@pytest.mark.parametrize(
    ("key", "there"),
    [
        ("day/1", True),
        ("day/2 b?.csv", True),
        ("marker/", True),
        ("day", False),  # ("day/" too, in AWS; the test server has directories)
        ("day/*", False),  # no wildcard
        ("day/?", False),
        ("day/[1]", False),
        ("day/2 b", False),
        ("Day/1", False),
        ("none", False),
    ],
)
def test_key_exists(key: str, there: bool, s3: S3, bucket: str, aws_default: str) -> None:
    put(s3, bucket)
    assert S3KeyExistsSensor(task_id="wait", s3_key=f"s3://{bucket}/{key}").poke(CONTEXT) is there


@pytest.mark.parametrize(
    ("prefix", "there"),
    [
        ("day/", True),
        ("day", True),
        ("da", True),  # a prefix is text, not a directory
        ("days", True),
        ("day/2 b?", True),
        ("marker/", True),
        ("", True),
        ("day/1/", False),
        ("*", False),
        ("none/", False),
    ],
)
def test_prefix_not_empty(prefix: str, there: bool, s3: S3, bucket: str, aws_default: str) -> None:
    put(s3, bucket)
    assert S3PrefixNotEmptySensor(task_id="wait", s3_prefix=f"s3://{bucket}/{prefix}").poke(CONTEXT) is there


def test_an_empty_bucket_is_an_empty_prefix(bucket: str, aws_default: str) -> None:
    assert not S3PrefixNotEmptySensor(task_id="wait", s3_prefix=f"s3://{bucket}").poke(CONTEXT)


@pytest.mark.parametrize(("sensor", "argument"), BOTH)
def test_no_address(sensor: Any, argument: str) -> None:
    with pytest.raises(S3AddressError):
        sensor(task_id="wait", **{argument: "day/1"}).execute(context())


@pytest.mark.parametrize(("sensor", "argument"), BOTH)
def test_defaults(sensor: Any, argument: str) -> None:
    task = sensor(task_id="wait", **{argument: "s3://b/k"})
    assert (task.poke_interval, task.timeout, task.mode) == (
        60,
        timedelta(days=365).total_seconds(),
        "reschedule",
    )
    assert task.deferrable is False
    assert task.template_fields == (argument,)


@pytest.mark.parametrize(("sensor", "argument"), BOTH)
@pytest.mark.parametrize("mode", ["poke", "reschedule"])
def test_a_timeout_may_be_retried(
    sensor: Any, argument: str, mode: str, bucket: str, aws_default: str
) -> None:
    task = sensor(task_id="wait", mode=mode, timeout=0, **{argument: f"s3://{bucket}/none"})
    with pytest.raises(PreconditionTimeoutError, match=f"s3://{bucket}/none.* was not there within 0:00:00"):
        task.execute(context())
    assert not issubclass(PreconditionTimeoutError, AirflowSensorTimeout)  # which Airflow never retries


def test_soft_fail(bucket: str, aws_default: str) -> None:
    task = S3KeyExistsSensor(task_id="wait", timeout=0, soft_fail=True, s3_key=f"s3://{bucket}/none")
    with pytest.raises(AirflowSkipException):
        task.execute(context())


def test_without_aiobotocore_it_waits_by_its_mode(
    bucket: str, aws_default: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_precondition, "find_spec", lambda name: None)
    task = S3KeyExistsSensor(task_id="wait", timeout=0, deferrable=True, s3_key=f"s3://{bucket}/none")
    with pytest.raises(PreconditionTimeoutError):
        task.execute(context())


DAG_SOURCE = """
from datapipeline_provider.sensors.s3_key_exists import S3KeyExistsSensor
from datapipeline_provider.sensors.s3_prefix_not_empty import S3PrefixNotEmptySensor

day = "{{{{ data_interval_start.strftime('%Y-%m-%d') }}}}"
with DAG("DAG_ID", schedule="@daily", start_date=pendulum.datetime(2026, 3, 1, tz="UTC")) as dag:
    for mode in {modes}:
        more = {{"reschedule": {{}}, "poke": {{"mode": "poke"}}, "deferred": {{"deferrable": True}}}}[mode]
        more = {{"timeout": {timeout}, "poke_interval": 0.05, "retries": 0, **more}}
        S3KeyExistsSensor(task_id=f"{{mode}}-key", s3_key=f"s3://{bucket}/{{day}}/ready", **more)
        S3PrefixNotEmptySensor(task_id=f"{{mode}}-prefix", s3_prefix=f"s3://{bucket}/{{day}}", **more)
"""


def run_modes(airflow_db: Path, bucket: str, timeout: float, *modes: str) -> dict[str, str]:
    return states(run_dag(airflow_db, DAG_SOURCE.format(bucket=bucket, timeout=timeout, modes=modes)))


def test_all_modes_in_a_dag(airflow_db: Path, s3: S3, bucket: str, aws_default: str) -> None:
    s3.client().put_object(Bucket=bucket, Key="2026-03-02/ready", Body=b"")
    found = run_modes(airflow_db, bucket, 60, "reschedule", "poke", "deferred")
    assert found == {
        f"{mode}-{kind}": "success"
        for mode in ("reschedule", "poke", "deferred")
        for kind in ("key", "prefix")
    }


def test_poking_in_a_dag_when_nothing_comes(airflow_db: Path, bucket: str, aws_default: str) -> None:
    assert run_modes(airflow_db, bucket, 0.1, "poke") == {"poke-key": "failed", "poke-prefix": "failed"}


@pytest.mark.parametrize(("sensor", "argument"), BOTH)
def test_deferring(sensor: Any, argument: str, s3: S3, bucket: str, aws_default: str) -> None:
    arguments = {"deferrable": True, "timeout": 600, "poke_interval": 7, argument: f"s3://{bucket}/d/1"}
    task = sensor(task_id="wait", **arguments)
    with pytest.raises(TaskDeferred) as deferred:
        task.execute(CONTEXT)
    assert (deferred.value.timeout, deferred.value.trigger.poke_interval) == (timedelta(seconds=600), 7)
    assert task.resume_execution("execute_complete", {"event": {"there": "s3://b/d/1"}}, CONTEXT) is None
    with pytest.raises(AirflowFailException, match="a right is missing"):
        task.resume_execution("execute_complete", {"event": {"refused": "a right is missing"}}, CONTEXT)
    with pytest.raises(PreconditionTimeoutError, match="was not there within 0:10:00"):
        task.resume_execution("__fail__", {"error": "Trigger timeout"}, CONTEXT)
    with pytest.raises(TaskDeferralError, match="Trigger failure"):
        task.resume_execution("__fail__", {"error": "Trigger failure"}, CONTEXT)
    s3.client().put_object(Bucket=bucket, Key="d/1", Body=b"")
    task.execute(CONTEXT)  # without deferring at all


def test_serialized_in_a_dag() -> None:
    with DAG("sensors", schedule=None) as dag:
        S3KeyExistsSensor(task_id="wait", s3_key="s3://b/{{ ds }}")
    from airflow.serialization import serialized_objects

    form: Any = serialized_objects
    form = getattr(form, "DagSerialization", form.SerializedDAG)
    task = form.from_dict(form.to_dict(dag)).get_task("wait")
    assert (task.s3_key, task.task_type) == ("s3://b/{{ ds }}", "S3KeyExistsSensor")


def put(s3: S3, bucket: str) -> None:
    for key in KEYS:
        s3.client().put_object(Bucket=bucket, Key=key, Body=b"")


def context() -> Any:
    """Return as much of a context as a sensor's `reschedule` looks at in its first round."""

    class TaskInstance:
        def get_first_reschedule_date(self, context: object) -> None:
            return None

    return {"ti": TaskInstance()}
