"""Carries bytes from a thread that produces them to the one that takes them, with a bound on what is on its way."""

from __future__ import annotations

import contextvars
import threading
from collections import deque
from typing import TYPE_CHECKING

from datapipeline_provider.hooks.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

MOST_BYTES = 4 << 20
PAUSE = 0.2


class _TakerGoneError(Exception):
    """Ends the producer when nobody takes its bytes any more."""


class Channel:
    """The bytes of a producer that runs in a thread of its own while the block lasts.

    The block gets an iterator. What the producer raises, the iterator raises. When the block is left, by an
    exception or not, the producer is stopped, and it has ended when the block has ended.

    :param produce: is given a function that takes bytes, and waits while too many are on their way.
    :param interrupt: makes `produce` fail soon where it waits for something else; called several times.
    :param stop: set from outside to end both sides with CancelledError.
    """

    def __init__(
        self,
        produce: Callable[[Callable[[bytes], object]], object],
        interrupt: Callable[[], None],
        stop: threading.Event,
    ) -> None:
        self._produce, self._interrupt, self._stop = produce, interrupt, stop
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._ended = self._left = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=lambda: context.run(self._run), name="datapipeline-source", daemon=True
        )

    def __enter__(self) -> Iterator[bytes]:
        self._thread.start()
        return self._taken()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._left = True
            self._changed.notify_all()
        while self._thread.is_alive():
            self._thread.join(PAUSE)
            if not self._ended:
                self._interrupt()
        self._parts.clear()

    def _run(self) -> None:
        try:
            self._produce(self._put)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that takes
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _put(self, data: bytes) -> None:
        with self._changed:
            while self._size >= MOST_BYTES and not self._left:
                self._wait()
            if self._left:
                raise _TakerGoneError
            self._parts.append(data)
            self._size += len(data)
            self._changed.notify_all()

    def _taken(self) -> Iterator[bytes]:
        while True:
            with self._changed:
                while not self._parts and not self._ended:
                    self._wait()
                if not self._parts:
                    break
                data = self._parts.popleft()
                self._size -= len(data)
                self._changed.notify_all()
            yield data
        if self._error is not None:
            raise self._error

    def _wait(self) -> None:
        if self._stop.is_set():
            raise CancelledError
        self._changed.wait(PAUSE)
