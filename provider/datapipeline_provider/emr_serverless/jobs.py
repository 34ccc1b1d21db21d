"""Knows what a job run of EMR Serverless is asked for with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from datapipeline_provider.s3 import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta

    from datapipeline_provider.hooks.emr_serverless import JobRun

SPARK, HIVE = "SPARK", "HIVE"
"""The types of applications."""
SHORTEST_MINUTES = 5
_DRIVERS = {"hive": "HIVE_DRIVER", "sparkSubmit": "SPARK_DRIVER"}
_SCRATCH = "hive.exec.scratchdir"
_WAREHOUSE = "hive.metastore.warehouse.dir"


class Job(NamedTuple):
    """What is to be run.

    :param name: what it does, in the activity's words: `step 1`
    :param kind: the type of application that does it
    :param driver: `jobDriver` of StartJobRun
    :param configurations: `applicationConfiguration`
    """

    name: str
    kind: str
    driver: Mapping[str, Any]
    configurations: Sequence[Mapping[str, Any]] = ()


def configured(classification: str, properties: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return configurations with some properties, none where there are none."""
    return [{"classification": classification, "properties": dict(properties)}] if properties else []


def storage(kind: str, folder: str) -> list[dict[str, Any]]:
    """Return what has jobs of a kind keep in S3 what a cluster had on its disks.

    The machines of EMR Serverless share no disks, and are gone after the job.

    :param folder: `s3://bucket/.../`
    """
    if kind != HIVE:
        return []
    return configured("hive-site", {_SCRATCH: f"{folder}hive/scratch", _WAREHOUSE: f"{folder}hive/warehouse"})


def request(
    job: Job,
    *,
    name: str,
    token: str,
    execution_role: str,
    log_uri: str,
    configurations: Iterable[Mapping[str, Any]],
    limit: timedelta | None,
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """Return the arguments of StartJobRun, but for the application.

    :param token: the same for each time that the same run is asked for, and for no other
    :param configurations: those for all jobs; what the job itself has wins
    :param limit: how long it may take; EMR Serverless's own limit is 12 hours
    """
    overrides: dict[str, Any] = {}
    if found := merged([*configurations, *job.configurations]):
        overrides["applicationConfiguration"] = found
    if log_uri:
        logs = {"s3MonitoringConfiguration": {"logUri": log_uri}}
        overrides["monitoringConfiguration"] = logs
    asked: dict[str, Any] = {
        "name": name,
        "clientToken": token,
        "executionRoleArn": execution_role,
        "jobDriver": job.driver,
    }
    if overrides:
        asked["configurationOverrides"] = overrides
    if limit is not None:
        minutes = -(-int(limit.total_seconds()) // 60)
        asked["executionTimeoutMinutes"] = max(minutes, SHORTEST_MINUTES)
    if tags:
        asked["tags"] = dict(tags)
    return asked


def driver_logs(log_uri: str, run: JobRun) -> str:
    """Return where the logs of a job run's driver are, `s3://bucket/.../`."""
    folder = f"applications/{run.application_id}/jobs/{run.id}/{_DRIVERS.get(run.driver, 'SPARK_DRIVER')}/"
    return address.below(log_uri, folder)


def merged(configurations: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return configurations with one of each classification; of equal keys the last wins."""
    found: dict[str, dict[str, Any]] = {}
    for each in configurations:
        name = each["classification"]
        properties = found.get(name, {}).get("properties", {})
        found[name] = {
            **found.get(name, {}),
            **each,
            "properties": {**properties, **each.get("properties", {})},
        }
    return list(found.values())
