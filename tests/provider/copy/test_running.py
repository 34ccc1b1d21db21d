from __future__ import annotations

import signal
import threading
import time
from typing import Any

import pytest
from datapipeline_provider.copy.running import Cancellable


def test_the_result_and_the_error_reach_the_caller() -> None:
    assert Cancellable(lambda: 42, lambda: None).run() == 42
    with pytest.raises(ZeroDivisionError):
        Cancellable(lambda: 1 // 0, lambda: None).run()


def test_cancelling_from_a_signal_handler_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, undone = threading.Event(), threading.Event()

    def work() -> None:
        stop.wait(30)
        undone.set()
        raise RuntimeError("stopped")

    running = Cancellable(work, stop.set)
    handled: list[bool] = []

    def handler(*_: Any) -> None:
        running.cancel()
        handled.append(undone.is_set())

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(RuntimeError, match="stopped"):
            running.run()
    finally:
        signal.signal(signal.SIGALRM, before)
    assert handled == [True]


def test_an_exception_in_the_waiting_thread_cancels_the_work_first() -> None:
    class Timeout(BaseException):
        pass

    stop, undone = threading.Event(), threading.Event()

    def work() -> None:
        stop.wait(30)
        time.sleep(0.3)
        undone.set()

    def handler(*_: Any) -> None:
        raise Timeout

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(Timeout):
            Cancellable(work, stop.set).run()
    finally:
        signal.signal(signal.SIGALRM, before)
    assert undone.is_set()
