"""Applies a function to many items in worker processes, and gives the results in the items' order."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, TypeAlias, TypeVar

from datapipeline_converters.errors import WorkerLostError

_T = TypeVar("_T")
_R = TypeVar("_R")

Job: TypeAlias = Callable[[_T], Generator[Any, Any, _R]]
Decision: TypeAlias = Callable[[_T, Any], Any]

# With fewer items, this process is done about as soon as workers have started (half a second to a second).
THRESHOLD = 100
# So many items go to a worker at once: a message costs less than a hundredth of the work on them.
_TOGETHER = 4
# So many batches wait at most for an earlier one, for each worker: what is held does not grow with the number of items.
_AHEAD = 8
# A worker has so many batches that are not through their second step: while one is worked on, others wait for a decision.
_BEGUN = 3
# Messages of so many bytes together fit into a pipe that nobody reads from, on every system.
_SMALL = 8_192
# A worker that has not begun after so many seconds never will.
_PATIENCE = 120.0
# What a worker is in the middle of writing it may finish, in seconds.
_GRACE = 10.0
# What workers need is imported once for all of them, where processes can be copied.
_NEEDED = ["datapipeline_converters.assessment.examine", "datapipeline_converters.reconversion"]


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
        with _started(job, workers) as crew:
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


class _Kind(Enum):
    """What a worker says of an item."""

    STEP = auto()  # the job has yielded
    RESULT = auto()  # the job has returned
    RAISED = auto()
    UNSENDABLE = auto()  # it came to something that cannot be pickled


_Answer: TypeAlias = tuple[_Kind, Any]


@dataclass
class _Worker:
    """A worker process, seen from this one.

    :param ready: whether it has said that it has started
    :param unanswered: sizes of the messages that it has not answered, in bytes
    :param waiting: messages to send, by the number of their batch
    :param begun: the numbers of batches that are not through their second step
    """

    process: BaseProcess
    pipe: Connection
    ready: bool = False
    unanswered: deque[int] = field(default_factory=deque)
    waiting: dict[int, bytes] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)

    def takes(self, size: int) -> bool:
        """Tell whether a message can be sent without waiting for anybody: an idle worker reads it, else it fits into the pipe."""
        if not self.unanswered:
            return True
        return len(self.unanswered) < 2 and sum(self.unanswered) + size <= _SMALL

    def send(self, message: bytes) -> None:
        """Send a message."""
        try:
            self.pipe.send_bytes(message)
        except OSError:
            raise WorkerLostError from None
        self.unanswered.append(len(message))

    def receive(self) -> tuple[int, list[_Answer]]:
        """Return the number of a batch and what became of its items; there is something to read, or the process has ended."""
        try:
            if not self.pipe.poll():
                raise WorkerLostError
            answer: tuple[int, list[_Answer]] = pickle.loads(self.pipe.recv_bytes())  # noqa: S301 - our own worker wrote it
        except (EOFError, OSError):
            raise WorkerLostError from None
        return answer


@dataclass
class _Running:
    """A job on its way, in whichever process.

    :param answer: what it came to in its last step
    """

    steps: Generator[Any, Any, Any]
    answer: _Answer | None = None

    def go_on(self, reply: Any) -> _Answer:
        """Do the next step; after an exception nothing more comes."""
        if self.answer is None or self.answer[0] is _Kind.STEP:
            try:
                self.answer = _Kind.STEP, self.steps.send(reply)
            except StopIteration as end:
                self.answer = _Kind.RESULT, end.value
            except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
                # Made anew from its parts: pickle would call its class with other arguments than it was made with.
                self.answer = _Kind.RAISED, (type(error), error.args, vars(error))
        return self.answer


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
    worker: _Worker | None
    step: int = 1
    answers: list[_Answer] | None = None
    replies: list[list[Any]] = field(default_factory=list)
    here: list[_Running] = field(default_factory=list)


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
        crew: list[_Worker],
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
                    if kind is _Kind.RAISED:
                        raise _rebuilt(*value)
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
                    decide(item, value) if kind is _Kind.STEP else None for item, (kind, value) in answered
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

    def _begin(self, items: list[Any], worker: _Worker | None) -> None:
        batch = self._under_way[self._begun] = _Batch(self._begun, items, worker)
        self._begun += 1
        self._next = self._drawn()
        if worker is None:
            batch.here = [_Running(self._job(item)) for item in items]
            self._do_here(batch, [None] * len(items))

    def _do_here(self, batch: _Batch, replies: list[Any]) -> None:
        """Do a step in this process."""
        self._answered(batch, [job.go_on(reply) for job, reply in zip(batch.here, replies, strict=True)])

    def _drawn(self) -> list[Any] | None:
        return list(islice(self._items, _TOGETHER)) or None

    def _listen(self) -> None:
        """Wait until a worker says something, and note it."""
        sources: dict[Any, _Worker] = {worker.pipe: worker for worker in self._crew}
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

    def _answered(self, batch: _Batch, answers: list[_Answer]) -> None:
        batch.answers = [
            self._again(batch, index) if answer[0] is _Kind.UNSENDABLE else answer
            for index, answer in enumerate(answers)
        ]
        last = self._finished(batch)
        if batch.worker and (last or batch.step > 1):
            batch.worker.begun.discard(batch.number)
        if last and self._on_done is not None:
            for _ in batch.items:
                self._on_done()

    def _again(self, batch: _Batch, index: int) -> _Answer:
        """Do in this process what a worker has done and cannot send."""
        job = _Running(self._job(batch.items[index]))
        answer = job.go_on(None)
        for replies in batch.replies:
            answer = job.go_on(replies[index])
        return answer


@contextmanager
def _started(job: Job[Any, Any], count: int) -> Iterator[list[_Worker]]:
    """Start workers, and end them."""
    start = _starter()
    packed = pickle.dumps(job)
    crew: list[_Worker] = []
    try:
        for _ in range(count):
            crew.append(start(packed))
        yield crew
    finally:
        for worker in crew:
            worker.pipe.close()
        for worker in crew:
            worker.process.terminate()
        last = time.monotonic() + _GRACE
        for worker in crew:
            worker.process.join(max(0.0, last - time.monotonic()))
            worker.process.kill()
            worker.process.join()


def _starter() -> Callable[[bytes], _Worker]:
    """Return what starts a worker with a job; it inherits no threads, locks or files of this process."""
    if sys.platform == "win32" or "forkserver" not in multiprocessing.get_all_start_methods():
        return partial(_new, multiprocessing.get_context("spawn"), _interrupts_held)
    from multiprocessing import forkserver, resource_tracker

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_NEEDED)
    resource_tracker.ensure_running()  # it would let Ctrl-C through again when it starts
    with _interrupts_held():
        forkserver.ensure_running()
    # It may be busy with imports when it is asked for a worker: Ctrl-C ends the waiting.
    return partial(_new, context, nullcontext)


def _new(context: Any, held: Callable[[], AbstractContextManager[None]], job: bytes) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(job, theirs), daemon=True)
    try:
        with held():
            process.start()
    except (OSError, EOFError):
        raise WorkerLostError("A worker process could not start.") from None
    finally:
        theirs.close()
    return _Worker(process, ours)


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


def _end(_number: int, _frame: FrameType | None) -> None:
    """End this worker at once; what must not be broken off keeps the signal back meanwhile."""
    os._exit(0)


def _work(job: bytes, pipe: Connection) -> None:
    """Do what the messages say until the pipe is closed; what a worker does."""
    with suppress(EOFError, OSError):  # the process that asks has ended
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _end)
        make: Job[Any, Any] = pickle.loads(job)  # noqa: S301 - this program wrote it
        running: dict[int, list[_Running]] = {}
        pipe.send_bytes(pickle.dumps((-1, [])))
        while True:
            number, values = pipe.recv()
            replies: list[Any] = values
            if number not in running:
                running[number] = [_Running(make(item)) for item in values]
                replies = [None] * len(values)
            answers = [one.go_on(reply) for one, reply in zip(running[number], replies, strict=True)]
            if all(kind is not _Kind.STEP for kind, _ in answers):
                del running[number]
            pipe.send_bytes(_packed(number, answers))


def _packed(number: int, answers: list[_Answer]) -> bytes:
    try:
        return pickle.dumps((number, answers))
    except Exception:  # noqa: BLE001 - whatever an answer raises
        return pickle.dumps((number, [_sendable(*answer) for answer in answers]))


def _sendable(kind: _Kind, value: Any) -> _Answer:
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 - whatever its parts raise
        return _Kind.UNSENDABLE, None
    return kind, value


def _rebuilt(kind: type[Exception], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> Exception:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    vars(error).update(attributes)
    return error
