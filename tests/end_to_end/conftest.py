"""Fixtures of the end-to-end tests: sample databases, and one running Airflow that scheduler and browser share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from demo import run as demo_run
from demo import sample_data
from tests.servers import postgres as postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from demo.local_airflow import Airflow
    from tests.servers.moto import Aws
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3


@dataclass(frozen=True)
class Live:
    """A running Airflow with both converted examples, and the servers that they work on."""

    airflow: Airflow
    database: Postgres
    s3: S3


@pytest.fixture
def sample_databases(tmp_path: Path) -> Iterator[Postgres]:
    """A PostgreSQL of the test's own with the demo's databases and rows."""
    with postgres_server.run(tmp_path) as server:
        sample_data.fill(server)
        yield server


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory, s3: S3, aws_emulator: Aws) -> Iterator[Live]:
    """Airflow up and healthy, its DAGs read and still paused; it ends with the last of these tests."""
    folder = tmp_path_factory.mktemp("live")
    with postgres_server.run(folder) as database:
        demo_run.fill(database, s3, aws_emulator)
        airflow = demo_run.make_airflow(folder, database, s3, aws_emulator)
        with airflow.up():
            yield Live(airflow, database, s3)
