"""Worker processes that do jobs step by step: how they are started and ended, and what is said to them and by them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, TypeAlias, TypeVar

from datapipeline_converters.errors import WorkerLostError

_T = TypeVar("_T")
_R = TypeVar("_R")

# Makes a generator of an item, which yields at the end of each step and is sent what the next one needs.
Job: TypeAlias = Callable[[_T], Generator[Any, Any, _R]]

# Messages of so many bytes together fit into a pipe that nobody reads from, on every system.
_SMALL = 8_192
# What a worker is in the middle of writing it may finish, in seconds.
_GRACE = 10.0
# What workers need is imported once for all of them, where processes can be copied.
_NEEDED = ["datapipeline_converters.assessment.examine", "datapipeline_converters.reconversion"]


class Kind(Enum):
    """What a worker says of an item."""

    STEP = auto()  # the job has yielded
    RESULT = auto()  # the job has returned
    RAISED = auto()
    UNSENDABLE = auto()  # it came to something that cannot be pickled


Answer: TypeAlias = tuple[Kind, Any]


@dataclass
class Worker:
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

    def receive(self) -> tuple[int, list[Answer]]:
        """Return the number of a batch and what became of its items; there is something to read, or the process has ended."""
        try:
            if not self.pipe.poll():
                raise WorkerLostError
            answer: tuple[int, list[Answer]] = pickle.loads(self.pipe.recv_bytes())  # noqa: S301 - our own worker wrote it
        except (EOFError, OSError):
            raise WorkerLostError from None
        return answer


@dataclass
class Running:
    """A job on its way, in whichever process.

    :param answer: what it came to in its last step
    """

    steps: Generator[Any, Any, Any]
    answer: Answer | None = None

    def go_on(self, reply: Any) -> Answer:
        """Do the next step; after an exception nothing more comes."""
        if self.answer is None or self.answer[0] is Kind.STEP:
            try:
                self.answer = Kind.STEP, self.steps.send(reply)
            except StopIteration as end:
                self.answer = Kind.RESULT, end.value
            except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
                # Made anew from its parts: pickle would call its class with other arguments than it was made with.
                self.answer = Kind.RAISED, (type(error), error.args, vars(error))
        return self.answer


def rebuilt(kind: type[Exception], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> Exception:
    """Return an exception made anew from its class, its arguments and its attributes."""
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    vars(error).update(attributes)
    return error


@contextmanager
def started(job: Job[Any, Any], count: int) -> Iterator[list[Worker]]:
    """Give as many workers as asked for, which do a job; they are ended behind it.

    :param job: can be pickled
    :raises WorkerLostError: when one cannot start
    """
    start = _starter()
    packed = pickle.dumps(job)
    crew: list[Worker] = []
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


def _starter() -> Callable[[bytes], Worker]:
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


def _new(context: Any, held: Callable[[], AbstractContextManager[None]], job: bytes) -> Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(job, theirs), daemon=True)
    try:
        with held():
            process.start()
    except (OSError, EOFError):
        raise WorkerLostError("A worker process could not start.") from None
    finally:
        theirs.close()
    return Worker(process, ours)


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
        running: dict[int, list[Running]] = {}
        pipe.send_bytes(pickle.dumps((-1, [])))
        while True:
            number, values = pipe.recv()
            replies: list[Any] = values
            if number not in running:
                running[number] = [Running(make(item)) for item in values]
                replies = [None] * len(values)
            answers = [one.go_on(reply) for one, reply in zip(running[number], replies, strict=True)]
            if all(kind is not Kind.STEP for kind, _ in answers):
                del running[number]
            pipe.send_bytes(_packed(number, answers))


def _packed(number: int, answers: list[Answer]) -> bytes:
    try:
        return pickle.dumps((number, answers))
    except Exception:  # noqa: BLE001 - whatever an answer raises
        return pickle.dumps((number, [_sendable(*answer) for answer in answers]))


def _sendable(kind: Kind, value: Any) -> Answer:
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 - whatever its parts raise
        return Kind.UNSENDABLE, None
    return kind, value
