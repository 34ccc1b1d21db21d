"""Many items, worker processes: order, exceptions, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from datapipeline_converters import parallel, workers
from datapipeline_converters.errors import InvalidDefinitionError, Problem, WorkerLostError
from datapipeline_converters.parallel import THRESHOLD, each, in_steps

MANY = range(THRESHOLD)


def squared(number: int) -> tuple[int, int]:
    time.sleep(0.01)  # so that no worker is done with all before another one has started
    return number * number, os.getpid()


def slow_at_first(number: int) -> int:
    time.sleep(0.3 if number == 0 else 0)
    return number


def refused(number: int) -> int:
    if number == 7:
        raise InvalidDefinitionError("x.json", [Problem("A", "field", "is wrong")])
    return number


def unsendable(number: int) -> object:
    return iter(lambda: number, None)


def dying(number: int) -> int:
    if number == 3:
        os._exit(1)
    return number


def pid(_: int) -> int:
    return os.getpid()


def test_results_come_in_order_from_several_processes() -> None:
    counted: list[None] = []
    results = list(each(squared, MANY, lambda: counted.append(None), processes=2))
    assert len(counted) == THRESHOLD
    assert [square for square, _ in results] == [number * number for number in MANY]
    workers = {process for _, process in results}
    assert len(workers) == 2
    assert os.getpid() not in workers


@pytest.mark.parametrize(("count", "processes"), [(THRESHOLD - 1, 4), (THRESHOLD, 1), (0, 4)])
def test_few_items_and_one_process_stay_here(count: int, processes: int) -> None:
    counted: list[None] = []
    assert set(each(pid, range(count), lambda: counted.append(None), processes)) <= {os.getpid()}
    assert len(counted) == count


def test_a_slow_one_holds_up_its_successors_but_not_for_ever() -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for number in range(2 * THRESHOLD):
            drawn.append(number)
            yield number

    results = each(slow_at_first, items(), processes=2)
    assert next(results) == 0
    # Those that wait for the first one are limited; the first hundred are drawn to see whether there are many.
    assert len(drawn) <= THRESHOLD + 1
    assert list(results) == list(range(1, 2 * THRESHOLD))


@pytest.mark.parametrize("processes", [1, 2])
def test_an_exception_arrives_with_its_facts_behind_the_results_before_it(processes: int) -> None:
    results = each(refused, MANY, processes=processes)
    assert [next(results) for _ in range(7)] == list(range(7))
    with pytest.raises(InvalidDefinitionError, match=r"x\.json: Data Pipeline would refuse") as raised:
        next(results)
    assert raised.value.problems == (Problem("A", "field", "is wrong"),)


def nested(number: int) -> list[Any]:
    value: list[Any] = [os.getpid()]
    for _ in range(sys.getrecursionlimit() * 2 if number in (5, 90) else 0):
        value = [value]
    return value


def innermost(value: Any) -> int:
    while isinstance(value, list):
        (value,) = value
    return int(value)


def test_what_cannot_be_sent_is_worked_on_here() -> None:
    results = [innermost(value) for value in each(nested, MANY, processes=2)]
    assert [number for number, process in enumerate(results) if process == os.getpid()] == [5, 90]
    assert [next(result) for result in each(unsendable, MANY, processes=2)] == list(MANY)
    items = [nested(number) for number in MANY]
    sizes = list(each(innermost, items, processes=2))
    assert sizes == [os.getpid()] * THRESHOLD


def counted(number: int) -> Generator[str, int, tuple[int, int, int]]:
    """Ask for a number twice; those that can be divided by seven come to something that cannot be sent, between."""
    first = yield number if number % 7 else iter(lambda: number, None)  # type: ignore[misc]
    time.sleep(0.05 if number == 0 else 0.002)
    second = yield f"{number} {first}"
    return number, first, second


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_decisions_are_taken_in_the_order_of_the_items(processes: int) -> None:
    asked: list[tuple[int, str]] = []
    seen: list[int] = []

    def first(item: int, _: object) -> int:
        seen.append(item)
        return len(seen)

    def second(item: int, text: str) -> int:
        asked.append((item, text))
        return -len(asked)

    items = range(2 * THRESHOLD)
    results = list(in_steps(counted, items, (first, second), processes=processes))
    assert results == [(number, number + 1, -number - 1) for number in items]
    assert seen == list(items)
    assert asked == [(number, f"{number} {number + 1}") for number in items]


class Unloadable:
    """Can be sent, and ends the process that receives it."""

    def __call__(self, number: int) -> int:
        return number

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (3,)


def test_workers_that_cannot_start_are_told(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WorkerLostError):
        list(each(Unloadable(), MANY, processes=2))
    assert capfd.readouterr().err == ""


def asleep(number: int) -> int:
    time.sleep(60)
    return number


def test_workers_that_never_start_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_PATIENCE", 0.01)
    monkeypatch.setattr(workers, "_GRACE", 0.01)
    with pytest.raises(WorkerLostError, match="could start"):
        list(each(asleep, MANY, processes=2))


def test_a_worker_that_dies_is_told() -> None:
    with pytest.raises(WorkerLostError, match="ended by itself"):
        list(each(dying, MANY, processes=2))


def test_no_worker_outlives_a_closed_generator() -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    results = each(squared, MANY, processes=2)
    workers = {next(results)[1] for _ in range(10)}
    assert workers & {child.pid for child in psutil.Process().children(recursive=True)}
    results.close()
    left = {child.pid for child in psutil.Process().children(recursive=True)} - before
    assert not left & workers


SLEEPER = """
import time
from datapipeline_converters.parallel import each

def sleep(number):
    time.sleep(0.02 if number < 20 else 2)
    return number

if __name__ == "__main__":
    for number in each(sleep, range(200), processes=2):
        print(number, flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_process_that_ends_takes_its_workers_along(tmp_path: Path, number: signal.Signals) -> None:
    script = tmp_path / "sleeper.py"
    script.write_text(SLEEPER)
    process = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "0\n"
    workers = psutil.Process(process.pid).children(recursive=True)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does it: the workers get it too
        patience = 3.0  # they are in the middle of something that takes longer
    else:
        process.kill()
        patience = 10.0  # nobody is left to end them: they do so themselves when they want something next
    assert psutil.wait_procs(workers, timeout=patience)[1] == []
    # That of this script, which does not catch it; none of a worker.
    assert process.communicate()[1].count("Traceback") == (number == signal.SIGINT)
