"""Applies a function to many items in worker processes, and gives the results in the items' order."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from multiprocessing.connection import wait
from typing import Any, TypeAlias, TypeVar

from datapipeline_converters.errors import WorkerLostError
from datapipeline_converters.workers import Answer, Job, Kind, Running, Worker, rebuilt, started

_T = TypeVar("_T")
_R = TypeVar("_R")

Decision: TypeAlias = Callable[[_T, Any], Any]

# With fewer items, this process is done about as soon as workers have started (half a second to a second).
THRESHOLD = 100
# So many items go to a worker at once: a message costs less than a hundredth of the work on them.
_TOGETHER = 4
# So many batches wait at most for an earlier one, for each worker: what is held does not grow with the number of items.
_AHEAD = 8
# A worker has so many batches that are not through their second step: while one is worked on, others wait for a decision.
_BEGUN = 3
# A worker that has not begun after so many seconds never will.
_PATIENCE = 120.0


def each(
    function: Callable[[_T], _R],
    items: Iterable[_T],
    on_done: Callable[[], object] | None = None,
    processes: int | None = None,
) -> Generator[_R, None, None]:
    """Yield the function's result for each item, in the items' order, as soon as it and all before it are there.

    Many items are worked on by all cores; few ones by this process. Items are taken as workers become free.
    Closing the generator, an exception and Ctrl-C end the workers at once.

    :param function: can be pickled; it must not depend on what this process changed since it started. Where a result cannot
        be pickled, the function is called again in this process
    :param on_done: called in this process whenever a result has come, in no certain order
    :param processes: how many workers at most; one for each core if None, and none at all, only this process, if 1
    :raises WorkerLostError: when a worker process ends by itself, for want of memory for example, or cannot start
    """
    yield from in_steps(partial(_at_once, function), items, (), on_done, processes)


def in_steps(
    job: Job[_T, _R],
    items: Iterable[_T],
    decisions: Sequence[Decision[_T]],
    on_done: Callable[[], object] | None = None,
    processes: int | None = None,
) -> Generator[_R, None, None]:
    """Yield what the job returns for each item, as `each` does, where this process has a say between the job's steps.

    :param job: makes a generator of an item, which yields once for each decision and is sent what was decided; all its steps
        are run by the same process
    :param decisions: each is called in this process with an item and what its job yielded, in the items' order
    """
    rest = iter(items)
    first = list(islice(rest, THRESHOLD))
    workers = usable_cores() if processes is None else processes
    everything = chain(first, rest)
    if workers < 2 or len(first) < THRESHOLD:
        for item in everything:
            result = _whole(job, item, decisions)
            if on_done is not None:
                on_done()
            yield result
    else:
        del first
        with started(job, workers) as crew:
            yield from _Spread(job, everything, decisions, on_done, crew).results()


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _at_once(function: Callable[[_T], _R], item: _T) -> Generator[Any, Any, _R]:
    yield from ()
    return function(item)


def _whole(job: Job[_T, _R], item: _T, decisions: Sequence[Decision[_T]]) -> _R:
    """Run all steps of a job in this process."""
    steps = job(item)
    reply = None
    for decide in decisions:
        reply = decide(item, steps.send(reply))
    return _last(steps, reply)


def _last(steps: Generator[Any, Any, _R], reply: Any) -> _R:
    try:
        steps.send(reply)
    except StopIteration as end:
        result: _R = end.value
        return result
    raise TypeError("a job has more steps than there are decisions")


@dataclass
class _Batch:
    """A few items that one worker works on, step by step.

    :param worker: None where this process works on them, because they cannot be sent
    :param step: which step is being done, or is done, counted from 1
    :param answers: what the items came to in that step; None while it is being done
    :param replies: what was decided behind each step before
    """

    number: int
    items: list[Any]
    worker: Worker | None
    step: int = 1
    answers: list[Answer] | None = None
    replies: list[list[Any]] = field(default_factory=list)
    here: list[Running] = field(default_factory=list)


class _Spread:
    """Batches on their way through the workers.

    :param crew: the workers
    """

    def __init__(
        self,
        job: Job[Any, Any],
        items: Iterator[Any],
        decisions: Sequence[Decision[Any]],
        on_done: Callable[[], object] | None,
        crew: list[Worker],
    ) -> None:
        self._job = job
        self._items = items
        self._decisions = decisions
        self._on_done = on_done
        self._crew = crew
        self._under_way: dict[int, _Batch] = {}
        self._begun = 0
        self._turns = [0] * len(decisions)
        self._next = self._drawn()

    def results(self) -> Iterator[Any]:
        """Yield the results in order."""
        due = 0
        while self._next or self._under_way:
            self._decide()
            went_on = self._feed()
            while (batch := self._under_way.get(due)) and self._finished(batch):
                for kind, value in batch.answers or ():
                    if kind is Kind.RAISED:
                        raise rebuilt(*value)
                    yield value
                del self._under_way[due]
                due += 1
                went_on = True
            if not went_on:
                self._listen()

    def _finished(self, batch: _Batch) -> bool:
        return batch.answers is not None and batch.step > len(self._decisions)

    def _decide(self) -> None:
        """Take all decisions that can be taken, each in the items' order, and have the next steps done."""
        for step, decide in enumerate(self._decisions, start=1):
            while (batch := self._under_way.get(self._turns[step - 1])) and batch.step == step:
                if batch.answers is None:
                    break
                answered = zip(batch.items, batch.answers, strict=True)
                replies = [
                    decide(item, value) if kind is Kind.STEP else None for item, (kind, value) in answered
                ]
                self._turns[step - 1] += 1
                batch.replies.append(replies)
                batch.step += 1
                batch.answers = None
                if batch.worker is None:
                    self._do_here(batch, replies)
                else:
                    batch.worker.waiting[batch.number] = pickle.dumps((batch.number, replies))

    def _feed(self) -> bool:
        """Give the workers as much to do as they take; tell whether this process did something instead."""
        here = False
        for worker in self._crew:
            while worker.ready:
                room = len(self._under_way) < _AHEAD * len(self._crew) and len(worker.begun) < _BEGUN
                if self._next and room:
                    try:
                        message = pickle.dumps((self._begun, self._next))
                    except Exception:  # noqa: BLE001 - whatever keeps it from being sent: this process can work on it
                        self._begin(self._next, None)
                        here = True
                        continue
                    if not worker.takes(len(message)):
                        break
                    worker.begun.add(self._begun)
                    self._begin(self._next, worker)
                elif worker.waiting and worker.takes(len(worker.waiting[min(worker.waiting)])):
                    message = worker.waiting.pop(min(worker.waiting))
                else:
                    break
                worker.send(message)
        return here

    def _begin(self, items: list[Any], worker: Worker | None) -> None:
        batch = self._under_way[self._begun] = _Batch(self._begun, items, worker)
        self._begun += 1
        self._next = self._drawn()
        if worker is None:
            batch.here = [Running(self._job(item)) for item in items]
            self._do_here(batch, [None] * len(items))

    def _do_here(self, batch: _Batch, replies: list[Any]) -> None:
        """Do a step in this process."""
        self._answered(batch, [job.go_on(reply) for job, reply in zip(batch.here, replies, strict=True)])

    def _drawn(self) -> list[Any] | None:
        return list(islice(self._items, _TOGETHER)) or None

    def _listen(self) -> None:
        """Wait until a worker says something, and note it."""
        sources: dict[Any, Worker] = {worker.pipe: worker for worker in self._crew}
        sources |= {worker.process.sentinel: worker for worker in self._crew}
        heard = wait(list(sources), None if any(worker.ready for worker in self._crew) else _PATIENCE)
        if not heard:
            raise WorkerLostError("No worker process could start.")
        for worker in {id(sources[source]): sources[source] for source in heard}.values():
            number, answers = worker.receive()
            if worker.ready:
                worker.unanswered.popleft()
                self._answered(self._under_way[number], answers)
            worker.ready = True

    def _answered(self, batch: _Batch, answers: list[Answer]) -> None:
        batch.answers = [
            self._again(batch, index) if answer[0] is Kind.UNSENDABLE else answer
            for index, answer in enumerate(answers)
        ]
        last = self._finished(batch)
        if batch.worker and (last or batch.step > 1):
            batch.worker.begun.discard(batch.number)
        if last and self._on_done is not None:
            for _ in batch.items:
                self._on_done()

    def _again(self, batch: _Batch, index: int) -> Answer:
        """Do in this process what a worker has done and cannot send."""
        job = Running(self._job(batch.items[index]))
        answer = job.go_on(None)
        for replies in batch.replies:
            answer = job.go_on(replies[index])
        return answer
