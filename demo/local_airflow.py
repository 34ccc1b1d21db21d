"""Knows how to run a whole Airflow (local executor) in a folder, on loopback, and how to talk to it."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

from tests.servers.process import (
    LOOPBACK,
    free_ports,
    kill_with_children,
    run_to_end,
    started,
    stop_together,
    tail,
    wait_ready,
)

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

# Without --skip-serve-logs, scheduler and triggerer would offer the logs to the whole network.
COMPONENTS = {
    "api-server": ("api-server", "--workers", "1"),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
HEALTHY = {"metadatabase", "scheduler", "dag_processor", "triggerer"}
START_SECONDS = 180.0
FINISHED = {"success", "failed"}
ATTEMPTS = 4


class AirflowCommandError(Exception):
    """An `airflow` command failed; the message holds what it printed."""


@dataclass(frozen=True)
class Airflow:
    """One Airflow: its folder (AIRFLOW_HOME), where it listens, and the one login.

    :param database: where its own data is, as SQLAlchemy writes it; "" for a file of SQLite in its folder
    """

    home: Path
    port: int
    database: str = ""
    user: str = "admin"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    jwt_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def url(self) -> str:
        """The address of the user interface."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def dags(self) -> Path:
        """The folder of the DAG files."""
        return self.home / "dags"

    @cached_property
    def env(self) -> dict[str, str]:
        """The settings as environment variables, for every process of this Airflow."""
        settings = {
            "CORE__DAGS_FOLDER": self.dags,
            "CORE__LOAD_EXAMPLES": False,
            "CORE__PARALLELISM": 4,
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{self.user}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": self._passwords,
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "API__HOST": LOOPBACK,
            "API__PORT": self.port,
            "API__BASE_URL": self.url,
            "API_AUTH__JWT_SECRET": self.jwt_secret,
            "API__SECRET_KEY": self.jwt_secret,
            # SQLite has one writer at a time: the others wait instead of failing.
            "DATABASE__SQL_ALCHEMY_CONN": self.database or f"sqlite:///{self.home}/airflow.db?timeout=60",
            "DAG_PROCESSOR__REFRESH_INTERVAL": 5,  # so that a file put into the folder later is seen soon
            "LOGGING__BASE_LOG_FOLDER": self.home / "logs",
            "USAGE_DATA_COLLECTION__ENABLED": False,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "AWS_"))}
        aws = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        aws |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
        airflow = {f"AIRFLOW__{name}": str(value) for name, value in settings.items()}
        return {**kept, **aws, **airflow, "AIRFLOW_HOME": str(self.home)}

    @property
    def _passwords(self) -> Path:
        return self.home / "passwords.json"

    def prepare(self) -> None:
        """Make the folders, the login and the database."""
        self.dags.mkdir(parents=True)
        self._passwords.touch(mode=0o600)
        self._passwords.write_text(json.dumps({self.user: self.password}))
        self.command("db", "migrate")

    def command(self, *arguments: str) -> str:
        """Run `airflow ...` to its end and return what it printed."""
        command = [sys.executable, "-m", "airflow", *arguments]
        status, printed = run_to_end("command", command, self.home, self.env)
        if status != 0:
            raise AirflowCommandError(f"airflow {' '.join(arguments)}: {printed}")
        return printed

    def import_connections(self, connections: Mapping[str, Mapping[str, Any]]) -> None:
        """Run `airflow connections import` on these; the file with the passwords does not stay."""
        file = self.home / "connections.json"
        file.touch(mode=0o600)
        try:
            file.write_text(json.dumps(connections))
            self.command("connections", "import", "--overwrite", str(file))
        finally:
            file.unlink()

    @contextmanager
    def up(self) -> Iterator[Components]:
        """Run api-server, scheduler, dag-processor and triggerer until the block ends."""
        with ExitStack() as stack:
            components = Components(self, stack)
            for name in COMPONENTS:
                components.start(name)
            stack.callback(lambda: stop_together(list(components.processes.values())))
            wait_ready(components.processes, self.home, self.is_healthy, START_SECONDS)
            yield components

    def component(self, name: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """Run one of the components until the block ends."""
        return started(name, [sys.executable, "-m", "airflow", *COMPONENTS[name]], self.home, self.env)

    def is_healthy(self) -> bool:
        """Say whether all four components report that they work."""
        with suppress(httpx.HTTPError, KeyError, ValueError):  # the last two: an error page
            health = httpx.get(f"{self.url}/api/v2/monitor/health", timeout=5).json()
            return all(health[name]["status"] == "healthy" for name in HEALTHY)
        return False

    def api(self, method: str, path: str, body: object = None) -> Any:
        """Call the REST API (`/api/v2` + path) as the admin and return the answer; httpx.HTTPStatusError if refused."""
        for attempt in range(ATTEMPTS):
            answer = httpx.request(
                method,
                f"{self.url}/api/v2{path}",
                json=body,
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=90,
            )
            if answer.status_code != httpx.codes.INTERNAL_SERVER_ERROR or attempt == ATTEMPTS - 1:
                break
            time.sleep(2)  # the database was locked for too long; nothing has been done
        answer.raise_for_status()
        return answer.json()

    @cached_property
    def _token(self) -> str:
        login = {"username": self.user, "password": self.password}
        answer = httpx.post(f"{self.url}/auth/token", json=login, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def last_words(self) -> str:
        """Return the ends of the components' logs."""
        logs = [self.home / f"{name}.log" for name in COMPONENTS]
        return "\n".join(f"{log.name}:\n{tail(log)}" for log in logs if log.exists())

    def has_dag(self, dag_id: str) -> bool:
        """Say whether the DAG processor has read the DAG by now."""
        found = self.api("GET", f"/dags?dag_id_pattern={dag_id}&exclude_stale=true")["dags"]
        return any(dag["dag_id"] == dag_id for dag in found)

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler start runs of the DAG."""
        self.api("PATCH", f"/dags/{dag_id}?update_mask=is_paused", {"is_paused": False})

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Return the runs of a DAG, in the order of their dates."""
        found = self.api("GET", f"/dags/{dag_id}/dagRuns?limit=100")["dag_runs"]
        return sorted(found, key=lambda run: str(run["run_after"]))

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """Return the state of each task of a run."""
        found = self.api("GET", f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {task["task_id"]: task["state"] for task in found}


@dataclass
class Components:
    """The components of an Airflow that is up, by the names in COMPONENTS; they end with a stack of contexts."""

    airflow: Airflow
    stack: ExitStack
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a component; it is not ready at once."""
        self.processes[name] = self.stack.enter_context(self.airflow.component(name))

    def kill(self, name: str) -> None:
        """Kill a component with all that it runs, the tasks of the local executor too, as when its machine fails."""
        kill_with_children(self.processes[name].pid)
        self.processes[name].wait()


def create(home: Path, database: str = "") -> Airflow:
    """Make an Airflow in a new folder; it does not run yet."""
    airflow = Airflow(home, free_ports(1)[0], database)
    airflow.prepare()
    return airflow
