"""Applies a function to many items in worker processes, and gives the results in the items' order."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, TypeVar

from datapipeline_converters.errors import WorkerLostError

_T = TypeVar("_T")
_R = TypeVar("_R")

# With fewer items, this process is done before workers have started (half a second to a second).
THRESHOLD = 100
# So many results wait at most for an earlier one, for each worker: what is held does not grow with the number of items.
_AHEAD = 8
# An item of so many bytes fits into a pipe that nobody reads from.
_SMALL = 16_384


def each(
    function: Callable[[_T], _R],
    items: Iterable[_T],
    on_done: Callable[[], object] | None = None,
    processes: int | None = None,
) -> Generator[_R, None, None]:
    """Yield the function's result for each item, in the items' order, as soon as it and all before it are there.

    Many items are worked on by all cores; few ones by this process. Items are taken one by one as workers become free.
    Closing the generator, an exception and Ctrl-C end the workers at once.

    :param function: can be pickled, as its results can; it must not depend on what this process changed since it started
    :param items: can be pickled
    :param on_done: called in this process whenever a result has come, in no certain order
    :param processes: how many workers at most; one for each core if None, and none at all, only this process, if 1
    :raises WorkerLostError: when a worker process ends by itself, for want of memory for example
    """
    rest = iter(items)
    first = list(islice(rest, THRESHOLD))
    workers = usable_cores() if processes is None else processes
    if workers < 2 or len(first) < THRESHOLD:
        yield from _here(function, chain(first, rest), on_done)
    else:
        yield from _spread(function, chain(first, rest), on_done, workers)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _here(
    function: Callable[[_T], _R], items: Iterable[_T], on_done: Callable[[], object] | None
) -> Iterator[_R]:
    for item in items:
        result = function(item)
        if on_done is not None:
            on_done()
        yield result


def _spread(
    function: Callable[[_T], _R], items: Iterator[_T], on_done: Callable[[], object] | None, workers: int
) -> Iterator[_R]:
    """Yield the results in order, with items at each worker and a few results ahead of the one that is due."""
    tasks = (pickle.dumps(task) for task in enumerate(items))
    task = next(tasks, None)
    done: dict[int, tuple[bool, Any]] = {}
    due = 0
    with _started(function, workers) as pipes:
        given = dict.fromkeys(pipes, 0)
        while True:
            while task is not None and len(done) < _AHEAD * workers:
                pipe = min(given, key=given.__getitem__)
                # Nobody reads a second item while the first one is worked on: it has to fit into the pipe.
                if given[pipe] >= (2 if len(task) <= _SMALL else 1):
                    break
                _send(pipe, task)
                given[pipe] += 1
                task = next(tasks, None)
            while due in done:
                good, result = done.pop(due)
                if not good:
                    raise _rebuilt(*result)
                due += 1
                yield result
            busy = [pipe for pipe, count in given.items() if count]
            if not busy:
                if task is None:
                    return
                continue
            for ready in wait(busy):
                assert isinstance(ready, Connection)  # noqa: S101 - `wait` gives back what it was given
                number, good, result = _receive(ready)
                done[number] = good, result
                given[ready] -= 1
                if on_done is not None:
                    on_done()


@contextmanager
def _started(function: Callable[[Any], Any], count: int) -> Iterator[list[Connection]]:
    """Start workers, give a pipe to each, and end them."""
    context = multiprocessing.get_context("spawn")  # they inherit no threads, locks or files of this process
    workers: list[SpawnProcess] = []
    pipes: list[Connection] = []
    try:
        with _interrupts_held():
            for _ in range(count):
                ours, theirs = context.Pipe()
                pipes.append(ours)
                worker = context.Process(target=_work, args=(function, theirs), daemon=True)
                worker.start()
                workers.append(worker)
                theirs.close()
        yield pipes
    finally:
        for pipe in pipes:
            pipe.close()
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.join()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C back while processes start: they inherit that, and so never see it; this process gets it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(function: Callable[[Any], Any], pipe: Connection) -> None:
    """Answer items with results until the pipe is closed; what a worker does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):  # the process that asks has ended
        while True:
            number, item = pipe.recv()
            pipe.send_bytes(_answer(function, number, item))


def _answer(function: Callable[[Any], Any], number: int, item: Any) -> bytes:
    try:
        return pickle.dumps((number, True, function(item)))
    except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
        # Made anew from its parts: pickle would call its class with other arguments than it was made with.
        kind, arguments, attributes = type(error), error.args, vars(error)
        try:
            return pickle.dumps((number, False, (kind, arguments, attributes)))
        except Exception:  # noqa: BLE001 - whatever its parts raise: its kind at least arrives
            return pickle.dumps((number, False, (RuntimeError, (kind.__name__,), {})))


def _send(pipe: Connection, task: bytes) -> None:
    try:
        pipe.send_bytes(task)
    except OSError:
        raise WorkerLostError from None


def _receive(pipe: Connection) -> tuple[int, bool, Any]:
    try:
        answer: tuple[int, bool, Any] = pickle.loads(pipe.recv_bytes())  # noqa: S301 - our own worker wrote it
    except (EOFError, OSError):
        raise WorkerLostError from None
    return answer


def _rebuilt(kind: type[Exception], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> Exception:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    vars(error).update(attributes)
    return error
