"""Many items, worker processes: order, exceptions, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from datapipeline_converters.errors import InvalidDefinitionError, Problem, WorkerLostError
from datapipeline_converters.parallel import THRESHOLD, each

MANY = range(THRESHOLD)


def squared(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def slow_at_first(number: int) -> int:
    time.sleep(0.3 if number == 0 else 0)
    return number


def refused(number: int) -> int:
    if number == 7:
        raise InvalidDefinitionError("x.json", [Problem("A", "field", "is wrong")])
    return number


def unsendable(number: int) -> object:
    return iter(lambda: number, 0)


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


def test_a_result_that_cannot_be_sent_is_an_exception_too() -> None:
    with pytest.raises((TypeError, AttributeError)):
        list(each(unsendable, MANY, processes=2))


def test_a_worker_that_dies_is_told() -> None:
    with pytest.raises(WorkerLostError, match="ended by itself"):
        list(each(dying, MANY, processes=2))


def test_no_worker_outlives_a_closed_generator() -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    results = each(squared, MANY, processes=2)
    workers = {next(results)[1] for _ in range(10)}
    assert workers & {child.pid for child in psutil.Process().children()}
    results.close()
    left = {child.pid for child in psutil.Process().children(recursive=True)} - before
    assert not left & workers


SLEEPER = """
import time
from datapipeline_converters.parallel import each

def sleep(number):
    time.sleep(0.02 if number < 20 else 4)
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
        patience = 2.0  # they are in the middle of something that takes longer
    else:
        process.kill()
        patience = 10.0  # nobody is left to end them: they do so themselves when they want something next
    assert psutil.wait_procs(workers, timeout=patience)[1] == []
    # That of this script, which does not catch it; none of a worker.
    assert process.communicate()[1].count("Traceback") == (number == signal.SIGINT)
