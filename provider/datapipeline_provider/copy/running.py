"""Runs work that can be cancelled at any moment."""

from __future__ import annotations

import _thread
import contextvars
import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from datapipeline_provider.hooks.errors import CancelledError, without_driver

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PAUSE = 0.2
SECONDS_TO_UNDO = 60.0
SECONDS_AFTER_A_KILL = 4.0
"""Five seconds after SIGTERM, Airflow kills a task that has not ended."""


class Cancellable(Generic[T]):
    """A piece of work in a thread of its own, while the caller waits.

    The caller has to be able to react: a database driver waits in C code, where Python's signal handlers (a task
    that is cleared, an execution timeout) would run only after the query has ended.

    :param work: what is done; undoes its own half-done work when it fails.
    :param interrupt: makes `work` fail soon, called from another thread and possibly several times.
    """

    def __init__(self, work: Callable[[], T], interrupt: Callable[[], None]) -> None:
        self._work = work
        self._interrupt = interrupt
        self._results: list[T] = []
        self._error: BaseException | None = None
        # Not Thread.is_alive: an exception that interrupts join makes Python 3.11 believe that the thread has ended.
        self._ended = self._left_alone = self._interrupting = False
        self._wake = threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=lambda: context.run(self._run), name="datapipeline", daemon=True
        )

    def run(self) -> T:
        """Do the work and give its result, or raise its error; whatever interrupts the wait cancels it first."""
        self._thread.start()
        try:
            while not self._ended and not self._left_alone:
                self._wake.wait(PAUSE)
        except BaseException:
            self.cancel(SECONDS_TO_UNDO)
            raise
        if not self._ended:
            raise CancelledError
        if self._error is not None:
            raise self._error
        return self._results[0]

    def cancel(self, seconds: float = SECONDS_AFTER_A_KILL) -> None:
        """Interrupt the work and wait until it has undone itself; safe in any thread and in a signal handler.

        :param seconds: after which the work is left alone, and `run` raises CancelledError: a server does not
            answer.
        """
        deadline = time.monotonic() + seconds
        while not self._ended and self._thread.ident and time.monotonic() < deadline:
            if not self._interrupting:  # again and again: it does nothing while no query runs
                self._interrupting = True
                # A server that stands still does not answer here either. Not threading's: those take locks, whose
                # holder the handler may have interrupted.
                _thread.start_new_thread(self._interrupt_once, ())
            time.sleep(PAUSE)
        self._left_alone = bool(self._thread.ident)

    def _interrupt_once(self) -> None:
        try:
            self._interrupt()
        finally:
            self._interrupting = False

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._error = without_driver(error)
        finally:
            self._ended = True
            self._wake.set()
