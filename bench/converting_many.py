"""How long many definitions take to convert, and how much memory all processes together: one core against all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import psutil  # type: ignore[import-untyped]

SIZES = (100, 1_000, 5_000)
ON_ONE_CORE = 1_000
EXAMPLES = Path(__file__).parent.parent / "dags" / "definitions"
_COMMAND = "from datapipeline_converters.cli import run; run()"
_PINNED = f"import os; os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}}); {_COMMAND}"
_SAMPLE = 0.2


def results(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what was measured, and how it came out."""
    before: float | None = None
    for size in SIZES:
        estate = folder / f"definitions-{size}"
        fill(estate, size)
        seconds, peak = converted(estate, folder / "first", _COMMAND)
        growth = "" if before is None else f", {seconds / before:.1f} times as long"
        yield f"{size:,} definitions, all cores", f"{seconds:.1f} s, {peak:.0f} MB in all processes{growth}"
        before = seconds
        if size == ON_ONE_CORE:
            again, _ = converted(estate, folder / "first", _COMMAND)
            yield f"{size:,} definitions, all cores, again into the same folder", f"{again:.1f} s"
            if hasattr(os, "sched_setaffinity"):
                alone, peak = converted(estate, folder / "second", _PINNED)
                times = f"{alone / seconds:.1f} times as long as {len(os.sched_getaffinity(0))}"
                yield f"{size:,} definitions, one core", f"{alone:.1f} s, {peak:.0f} MB, {times}"
        for used in (estate, folder / "first", folder / "second"):
            shutil.rmtree(used, ignore_errors=True)


def fill(folder: Path, size: int) -> None:
    """Write so many definitions into a folder: the examples under other names."""
    folder.mkdir()
    for number, path in zip(range(size), cycle(sorted(EXAMPLES.glob("*.json"))), strict=False):
        shutil.copyfile(path, folder / f"{path.stem}_{number:05}.json")


def converted(definitions: Path, output: Path, command: str) -> tuple[float, float]:
    """Convert a folder of definitions in a process of its own.

    :param command: the code of the process
    :return: seconds, and the most memory that all its processes had together, in MB
    """
    start = time.perf_counter()
    arguments = [sys.executable, "-c", command, "convert", str(definitions), "-o", str(output)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    peak = 0.0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(_SAMPLE):
            peak = max(peak, memory(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        status = process.wait()
    finally:
        done.set()
        watcher.join()
    if status > 1:
        raise RuntimeError(f"convert ended with {status}")
    return time.perf_counter() - start, peak


def memory(pid: int) -> float:
    """Return the memory of a process and its children in MB; what they share counts for each of them."""
    total = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += each.memory_info().rss
    return total / 1e6
