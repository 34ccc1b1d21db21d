"""Makes what a pipeline expects to find, converts it with the real command, and runs its DAG once."""

from __future__ import annotations

import io
import itertools
import json
import runpy
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pendulum
from datapipeline_converters.cli import main

from tests.corpus import all_files
from tests.corpus_runs.pipeline import MOMENT
from tests.servers import engines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pytest

    from tests.corpus_runs.pipeline import Items, Pipeline, Words
    from tests.servers.moto import Aws

QUICK = {"poke_interval": 0.2, "retries": 0}
"""What would only make a run longer: pauses, and further tries."""
OURS = ("create_", "terminate_", "work_done")
"""Tasks that are no activity."""
_numbers = itertools.count(1)


@dataclass
class Outcome:
    """What became of a run.

    :param state: the run's
    :param tasks: the state of each task
    :param errors: the text of what a task failed with, by task
    """

    state: str
    tasks: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


def file_of(end: str) -> Path:
    """Give the one file of the corpus whose name ends so."""
    (found,) = (path for path in all_files() if path.name.endswith(end))
    return found


def prepare(pipeline: Pipeline, aws: Aws) -> None:
    """Make buckets, objects and tables."""
    s3 = aws.client("s3")
    bodies = {address: text.encode() for address, text in pipeline.objects.items()}
    bodies |= {address: engines.jar(name).read_bytes() for address, name in pipeline.jars.items()}
    for bucket in {_parts(address)[0] for address in (*bodies, *pipeline.left)} | set(pipeline.buckets):
        s3.create_bucket(Bucket=bucket)
    for address, body in bodies.items():
        bucket, key = _parts(address)
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    for name, items in pipeline.tables.items():
        _make_table(*_table(pipeline, aws, name), items)


def _table(pipeline: Pipeline, aws: Aws, place: str) -> tuple[Any, str]:
    """Give a client and the name of a table, `name` or `name@region`."""
    name, _, region = place.partition("@")
    return replace(aws, region=region or pipeline.region).client("dynamodb"), name


def _make_table(dynamodb: Any, name: str, items: Items) -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in items:
        dynamodb.put_item(TableName=name, Item=item)


def run(
    pipeline: Pipeline,
    airflow_db: Path,
    monkeypatch: pytest.MonkeyPatch,
    connections: Mapping[str, object] = MappingProxyType({}),
) -> Outcome:
    """Convert and run.

    :param connections: fields of Airflow's connections, by the end of their id
    """
    dags, name = airflow_db.parent / "dags", f"corpus{next(_numbers)}"
    arguments = [*pipeline.options, *_settings(pipeline), "--name", name, "-o", str(dags)]
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        status = main(["convert", str(file_of(pipeline.file)), *arguments])
    assert (status, pipeline.undone in said.getvalue()) == (1 if pipeline.undone else 0, True), (
        said.getvalue()
    )
    for key, value in pipeline.variables.items():
        monkeypatch.setenv(f"AIRFLOW_VAR_{name}_{key}".upper(), value)
    for key, fields in connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}_{key}".upper(), json.dumps(fields))
    try:
        dag = runpy.run_path(str(dags / f"{name}.py"))["dag"]
        errors: dict[str, str] = {}
        for task in dag.tasks:
            _quicken(task)
            _listen(task, errors)
        done = dag.test(run_after=pendulum.parse(MOMENT), logical_date=pendulum.parse(MOMENT))
        states = {task.task_id: str(task.state) for task in done.get_task_instances()}
        return Outcome(str(done.state), states, errors)
    finally:
        for left in dags.glob(f"{name}.*"):
            left.unlink()


def _settings(pipeline: Pipeline) -> Iterator[str]:
    for name, value in pipeline.values.items():
        for each in (value,) if isinstance(value, str) else value:
            yield from ("--set", f"{name}={each}")


def _quicken(task: Any) -> None:
    for name, value in QUICK.items():
        if hasattr(task, name):
            setattr(task, name, value)


def _listen(task: Any, errors: dict[str, str]) -> None:
    def remember(context: Any) -> None:
        errors[task.task_id] = str(context["exception"])

    task.on_failure_callback = [*(task.on_failure_callback or []), remember]


def lines_below(aws: Aws, address: str) -> Words:
    """Give the sorted lines of all objects below an address; markers and manifests are none of the data."""
    return tuple(sorted(line for body in _bodies(aws, address) for line in body.decode().splitlines()))


def _bodies(aws: Aws, address: str) -> Iterator[bytes]:
    for key in keys_below(aws, address):
        name = key.rpartition("/")[2]
        if name and name[0] not in "_." and name != "manifest":
            yield aws.client("s3").get_object(Bucket=_parts(address)[0], Key=key)["Body"].read()


def keys_below(aws: Aws, address: str) -> list[str]:
    """Give the keys of all objects below an address."""
    bucket, prefix = _parts(address)
    found = aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return [each["Key"] for each in found]


def items_of(pipeline: Pipeline, aws: Aws, table: str) -> Items:
    """Give the items of a table in the order of their keys."""
    dynamodb, name = _table(pipeline, aws, table)
    found = dynamodb.scan(TableName=name)["Items"]
    return tuple(sorted(found, key=lambda item: str(item["id"]["S"])))


def check(pipeline: Pipeline, outcome: Outcome, output: str, aws: Aws) -> None:
    """Look at what a run has left, and at what was said.

    :param output: what was logged
    """
    failed = {name for name, state in outcome.tasks.items() if state == "failed"}
    if pipeline.failed is None:
        assert (outcome.state, failed) == ("success", set()), outcome.errors
        assert set(outcome.tasks.values()) == {"success"}
        assert len([name for name in outcome.tasks if not name.startswith(OURS)]) == pipeline.activities
    else:
        assert (outcome.state, failed) == ("failed", {pipeline.failed}), outcome.errors
        output = f"{outcome.errors[pipeline.failed]}\n{output}"
    for address, lines in pipeline.left.items():
        assert lines_below(aws, address) == lines, address
        if not lines:
            assert keys_below(aws, address) == []
    for table, items in pipeline.items.items():
        assert items_of(pipeline, aws, table) == tuple(items)
    assert [words for words in (*pipeline.said, *pipeline.reason) if words not in output] == []


def _parts(address: str) -> tuple[str, str]:
    bucket, _, key = address.partition("://")[2].partition("/")
    return bucket, key
