"""Short cuts for tests of commands, here and on machines: a try of a task, its log, and clients that are made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from datapipeline_provider.ec2 import machine
from datapipeline_provider.hooks import aws

if TYPE_CHECKING:
    import pytest


@dataclass
class Ti:
    """A try of a task, as operators see it."""

    task_id: str
    dag_id: str = "nightly"
    run_id: str = "scheduled__2026-03-02T00:00:00+00:00"
    try_number: int = 1
    max_tries: int = 2
    map_index: int = -1
    pushed: dict[str, Any] = field(default_factory=dict)

    def xcom_pull(self, task_ids: str) -> Any:
        return self.pushed.get(task_ids)


class Log:
    """The task's log, as a list."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, template: str, *values: object) -> None:
        self.lines.append(template % values)

    exception = info

    def warning(self, *_: object) -> None:
        """Airflow's own, about a call outside of its task runner."""


_client = cache(aws.client)  # to read what a service can do takes a second


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let operators that are executed one after the other share their clients, and look more often."""
    monkeypatch.setattr(aws, "client", _client)
    monkeypatch.setattr(machine, "POLL_SECONDS", 0.05)
