"""Bytes between two threads: bounded, and neither side outlives the other."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.copy.channel import MOST_BYTES, Channel
from datapipeline_provider.hooks.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Iterator


def give_up(_: object) -> None:
    raise ZeroDivisionError


def nothing() -> None:
    """Interrupt nothing."""


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert "datapipeline-source" not in {thread.name for thread in threading.enumerate()}


def test_bytes_arrive_in_order() -> None:
    def produce(write: Any) -> None:
        for number in range(1000):
            write(b"%d," % number)

    with Channel(produce, nothing, threading.Event()) as parts:
        assert b"".join(parts) == b"".join(b"%d," % number for number in range(1000))


def test_a_fast_producer_waits() -> None:
    given = []

    def produce(write: Any) -> None:
        for _ in range(20):
            write(bytes(1 << 20))
            given.append(1)

    with Channel(produce, nothing, threading.Event()) as parts:
        next(parts)
        time.sleep(0.3)
        assert len(given) <= (MOST_BYTES >> 20) + 2
        assert sum(map(len, parts)) == 19 << 20


def test_the_producers_error_comes_after_its_bytes() -> None:
    def produce(write: Any) -> None:
        write(b"x")
        raise ZeroDivisionError

    with Channel(produce, nothing, threading.Event()) as parts:
        assert next(parts) == b"x"
        with pytest.raises(ZeroDivisionError):
            next(parts)


def test_the_takers_error_ends_a_producer_that_waits_to_write() -> None:
    ended = []

    def produce(write: Any) -> None:
        try:
            while True:
                write(bytes(1 << 20))
        finally:
            ended.append(1)

    with pytest.raises(ZeroDivisionError), Channel(produce, nothing, threading.Event()) as parts:
        give_up(next(parts))
    assert ended == [1]


def test_the_takers_error_interrupts_a_producer_that_waits_for_something_else() -> None:
    interrupted = threading.Event()
    with (
        pytest.raises(ZeroDivisionError),
        Channel(lambda _: interrupted.wait(60), interrupted.set, threading.Event()),
    ):
        raise ZeroDivisionError
    assert interrupted.is_set()


def test_stop_ends_both() -> None:
    stop, interrupted = threading.Event(), threading.Event()
    threading.Timer(0.1, stop.set).start()
    with (
        pytest.raises(CancelledError),
        Channel(lambda _: interrupted.wait(60), interrupted.set, stop) as parts,
    ):
        next(parts)
