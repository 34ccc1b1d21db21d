"""Definitions of the corpus run on machines that the run launches, and from a worker; each family has a twin that fails."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import pytest

from demo.conversion import database_connection
from tests.corpus import needs_corpus
from tests.corpus_runs import on_machines, runner
from tests.provider.operators.machines import hurry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.corpus_runs.pipeline import Pipeline
    from tests.servers.ec2 import Ec2
    from tests.servers.postgres import Postgres
    from tests.servers.sandbox import Sandbox

pytestmark = [pytest.mark.long, needs_corpus]

PROFILES = (
    "DataPipelineDefaultResourceRole",
    "DataPipelineEC2ExampleRole",
    "ec2-profile",
    "tf-acc-test-example",
)
"""The instance profiles that definitions name."""

GROUP = "sg-0afdf2d5ce4c8ed3e"
"""A security group that one of them names."""
LOGGED = re.compile(r"^\S+ \[\w+ *\] (.*?) +\[", re.MULTILINE)
"""What is logged, on a line of Airflow's."""


@pytest.mark.parametrize("pipeline", [*on_machines.GOOD, *on_machines.BROKEN], ids=str)
def test_a_pipeline_runs_on_its_machine(
    pipeline: Pipeline,
    ec2: Ec2,
    sandbox: Sandbox,
    postgres: Postgres,
    airflow_db: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    hurry(monkeypatch)
    ec2.sandbox = sandbox
    for profile in PROFILES:
        ec2.aws.client("iam").create_instance_profile(InstanceProfileName=profile)
    ec2.add_security_group(GROUP)
    runner.prepare(pipeline, ec2.aws)
    database = f"corpus_{uuid.uuid4().hex}"
    postgres.create_database(database)
    if pipeline.sql:
        postgres.connect(database).cursor().execute(pipeline.sql)
    connections = {pipeline.database: database_connection(postgres, database)} if pipeline.database else {}
    outcome = runner.run(pipeline, airflow_db, monkeypatch, connections)
    runner.check(
        pipeline, outcome, "".join(f"{text}\n" for text in LOGGED.findall(capfd.readouterr().out)), ec2.aws
    )
    for statement, rows in pipeline.rows.items():
        assert postgres.query(database, statement) == rows
    assert list(ec2.states().values()) == ["terminated"] * pipeline.instances
    assert ("TerminateInstances" in ec2.aws.faults.names("ec2")) == (pipeline.instances > 0)
