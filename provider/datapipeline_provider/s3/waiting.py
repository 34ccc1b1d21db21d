"""Waits for requests that S3 may never answer, and leaves them alone when everything is to stop."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, TypeVar

from datapipeline_provider.hooks.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PAUSE = 0.2


def result(call: Callable[[], T], stop: threading.Event | None) -> T:
    """Do a request and give its result; CancelledError soon after `stop` is set, whatever the request does then."""
    if stop is None:
        return call()
    future = _begun(call)
    while not stop.is_set():
        if wait([future], PAUSE).done:
            return future.result()
    raise CancelledError


def within(call: Callable[[], object], seconds: float) -> bool:
    """Do a request; False if it has not ended after some time."""
    return bool(wait([_begun(call)], seconds).done)


def _begun(call: Callable[[], T]) -> Future[T]:
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            future.set_exception(error)

    # Not of a pool: Python waits at its end for the threads of pools.
    threading.Thread(target=work, name="s3-request", daemon=True).start()
    return future
