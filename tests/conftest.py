"""Fixtures for every test: real servers, an Airflow home of its own, connections by environment variable."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

# Airflow reads its home when it is imported first, so this comes before every other import of ours.
AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="airflow-home-"))
atexit.register(shutil.rmtree, AIRFLOW_HOME, ignore_errors=True)
for name in [name for name in os.environ if name.startswith(("AIRFLOW", "AWS_"))]:
    del os.environ[name]  # a developer's own settings must not reach the tests
os.environ |= {
    "AIRFLOW_HOME": str(AIRFLOW_HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(AIRFLOW_HOME / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{AIRFLOW_HOME}/airflow.db",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

import psutil  # type: ignore[import-untyped]  # noqa: E402
import pytest  # noqa: E402

from tests import once  # noqa: E402
from tests.servers import ec2 as ec2_server  # noqa: E402
from tests.servers import emr as emr_server  # noqa: E402
from tests.servers import emr_serverless as serverless_server  # noqa: E402
from tests.servers import engines as engines_server  # noqa: E402
from tests.servers import mariadb as mariadb_server  # noqa: E402
from tests.servers import moto as moto_server  # noqa: E402
from tests.servers import postgres as postgres_server  # noqa: E402
from tests.servers import sandbox as sandbox_server  # noqa: E402
from tests.servers import seaweedfs as seaweedfs_server  # noqa: E402
from tests.servers.process import ProgramMissingError, reach_loopback_directly  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class SetConnection(Protocol):
    """Sets an Airflow connection for one test: `airflow_connection("orders", conn_type="postgres", ...)`."""

    def __call__(self, conn_id: str, **fields: Any) -> None:
        """Take Airflow's JSON fields: conn_type, host, port, login, password, schema, extra."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Stop the servers too when somebody ends pytest with SIGTERM; name our marks; draw the same random cases each time."""
    reach_loopback_directly()
    once.keep()
    if (
        config.getoption("hypothesis_seed", None) is None
    ):  # what a run says is to be of the change, not of chance
        config.option.hypothesis_seed = 0
    for mark in (
        "compat: slow; other versions of Airflow and Python, in their own venvs",
        "long: minutes of runs under the real scheduler",
    ):
        config.addinivalue_line("markers", mark)
    # In the background of a shell an interrupt is ignored, by the programs that tests start and interrupt too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if config.getoption("numprocesses", None):
        signal.signal(signal.SIGTERM, _stop_all)
    elif hasattr(config, "workerinput"):
        signal.signal(signal.SIGINT, _stop_once)
        signal.signal(signal.SIGTERM, _stop_once)


def _stop_all(number: int, frame: FrameType | None) -> None:
    """Stop the processes that run tests for this one, too: a terminal's Ctrl-C reaches them, SIGTERM does not."""
    for worker in psutil.Process().children():
        worker.terminate()
    signal.default_int_handler(number, frame)


def _stop_once(number: int, frame: FrameType | None) -> None:
    """Let nothing disturb the stopping of servers: pytest-xdist interrupts again what takes longer than 5 seconds."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: None)
    signal.default_int_handler(number, frame)


# Where several processes run the tests, these begin first: one of them alone at the end would leave the others idle.
LONGEST = (
    "tests/end_to_end/",
    "tests/corpus_runs/",
    "tests/compat/",
    "tests/converters/test_mutations.py",
    "tests/converters/expressions/test_agreement.py",
    "tests/test_schedules_agree.py",
    "tests/provider/operators/",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest tests first where several processes share them."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each file to one process as a whole, since its tests share what was slow to make; the end-to-end tests too."""
    from tests.distribution import ByFile

    return ByFile(config, log)


def pytest_report_header(config: pytest.Config) -> str:
    """Say what repeats the random cases of this run."""
    number = f"DP_EXAMPLES={os.environ['DP_EXAMPLES']} " if "DP_EXAMPLES" in os.environ else ""
    return f"random cases: {number}pytest --hypothesis-seed={config.getoption('hypothesis_seed', None)}"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres_server.Postgres]:
    """A PostgreSQL server for the session; make databases or schemas of your own in it."""
    with postgres_server.run(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mariadb_server.Mariadb]:
    """A MariaDB server for the session; skips where Debian's mariadb-server is not installed."""
    try:
        with mariadb_server.run(tmp_path_factory.mktemp("mariadb")) as server:
            yield server
    except ProgramMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweedfs_server.S3]:
    """An S3 server (SeaweedFS) for the session, which checks signatures."""
    with seaweedfs_server.run(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture
def bucket(s3: seaweedfs_server.S3) -> Iterator[str]:
    """The name of a new, empty bucket, which is removed after the test."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    s3.client().create_bucket(Bucket=name)
    yield name
    with suppress(s3.client().exceptions.NoSuchBucket):
        s3.remove_bucket(name)


@pytest.fixture(scope="session")
def aws_emulator() -> Iterator[moto_server.Aws]:
    """The emulator behind `sns`, for fixtures that live longer than a test."""
    with moto_server.run() as server:
        yield server


@pytest.fixture
def sns(aws_emulator: moto_server.Aws) -> moto_server.Aws:
    """An emulator of SNS, SQS, RDS and more, empty at the start of each test."""
    aws_emulator.reset()
    return aws_emulator


@pytest.fixture(scope="session")
def emr_emulator(
    aws_emulator: moto_server.Aws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[emr_server.Emr]:
    """The emulator behind `emr`, for fixtures that live longer than a test."""
    with emr_server.run(aws_emulator, tmp_path_factory.mktemp("emr")) as server:
        yield server


@pytest.fixture
def emr(emr_emulator: emr_server.Emr, airflow_connection: SetConnection) -> Iterator[emr_server.Emr]:
    """An emulator of EMR that runs steps, with S3, EC2, SNS and more at the same address; `aws_default` leads there.

    Empty at the start of each test; what still runs at its end is killed.
    """
    emr_emulator.reset()
    _connect(emr_emulator.aws, airflow_connection)
    yield emr_emulator
    emr_emulator.stop()


@pytest.fixture(scope="session")
def engines_home() -> Path:
    """Spark's home, with the engines of `engines`; installs them at need, and skips where there is no Java."""
    try:
        return engines_server.installed()
    except ProgramMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def engines(emr: emr_server.Emr, engines_home: Path) -> emr_server.Emr:
    """`emr` whose clusters have Hadoop, and Hive and Spark where they ask for them."""
    emr.programs, emr.files = engines_server.PROGRAMS, engines_server.configure
    emr.stand_in = engines_server.stand_in
    return emr


@pytest.fixture
def serverless(emr: emr_server.Emr, tmp_path: Path) -> Iterator[serverless_server.Serverless]:
    """An emulator of EMR Serverless beside `emr`, whose jobs run; with `engines` they are Spark's and Hive's."""
    with serverless_server.run(emr, tmp_path / "serverless") as server:
        yield server


@pytest.fixture(scope="session")
def ec2_emulator(
    aws_emulator: moto_server.Aws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ec2_server.Ec2]:
    """The emulator behind `ec2`, for fixtures that live longer than a test."""
    with ec2_server.run(aws_emulator, tmp_path_factory.mktemp("ec2")) as server:
        yield server


@pytest.fixture
def ec2(ec2_emulator: ec2_server.Ec2, airflow_connection: SetConnection) -> Iterator[ec2_server.Ec2]:
    """An emulator of EC2 and Systems Manager that runs commands, with other services, like `emr`; `aws_default` leads there."""
    ec2_emulator.reset()
    _connect(ec2_emulator.aws, airflow_connection)
    yield ec2_emulator
    ec2_emulator.stop()


@pytest.fixture(scope="session")
def sandbox(aws_emulator: moto_server.Aws) -> Iterator[sandbox_server.Sandbox]:
    """Where commands of definitions that are not ours may run: `emr.sandbox = sandbox`; skips where the kernel has none."""
    if missing := sandbox_server.missing():
        pytest.skip(missing)
    with sandbox_server.run(aws_emulator.port) as made:
        yield made


def _connect(aws: moto_server.Aws, airflow_connection: SetConnection) -> None:
    """Let the connection `aws_default` lead to the emulator."""
    extra = {"endpoint_url": aws.endpoint_url, "region_name": aws.region}
    airflow_connection(
        "aws_default", conn_type="aws", login=aws.access_key, password=aws.secret_key, extra=extra
    )


@pytest.fixture(scope="session")
def airflow_db() -> Path:
    """An initialised SQLite database, as `DAG.test()` needs it; gives its file."""
    (AIRFLOW_HOME / "dags").mkdir(exist_ok=True)
    from airflow.utils.db import initdb

    initdb()
    return AIRFLOW_HOME / "airflow.db"


@pytest.fixture
def airflow_connection(monkeypatch: pytest.MonkeyPatch) -> SetConnection:
    """A function that sets an Airflow connection for the test, by environment variable."""

    def set_connection(conn_id: str, **fields: Any) -> None:
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(fields))

    return set_connection


@pytest.fixture
def aws_default(s3: seaweedfs_server.S3, airflow_connection: SetConnection) -> str:
    """The connection `aws_default`, pointing at the S3 server; gives its id."""
    extra = {
        "endpoint_url": s3.endpoint_url,
        "region_name": s3.region,
        "config_kwargs": {"s3": {"addressing_style": "path"}},
    }
    airflow_connection(
        "aws_default", conn_type="aws", login=s3.access_key, password=s3.secret_key, extra=extra
    )
    return "aws_default"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, freshly built."""
    from tests.compat.environments import ROOT, uv

    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built
