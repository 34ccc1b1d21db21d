from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from datapipeline_provider.shell import process
from datapipeline_provider.shell.process import Lines, ProcessGroup

from tests.servers.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHILD = "sleep 1000 & echo $! > child.part; mv child.part child; "  # in the background, its number in a file


def run(command: str, cwd: Path) -> tuple[int, bytes, bytes]:
    out, err = bytearray(), bytearray()
    code = start(command, cwd).wait(out.extend, err.extend)
    return code, bytes(out), bytes(err)


def start(command: str, cwd: Path) -> ProcessGroup:
    return ProcessGroup(["bash", "-c", command], {"PATH": os.environ["PATH"]}, cwd)


@pytest.mark.parametrize(
    ("command", "result"),
    [
        ("true", (0, b"", b"")),
        ("echo out; echo err >&2", (0, b"out\n", b"err\n")),
        ("printf 'no end'", (0, b"no end", b"")),
        ("exit 99", (99, b"", b"")),
        ("echo before; kill -9 $$", (-9, b"before\n", b"")),
        ("nothing-of-this-name 2>/dev/null", (127, b"", b"")),
        ("cat", (0, b"", b"")),  # standard input is empty
        ("exec >&- 2>&-; exit 3", (3, b"", b"")),
        ("(sleep 0.2; echo late) & echo early", (0, b"early\nlate\n", b"")),  # is waited for
        ("head -c 3000000 /dev/zero | tr '\\0' x; echo e >&2", (0, b"x" * 3000000, b"e\n")),
    ],
)
def test_exit_code_and_streams(command: str, result: tuple[int, bytes, bytes], tmp_path: Path) -> None:
    assert run(command, tmp_path) == result


def test_both_streams_full_at_once(tmp_path: Path) -> None:
    code, out, err = run("for i in $(seq 20000); do echo $i; echo $i >&2; done", tmp_path)
    assert (code, out) == (0, err)
    assert out.endswith(b"\n20000\n")


def test_output_comes_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    seen: list[bytes] = []

    def take(chunk: bytes) -> None:
        seen.append(chunk)
        (tmp_path / "go").unlink(missing_ok=True)  # only then the command goes on

    assert start("echo one; while [ -e go ]; do :; done; echo two", tmp_path).wait(take, take) == 0
    assert seen == [b"one\n", b"two\n"]


def test_a_process_left_in_the_background_is_ended(tmp_path: Path) -> None:
    assert run(CHILD.replace("&", ">/dev/null 2>&1 &", 1), tmp_path)[0] == 0
    assert_dead(tmp_path)


@pytest.mark.parametrize(
    "command",
    ["wait", "trap 'echo bye; exit 0' TERM; wait", "exec >&- 2>&-; wait", "trap '' TERM; wait; wait"],
)
def test_terminate_in_a_signal_handler(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    group = start(CHILD + command, tmp_path)
    with interrupted(tmp_path, group.terminate):
        group.wait(ignore, ignore)
    assert_dead(tmp_path)


def test_what_ignores_the_polite_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    group = start("trap '' TERM; " + CHILD + "while :; do wait; done", tmp_path)
    with interrupted(tmp_path, group.terminate):
        assert group.wait(ignore, ignore) == -signal.SIGKILL
    assert_dead(tmp_path)


def test_a_polite_end_is_waited_for(tmp_path: Path) -> None:
    group = start("trap 'sleep 0.5; echo cleaned up; exit 7' TERM; " + CHILD + "wait", tmp_path)
    out = bytearray()
    with interrupted(tmp_path, group.terminate):
        assert group.wait(out.extend, ignore) == 7
    assert out == b"cleaned up\n"


def test_nothing_is_left_when_an_error_comes(tmp_path: Path) -> None:
    def fail() -> None:
        raise TimeoutError

    group = start(CHILD + "wait", tmp_path)
    with interrupted(tmp_path, fail), pytest.raises(TimeoutError):
        group.wait(ignore, ignore)
    assert_dead(tmp_path)


def test_nothing_is_left_when_a_sink_fails(tmp_path: Path) -> None:
    def fail(chunk: bytes) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        start(CHILD + "echo; wait", tmp_path).wait(fail, fail)
    assert_dead(tmp_path)


def test_terminate_after_the_end_signals_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = start("true", tmp_path)
    assert group.wait(ignore, ignore) == 0
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("the number may be another group's by now"))
    group.terminate()


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ([], []),
        ([b"a\nb\n"], ["a", "b"]),
        ([b"a", b"b\nc"], ["ab", "c"]),
        ([b"a\r\n", b"\n"], ["a", ""]),
        ([b"\xff\n"], ["\N{REPLACEMENT CHARACTER}"]),
        ([b"\xc3", b"\xa4\n"], ["ä"]),
        ([b"50%\r100%\n"], ["50%\r100%"]),
    ],
)
def test_lines(chunks: list[bytes], lines: list[str]) -> None:
    shown: list[str] = []
    cut = Lines(shown.append)
    for chunk in chunks:
        cut.feed(chunk)
    cut.end()
    assert shown == lines


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    shown: list[str] = []
    cut = Lines(shown.append)
    for _ in range(100):
        cut.feed(b"x" * 60_000)
    cut.end()
    assert sum(map(len, shown)) == 6_000_000
    assert max(map(len, shown)) < 200_000


@contextmanager
def interrupted(cwd: Path, handle: Callable[[], None]) -> Iterator[None]:
    """Send this process a signal as soon as the command has its child; `handle` is the signal's handler."""

    def send() -> None:
        wait_until((cwd / "child").exists, 20, "the command has started its child")
        time.sleep(0.02)  # so that the main thread is in its select
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, lambda *_: handle())
    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        sender.join()
        signal.signal(signal.SIGUSR1, before)


def assert_dead(cwd: Path) -> None:
    """The child is gone, or dead and not yet fetched by the process that inherited it."""
    stat = Path("/proc", (cwd / "child").read_text().strip(), "stat")
    wait_until(
        lambda: not stat.exists() or stat.read_text().rsplit(")")[1].split()[0] == "Z", 5, "it is dead"
    )


def ignore(chunk: bytes) -> None:
    pass
