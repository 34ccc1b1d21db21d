from __future__ import annotations

from typing import Any

import pytest
from datapipeline_provider.copy import progress
from datapipeline_provider.copy.planning import generated_name
from datapipeline_provider.copy.progress import Progress
from datapipeline_provider.hooks.errors import CancelledError


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, message: str, /, *arguments: Any) -> None:
        self.lines.append(message % arguments)


@pytest.mark.parametrize(
    ("counted", "moved"),
    [
        ([], {"rows": None, "bytes": None, "objects": None}),
        ([{"rows": 0}], {"rows": 0, "bytes": None, "objects": None}),
        ([{"rows": 2, "read": 10}, {"rows": 1}], {"rows": 3, "bytes": 10, "objects": None}),
        ([{"rows": 2, "read": 10}, {"written": 7, "objects": 1}], {"rows": 2, "bytes": 7, "objects": 1}),
        ([{"written": 7, "objects": 1}] * 2, {"rows": None, "bytes": 14, "objects": 2}),
    ],
)
def test_moved(counted: list[dict[str, int]], moved: dict[str, int | None]) -> None:
    counting = Progress(Log())
    for more in counted:
        counting.advance(**more)
    assert counting.moved() == moved


def test_the_log_is_told_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log()
    counting = Progress(log)
    counting.advance(rows=1)
    assert log.lines == []
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    counting.advance(rows=1233, written=5_000_000)
    assert log.lines == ["So far: 1,234 rows, 5,000,000 bytes written in 0.0 s"]
    counting._started -= 10
    counting.tell("Copied")
    assert log.lines[1] == "Copied: 1,234 rows, 5,000,000 bytes written in 10.0 s (123 rows/s, 0.5 MB/s)"


def test_stopping() -> None:
    counting = Progress(Log())
    counting.stop.set()
    with pytest.raises(CancelledError):
        counting.advance(rows=1)


def test_a_generated_name_belongs_to_one_task_run() -> None:
    one = generated_name("dag", "task", "run", -1)
    assert one == generated_name("dag", "task", "run", -1)
    others = [("dag", "task", "run", 0), ("dag", "task", "run2", -1), ("dagt", "ask", "run", -1)]
    assert one not in {generated_name(*other) for other in others}
