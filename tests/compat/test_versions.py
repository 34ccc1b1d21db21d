"""The example DAGs load on each version of Airflow that we promise, and one night runs there on real servers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo import sample_data
from demo.conversion import NIGHTLY, aws_connection, database_connection
from tests.compat.environments import ENVIRONMENTS, ROOT, Environment, make
from tests.servers import postgres as postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.moto import Aws
    from tests.servers.postgres import Postgres
    from tests.servers.seaweedfs import S3

pytestmark = pytest.mark.compat

DAGS = ROOT / "dags"
EVERY_KIND_OF_TEXT = ROOT / "tests" / "converters" / "verification" / "every_kind_of_text.json"
TASKS = ("ExportOrders", "RawIsThere", "Clean", "LoadOrders", "Summarise")


@pytest.fixture(scope="module", params=ENVIRONMENTS, ids=lambda environment: environment.name)
def environment(request: pytest.FixtureRequest) -> Environment:
    """One of the environments."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def python(environment: Environment, wheel: Path) -> Path:
    """The environment's Python, which has Airflow and our wheel."""
    return make(environment, wheel)


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Postgres]:
    """A PostgreSQL with the sample rows."""
    with postgres_server.run(tmp_path) as server:
        sample_data.fill(server)
        yield server


def inside(python: Path, home: Path, *arguments: str, connections: dict[str, Any] | None = None) -> Any:
    """Run inside.py in an environment with an Airflow home of its own and return what it says."""
    settings = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }
    for conn_id, fields in (connections or {}).items():
        settings[f"AIRFLOW_CONN_{conn_id.upper()}"] = json.dumps(fields)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    done = subprocess.run(
        [python, Path(__file__).with_name("inside.py"), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=home,  # not the repository: only what the wheel brought may be imported
        env=kept | settings,
    )
    print(done.stdout[-20_000:], done.stderr[-20_000:])  # pytest shows it when the test fails
    assert done.returncode == 0
    return json.loads(done.stdout.splitlines()[-1])


def test_all_examples_load(python: Path, tmp_path: Path) -> None:
    loaded = inside(python, tmp_path, "load")
    assert loaded["errors"] == {}
    assert set(loaded["dags"]) >= {file.stem for file in DAGS.glob("*.py")}


def test_each_example_makes_the_runs_of_data_pipeline(python: Path, tmp_path: Path) -> None:
    definitions = sorted((DAGS / "definitions").glob("*.json"))
    done = subprocess.run(
        [python.with_name("dp2airflow"), "forecast", *definitions, "--backfill"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    print(done.stdout[-20_000:], done.stderr[-20_000:])  # pytest shows it when the test fails
    assert done.returncode == 0
    assert "every 1 month from 2026-01-31T06:00:00" in done.stdout


def test_templates_render_as_the_reference_says(python: Path, tmp_path: Path) -> None:
    definitions = [*sorted((DAGS / "definitions").glob("*.json")), EVERY_KIND_OF_TEXT]
    done = subprocess.run(
        [python.with_name("dp2airflow"), "verify", *definitions, "--backfill", "--json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
    )
    print(done.stdout[-20_000:], done.stderr[-20_000:])
    found = json.loads(done.stdout)["pipelines"]
    assert done.returncode == 0
    assert [one["name"] for one in found] == [definition.stem for definition in definitions]
    assert sum(one["renderings"] for one in found) > 2_000


def test_a_night_runs(
    environment: Environment, python: Path, databases: Postgres, s3: S3, sns: Aws, bucket: str, tmp_path: Path
) -> None:
    connections = {
        "aws_default": aws_connection(s3, sns),
        f"{NIGHTLY}_Orders": database_connection(databases, sample_data.ORDERS_DATABASE),
        f"{NIGHTLY}_Warehouse": database_connection(databases, sample_data.WAREHOUSE_DATABASE),
    }
    conf = json.dumps({"myLake": f"s3://{bucket}/lake", "myLogs": f"s3://{bucket}/logs"})
    end = "2026-10-31T02:30:00+00:00"
    ran = inside(python, tmp_path, "run", NIGHTLY, end, conf, connections=connections)

    assert ran["airflow"].startswith(environment.airflow)
    assert ran["tasks"] == dict.fromkeys(TASKS, "success")
    assert ran["state"] == "success"
    assert len(s3.keys(bucket, "lake/orders/2026/10/30/")) == 1
    assert s3.keys(bucket, "lake/clean/") == ["lake/clean/2026/10/30/orders.csv"]
    kept = sum(
        order.survives_cleaning()
        for order in sample_data.orders()
        if "2026-10-30 02:30" <= str(order.placed_at) < "2026-10-31 02:30"
    )
    assert databases.query(sample_data.WAREHOUSE_DATABASE, "select day::text, orders from daily") == [
        ("2026-10-30", kept)
    ]
